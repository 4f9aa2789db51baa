"""JUnit: findings -> a test report: a suite for each environment, in it a case for each file with findings."""

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from compiler.diagnostic import Diagnostic, Severity
from compiler.reports.excerpt import printable
from compiler.reports.findings import Findings
from compiler.reports.text import many
from compiler.reports.words import words

_NOWHERE = "the environment"


def render(findings: Findings) -> str:
    """The report. A file fails with its errors, its warnings are told beside; an environment without any is a case."""
    root = Xml.Element("testsuites", name="roster validate")
    total = failed = 0
    for environment in findings.environments:
        seen = [item for item in findings.diagnostics if environment in item.environments]
        files = sorted({_file(item) for item in seen}) or [_NOWHERE]
        suite = Xml.SubElement(root, "testsuite", name=environment)
        failures = sum(_case(suite, path, [item for item in seen if _file(item) == path]) for path in files)
        _count(suite, len(files), failures)
        total, failed = total + len(files), failed + failures
    _count(root, total, failed)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _count(element: Xml.Element, tests: int, failures: int) -> None:
    element.attrib |= {"tests": str(tests), "failures": str(failures), "errors": "0"}


def _case(suite: Xml.Element, path: str, found: list[Diagnostic]) -> bool:
    """Add the case of one file; whether it failed."""
    case = Xml.SubElement(suite, "testcase", classname=f"roster.{suite.attrib['name']}", name=path, file=path)
    errors = [item for item in found if item.severity is Severity.ERROR]
    warnings = [item for item in found if item.severity is not Severity.ERROR]
    if errors:
        more = f" and {many(len(errors) - 1, 'other error')}" if len(errors) > 1 else ""
        head = words(errors[0])[0] + more
        Xml.SubElement(case, "failure", type=errors[0].code, message=head).text = _text(errors)
    if warnings:
        Xml.SubElement(case, "system-out").text = _text(warnings)
    return bool(errors)


def _text(found: Iterable[Diagnostic]) -> str:
    return "\n\n".join(
        "\n  ".join((f"{item.severity.value}[{item.code}] {item.span or ''}", *words(item))) for item in found
    )


def _file(item: Diagnostic) -> str:
    return printable(item.span.path) if item.span else _NOWHERE
