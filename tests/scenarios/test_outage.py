"""The API server is away for a while in the middle of `roster run`: it says so, deletes nothing, and recovers alone."""

import os
import signal
import time

import pytest

from tests.scenarios.fleet import fleet
from tests.scenarios.test_changes import objects

SECONDS = float(os.environ.get("ROSTER_OUTAGE_SECONDS", "60"))
"""How long the API server is away."""


@pytest.mark.timeout(280)
def test_an_outage_of_the_api_server_is_waited_out(repository, controlplane, installed, namespace):
    repository.commit(fleet(namespace, installed.context))
    repository.roster("sync", "prod")
    before = objects(installed, namespace)
    running = repository.start("run", "prod")
    try:
        time.sleep(3)
        controlplane.stop_api_server()
        try:
            repository.commit({"environments/prod/prompts/support.md": "During the outage.\n"})
            time.sleep(SECONDS)
            told = repository.roster("status", "prod", code=3)
        finally:
            controlplane.start_api_server()
        assert "out of reach" in told
        installed.until(
            f"/api/v1/namespaces/{namespace}/configmaps",
            lambda found: any("During the outage" in str(item.get("data")) for item in found["items"]),
            seconds=60,
        )
    finally:
        running.send_signal(signal.SIGTERM)
        printed, _ = running.communicate(timeout=90)
    assert running.returncode == 0, printed
    assert "out of reach" in printed
    assert before.items() <= objects(installed, namespace).items()
