"""The command lines of the control plane's programs."""

from dataclasses import dataclass
from pathlib import Path

from tests.controlplane.build import Built
from tests.controlplane.credentials import ADMIN, kubeconfig_path

HOST = "127.0.0.1"
# Fleets are large and the API server is near: its clients need not hold back.
CLIENT_RATE = ("--kube-api-qps=500", "--kube-api-burst=1000")


@dataclass(frozen=True)
class Site:
    """Where one control plane is: what it was built from, its folder and its ports."""

    built: Built
    folder: Path
    etcd_port: int
    peer_port: int
    api_port: int

    @property
    def server(self) -> str:
        """The URL of the API server."""
        return f"https://{HOST}:{self.api_port}"

    @property
    def etcd_server(self) -> str:
        """The URL of etcd."""
        return f"http://{HOST}:{self.etcd_port}"

    @property
    def certificates(self) -> Path:
        """The folder in which the API server keeps the certificate that it makes for itself."""
        return self.folder / "certificates"

    @property
    def certificate(self) -> Path:
        """The certificate of the API server and of the authority that signed it."""
        return self.certificates / "apiserver.crt"

    @property
    def signing_key(self) -> Path:
        """The key that signs ServiceAccount tokens."""
        return self.folder / "service-account.key"

    @property
    def tokens(self) -> Path:
        """The tokens of the users."""
        return self.folder / "tokens.csv"

    @property
    def stages(self) -> Path:
        """What kwok does to nodes and pods."""
        return self.folder / "stages.yaml"

    @property
    def kubeconfig(self) -> str:
        """The file by which the other programs find the API server."""
        return f"--kubeconfig={kubeconfig_path(self.folder, ADMIN)}"


def etcd(site: Site) -> list[str]:
    """The store."""
    peer = f"http://{HOST}:{site.peer_port}"
    return [
        site.built.program("etcd"),
        f"--data-dir={site.folder / 'etcd'}",
        f"--listen-client-urls={site.etcd_server}",
        f"--advertise-client-urls={site.etcd_server}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        # What is stored need not survive a power cut.
        "--unsafe-no-fsync",
        "--log-level=error",
    ]


def api_server(site: Site) -> list[str]:
    """The API server, with ServiceAccount admission and RBAC as real clusters have them."""
    return [
        site.built.program("kube-apiserver"),
        f"--etcd-servers={site.etcd_server}",
        f"--bind-address={HOST}",
        # Neither an address nor a network of the machine's own is needed.
        f"--advertise-address={HOST}",
        "--endpoint-reconciler-type=none",
        f"--secure-port={site.api_port}",
        f"--cert-dir={site.certificates}",
        f"--service-account-issuer={site.server}",
        f"--service-account-key-file={site.signing_key}",
        f"--service-account-signing-key-file={site.signing_key}",
        f"--token-auth-file={site.tokens}",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        "--service-cluster-ip-range=10.0.0.0/16",
    ]


def controller_manager(site: Site) -> list[str]:
    """The controllers."""
    return [
        site.built.program("kube-controller-manager"),
        site.kubeconfig,
        "--leader-elect=false",
        "--secure-port=0",
        f"--cert-dir={site.certificates}",
        f"--root-ca-file={site.certificate}",
        f"--service-account-private-key-file={site.signing_key}",
        # The default of 15 seconds would make tests of autoscaling slow.
        "--horizontal-pod-autoscaler-sync-period=1s",
        # kwok's nodes speak up every ten minutes: after the default of 50 seconds they were taken for dead, and their pods
        # for unready, for good. Nor shall a machine that stands still for a while be the end of them.
        "--node-monitor-grace-period=24h",
        *CLIENT_RATE,
    ]


def scheduler(site: Site) -> list[str]:
    """The scheduler."""
    return [
        site.built.program("kube-scheduler"),
        site.kubeconfig,
        "--leader-elect=false",
        "--secure-port=0",
        *CLIENT_RATE,
    ]


def kwok(site: Site) -> list[str]:
    """The program that plays the kubelet of every node."""
    return [
        site.built.program("kwok"),
        site.kubeconfig,
        "--manage-all-nodes=true",
        f"--config={site.stages}",
        "--cidr=10.128.0.0/9",
    ]
