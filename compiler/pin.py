"""Pin: what was read and the version of Roster that reads it -> a refusal if the environment wants another Roster."""

from compiler.diagnostic import Diagnostic, Severity
from compiler.inside import at
from compiler.layer import Reading
from compiler.requirement import is_met, range_fault

_PATH = ("spec", "compiler")


def pin(reading: Reading, version: str) -> tuple[Diagnostic, ...]:
    """The refusal, at the highest layer that sets `spec.compiler`; what is no range is left to `parse`."""
    documents = (layer.environment for layer in reversed(reading.layers) if layer.environment is not None)
    document = next((item for item in documents if at(item.data, *_PATH) is not None), None)
    wanted = at(document.data, *_PATH) if document is not None else None
    if document is None or not isinstance(wanted, str) or range_fault(wanted) or is_met(wanted, version):
        return ()
    return (
        Diagnostic(
            code="R0120",
            severity=Severity.ERROR,
            message=f"environment {reading.name} is compiled by Roster {wanted}, and this is Roster {version}",
            span=document.span_of(_PATH),
            field=".".join(_PATH),
            help=f"use a Roster {wanted}; `roster diff --compiler WHEEL` shows what another one would change",
        ),
    )
