"""Shadow: a tree -> the templates that the fleet wrote, laid over Roster's own, and what is wrong with each of them."""

import re
from collections.abc import Iterable, Iterator

from compiler.assets import RUNTIMES, PackageAssets
from compiler.diagnostic import Diagnostic, Severity
from compiler.fleet_assets import FOLDER, FleetAssets
from compiler.kinds import KINDS
from compiler.memo import Memo
from compiler.naming import SUBDOMAIN
from compiler.problem import Problem
from compiler.span import Span
from compiler.suggestion import did_you_mean, listed
from compiler.symlink import followed
from compiler.templating.offer import offered
from compiler.templating.template import Template
from compiler.tree import Entry, Tree

LARGEST = 64 * 1024
"""Largest template, in bytes."""
MOST = 128 * 1024
"""Most that all templates of a fleet may have together, in bytes: each expression takes time to compile."""
_EXTRA = re.compile(r"([^/]+)/extra/[^/]+\.yaml$")
_TEXT = re.compile(r"([^/]+)/files/.")
_RUNTIME = re.compile(rf"{RUNTIMES}/([^/]+)\.yaml$")
_FOLDERS = frozenset(path.partition("/")[0] for kind in KINDS.values() for path in kind.templates)
"""The folders of the kinds' templates."""


def shadow(tree: Tree, memo: Memo) -> tuple[FleetAssets, tuple[Diagnostic, ...]]:
    """The templates to compile with, and every finding on those that the fleet wrote."""
    found: list[Diagnostic] = []
    own: dict[str, bytes] = {}
    refused: list[str] = []
    for path, entry in _candidates(tree):
        content, diagnostics = _content(tree, entry)
        found += diagnostics
        if content is None:
            refused.append(path)
        elif path not in _shipped() or content != PackageAssets().content(path):
            own[path] = content
    found += _too_many(own)
    found += [_stranger(path) for path in own if not _is_known(path)]
    own = {path: content for path, content in own.items() if _is_known(path)}
    if sum(map(len, own.values())) > MOST:
        own = {}
    assets, faults = memo.of(_assets, tuple(own.items()), tuple(refused))
    return assets, (*found, *faults)


def _assets(own: tuple[tuple[str, bytes], ...], refused: tuple[str, ...]) -> tuple[FleetAssets, tuple[Diagnostic, ...]]:
    """The fleet's templates by path and content, laid over Roster's own, and what is wrong in them.

    Of those that were refused it is told already why they are not there.
    """
    assets = FleetAssets(dict(own))
    found = [finding for path, _ in own for finding in _findings(path, assets, refused)]
    return assets, (*found, *_unnamed(dict(own), assets))


def _shipped() -> tuple[str, ...]:
    return PackageAssets().names()


def _candidates(tree: Tree) -> Iterator[tuple[str, Entry]]:
    """The files that may be templates, by path below `templates/`: neither hidden nor notes for people."""
    for entry in tree.entries(FOLDER):
        path = entry.path.removeprefix(f"{FOLDER}/")
        is_note = path.endswith(".md") and not _TEXT.match(path)
        if not is_note and not any(part.startswith(".") for part in path.split("/")):
            yield path, entry


def _content(tree: Tree, entry: Entry) -> tuple[bytes | None, tuple[Diagnostic, ...]]:
    file, broken = followed(tree, entry)
    if file is None:
        return None, broken
    if file.size > LARGEST:
        help = f"a template may have {LARGEST:,}; split it"
        return None, (_finding(entry.path, Problem("R0101", f"the file has {file.size:,} bytes", 1, 1, help=help)),)
    content = tree.read(file.path)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = Problem("R0102", f"the file is not UTF-8 at byte {error.start}", 1, 1, help="save the file as UTF-8")
        return None, (_finding(entry.path, problem),)
    return content, ()


def _too_many(own: dict[str, bytes]) -> Iterator[Diagnostic]:
    size = sum(map(len, own.values()))
    if size > MOST:
        help = f"together they may have {MOST:,}; what is data belongs in specs"
        problem = Problem("R0101", f"the templates of the fleet have {size:,} bytes together", 1, 1, help=help)
        yield _finding(f"{FOLDER}/{max(own, key=lambda path: (len(own[path]), path))}", problem)


