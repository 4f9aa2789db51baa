"""Naming: every rule about names, labels and hashes of objects, in one place."""

import hashlib
import re
from collections.abc import Mapping

from compiler.kube_object import canonical
from compiler.spec_key import SpecKey

DOMAIN = "roster.dev"
API_VERSION = f"{DOMAIN}/v1alpha1"
FLEET, ENVIRONMENT = f"{DOMAIN}/fleet", f"{DOMAIN}/environment"
KIND, NAME, FAMILY = f"{DOMAIN}/kind", f"{DOMAIN}/name", f"{DOMAIN}/family"
MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "roster"

MAX_LABEL = 63
"""Longest label value and DNS label, in characters (RFC 1123)."""
MAX_NAME = 253
"""Longest object name, in characters (RFC 1123 subdomain)."""
_HASH = 10
"""How many hash characters name the content of an immutable ConfigMap, or tell apart two long label values."""

SUBDOMAIN = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
SERVICE = re.compile(r"^[a-z]([-a-z0-9]*[a-z0-9])?$")
LABEL = re.compile(r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")
_NOT_IN_LABEL = re.compile(r"[^-A-Za-z0-9_.]+")


def selector(key: SpecKey) -> dict[str, str]:
    """The labels by which a spec's workloads are selected; they never change."""
    return {KIND: key.kind, NAME: label_value(key.name)}


def ownership(fleet: str, environment: str, key: SpecKey) -> dict[str, str]:
    """The labels that every object of ours carries."""
    return {
        MANAGED_BY: MANAGER,
        "app.kubernetes.io/name": label_value(key.name),
        "app.kubernetes.io/part-of": fleet,
        FLEET: fleet,
        ENVIRONMENT: environment,
        KIND: key.kind,
        NAME: label_value(key.name),
    }


def label_value(name: str) -> str:
    """The value that stands for a name in a label: the name itself where it fits, else its beginning and its hash."""
    if len(name) <= MAX_LABEL and LABEL.match(name):
        return name
    beginning = _NOT_IN_LABEL.sub("-", name)[: MAX_LABEL - _HASH - 1].strip("-_.")
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH]
    return f"{beginning}-{digest}".lstrip("-")


def hashed(family: str, data: Mapping[str, str]) -> str:
    """The name of an immutable ConfigMap: its family and ten hash characters of its data alone."""
    return f"{family}-{hashlib.sha256(canonical(dict(data))).hexdigest()[:_HASH]}"
