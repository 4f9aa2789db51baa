"""Kubernetes lifecycle: API version and kind -> when Kubernetes deprecated it, removed it, and what serves it instead.

What was removed in a version whose schemas we have is proven by them (a test compares); the table adds what they cannot
say: what is deprecated, and what was gone before the oldest of them. It follows Kubernetes' deprecation guide and the
warnings of its API server. What replaces a kind is not in it: the same kind in another version, as the schemas know it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from compiler.object_schemas.kubernetes_schemas import Gvk, known_kinds, number, versions


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The end of one kind in one API version."""

    deprecated: str
    """The first Kubernetes version that warns of it."""
    removed: str
    """The first Kubernetes version that has it no more, or will; empty where none is named."""


_TABLE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "admissionregistration.k8s.io/v1alpha1",
        "1.29",
        "1.32",
        ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
    ),
    (
        "admissionregistration.k8s.io/v1alpha1",
        "1.35",
        "1.38",
        ("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "1.16",
        "1.22",
        ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "1.31",
        "1.34",
        ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "1.37",
        "1.40",
        ("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
    ),
    ("apiextensions.k8s.io/v1beta1", "1.16", "1.22", ("CustomResourceDefinition",)),
    ("apiregistration.k8s.io/v1beta1", "1.19", "1.22", ("APIService",)),
    ("apps/v1beta1", "1.8", "1.16", ("ControllerRevision", "Deployment", "StatefulSet")),
    ("apps/v1beta2", "1.9", "1.16", ("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")),
    ("authentication.k8s.io/v1alpha1", "1.29", "1.32", ("SelfSubjectReview",)),
    ("authentication.k8s.io/v1beta1", "1.19", "1.22", ("TokenReview",)),
    ("authentication.k8s.io/v1beta1", "1.30", "1.33", ("SelfSubjectReview",)),
    (
        "authorization.k8s.io/v1beta1",
        "1.19",
        "1.22",
        ("LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"),
    ),
    ("autoscaling/v2beta1", "1.22", "1.25", ("HorizontalPodAutoscaler",)),
    ("autoscaling/v2beta2", "1.23", "1.26", ("HorizontalPodAutoscaler",)),
    ("batch/v1beta1", "1.21", "1.25", ("CronJob",)),
    ("certificates.k8s.io/v1alpha1", "1.34", "1.37", ("ClusterTrustBundle",)),
    ("certificates.k8s.io/v1beta1", "1.19", "1.22", ("CertificateSigningRequest",)),
    ("certificates.k8s.io/v1beta1", "1.37", "1.40", ("ClusterTrustBundle", "PodCertificateRequest")),
    ("coordination.k8s.io/v1alpha2", "1.35", "1.38", ("LeaseCandidate",)),
    ("coordination.k8s.io/v1beta1", "1.19", "1.22", ("Lease",)),
    ("coordination.k8s.io/v1beta1", "1.36", "1.39", ("LeaseCandidate",)),
    ("discovery.k8s.io/v1beta1", "1.21", "1.25", ("EndpointSlice",)),
    ("events.k8s.io/v1beta1", "1.22", "1.25", ("Event",)),
    ("extensions/v1beta1", "1.10", "1.16", ("PodSecurityPolicy",)),
    ("extensions/v1beta1", "1.14", "1.22", ("Ingress",)),
    ("extensions/v1beta1", "1.8", "1.16", ("DaemonSet", "Deployment", "ReplicaSet")),
    ("extensions/v1beta1", "1.9", "1.16", ("NetworkPolicy",)),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "1.23", "1.26", ("FlowSchema", "PriorityLevelConfiguration")),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "1.26", "1.29", ("FlowSchema", "PriorityLevelConfiguration")),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "1.29", "1.32", ("FlowSchema", "PriorityLevelConfiguration")),
    ("networking.k8s.io/v1beta1", "1.19", "1.22", ("Ingress", "IngressClass")),
    ("networking.k8s.io/v1beta1", "1.34", "1.37", ("IPAddress", "ServiceCIDR")),
    ("node.k8s.io/v1beta1", "1.22", "1.25", ("RuntimeClass",)),
    ("policy/v1beta1", "1.21", "1.25", ("PodDisruptionBudget", "PodSecurityPolicy")),
    ("rbac.authorization.k8s.io/v1beta1", "1.17", "1.22", ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")),
    ("resource.k8s.io/v1alpha3", "1.36", "1.39", ("DeviceTaintRule",)),
    (
        "resource.k8s.io/v1beta1",
        "1.35",
        "1.38",
        ("DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"),
    ),
    (
        "resource.k8s.io/v1beta2",
        "1.36",
        "1.39",
        ("DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"),
    ),
    ("scheduling.k8s.io/v1beta1", "1.14", "1.22", ("PriorityClass",)),
    ("storage.k8s.io/v1alpha1", "1.21", "1.24", ("CSIStorageCapacity", "VolumeAttachment")),
    ("storage.k8s.io/v1alpha1", "1.32", "1.35", ("VolumeAttributesClass",)),
    ("storage.k8s.io/v1beta1", "1.17", "1.22", ("CSINode",)),
    ("storage.k8s.io/v1beta1", "1.19", "1.22", ("CSIDriver", "StorageClass", "VolumeAttachment")),
    ("storage.k8s.io/v1beta1", "1.24", "1.27", ("CSIStorageCapacity",)),
    ("storage.k8s.io/v1beta1", "1.34", "1.37", ("VolumeAttributesClass",)),
    ("storagemigration.k8s.io/v1beta1", "1.37", "1.40", ("StorageVersionMigration",)),
    ("v1", "1.19", "", ("ComponentStatus",)),
    ("v1", "1.33", "", ("Endpoints",)),
)
"""API version, deprecated, removed, kinds."""

