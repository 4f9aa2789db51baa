"""Requirement: what a person or a package asks of a version (PEP 440) -> whether a version meets it."""

from collections.abc import Callable, Iterable

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet


def range_fault(text: str) -> str:
    """What is wrong with a range of versions, and after `; ` how to mend it; empty if nothing is."""
    example = 'write it as pip takes it, such as ">=0.1,<0.2"'
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return f"{text} is no range of versions; {example}"
    return "" if text.strip() else f"an empty range takes every version; {example}, or remove it"


def is_met(text: str, version: str) -> bool:
    """Whether a version is in a range; one before its release is taken for what it will be."""
    return SpecifierSet(text).contains(version, prereleases=True)


def unmet(requirements: Iterable[str], installed: Callable[[str], str | None]) -> tuple[str, ...]:
    """Of what a package requires here, without its extras, what is not installed in a version that it takes.

    `installed` gives the version of a distribution, None if there is none.
    """
    needed = (Requirement(text) for text in requirements)
    here = (item for item in needed if item.marker is None or item.marker.evaluate({"extra": ""}))
    return tuple(str(item) for item in here if not _has(item, installed(item.name)))


def _has(requirement: Requirement, version: str | None) -> bool:
    return version is not None and requirement.specifier.contains(version, prereleases=True)
