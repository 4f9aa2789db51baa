"""Check: exported declarations -> what they get wrong that types cannot say; changes nothing."""

from typing import Any

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.exported import Exported
from compiler.kinds import KINDS
from compiler.memo import Memo
from compiler.scope import Scope


def check(exported: Exported, memo: Memo) -> tuple[Diagnostic, ...]:
    """The findings of every kind's own rules, in order of the declarations' keys."""
    return tuple(
        finding
        for key, declaration in exported.declarations.items()
        for finding in memo.of(_findings, declaration, exported.scopes[key])
    )


def _findings(declaration: Declaration[Any], scope: Scope) -> tuple[Diagnostic, ...]:
    return tuple(KINDS[declaration.key.kind].check(declaration, scope))
