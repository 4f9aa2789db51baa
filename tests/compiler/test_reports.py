"""Findings as people and machines read them: whole texts, and what must never be in them."""

import json
from pathlib import Path

import pytest

from compiler.compiled import Compiled
from compiler.diagnostic import Diagnostic, Severity
from compiler.mending.edit import Edit
from compiler.reports import github, markdown, text
from compiler.reports import json as json_report
from compiler.reports.findings import Findings
from compiler.reports.gather import gather
from compiler.span import Span
from compiler.trees.folder import FolderTree
from compiler.yaml_nodes import place_of

SUPPORT = "environments/base/agents/support.yaml"
SPEC = """\
apiVersion: roster.dev/v1alpha1
kind: Agent
metadata:
  name: support
spec:
  description: Answers customers' questions about orders and refunds.
  mode: daemon
  framework: {type: promptkit}
  prompts: {pack: support, version: 1.4.0}
  models:
    default:
      use: cluade/sonnet-4
      parameters: {temprature: 0.7}
"""


def diagnostic(**changed: object) -> Diagnostic:
    fields: dict[str, object] = {
        "code": "R0203",
        "severity": Severity.ERROR,
        "message": "Agent support refers to a Provider that does not exist",
        "span": Span(SUPPORT, 12, 12, 6),
        "field": "spec.models.default.use",
        "label": "no Provider is named cluade in environment dev",
        "help": "did you mean claude? (environments/base/providers/claude.yaml:4:9)",
    }
    return Diagnostic(**{**fields, **changed})  # type: ignore[arg-type]


UNKNOWN_FIELD = diagnostic(
    code="R0301",
    message="spec.models.default.parameters has no field temprature",
    span=Span(SUPPORT, 13, 20, 10),
    field="spec.models.default.parameters.temprature",
    label="",
    help="did you mean temperature?",
)


def compiled(name: str, *diagnostics: Diagnostic) -> Compiled:
    return Compiled(name=name, bundle=None, diagnostics=diagnostics)


@pytest.fixture
def tree(tmp_path: Path) -> FolderTree:
    file = tmp_path / SUPPORT
    file.parent.mkdir(parents=True)
    file.write_text(SPEC)
    return FolderTree(tmp_path)


def written(tmp_path: Path, source: str) -> FolderTree:
    (tmp_path / "file.yaml").write_text(source)
    return FolderTree(tmp_path)


def test_a_mistake_of_a_base_is_told_once_with_its_line_and_its_remedy(tree: FolderTree) -> None:
    findings = gather(
        [compiled("prod", diagnostic(label="no Provider is named cluade in environment prod"))]
        + [compiled(name, diagnostic()) for name in ("staging", "dev")]
    )
    assert (
        text.render(findings, tree)
        == """\
error[R0203]: Agent support refers to a Provider that does not exist
  --> environments/base/agents/support.yaml:12:12
   |
12 |       use: cluade/sonnet-4
   |            ^^^^^^ no Provider is named cluade in environment dev
   |
   = help: did you mean claude? (environments/base/providers/claude.yaml:4:9)
   = also seen from: prod, staging

1 error in 3 environments. Nothing was compiled. `roster explain R0203` says more.
"""
    )


def test_errors_come_before_warnings_and_the_sum_says_what_still_compiles(tree: FolderTree) -> None:
    warning = diagnostic(
        code="R0105",
        severity=Severity.WARNING,
        message="name is an old name",
        label="",
        help="",
        span=Span(SUPPORT, 4, 3, 4),
    )
    findings = gather([compiled("dev", warning), compiled("prod", UNKNOWN_FIELD, warning)])
    assert (
        text.render(findings, tree)
        == """\
error[R0301]: spec.models.default.parameters has no field temprature
  --> environments/base/agents/support.yaml:13:20
   |
13 |       parameters: {temprature: 0.7}
   |                    ^^^^^^^^^^
   |
   = help: did you mean temperature?
   = seen from: prod

warning[R0105]: name is an old name
 --> environments/base/agents/support.yaml:4:3
  |
4 |   name: support
  |   ^^^^
  |
  = seen from: dev, prod

1 error and 1 warning in 2 environments. dev compiles. `roster explain R0301` says more.
"""
    )


