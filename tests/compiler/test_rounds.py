"""Round after round with one memo, verify and seal say what they would say with none, whatever came, went or moved."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.assets import PackageAssets
from compiler.bundle import Bundle
from compiler.diagnostic import Diagnostic
from compiler.document import Document
from compiler.export import export
from compiler.exported import Exported
from compiler.gathered import Gathered, Sayings, gathered
from compiler.layering.layered import Layered
from compiler.lowered import Lowered, Product
from compiler.memo import Memo
from compiler.object_schemas.cluster_schemas import cluster_schemas
from compiler.parse import parse
from compiler.seal import seal
from compiler.source import Cause, Source
from compiler.spec_key import SpecKey
from compiler.verify import verify
from compiler.yaml_reader import load
from tests.compiler.test_cache import Files

NAMES = ("web", "webb", "wep", "api", "apis")
"""Near to each other, so that a name that is missed has one that was meant, until that one goes."""
HOSTS = ("a.example.com", "A.example.com", "b.example.com")
ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  namespace: agents
  target: {directory: {path: dev}}
  capabilities: [CAPABILITIES]
"""


def pods(draw: Random) -> dict[str, Any]:
    """The template of pods that name a ConfigMap, a ServiceAccount and a claim, which are there or not."""
    sources = [{"configMapRef": {"name": draw.choice(NAMES)}}]
    variable = {"name": "A", "valueFrom": {"configMapKeyRef": {"name": draw.choice(NAMES), "key": draw.choice("ab")}}}
    container = {"name": "a", "image": "a", "ports": [{"containerPort": draw.choice((80, 81))}]}
    requests = {"resources": {"requests": {"cpu": "1"}}} if draw.random() < 0.5 else {}
    claim = {"name": "a", "persistentVolumeClaim": {"claimName": draw.choice(NAMES)}}
    return {
        "metadata": {"labels": labels(draw)},
        "spec": {
            "serviceAccountName": draw.choice((*NAMES, "default")),
            "containers": [{**container, **requests, "envFrom": draw.choice((sources, [])), "env": [variable]}],
            "volumes": draw.choice(([claim], [])),
        },
    }


def labels(draw: Random) -> dict[str, str]:
    """One label that pods share, and one that few have."""
    return draw.choice(({"part": "a"}, {"name": draw.choice(NAMES)}, {"part": "a", "name": draw.choice(NAMES)}))


def deployment(draw: Random) -> dict[str, Any]:
    template = pods(draw)
    replicas = {"replicas": draw.randint(1, 2)} if draw.random() < 0.5 else {}
    return {"selector": {"matchLabels": template["metadata"]["labels"]}, "template": template, **replicas}


def autoscaler(draw: Random) -> dict[str, Any]:
    resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": draw.choice(NAMES)}
    metrics = [{"type": "Resource", "resource": resource}]
    return {"scaleTargetRef": reference, "minReplicas": draw.randint(1, 2), "maxReplicas": 3, "metrics": metrics}


def scaled_object(draw: Random) -> dict[str, Any]:
    return {"scaleTargetRef": {"name": draw.choice(NAMES)}, "minReplicaCount": draw.randint(0, 2)}


def destination(draw: Random) -> dict[str, Any]:
    return {"host": draw.choice(NAMES), "subset": draw.choice(NAMES), "port": {"number": draw.choice((80, 81))}}


def route(draw: Random) -> dict[str, Any]:
    backend = {"name": draw.choice(NAMES), "port": draw.choice((80, 81))}
    return {"hostnames": draw.sample(HOSTS, 2), "rules": [{"backendRefs": [backend]}]}


SPECS: dict[tuple[str, str], Any] = {
    ("apps/v1", "Deployment"): deployment,
    ("apps/v1", "StatefulSet"): lambda draw: {**deployment(draw), "serviceName": draw.choice(NAMES)},
    ("v1", "Service"): lambda draw: {"selector": labels(draw), "ports": [{"port": draw.choice((80, 81))}]},
    ("policy/v1", "PodDisruptionBudget"): lambda draw: {
        "minAvailable": draw.randint(0, 3),
        "selector": {"matchLabels": draw.choice((labels(draw), {}))},
    },
    ("networking.k8s.io/v1", "NetworkPolicy"): lambda draw: {
        "podSelector": {"matchLabels": labels(draw)},
        "ingress": [{"ports": [{"port": draw.choice((80, 81))}]}],
    },
    ("autoscaling/v2", "HorizontalPodAutoscaler"): autoscaler,
    ("keda.sh/v1alpha1", "ScaledObject"): scaled_object,
    ("networking.istio.io/v1", "VirtualService"): lambda draw: {
        "hosts": [draw.choice(HOSTS)],
        "http": [{"route": [{"destination": destination(draw)}]}],
    },
    ("networking.istio.io/v1", "DestinationRule"): lambda draw: {
        "host": draw.choice(NAMES),
        "subsets": [{"name": draw.choice(NAMES)}],
    },
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): route,
    ("v1", "LimitRange"): lambda draw: {"limits": []},
}
OTHERS: dict[tuple[str, str], Any] = {
    ("v1", "ConfigMap"): lambda draw: {"data": {draw.choice("ab"): "a"}},
    ("v1", "ServiceAccount"): lambda draw: {},
    ("v1", "PersistentVolumeClaim"): lambda draw: {},
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): lambda draw: {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": draw.choice(NAMES)},
        "subjects": [{"kind": "ServiceAccount", "name": draw.choice(NAMES)}],
    },
}


