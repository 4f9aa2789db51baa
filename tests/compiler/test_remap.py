"""Findings of other tools on compiled files: each is led back to the line of the spec, or stays and is counted."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.emit import emit
from compiler.explaining.why import scalars
from compiler.fleet import environment_names
from compiler.pipeline import compile_environment
from compiler.trees.folder import FolderTree
from compiler.yaml_nodes import path_at, place_of
from compiler.yaml_reader import load

ROOT = Path(__file__).parents[2]
TREE = FolderTree(ROOT)
ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  target: {directory: {path: dev}}
  namespace: agents
"""
PLAIN = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: web}
"""
OBJECTS = "environments/dev/objects/web.yaml"


def checked(document: str) -> None:
    """Every value of a document is found at the line where it stands, and nothing else is."""
    (data,), problems = load(document.encode())
    assert not problems
    for path, _ in scalars(data):
        line = place_of(document.encode(), 0, path, key=True).line
        assert path_at(document.encode(), line, line) == path, (path, line)


@pytest.mark.parametrize("name", environment_names(TREE))
def test_every_line_of_what_is_compiled_leads_back_to_its_field(name: str) -> None:
    bundle = compile_environment(TREE, name).bundle
    assert bundle is not None
    for item in bundle.objects:
        checked(emit([item.data]).removeprefix("---\n"))


TEXTS = st.text(alphabet="ab: #'\"\n-é", max_size=12)
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, min_size=1, max_size=3),
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), DATA, min_size=1, max_size=3))
def test_so_does_every_line_of_any_data(data: dict[str, Any]) -> None:
    text = emit([data]).removeprefix("---\n")
    for path, _ in scalars(data):
        line = place_of(text.encode(), 0, path, key=False).line
        found = path_at(text.encode(), line, line)
        assert path[: len(found)] == found or found[: len(path)] == path


@pytest.mark.parametrize(
    ("first", "last", "path"),
    [
        (1, 1, ("apiVersion",)),
        (3, 3, ("metadata", "name")),
        (5, 5, ("spec", "replicas")),
        (4, 11, ("spec",)),
        (7, 9, ("spec", "template")),
        (11, 11, ("spec", "template", "spec", "containers", 0, "image")),
        (1, 11, ()),
        (99, 99, ()),
    ],
)
def test_a_region_of_several_lines_is_the_smallest_field_that_has_them_all(
    first: int, last: int, path: tuple[Any, ...]
) -> None:
    assert path_at(PLAIN.encode(), first, last) == path


def sarif(*results: dict[str, Any], **run: Any) -> dict[str, Any]:
    driver = {"tool": {"driver": {"name": "linter"}}}
    return {"version": "2.1.0", "runs": [{**driver, **run, "results": list(results)}]}


def result(uri: str, line: int | None, last: int | None = None, **more: Any) -> dict[str, Any]:
    region = {} if line is None else {"region": {"startLine": line} | ({"endLine": last} if last else {})}
    place = {"artifactLocation": {"uri": uri}, **region}
    return {"ruleId": "X1", "message": {"text": "bad"}, "locations": [{"physicalLocation": place}], **more}


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    for path, text in {"environments/dev/environment.yaml": ENVIRONMENT, OBJECTS: PLAIN}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "dev.yaml").write_text(roster(tmp_path, "compile", "dev").stdout)
    return tmp_path


def roster(folder: Path, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "reconciler.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=folder, env=environment, input=given
    )


def remapped(folder: Path, report: dict[str, Any]) -> tuple[dict[str, Any], str]:
    done = roster(folder, "remap", "--sarif", "-", given=json.dumps(report))
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown, done.stderr


def line_of(folder: Path, words: str) -> int:
    lines = (folder / "dev.yaml").read_text().splitlines()
    (found,) = [number for number, line in enumerate(lines, start=1) if line.strip() == words]
    return found


def test_a_finding_is_moved_to_the_line_of_the_spec_and_keeps_its_place_beside_it(fleet: Path) -> None:
    line = line_of(fleet, "replicas: 2")
    report, told = remapped(fleet, sarif(result("dev.yaml", line)))
    assert report == sarif(
        {
            "ruleId": "X1",
            "message": {"text": "bad"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": OBJECTS},
                        "region": {"startLine": 5, "startColumn": 13, "endColumn": 14},
                    }
                }
            ],
            "relatedLocations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": "dev.yaml"}, "region": {"startLine": line}},
                    "message": {"text": "compiled to Deployment/web spec.replicas"},
                    "id": 1,
                }
            ],
        }
    )
    assert told == "1 of 1 findings is at a line of a spec now\n"


def test_where_a_template_decides_the_specs_name_is_shown_and_the_template_named(fleet: Path) -> None:
    report, _ = remapped(
        fleet, sarif(result("dev.yaml", line_of(fleet, "kind: Namespace"), relatedLocations=[{"id": 4}]))
    )
    (found,) = report["runs"][0]["results"]
    place = found["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("environments/dev/environment.yaml", 3)
    ours, other = found["relatedLocations"]
    assert (
        ours["message"]["text"]
        == "compiled to Namespace/agents kind, which templates/environment/namespace.yaml:3 sets"
    )
    assert (ours["id"], other) == (5, {"id": 4})


@pytest.mark.parametrize("how", ["absolute", "file", "base", "index", "escaped"])
def test_a_file_may_be_named_in_every_way_that_sarif_has(how: str, fleet: Path) -> None:
    (fleet / "out put").mkdir()
    (fleet / "out put" / "dev.yaml").write_text((fleet / "dev.yaml").read_text())
    line = line_of(fleet, "replicas: 2")
    places: dict[str, dict[str, Any]] = {
        "absolute": {"uri": str(fleet / "dev.yaml")},
        "file": {"uri": (fleet / "dev.yaml").as_uri()},
        "base": {"uri": "dev.yaml", "uriBaseId": "OUT"},
        "index": {"index": 0},
        "escaped": {"uri": "out%20put/dev.yaml"},
    }
    found = {"locations": [{"physicalLocation": {"artifactLocation": places[how], "region": {"startLine": line}}}]}
    run = {
        "originalUriBaseIds": {"OUT": {"uri": (fleet / "out put").as_uri() + "/"}},
        "artifacts": [{"location": {"uri": "dev.yaml"}}],
    }
    report, _ = remapped(fleet, sarif(found, **run))
    moved = report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert (moved["artifactLocation"]["uri"], moved["region"]["startLine"]) == (OBJECTS, 5)


def test_what_cannot_be_mapped_stays_as_it_is_and_is_counted(fleet: Path) -> None:
    (fleet / "other.yaml").write_text(PLAIN)
    (fleet / "stale.yaml").write_text((fleet / "dev.yaml").read_text().replace("replicas: 2", "replicas: 3"))
    (fleet / "text.yaml").write_text("- a\n- b\n")
    line = line_of(fleet, "replicas: 2")
    results = [
        result("none.yaml", 1),
        result("other.yaml", 5),
        result("stale.yaml", line),
        result("text.yaml", 1),
        {"message": {"text": "nowhere"}},
        result("dev.yaml", 9_999),
        result("dev.yaml", None),
        result("dev.yaml", line),
    ]
    report, told = remapped(fleet, sarif(*results))
    assert report["runs"][0]["results"][:-1] == results[:-1]
    assert report["runs"][0]["results"][-1] != results[-1]
    assert told == (
        "1 of 8 findings are at a line of a spec now\n"
        "  2 stay as before: it names no file that is there\n"
        "  1 stays as before: the object there is not one of this fleet\n"
        "  1 stays as before: the specs no longer compile to what is there: compile dev again\n"
        "  1 stays as before: its file holds no Kubernetes object at that line\n"
        "  1 stays as before: its file has no such line\n"
        "  1 stays as before: it names no line, and its file holds several objects\n"
    )


def test_the_place_in_the_specs_is_a_uri(fleet: Path) -> None:
    (fleet / OBJECTS).rename(fleet / "environments/dev/objects/büro 1%.yaml")
    report, _ = remapped(fleet, sarif(result("dev.yaml", line_of(fleet, "replicas: 2"))))
    moved = report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert moved["artifactLocation"]["uri"] == "environments/dev/objects/b%C3%BCro%201%25.yaml"


def test_a_report_without_findings_is_printed_as_it_is(fleet: Path) -> None:
    report = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "linter"}}}], "$schema": "x"}
    assert remapped(fleet, report) == (report, "0 of 0 findings are at a line of a spec now\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "error: - is not JSON"),
        ("[]", "error: - is no SARIF report: it has no runs"),
        ('{"runs": 5}', "error: - is no SARIF report: it has no runs"),
        ('{"runs": ' + "[" * 20_000 + "]" * 20_000 + "}", "error: - is nested too deep"),
    ],
)
def test_what_is_no_report_is_an_error(text: str, message: str, fleet: Path) -> None:
    done = roster(fleet, "remap", "--sarif", "-", given=text)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


@pytest.mark.parametrize(
    "artifact", [{"uri": "http://[::1"}, {"uri": "a", "uriBaseId": ["x"]}, {"uri": "a\0b"}, {"index": -7}, {"uri": 5}]
)
def test_a_place_that_makes_no_sense_is_left_as_it_is(artifact: dict[str, Any], fleet: Path) -> None:
    found = {"locations": [{"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": -1}}}]}
    report = {"runs": [{"originalUriBaseIds": {"x": {"uri": "file://["}}, "results": [found]}]}
    done = roster(fleet, "remap", "--sarif", "-", given=json.dumps(report))
    assert (done.returncode, json.loads(done.stdout)) == (0, report)
    assert "1 stays as before: it names no file that is there" in done.stderr


def test_a_report_that_is_not_there_is_an_error(fleet: Path) -> None:
    done = roster(fleet, "remap", "--sarif", "none.sarif")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "error: none.sarif cannot be read: No such file or directory",
    )


def test_specs_with_errors_are_an_error(fleet: Path) -> None:
    report = json.dumps(sarif(result("dev.yaml", line_of(fleet, "replicas: 2"))))
    (fleet / OBJECTS).write_text(PLAIN.replace("replicas", "replcas"))
    done = roster(fleet, "remap", "--sarif", "-", given=report)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: environment dev has errors")


def test_files_of_one_object_each_are_led_back_too(fleet: Path) -> None:
    """A finding about a whole file is about the object, and so about the document that declares it."""
    (fleet / "out").mkdir()
    documents = (fleet / "dev.yaml").read_text().split("---\n")[1:]
    (deployment,) = (text for text in documents if "kind: Deployment\n" in text)
    (fleet / "out/deployment-web.yaml").write_text(deployment)
    line = deployment.splitlines().index("  replicas: 2") + 1
    report, told = remapped(
        fleet, sarif(result("out/deployment-web.yaml", line), result("out/deployment-web.yaml", None))
    )
    places = [item["locations"][0]["physicalLocation"] for item in report["runs"][0]["results"]]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        (OBJECTS, 5),
        (OBJECTS, 1),
    ]
    assert told == "2 of 2 findings are at a line of a spec now\n"


def test_a_repository_that_holds_more_than_the_fleet_gets_paths_from_its_top(fleet: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "fleet").mkdir()
    (tmp_path / "environments").rename(tmp_path / "fleet" / "environments")
    done = roster(
        tmp_path,
        "-C",
        "fleet",
        "remap",
        "--sarif",
        "-",
        given=json.dumps(sarif(result("dev.yaml", line_of(fleet, "replicas: 2")))),
    )
    (found,) = json.loads(done.stdout)["runs"][0]["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"fleet/{OBJECTS}"
