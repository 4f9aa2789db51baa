"""Export: linked declarations -> the scope in which they are lowered, with what each offers to the others."""

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.declaration import Declaration
from compiler.kinds import KINDS
from compiler.scope import Assets, Scope
from compiler.spec_key import SpecKey


def export(environment: Declaration[Any], declarations: Iterable[Declaration[Any]], assets: Assets) -> Scope:
    """The scope of an environment. A kind sees the exports of the kinds above it in the table."""
    declared = {environment.key: environment} | {item.key: item for item in sorted(declarations, key=lambda d: d.key)}
    exports: dict[SpecKey, Mapping[str, Any]] = {}
    scope = Scope(environment, declared, exports, assets)
    for kind in KINDS.values():
        for declaration in declared.values():
            if declaration.key.kind == kind.name:
                exports[declaration.key] = kind.exports(declaration, scope)
    return scope
