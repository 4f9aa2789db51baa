"""Text: a comparison -> what a person reads on a terminal: spec by spec, what changes, by which line, how dangerous."""

from collections.abc import Callable, Iterable, Iterator

from compiler.review.affected import in_words
from compiler.review.alike import alike
from compiler.review.change_lines import change_lines, is_text
from compiler.review.effect import Action, Comparison, FieldEffect, ObjectEffect, Review, SpecEffect
from compiler.span import Span

COLUMN = 56
"""Where remarks begin, in characters from the left."""
WIDEST = 130
"""Longest line that is not broken before its remark, in characters."""
MOST_NAMES = 6
"""How many names a list shows."""
_SIGN = {Action.CREATE: "+", Action.UPDATE: "~", Action.REPLACE: "+", Action.DELETE: "-", Action.RETIRE: "="}
_CODES = {"+": "32", "-": "31", "~": "33", "=": "36", "high": "1;31", "medium": "1;33", "low": "36", "strong": "1"}

_Paint = Callable[[str, str], str]


def render(comparison: Comparison, *, colour: bool = False) -> str:
    """The whole comparison; one line if nothing changes."""
    paint = _painted if colour else _plain
    lines: list[str] = []
    for review in comparison.changed:
        lines += [*environment_lines(review, comparison, paint), ""]
    lines += [f"note: {note}" for note in comparison.notes]
    quiet = [_quiet(review) for review in comparison.reviews if review.action is Action.NONE]
    if quiet:
        lines.append(f"Nothing changes in {', '.join(quiet)}.")
    return "\n".join(lines).rstrip("\n") + "\n"


def _quiet(review: Review) -> str:
    return f"{review.environment} ({patches(review)})" if review.patches else review.environment


def environment_lines(review: Review, comparison: Comparison, paint: _Paint) -> Iterator[str]:
    """What changes in one environment, and a line that sums it up."""
    fate = {Action.CREATE: "   a new environment", Action.DELETE: "   is gone from Git"}.get(review.action, "")
    at = f" @ {comparison.commit}" if comparison.commit else ""
    yield paint("strong", review.environment) + f"{at}   {comparison.base} -> {comparison.head}{fate}"
    if review.action is Action.DELETE:
        yield "Roster stops looking after it: what was applied stays on its target until somebody deletes it."
        return
    for group in alike(review.effects):
        yield ""
        yield from effect_lines(group, paint)
    yield ""
    yield summary(review)


def summary(review: Review) -> str:
    """`Diff: 1 to create, … unchanged.   1 of 31 agents affected.`"""
    counts = (
        ("create", review.count(Action.CREATE, Action.REPLACE)),
        ("update", review.count(Action.UPDATE)),
        ("delete", review.count(Action.DELETE)),
    )
    kept = review.count(Action.REPLACE, Action.RETIRE)
    parts = [f"{count:,} to {word}" for word, count in counts] + ([f"{kept} kept for a rollback"] if kept else [])
    agents = in_words(review.affected, review.agents)
    carried = f"   {patches(review)}." if review.patches else ""
    return f"Diff: {', '.join(parts)}, {review.unchanged:,} unchanged.   {agents}.{carried}"


def patches(review: Review) -> str:
    """`2 patches on 1 agent`; empty if there is none."""
    count, carriers = sum(review.patches.values()), len(review.patches)
    word = "agent" if all(spec.kind == "Agent" for spec in review.patches) else "spec"
    return f"{count} patch{_s(count, 'es')} on {carriers} {word}{_s(carriers)}" if count else ""


def _s(count: int, ending: str = "s") -> str:
    return "" if count == 1 else ending


