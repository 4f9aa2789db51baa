"""Kubernetes' own versions: which kinds each has, what it warns of, and how a fleet is judged by several at once."""

from pathlib import Path

import pytest

from compiler.errors import UsageError
from compiler.object_schemas.kubernetes_lifecycle import LIFECYCLES, added_in, deprecation, instead, removed_in
from compiler.object_schemas.kubernetes_schemas import LATEST, Gvk, known_kinds, number, said, versions, versions_in
from compiler.pipeline import compile_environment
from compiler.reports.gather import gather
from compiler.reports.text import render
from compiler.trees.folder import FolderTree
from tests.scenarios.repository import make

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  fleet: acme
  namespace: agents
  target: {kubernetes: {cluster: dev, version: "1.36"}}
"""
OLDEST, NEWEST = versions()[0], versions()[-1]
PASSING = ("DeleteOptions", "WatchEvent", "Status")
"""What travels in requests only; nobody declares it."""


def gone() -> dict[Gvk, str]:
    """Every kind that the shipped schemas prove to be removed, and the version that has it no more."""
    pairs = zip(versions(), versions()[1:], strict=False)
    return {
        gvk: after
        for before, after in pairs
        for gvk in known_kinds(before) - known_kinds(after)
        if not gvk[1].endswith("List") and gvk[1] not in PASSING
    }


def test_the_table_has_every_stable_or_beta_kind_that_the_schemas_prove_removed() -> None:
    proven = {gvk: version for gvk, version in gone().items() if "alpha" not in gvk[0]}
    assert len(proven) > 10
    assert proven == {gvk: LIFECYCLES[gvk].removed for gvk in proven}


def test_what_the_table_says_of_versions_that_we_have_is_what_their_schemas_say() -> None:
    for gvk, lifecycle in LIFECYCLES.items():
        having = [version for version in versions() if gvk in known_kinds(version)]
        removed = number(lifecycle.removed) if lifecycle.removed else 999
        assert number(lifecycle.deprecated) < removed
        assert all(number(version) < removed for version in having), gvk
        if removed > number(OLDEST):
            last = min(removed - 1, number(NEWEST))
            assert f"1.{last}" in having, gvk
        else:
            assert having == [], gvk


def test_whatever_was_removed_has_something_in_its_place() -> None:
    """Kinds of alpha versions may come and go."""
    without = {gvk for gvk, item in LIFECYCLES.items() if item.removed and not instead(NEWEST, gvk)}
    assert {gvk for gvk in without if "alpha" not in gvk[0]} == {("coordination.k8s.io/v1beta1", "LeaseCandidate")}


@pytest.mark.parametrize(
    ("gvk", "added", "removed", "better"),
    [
        (("apps/v1", "Deployment"), "", "", ""),
        (("extensions/v1beta1", "Deployment"), "", "1.16", "apps/v1"),
        (("policy/v1beta1", "PodDisruptionBudget"), "", "1.25", "policy/v1"),
        (("autoscaling/v2beta2", "HorizontalPodAutoscaler"), "", "1.26", "autoscaling/v1 or autoscaling/v2"),
        (("flowcontrol.apiserver.k8s.io/v1", "FlowSchema"), "1.29", "", ""),
        (("networking.k8s.io/v1alpha1", "ClusterCIDR"), "", "1.29", ""),
        (("storage.k8s.io/v1beta1", "VolumeAttributesClass"), "1.31", "1.37", "storage.k8s.io/v1"),
        (("apps/v9", "Deployment"), "", "", "apps/v1"),
    ],
)
def test_the_life_of_a_kind(gvk: Gvk, added: str, removed: str, better: str) -> None:
    assert (added_in(gvk), removed_in(gvk), instead(LATEST, gvk)) == (added, removed, better)


def test_a_kind_is_deprecated_from_a_version_on() -> None:
    endpoints = ("v1", "Endpoints")
    assert [version for version in versions() if deprecation(version, endpoints)] == [
        "1.33",
        "1.34",
        "1.35",
        "1.36",
        "1.37",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.36", ("1.36",)),
        ("1.33..1.36", ("1.33", "1.34", "1.35", "1.36")),
        ("1.36,1.33", ("1.33", "1.36")),
        ("1.33 .. 1.34, 1.34..1.35", ("1.33", "1.34", "1.35")),
    ],
)
def test_versions_are_asked_for_one_by_one_as_a_list_or_as_a_range(text: str, expected: tuple[str, ...]) -> None:
    assert versions_in(text) == expected


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("1.99", "the schemas of Kubernetes 1.99 are not known", "known versions: 1.25 to 1.37"),
        ("1.36..1.99", "the schemas of Kubernetes 1.99 are not known", "known versions: 1.25 to 1.37"),
        (
            "..1.36",
            "'..1.36' is no list of versions",
            "write 1.36, 1.33..1.36 or 1.33,1.36; known versions: 1.25 to 1.37",
        ),
        ("", "'' is no list of versions", "write 1.36, 1.33..1.36 or 1.33,1.36; known versions: 1.25 to 1.37"),
        (
            "latest",
            "'latest' is no list of versions",
            "write 1.36, 1.33..1.36 or 1.33,1.36; known versions: 1.25 to 1.37",
        ),
        (
            "1.34.2",
            "'1.34.2' is no list of versions",
            "write 1.36, 1.33..1.36 or 1.33,1.36; known versions: 1.25 to 1.37",
        ),
        (
            "1.33-1.36",
            "'1.33-1.36' is no list of versions",
            "write 1.36, 1.33..1.36 or 1.33,1.36; known versions: 1.25 to 1.37",
        ),
        ("1.36..1.33", "1.36..1.33 is no range of versions", "write the older version first, 1.33..1.36"),
    ],
)
def test_versions_that_are_none(text: str, message: str, help: str) -> None:
    with pytest.raises(UsageError) as caught:
        versions_in(text)
    assert (caught.value.message, caught.value.help) == (message, help)


def test_versions_are_told_as_people_say_them() -> None:
    assert [said(("1.36",)), said(("1.35", "1.36")), said(("1.34", "1.35", "1.36")), said(("1.33", "1.36"))] == [
        "1.36",
        "1.35, 1.36",
        "1.34 to 1.36",
        "1.33, 1.36",
    ]


OBJECTS = """\
apiVersion: v1
kind: Endpoints
metadata: {name: a}
---
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: web}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: gpu}
spec: {spec: {}}
---
apiVersion: networking.k8s.io/v1beta1
kind: ServiceCIDR
metadata: {name: more}
spec: {cidrs: [10.0.0.0/8]}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostnameOverride: web
  containers:
  - {name: web, image: web, restartPolicy: 5}
