"""Layout: an object's identity -> the path of its file: stable, and another one for every other object."""

import re
from hashlib import sha256

from compiler.kube_object import ObjectKey

MANIFEST = "roster.manifest"
"""The manifest's file. It is JSON, but is not called so: kubectl would take it for an object."""
LONGEST = 200
"""Longest step of a path, in characters; file systems allow 255, and an ending must fit beside it."""
_SHORTENED = 150
"""How much is kept of a longer one, in front of its hash."""

PLAIN_GROUPS = frozenset(
    (
        *("", "apps", "autoscaling", "batch", "gateway.networking.k8s.io", "networking.k8s.io", "policy"),
        *("rbac.authorization.k8s.io", "roster.dev"),
    )
)
"""API groups that a file's name leaves out, for no two of them have a kind of the same name."""
_UNSAFE = re.compile(r"^\.|[^-a-z0-9._]")


def object_file(key: ObjectKey) -> str:
    """`agents/deployment-support.yaml`, `agents/scaledobject.keda.sh-support.yaml`; without a namespace no folder.

    No two objects share a file, not even where the file system takes `A` for `a`.
    """
    group = "" if key.group in PLAIN_GROUPS else f".{key.group}"
    # The first dash ends the type: one inside it would let two identities meet.
    of_type = safe(f"{key.kind.lower()}{group}").replace("-", "%2D")
    file = f"{_fitting(f'{of_type}-{safe(key.name)}')}.yaml"
    return f"{_fitting(safe(key.namespace))}/{file}" if key.namespace else file


def safe(name: str) -> str:
    """A name as one step of a path: no slash, no dot in front, capitals and all that is rare as `%41`."""
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)


def _fitting(step: str) -> str:
    """The step itself; of a long one its beginning and its hash, behind a `~` that no other step has."""
    return step if len(step) <= LONGEST else f"{step[:_SHORTENED]}~{sha256(step.encode()).hexdigest()[:16]}"
