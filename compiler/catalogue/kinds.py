"""Kinds: codes of plain documents and of the rules of each kind, R05xx."""

from compiler.catalogue.entry import Entry, error, warning

_PLAIN: tuple[Entry, ...] = (
    warning(
        "R0501",
        "secret-left-out",
        "A Secret among the plain documents is left out",
        "A Secret in Git is readable by everyone who can read the repository. Roster never reads, stores, applies or "
        "shows its values; only the names of its keys are noted.",
        "Make the Secret by other means, such as External Secrets or Sealed Secrets, and remove it here.",
    ),
    error(
        "R0502",
        "foreign-namespace-object",
        "A plain document names another namespace",
        "An environment has one namespace. Objects elsewhere could not be found, owned or removed with it.",
        "Remove the namespace, or declare the object in the environment that it belongs to.",
    ),
)

_PROVIDER: tuple[Entry, ...] = (
    error(
        "R0511",
        "provider-role",
        "A provider cannot have this role",
        "A role is what the endpoint does: llm, embedding, speech, images. Not every type does everything, and the "
        "settings of a role belong to that role only.",
        "Change the role or the type, or remove the settings.",
    ),
    error(
        "R0512",
        "provider-model-unnamed",
        "An entry of a provider does not say which model it is",
        "The key of the entry is the name by which agents use it; what the endpoint calls the model stands inside.",
        "Add model.",
    ),
    error(
        "R0513",
        "provider-key-variable",
        "A provider names a variable for a key that it does not have",
        "keyEnv says under which name the key reaches the container; without keyFrom there is no key.",
        "Add keyFrom.secretKeyRef, or remove keyEnv.",
    ),
    warning(
        "R0514",
        "credential-in-header",
        "A header that is a credential is written in the open",
        "Everyone who can read the repository or the ConfigMap can read it.",
        "Keep the key in a Secret, and refer to it with secretKeyRef.",
    ),
    error(
        "R0515",
        "provider-platform",
        "A provider and its platform do not fit",
        "A platform hosts models of other makers, and needs to be told where: a region, a project, an endpoint. Such "
        "a provider has both a platform and auth.",
        "Add what is missing, or remove platform and auth.",
    ),
    error(
        "R0516",
        "provider-auth",
        "The way of authentication does not fit the platform",
        "Each platform has its own ways, and each way its own settings.",
        "Write one of the ways that the message lists, with the settings that belong to it.",
    ),
)

_PROMPT_PACK: tuple[Entry, ...] = (
    error(
        "R0517",
        "prompt-pack-content",
        "The content of a prompt pack does not hold together",
        "A pack has prompts, or one compiled pack.json in their place; its workflow and its agents name prompts and "
        "states of the same pack.",
        "Add what is missing, or correct the name.",
    ),
    error(
        "R0518",
        "prompt-pack-compiled",
        "A compiled prompt pack is no pack.json",
        "The file is passed to the agent's runtime as it is. A runtime that cannot read it does not start.",
        "Compile the pack again.",
    ),
    warning(
        "R0519",
        "prompt-pack-version",
        "A compiled prompt pack says another version than its spec",
        "Agents choose by the version of the spec, and people read the one inside; two that differ mislead.",
        "Let both say the same.",
    ),
)

