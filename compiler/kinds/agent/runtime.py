"""Runtime: how an agent's pods run, as a person writes it."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from compiler.spec import (
    Boolean,
    EnvironmentVariable,
    Integer,
    Keyed,
    KubernetesShape,
    Name,
    SecretName,
    Shape,
    String,
    Variable,
)

Env = dict[
    EnvironmentVariable,
    Annotated[String, Variable()]
    | Annotated[dict[str, Any], KubernetesShape("io.k8s.api.core.v1.EnvVarSource"), Variable()],
]
"""Environment variables by name: a text, or what Kubernetes has under `valueFrom`."""
Resources = Annotated[dict[str, Any], KubernetesShape("io.k8s.api.core.v1.ResourceRequirements"), Variable()]


class Trigger(Shape):
    """One KEDA trigger, in KEDA's own words."""

    type: String = Field(description="Kind of the trigger, `cron`.", min_length=1)
    name: Name | None = Field(default=None, description="Name of the trigger, unique in the list.")
    metadata: dict[str, Annotated[String, Variable()]] = Field(description="The trigger's settings, all of them text.")


class Scale(Shape):
    """How many pods: a fixed number, or a range that an autoscaler moves in."""

    replicas: Annotated[Integer, Variable()] | None = Field(
        default=None, ge=0, description="A fixed number of pods, 2; not with `max`."
    )
    min: Annotated[Integer, Variable()] | None = Field(default=None, ge=0, description="Fewest pods, 1; 0 needs KEDA.")
    max: Annotated[Integer, Variable()] | None = Field(
        default=None, ge=1, description="Most pods, 20; turns autoscaling on."
    )
    cpu: Annotated[Integer, Variable()] | None = Field(
        default=None, ge=1, le=100, description="Target CPU use, in percent of the request, 90."
    )
    memory: Annotated[Integer, Variable()] | None = Field(
        default=None, ge=1, le=100, description="Target memory use, in percent of the request, 70."
    )
    sessions: Annotated[Integer, Variable()] | None = Field(
        default=None, ge=1, description="Target of open sessions a pod, 10; needs KEDA."
    )
    triggers: Annotated[tuple[Trigger, ...], Keyed("name")] = Field(
        default=(), description="KEDA triggers of one's own."
    )
    autoscaler: Literal["hpa", "keda"] | None = Field(
        default=None, description="Which autoscaler; default: HPA unless something asks for KEDA."
    )
    polling_interval: Integer = Field(default=30, ge=1, description="How often KEDA asks its triggers, in seconds.")
    cooldown_period: Integer = Field(default=300, ge=0, description="Quiet time before KEDA scales to 0, in seconds.")
    scale_down_stabilization: Integer = Field(
        default=300, ge=0, le=3600, description="Window over which the HPA takes the highest need, in seconds."
    )


class Mount(Shape):
    """One place in the container where a volume is seen."""

    volume: Name = Field(description="Name of the volume.")
    read_only: Boolean = Field(default=False, description="Whether it can only be read.")
    sub_path: String | None = Field(default=None, description="Path inside the volume.")


class Runtime(Shape):
    """How an agent's pods run."""

    scale: Scale = Field(default=Scale(), description="How many pods.")
    resources: Resources = Field(
        default={}, description="Requests and limits of the runtime container, in Kubernetes' words."
    )
    env: Env = Field(default={}, description="Environment variables of the runtime container, by name.")
    env_from: tuple[Annotated[dict[str, Any], KubernetesShape("io.k8s.api.core.v1.EnvFromSource"), Variable()], ...] = (
        Field(default=(), description="Sources of environment variables of both containers, in Kubernetes' words.")
    )
    volumes: dict[Name, Annotated[dict[str, Any], KubernetesShape("io.k8s.api.core.v1.Volume"), Variable()]] = Field(
        default={}, description="Volumes by name, in Kubernetes' words: `cache: {emptyDir: {}}`."
    )
    mounts: dict[Annotated[String, StringConstraints(pattern=r"^/")], Mount] = Field(
        default={}, description="Where volumes are seen in the runtime container, by path."
    )
    node_selector: dict[str, Annotated[String, Variable()]] = Field(
        default={}, description="Labels that a node must have."
    )
    tolerations: tuple[Annotated[dict[str, Any], KubernetesShape("io.k8s.api.core.v1.Toleration"), Variable()], ...] = (
        Field(default=(), description="Taints that are tolerated, in Kubernetes' words.")
    )
    affinity: Annotated[dict[str, Any], KubernetesShape("io.k8s.api.core.v1.Affinity"), Variable()] | None = Field(
        default=None, description="Affinity, in Kubernetes' words; default: spread over zones."
    )
    priority_class: Annotated[SecretName, Variable()] | None = Field(
        default=None, description="PriorityClass of the pods."
    )
    service_account: Annotated[SecretName, Variable()] | None = Field(
        default=None, description="A ServiceAccount that exists; default: one of the agent's own."
    )
    image_pull_secrets: tuple[SecretName, ...] = Field(default=(), description="Secrets for image registries.")
    labels: dict[str, Annotated[String, Variable()]] = Field(default={}, description="More labels of the pods.")
    annotations: dict[str, Annotated[String, Variable()]] = Field(
        default={}, description="More annotations of the pods."
    )
