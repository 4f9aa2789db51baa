"""Comments that allow a warning: where they stand, what they need, and what is said of those that are of no use."""

from pathlib import Path

import pytest

from compiler.catalogue.example import fleet
from compiler.pipeline import compile_environment
from compiler.reports import json as json_report
from compiler.reports import text
from compiler.reports.allow import allow
from compiler.reports.allowance import allowances
from compiler.reports.findings import Findings
from compiler.reports.gather import gather
from compiler.trees.folder import FolderTree
from tests.scenarios.repository import make

TODAY = "2026-11-21"
FILE = "environments/dev/objects/monitor.yaml"
MONITOR = """\
# its definition is in the cluster
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec: {}
"""
LINE = "apiVersion: monitoring.coreos.com/v1"
WARNING = ("R0606", 2)


def validated(root: Path, files: dict[str, str], *names: str) -> Findings:
    for path, content in {**{path: file.content.decode() for path, file in fleet().items()}, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    tree = FolderTree(root)
    return allow(gather(compile_environment(tree, name) for name in names or ("dev",)), tree, TODAY)


def monitor(comment: str, *, above: bool = False) -> dict[str, str]:
    new = f"{comment}\n{LINE}" if above else f"{LINE} {comment}"
    return {FILE: MONITOR.replace(LINE, new)}


ALLOWED = [
    ("at the end of the line", monitor("# roster: allow R0606: the mesh team knows it")),
    ("with a day to come", monitor("# roster: allow R0606 until 2026-11-22: until then")),
    ("with a day that is today", monitor("# roster: allow R0606 until 2026-11-21: until then")),
    ("spaced otherwise", monitor("#roster:allow  R0606 :  the mesh team")),
    ("after another comment", monitor("# yes # roster: allow R0606: the mesh team")),
    ("on the line above", monitor("# roster: allow R0606: the mesh team", above=True)),
    ("above, with lines between", monitor("# roster: allow R0606: the mesh team\n\n  # and more", above=True)),
    (
        "with lines that end otherwise",
        {FILE: MONITOR.replace(LINE, f"{LINE} # roster: allow R0606: x").replace("\n", "\r\n")},
    ),
]


@pytest.mark.parametrize("files", [files for _, files in ALLOWED], ids=[name for name, _ in ALLOWED])
def test_a_warning_is_allowed(tmp_path: Path, files: dict[str, str]) -> None:
    findings = validated(tmp_path, files)
    assert findings.diagnostics == ()
    assert [item.code for item in findings.allowed] == ["R0606"]
    assert text.summary(findings) == "1 environment is valid: dev (1 warning allowed)"
    assert '"allowed": 1' in json_report.render(findings)


def test_a_warning_about_what_a_template_makes_is_allowed_in_the_template(tmp_path: Path) -> None:
    made = MONITOR.replace("web", '"{{ name }}"').replace(LINE, f"{LINE} # roster: allow R0606: the mesh team knows it")
    files = {"templates/agent/extra/monitor.yaml": made, "templates/agent/extra/more.yml": f"{UNNAMED}\n"}
    findings = validated(tmp_path, files)
    assert findings.diagnostics == ()
    assert [item.code for item in findings.allowed] == ["R0606", "R0806"]


UNNAMED = "a: b # roster: allow R0806: to come"
UNUSED = {FILE: MONITOR.replace("kind:", "# roster: allow R0606: x\nkind:")}
REFUSED = [
    ("at another line", UNUSED, [("R0606", 2), ("R0901", 3)]),
    ("of another code", monitor("# roster: allow R0404: x"), [WARNING, ("R0901", 2)]),
    ("without a reason", monitor("# roster: allow R0606"), [WARNING, ("R0902", 2)]),
    ("with an empty reason", monitor("# roster: allow R0606:"), [WARNING, ("R0902", 2)]),
    ("with a day that is none", monitor("# roster: allow R0606 until 2027-13-01: x"), [WARNING, ("R0902", 2)]),
    ("with another word", monitor("# roster: ignore R0606: x"), [WARNING, ("R0902", 2)]),
    ("of a code that does not exist", monitor("# roster: allow R0699: x"), [WARNING, ("R0902", 2)]),
    ("whose day is past", monitor("# roster: allow R0606 until 2026-11-20: x"), [WARNING, ("R0903", 2)]),
    ("in a text", {FILE: MONITOR.replace("{}", "{a: '# roster: allow R0606: x'}")}, [WARNING]),
    (
        "in a block of text",
        {FILE: MONITOR.replace("spec: {}", "spec:\n  a: |\n    # roster: allow R0606: x\n")},
        [WARNING],
    ),
    ("in a payload", {**monitor(""), "environments/dev/files/a.yaml": "a: b # roster: allow R0606: x\n"}, [WARNING]),
]


@pytest.mark.parametrize(("files", "expected"), [row for _, *row in REFUSED], ids=[name for name, *_ in REFUSED])
def test_a_comment_allows_nothing(tmp_path: Path, files: dict[str, str], expected: list[tuple[str, int]]) -> None:
    findings = validated(tmp_path, files)
    assert sorted((item.code, item.span.line) for item in findings.diagnostics if item.span) == sorted(expected)
    assert findings.allowed == ()


def test_an_error_cannot_be_allowed(tmp_path: Path) -> None:
    spec = "apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: support}\nspec:\n  mode: deamon # roster: allow R0304: x\n"
    findings = validated(tmp_path, {"environments/dev/support.yaml": spec})
    assert [(item.code, item.message) for item in findings.diagnostics] == [
        ("R0304", "mode must be daemon or function"),
        ("R0902", "R0304 is an error here, and errors cannot be allowed"),
    ]
    assert findings.failed == ("dev",)


def test_a_comment_is_only_called_unused_where_all_was_compiled(tmp_path: Path) -> None:
    environment = fleet()["environments/dev/environment.yaml"].content.decode()
    files = {**UNUSED, "environments/prod/environment.yaml": environment.replace(": dev", ": prod")}
    assert "R0901" not in [item.code for item in validated(tmp_path, files).diagnostics]
    assert "R0901" in [item.code for item in validated(tmp_path, files, "dev", "prod").diagnostics]
    broken = {**files, "environments/prod/x.yaml": "apiVersion: roster.dev/v1alpha1\n"}
    assert "R0901" not in [item.code for item in validated(tmp_path, broken, "dev", "prod").diagnostics]


def test_warnings_that_are_allowed_are_counted_beside_the_others(tmp_path: Path) -> None:
    findings = validated(
        tmp_path,
        {**monitor("# roster: allow R0606: x"), FILE.replace("monitor", "other"): MONITOR.replace("web", "other")},
    )
    assert text.summary(findings).startswith("1 warning and 1 warning allowed in 1 environment. Everything compiles.")


def test_a_file_that_cannot_be_read_allows_nothing() -> None:
    comment = b"a: b # roster: allow R0606: x\n"
    assert len(allowances("a.yaml", comment)) == 1
    assert allowances("a.yaml", comment + b"\xff") == ()
    assert allowances("a.yaml", comment + b"}") == ()


PROVIDER = "apiVersion: roster.dev/v1alpha1\nkind: Provider\nmetadata: {name: echo}\nspec:\n  type: mock"
SAID_TWICE = {
    **{path: file.content.decode() for path, file in fleet().items()},
    "environments/shared/echo.yaml": f"{PROVIDER}\n  models: {{any: {{}}}}\n",
    "environments/prod/environment.yaml": """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: prod}
spec: {fleet: acme, bases: [../shared], target: {directory: {path: prod}}, namespace: agents}
""",
    "environments/prod/broken.yaml": PROVIDER.replace("echo", "broken"),
    "environments/prod/echo.yaml": PROVIDER,
}
COMMANDS = (
    "validate",
    "compile prod",
    "diff HEAD~1..HEAD",
    "diff --environments dev prod",
    "why prod Provider/echo",
    "plan prod",
)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_that_shows_findings_passes_over_what_is_allowed(tmp_path: Path, words: str) -> None:
    repository = make(tmp_path, {})
    repository.commit(SAID_TWICE)
    repository.commit({})
    assert "warning[R0409]" in repository.roster(*words.split(), code=2)
    repository.commit({"environments/prod/echo.yaml": f"{PROVIDER} # roster: allow R0409: the base may change\n"})
    told = repository.roster(*words.split(), code=2)
    assert "warning[" not in told
    assert "1 error and 1 warning allowed in 1" in told
