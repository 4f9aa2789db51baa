"""The heart: desired x live x owned x conflicts -> what is done, as a table; no cluster, no clock."""

import orjson
import pytest

from compiler.kube_object import ObjectKey
from reconciler.bounds import Bounds
from reconciler.change import Action
from reconciler.deciding.claim import Claim
from reconciler.deciding.conflict import Conflict
from reconciler.observation import Absent, Observations, Present, Refused, Unreadable
from reconciler.plan import plan
from reconciler.reach import Reach
from tests.reconciler.bundles import autoscaler, bundle, config_map, deployment, owned
from tests.reconciler.live_objects import inventory, live, seen

MAP = owned(config_map("settings", a="1"))
DRIFTED = owned(config_map("settings", a="9"))
NAMESPACE = owned({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "agents"}})
DATA = {"name": "data", "namespace": "agents"}
CLAIM = owned({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": DATA})
STRANGERS = {"labels": {}}
ANOTHERS = {"labels": {"roster.dev/fleet": "umbrella", "roster.dev/environment": "prod"}}
IMMUTABLE = {"sentence": "field is immutable", "immutable": True}


def decide(item, observation, owned_as=None, **bounds):
    """The action and the reason for one desired object; `unchanged` if nothing is said about it."""
    made = plan(
        bundle(item),
        owned_as or inventory(),
        Observations(objects={item.key: observation}),
        Bounds(**bounds),
    )
    if not made.changes:
        return "unchanged", ""
    (change,) = made.changes
    return change.action.value, change.reason


@pytest.mark.parametrize(
    ("case", "item", "observation", "expected"),
    [
        ("nothing is there", MAP, Absent(), ("create", "")),
        ("as desired", MAP, seen(MAP), ("unchanged", "")),
        ("a field differs", MAP, seen(DRIFTED, dry_run=live(MAP)), ("update", "")),
        ("a dry run shows no difference", MAP, seen(MAP, dry_run=live(MAP)), ("unchanged", "")),
        ("nobody may look", MAP, Unreadable("permission is missing"), ("hold", "permission is missing")),
        ("its kind is unknown", MAP, Refused(sentence="no such kind"), ("hold", "no such kind")),
        (
            "a stranger's",
            MAP,
            seen(MAP, **STRANGERS),
            ("hold", "exists, not ours: --adopt ConfigMap/settings takes it"),
        ),
        ("another fleet's", MAP, seen(MAP, **ANOTHERS), ("hold", "exists, and belongs to umbrella/prod")),
        ("somebody's Namespace", NAMESPACE, seen(NAMESPACE, **STRANGERS), ("keep", "exists, not ours: used as it is")),
        ("another's Namespace", NAMESPACE, seen(NAMESPACE, **ANOTHERS), ("keep", "exists, not ours: used as it is")),
        (
            "on its way out",
            MAP,
            seen(MAP, deletionTimestamp="2026-11-21T06:00:00Z"),
            ("hold", "is being deleted: a later pass creates it again"),
        ),
        ("refused by admission", MAP, Refused(sentence="denied", live=live(MAP)), ("hold", "denied")),
        (
            "immutable, and proven to be replaceable",
            MAP,
            Refused(live=live(MAP), replaceable=True, **IMMUTABLE),
            ("recreate", "field is immutable"),
        ),
        (
            "immutable, and not proven",
            MAP,
            Refused(live=live(MAP), **IMMUTABLE),
            ("hold", "field is immutable; and nothing proves that it could be created anew"),
        ),
        (
            "immutable, and never recreated",
            CLAIM,
            Refused(live=live(CLAIM), replaceable=True, **IMMUTABLE),
            ("hold", "field is immutable; a PersistentVolumeClaim is never recreated"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_done_about_a_desired_object(case, item, observation, expected):
    assert decide(item, observation) == expected


def test_a_stranger_is_taken_if_it_is_named():
    observation = seen(MAP, dry_run=live(MAP), **STRANGERS)
    assert decide(MAP, observation, adopt=frozenset({MAP.key}))[0] == "update"
    assert decide(MAP, seen(MAP, dry_run=live(MAP), **ANOTHERS), adopt=frozenset({MAP.key}))[0] == "hold"


def test_an_object_that_lost_its_labels_is_known_by_its_recorded_uid():
    bare = seen(MAP, dry_run=live(MAP), **STRANGERS)
    assert decide(MAP, bare, inventory(MAP, uid="uid-1"))[0] == "update"
    assert decide(MAP, bare, inventory(MAP, uid="uid-2"))[0] == "hold"


def test_out_of_reach_is_held_and_what_is_as_desired_is_not():
    reach = Reach(namespaces=frozenset({"elsewhere"}), cluster_kinds=frozenset())
    assert decide(MAP, Absent(), reach=reach) == ("hold", "this reconciler may not write to namespace agents")
    assert decide(MAP, seen(MAP), reach=reach) == ("unchanged", "")
    assert decide(NAMESPACE, Absent(), reach=reach)[0] == "hold"


def departure(item, observation, *, wanted=(), references=None, family="", uid="uid-1", **bounds):
    """The action and the reason for one object that left the bundle, and the notes."""
    made = plan(
        bundle(*wanted),
        inventory(item, uid=uid, family=family),
        Observations(objects={item.key: observation}, references=references or {}),
        Bounds(**bounds),
    )
    changes = [change for change in made.changes if change.key == item.key]
    return (changes[0].action.value, changes[0].reason) if changes else ("", made.notes[0] if made.notes else "")


KEEP = owned(config_map("kept"))
REPLACED = "ConfigMap/settings is not the object that we made"


@pytest.mark.parametrize(
    ("case", "item", "observation", "expected"),
    [
        ("ours", MAP, seen(MAP), ("delete", "no longer in Git")),
        ("gone already", MAP, Absent(), ("", "")),
        ("nobody may look", MAP, Unreadable("permission is missing"), ("hold", "permission is missing")),
        ("its kind is unknown", MAP, Refused(sentence="no such kind"), ("keep", "no such kind")),
        (
            "going already",
            MAP,
            seen(MAP, deletionTimestamp="2026-11-21T06:00:00Z"),
            ("keep", "is being deleted already"),
        ),
        ("a Namespace", NAMESPACE, seen(NAMESPACE), ("keep", "no longer in Git; a Namespace is never pruned")),
        ("replaced under its name", MAP, seen(MAP, uid="uid-2"), ("", REPLACED)),
        ("without our labels", MAP, seen(MAP, **STRANGERS), ("", REPLACED)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_done_about_an_object_that_left(case, item, observation, expected):
    action, reason = departure(item, observation, wanted=[KEEP])
    assert (action, reason.partition(": left alone")[0]) == expected


def test_what_left_is_held_while_something_new_of_the_same_spec_is():
    old = owned(config_map("old"))
    observed = Observations(objects={old.key: seen(old), MAP.key: seen(MAP, **STRANGERS)})
    made = plan(bundle(MAP), inventory(old), observed)
    told = {change.key.name: (change.action, change.reason) for change in made.changes}
    assert told["old"] == (Action.HOLD, "is kept while ConfigMap/settings is held")


def test_where_no_uid_was_recorded_our_apply_entry_is_the_proof():
    applied = {"roster/Apply": {}}
    assert departure(MAP, seen(MAP, managers=applied), wanted=[KEEP], uid="")[0] == "delete"
    assert departure(MAP, seen(MAP, managers={"kubectl/Apply": {}}), wanted=[KEEP], uid="")[0] == ""


def test_an_empty_bundle_prunes_only_with_consent():
    assert departure(MAP, seen(MAP)) == ("hold", "the environment has become empty: --allow-empty prunes it")
    assert departure(MAP, seen(MAP), allow_empty=True)[0] == "delete"


def family_plan(ages, current, references=None):
    """The actions for retired members of one family, by name; `ages` are name -> creationTimestamp."""
    retired = {name: owned(config_map(name, family="pack")) for name in ages}
    held = inventory(*retired.values(), family="pack")
    objects = {item.key: seen(item, creationTimestamp=ages[name]) for name, item in retired.items()}
    wanted = [owned(config_map("pack-now", family="pack"))] if current else [KEEP]
    observed = Observations(objects={**objects, wanted[0].key: Absent()}, references=references or {})
    made = plan(bundle(*wanted), held, observed)
    return {change.key.name: change.action for change in made.changes if change.key.name in ages}


AGES = {f"pack-{number}": f"2026-11-2{number}T00:00:00Z" for number in range(1, 6)}


def test_the_newest_three_retired_members_of_a_family_stay():
    actions = family_plan(AGES, current=True)
    assert [name for name, action in actions.items() if action is Action.DELETE] == ["pack-1", "pack-2"]


def test_a_retired_member_that_live_pods_refer_to_stays():
    workload = ObjectKey("apps", "Deployment", "agents", "x")
    users = {ObjectKey("", "ConfigMap", "agents", "pack-1"): frozenset({workload})}
    assert family_plan(AGES, current=True, references=users)["pack-1"] is Action.KEEP


def test_a_family_that_moved_to_another_namespace_leaves_none_behind():
    retired = owned(config_map("pack-1", "old", family="pack"))
    moved = owned(config_map("pack-1", "new", family="pack"))
    observed = Observations(objects={retired.key: seen(retired), moved.key: Absent()})
    made = plan(bundle(moved), inventory(retired, family="pack"), observed)
    assert {change.key.namespace: change.action for change in made.changes} == {
        "old": Action.DELETE,
        "new": Action.CREATE,
    }


def test_a_family_that_left_altogether_goes_altogether():
    assert set(family_plan(AGES, current=False).values()) == {Action.DELETE}


def test_references_of_a_workload_that_leaves_too_do_not_count():
    workload = owned(deployment())
    retired = owned(config_map("pack-1", family="pack"))
    observed = Observations(
        objects={workload.key: seen(workload), retired.key: seen(retired), KEEP.key: seen(KEEP)},
        references={retired.key: frozenset({workload.key})},
    )
    made = plan(bundle(KEEP), inventory(workload, retired, family="pack"), observed)
    assert {change.action for change in made.changes} == {Action.DELETE}


SCALED = owned(deployment())
FIXED = owned(deployment(replicas=3))
HPA = owned(autoscaler())
CLAIMS = (Claim(HPA.key, SCALED.key),)
OURS = {"roster/Apply": {"f:spec": {"f:replicas": {}}}}
SHARED = {**OURS, "kube-controller-manager/Update": {"f:spec": {"f:replicas": {}}}}


def at_seven(item, managers):
    """A live Deployment of seven replicas, with who holds the count."""
    document = item.data
    document["spec"]["replicas"] = 7
    return live(owned(document), managers=managers)


@pytest.mark.parametrize(
    ("case", "item", "managers", "sent", "pinned"),
    [
        ("handed over while we alone hold it", SCALED, OURS, 7, True),
        ("handed over once another holds it", SCALED, SHARED, None, False),
        ("never ours", SCALED, {"roster/Apply": {}}, None, False),
        ("Git says a number against the autoscaler", FIXED, {"roster/Apply": {}}, None, False),
        ("Git says a number that we alone still hold", FIXED, OURS, 7, True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_replicas_under_an_autoscaler(case, item, managers, sent, pinned):
    data = at_seven(item, managers)
    changed = {**data, "spec": {**data["spec"], "paused": True}}
    observation = Present(live=data, fingerprint="f", dry_run=changed)
    observed = Observations(objects={item.key: observation, HPA.key: seen(HPA)}, claims=CLAIMS)
    made = plan(bundle(item, HPA), inventory(item, HPA), observed)
    (change,) = made.changes
    assert change.action is Action.UPDATE
    assert orjson.loads(change.body)["spec"].get("replicas") == sent
    assert change.pinned is pinned


def test_an_autoscaler_against_git_is_told():
    data = at_seven(FIXED, {"roster/Apply": {}})
    observation = Present(live=data, fingerprint="f", equal=True)
    observed = Observations(objects={FIXED.key: observation}, claims=CLAIMS)
    made = plan(bundle(FIXED), inventory(FIXED), observed)
    (change,) = made.changes
    assert change.action is Action.KEEP
    assert change.notes == ("HorizontalPodAutoscaler/support owns spec.replicas of Deployment/support: left alone",)
    assert made.unchanged == 1
    assert made.empty


def test_replicas_go_back_to_git_after_the_last_autoscaler_is_pruned():
    data = at_seven(FIXED, {"roster/Apply": {}})
    observation = Present(live=data, fingerprint="f", equal=True)
    observed = Observations(objects={FIXED.key: observation, HPA.key: seen(HPA)}, claims=CLAIMS)
    made = plan(bundle(FIXED), inventory(FIXED, HPA), observed)
    assert [change.action for change in made.changes] == [Action.DELETE]
    (back,) = made.hand_backs
    assert [(field.before, field.after) for field in back.fields] == [(7, 3)]
    assert not made.empty


def contested(manager, field=".data.a"):
    observation = seen(DRIFTED, dry_run=live(MAP), conflicts=(Conflict(field, manager),))
    made = plan(bundle(MAP), inventory(MAP), Observations(objects={MAP.key: observation}))
    (change,) = made.changes
    return change


def test_what_a_person_changed_is_put_back_and_told():
    change = contested("kubectl-edit")
    assert change.action is Action.UPDATE
    assert change.notes == ("kubectl-edit had set data.a of ConfigMap/settings: put back to what Git says",)
    assert [field.owner for field in change.fields] == ["kubectl-edit"]


def test_what_a_controller_fills_in_by_design_is_left_out_of_the_body():
    def hook(bundle_bytes):
        config = {"url": "https://x.test", "caBundle": bundle_bytes}
        return owned(
            {
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "MutatingWebhookConfiguration",
                "metadata": {"name": "hook"},
                "webhooks": [{"name": "a.test", "clientConfig": config}],
            }
        )

    item, theirs = hook("b3Vycw=="), hook("dGhlaXJz")
    conflict = Conflict('.webhooks[name="a.test"].clientConfig.caBundle', "cainjector")
    observation = seen(theirs, dry_run=live(item), conflicts=(conflict,))
    (change,) = plan(bundle(item), inventory(item), Observations(objects={item.key: observation})).changes
    assert change.action is Action.KEEP
    assert change.notes[0].startswith("cainjector owns webhooks[a.test].clientConfig.caBundle")


def test_the_digest_is_of_what_is_done_to_what():
    def digest(observation, item=MAP):
        return plan(bundle(item), inventory(MAP), Observations(objects={item.key: observation})).digest

    drifted = seen(DRIFTED, dry_run=live(MAP))
    moved = Present(
        live={**drifted.live, "metadata": {**drifted.live["metadata"], "resourceVersion": "8"}},
        fingerprint=drifted.fingerprint,
        dry_run=drifted.dry_run,
    )
    assert digest(drifted) == digest(moved)
    assert digest(drifted) != digest(Absent())
    assert digest(drifted) != digest(seen(owned(config_map("settings", a="8")), dry_run=live(MAP)))


def test_without_a_dry_run_the_fields_are_compared_and_that_is_said():
    data = live(DRIFTED)
    observation = Present(live=data, fingerprint="f", note="compared without a dry run: permission is missing")
    (change,) = plan(bundle(MAP), inventory(MAP), Observations(objects={MAP.key: observation})).changes
    assert change.action is Action.UPDATE
    assert [(field.path, field.before, field.after) for field in change.fields] == [(("data", "a"), "9", "1")]
    assert change.notes == ("compared without a dry run: permission is missing",)
