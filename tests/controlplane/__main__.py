"""`python -m tests.controlplane` starts a control plane for a person and runs until Ctrl-C."""

import signal
import sys
import time

from tests.controlplane.build import build
from tests.controlplane.controlplane import start
from tests.controlplane.processes import StartFailed
from tests.controlplane.toolchain import Unavailable


def main() -> None:
    """Start a control plane, say how to use it, and end it when asked to."""
    # A shell starts what runs in its background with SIGINT ignored.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        with start(build()) as running:
            cluster = running.cluster
            print(f"kubeconfig: {cluster.kubeconfig}")
            # Without its own cache folder kubectl would leave files in the person's home.
            print(f"export KUBECONFIG={cluster.kubeconfig} KUBECACHEDIR={cluster.kubectl_cache}")
            print(f"contexts:   {', '.join(map(cluster.context_for, cluster.users))}")
            print(f"kubectl:    {cluster.kubectl_program}")
            print("Ctrl-C ends it and leaves nothing behind.", flush=True)
            while True:
                time.sleep(1)
                running.processes.check()
    except KeyboardInterrupt:
        return
    except (StartFailed, Unavailable) as why:
        sys.exit(f"control plane: {why}")


if __name__ == "__main__":
    main()
