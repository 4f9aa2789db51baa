"""Check: exported declarations -> what they get wrong that types cannot say; changes nothing."""

from compiler.diagnostic import Diagnostic
from compiler.exported import Exported
from compiler.kinds import KINDS
from compiler.memo import Memo
from compiler.scope import Scope


def check(exported: Exported, memo: Memo) -> tuple[Diagnostic, ...]:
    """The findings of every kind's own rules, in order of the declarations' keys."""
    return tuple([finding for found in memo.each(_findings, exported.scopes) for finding in found])


def _findings(scope: Scope) -> tuple[Diagnostic, ...]:
    declaration = scope.own.declaration
    return tuple(KINDS[declaration.key.kind].check(declaration, scope))
