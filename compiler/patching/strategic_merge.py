"""strategic_merge: an object, a patch of `merge` and the object's shape -> the object patched as Kubernetes would.

Maps merge, lists merge by the keys of Kubernetes' schemas or are replaced, null removes; in a list that merges,
`$patch: delete` beside an item's key removes the item, and `$patch: replace` replaces a map or a list.
"""

from collections.abc import Mapping
from typing import Any

from compiler.object_path import object_path
from compiler.object_schemas.object_shape import ObjectShape
from compiler.patching.patching import Miss, Patching, same, unshared
from compiler.source import FieldPath
from compiler.suggestion import did_you_mean, listed

_DIRECTIVE = "$patch"
_NEEDED = {"containers": "image", "initContainers": "image"}
"""List -> what an item needs besides its key, so that a misspelt name is not a new item."""


def strategic_merge(patching: Patching, patch: Mapping[str, Any], shape: ObjectShape, source: FieldPath) -> None:
    """Lay a patch, which stands at `source` in its spec, over the object; what hits nothing is noted."""
    _Merging(patching).map(patching.data, patch, (), source, shape)


class _Merging:
    def __init__(self, patching: Patching) -> None:
        self.patching = patching

    def map(
        self, data: dict[str, Any], patch: Mapping[str, Any], path: FieldPath, source: FieldPath, shape: ObjectShape
    ) -> None:
        if patch.get(_DIRECTIVE) == "replace":
            self._replace_map(data, patch, path, source)
            return
        for key, value in patch.items():
            here, there = (*path, key), (*source, key)
            if key.startswith("$"):
                self._miss(there, path, f"has the directive {key}, which Roster does not know", "use json instead")
            elif value is None or (isinstance(value, Mapping) and value.get(_DIRECTIVE) == "delete"):
                self._remove(data, key, path, there)
            else:
                self._put(data, key, value, here, there, shape.inner(key))

    def _put(
        self, data: dict[str, Any], key: str, value: Any, path: FieldPath, source: FieldPath, shape: ObjectShape
    ) -> None:
        if isinstance(value, Mapping):
            if not isinstance(data.get(key), dict):
                data[key] = {}
                self._touch(path, source)
            self.map(data[key], value, path, source, shape)
        elif isinstance(value, list | tuple) and isinstance(data.get(key), list):
            self._list(data[key], value, path, source, shape)
        elif key not in data or not same(data[key], value):
            data[key] = unshared(value)
            self._touch(path, source)

    def _replace_map(self, data: dict[str, Any], patch: Mapping[str, Any], path: FieldPath, source: FieldPath) -> None:
        wanted = unshared({key: value for key, value in patch.items() if key != _DIRECTIVE})
        if not same(data, wanted):
            data.clear()
            data.update(wanted)
            self._touch(path, source)

    def _remove(self, data: dict[str, Any], key: str, path: FieldPath, source: FieldPath) -> None:
        if key in data:
            del data[key]
            self.patching.removed[(*path, key)] = source
        else:
            self._miss(source, path, f"has no {key} to remove", _hint(key, data))

    def _list(
        self,
        data: list[Any],
        patch: list[Any] | tuple[Any, ...],
        path: FieldPath,
        source: FieldPath,
        shape: ObjectShape,
    ) -> None:
        replaces = any(isinstance(item, Mapping) and item.get(_DIRECTIVE) == "replace" for item in patch)
        if shape.key and not replaces:
            self._keyed(data, patch, path, source, shape)
            return
        wanted = [item for item in patch if not (isinstance(item, Mapping) and _DIRECTIVE in item)]
        if shape.is_set and not replaces:
            wanted = [*data, *(item for item in wanted if item not in data)]
        if not same(data, wanted):
            data[:] = unshared(wanted)
            self._touch(path, source, exact=len(wanted) == len(patch))

    def _keyed(
        self,
        data: list[Any],
        patch: list[Any] | tuple[Any, ...],
        path: FieldPath,
        source: FieldPath,
        shape: ObjectShape,
    ) -> None:
        """Items that go first, so that the places of the others are what they will be."""
        named = [(index, item) for index, item in enumerate(patch) if isinstance(item, Mapping) and shape.key in item]
        for index in {*range(len(patch))} - {index for index, _ in named}:
            self._miss((*source, index), path, f"merges by {shape.key}, and the item lacks it", f"add {shape.key}")
        for index, item in named:
            if item.get(_DIRECTIVE) == "delete":
                self._drop(data, item[shape.key], path, (*source, index), shape.key)
        for index, item in named:
            if item.get(_DIRECTIVE) != "delete":
                self._item(data, item, path, (*source, index), shape)

    def _drop(self, data: list[Any], name: Any, path: FieldPath, source: FieldPath, key: str) -> None:
        found = _index(data, key, name)
        if found is None:
            self._miss(source, path, f"has no item {name} to remove", _hint(name, _names(data, key)))
        else:
            del data[found]
            self.patching.removed[(*path, found)] = source

    def _item(
        self, data: list[Any], item: Mapping[str, Any], path: FieldPath, source: FieldPath, shape: ObjectShape
    ) -> None:
        found = _index(data, shape.key, item[shape.key])
        needed = _NEEDED.get(str(path[-1]))
        if found is None and needed is not None and needed not in item:
            message = f"has no item {item[shape.key]}, and a new one needs {needed}"
            self._miss((*source, shape.key), path, message, _hint(item[shape.key], _names(data, shape.key)))
        elif found is None:
            data.append({})
            self._touch((*path, len(data) - 1), source)
            self.map(data[-1], item, (*path, len(data) - 1), source, shape.item)
        else:
            self.map(data[found], item, (*path, found), source, shape.item)

    def _touch(self, path: FieldPath, source: FieldPath, *, exact: bool = True) -> None:
        self.patching.touched[path] = (source, exact)

    def _miss(self, source: FieldPath, path: FieldPath, message: str, help: str) -> None:
        where = object_path(self.patching.data, path)
        self.patching.misses.append(Miss(source, f"{where} {message}".strip(), help))


def _index(data: list[Any], key: str, name: Any) -> int | None:
    """Where the item of this name stands."""
    return next((at for at, item in enumerate(data) if isinstance(item, Mapping) and item.get(key) == name), None)


def _names(data: list[Any], key: str) -> list[str]:
    return [str(item[key]) for item in data if isinstance(item, Mapping) and key in item]


def _hint(word: Any, known: Any) -> str:
    return did_you_mean(str(word), known) or f"there are: {listed(map(str, known))}"
