"""A bundle and a plan -> the Outcomes of what no step will touch: unchanged, kept, or held on its way out."""

from compiler.bundle import Bundle
from reconciler.change import Action, Change, Plan
from reconciler.outcome import Happened, Outcome


def untouched(bundle: Bundle, plan: Plan) -> tuple[Outcome, ...]:
    """One outcome for each object that is as desired or is left; held objects of the bundle are apply's to tell."""
    changes = {change.key: change for change in plan.changes}
    wanted = {item.key for item in bundle.objects}
    unchanged = (
        Outcome(key=item.key, spec=item.spec, happened=Happened.UNCHANGED)
        for item in bundle.objects
        if item.key not in changes
    )
    kept = (_kept(change) for change in plan.of(Action.KEEP))
    held = (_outcome(change, Happened.HELD) for change in plan.of(Action.HOLD) if change.key not in wanted)
    return (*unchanged, *kept, *held)


def _kept(change: Change) -> Outcome:
    """Something is only kept if there is a reason; else it is as desired, with a note."""
    return _outcome(change, Happened.KEPT if change.reason else Happened.UNCHANGED)


def _outcome(change: Change, happened: Happened) -> Outcome:
    return Outcome(key=change.key, spec=change.spec, happened=happened, sentence=change.reason, notes=change.notes)