def test_nothing_found_is_said_in_one_line(tree: FolderTree) -> None:
    assert text.render(gather([compiled("prod"), compiled("dev")]), tree) == "2 environments are valid: dev, prod\n"
    assert text.render(gather([compiled("dev")]), tree) == "1 environment is valid: dev\n"


def test_warnings_alone_stop_nothing(tree: FolderTree) -> None:
    findings = gather([compiled("dev", diagnostic(severity=Severity.WARNING)), compiled("prod")])
    assert text.summary(findings) == (
        "1 warning in 1 of 2 environments. Everything compiles. `roster explain R0203` says more."
    )


def test_the_first_ten_are_shown_unless_all_are_asked_for(tree: FolderTree) -> None:
    many = [diagnostic(message=f"mistake {number:02}") for number in range(13)]
    findings = gather([compiled("dev", *many)])
    assert text.render(findings, tree).count("error[R0203]") == 10
    assert "\n\n+3 more; --all shows them\n\n13 errors in 1 environment. " in text.render(findings, tree)
    assert text.render(findings, tree, limit=None).count("error[R0203]") == 13


def at(number: int) -> Span:
    return Span(f"environments/base/agents/agent-{number:02}.yaml", 12, 12, 6)


def test_one_root_cause_is_told_once_with_its_other_places(tree: FolderTree) -> None:
    many = [
        diagnostic(
            message=f"Agent agent-{number:02} refers to a Provider that does not exist", span=at(number), root="x"
        )
        for number in range(14)
    ]
    findings = gather([compiled("dev", *many, UNKNOWN_FIELD)])
    assert (
        text.render(findings, tree)
        == """\
error[R0203]: Agent agent-00 refers to a Provider that does not exist
  --> environments/base/agents/agent-00.yaml:12:12
   = no Provider is named cluade in environment dev
   = help: did you mean claude? (environments/base/providers/claude.yaml:4:9)
   = also at: environments/base/agents/agent-01.yaml:12:12, environments/base/agents/agent-02.yaml:12:12 and 11 more places

error[R0301]: spec.models.default.parameters has no field temprature
  --> environments/base/agents/support.yaml:13:20
   |
13 |       parameters: {temprature: 0.7}
   |                    ^^^^^^^^^^
   |
   = help: did you mean temperature?

2 errors (15 places) in 1 environment. Nothing was compiled. `roster explain R0203` says more.
"""
    )
    assert json.loads(json_report.render(findings))["summary"]["errors"] == 15


def test_the_same_words_at_several_places_are_one_mistake(tree: FolderTree) -> None:
    same = [diagnostic(message="spec has no field facade", span=at(number)) for number in range(3)]
    other = diagnostic(message="spec has no field facade", span=at(3), help="did you mean something else?")
    shown = text.render(gather([compiled("dev", *same, other)]), tree)
    assert shown.count("error[R0203]") == 2
    assert f"= also at: {at(1)}, {at(2)}\n" in shown


def test_environments_of_all_places_are_told(tree: FolderTree) -> None:
    first, second = (diagnostic(root="x", span=at(number)) for number in (0, 1))
    shown = text.render(gather([compiled("dev", first), compiled("prod", second)]), tree)
    assert "= also seen from: prod\n" in shown


def test_the_first_environment_is_named_where_nothing_else_tells_it(tree: FolderTree) -> None:
    item = diagnostic(label="")
    shown = text.render(gather([compiled("dev", item), compiled("prod", item)]), tree)
    assert "= seen from: dev, prod\n" in shown


def test_colour_changes_no_word(tree: FolderTree) -> None:
    import re

    findings = gather([compiled("dev", diagnostic(), UNKNOWN_FIELD)])
    coloured = text.render(findings, tree, colour=True)
    assert "\x1b[1;31merror[R0203]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text.render(findings, tree)


def test_a_finding_without_a_place_or_with_a_file_that_is_gone_is_told_all_the_same(tree: FolderTree) -> None:
    nowhere = diagnostic(span=None, help="", label="")
    gone = diagnostic(span=Span("environments/gone.yaml", 3, 1), message="it is gone")
    assert (
        text.render(gather([compiled("dev", nowhere, gone)]), tree)
        == """\
error[R0203]: it is gone
 --> environments/gone.yaml:3:1
  = no Provider is named cluade in environment dev
  = help: did you mean claude? (environments/base/providers/claude.yaml:4:9)

error[R0203]: Agent support refers to a Provider that does not exist

2 errors in 1 environment. Nothing was compiled. `roster explain R0203` says more.
"""
    )


