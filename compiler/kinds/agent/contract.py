"""Contract: what the images of one runtime expect, as data under `templates/runtimes/`."""

from functools import lru_cache

from pydantic import Field

from compiler.scope import Assets
from compiler.spec import Integer, Shape, String


class HealthContract(Shape):
    """Where a container says whether it works."""

    port: Integer = Field(description="Port that answers over HTTP, 8081.")
    readiness: String = Field(description="Path that answers whether it is ready, `/readyz`.")
    liveness: String = Field(description="Path that answers whether it is alive, `/healthz`.")


class ContainerContract(Shape):
    """What one container expects."""

    image: String = Field(default="", description="Stock image without its tag; empty if there is none.")
    tag: String = Field(default="latest", description="Tag of the stock image where the agent names no version.")
    ports: dict[str, Integer] = Field(default={}, description="Ports by name, beside the facades' own.")
    health: HealthContract | None = Field(default=None, description="Where it says whether it works.")
    requests: dict[str, String] = Field(
        default={},
        description="Requests where the agent states none, `{cpu: 100m}`: an autoscaler needs them in every container.",
    )
    constants: dict[str, String] = Field(
        default={}, description="Environment variables that are the same for every agent."
    )
    env: dict[str, String] = Field(
        default={}, description="Environment variable -> the fact of the agent that it holds, `{NAME: agentName}`."
    )


class ToolsContract(Shape):
    """Where the files with tools are looked for."""

    folder: String = Field(description="Folder of the files, `/etc/agent/tools`.")
    file: String = Field(default="", description="The one file that is read; empty if every file in the folder is.")


class Contract(Shape):
    """One runtime."""

    system: String = Field(default="", description="The system whose stock images these are, `Omnia`.")
    facade: ContainerContract | None = Field(
        default=None,
        description="The container that speaks with clients, where the runtime does not do so itself.",
    )
    runtime: ContainerContract = Field(description="The container that runs the agent.")
    config: String = Field(
        default="", description="Folder of the agent's own settings, agent.json; empty if the images look for none."
    )
    pack: String = Field(description="Folder of the prompts, pack.json.")
    providers: String = Field(
        default="", description="Folder of the providers' settings, a file each; empty if the images look for none."
    )
    tools: ToolsContract = Field(description="Where the files with tools are looked for.")
    cache: String = Field(default="", description="Folder that may be written; empty if there need be none.")
    sessions_query: String = Field(
        description="PromQL that counts open sessions; AGENT and NAMESPACE in it are filled in."
    )
    reads_elsewhere: tuple[String, ...] = Field(
        default=(), description="Fields of an agent that the stock images read from their own system's objects."
    )


def contract_of(framework: str, assets: Assets) -> Contract:
    """The contract of a framework. Raises KeyError if there is none."""
    return _contract(assets.read(f"runtimes/{framework}.yaml"), framework, assets)


@lru_cache(maxsize=16)
def _contract(_text: str, framework: str, assets: Assets) -> Contract:
    return Contract.model_validate(assets.data(f"runtimes/{framework}.yaml"))
