"""Definitions and a Kubernetes target in -> a cluster that is ready: roster.dev's CRDs and namespace roster-system."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from compiler.errors import TargetError
from compiler.kube_object import canonical, key_of
from reconciler.answer import Applied, Conflicted, Rejected
from reconciler.health import State
from reconciler.readiness.custom_resource_definition import custom_resource_definition
from reconciler.readiness.surroundings import Surroundings
from reconciler.target import Found, Named, Target
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
        _await(target, document, time.monotonic() + seconds)
    return tuple(said)


def _apply(target: Target, document: dict[str, Any]) -> str:
    key = key_of(document)
    answer = target.apply(canonical(document))
    if isinstance(answer, Conflicted):
        answer = target.apply(canonical(document), force=True)
    if isinstance(answer, Applied):
        return f"{key} {'created' if answer.created else 'is there'}"
    raise TargetError(f"{key}: {answer.sentence}" if isinstance(answer, Rejected) else f"{key}: keeps being changed")


def _await(target: Target, document: dict[str, Any], end: float) -> None:
    key = key_of(document)
    while True:
        reading = target.read(Unit("", ""), [Named(key, document["apiVersion"])])[key]
        if isinstance(reading, Found):
            health = custom_resource_definition(reading.live, Surroundings())
            if health.state is State.HEALTHY:
                return
        if time.monotonic() > end:
            raise TargetError(f"{key} is not served yet", "run `roster install` again")
        time.sleep(0.1)