"""


@pytest.mark.parametrize(
    ("asked", "objects", "last"),
    [
        ("", "", "1 environment is valid: dev"),
        ("1.36", "", "1 environment is valid for Kubernetes 1.36: dev"),
        ("1.33..1.36", "", "1 environment is valid for Kubernetes 1.33 to 1.36: dev"),
        (
            "1.33,1.36",
            OBJECTS.partition("---")[0],
            "1 warning in 1 environment. Everything compiles for Kubernetes 1.33, 1.36.",
        ),
        ("1.33,1.36", OBJECTS, "4 errors and 2 warnings in 1 environment. Nothing was compiled."),
    ],
)
def test_validate_says_by_which_versions_it_judged_what_it_calls_valid(
    tmp_path: Path, asked: str, objects: str, last: str
) -> None:
    repository = make(tmp_path, {})
    repository.write({"environments/dev/environment.yaml": ENVIRONMENT, "environments/dev/objects/a.yaml": objects})
    words = ("--kubernetes", asked) if asked else ()
    told = repository.roster("validate", *words, code=None).splitlines()[-1]
    assert told.partition(" `roster explain")[0] == last


def printed(folder: Path, objects: str, *kubernetes: str) -> str:
    """What `roster validate` prints of an environment with these plain documents."""
    files = {"environment.yaml": ENVIRONMENT, "objects/objects.yaml": objects}
    for path, text in files.items():
        file = folder / "environments/dev" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    tree = FolderTree(folder)
    return render(gather([compile_environment(tree, "dev", kubernetes=kubernetes)]), tree)


def test_several_versions_are_judged_in_one_run_and_each_finding_names_its_own(tmp_path: Path) -> None:
    assert (
        printed(tmp_path, OBJECTS, *versions_in("1.33..1.37"))
        == """\
