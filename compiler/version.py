"""Version: semantic versions (semver.org 2.0.0) compared, and the newest of a track."""

import re
from collections.abc import Iterable

PATTERN = (
    r"^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"
)
_VERSION = re.compile(r"^v?(\d+)\.(\d+)\.(\d+)(?:-([^+]+))?")

TRACKS = ("stable", "prerelease")
Precedence = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]


def precedence(version: str) -> Precedence:
    """The sort key of semver.org section 11. Raises ValueError for what is no version."""
    match = _VERSION.match(version)
    if match is None:
        raise ValueError(f"{version} is not a semantic version")
    major, minor, patch, pre = match.groups()
    identifiers = tuple(
        (False, int(part), "") if part.isdigit() else (True, 0, part) for part in (pre.split(".") if pre else ())
    )
    return int(major), int(minor), int(patch), pre is None, identifiers


def newest(versions: Iterable[str], track: str) -> str | None:
    """The highest version of a track: `stable` knows no pre-releases, `prerelease` takes every version."""
    candidates = [version for version in versions if track == "prerelease" or precedence(version)[3]]
    return max(candidates, key=precedence, default=None)
