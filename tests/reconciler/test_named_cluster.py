"""Which cluster a person means: a context that they name, else the one that the environment declares."""

from pathlib import Path

import pytest

from compiler.errors import UsageError
from compiler.trees.folder import FolderTree
from reconciler.named_cluster import named_cluster

EXAMPLE = FolderTree(Path(__file__).parents[2])
CLUSTERS = "name prod or staging, or a kubeconfig context with --context"


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
    ("environment", "context", "told", "help"),
    [
        (None, None, "no cluster is named", CLUSTERS),
        ("dev", None, "environment dev is applied to no cluster", CLUSTERS),
        ("base", None, "environment base is abstract: a base of others, with no target of its own", CLUSTERS),
        ("base", "mine", "environment base is abstract: a base of others, with no target of its own", CLUSTERS),
        ("prd", None, "there is no environment named prd", "did you mean prod?"),
        ("prd", "mine", "there is no environment named prd", "did you mean prod?"),
        ("west", None, "there is no environment named west", CLUSTERS),
    ],
)
def test_what_names_no_cluster(environment: str | None, context: str | None, told: str, help: str) -> None:
    with pytest.raises(UsageError) as caught:
        named_cluster(EXAMPLE, environment, context)
    assert (caught.value.message, caught.value.help, caught.value.exit_code) == (told, help, 2)