def effect_lines(group: tuple[SpecEffect, ...], paint: _Paint) -> Iterator[str]:
    """What happens to one spec, or in the same way to several."""
    effect = group[0]
    first, *others = _risk(effect, len(group), paint)
    yield _aligned(paint("strong", title(group)), len(title(group)), first)
    yield from others
    told = {(field.change.before, field.change.after) for field in effect.fields if is_text(field.change)}
    for field in effect.fields:
        yield from _field(field, "  ", paint, brief=False)
    for word, specs in (("through", effect.through), ("used by", effect.used_by)):
        if specs:
            yield f"  {word} {names(f'{spec.kind} {spec.name}' for spec in specs)}"
    for item in effect.objects:
        yield _object(item, paint, named=len(group) == 1)
        for field in item.fields:
            brief = is_text(field.change) and (field.change.before, field.change.after) in told
            yield from _field(field, "      ", paint, brief=brief)
    if effect.is_idle:
        yield "  changes no object"


def title(group: tuple[SpecEffect, ...]) -> str:
    """`Agent support`, `PromptPack support 2.0.0 (new)`, `Agent a and 13 more: b, c, …`."""
    effect = group[0]
    fate = {Action.CREATE: " (new)", Action.DELETE: " (removed)"}.get(effect.action, "")
    version = f" {effect.spec.version}" if effect.spec.version else ""
    others = f" and {len(group) - 1} more: {names(item.spec.name for item in group[1:])}" if len(group) > 1 else ""
    return f"{effect.spec.kind} {effect.spec.name}{version}{fate}{others}"


def names(words: Iterable[str]) -> str:
    """The words with commas, the first few of them."""
    known = list(words)
    more = f", … ({len(known) - MOST_NAMES} more)" if len(known) > MOST_NAMES else ""
    return ", ".join(known[:MOST_NAMES]) + more


def _risk(effect: SpecEffect, count: int, paint: _Paint) -> Iterator[str]:
    """The risk with the worst reason, and a line for each other reason."""
    each = " each" if count > 1 else ""
    worst = f": {effect.reasons[0].sentence}{each}" if effect.reasons else ""
    yield paint(effect.risk.word, f"{effect.risk.word} risk") + worst
    for reason in effect.reasons[1:]:
        yield f"  {paint(reason.risk.word, '!')} {reason.sentence}{each}"


def _object(item: ObjectEffect, paint: _Paint, *, named: bool) -> str:
    """The line of one object; the line of its spec is `named` where it is not told for several."""
    remark = f"restarts {item.restarts}" if item.restarts else _made_by(item, named=named)
    if item.replaces is not None:
        remark = f"immutable; {item.replaces.name} stays for a rollback"
    elif item.action is Action.RETIRE:
        remark = "no longer used; stays for a rollback"
    sign = _SIGN[item.action]
    return _aligned(f"  {paint(sign, sign)} {item.key}", len(f"  {sign} {item.key}"), remark)


def _made_by(item: ObjectEffect, *, named: bool) -> str:
    lines = _lines(item.causes) if named or not item.template else ()
    return ", ".join([*lines, *([f"templates/{item.template}"] if item.template else [])])


def _field(field: FieldEffect, margin: str, paint: _Paint, *, brief: bool) -> Iterator[str]:
    headline, *diff = change_lines(field.change, brief=brief)
    where = ", ".join(_lines(field.causes))
    cause = where or (f"templates/{field.template}" if field.template else "")
    yield _aligned(margin + paint(headline[0], headline[0]) + headline[1:], len(margin + headline), cause)
    for line in diff:
        yield f"{margin}    {paint(line[0], line) if line[:1] in ('+', '-') else line}".rstrip()


def _lines(spans: Iterable[Span]) -> Iterable[str]:
    """Each line once, though several of its fields changed."""
    return dict.fromkeys(f"{span.path}:{span.line}" for span in spans)


def _aligned(left: str, width: int, right: str) -> str:
    """Both parts on one line, the right one in its column if the left leaves room; on two if one would be too long."""
    if right and width >= COLUMN and width + len(right) > WIDEST:
        return f"{left}\n{' ' * COLUMN}{right}"
    return f"{left}{' ' * max(2, COLUMN - width)}{right}" if right else left


def _plain(_style: str, text: str) -> str:
    return text


def _painted(style: str, text: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style in _CODES else text
