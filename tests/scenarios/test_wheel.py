"""The wheel, alone in an empty environment in another folder, compiles and syncs a fleet that is not in this checkout."""

import os
import subprocess
import sys

import pytest

from tests.scenarios.fleet import PROVIDER, agent
from tests.scenarios.repository import IDENTITY, ROOT, make

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: prod}
spec:
  fleet: elsewhere
  namespace: agents
  target: {directory: {path: prod}}
"""


@pytest.mark.timeout(280)
def test_the_wheel_works_far_from_the_checkout(tmp_path):
    def run(*command, **options):
        clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **IDENTITY}
        kept = {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_", "CURL_", "UV_"))}
        done = subprocess.run(command, env={**clean, **kept}, capture_output=True, text=True, check=False, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path / "dist"), str(ROOT))
    (wheel,) = (tmp_path / "dist").glob("agent_roster-*.whl")
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"))
    run(str(tmp_path / "venv/bin/pip"), "install", "--quiet", str(wheel))
    repository = make(tmp_path / "fleet", {})
    repository.commit(
        {
            "environments/prod/environment.yaml": ENVIRONMENT,
            "environments/prod/claude.yaml": PROVIDER,
            **agent("support"),
        }
    )
    roster = str(tmp_path / "venv/bin/roster")
    assert "Synced" in run(roster, "sync", "prod", cwd=repository.path)
    assert "0 applied" in run(roster, "sync", "prod", cwd=repository.path)
    assert "kind: Deployment" in run(roster, "compile", "prod", cwd=repository.path)
    assert "cluade/sonnet-4" in run(roster, "explain", "R0203")
    run(roster, "init", "fresh", "--yes", "--ci", "github", cwd=tmp_path)
    assert "is valid: dev" in run(roster, "validate", cwd=tmp_path / "fresh")
    assert {"schemas", ".github", ".vscode", "environments"} <= {path.name for path in (tmp_path / "fresh").iterdir()}
    written = {path.name for path in (repository.path / ".roster").rglob("*.yaml")}
    assert any("deployment" in name for name in written)