error[R0605]: PodDisruptionBudget web: apiVersion policy/v1beta1 has no PodDisruptionBudget since Kubernetes 1.25
 --> environments/dev/objects/objects.yaml:5:13
  |
5 | apiVersion: policy/v1beta1
  |             ^^^^^^^^^^^^^^ in Kubernetes 1.33 to 1.37
  |
  = help: write policy/v1

error[R0605]: ResourceClaimTemplate gpu: apiVersion resource.k8s.io/v1 has ResourceClaimTemplate only from Kubernetes 1.34 on
 --> environments/dev/objects/objects.yaml:9:13
  |
9 | apiVersion: resource.k8s.io/v1
  |             ^^^^^^^^^^^^^^^^^^ in Kubernetes 1.33
  |
  = help: write resource.k8s.io/v1beta1 or resource.k8s.io/v1beta2

error[R0605]: ServiceCIDR more: apiVersion networking.k8s.io/v1beta1 has no ServiceCIDR since Kubernetes 1.37
  --> environments/dev/objects/objects.yaml:14:13
   |
14 | apiVersion: networking.k8s.io/v1beta1
   |             ^^^^^^^^^^^^^^^^^^^^^^^^^ in Kubernetes 1.37
   |
   = help: write networking.k8s.io/v1

error[R0601]: Pod web: spec.hostnameOverride is not a field
  --> environments/dev/objects/objects.yaml:23:3
   |
23 |   hostnameOverride: web
   |   ^^^^^^^^^^^^^^^^ in Kubernetes 1.33
   |
   = help: did you mean hostname?

error[R0602]: Pod web: spec.containers[web].restartPolicy must be text, not a number
  --> environments/dev/objects/objects.yaml:25:44
   |
25 |   - {name: web, image: web, restartPolicy: 5}
   |                                            ^ in Kubernetes 1.33 to 1.37

warning[R0608]: Endpoints a: apiVersion v1 Endpoints is deprecated since Kubernetes 1.33
 --> environments/dev/objects/objects.yaml:1:13
  |
1 | apiVersion: v1
  |             ^^ in Kubernetes 1.33 to 1.37
  |
  = help: write discovery.k8s.io/v1 EndpointSlice, which controllers make from a Service's selector

warning[R0608]: ServiceCIDR more: apiVersion networking.k8s.io/v1beta1 ServiceCIDR is deprecated since Kubernetes 1.34, to be removed in 1.37
  --> environments/dev/objects/objects.yaml:14:13
   |
14 | apiVersion: networking.k8s.io/v1beta1
   |             ^^^^^^^^^^^^^^^^^^^^^^^^^ in Kubernetes 1.34 to 1.36
   |
   = help: write networking.k8s.io/v1

5 errors and 2 warnings in 1 environment. Nothing was compiled. `roster explain R0605` says more.
"""
    )


def test_the_environments_own_version_is_not_named_again(tmp_path: Path) -> None:
    shown = printed(tmp_path, OBJECTS)
    assert "in Kubernetes 1.36" not in shown
    assert "hostnameOverride" not in shown
    assert "ServiceCIDR is deprecated since Kubernetes 1.34" in shown


def test_what_only_one_version_refuses_hides_no_finding_about_other_objects(tmp_path: Path) -> None:
    """References are followed although Kubernetes 1.33 does not know a field."""
    claim = "    persistentVolumeClaim: {claimName: none}\n"
    objects = OBJECTS[OBJECTS.index("apiVersion: v1\nkind: Pod") :].replace(", restartPolicy: 5", "")
    objects += f"  volumes:\n  - name: disk\n{claim}"
    found = printed(tmp_path, objects, "1.33", "1.36")
    assert "R0601" in found
    assert "R0633" in found
