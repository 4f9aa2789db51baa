"""Names: the objects of a namespace -> every name in them that nothing in the live API answers to."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.controlplane.cluster import Cluster

Object = Mapping[str, Any]


def unresolved(cluster: Cluster, namespace: str, objects: list[Object]) -> list[str]:
    """What the objects refer to and the cluster does not have; a kubelet would fail on each, kwok does not notice."""
    return [
        f"{item['kind']}/{item['metadata']['name']}: {what}"
        for item in objects
        for what in _Names(cluster, namespace).faults(item)
    ]


class _Names:
    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster = cluster
        self.core = f"/api/v1/namespaces/{namespace}"
        self.apps = f"/apis/apps/v1/namespaces/{namespace}"

    def faults(self, item: Object) -> Iterator[str]:
        """The faults of one object, by its kind."""
        kind, spec = item["kind"], item.get("spec", {})
        if kind == "Deployment":
            yield from self._pod(spec["template"]["spec"])
            if not self._pods(spec["selector"]["matchLabels"]):
                yield "its selector matches no pod"
        if kind == "Service":
            yield from self._service(spec)
        if kind in ("HorizontalPodAutoscaler", "ScaledObject"):
            yield from self._found(f"{self.apps}/deployments/{spec['scaleTargetRef']['name']}", "scale target")
        if kind == "PodDisruptionBudget" and not self._pods(spec["selector"]["matchLabels"]):
            yield "its selector matches no pod"
        if kind == "NetworkPolicy":
            yield from self._policy(spec)

    def _pod(self, pod: Object) -> Iterator[str]:
        yield from self._found(f"{self.core}/serviceaccounts/{pod['serviceAccountName']}", "ServiceAccount")
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        for volume in pod.get("volumes", []):
            yield from self._volume(volume)
        for container in pod["containers"]:
            yield from self._container(container, volumes)

    def _container(self, container: Object, volumes: set[str]) -> Iterator[str]:
        ports = container.get("ports", [])
        known = {port["name"] for port in ports} | {port["containerPort"] for port in ports}
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            for action in ("httpGet", "tcpSocket", "grpc"):
                port = container.get(probe, {}).get(action, {}).get("port")
                if port is not None and port not in known:
                    yield f"{container['name']}: {probe} asks port {port}, which is not there"
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes:
                yield f"{container['name']}: mounts {mount['name']}, which is no volume"
        for variable in container.get("env", []):
            source = variable.get("valueFrom", {})
            for field, collection in (("secretKeyRef", "secrets"), ("configMapKeyRef", "configmaps")):
                if field in source:
                    yield from self._key(collection, source[field]["name"], source[field]["key"])
        for source in container.get("envFrom", []):
            for field, collection in (("secretRef", "secrets"), ("configMapRef", "configmaps")):
                if field in source:
                    yield from self._found(f"{self.core}/{collection}/{source[field]['name']}", collection)

    def _volume(self, volume: Object) -> Iterator[str]:
        for source in [volume, *volume.get("projected", {}).get("sources", [])]:
            for field, collection, name in (("configMap", "configmaps", "name"), ("secret", "secrets", "name")):
                if field not in source:
                    continue
                held = source[field]
                where = held.get(name) or held["secretName"]
                yield from self._found(f"{self.core}/{collection}/{where}", collection)
                for key in held.get("items", []):
                    yield from self._key(collection, where, key["key"])
        if "persistentVolumeClaim" in volume:
            claim = volume["persistentVolumeClaim"]["claimName"]
            yield from self._found(f"{self.core}/persistentvolumeclaims/{claim}", "PersistentVolumeClaim")

    def _service(self, spec: Object) -> Iterator[str]:
        pods = self._pods(spec["selector"])
        if not pods:
            yield "its selector matches no pod"
        for pod in pods:
            ports = [port for container in pod["spec"]["containers"] for port in container.get("ports", [])]
            known = {port.get("name") for port in ports} | {port["containerPort"] for port in ports}
            for port in spec["ports"]:
                if port["targetPort"] not in known:
                    yield f"port {port['targetPort']} is on no container of {pod['metadata']['name']}"

    def _policy(self, spec: Object) -> Iterator[str]:
        pods = self._pods(spec["podSelector"]["matchLabels"])
        if not pods:
            yield "its selector matches no pod"
        ports = {
            port["containerPort"] for pod in pods for c in pod["spec"]["containers"] for port in c.get("ports", [])
        }
        for rule in spec.get("ingress", []):
            for port in rule.get("ports", []):
                if port["port"] not in ports:
                    yield f"port {port['port']} is on no container"

    def _pods(self, labels: Mapping[str, str]) -> list[Any]:
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        items: list[Any] = self.cluster.get(f"{self.core}/pods", labelSelector=selector)["items"]
        return items

    def _key(self, collection: str, name: str, key: str) -> Iterator[str]:
        reply = self.cluster.request("GET", f"{self.core}/{collection}/{name}")
        data = {**reply.body.get("data", {}), **reply.body.get("binaryData", {})} if reply.ok else {}
        if key not in data:
            yield f"{collection} {name} has no key {key}"

    def _found(self, path: str, what: str) -> Iterator[str]:
        if not self.cluster.request("GET", path).ok:
            yield f"{what} {path.rpartition('/')[2]} does not exist"
