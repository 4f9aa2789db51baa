"""note_pass: what came of a pass in, its Git note written beside the commit, and pushed where asked."""

from compiler.errors import TargetError
from reconciler.reports.report_text import note_text
from reconciler.request import Report
from reconciler.source.notes import push_notes, read_note, write_note
from reconciler.source.revision import GitSource, Revision


def note_pass(report: Report, revision: Revision, source: GitSource, *, push: bool) -> str:
    """Write the note unless the pass changed nothing and the verdict is the one noted.

    Returns a warning, empty if all went well: a note is never worth failing a pass for.
    """
    environment = report.which.unit.environment
    text = note_text(report)
    before = read_note(revision, environment)
    if report.plan.empty and before.partition("\n")[0] == text.partition("\n")[0]:
        return ""
    try:
        write_note(revision, environment, text)
    except TargetError as error:
        return error.message
    return push_notes(source, revision, environment) if push else ""
