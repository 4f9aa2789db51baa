"""The tests can be taken to the cluster of a person's kubeconfig, however it gives access."""

import base64
import json
import sys
from pathlib import Path

import pytest

from tests.controlplane import elsewhere
from tests.controlplane.controlplane import ControlPlane
from tests.controlplane.toolchain import Unavailable

CONTEXT = {"name": "mine", "context": {"cluster": "mine", "user": "me"}}


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def write_kubeconfig(path: Path, running: ControlPlane, user: dict[str, object]) -> None:
    # Files instead of data, as many kubeconfigs have them.
    server = {"server": running.site.server, "certificate-authority": str(running.site.certificate)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "mine",
        "contexts": [CONTEXT],
        "clusters": [{"name": "mine", "cluster": server}],
        "users": [{"name": "me", "user": user}],
    }
    path.write_text(json.dumps(config))


@pytest.fixture
def kubeconfig(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, controlplane: ControlPlane) -> Path:
    path = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(path))
    monkeypatch.setenv("PATH", str(controlplane.site.built.kubernetes), prepend=":")
    return path


def plugin_giving(status: dict[str, str]) -> dict[str, object]:
    api = "client.authentication.k8s.io/v1"
    answer = json.dumps({"apiVersion": api, "kind": "ExecCredential", "status": status})
    run = {"command": sys.executable, "args": ["-c", f"print({answer!r})"], "interactiveMode": "Never"}
    return {"exec": {"apiVersion": api, **run}}


def admin_token(running: ControlPlane) -> str:
    return running.site.tokens.read_text().partition(",")[0]


@pytest.mark.parametrize("by_plugin", [True, False])
def test_a_token_or_a_plugin_gives_access(controlplane: ControlPlane, kubeconfig: Path, by_plugin: bool) -> None:
    given = {"token": admin_token(controlplane)}
    write_kubeconfig(kubeconfig, controlplane, plugin_giving(given) if by_plugin else dict(given))
    with elsewhere.current() as there:
        assert there.get("/version")["minor"] == "36"
        assert there.request("GET", "/api/v1/pods", user="nobody").status == 403
        assert there.kubectl("auth", "whoami", "-o", "name", user="nobody", check=False).returncode == 0
        folder = there.folder
    assert not folder.exists()
    assert controlplane.cluster.get("/apis/keda.sh/v1alpha1/scaledobjects")


def test_a_client_certificate_is_used(controlplane: ControlPlane, kubeconfig: Path) -> None:
    # The server asks for no certificate, so this shows only that one can be loaded.
    certificate = controlplane.site.certificate
    pair = {
        "client-certificate-data": encoded(certificate),
        "client-key-data": encoded(certificate.with_suffix(".key")),
    }
    write_kubeconfig(kubeconfig, controlplane, {**pair, "token": admin_token(controlplane)})
    with elsewhere.current() as there:
        assert there.get("/version")["minor"] == "36"


def test_no_context_is_said_to_be_so(kubeconfig: Path) -> None:
    kubeconfig.write_text("{}")
    with pytest.raises(Unavailable, match="no usable current context"), elsewhere.current():
        pass
