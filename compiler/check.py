"""Check: a scope -> what its declarations get wrong that types cannot say; changes nothing."""

from compiler.diagnostic import Diagnostic
from compiler.kinds import KINDS
from compiler.scope import Scope


def check(scope: Scope) -> tuple[Diagnostic, ...]:
    """The findings of every kind's own rules, in order of the declarations' keys."""
    return tuple(
        finding
        for declaration in scope.declarations.values()
        for finding in KINDS[declaration.key.kind].check(declaration, scope)
    )
