"""How long do helm, kubeconform and kustomize take for the objects of a fleet? `python -m tests.benchmarks.peers`

The same objects, expressed in each peer's own way, all in one run, in turn; the run fails if any of them yields other
objects. Helm fills in text; kubeconform judges what Helm wrote; kustomize sets a namespace and one label. Roster
layers, types, resolves references, fills in, judges and maps sources, and writes the same YAML. All are commands, each
in a process of its own, but `edited`: that is a process which has compiled the fleet, after one line of an agent changed.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from compiler.kube_object import KubeObject
from compiler.object_schemas.kubernetes_schemas import LATEST
from compiler.object_schemas.object_schema import schema_of
from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree
from tests.benchmarks.edited import Edited
from tests.benchmarks.expressed import chart, kustomization, parsed
from tests.benchmarks.fleets import write_fleet
from tests.benchmarks.timed import Timing, middle, timed
from tests.controlplane.recipe import STRIP, Recipe, cached, compile_tools

MODULES = Path(__file__).parent / "modules"
AGENTS = 1000
FEW_AGENTS = 200
RUNS = 5
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Command = tuple[str, ...]


def program(name: str) -> str:
    """The path of a peer's program, built now unless it is in the cache."""
    return str(cached(Recipe(MODULES / name, STRIP, "some minutes", compile_tools)) / name)


def schemas(objects: Iterable[KubeObject], folder: Path) -> None:
    """Write the schemas by which Roster judges the objects under the names that kubeconform looks for."""
    folder.mkdir()
    for data in {(item.api_version, item.key.kind): item.data for item in objects}.values():
        schema = schema_of(LATEST, (data["apiVersion"], data["kind"]))
        assert schema is not None
        group, _, version = data["apiVersion"].rpartition("/")
        name = "-".join(part for part in (data["kind"], group.partition(".")[0], version) if part)
        text = orjson.dumps({"$schema": DIALECT, **schema})
        (folder / f"{name}.json".lower()).write_bytes(text)


class Fleet:
    """One fleet on disk, and in the words of the peers."""

    def __init__(self, root: Path, agents: int) -> None:
        self.root = root
        write_fleet(agents, root / "fleet")
        bundle = compile_environment(FolderTree(root / "fleet"), "prod").bundle
        assert bundle is not None
        self.count = len(bundle.objects)
        self.expected = _bodies(root / "fleet")
        chart(bundle.objects, root / "chart")
        schemas(bundle.objects, root / "schemas")
        self.overlay = kustomization(bundle.objects, root / "kustomize")
        self.edited = Edited(root / "fleet")

    @property
    def roster(self) -> Command:
        return (sys.executable, "-m", "reconciler.cli", "-C", str(self.root / "fleet"), "compile", "prod")

    @property
    def remembered(self) -> Command:
        """The same once more, nothing changed since."""
        return self.roster

    @property
    def helm(self) -> Command:
        return (program("helm"), "template", "fleet", str(self.root / "chart"))

    @property
    def kubeconform(self) -> Command:
        known = f"{self.root}/schemas/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json"
        options = ("-strict", "-summary", "-schema-location", known)
        return (program("kubeconform"), *options, str(self.root / "helm.yaml"))

    @property
    def kustomize(self) -> Command:
        return (program("kustomize"), "build", str(self.overlay))

    def run(self, name: str, *, same: bool) -> Timing:
        """Time one peer; with `same` its output must be Roster's objects, or its verdict be about all of them."""
        if name == "edited":
            return self._edited(same=same)
        output = self.root / f"{name}.yaml"
        cache = str(self.root / "cache") if name == "remembered" else "off"
        timing = timed(getattr(self, name), output, environment={"ROSTER_CACHE": cache})
        if same and not self._is_whole(name, output.read_bytes()):
            raise AssertionError(f"the objects of {name} are not Roster's: {output.read_bytes()[:200]!r}")
        return timing

    def _edited(self, *, same: bool) -> Timing:
        """Time what follows an edit, and what follows its undoing; with `same`, each must give what a compile gives."""
        timings = []
        for is_undone in (False, True):
            timings.append(self.edited.edit())
            if same:
                text = parsed(self.edited.text)
                if text != _bodies(self.root / "fleet") or (text == self.expected) is not is_undone:
                    raise AssertionError("after an edit the objects are not those of a compile")
        return middle(timings)

    def _is_whole(self, name: str, output: bytes) -> bool:
        if name == "kubeconform":
            return f"Valid: {self.count}, Invalid: 0, Errors: 0, Skipped: 0" in output.decode()
        return parsed(output) == self.expected


def _bodies(folder: Path) -> frozenset[bytes]:
    """The objects of a fleet, compiled by a process that remembers nothing."""
    bundle = compile_environment(FolderTree(folder), "prod").bundle
    assert bundle is not None
    return frozenset(item.body for item in bundle.objects)


def measured(fleet: Fleet, names: tuple[str, ...], runs: int = RUNS) -> dict[str, Timing]:
    """The median of each peer, all in turn; the first round only warms up, and proves that the objects are the same."""
    for name in names:
        fleet.run(name, same=True)
    rounds = [{name: fleet.run(name, same=False) for name in names} for _ in range(runs)]
    return {name: middle([each[name] for each in rounds]) for name in names}


def table(fleet: Fleet, found: dict[str, Timing], say: Callable[[str], None] = print) -> None:
    """A line for each command: wall and processor seconds, an object's share, and Roster's time over its own."""
    head = f"{fleet.count} objects"
    say(f"{head:24} {'wall s':>7} {'ms/object':>10} {'cpu s':>7} {'roster / it':>12} {'by cpu':>7}")
    roster = found["roster"]
    for name, timing in found.items():
        ratios = f"{roster.wall / timing.wall:12.2f} {roster.processor / timing.processor:7.2f}"
        share = timing.wall / fleet.count * 1000
        say(f"{name:24} {timing.wall:7.2f} {share:10.3f} {timing.processor:7.2f} {ratios}")


def after_an_edit(found: dict[str, Timing], peer: str, say: Callable[[str], None] = print) -> None:
    """A line that says how long a peer takes, measured by what Roster takes after one line has changed."""
    edited, other = found["edited"], found[peer]
    ratios = f"{other.wall / edited.wall:.1f} times as long (by cpu {other.processor / edited.processor:.1f})"
    say(f"after one line has changed, {peer} takes {ratios}")


def together(first: Timing, second: Timing) -> Timing:
    """One command after the other."""
    return Timing(first.wall + second.wall, first.processor + second.processor)


def main() -> None:
    """Print a table for each size of fleet."""
    with tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(Path(folder, "many"), AGENTS)
        found = measured(fleet, ("roster", "remembered", "edited", "helm", "kubeconform"))
        table(fleet, {**found, "helm + kubeconform": together(found["helm"], found["kubeconform"])})
        after_an_edit(found, "helm")
        few = Fleet(Path(folder, "few"), FEW_AGENTS)
        found = measured(few, ("roster", "remembered", "edited", "kustomize"))
        table(few, found)
        after_an_edit(found, "kustomize")


if __name__ == "__main__":
    main()
