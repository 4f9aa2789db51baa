"""Requirement: what a person or a package asks of a version (PEP 440) -> whether a version meets it."""

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
