"""What a `merge` patch does to a Deployment: shared by the tests of the compiler and of a real API server."""

from typing import Any


def deployment(**pod: Any) -> dict[str, Any]:
    """A Deployment with these fields in its pods, and one container unless they say otherwise."""
    labels = {"app": "support"}
    containers = [
        {
            "name": "runtime",
            "image": "example/agent:1",
            "args": ["-v", "-x"],
            "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            "ports": [{"containerPort": 8080, "name": "facade"}],
            "volumeMounts": [{"mountPath": "/tmp", "name": "cache"}],
        }
    ]
    spec = {
        "containers": containers,
        "volumes": [{"name": "cache", "emptyDir": {}}],
        "nodeSelector": {"zone": "a", "disk": "ssd"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        **pod,
    }
    template = {"metadata": {"labels": labels}, "spec": spec}
    metadata = {"name": "support", "labels": labels, "finalizers": ["example.com/one"]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
    }


def pod(**fields: Any) -> dict[str, Any]:
    """A patch of the pods."""
    return {"spec": {"template": {"spec": fields}}}


def runtime(**fields: Any) -> dict[str, Any]:
    """A patch of the container."""
    return pod(containers=[{"name": "runtime", **fields}])


MERGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a field is set": ({"spec": {"replicas": 5}}, {"/spec/replicas": 5}),
    "a field is added": (pod(hostNetwork=True), {"/spec/template/spec/hostNetwork": True}),
    "a map merges": (
        pod(nodeSelector={"zone": "b", "arch": "arm64"}),
        {"/spec/template/spec/nodeSelector": {"zone": "b", "disk": "ssd", "arch": "arm64"}},
    ),
    "null removes": (pod(nodeSelector={"zone": None}), {"/spec/template/spec/nodeSelector": {"disk": "ssd"}}),
    "a map is replaced if asked to": (
        pod(nodeSelector={"$patch": "replace", "arch": "arm64"}),
        {"/spec/template/spec/nodeSelector": {"arch": "arm64"}},
    ),
    "a container merges by its name": (runtime(tty=True), {"/spec/template/spec/containers/0/tty": True}),
    "a variable merges by its name": (
        runtime(env=[{"name": "B", "value": "3"}]),
        {"/spec/template/spec/containers/0/env": [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]},
    ),
    "a port merges by its number": (
        runtime(ports=[{"containerPort": 8080, "name": "other"}]),
        {"/spec/template/spec/containers/0/ports/0/name": "other"},
    ),
    "a mount merges by its path": (
        runtime(volumeMounts=[{"mountPath": "/tmp", "name": "cache", "readOnly": True}]),
        {"/spec/template/spec/containers/0/volumeMounts": [{"mountPath": "/tmp", "name": "cache", "readOnly": True}]},
    ),
    "an item is removed": (
        runtime(env=[{"name": "A", "$patch": "delete"}]),
        {"/spec/template/spec/containers/0/env": [{"name": "B", "value": "2"}]},
    ),
    "a list that merges is replaced if asked to": (
        runtime(env=[{"$patch": "replace"}, {"name": "C", "value": "3"}]),
        {"/spec/template/spec/containers/0/env": [{"name": "C", "value": "3"}]},
    ),
    "a list without a key is replaced": (
        pod(tolerations=[{"key": "agents", "operator": "Exists"}]),
        {"/spec/template/spec/tolerations": [{"key": "agents", "operator": "Exists"}]},
    ),
    "a list of words is replaced": (runtime(args=["-q"]), {"/spec/template/spec/containers/0/args": ["-q"]}),
    "a list that holds each word once gets more": (
        {"metadata": {"finalizers": ["example.com/two", "example.com/one"]}},
        {"/metadata/finalizers": ["example.com/one", "example.com/two"]},
    ),
    "a map in a map that is not there": (
        pod(securityContext={"seccompProfile": {"type": "RuntimeDefault"}}),
        {"/spec/template/spec/securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}},
    ),
    "an empty map": (
        pod(volumes=[{"name": "more", "emptyDir": {}}]),
        {"/spec/template/spec/volumes": [{"name": "cache", "emptyDir": {}}, {"name": "more", "emptyDir": {}}]},
    ),
}
"""Name -> the patch, and the fields that are other ones after it; everything else stays as it is."""
