"""Omnia's own documents where they lie, and an environment to put documents in."""

import os
from pathlib import Path

import pytest

from compiler.compiled import Compiled
from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  target: {directory: {path: dev}}
  namespace: agents
  capabilities: [keda]
  metrics: {prometheus: "http://prometheus:9090"}
  gateway: {name: public, domain: example.com}
"""


@pytest.fixture(scope="session")
def samples(pytestconfig: pytest.Config) -> Path:
    """The folder of Omnia's own documents, beside the repository; never skipped."""
    beside = pytestconfig.rootpath.parent / "shared" / "samples"
    folder = Path(os.environ.get("ROSTER_SAMPLES", beside)) / "omnia"
    if not folder.is_dir():
        pytest.fail(f"Omnia's own documents are needed at {folder}, or where ROSTER_SAMPLES says")
    return folder


class Fleet:
    """An environment in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "environments" / "dev"
        self.folder.mkdir(parents=True)
        (self.folder / "environment.yaml").write_text(ENVIRONMENT)

    def compiled(self, *texts: str) -> Compiled:
        for index, text in enumerate(texts):
            (self.folder / f"document-{index}.yaml").write_text(text)
        return compile_environment(FolderTree(self.root), "dev")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)