_AGENT: tuple[Entry, ...] = (
    error(
        "R0520",
        "agent-facades",
        "An agent's facades do not fit its mode",
        "A facade is how an agent is reached. A daemon holds conversations, a function answers single requests: each "
        "has its own facades, and an agent without any could not be reached at all.",
        "Add or remove facades as the message says.",
    ),
    error(
        "R0521",
        "agent-port-twice",
        "Two facades of an agent share a port",
        "All containers of a pod share its ports, so only one of the two could listen.",
        "Give one of them another port.",
    ),
    error(
        "R0522",
        "agent-schemas",
        "The schemas of a function are missing, or belong to no function",
        "A function is defined by what it takes and gives: inputSchema and outputSchema. A daemon has neither.",
        "Add the schemas, or remove them.",
    ),
    error(
        "R0523",
        "agent-prompt",
        "An agent's choice of prompts contradicts itself or its pack",
        "A version is exact, a track follows the newest; both at once mean nothing. The prompt that a conversation "
        "begins with must be one of the pack's.",
        "Keep version or track, and name a prompt of the pack.",
    ),
    error(
        "R0524",
        "agent-model-role",
        "A model's role is not the one of the slot that uses it",
        "A slot is called for one purpose; an embedding model cannot hold a conversation.",
        "Set role of the slot, or use another model.",
    ),
    error(
        "R0525",
        "agent-model-capability",
        "A model cannot do what its slot requires",
        "requires is compared with the capabilities that the provider declares, so that a model without tools never "
        "replaces one with tools unseen.",
        "Use another model, drop the requirement, or correct the capabilities of the provider.",
    ),
    error(
        "R0526",
        "agent-key-variable-twice",
        "Two providers of an agent give one environment variable",
        "Each provider's key reaches the container in a variable. Under one name, one key would hide the other.",
        "Set keyEnv on one of the providers.",
    ),
    error(
        "R0527",
        "agent-tool-sources",
        "The agent's runtime reads a single source of tools",
        "A second one would be silently ignored.",
        "Put all tools into one ToolRegistry, or choose another framework.",
    ),
    error(
        "R0528",
        "agent-store",
        "The environment has no store of this name",
        "Stores are declared by each environment, because each has its own databases.",
        "Declare it under stores of environment.yaml, or name another.",
    ),
    error(
        "R0529",
        "agent-a2a",
        "The settings of the a2a facade contradict each other",
        "A task store of type redis has an address and one in memory has none; a client is an agent of the fleet or "
        "a url, not both.",
        "Remove one of the two, or add what is missing.",
    ),
    error(
        "R0530",
        "agent-media-stores",
        "Media are kept in several stores",
        "A conversation's media lie in one place.",
        "Keep one of the stores.",
    ),
    error(
        "R0531",
        "agent-scale",
        "The fields of scale contradict each other",
        "replicas is a fixed number of pods; min, max and everything that says by what to scale belong to a range "
        "that an autoscaler moves in.",
        "Write replicas alone, or max with what belongs to it.",
    ),
    error(
        "R0532",
        "agent-scale-needs",
        "Scaling needs something that the environment does not have",
        "Scaling by sessions, by triggers or down to zero is done by KEDA, and sessions are counted by Prometheus.",
        "Add keda to the environment's capabilities and set its metrics, if the cluster has them; else scale by CPU.",
    ),
    error(
        "R0533",
        "agent-expose-needs",
        "The environment has no gateway to expose a facade through",
        "expose leads a host of the environment's gateway to the facade, by Istio or by the Gateway API.",
        "Set gateway and capabilities in environment.yaml, or remove expose; in an overlay: $remove: [expose].",
    ),
    error(
        "R0534",
        "agent-framework",
        "The settings of the framework do not fit its type",
        "A contract may bring an image and a health check; what it does not bring, the agent has to, and only that.",
        "Add the image, or remove the health check.",
    ),
    error(
        "R0535",
        "agent-mount",
        "A mount names a volume that the agent does not have",
        "The pod would be refused by the API server.",
        "Declare the volume under runtime.volumes, or correct the name.",
    ),
    warning(
        "R0536",
        "promptkit-reads-own-objects",
        "The stock images of promptkit read this from Omnia's own objects",
        "Omnia's images take some settings through the API from Omnia's custom resources, not from files. Roster "
        "makes the pods, and does not emit those resources yet, so the settings have no effect with stock images.",
        "Keep those objects in the cluster, or set framework.image to a runtime that reads files.",
    ),
)

_TOOL_REGISTRY: tuple[Entry, ...] = (
    error(
        "R0540",
        "handler-settings",
        "A handler's settings are not those of its type",
        "Each type of handler has one block of settings with its own name.",
        "Add the block of the type, remove the others.",
    ),
    error(
        "R0541",
        "handler-tool",
        "A handler's tool is missing, superfluous or declared twice",
        "Some handlers tell themselves what their tools are (openapi, mcp); for the others the spec says it. Names "
        "of tools are unique in a registry, because a model calls them by name.",
        "Add, remove or rename the tool.",
    ),
    error(
        "R0542",
        "handler-mcp",
        "The settings of an MCP handler do not fit its transport",
        "stdio starts a program in the pod, so it has a command; the others call a server, so they have an endpoint.",
        "Add what the transport needs, remove what it has no use for.",
    ),
    error(
        "R0543",
        "handler-auth",
        "The authentication of a handler does not fit",
        "Each way of authentication has its own settings, and not every handler can use each.",
        "Add what is missing, remove what is of no use, or choose another type.",
    ),
    error(
        "R0544",
        "handler-retry",
        "The longest wait between retries is shorter than the first",
        "Waits grow from initialBackoff to maxBackoff.",
        "Raise maxBackoff, or lower initialBackoff.",
    ),
)

ENTRIES = (*_PLAIN, *_PROVIDER, *_PROMPT_PACK, *_AGENT, *_TOOL_REGISTRY)
