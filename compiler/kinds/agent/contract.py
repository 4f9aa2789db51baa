"""Contract: what the images of one runtime expect, as data under `templates/runtimes/`."""

from functools import lru_cache

from pydantic import Field

from compiler.scope import Assets
from compiler.spec import Shape


class HealthContract(Shape):
    """Where a container says whether it works."""

    port: int
    readiness: str
    liveness: str


class ContainerContract(Shape):
    """What one container expects."""

    image: str = ""
    """Stock image without its tag; empty if there is none."""
    tag: str = "latest"
    ports: dict[str, int] = {}
    """Ports by name, beside the facades' own."""
    health: HealthContract | None = None
    requests: dict[str, str] = {}
    """Requests where the agent states none: an autoscaler needs them in every container."""
    constants: dict[str, str] = {}
    """Environment variables that are always the same."""
    env: dict[str, str] = {}
    """Environment variable -> the fact of the agent that it holds."""


class ToolsContract(Shape):
    """Where the files with tools are looked for."""

    folder: str
    file: str = ""
    """The one file that is read; empty if every file in the folder is."""


class Contract(Shape):
    """One runtime."""

    facade: ContainerContract | None = None
    """The container that speaks with clients, where the runtime does not do so itself."""
    runtime: ContainerContract
    config: str = ""
    """Folder of the agent's own settings; empty if the images do not look for them."""
    pack: str
    providers: str = ""
    """Folder of the providers' settings; empty if the images do not look for them."""
    tools: ToolsContract
    cache: str = ""
    sessions_query: str
    """PromQL that counts open sessions; AGENT and NAMESPACE are filled in."""
    reads_elsewhere: tuple[str, ...] = Field(default=())
    """Fields of an agent that the stock images read from their own system's objects."""


def contract_of(framework: str, assets: Assets) -> Contract:
    """The contract of a framework. Raises KeyError if there is none."""
    return _contract(assets.read(f"runtimes/{framework}.yaml"), framework, assets)


@lru_cache(maxsize=16)
def _contract(_text: str, framework: str, assets: Assets) -> Contract:
    return Contract.model_validate(assets.data(f"runtimes/{framework}.yaml"))
