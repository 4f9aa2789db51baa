"""A sync is killed before and after every n-th write; the next one, at a later commit, converges and owns exactly its own."""

import os
import signal

import pytest
import yaml

from tests.scenarios.fleet import agent, fleet
from tests.scenarios.proxy import Proxy
from tests.scenarios.test_changes import objects

AGENTS = tuple(f"agent-{number:02}" for number in range(28))
"""Seven objects an agent (one of them is a pack, one its settings): about 200."""
GONE = AGENTS[::3]
CUTS = (1, 2, 3, 40, 90, 150, 199)


@pytest.mark.timeout(280)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("cut", CUTS)
def test_killed_at_a_write_the_next_pass_converges(repository, installed, namespace, tmp_path, cut, after):
    stranger = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "stranger"}, "data": {"a": "b"}}
    installed.apply(f"/api/v1/namespaces/{namespace}/configmaps/stranger", stranger)
    repository.commit(fleet(namespace, installed.context, *AGENTS))
    process = []

    def kill():
        os.kill(process[0].pid, signal.SIGKILL)

    with Proxy(installed, cut, after=after, kill=kill) as proxy:
        proxied = proxy.kubeconfig(installed.kubeconfig, tmp_path)
        process.append(repository.start("sync", "prod", "--no-wait", KUBECONFIG=str(proxied)))
        printed, _ = process[0].communicate(timeout=120)
        assert proxy.is_cut.is_set(), f"only {proxy.writes} writes:\n{printed}"
    assert process[0].returncode == -signal.SIGKILL

    removed = {path: None for name in GONE for path in agent(name)}
    repository.commit(removed, "a third goes")
    repository.roster("sync", "prod", "--no-wait")
    there = objects(installed, namespace)
    compiled = [item for item in yaml.safe_load_all(repository.roster("compile", "prod")) if item]
    wanted = {f"{item['kind']}/{item['metadata']['name']}" for item in compiled if item["kind"] != "Namespace"}
    assert there.keys() == wanted | {"ConfigMap/stranger"}
    assert "0 applied" in repository.roster("sync", "prod", "--no-wait")
