"""Layout: every object has a file of its own, on every file system, and the same one each time."""

from collections import defaultdict
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.kube_object import ObjectKey
from compiler.object_schemas.kubernetes_schemas import known_kinds, versions
from compiler.rendered.layout import LONGEST, MANIFEST, PLAIN_GROUPS, object_file

SUPPORT = ObjectKey("apps", "Deployment", "agents", "support")
FILES = {
    SUPPORT: "agents/deployment-support.yaml",
    ObjectKey("", "Namespace", "", "agents"): "namespace-agents.yaml",
    ObjectKey("keda.sh", "ScaledObject", "agents", "support"): "agents/scaledobject.keda.sh-support.yaml",
    ObjectKey("networking.istio.io", "Gateway", "infra", "public"): "infra/gateway.networking.istio.io-public.yaml",
    ObjectKey("gateway.networking.k8s.io", "Gateway", "infra", "public"): "infra/gateway-public.yaml",
    ObjectKey("events.k8s.io", "Event", "agents", "a.1"): "agents/event.events.k8s.io-a.1.yaml",
    ObjectKey("a-b.io", "Thing", "agents", "x"): "agents/thing.a%2Db.io-x.yaml",
    ObjectKey("rbac.authorization.k8s.io", "ClusterRole", "", "system:Node"): "clusterrole-system%3A%4Eode.yaml",
    SUPPORT._replace(name="x" * 253): f"agents/deployment-{'x' * 139}~524632b475870045.yaml",
}


@pytest.mark.parametrize(("key", "file"), FILES.items(), ids=FILES.values())
def test_a_file_is_named_after_its_object(key: ObjectKey, file: str) -> None:
    assert object_file(key) == file


def test_no_two_groups_that_a_name_leaves_out_have_a_kind_of_one_name() -> None:
    """Kubernetes' own kinds, of every version that is known, what is no object but a request apart."""
    groups: dict[str, set[str]] = defaultdict(set)
    for version, kind in chain.from_iterable(map(known_kinds, versions())):
        if version.rpartition("/")[0] in PLAIN_GROUPS and kind not in ("DeleteOptions", "WatchEvent"):
            groups[kind].add(version.rpartition("/")[0])
    assert {kind: found for kind, found in groups.items() if len(found) > 1} == {}
    assert len(groups) > 50


word = st.from_regex(r"[a-zA-Z0-9]([-.:a-zA-Z0-9~]{0,8}[a-zA-Z0-9])?", fullmatch=True)
long_name = st.integers(100, 253).map(lambda length: "n" * length)
TYPES = (("", "Event"), ("events.k8s.io", "Event"), ("apps", "Deployment"), ("a-b.io", "Thing"), ("a.b-io", "Thing"))
keys = st.builds(
    lambda of_type, namespace, name: ObjectKey(*of_type, namespace, name),
    st.sampled_from(TYPES),
    st.sampled_from(("", "agents", "deployment-a", "n" * 63)),
    word | long_name,
)


@given(one=keys, other=keys)
@example(one=ObjectKey("a-b.io", "Thing", "", "c"), other=ObjectKey("a", "Thing", "", "b.io-c"))
@example(one=SUPPORT._replace(name="Support"), other=SUPPORT)
@example(one=SUPPORT._replace(name="x" * 253), other=SUPPORT._replace(name="x" * 252))
@example(one=SUPPORT._replace(name="%41"), other=SUPPORT._replace(name="A"))
@settings(max_examples=500, deadline=None)
def test_no_two_objects_share_a_file_whatever_a_file_system_makes_of_case(one: ObjectKey, other: ObjectKey) -> None:
    assert (object_file(one).casefold() == object_file(other).casefold()) == (one == other)


@given(key=keys)
@settings(max_examples=200, deadline=None)
def test_a_path_fits_every_file_system_and_stays_in_its_folder(key: ObjectKey) -> None:
    steps = object_file(key).split("/")
    assert len(steps) <= 2
    assert all(len(step) <= LONGEST + len(".yaml") and not step.startswith(".") and "\\" not in step for step in steps)
    assert steps[-1] != MANIFEST
