"""Definitions and a Kubernetes target in -> a cluster that is ready: roster.dev's CRDs and namespace roster-system."""

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.errors import TargetError
from compiler.kube_object import canonical, key_of
from reconciler.answer import Applied, Conflicted, Rejected
from reconciler.await_definition import await_definition
from reconciler.target import Target
from reconciler.unit import MANAGED_BY, MANAGER, Unit

HOME: Mapping[str, Any] = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "roster-system", "labels": {MANAGED_BY: MANAGER}},
}


def install(target: Target, definitions: Iterable[Mapping[str, Any]], seconds: float = 30.0) -> tuple[str, ...]:
    """Apply the definitions and the namespace, wait up to `seconds` until they are served, and say what was done.

    Raises Denied or TargetError with a sentence if the cluster refuses.
    """
    said = []
    documents = [dict(HOME), *map(dict, definitions)]
    for document in documents:
        said.append(_apply(target, document))
    for document in documents[1:]:
        key = key_of(document)
        if not await_definition(target, Unit("", ""), key, document["apiVersion"], seconds):
            raise TargetError(f"{key} is not served yet", "run `roster install` again")
    return tuple(said)


def _apply(target: Target, document: dict[str, Any]) -> str:
    key = key_of(document)
    answer = target.apply(canonical(document))
    if isinstance(answer, Conflicted):
        answer = target.apply(canonical(document), force=True)
    if isinstance(answer, Applied):
        return f"{key} {'created' if answer.created else 'is there'}"
    raise TargetError(f"{key}: {answer.sentence}" if isinstance(answer, Rejected) else f"{key}: keeps being changed")
