"""A live object and its surroundings in -> its Health, by the rule of its kind."""

from collections.abc import Callable, Mapping

from compiler.kube_object import ObjectKey
from reconciler.answer import Live
from reconciler.health import Health
from reconciler.readiness.conditions import conditions
from reconciler.readiness.custom_resource_definition import custom_resource_definition
from reconciler.readiness.deployment import deployment
from reconciler.readiness.horizontal_pod_autoscaler import horizontal_pod_autoscaler
from reconciler.readiness.job import job
from reconciler.readiness.persistent_volume_claim import persistent_volume_claim
from reconciler.readiness.route import route
from reconciler.readiness.scaled_object import scaled_object
from reconciler.readiness.service import service
from reconciler.readiness.stateful_set import daemon_set, stateful_set
from reconciler.readiness.surroundings import Surroundings

Rule = Callable[[Live, Surroundings], Health]
RULES: Mapping[tuple[str, str], Rule] = {
    ("apps", "Deployment"): deployment,
    ("apps", "StatefulSet"): stateful_set,
    ("apps", "DaemonSet"): daemon_set,
    ("", "Service"): service,
    ("autoscaling", "HorizontalPodAutoscaler"): horizontal_pod_autoscaler,
    ("keda.sh", "ScaledObject"): scaled_object,
    ("gateway.networking.k8s.io", "HTTPRoute"): route,
    ("networking.istio.io", "VirtualService"): route,
    ("", "PersistentVolumeClaim"): persistent_volume_claim,
    ("batch", "Job"): job,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): custom_resource_definition,
}
"""Group and kind -> the rule; every other kind goes by its conditions."""


def assess(key: ObjectKey, live: Live, around: Surroundings | None = None) -> Health:
    """How this object is."""
    return RULES.get((key.group, key.kind), conditions)(live, around or Surroundings())