FOREIGN = ("keda.sh/v1alpha1", "networking.istio.io/v1", "gateway.networking.k8s.io/v1")
"""What Roster makes of these must fit schemas of its own, which are of no matter here."""


def lowered(draw: Random, specs: int) -> Lowered:
    """Any object, made from one of some specs, by a template of Roster's or by none."""
    api_version, kind = draw.choice([*SPECS] * 2 + [*OTHERS])
    own = draw.random() < 0.7 or api_version in FOREIGN
    data = {"apiVersion": api_version, "kind": kind}
    data["metadata"] = {"name": draw.choice(NAMES), "namespace": draw.choice(("agents", "agents", "agents", "others"))}
    made = OTHERS.get((api_version, kind), lambda draw: {"spec": SPECS[api_version, kind](draw)})(draw)
    spec = SpecKey("Agent", f"agent-{draw.randrange(specs)}")
    cause = Cause("agent/object.yaml", draw.randint(1, 9), (Source(spec, ("metadata", "name")),))
    wrong = {"speck": {}} if draw.random() < 0.003 else {}
    return Lowered({**data, **made, **wrong}, spec, {(): cause}, "agent/object.yaml", own)


def product(draw: Random) -> Product:
    return Product(tuple(lowered(draw, 3) for _ in range(draw.randint(0, 4))))


def edited(products: tuple[Product, ...], draw: Random) -> tuple[Product, ...]:
    """The products after one edit: one replaced, added or removed, or two that change places."""
    here, there = (draw.randint(0, len(products)) for _ in "ab")
    edits = [
        (*products[:here], product(draw), *products[here + 1 :]),
        (*products[:here], product(draw), *products[here:]),
        (*products[:here], *products[here + 1 :]),
        (*products[here:], *products[:here]),
        (*products[:here], *_with_one_other(products[here : here + 1], draw), *products[here + 1 :]),
        products,
    ]
    return draw.choice(edits) if there else (*edits[0][:here], product(draw))


def _with_one_other(products: tuple[Product, ...], draw: Random) -> tuple[Product, ...]:
    """Products of which one object is another, and the others the same."""
    return tuple(
        Product(tuple(lowered(draw, 3) if number == 0 else item for number, item in enumerate(found.objects)))
        for found in products
    )


def environment(capabilities: str) -> tuple[Exported, dict[SpecKey, Layered]]:
    """An environment of three agents, of which only the names matter."""

    def layered(key: SpecKey, path: str, text: str) -> Layered:
        (data,), _ = load(text.encode())
        return Layered(key, data, (Document(path, 0, data, text.encode()),))

    own = layered(SpecKey("Environment", "dev"), "e.yaml", ENVIRONMENT.replace("CAPABILITIES", capabilities))
    keys = [SpecKey("Agent", f"agent-{number}") for number in range(3)]
    agents = [layered(key, f"{key.name}.yaml", f"metadata:\n  name: {key.name}\n") for key in keys]
    (declaration,), problems = parse([own], Memo())
    assert problems == ()
    exported = export(declaration, (), PackageAssets(), Memo())
    return exported, {document.key: document for document in (own, *agents)}


ENVIRONMENTS = (environment("keda, istio, gatewayAPI"), environment("istio"))


def told(
    products: tuple[Product, ...], of: tuple[Exported, dict[SpecKey, Layered]], memo: Memo
) -> tuple[tuple[Diagnostic, ...], Bundle]:
    """What the last stages make of the products of an environment."""
    exported, documents = of
    known, problems = cluster_schemas(Files({}), exported.environment, products, memo)
    assert problems == ()
    found = verify(products, exported, documents, known, (), memo)
    bundle = seal(products, exported, memo)
    memo.end_round(whole=not found)
    return found, bundle


@given(seed=st.integers(0, 10**9), rounds=st.integers(1, 12))
@settings(max_examples=150, deadline=None)
def test_what_is_remembered_of_earlier_rounds_changes_nothing(seed: int, rounds: int) -> None:
    draw, memo = Random(seed), Memo()
    products = tuple(product(draw) for _ in range(draw.randint(0, 12)))
    for _ in range(rounds):
        products = edited(products, draw)
        of = ENVIRONMENTS[draw.random() < 0.1]
        assert told(products, of, memo) == told(products, of, Memo())


class Speaker:
    """Something that says something; two of them are never the same."""

    def __init__(self, draw: Random) -> None:
        self.sayings: Sayings = {(draw.choice("abcdef"),): (draw.random(),) for _ in range(draw.randint(0, 3))}


@given(seed=st.integers(0, 10**9))
@settings(max_examples=150, deadline=None)
def test_what_is_gathered_is_in_order_and_what_changed_is_known(seed: int) -> None:
    draw = Random(seed)
    everyone = [Speaker(draw) for _ in range(8)]
    before: Gathered[Speaker] | None = None
    for _ in range(6):
        present = draw.sample(everyone, draw.randint(0, 8))
        items = present if draw.random() < 0.3 else [item for item in everyone if item in present]
        now = gathered(before, items, lambda speaker: speaker.sayings)
        for key in [(letter,) for letter in "abcdefg"]:
            assert now.under(key) == tuple(said for item in items for said in item.sayings.get(key, ()))
            if before is not None and key not in now.touched:
                assert now.under(key) == before.under(key)
        before = now
