"""What templates may use: all that a shipped one uses is documented, and what is documented is really passed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.assets import PackageAssets
from compiler.kinds import KINDS
from compiler.kinds.agent.contract import contract_of
from compiler.kinds.agent.facts import FACTS
from compiler.pipeline import compile_environment
from compiler.source import Derived
from compiler.templating.offer import FACTS as COMMON
from compiler.templating.offer import offer, offered
from compiler.templating.template import Rendered, Template
from compiler.tree import Tree
from compiler.trees.folder import FolderTree
from tests.benchmarks.fleets import fleet
from tests.compiler.template_fleet import AGENT, FLEET, MemoryTree, tree

ROOT = Path(__file__).parents[2]
CASES = sorted(path for path in (ROOT / "tests/compiler/kinds").glob("*/*") if path.is_dir())
ASSETS = PackageAssets()
TEMPLATES = [path for kind in KINDS.values() for path in kind.templates]
SIDECAR = AGENT.replace("{port: 8080}", "{port: 8080, expose: {}}\n    a2a: {port: 9999, expose: {}}").replace(
    "    env:", "    scale: {max: 3}\n    env:"
)
ROUTED = FLEET["environments/dev/environment.yaml"] + (
    "  capabilities: [istio]\n  gateway: {name: public, namespace: infra, domain: example.com}\n"
    "  images: {pullPolicy: Always}\n"
)


def fleets() -> list[tuple[Tree, str]]:
    """Fleets in which every template is filled in."""
    routed = {"environments/dev/environment.yaml": ROUTED, "environments/dev/support.yaml": SIDECAR}
    large = MemoryTree({path: text.encode() for path, text in fleet(1).items()})
    folders: list[tuple[Tree, str]] = [(FolderTree(case), "dev") for case in CASES]
    return [*folders, (tree(routed), "dev"), (large, "prod"), (FolderTree(ROOT), "prod"), (FolderTree(ROOT), "staging")]


@pytest.fixture(scope="module")
def passed() -> Mapping[str, list[Mapping[str, Any]]]:
    """Template -> the values of each time that it was filled in, in all fleets."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    real = Template.render

    def render(self: Template, values: Mapping[str, Any], *more: Any) -> Rendered:
        found.setdefault(self.name, []).append(values)
        return real(self, values, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", render)
        for where, environment in fleets():
            compile_environment(where, environment)
    return found


def has(values: Mapping[str, Any], path: str) -> bool:
    found: Any = values
    for step in path.split("."):
        found = found.value if isinstance(found, Derived) else found
        if not isinstance(found, Mapping) or step not in found:
            return False
        found = found[step]
    return repr(found.value if isinstance(found, Derived) else found) != "omit"


def test_every_template_that_is_shipped_has_an_offer():
    assert {path for path in ASSETS.names() if not path.startswith("runtimes/")} == set(TEMPLATES)


@pytest.mark.parametrize("path", TEMPLATES)
def test_all_that_a_shipped_template_uses_is_documented(path):
    known = offered(path)
    template = ASSETS.template(path)
    assert template.problems == ()
    used = [(root, *steps[:1]) if known.get(root) else (root,) for _, (root, *steps) in template.uses]
    documented = {(root,) for root in known} | {(root, key) for root, keys in known.items() for key in keys}
    assert set(used) - documented == set()


@pytest.mark.parametrize("path", TEMPLATES)
def test_all_that_is_documented_is_passed_and_nothing_else(path, passed):
    assert path in passed, f"no fleet fills in {path}: add a case of its kind to tests/compiler/kinds/"
    times, documented = passed[path], offer(path)
    always = [name for name in documented if not name.endswith("?") and name.partition(".")[0] not in TWO]
    assert [name for name in always if not all(has(values, name) for values in times)] == []
    assert [name for name in documented if not any(has(values, name.rstrip("?")) for values in times)] == []
    names = {name.rstrip("?").partition(".")[0] for name in documented}
    assert {name for values in times for name in values} - names == set()
    inside = {
        f"{root}.{key}"
        for values in times
        for root in TWO & values.keys()
        for key in values[root]
        if has(values, f"{root}.{key}")
    }
    assert {name for name in inside if not any(known.rstrip("?").startswith(name) for known in documented)} == set()


TWO = frozenset(("facade", "runtime"))
"""The containers, of which an agent has one or both."""


def test_common_values_are_passed_to_every_template(passed):
    assert [path for path, times in passed.items() if not all(COMMON.keys() <= values.keys() for values in times)] == []


@pytest.mark.parametrize("runtime", ASSETS.runtimes())
def test_all_facts_that_a_shipped_contract_asks_for_are_documented(runtime):
    contract = contract_of(runtime, ASSETS)
    containers = [container for container in (contract.facade, contract.runtime) if container]
    assert {fact for container in containers for fact in container.env.values()} - FACTS.keys() == set()
