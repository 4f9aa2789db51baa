"""Markdown: findings -> the comment of a pull request that cannot be compared, because its specs do not compile."""

import re

from compiler.reports.findings import Findings
from compiler.reports.text import render as render_text
from compiler.reports.text import summary
from compiler.tree import Tree

MARK = "<!-- roster-diff -->"
"""Invisible first line by which a later run finds its own comment again."""


def render(findings: Findings, tree: Tree) -> str:
    """The comment: the sum, and the first findings as a person reads them on a terminal."""
    text = render_text(findings, tree)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{MARK}\n### Roster: {summary(findings).partition('.')[0]}\n\n{fence}text\n{text}{fence}\n"
