"""A failure before anything was applied (fetch, compile, look) -> the status of the Environment's record."""

from reconciler.target import Target
from reconciler.unit import Pass


def publish_failure(target: Target, which: Pass, sentence: str) -> None:
    """Tell on the target that this pass could not be made, and why; everything else there stays as it is."""
    raise NotImplementedError
