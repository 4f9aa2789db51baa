"""The flags that commands with a target share: a command's context in, Settings and a compiled commit out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compiler.cli import WRONG, mention_uncommitted, tell_findings
from compiler.errors import UsageError

if TYPE_CHECKING:
    from compiler.bundle import Bundle
    from compiler.caching.cache import Cache
    from compiler.compiled import Compiled
    from reconciler.settings import Settings
    from reconciler.source.revision import Revision

NOT_DONE = 3
"""Exit code: something was not applied, is held, cannot be reached, or is not healthy."""
Decorated = Callable[..., Any]


_FOLDER = click.Path(path_type=Path)
_TARGET = (
    click.option("--ref", metavar="REF", default="HEAD", show_default=True, help="The branch, tag or commit to read."),
    click.option("--source", metavar="URL", help="Read commits from this repository instead of DIR's."),
    click.option("--root", metavar="DIR", type=_FOLDER, help="Folder of directory targets; default .roster/."),
    click.option("--kubeconfig", metavar="FILE", help="The kubeconfig to use instead of KUBECONFIG or your own."),
    click.option("--context", "kube_context", metavar="NAME", help="Its context to use instead of the environment's."),
    click.option("--as", "impersonate", metavar="USER", help="Make every request to the cluster as this user."),
)
reach_option = click.option(
    "--namespace", "namespaces", metavar="NS", multiple=True, help="Write to no namespace but these."
)
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Print nothing but what went wrong.")
_CONSENT = (
    click.option("--adopt", metavar="KIND/NAME", multiple=True, help="Take over this object, which is not ours yet."),
    click.option("--allow-empty", is_flag=True, help="Delete everything if the environment has become empty."),
)


def target_options(command: Decorated) -> Decorated:
    """The flags that say where commits come from and which target is meant."""
    return _with(_TARGET, command)


def consent_options(command: Decorated) -> Decorated:
    """The flags by which a person agrees to more than is always done."""
    return _with(_CONSENT, command)


def _with(options: tuple[Callable[[Decorated], Decorated], ...], command: Decorated) -> Decorated:
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Commit:
    """An environment as a commit declares it."""

    revision: "Revision"
    """The commit."""
    bundle: "Bundle"
    """What it compiles to."""
    target: Any
    """The environment's `spec.target`."""
    compiled: "Compiled"
    """All that the compiler found, to tell where a field was written."""


def settings_of(context: click.Context, flags: dict[str, Any]) -> "Settings":
    """What the shared flags mean. Raises UsageError if DIR is in no repository and no other source is given."""
    from compiler.trees.git import top_and_folder
    from reconciler.reach import Reach
    from reconciler.settings import DEFAULT_ROOT, Settings
    from reconciler.source.revision import GitSource

    directory: Path = context.obj if isinstance(context.obj, Path) else Path()
    location, folder = (flags["source"], "") if flags["source"] else top_and_folder(directory)
    namespaces = frozenset(flags.get("namespaces", ())) or None
    return Settings(
        directory=directory,
        root=(flags["root"] or directory / DEFAULT_ROOT).absolute(),
        source=GitSource(str(location), flags["ref"], folder),
        kubeconfig=flags["kubeconfig"],
        context=flags["kube_context"],
        reach=Reach(namespaces=namespaces, impersonate=flags["impersonate"] or ""),
    )


def read_commit(settings: "Settings") -> "Revision":
    """The commit for a command that only reads: no mirror is made where the commit lies on this machine already."""
    from reconciler.fetch import fetch
    from reconciler.settings import make_root
    from reconciler.source.local_revision import local_revision

    if settings.source.is_local:
        return local_revision(settings.source)
    make_root(settings.root)
    return fetch(settings.source, settings.mirrors)


def commit_of(context: click.Context, settings: "Settings", revision: "Revision", name: str) -> Commit:
    """The environment compiled at a revision, or remembered from an earlier command; with errors in its specs they are
    printed and the command ends with 2."""
    from compiler.cli import less_allowed
    from compiler.compile_each import compile_each
    from compiler.kinds.environment import Target
    from compiler.reports.gather import gather
    from compiler.reports.text import many

    tree = revision.tree()
    demand_environment(tree, name)
    (compiled,) = compile_each(tree, (name,), _cache(settings))
    findings = less_allowed(gather([compiled]), tree)
    if compiled.bundle is None:
        tell_findings(findings, tree)
        context.exit(WRONG)
    if findings.warnings and not context.params.get("quiet"):
        count = many(findings.warnings, "warning")
        click.echo(f"note: {count} in the specs; `roster validate {name}` shows what", err=True)
    return Commit(revision, compiled.bundle, Target.model_validate(compiled.environment["target"]), compiled)


def _cache(settings: "Settings") -> "Cache":
    """The user's cache, unless it lies where the commits come from."""
    from compiler.cli import cache_for

    return cache_for(Path(settings.source.location) if settings.source.is_local else settings.directory)


def demand_environment(tree: Any, name: str) -> None:
    """Raise UsageError unless the tree declares this environment and it can be compiled."""
    from compiler.fleet import environment_names, why_none
    from compiler.suggestion import did_you_mean

    known = environment_names(tree)
    if name not in known:
        listed = (
            f"there are: {', '.join(known)}" if known else "write environments/NAME/environment.yaml, and commit it"
        )
        raise UsageError(f"{tree.name}: {why_none(tree, name)}", did_you_mean(name, known) or listed)


def mention_unread(context: click.Context, settings: "Settings", verb: str) -> None:
    """Say on standard error that the work folder holds more than the commit that is read."""
    if settings.source.ref != "HEAD" or not settings.source.is_local or context.params.get("quiet"):
        return
    mention_uncommitted(settings.directory, verb)
