"""Small bundles made by hand: plain Kubernetes documents in, labelled and owned as the compiler would have them."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from compiler.bundle import Bundle
from compiler.kube_object import KubeObject, canonical, key_of
from compiler.spec_key import SpecKey
from reconciler.unit import KIND_LABEL, MANAGED_BY, NAME_LABEL, Unit

UNIT = Unit("acme", "test")
AGENT = SpecKey("Agent", "support")
Document = dict[str, Any]


def owned(document: Document, spec: SpecKey = AGENT, unit: Unit = UNIT) -> KubeObject:
    """A document with our labels, as an object of a bundle."""
    metadata = document["metadata"]
    labels = {
        **metadata.get("labels", {}),
        MANAGED_BY: "roster",
        **unit.labels,
        KIND_LABEL: spec.kind,
        NAME_LABEL: spec.name,
    }
    document = {**document, "metadata": {**metadata, "labels": labels}}
    return KubeObject(key_of(document), document["apiVersion"], canonical(document), spec)


def bundle(
    *objects: KubeObject | Document,
    records: Iterable[KubeObject] = (),
    references: Mapping[SpecKey, tuple[SpecKey, ...]] | None = None,
    unit: Unit = UNIT,
) -> Bundle:
    """A bundle of these objects; plain documents belong to the agent support."""
    made = [item if isinstance(item, KubeObject) else owned(item, unit=unit) for item in objects]
    told = sorted(records, key=lambda item: item.key)
    digest = sha256(b"".join(item.body for item in (*made, *told))).hexdigest()
    return Bundle(
        fleet=unit.fleet,
        environment=unit.environment,
        namespace=made[0].key.namespace if made else "",
        objects=tuple(sorted(made, key=lambda item: item.key)),
        records=tuple(told),
        digest=digest,
        source_maps={},
        references=references or {},
    )


def config_map(name: str, namespace: str = "agents", family: str = "", **data: str) -> Document:
    """A ConfigMap, immutable if it is one of a family."""
    labels = {"roster.dev/family": family} if family else {}
    document: Document = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "data": data or {"key": "value"},
    }
    return {**document, "immutable": True} if family else document


def deployment(
    name: str = "support",
    namespace: str = "agents",
    replicas: int | None = None,
    image: str = "registry.test/agent:1",
    config: str = "",
) -> Document:
    """A Deployment of one container; without `replicas` it says nothing about them."""
    container: Document = {
        "name": "runtime",
        "image": image,
        "resources": {"requests": {"cpu": "1000m", "memory": "64Mi"}},
        "ports": [{"containerPort": 8080, "name": "http"}],
    }
    if config:
        container["envFrom"] = [{"configMapRef": {"name": config}}]
    selector = {"roster.dev/kind": "Agent", "roster.dev/name": name}
    spec: Document = {
        "selector": {"matchLabels": selector},
        "template": {"metadata": {"labels": selector}, "spec": {"containers": [container]}},
    }
    if replicas is not None:
        spec["replicas"] = replicas
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def service(name: str = "support", namespace: str = "agents", port: int = 8080) -> Document:
    """A Service in front of the agent's pods."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"roster.dev/name": name}, "ports": [{"port": port, "targetPort": "http"}]},
    }


def autoscaler(name: str = "support", namespace: str = "agents", minimum: int = 1, maximum: int = 10) -> Document:
    """A HorizontalPodAutoscaler of the Deployment of the same name."""
    metric = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": minimum,
            "maxReplicas": maximum,
            "metrics": [{"type": "Resource", "resource": metric}],
        },
    }


def record(kind: str, name: str, namespace: str = "agents", unit: Unit = UNIT, **spec: Any) -> KubeObject:
    """The record of one spec; an Environment's is cluster-scoped."""
    version = str(spec.get("version", ""))
    metadata: Document = {"name": f"{name}-{version}" if version else name, "namespace": namespace}
    if kind == "Environment":
        metadata = {"name": f"{unit.fleet}.{name}"}
    document = {"apiVersion": "roster.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
    return owned(document, SpecKey(kind, name, version), unit)
