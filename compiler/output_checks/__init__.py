"""Output checks: what the API server, a controller or a kubelet refuses and no schema sees; these tables list them.

Those of ALONE see one object that fits its schema; those of AMONG see one object, where all are sound, and may ask an
index for others. Each is called for the objects that it concerns only.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVarTuple

from compiler.fault import Fault
from compiler.lowered import Lowered, type_of
from compiler.object_index import ObjectIndex
from compiler.output_checks import (
    autoscaling,
    budgets,
    identity,
    names,
    pods,
    references,
    resources,
    routes,
    selectors,
    sizes,
    workloads,
)
from compiler.workload import Workload, workload_of

More = TypeVarTuple("More")


@dataclass(frozen=True, slots=True)
class Checks(Generic[*More]):
    """Checks, by what they concern; all are asked with what they need besides the object."""

    of_all: tuple[Callable[[Lowered, *More], Iterable[Fault]], ...]
    """Those of every object."""
    of_workloads: tuple[Callable[[Workload, *More], Iterable[Fault]], ...]
    """Those of objects that make pods."""
    of_type: Mapping[str, tuple[Callable[[Lowered, *More], Iterable[Fault]], ...]]
    """Type -> those of its objects."""

    def faults(self, lowered: Lowered, *more: *More) -> Iterator[Fault]:
        """What they find wrong with an object."""
        for check in (*self.of_all, *self.of_type.get(type_of(lowered), ())):
            yield from check(lowered, *more)
        workload = workload_of(lowered)
        if workload is not None:
            for judge in self.of_workloads:
                yield from judge(workload, *more)


ALONE: Checks[()] = Checks(
    of_all=(names.check_name, names.check_labels, sizes.check_annotations),
    of_workloads=(
        names.check_pod_labels,
        pods.check_twins,
        pods.check_ports,
        pods.check_mounts,
        pods.check_probes,
        resources.check_quantities,
        resources.check_limits,
        workloads.check_restarts,
        workloads.check_values,
        workloads.check_strategy,
        workloads.check_schedule,
        selectors.check_own_pods,
    ),
    of_type={
        "ConfigMap": (names.check_data_keys, sizes.check_config_map),
        "Service": (pods.check_service_ports,),
        "HorizontalPodAutoscaler.autoscaling": (autoscaling.check_bounds,),
        "ScaledObject.keda.sh": (autoscaling.check_bounds,),
    },
)

_SCALING = (
    references.check_scale_targets,
    autoscaling.check_requests,
    autoscaling.check_replicas,
    autoscaling.check_rivals,
)
AMONG: Checks[ObjectIndex] = Checks(
    of_all=(identity.check_twice, identity.check_capabilities),
    of_workloads=(
        selectors.check_strangers,
        references.check_service_accounts,
        references.check_config_maps,
        references.check_claims,
    ),
    of_type={
        "Service": (selectors.check_selected, selectors.check_target_ports),
        "PodDisruptionBudget.policy": (selectors.check_selected, budgets.check_budgets),
        "NetworkPolicy.networking.k8s.io": (selectors.check_selected, selectors.check_target_ports),
        "StatefulSet.apps": (references.check_headless_services,),
        "RoleBinding.rbac.authorization.k8s.io": (references.check_bindings,),
        "HorizontalPodAutoscaler.autoscaling": _SCALING,
        "ScaledObject.keda.sh": _SCALING,
        "HTTPRoute.gateway.networking.k8s.io": (routes.check_backends, routes.check_hosts),
        "VirtualService.networking.istio.io": (routes.check_backends, routes.check_hosts, routes.check_subsets),
        "DestinationRule.networking.istio.io": (routes.check_backends,),
        "Ingress.networking.k8s.io": (routes.check_backends,),
    },
)
