"""Namespaces in -> who scales which workload, and which ConfigMaps live ReplicaSets and Pods refer to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from compiler.errors import TargetError
from compiler.kube_object import ObjectKey, key_of
from reconciler.answer import Live
from reconciler.deciding.claim import Claim, claim_of
from reconciler.errors import Denied
from reconciler.targets.kubernetes_reading import Reader
from reconciler.targets.kubernetes_resources import Resources

HPA = ("autoscaling/v2", "HorizontalPodAutoscaler")
SCALED_OBJECT = ("keda.sh/v1alpha1", "ScaledObject")


class Workloads:
    """What is asked about workloads of one API server."""

    def __init__(self, reader: Reader, resources: Resources) -> None:
        """Nothing is asked yet."""
        self._reader = reader
        self._resources = resources

    def claims(self, namespaces: Sequence[str]) -> tuple[Claim, ...]:
        """The live autoscalers of these namespaces, whoever made them."""
        autoscalers = [item for namespace in namespaces for item in self._list(HPA, namespace)]
        with suppress(Denied):  # KEDA scales through a HorizontalPodAutoscaler, which was seen above
            autoscalers += [item for namespace in namespaces for item in self._list(SCALED_OBJECT, namespace)]
        found = [claim_of(item) for item in autoscalers]
        return tuple(claim for claim in found if claim is not None)

    def references(self, namespaces: Sequence[str]) -> Mapping[ObjectKey, frozenset[ObjectKey]]:
        """ConfigMap -> the workloads at the root of the ReplicaSets and Pods that refer to it."""
        users: dict[ObjectKey, set[ObjectKey]] = {}
        for namespace in namespaces:
            sets = {item["metadata"]["uid"]: item for item in self._list(("apps/v1", "ReplicaSet"), namespace)}
            for item in (*sets.values(), *self._list(("v1", "Pod"), namespace)):
                root = _root(item, sets)
                for name in config_maps(_pod_spec(item)):
                    users.setdefault(ObjectKey("", "ConfigMap", namespace, name), set()).add(root)
        return {key: frozenset(roots) for key, roots in users.items()}

    def pods(self, workload: Live) -> tuple[Live, ...]:
        """The pods that a workload's selector matches; none if it has no plain selector."""
        labels = (workload.get("spec", {}).get("selector") or {}).get("matchLabels")
        if not labels:
            return ()
        chosen = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
        try:
            return tuple(self._list(("v1", "Pod"), workload["metadata"]["namespace"], chosen))
        except TargetError:
            return ()  # pods only make the sentence better; a missing right to see them must not fail the pass

    def _list(self, what: tuple[str, str], namespace: str, chosen: str = "") -> Iterator[dict[str, Any]]:
        resource = self._resources.find(*what)
        for item in self._reader.items(resource, namespace, chosen) if resource else ():
            yield {**item, "apiVersion": what[0], "kind": what[1]}


def _root(item: dict[str, Any], sets: Mapping[str, dict[str, Any]]) -> ObjectKey:
    for owner in item["metadata"].get("ownerReferences", ()):
        if owner.get("controller"):
            if owner["uid"] in sets:
                return _root(sets[owner["uid"]], {})
            group = owner["apiVersion"].rpartition("/")[0]
            return ObjectKey(group, owner["kind"], item["metadata"]["namespace"], owner["name"])
    return key_of(item)


def _pod_spec(item: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = item["spec"] if item["kind"] == "Pod" else item["spec"]["template"]["spec"]
    return spec


def config_maps(pod: Mapping[str, Any]) -> Iterator[str]:
    """The names of the ConfigMaps that a pod's spec refers to."""
    for volume in pod.get("volumes", ()):
        sources = [volume, *(volume.get("projected", {}).get("sources") or ())]
        yield from (source["configMap"]["name"] for source in sources if "configMap" in source)
    for container in (*pod.get("initContainers", ()), *pod.get("containers", ())):
        references = [entry.get("configMapRef", {}) for entry in container.get("envFrom", ())]
        references += [(entry.get("valueFrom") or {}).get("configMapKeyRef", {}) for entry in container.get("env", ())]
        yield from (reference["name"] for reference in references if reference)
