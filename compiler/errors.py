"""The exceptions of the compiler: a broken world, never a mistake in a person's specs (those are Diagnostics).

RosterError
├── UsageError            flags, names or revisions that a person gave are wrong: exit code 2
├── TargetError           the target or the source refused, or could not be reached: exit code 3
└── TemplateError         a template of Roster's own is wrong; declared beside Template
"""


class RosterError(Exception):
    """A failure with a message fit for a person: what, why, how to mend."""

    exit_code = 3

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class UsageError(RosterError):
    """What a person asked for does not make sense; nothing was done."""

    exit_code = 2


class TargetError(RosterError):
    """The target, or the repository, refused or did not answer."""
