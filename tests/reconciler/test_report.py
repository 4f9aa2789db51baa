"""The words for people, made from what happened: phases, health, conditions, counts; pure."""

from dataclasses import replace

from compiler.spec_key import SpecKey
from reconciler.change import Plan
from reconciler.health import Health, State
from reconciler.outcome import Happened, Outcome
from reconciler.report import Happenings, report
from reconciler.status import Counts
from reconciler.unit import Pass
from tests.reconciler.bundles import UNIT, autoscaler, bundle, config_map, deployment, owned, record, service

WHICH = Pass(UNIT, "c" * 40)
PACK = SpecKey("PromptPack", "support", "1.4.0")
PROVIDER = SpecKey("Provider", "claude")
AGENT = SpecKey("Agent", "support")
BUNDLE = bundle(
    deployment(),
    service(),
    autoscaler(),
    owned(config_map("pack"), PACK),
    owned(config_map("claude"), PROVIDER),
    records=[
        record("Agent", "support"),
        record("PromptPack", "support", version="1.4.0"),
        record("Provider", "claude"),
    ],
    references={AGENT: (PACK, PROVIDER)},
)
WELL = Health(State.HEALTHY, reason="Applied")
RUNNING = Health(State.HEALTHY, "2 of 2 replicas ready", "Available", 2, 2)


def told(healths=None, outcomes=(), previous=None, halted=False):
    """A report in which everything is well but for what is given by kind."""
    by_kind = {"Deployment": RUNNING, **(healths or {})}
    found = {item.key: by_kind.get(item.key.kind, WELL) for item in BUNDLE.objects}
    done = {item.key: Outcome(key=item.key, spec=item.spec, happened=Happened.UNCHANGED) for item in BUNDLE.objects}
    done.update({outcome.key: outcome for outcome in outcomes})
    made = Plan(changes=(), unchanged=5, digest="plan-2")
    happenings = Happenings(plan=made, outcomes=tuple(done.values()), healths=found, halted=halted)
    return report(WHICH, BUNDLE, happenings, previous)


def outcome(kind, happened, sentence=""):
    item = next(item for item in BUNDLE.objects if item.key.kind == kind)
    return Outcome(key=item.key, spec=item.spec, happened=happened, sentence=sentence)


def agent(status):
    return next(spec for spec in status.specs if spec.spec == AGENT)


def conditions(spec):
    return {condition.type: (condition.status, condition.reason) for condition in spec.conditions}


def test_when_all_is_well():
    status = told()
    assert (status.phase, status.health, status.applied) == ("Running", State.HEALTHY, "c" * 40)
    spec = agent(status)
    assert (spec.phase, spec.health, spec.version) == ("Running", State.HEALTHY, "1.4.0")
    assert (spec.replicas.ready, spec.replicas.desired) == (2, 2)
    assert conditions(spec) == {
        "Ready": ("True", "Available"),
        "DeploymentReady": ("True", "Available"),
        "ServiceReady": ("True", "Applied"),
        "AutoscalingReady": ("True", "Applied"),
        "PromptPackReady": ("True", "PromptPackFound"),
        "ProviderReady": ("Unknown", "NotProbed"),
    }


def test_a_provider_that_nobody_probed_is_never_said_to_be_ready():
    provider = next(spec for spec in told().specs if spec.spec == PROVIDER)
    assert (provider.health, provider.message) == (State.UNKNOWN, "not probed")
    assert conditions(provider)["Ready"] == ("Unknown", "NotProbed")


def test_an_autoscaler_without_metrics_does_not_make_the_agent_unready():
    status = told({"HorizontalPodAutoscaler": Health(State.UNKNOWN, "no metrics", "FailedGetResourceMetric")})
    assert agent(status).health is State.HEALTHY
    assert conditions(agent(status))["AutoscalingReady"] == ("Unknown", "FailedGetResourceMetric")


def test_pods_that_are_not_ready_make_the_agent_progress_and_the_sentence_is_the_workloads():
    status = told({"Deployment": Health(State.PROGRESSING, "0 of 2 replicas ready", "RolloutInProgress", 0, 2)})
    spec = agent(status)
    assert (spec.phase, spec.health) == ("Pending", State.PROGRESSING)
    assert spec.message == "Deployment/support: 0 of 2 replicas ready"
    assert status.health is State.PROGRESSING
    assert status.phase == "Running"
    assert conditions(spec)["DeploymentReady"] == ("False", "RolloutInProgress")


def test_scaled_to_zero_by_an_autoscaler_is_well_and_idle():
    idle = Health(State.HEALTHY, "scaled to zero by ScaledObject/support", "Idle", 0, 0)
    spec = agent(told({"Deployment": idle}))
    assert (spec.phase, spec.health, spec.reason) == ("Running", State.HEALTHY, "Idle")


def test_what_could_not_be_applied_fails_the_spec_and_the_environment():
    failed = outcome("Deployment", Happened.FAILED, "denied")
    skipped = outcome("Service", Happened.SKIPPED, "it depends on Deployment/support, which failed")
    status = told(outcomes=(failed, skipped))
    assert (status.phase, status.health) == ("Failed", State.DEGRADED)
    assert status.last_error == "Deployment/support failed: denied (and 1 more)"
    assert agent(status).phase == "Failed"
    assert conditions(agent(status))["DeploymentReady"] == ("False", "NotApplied")
    assert (status.counts.failed, status.counts.skipped, status.counts.unchanged) == (1, 1, 3)


def test_the_commit_counts_as_applied_only_if_all_of_it_was():
    before = replace(told(), applied="a" * 40)
    assert told(outcomes=(outcome("Service", Happened.HELD, "exists"),), previous=before).applied == "a" * 40
    assert told(previous=before, halted=True).applied == "a" * 40
    assert told(previous=before, halted=True).phase == "Pending"
    assert told(previous=before).applied == "c" * 40


def test_a_pass_that_did_nothing_keeps_what_the_last_one_did():
    before = replace(told(), counts=Counts(applied=3), plan_digest="plan-1")
    assert told(previous=before) == before
    after = told(outcomes=(outcome("Service", Happened.UPDATED),), previous=before)
    assert (after.counts.applied, after.plan_digest) == (1, "plan-2")
