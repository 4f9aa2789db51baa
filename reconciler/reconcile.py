"""One pass: a bundle and a target in, a Report out; look -> plan -> apply -> settle -> prune -> report -> publish.

Read this first. Fetching and compiling come before it, and are the caller's: see `fetch.py` and `loop.py`.
"""

from reconciler.request import Report, Request
from reconciler.target import Lease, Target


def reconcile(request: Request, target: Target, lease: Lease | None = None) -> Report:
    """Make the target equal the bundle and say how it went; without a lease stop before acting, so that it is a plan.

    Raises Unreachable, Denied, ForeignInventory or StaleInventory, with nothing concluded from silence.
    """
    raise NotImplementedError
