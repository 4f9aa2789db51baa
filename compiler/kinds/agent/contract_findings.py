"""Contract findings: a contract that a fleet wrote for a runtime -> what is wrong with it, at its lines."""

from collections.abc import Iterator

from compiler.diagnostic import Diagnostic, Severity
from compiler.document import Document
from compiler.kinds.agent.contract import ContainerContract, Contract
from compiler.kinds.agent.facts import FACTS
from compiler.layering.layered import Layered
from compiler.misfits.model_faults import fault, fitted
from compiler.span import Span
from compiler.spec_key import SpecKey
from compiler.suggestion import did_you_mean, listed
from compiler.yaml_reader import load


def contract_findings(path: str, content: bytes) -> Iterator[Diagnostic]:
    """Every finding on the file `templates/runtimes/NAME.yaml`."""
    documents, problems = load(content)
    for problem in problems:
        span = Span(path, problem.line, problem.column, problem.width)
        yield Diagnostic(
            code=problem.code, severity=Severity.ERROR, message=problem.message, span=span, help=problem.help
        )
    if problems:
        return
    data = documents[0] if len(documents) == 1 and isinstance(documents[0], dict) else {}
    document = Document(path, 0, data, content if data else b"{}")
    layered = Layered(SpecKey("the contract", path), data, (document,))
    contract, found = fitted(layered, Contract, data, ())
    yield from found
    if contract is not None:
        yield from _unknown_facts(contract, layered)


def _unknown_facts(contract: Contract, document: Layered) -> Iterator[Diagnostic]:
    containers: dict[str, ContainerContract | None] = {"facade": contract.facade, "runtime": contract.runtime}
    for name, container in containers.items():
        for variable, fact in (container.env if container else {}).items():
            if fact not in FACTS:
                help = did_you_mean(fact, FACTS) or f"there are {listed(FACTS)}"
                yield fault(document, "R0807", f"nothing is known as {fact}", (name, "env", variable), help)
