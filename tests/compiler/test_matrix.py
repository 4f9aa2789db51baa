"""roster diff --environments: the fields in which environments of one commit differ, and the line that set each."""

import json

import pytest

from tests.scenarios.repository import Repository, make

HEAD = "apiVersion: roster.dev/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:\n"
ENVIRONMENT = HEAD + "  bases: [../base]\n  namespace: agents\n  target: {directory: {path: all}}\n"
FILES = {
    "environments/base/environment.yaml": HEAD % ("Environment", "base") + "  abstract: true\n  fleet: acme\n",
    "environments/base/claude.yaml": HEAD % ("Provider", "claude")
    + "  type: claude\n  models: {sonnet: {model: s}}\n  keyFrom: {secretKeyRef: {name: a, key: k}}\n",
    "environments/dev/environment.yaml": ENVIRONMENT % ("Environment", "dev"),
    "environments/prod/environment.yaml": ENVIRONMENT % ("Environment", "prod")
    + "  overrides:\n  - {match: {kind: Provider}, spec: {baseURL: https://proxy}}\n",
    "environments/prod/claude.yaml": HEAD % ("Provider", "claude") + "  defaults: {maxTokens: 9}\n",
    "environments/prod/gpt.yaml": HEAD % ("Provider", "gpt") + "  type: mock\n  models: {any: {}}\n",
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = make(tmp_path_factory.mktemp("matrix") / "fleet", {})
    repository.commit(FILES)
    return repository


def rows(fleet: Repository) -> list[tuple[str, str, list[tuple[object, str]]]]:
    """Spec, field, and for each environment the value and the place or what else is said of it."""
    document = json.loads(fleet.run("diff", "--environments", "dev", "prod", "--format", "json").stdout)
    return [
        (row["spec"], row["field"], [(cell["value"], _where(cell)) for cell in row["values"]])
        for row in document["rows"]
        if row["spec"] != "Environment"
    ]


def _where(cell: dict) -> str:
    place = cell["place"]
    name = "" if place is None else f"{place['file'].removeprefix('environments/')}:{place['line']}"
    return " ".join(filter(None, (cell["note"], name)))


def test_each_field_that_differs_is_told_with_the_layer_that_set_it(fleet):
    assert rows(fleet) == [
        (
            "Provider/claude",
            "spec.baseURL",
            [(None, ""), ("https://proxy", "override for Provider prod/environment.yaml:9")],
        ),
        ("Provider/claude", "spec.defaults", [(None, ""), ({"maxTokens": 9}, "prod/claude.yaml:5")]),
        ("Provider/gpt", "", [(None, ""), (None, "prod/gpt.yaml:3")]),
    ]


def test_the_same_as_text_and_as_markdown(fleet):
    text = fleet.run("diff", "--environments", "dev", "prod").stdout
    assert "  baseURL   -    https://proxy (override for Provider, environments/prod/environment.yaml:9)\n" in text
    assert text.endswith("3 fields in 3 specs differ.\n")
    markdown = fleet.run("diff", "--environments", "dev", "prod", "--format", "markdown").stdout
    assert "| declared | - | (environments/prod/gpt.yaml:3) |" in markdown


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("dev", "prod", "--exit-code"), 1, "differ."),
        (("dev",), 2, "needs two environments or more"),
        (("dev", "prd"), 2, "did you mean prod?"),
    ],
)
def test_exit_codes(fleet, words, code, told):
    assert told in fleet.roster("diff", "--environments", *words, code=code)


def test_a_value_of_several_lines_says_that_it_goes_on(tmp_path):
    repository = make(tmp_path / "fleet", {})
    texts = {"dev": '"x\\nleft"', "prod": '"x\\nright"'}
    environments = {
        f"environments/{name}/environment.yaml": ENVIRONMENT % ("Environment", name) + f"  variables: {{a: {text}}}\n"
        for name, text in texts.items()
    }
    repository.commit({**FILES, **environments})
    shown = repository.run("diff", "--environments", "dev", "prod").stdout
    assert (
        "  variables.a  x… (environments/dev/environment.yaml:8)  x… (environments/prod/environment.yaml:8)\n" in shown
    )
