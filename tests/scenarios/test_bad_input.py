"""Bad input in the specs: each mistake is one message with its place and its remedy, exit code 2, and nothing is done."""

import pytest

from tests.scenarios.bad_input import ENVIRONMENT, FILES, FOLDER, link, on_target, refused

AGENT_FILE = f"{FOLDER}/agents/support.yaml"
PROMPT_FILE = f"{FOLDER}/prompts/support.md"
OBJECT_FILE = f"{FOLDER}/objects/notes.yaml"
AGENT = FILES[AGENT_FILE]
BOMB = "  a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"  {name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\n"
KEDA = "  capabilities: [keda]\n  metrics: {prometheus: 'http://prometheus:9090'}\n"
SCALED = AGENT.replace("{name: support}", "{name: " + "a" * 60 + "}").replace("{replicas: 2}", "{max: 9, sessions: 5}")


def agent(old: str, new: str) -> dict[str, str]:
    """The agent's file with one mistake in it."""
    assert old in AGENT
    return {AGENT_FILE: AGENT.replace(old, new)}


MISTAKES: dict[str, tuple[dict[str, str | bytes], str, str, str]] = {
    "an unknown field": (
        agent("port: 8080", "prot: 8080"),
        f"{AGENT_FILE}:10:17",
        "spec.facades.websocket has no field prot",
        "did you mean port?",
    ),
    "a wrong type": (
        agent("8080", '"8080"'),
        f"{AGENT_FILE}:10:23",
        "port: it must be a whole number",
        "write it without quotes",
    ),
    "a missing reference": (
        agent("claude/sonnet", "cluade/sonnet"),
        f"{AGENT_FILE}:8:20",
        "Agent support refers to a Provider that does not exist",
        f"did you mean claude? ({FOLDER}/claude.yaml:3:18)",
    ),
    "a duplicate name": (
        {f"{FOLDER}/agents/again.yaml": AGENT},
        f"{AGENT_FILE}:3:18",
        "Agent support is declared twice",
        f"also declared at {FOLDER}/agents/again.yaml:3:18",
    ),
    "a name that is too long": (
        agent("{name: support}", "{name: " + "a" * 64 + "}"),
        f"{AGENT_FILE}:3:18",
        "name: it must have at most 63 characters, and has 64",
        "shorten it by 1",
    ),
    "a name that is too long for what it becomes": (
        {AGENT_FILE: SCALED, f"{FOLDER}/environment.yaml": ENVIRONMENT + KEDA},
        f"{AGENT_FILE}:3:18",
        "has 60 characters, at most 54 fit a ScaledObject",
        "shorten the name of the spec by 6 characters",
    ),
    "a name that is too long for a plain object": (
        {OBJECT_FILE: CONFIG_MAP.replace("{name: notes}", "{name: " + "a" * 254 + "}")},
        f"{OBJECT_FILE}:3:18",
        "has 254 characters, at most 253 fit a ConfigMap",
        "by 1 character",
    ),
    "a key twice in one map": (
        agent("  prompts:", "  mode: daemon\n  mode: function\n  prompts:"),
        f"{AGENT_FILE}:7:3",
        "mode is given twice",
        "it is first given on line 6; keep one",
    ),
    "an alias bomb": (
        {AGENT_FILE: AGENT + BOMB},
        f"{AGENT_FILE}:14:6",
        "more than 100 aliases",
        "write the values out",
    ),
    "a spec of 10 MB": (
        {AGENT_FILE: b"#" * 10_000_000},
        f"{AGENT_FILE}:1:1",
        "the file has 10,000,000 bytes",
        "a document file may have 1,048,576",
    ),
    "a prompt of 10 MB": (
        {PROMPT_FILE: b"x" * 10_000_000},
        f"{FOLDER}/prompts/support.yaml:7:30",
        "has 10,000,000 bytes",
        "a ConfigMap holds at most 1 MiB; split the text",
    ),
    "a spec that is not UTF-8": (
        {AGENT_FILE: AGENT.encode() + b"# caf\xe9\n"},
        f"{AGENT_FILE}:13:6",
        "the file is not readable text",
        "save the file as UTF-8",
    ),
    "a prompt that is not UTF-8": (
        {PROMPT_FILE: b"Be \xff kind.\n"},
        f"{FOLDER}/prompts/support.yaml:7:30",
        "is not UTF-8 at byte 3",
        "save the file as UTF-8",
    ),
    "a ConfigMap over 1 MiB": (
        {
            f"{FOLDER}/prompts/support.yaml": FILES[f"{FOLDER}/prompts/support.yaml"]
            + "    more: {system: {file: more.md}}\n"
        }
        | {PROMPT_FILE: "x" * 600_000, f"{FOLDER}/prompts/more.md": "y" * 500_000},
        f"{FOLDER}/prompts/support.yaml:7:15",
        "makes the ConfigMap 1,100,542 bytes long, 1,048,576 are the limit",
        "split",
    ),
    "labels of a plain object that are a list": (
        {OBJECT_FILE: CONFIG_MAP.replace("}", ", labels: [team, care]}")},
        f"{OBJECT_FILE}:3:25",
        "ConfigMap notes: metadata.labels must be a map",
        "write names and values",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_one_message_with_place_and_remedy_and_changes_nothing(local, mistake):
    changes, place, fact, remedy = MISTAKES[mistake]
    before = on_target(local)
    local.commit(changes)
    told = refused(local, "sync", "prod", code=2)
    assert len(told.messages) == 1, told.error
    assert fact in told.messages[0]
    assert f"--> {place}\n" in told.error
    assert remedy in told.error
    assert on_target(local) == before


def test_a_link_out_of_the_repository_is_not_followed(local, tmp_path):
    outside = tmp_path / "outside.yaml"
    outside.write_text("password: hunter2\n")
    before = on_target(local)
    link(local, f"{FOLDER}/agents/stolen.yaml", outside)
    local.commit()
    told = refused(local, "sync", "prod", code=2)
    (message,) = told.messages
    assert "is not a file of the repository" in message
    assert f"--> {FOLDER}/agents/stolen.yaml:1:1\n" in told.error
    assert "replace the link by the file itself" in told.error
    assert on_target(local) == before


def test_a_prompt_that_is_a_link_out_of_the_repository_is_not_followed(local, tmp_path):
    outside = tmp_path / "outside.md"
    outside.write_text("hunter2\n")
    before = on_target(local)
    link(local, PROMPT_FILE, outside)
    local.commit()
    told = refused(local, "sync", "prod", code=2)
    assert len(told.messages) == 1
    assert PROMPT_FILE in told.messages[0]
    assert f"--> {FOLDER}/prompts/support.yaml:7:30\n" in told.error
    assert on_target(local) == before


def test_an_environment_that_became_empty_is_held_until_its_end_is_asked_for(local):
    before = on_target(local)
    local.commit({name: None for name in FILES if not name.endswith("environment.yaml")})
    told = refused(local, "sync", "prod", code=3)
    sentences = {message.partition(" held: ")[2] for message in told.messages}
    assert sentences == {"the environment has become empty: --allow-empty prunes it"}
    after = on_target(local)
    assert all(after[name] == content for name, content in before.items() if not name.startswith(".roster-state"))
    assert "8 deleted" in local.roster("sync", "prod", "--allow-empty")


def test_a_name_that_only_a_label_cannot_hold_is_shortened_there(local):
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: 'Team:A'}\nrules: []\n"
    long = CONFIG_MAP.replace("notes", "n" * 70)
    local.commit(
        {OBJECT_FILE: long, f"{FOLDER}/objects/role.yaml": role, **agent("name: support", "name: " + "a" * 60)}
    )
    local.roster("sync", "prod")
    assert "0 applied" in local.roster("sync", "prod")
