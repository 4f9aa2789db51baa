"""Contested fields in -> a Verdict for each: Git's by force, or left to a controller that owns such a field by design.

People's editors yield to Git, and so does every other manager, except that on fields which a controller fills in by
design (certificates, cluster addresses, traffic weights) the controller keeps what it wrote. Replicas are not judged by
manager names at all: they belong to an autoscaler if one claims the workload.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from compiler.kube_object import ObjectKey
from compiler.source import FieldPath
from reconciler.deciding.claim import Claim
from reconciler.deciding.conflict import Conflict, Verdict
from reconciler.deciding.field_path import locate
from reconciler.deciding.hand_over import REPLICAS

PEOPLE = re.compile(r"^(kubectl|k9s|lens|oc$|rancher|headlamp|octant|dashboard|mozilla|helm$|before-first-apply)", re.I)
BY_DESIGN: Mapping[str, frozenset[str]] = {
    "Service": frozenset({"spec.clusterIP", "spec.clusterIPs", "spec.healthCheckNodePort", "spec.ports.nodePort"}),
    "PersistentVolumeClaim": frozenset({"spec.volumeName"}),
    "ClusterRole": frozenset({"rules"}),
    "ServiceAccount": frozenset({"secrets"}),
    "ValidatingWebhookConfiguration": frozenset({"webhooks.clientConfig.caBundle"}),
    "MutatingWebhookConfiguration": frozenset({"webhooks.clientConfig.caBundle"}),
    "CustomResourceDefinition": frozenset({"spec.conversion.webhook.clientConfig.caBundle"}),
    "APIService": frozenset({"spec.caBundle"}),
    "VirtualService": frozenset({"spec.http.route.weight"}),
    "HTTPRoute": frozenset({"spec.rules.backendRefs.weight"}),
}
"""Kind -> the fields that a controller fills in, list positions left out."""


def adjudicate(
    key: ObjectKey, body: Mapping[str, Any], conflicts: Iterable[Conflict], claims: Iterable[Claim]
) -> tuple[Verdict, ...]:
    """One verdict for each conflict, in order; `claims` are the autoscalers that stay."""
    claim = next((claim for claim in claims if claim.workload == key), None)
    return tuple(_verdict(key, body, conflict, claim) for conflict in conflicts)


def _verdict(key: ObjectKey, body: Mapping[str, Any], conflict: Conflict, claim: Claim | None) -> Verdict:
    path = locate(body, conflict.field) or ()
    field = spoken(body, path) or conflict.field.removeprefix(".")
    if path == REPLICAS and claim:
        sentence = f"{claim.autoscaler} owns {field} of {key}: left alone"
        return Verdict(path, conflict.manager, False, sentence)
    if path and _by_design(key, path) and not PEOPLE.match(conflict.manager):
        return Verdict(path, conflict.manager, False, f"{conflict.manager} owns {field} of {key} by design: left alone")
    sentence = f"{conflict.manager} had set {field} of {key}: put back to what Git says"
    return Verdict(path, conflict.manager, True, sentence)


def _by_design(key: ObjectKey, path: FieldPath) -> bool:
    names = ".".join(step for step in path if isinstance(step, str))
    return names in BY_DESIGN.get(key.kind, frozenset())


def spoken(body: Any, path: FieldPath) -> str:
    """A path as people write it, list items by their name where they have one: `spec.containers[facade].image`."""
    text = ""
    for step in path:
        body = body[step]
        if isinstance(step, int):
            text += f"[{body.get('name', step) if isinstance(body, Mapping) else step}]"
        else:
            text += f".{step}" if text else step
    return text
