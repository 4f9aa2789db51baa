"""Which cluster a person means: a context that they name, else the one that the environment declares."""

from pathlib import Path

import pytest

from compiler.errors import UsageError
from compiler.trees.folder import FolderTree
from reconciler.named_cluster import named_cluster

EXAMPLE = FolderTree(Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("environment", "context", "meant"),
    [
        ("prod", None, "prod-eu"),
        ("staging", None, "staging-eu"),
        ("prod", "mine", "mine"),
        ("dev", "mine", "mine"),
        (None, "mine", "mine"),
    ],
)
def test_the_cluster_that_is_meant(environment: str | None, context: str | None, meant: str) -> None:
    assert named_cluster(EXAMPLE, environment, context) == meant


@pytest.mark.parametrize(
    ("environment", "context", "told"),
    [
        (None, None, "no cluster is named"),
        ("dev", None, "environment dev is applied to no cluster"),
        ("prd", None, "there is no environment named prd"),
        ("prd", "mine", "there is no environment named prd"),
    ],
)
def test_what_names_no_cluster(environment: str | None, context: str | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        named_cluster(EXAMPLE, environment, context)