@pytest.mark.parametrize(
    ("line", "column", "width", "shown", "underline"),
    [
        ("    key: 名前 here", 13, 4, "    key: 名前 here", "              ^^^^"),
        ("  name: a\x1b[2Jb\x07c", 9, 1, "  name: a\ufffd[2Jb\ufffdc", "        ^"),
        ("\tname: tab", 2, 4, " name: tab", " ^^^^"),
        ("key: " + "x" * 300, 1, 3, "key: " + "x" * 135 + " …", "^^^"),
        ("k" * 300 + ": mistake", 303, 7, "… " + "k" * 131 + ": mistake", " " * 135 + "^^^^^^^"),
    ],
    ids=["wide characters", "control characters", "tabs", "long line, at its start", "long line, at its end"],
)
def test_the_underline_stands_under_the_words_it_means(
    tmp_path: Path, line: str, column: int, width: int, shown: str, underline: str
) -> None:
    item = diagnostic(span=Span("file.yaml", 1, column, width), label="", help="")
    report = text.render(gather([compiled("dev", item)]), written(tmp_path, line + "\n"))
    assert report.splitlines()[3:5] == [f"1 | {shown}", f"  | {underline}"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_the_line_that_is_shown_is_the_one_that_yaml_counts(tmp_path: Path, end: str) -> None:
    source = f"a: 'x{end}  y'\nb: wrong\n"
    place = place_of(source.encode(), 0, ("b",), key=False)
    item = diagnostic(span=Span("file.yaml", place.line, place.column, place.width), label="", help="")
    report = text.render(gather([compiled("dev", item)]), written(tmp_path, source))
    assert report.splitlines()[3:5] == ["3 | b: wrong", "  |    ^^^^^"]


SECRETS = [
    ("  apiKey: hunter2", 3, 6),
    ("  apiKey: hunter2", 11, 7),
    ("  password: 'hunter2 # no comment'", 3, 8),
    ("  - {name: x, token: hunter2, other: y}", 6, 4),
    ('{"client_secret":"hunter2"}', 2, 8),
    ("  value: sk-hunter2hunter2hunter2", 3, 5),
    ("  url: redis://user:hunter2@redis:6379", 3, 3),
    ("  Authorization: Bearer hunter2", 3, 3),
]


def test_of_a_link_the_line_of_the_file_is_shown(tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text("kind: Agnt\n")
    (tmp_path / "linked.yaml").symlink_to("shared.yaml")
    item = Diagnostic(
        code="R0202", severity=Severity.ERROR, message="Agnt is no kind", span=Span("linked.yaml", 1, 7, 4)
    )
    findings = Findings(diagnostics=(item,), environments=("dev",), failed=("dev",))
    assert "1 | kind: Agnt\n  |       ^^^^\n" in text.render(findings, FolderTree(tmp_path))


@pytest.mark.parametrize(("line", "column", "width"), SECRETS)
def test_what_looks_like_a_credential_is_never_printed(tmp_path: Path, line: str, column: int, width: int) -> None:
    tree = written(tmp_path, line + "\n")
    item = diagnostic(span=Span("file.yaml", 1, column, width), message="saw sk-hunter2hunter2hunter2")
    findings = gather([compiled("dev", item)])
    reports = (text.render(findings, tree), github.render(findings), json_report.render(findings))
    for report in (*reports, markdown.render(findings, tree)):
        assert "hunter2" not in report
    assert "***" in reports[0]


def test_a_reference_to_a_secret_is_no_secret(tmp_path: Path) -> None:
    line = "keyFrom: {secretKeyRef: {name: anthropic, key: api-key}}"
    report = text.render(gather([compiled("dev", diagnostic(span=Span("file.yaml", 1, 1)))]), written(tmp_path, line))
    assert f"1 | {line}" in report


SECRET_DOCUMENTS = [
    "a: b\n---\nkind: Secret\ndata:\n  harmless: aHVudGVyMg==\n",
    "kind: Secret\ndata: {\n",
    '{"kind": "Secret", "data": {"harmless": "aHVudGVyMg=="}}\n',
    "kind: List\nitems:\n- kind: Secret\n  stringData:\n    harmless: aHVudGVyMg==\n",
    '"kind" : !!str "Secret"\nstringData:\n  |\n  aHVudGVyMg==\n',
]


@pytest.mark.parametrize("source", SECRET_DOCUMENTS)
def test_no_line_of_a_secret_is_printed_but_its_kind(tmp_path: Path, source: str) -> None:
    tree = written(tmp_path, source)
    for number in range(1, source.count("\n") + 1):
        report = text.render(gather([compiled("dev", diagnostic(span=Span("file.yaml", number, 1)))]), tree)
        assert "aHVudGVyMg" not in report
        assert f"file.yaml:{number}:1" in report


def test_the_kind_of_a_secret_and_the_document_beside_it_are_printed(tmp_path: Path) -> None:
    tree = written(tmp_path, SECRET_DOCUMENTS[0])
    first, second = (
        text.render(gather([compiled("dev", diagnostic(span=Span("file.yaml", number, 1)))]), tree) for number in (1, 3)
    )
    assert "1 | a: b" in first
    assert "3 | kind: Secret" in second


def test_json_has_a_version_and_every_field(tree: FolderTree) -> None:
    mendable = diagnostic(fix=Edit(Span(SUPPORT, 12, 12, 6), "cluade", "claude"))
    findings = gather([compiled("dev", mendable), compiled("prod", mendable)])
    assert json.loads(json_report.render(findings)) == {
        "version": 1,
        "diagnostics": [
            {
                "code": "R0203",
                "severity": "error",
                "message": "Agent support refers to a Provider that does not exist",
                "place": {"file": SUPPORT, "line": 12, "column": 12, "width": 6},
                "field": "spec.models.default.use",
                "label": "no Provider is named cluade in environment dev",
                "help": "did you mean claude? (environments/base/providers/claude.yaml:4:9)",
                "fix": {"file": SUPPORT, "line": 12, "column": 12, "width": 6, "old": "cluade", "new": "claude"},
                "root": "",
                "kubernetes": [],
                "environments": ["dev", "prod"],
            }
        ],
        "allowed": [],
        "summary": {
            "errors": 1,
            "warnings": 0,
            "allowed": 0,
            "environments": ["dev", "prod"],
            "failed": ["dev", "prod"],
        },
    }


def test_github_shows_annotations_at_the_place_in_the_repository() -> None:
    item = diagnostic(message="100% wrong: a, b\nc", label="")
    assert github.render(gather([compiled("dev", item)]), folder="fleets/acme") == (
        f"::error file=fleets/acme/{SUPPORT},line=12,col=12,endColumn=18,title=R0203%3A 100%25 wrong%3A a%2C b%0Ac"
        "::100%25 wrong: a, b\ufffdc"
        "%0Ahelp: did you mean claude? (environments/base/providers/claude.yaml:4:9)%0Aseen from: dev\n"
        "1 error in 1 environment. Nothing was compiled. `roster explain R0203` says more.\n"
    )


def test_github_is_given_ten_annotations_of_a_severity_and_the_last_says_how_many_there_are() -> None:
    many = [diagnostic(message=f"mistake {number:02}") for number in range(13)]
    lines = github.render(gather([compiled("dev", *many)])).splitlines()
    assert len(lines) == 11
    assert lines[9] == "::error title=Roster::+4 more; `roster validate --all` shows them"


def test_the_comment_of_a_pull_request_cannot_be_broken_out_of(tmp_path: Path) -> None:
    tree = written(tmp_path, "key: '``` </details>'\n")
    comment = markdown.render(gather([compiled("dev", diagnostic(span=Span("file.yaml", 1, 1)))]), tree)
    assert comment.startswith("<!-- roster-diff -->\n### Roster: 1 error in 1 environment\n\n````text\n")
    assert comment.endswith("\n````\n")


def test_findings_count_what_they_hold() -> None:
    findings = Findings(
        diagnostics=(diagnostic(), diagnostic(severity=Severity.WARNING)), environments=("dev",), failed=("dev",)
    )
    assert (findings.errors, findings.warnings) == (1, 1)
