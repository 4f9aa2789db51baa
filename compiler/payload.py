"""Payload: a text computed from a spec -> what the immutable ConfigMap that holds it is called and made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.declaration import Declaration
from compiler.kind import Emit
from compiler.naming import hashed
from compiler.source import Derived, FieldPath

_DEPTH = 4
"""How deep a field of a spec may lie and still be named as a source by itself."""

CREDENTIAL_HEADERS = frozenset(("authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"))
"""HTTP headers, in lower case, that carry credentials; whoever may read a ConfigMap would read them."""


VALUES: Mapping[str, str] = {
    "config.name": "what the ConfigMap must be called: its family and a hash of the content",
    "config.key": "the key of its one entry",
    "text": "the content of the entry, to the byte",
}
"""What the template of a payload's ConfigMap may use."""


@dataclass(frozen=True, slots=True)
class Payload:
    """The one entry of an immutable ConfigMap. Other content has another name: what runs keeps what it started with."""

    name: str
    """Name of the ConfigMap: the family and ten hash characters of the content."""
    family: str
    """The name without the hash, `support-pack`."""
    key: str
    """The entry's key, `pack.json`."""
    text: Derived
    """The entry's content with the fields it was made of."""

    @property
    def config(self) -> dict[str, str]:
        """Where others find the content: the ConfigMap's name and its key."""
        return {"name": self.name, "key": self.key}

    def emit(self, template: str) -> Emit:
        """The object to make; its template uses `config.name` and `text`."""
        return Emit(template, {"config": self.config, "text": self.text}, self.family)


def payload(declaration: Declaration[Any], suffix: str, key: str, text: Derived) -> Payload:
    """The payload of a spec, in the family `<name>-<suffix>`."""
    family = f"{declaration.name}-{suffix}"
    return Payload(hashed(family, {key: text.value}), family, key, text)


def written(data: Mapping[str, Any]) -> tuple[FieldPath, ...]:
    """The paths of the fields in the data of a `spec`, so that a change can be told by the field that changed."""
    return tuple(_fields(data, ()))


def _fields(value: Any, path: FieldPath) -> Iterator[FieldPath]:
    if isinstance(value, dict) and value and len(path) < _DEPTH:
        for key, item in value.items():
            yield from _fields(item, (*path, key))
    else:
        yield path
