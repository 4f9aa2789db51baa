"""Gives ordinary users rights for the time of a test."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.controlplane.cluster import Cluster

RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
Rule = Mapping[str, Sequence[str]]


def rule(verbs: str, *resources: str) -> Rule:
    """A rule such as rule("get list", "pods") or rule("patch", "deployments.apps")."""
    split = [resource.partition(".") for resource in resources]
    return {
        "verbs": verbs.split(),
        "resources": [name for name, _, _ in split],
        "apiGroups": sorted({group for _, _, group in split}),
    }


class Rights:
    """What a test has given to users, to be taken away after it."""

    def __init__(self, cluster: Cluster) -> None:
        """Nothing is given yet."""
        self._cluster = cluster
        self._made: list[str] = []

    def __call__(self, name: str, *rules: Rule, namespace: str | None = None) -> Path:
        """Give a user rights, in a namespace or everywhere; gives the user's kubeconfig back."""
        if rules:
            self._grant(name, rules, namespace)
            self._await(name, rules[-1], namespace)
        return self._cluster.kubeconfig_for(name)

    def take_back(self) -> None:
        """Take away everything that was given."""
        for path in reversed(self._made):
            self._cluster.request("DELETE", path)
        self._made.clear()

    def _grant(self, user: str, rules: Sequence[Rule], namespace: str | None) -> None:
        prefix = "" if namespace else "Cluster"
        name = f"test-{user}-{secrets.token_hex(4)}"
        group = "rbac.authorization.k8s.io"
        self._create(namespace, f"{prefix}Role", name, {"rules": rules})
        binding = {
            "roleRef": {"apiGroup": group, "kind": f"{prefix}Role", "name": name},
            "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
        }
        self._create(namespace, f"{prefix}RoleBinding", name, binding)

    def _create(self, namespace: str | None, kind: str, name: str, body: Mapping[str, Any]) -> None:
        inside = f"/namespaces/{namespace}" if namespace else ""
        collection = f"{RBAC}{inside}/{kind.lower()}s"
        self._cluster.request("POST", collection, {"metadata": {"name": name}, **body}).checked()
        self._made.append(f"{collection}/{name}")

    def _await(self, user: str, given: Rule, namespace: str | None) -> None:
        # The authorizer learns of new rights from a watch, some milliseconds later.
        attributes = {
            "namespace": namespace or "",
            "verb": given["verbs"][0],
            "group": given["apiGroups"][0],
            "resource": given["resources"][0],
        }
        review = {"spec": {"user": user, "resourceAttributes": attributes}}
        self._cluster.until(REVIEWS, lambda answer: answer["status"]["allowed"], method="POST", body=review)