def _is_known(path: str) -> bool:
    """Whether a file of this path is used for anything."""
    runtime = _RUNTIME.match(path)
    if runtime is not None:
        return SUBDOMAIN.match(runtime[1]) is not None
    more = _EXTRA.match(path) or _TEXT.match(path)
    return path in _shipped() or (more is not None and more[1] in _FOLDERS)


def _stranger(path: str) -> Diagnostic:
    folder, _, rest = path.partition("/")
    elsewhere = [f"{other}/{rest}" for other in _FOLDERS if _is_known(f"{other}/{rest}")]
    is_more = folder in _FOLDERS and rest.startswith(("extra/", "files/"))
    known = elsewhere if folder not in _FOLDERS and elsewhere else _shipped()
    meant = "" if is_more else did_you_mean(path, known)
    places = f"more objects are KIND/extra/NAME.yaml, texts KIND/files/NAME; KIND is one of {listed(_FOLDERS)}"
    return _finding(
        f"{FOLDER}/{path}",
        Problem("R0806", "no template of Roster has this name: the file does nothing", 1, 1, help=meant or places),
        Severity.WARNING,
    )


def _findings(path: str, assets: FleetAssets, refused: tuple[str, ...]) -> Iterator[Diagnostic]:
    """What is wrong with one file of the fleet, whatever it may be filled with."""
    data = {folder: data for kind in KINDS.values() for folder, data in kind.data.items()}
    folder = path.partition("/")[0]
    if folder in data:
        yield from data[folder].check(f"{FOLDER}/{path}", assets.content(path))
    elif _TEXT.match(path):
        yield from _told(path, assets.text(path).problems)
    else:
        template = assets.template(path)
        yield from _told(path, (*template.problems, *_unknown_names(path, template)))
        for name, place in template.texts.items():
            if name not in (*assets.names(), *refused) or not _TEXT.match(name):
                texts = [known for known in assets.names() if _TEXT.match(known)]
                help = did_you_mean(name, texts) or f"there are {listed(texts)}; texts lie in KIND/files/"
                message = f"there is no text {FOLDER}/{name}"
                yield from _told(path, [Problem("R0802", message, place.line, place.column, place.width, help)])


def _unknown_names(path: str, template: Template) -> Iterator[Problem]:
    """The names that no object of the template has a value for, whatever the specs hold."""
    known = offered(path)
    for spot, (root, *steps) in template.uses:
        inner = known.get(root)
        if inner is None:
            help = did_you_mean(root, known) or f"it has {listed(known)}"
            yield spot.problem("R0802", f"{root} is not defined", help)
        elif inner and steps and steps[0] not in inner:
            help = did_you_mean(steps[0], inner) or f"{root} has {listed(inner)}"
            yield spot.problem("R0802", f"{root}.{steps[0]} is not defined", help)


def _unnamed(own: Iterable[str], assets: FleetAssets) -> Iterator[Diagnostic]:
    """The texts that no template of the fleet names."""
    texts = [path for path in own if _TEXT.match(path)]
    others = [path for path in own if path not in texts and not _RUNTIME.match(path)]
    named = {name for path in others for name in assets.template(path).texts}
    for path in texts:
        if path not in named:
            help = f"name it in a template: $text: {path}"
            problem = Problem("R0806", "no template names this text: it does nothing", 1, 1, help=help)
            yield _finding(f"{FOLDER}/{path}", problem, Severity.WARNING)


def _told(path: str, problems: Iterable[Problem]) -> Iterator[Diagnostic]:
    return (_finding(f"{FOLDER}/{path}", problem) for problem in problems)


def _finding(path: str, problem: Problem, severity: Severity = Severity.ERROR) -> Diagnostic:
    span = Span(path, problem.line, problem.column, problem.width)
    return Diagnostic(code=problem.code, severity=severity, message=problem.message, span=span, help=problem.help)
