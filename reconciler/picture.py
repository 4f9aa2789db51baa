"""Picture: scenes of a target in, whether anything that matters has changed since the picture was taken out.

What controllers write all the time (a status, a resourceVersion) is no change unless an object's health is another one.
"""

from collections.abc import Mapping

from compiler.kube_object import ObjectKey
from reconciler.answer import Live
from reconciler.assess import assess
from reconciler.declared import fingerprint
from reconciler.health import State

Mark = tuple[str, State | None]


class Picture:
    """How the objects of one environment were when it was last in order."""

    def __init__(self, runs_workloads: bool) -> None:
        """`runs_workloads` as the target says: where nothing runs, only what is declared counts."""
        self._runs = runs_workloads
        self._marks: dict[ObjectKey, Mark] | None = None
        self._seen: dict[ObjectKey, tuple[str, Mark]] = {}

    def changed(self, scene: Mapping[ObjectKey, Live]) -> tuple[ObjectKey, ...]:
        """The objects that are not as in the first scene: edited, gone, back again, or in another health."""
        marks = {key: self._mark(key, live) for key, live in scene.items()}
        if self._marks is None:
            self._marks = marks
        before = self._marks
        return tuple(sorted(key for key in marks.keys() | before.keys() if marks.get(key) != before.get(key)))

    def _mark(self, key: ObjectKey, live: Live) -> Mark:
        """What is compared; worked out anew only if the object has another resourceVersion."""
        version = str(live.get("metadata", {}).get("resourceVersion", ""))
        known = self._seen.get(key)
        if known is not None and known[0] == version and version:
            return known[1]
        mark = (fingerprint(live), assess(key, live).state if self._runs else None)
        self._seen[key] = (version, mark)
        return mark
