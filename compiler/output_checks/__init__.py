"""Output checks: what the API server, a controller or a kubelet refuses and no schema sees; these tables list them.

A check of OBJECT_CHECKS sees one object that fits its schema, one of WORKLOAD_CHECKS only such as make pods; a check of
CROSS_CHECKS sees all objects of an environment.
"""

from collections.abc import Callable, Iterable

from compiler.fault import Fault
from compiler.lowered import Lowered
from compiler.object_index import ObjectIndex, Workload
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

OBJECT_CHECKS: tuple[Callable[[Lowered], Iterable[Fault]], ...] = (
    names.check_name,
    names.check_labels,
    names.check_data_keys,
    sizes.check_config_map,
    sizes.check_annotations,
    pods.check_service_ports,
    autoscaling.check_bounds,
)

WORKLOAD_CHECKS: tuple[Callable[[Workload], Iterable[Fault]], ...] = (
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
)

CROSS_CHECKS: tuple[Callable[[ObjectIndex], Iterable[Fault]], ...] = (
    identity.check_twice,
    identity.check_capabilities,
    selectors.check_strangers,
    selectors.check_selected,
    selectors.check_target_ports,
    references.check_service_accounts,
    references.check_config_maps,
    references.check_claims,
    references.check_headless_services,
    references.check_bindings,
    references.check_scale_targets,
    routes.check_backends,
    routes.check_hosts,
    routes.check_subsets,
    autoscaling.check_requests,
    autoscaling.check_replicas,
    autoscaling.check_rivals,
    budgets.check_budgets,
)