LIFECYCLES: Mapping[Gvk, Lifecycle] = {
    (api_version, kind): Lifecycle(deprecated, removed)
    for api_version, deprecated, removed, kinds in _TABLE
    for kind in kinds
}
"""Every kind that is, or was, on its way out."""


def deprecation(version: str, gvk: Gvk) -> Lifecycle | None:
    """The lifecycle of a kind that this version of Kubernetes warns of; None if it does not."""
    found = LIFECYCLES.get(gvk)
    return found if found is not None and number(found.deprecated) <= number(version) else None


@cache
def removed_in(gvk: Gvk) -> str:
    """The first version that has a kind no more; empty if it never was, or still is in the newest that we know."""
    having = [version for version in versions() if gvk in known_kinds(version)]
    if having:
        later = [version for version in versions() if number(version) > number(having[-1])]
        return later[0] if later else ""
    found = LIFECYCLES.get(gvk)
    return found.removed if found is not None else ""


@cache
def added_in(gvk: Gvk) -> str:
    """The first version that has a kind; empty if none that we know has it, or the oldest has it already."""
    first = next((version for version in versions() if gvk in known_kinds(version)), "")
    return "" if first == versions()[0] else first


_SUCCESSORS: Mapping[str, str] = {
    "Endpoints": "discovery.k8s.io/v1 EndpointSlice, which controllers make from a Service's selector",
    "PodSecurityPolicy": "the labels pod-security.kubernetes.io/* of a Namespace",
}
"""Kinds that were replaced by something else than another version of themselves."""


@cache
def instead(version: str, gvk: Gvk) -> str:
    """What to write in this version of Kubernetes in place of a kind that it lacks or warns of; empty if nothing."""
    served = [api for api, kind in known_kinds(version) if kind == gvk[1] and api != gvk[0]]
    fresh = [api for api in served if deprecation(version, (api, gvk[1])) is None]
    best = sorted(fresh, key=lambda api: ("alpha" in api, "beta" in api, api))[:2]
    return " or ".join(best) or _SUCCESSORS.get(gvk[1], "")
