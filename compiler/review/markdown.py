"""Markdown: a comparison -> the comment of a pull request: verdict and table, then details, most dangerous first.

A forge refuses a comment that is too long; so details are left out whole, the least dangerous first, and it is said.
"""

import re
from collections.abc import Iterator

from compiler.reports.markdown import MARK
from compiler.review.alike import alike
from compiler.review.effect import Action, Comparison, Review, Risk, SpecEffect
from compiler.review.text import effect_lines, names, patches, summary, title

LONGEST = 65_000
"""Most characters of a comment, a little less than the 65,536 that GitHub takes."""
MOST_ROWS = 100
"""Most rows of the table."""

_Group = tuple[SpecEffect, ...]


def render(comparison: Comparison) -> str:
    """The comment, at most LONGEST characters."""
    groups = sorted(_groups(comparison), key=lambda pair: -pair[1][0].risk)
    head = "\n".join([MARK, *_verdict(comparison), "", *_table(groups), *_notes(comparison), ""])
    text, left_out = head, 0
    for review, group in groups:
        details = "\n".join(_details(review, group))
        if len(text) + len(details) + len(_left_out(len(groups))) > LONGEST:
            left_out += 1
        else:
            text += details
    return text + (_left_out(left_out) if left_out else "")


def _groups(comparison: Comparison) -> Iterator[tuple[Review, _Group]]:
    for review in comparison.changed:
        if review.action is not Action.DELETE:
            yield from ((review, group) for group in alike(review.effects))


def _verdict(comparison: Comparison) -> Iterator[str]:
    changed = comparison.changed
    if not changed:
        yield "### Roster: nothing changes"
    else:
        risk = max(review.risk for review in changed)
        specs = sum(len(review.effects) for review in changed)
        where = names(review.environment for review in changed)
        yield f"### Roster: {specs} spec{'' if specs == 1 else 's'} in {where}, {_word(risk)}"
    if comparison.commit:
        yield f"{comparison.head} compared with {comparison.base}, both at `{comparison.commit}`."
    else:
        yield f"Compared at `{comparison.head}` with the merge base `{comparison.base}`."
    for review in changed:
        yield ""
        yield f"- **{review.environment}**: {_fate(review)}"
    for review in comparison.reviews:
        if review.action is Action.NONE and review.patches:
            yield ""
            yield f"- **{review.environment}**: unchanged.   {patches(review)}."


def _fate(review: Review) -> str:
    if review.action is Action.DELETE:
        return "is gone from Git; what was applied stays on its target."
    new = "a new environment. " if review.action is Action.CREATE else ""
    return new + summary(review).removeprefix("Diff: ")


def _table(groups: list[tuple[Review, _Group]]) -> Iterator[str]:
    if not groups:
        return
    yield "| risk | environment | spec | objects | why |"
    yield "| --- | --- | --- | --- | --- |"
    for review, group in groups[:MOST_ROWS]:
        effect = group[0]
        why = "; ".join(reason.sentence for reason in effect.reasons)
        cells = (_word(effect.risk), review.environment, title(group), _counts(effect), why)
        yield f"| {' | '.join(map(_cell, cells))} |"
    if len(groups) > MOST_ROWS:
        yield f"\n+{len(groups) - MOST_ROWS} more; `roster diff` shows them"
    yield ""


def _counts(effect: SpecEffect) -> str:
    """`+1 ~2 -0`."""
    counts = {"+": (Action.CREATE, Action.REPLACE), "~": (Action.UPDATE,), "-": (Action.DELETE,)}
    return " ".join(f"{sign}{sum(item.action in which for item in effect.objects)}" for sign, which in counts.items())


def _cell(text: str) -> str:
    """Text that cannot leave its cell, nor become markup."""
    cropped = text if len(text) <= 300 else f"{text[:299]}…"
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", cropped.replace("\n", " "))


def _notes(comparison: Comparison) -> Iterator[str]:
    for note in comparison.notes:
        yield f"> {_cell(note)}"
        yield ""


def _details(review: Review, group: _Group) -> Iterator[str]:
    lines = list(effect_lines(group, lambda _style, text: text))[1:]
    body = "\n".join(_signed(line) for line in lines)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", body)), default=0))
    summary_line = f"{review.environment}: {title(group)}, {_word(group[0].risk)}"
    escaped = summary_line.replace("&", "&amp;").replace("<", "&lt;")
    yield f"<details{' open' if group[0].risk is Risk.HIGH else ''}><summary>{escaped}</summary>"
    yield ""
    yield f"{fence}diff"
    yield body
    yield fence
    yield "</details>"
    yield ""
    yield ""


def _signed(line: str) -> str:
    """The line with its sign in the first column, where a forge looks for the colour of a diff."""
    found = re.match(r"( +)([+-]) ?", line)
    return line if found is None else f"{found[2]} {found[1]}{line[found.end() :]}"


def _word(risk: Risk) -> str:
    return f"{risk.word} risk"


def _left_out(count: int) -> str:
    return (
        f"\n{count} more detail{'' if count == 1 else 's'} left out for want of room; `roster diff` shows everything.\n"
    )
