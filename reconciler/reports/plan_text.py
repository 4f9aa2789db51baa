"""plan_text: a plan and the bundle it is for in, what a person reads about it on a terminal out."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from compiler.bundle import Bundle
from compiler.compiled import Compiled
from compiler.kube_object import ObjectKey
from compiler.object_path import object_path
from compiler.review.affected import affected
from compiler.review.change_lines import change_lines
from compiler.review.fields import ABSENT
from compiler.review.fields import FieldChange as Shown
from compiler.source import FieldPath, Source, cause_of
from compiler.spec_key import SpecKey
from reconciler.change import Action, Change, FieldChange, Plan
from reconciler.request import Report

COLUMN = 56
"""Where remarks begin, in characters from the left."""
SIGNS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.RECREATE: "±",
    Action.DELETE: "-",
    Action.KEEP: "=",
    Action.HOLD: "!",
}
_CODES = {"+": "32", "~": "33", "±": "33", "-": "31", "=": "36", "!": "1;31", "strong": "1"}
Paint = Callable[[str, str], str]


def plan_text(report: Report, bundle: Bundle, compiled: Compiled, title: str, *, colour: bool = False) -> str:
    """The whole plan: where, what changes by which line, and a line that sums it up."""
    paint = painted if colour else plain
    which, plan = report.which, report.plan
    head = paint("strong", which.unit.environment) + f" @ {which.revision[:7]}  target {title}   plan {plan.digest[:6]}"
    lines = [head, ""]
    for spec, changes in groupby(sorted(_all(plan), key=lambda it: (it.spec, it.key)), key=lambda it: it.spec):
        lines += [*_spec_lines(spec, tuple(changes), bundle, compiled, paint), ""]
    lines += [f"note: {note}" for note in plan.notes]
    return "\n".join([*lines, summary(plan, bundle)]) + "\n"


def summary(plan: Plan, bundle: Bundle) -> str:
    """`Plan: 3 to create, 0 to update, 0 to delete, 214 unchanged.   1 of 31 agents affected.`"""
    counts = (
        ("create", len(plan.of(Action.CREATE))),
        ("update", len(plan.of(Action.UPDATE)) + len(plan.hand_backs)),
        ("recreate", len(plan.of(Action.RECREATE))),
        ("delete", len(plan.of(Action.DELETE))),
    )
    parts = [f"{count:,} to {word}" for word, count in counts if count or word != "recreate"]
    for word, action in (("held", Action.HOLD), ("kept", Action.KEEP)):
        parts += [f"{len(plan.of(action)):,} {word}"] if plan.of(action) else []
    changed = (change.spec for change in _all(plan) if change.action is not Action.KEEP)
    touched = affected(changed, (record.spec for record in bundle.records))
    return f"Plan: {', '.join(parts)}, {plan.unchanged:,} unchanged.   {touched}."


def _all(plan: Plan) -> tuple[Change, ...]:
    return (*plan.changes, *plan.hand_backs)


def _spec_lines(
    spec: SpecKey, changes: tuple[Change, ...], bundle: Bundle, compiled: Compiled, paint: Paint
) -> Iterator[str]:
    """What happens to the objects of one spec."""
    version = f" {spec.version}" if spec.version else ""
    yield paint("strong", f"{spec.kind} {spec.name}{version}")
    for change in changes:
        sign = SIGNS[change.action]
        left = f"  {sign} {change.key}"
        yield aligned(f"  {paint(sign, sign)} {change.key}", len(left), _remark(change, bundle, compiled))
        yield from _fields(change, bundle, compiled)
        yield from (f"  {paint('!', '!')} {note}" for note in change.notes)


def _remark(change: Change, bundle: Bundle, compiled: Compiled) -> str:
    if change.reason:
        return change.reason
    if change.action is Action.CREATE:
        span = compiled.span_of(Source(change.spec, ("metadata", "name")))
        where = f"{span.path}:{span.line}" if span else ""
        immutable = "immutable; " if change.family else ""
        return f"{immutable}set by {where}" if where else immutable.rstrip("; ")
    return ""


def _fields(change: Change, bundle: Bundle, compiled: Compiled) -> Iterator[str]:
    """The fields that change, each with the line that says so."""
    data = next((item.data for item in bundle.objects if item.key == change.key), {})
    for field in change.fields:
        headline, *diff = change_lines(shown(field, data))
        owner = f"held by {field.owner}; " if field.owner else ""
        where = owner + where_written(change.key, field.path, bundle, compiled)
        yield aligned(f"      {headline}", len(headline) + 6, where.rstrip("; "))
        yield from (f"          {line}" for line in diff)


def shown(field: FieldChange, data: object) -> Shown:
    """A change of one field as the compiler's own reports show it; None is the reconciler's word for absent."""
    before, after = (ABSENT if value is None else value for value in (field.before, field.after))
    return Shown(path=object_path(data, field.path), before=before, after=after, place=field.path)


def where_written(key: ObjectKey, path: FieldPath, bundle: Bundle, compiled: Compiled) -> str:
    """`environments/prod/agents/support.yaml:9`, or the line of the template; empty if nobody knows."""
    cause = cause_of(bundle.source_maps.get(key, {}), path)
    if cause is None:
        return ""
    spans = [span for source in cause.sources if (span := compiled.span_of(source)) is not None]
    if spans:
        return ", ".join(dict.fromkeys(f"{span.path}:{span.line}" for span in spans[:2]))
    return f"templates/{cause.template}:{cause.line}"


def aligned(left: str, width: int, right: str) -> str:
    """Both parts on one line, the right one in its column if the left leaves room; `width` is what the left shows."""
    return f"{left}{' ' * max(2, COLUMN - width)}{right}" if right else left


def plain(_style: str, text: str) -> str:
    """The text as it is."""
    return text


def painted(style: str, text: str) -> str:
    """The text in the colour of a sign."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style in _CODES else text


def joined(lines: Iterable[str]) -> str:
    """Lines as text, with a line end each."""
    return "".join(f"{line}\n" for line in lines)
