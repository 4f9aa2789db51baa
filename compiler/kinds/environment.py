"""An Environment is one place where a fleet runs: a target, a namespace, and what is there to be used.

Becomes the Namespace. Exports nothing: every kind sees the environment itself.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from compiler.declaration import Declaration
from compiler.kind import Column, Emit, Kind
from compiler.requirement import range_fault
from compiler.rule import exactly_one
from compiler.scope import Scope
from compiler.spec import (
    Boolean,
    Duration,
    Integer,
    Name,
    Number,
    Payload,
    SecretName,
    SecretSource,
    Shape,
    Spec,
    String,
    Variable,
    VariableName,
)


def _is_range(text: str) -> str:
    """Refuse what is no range of versions."""
    if fault := range_fault(text):
        raise ValueError(fault)
    return text


VersionRange = Annotated[String, AfterValidator(_is_range)]
Capability = Literal["istio", "keda", "gatewayAPI"]


class KubernetesTarget(Shape):
    """A Kubernetes cluster."""

    cluster: String = Field(description="Name of the kubeconfig context, `prod-eu`; the current context is never used.")
    version: Annotated[String, StringConstraints(pattern=r"^1\.[0-9]+$")] = Field(
        default="1.36", description='Kubernetes version whose schemas objects must fit, "1.36".'
    )


class DirectoryTarget(Shape):
    """A folder that holds one file an object: the embedded target, which needs no cluster."""

    path: Annotated[String, StringConstraints(pattern=r"^[^/.][^/]*(/[^/.][^/]*)*$")] = Field(
        description="Relative path of the folder below the root (`--root`, default .roster/), `dev`."
    )


class Target(Shape):
    """Where the environment's objects are applied: exactly one of the fields."""

    later = {"git": "a Git branch that holds the rendered objects"}
    rules = (
        exactly_one(
            "kubernetes",
            "directory",
            message="a target is either kubernetes or directory; write exactly one of the two",
        ),
    )

    kubernetes: KubernetesTarget | None = Field(default=None, description="A Kubernetes cluster.")
    directory: DirectoryTarget | None = Field(default=None, description="A folder.")


class Gateway(Shape):
    """The gateway through which facades are reached from outside."""

    name: SecretName = Field(description="Name of the Istio Gateway or of the Gateway API's, `public`.")
    namespace: Name | None = Field(default=None, description="Its namespace, `infra`; default: the environment's.")
    domain: Annotated[String, Variable()] = Field(
        description="Domain below which agents get their hosts, `agents.example.com`."
    )


class Metrics(Shape):
    """Where metrics are asked for."""

    prometheus: Annotated[String, Variable()] = Field(
        description="Address of Prometheus, `http://prometheus.monitoring:9090`."
    )


class Store(Shape):
    """A store that sessions can be kept in."""

    url_from: SecretSource = Field(description="The Secret that holds the store's address with its password.")


class Images(Shape):
    """Where images come from."""

    registry: Annotated[String, Variable()] | None = Field(
        default=None,
        description="Registry and path from which a runtime's stock images are taken, `registry.example.com/agents`.",
    )
    pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = Field(
        default=None, description="When images are pulled; default: Kubernetes decides by the tag."
    )
    pull_secrets: tuple[SecretName, ...] = Field(
        default=(), description="Secrets for the registry, `[registry-login]`."
    )


class Sync(Shape):
    """When and how the environment is made to match Git."""

    later = {
        "prune": "a budget of deletions",
        "approval": "an approved plan before it is applied",
        "drift": "reporting drift without mending it",
        "wave": "order among environments",
    }

    interval: Duration = Field(default="30s", description="How often Git is asked for a new commit, `30s`.")


class Match(Shape):
    """Which specs an override changes: those of the kind that have the name and all of the labels."""

    kind: String = Field(description="Kind of the specs, `Agent`.")
    name: Name | None = Field(default=None, description="Name of the one spec that is meant, `support`.")
    labels: dict[String, String] = Field(default={}, description="Labels that a spec must have, `{tier: gold}`.")


class Override(Shape):
    """A change of every spec that matches, below the environment's own documents."""

    match: Match = Field(description="Which specs it changes; one that matches none is an error.")
    spec: Annotated[dict[str, Any], Payload()] = Field(description="What it sets: any part of such a spec.")


class EnvironmentSpec(Spec):
    """One place where a fleet runs."""

    later = {
        "runtimes": "which objects a runtime becomes",
        "tracks": "tracks of prompts",
        "rollout": "defaults of rollouts",
    }

    fleet: Name = Field(description="Name of the fleet that this repository declares, `acme`.")
    abstract: Boolean = Field(default=False, description="True for a base that is never compiled by itself.")
    bases: tuple[String, ...] = Field(
        default=(), description="Folders whose documents lie below this one's, `[../base]`."
    )
    target: Target = Field(description="Where the objects are applied.")
    namespace: Annotated[Name, Variable()] = Field(description="Namespace of every object, `agents-prod`.")
    capabilities: tuple[Capability, ...] = Field(
        default=(), description="What the cluster has beyond Kubernetes itself, `[istio, keda]`."
    )
    variables: dict[VariableName, Boolean | Integer | Number | String] = Field(
        default={}, description="Values for `${var.name}` in specs, `{region: eu-west-1}`."
    )
    overrides: tuple[Override, ...] = Field(
        default=(), description="Changes of specs by match; all of one rank, so no two may differ in a field."
    )
    gateway: Gateway | None = Field(default=None, description="The gateway for facades that are exposed.")
    metrics: Metrics | None = Field(default=None, description="Where metrics are asked for, to scale by sessions.")
    stores: dict[Name, Store] = Field(default={}, description="Stores for sessions, by name.")
    images: Images = Field(default=Images(), description="Where images come from.")
    sync: Sync = Field(default=Sync(), description="When the environment is made to match Git.")
    compiler: VersionRange | None = Field(
        default=None, description='Versions of Roster that may compile it, ">=0.1,<0.2"; default: any.'
    )


def _lower(environment: Declaration[EnvironmentSpec], _scope: Scope) -> Iterator[Emit]:
    yield Emit("environment/namespace.yaml", {})


KIND = Kind(
    name="Environment",
    plural="environments",
    short_names=("renv",),
    spec=EnvironmentSpec,
    title="One place where a fleet runs: a target, a namespace, and what is there to be used.",
    lower=_lower,
    templates={"environment/namespace.yaml": {}},
    namespaced=False,
    columns=(
        Column("Health", ".status.health"),
        Column("Commit", ".status.commit"),
        Column("Applied", ".status.counts.applied", "integer"),
        Column("Message", ".status.message"),
    ),
)
