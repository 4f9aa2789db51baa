"""Rules: a Provider -> what its fields say that cannot be true together, each told at the field that is to blame."""

from collections.abc import Iterator, Mapping

from compiler.declaration import Declaration
from compiler.diagnostic import Diagnostic
from compiler.finding import error, warning
from compiler.kinds.provider.spec import KEYS_OF_AUTH, ProviderSpec
from compiler.payload import CREDENTIAL_HEADERS
from compiler.scope import Scope

TYPES_OF_ROLE: Mapping[str, tuple[str, ...]] = {
    "llm": ("claude", "openai", "gemini", "ollama", "mock", "vllm"),
    "embedding": ("openai", "voyageai", "gemini", "ollama"),
    "tts": ("openai", "cartesia", "elevenlabs"),
    "stt": ("openai",),
    "image": ("imagen",),
    "inference": ("huggingface",),
}
AUTH_OF_PLATFORM: Mapping[str, tuple[str, ...]] = {
    "bedrock": ("workloadIdentity", "accessKey"),
    "vertex": ("workloadIdentity", "serviceAccount"),
    "azure": ("workloadIdentity", "servicePrincipal"),
}
PLATFORMS_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "claude": ("bedrock", "vertex", "azure"),
    "openai": ("bedrock", "azure"),
    "gemini": ("vertex",),
}
NEEDED_ON_PLATFORM: Mapping[str, tuple[str, str]] = {
    "vertex": ("project", "my-project"),
    "azure": ("endpoint", "https://my.openai.azure.com"),
}


def check(provider: Declaration[ProviderSpec], _scope: Scope) -> Iterator[Diagnostic]:
    """The findings on one Provider."""
    yield from _check_role(provider)
    yield from _check_models(provider)
    yield from _check_key(provider)
    yield from _check_platform(provider)
    yield from _check_auth(provider)


def _check_role(provider: Declaration[ProviderSpec]) -> Iterator[Diagnostic]:
    spec = provider.spec
    if spec.type not in TYPES_OF_ROLE[spec.role]:
        roles = [role for role, types in TYPES_OF_ROLE.items() if spec.type in types]
        yield error(
            provider,
            "R0511",
            f"a Provider of type {spec.type} cannot have the role {spec.role}",
            "role" if "role" in provider.document.data["spec"] else "type",
            help=f"its roles: {', '.join(roles)}; types for {spec.role}: {', '.join(TYPES_OF_ROLE[spec.role])}",
        )
    for block in ("tts", "stt", "embedding"):
        if block in provider.data["spec"] and spec.role != block:
            message = f"{block} is for the role {block}, and the role is {spec.role}"
            yield error(provider, "R0511", message, block, help=f"remove {block}, or write role: {block}")


def _check_models(provider: Declaration[ProviderSpec]) -> Iterator[Diagnostic]:
    for name, model in provider.spec.models.items():
        if model.model is None and provider.spec.type != "mock":
            message = f"the model {name} does not say what the endpoint calls it"
            yield error(provider, "R0512", message, "models", name, help=f"add model: to models.{name}")


def _check_key(provider: Declaration[ProviderSpec]) -> Iterator[Diagnostic]:
    spec = provider.spec
    if spec.key_env is not None and (spec.key_from is None or spec.key_from.secret_key_ref is None):
        message = "keyEnv names the variable for a key from a Secret, and there is none"
        yield error(provider, "R0513", message, "keyEnv", help="add keyFrom.secretKeyRef, or remove keyEnv")
    for header in spec.headers:
        if header.lower() in CREDENTIAL_HEADERS:
            message = f"the header {header} is a credential, and what is written here is readable by everyone"
            yield warning(provider, "R0514", message, "headers", header, help="keep the key in a Secret: keyFrom")


def _check_platform(provider: Declaration[ProviderSpec]) -> Iterator[Diagnostic]:
    spec = provider.spec
    if (spec.platform is None) != (spec.auth is None):
        there, lacks = ("auth", "platform") if spec.platform is None else ("platform", "auth")
        message = f"{there} needs {lacks} beside it"
        yield error(provider, "R0515", message, there, help=f"add {lacks}, or remove {there}")
    if spec.platform is None:
        return
    kind = spec.platform.type
    if spec.role not in ("llm", "embedding"):
        message = f"{kind} hosts no endpoint with the role {spec.role}"
        yield error(provider, "R0515", message, "platform", help="remove platform and auth")
    elif kind not in PLATFORMS_OF_TYPE.get(spec.type, ()):
        known = ", ".join(PLATFORMS_OF_TYPE.get(spec.type, ())) or "none; remove platform and auth"
        message = f"{kind} does not host {spec.type}"
        yield error(provider, "R0515", message, "platform", "type", help=f"platforms of {spec.type}: {known}")
    field, example = NEEDED_ON_PLATFORM.get(kind, ("type", ""))
    if getattr(spec.platform, field) is None:
        message = f"{kind} needs platform.{field}"
        yield error(provider, "R0515", message, "platform", help=f"add {field}: {example}")


def _check_auth(provider: Declaration[ProviderSpec]) -> Iterator[Diagnostic]:
    platform, auth = provider.spec.platform, provider.spec.auth
    if auth is None:
        return
    if platform is not None and auth.type not in AUTH_OF_PLATFORM[platform.type]:
        known = " or ".join(AUTH_OF_PLATFORM[platform.type])
        message = f"{platform.type} does not know auth of type {auth.type}"
        yield error(provider, "R0516", message, "auth", "type", help=f"write {known}")
    if (auth.type == "workloadIdentity") == (auth.credentials_from is not None):
        needs = auth.credentials_from is None
        message = f"auth of type {auth.type} {'needs' if needs else 'takes no'} credentialsFrom"
        path = ("auth", "type") if needs else ("auth", "credentialsFrom")
        yield error(provider, "R0516", message, *path, help=f"{'add' if needs else 'remove'} credentialsFrom")
    if auth.credentials_from and auth.credentials_from.secret_ref.key and auth.type != "serviceAccount":
        where = ("auth", "credentialsFrom", "secretRef", "key")
        message = f"credentials of type {auth.type} are several keys of the Secret, with fixed names"
        names = ", ".join(KEYS_OF_AUTH.get(auth.type, ()))
        yield error(provider, "R0516", message, *where, help=f"remove key; the Secret holds {names}")
    for field, owner in (("roleARN", "bedrock"), ("serviceAccountEmail", "vertex")):
        if field in provider.data["spec"]["auth"] and (platform is None or platform.type != owner):
            message = f"{field} is for the platform {owner}"
            yield error(provider, "R0516", message, "auth", field, help=f"remove {field}")
