"""Builds the control plane once into the user's cache folder: `python -m tests.controlplane.build`."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.controlplane.definitions import write_definitions
from tests.controlplane.recipe import STRIP, Recipe, Workplace, cached, compile_tools
from tests.controlplane.stages import write_stock_stages
from tests.controlplane.toolchain import Unavailable

MODULES = Path(__file__).parent / "modules"
# Without its version the server calls itself one that clients cannot parse.
VERSION = "k8s.io/component-base/version.git"
KUBERNETES_LDFLAGS = f"{STRIP} -X {VERSION}Version=v1.36.3 -X {VERSION}Major=1 -X {VERSION}Minor=36"


@dataclass(frozen=True)
class Built:
    """The folders of the cache that a control plane is started from."""

    kubernetes: Path
    kwok: Path
    definitions: Path

    def program(self, name: str) -> str:
        """The path of a program."""
        return str((self.kwok if name == "kwok" else self.kubernetes) / name)


def build() -> Built:
    """Everything a control plane needs, built now unless it is in the cache."""
    return Built(cached(KUBERNETES), cached(KWOK), build_definitions())


def build_definitions() -> Path:
    """Only the definitions, for tests against a cluster from elsewhere."""
    return cached(DEFINITIONS)


def _fill_kubernetes(place: Workplace) -> None:
    compile_tools(place, KUBERNETES_LDFLAGS)
    # The root of etcd's server module is its main package, which names the program.
    (place.output / "server").rename(place.output / "etcd")


def _fill_kwok(place: Workplace) -> None:
    compile_tools(place)
    write_stock_stages(place.source("sigs.k8s.io/kwok"), place.output)


def _fill_definitions(place: Workplace) -> None:
    place.run("mod", "download")
    write_definitions(place.source, place.output)


KUBERNETES = Recipe(MODULES / "kubernetes", KUBERNETES_LDFLAGS, "4 to 10 minutes", _fill_kubernetes)
KWOK = Recipe(MODULES / "kwok", STRIP, "1 to 2 minutes", _fill_kwok)
DEFINITIONS = Recipe(MODULES / "definitions", "", "some seconds", _fill_definitions)


if __name__ == "__main__":
    try:
        build()
    except Unavailable as why:
        sys.exit(f"control plane: {why}")
