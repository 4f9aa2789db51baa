"""Allowances: codes of the comments that allow a warning, R09xx."""

from compiler.catalogue.entry import Entry, warning

ENTRIES: tuple[Entry, ...] = (
    warning(
        "R0901",
        "allowance-unused",
        "A comment allows a warning that is not there",
        "What it allowed has been mended, or the comment stands at another line. Left there, it would hide the next "
        "mistake of its kind.",
        "Remove the comment, or move it to the line that the warning is about, or above it.",
    ),
    warning(
        "R0902",
        "allowance-void",
        "A comment allows nothing",
        "It names one code, and says why: what is allowed without a reason is never looked at again. Errors cannot be "
        "allowed, because nothing is compiled with them.",
        "Write # roster: allow CODE: REASON, or # roster: allow CODE until YYYY-MM-DD: REASON.",
    ),
    warning(
        "R0903",
        "allowance-ended",
        "The day until which a warning was allowed is past",
        "Somebody wanted to be reminded on that day. The warning is told again.",
        "Mend what was allowed, or write a later day.",
    ),
)
