"""Takes the tests to a cluster from elsewhere: one made by kind, or the one of the person's kubeconfig."""

import base64
import importlib
import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.controlplane.build import build_definitions
from tests.controlplane.cluster import CONNECTIONS, Cluster
from tests.controlplane.credentials import ADMIN, USERS, write_kubeconfigs
from tests.controlplane.definitions import read_definitions
from tests.controlplane.install import install, uninstall
from tests.controlplane.processes import Processes
from tests.controlplane.toolchain import Unavailable

EXEC_INFO = "KUBERNETES_EXEC_INFO"
Access = Mapping[str, Any]


@contextmanager
def kind(config: pytest.Config) -> Iterator[Cluster]:
    """A cluster of pytest-kind's, made with its own options and kept if those say so."""
    options = config.option
    try:
        made = importlib.import_module("pytest_kind").KindCluster(
            options.cluster_name,
            Path(options.kubeconfig) if options.kubeconfig else None,
            image=options.kind_image,
            kind_path=Path(options.kind_bin) if options.kind_bin else None,
        )
        made.create()
    except (ImportError, OSError, subprocess.CalledProcessError) as problem:
        raise Unavailable(f"kind could not make a cluster: {problem}") from problem
    try:
        with _opened({**os.environ, "KUBECONFIG": str(made.kubeconfig_path)}) as cluster:
            yield cluster
    finally:
        if not options.keep_cluster:
            made.delete()


@contextmanager
def current() -> Iterator[Cluster]:
    """The cluster of the current context; what is installed in it is removed afterwards."""
    with _opened(dict(os.environ)) as cluster:
        yield cluster


@contextmanager
def _opened(environment: dict[str, str]) -> Iterator[Cluster]:
    kubectl = shutil.which("kubectl")
    if not kubectl:
        raise Unavailable("there is no kubectl on PATH")
    config = _resolved_config(kubectl, environment)
    server, access = config["clusters"][0]["cluster"], _access(config["users"][0]["user"])
    # The supervisor's folder is removed even if this process is killed, and it holds credentials.
    with Processes() as processes:
        write_kubeconfigs(processes.folder, server, _users(access))
        cluster = Cluster(
            server=server["server"].rstrip("/"),
            folder=processes.folder,
            kubectl_program=kubectl,
            pool=_pool(processes.folder, server, access),
            headers={user: _headers(access, user) for user in (ADMIN, *USERS)},
            pods_are_fake=False,
        )
        installed = install(cluster, read_definitions(build_definitions()))
        try:
            yield cluster
        finally:
            uninstall(cluster, installed)


def _resolved_config(kubectl: str, environment: dict[str, str]) -> dict[str, Any]:
    command = [kubectl, "config", "view", "--raw", "--minify", "--flatten", "-o", "json"]
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if shown.returncode:
        raise Unavailable(f"the kubeconfig has no usable current context: {shown.stderr.strip()}")
    config: dict[str, Any] = json.loads(shown.stdout)
    if not (config.get("clusters") and config.get("users")):
        raise Unavailable("the kubeconfig has no usable current context")
    return config


def _access(user: Access) -> Access:
    """What gives a user access, asked of the user's own plugin where there is one."""
    plugin = user.get("exec")
    if not plugin:
        return user
    asked = {"apiVersion": plugin["apiVersion"], "kind": "ExecCredential", "spec": {}}
    more = {variable["name"]: variable["value"] for variable in plugin.get("env") or ()}
    answered = subprocess.run(
        [plugin["command"], *(plugin.get("args") or ())],
        env={**os.environ, **more, EXEC_INFO: json.dumps(asked)},
        stdout=subprocess.PIPE,
        check=True,
    )
    status = json.loads(answered.stdout)["status"]
    given = {"token": status.get("token")}
    for name in ("clientCertificateData", "clientKeyData"):
        if name in status:
            kebab = "client-certificate-data" if "Certificate" in name else "client-key-data"
            given[kebab] = base64.b64encode(status[name].encode()).decode()
    return {key: value for key, value in given.items() if value}


def _users(access: Access) -> dict[str, Access]:
    """The admin, and the ordinary users as those whom the admin impersonates."""
    return {ADMIN: access, **{user: {**access, "as": user} for user in USERS}}


def _headers(access: Access, user: str) -> dict[str, str]:
    headers = {} if user == ADMIN else {"Impersonate-User": user}
    if "token" in access:
        headers["Authorization"] = f"Bearer {access['token']}"
    return headers


def _pool(folder: Path, server: Access, access: Access) -> urllib3.PoolManager:
    context = ssl.create_default_context(cadata=_decoded(server, "certificate-authority-data"))
    if server.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if "client-certificate-data" in access:
        # The ssl module reads client certificates from files only.
        pair = folder / "client.pem"
        pair.touch(mode=0o600)
        keys = ("client-certificate-data", "client-key-data")
        pair.write_text("\n".join(_decoded(access, key) or "" for key in keys))
        context.load_cert_chain(pair)
    return urllib3.PoolManager(maxsize=CONNECTIONS, ssl_context=context)


def _decoded(holder: Access, key: str) -> str | None:
    return base64.b64decode(holder[key]).decode() if key in holder else None
