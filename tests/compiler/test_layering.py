"""Layering, through the whole compiler: each rule as a table of files -> what becomes of them, or what is told."""

from pathlib import Path

import pytest

from compiler.compiled import Compiled
from compiler.explaining.why import Role, why
from compiler.layering.setting import setting
from compiler.pipeline import compile_environment
from compiler.review.review import review
from compiler.spec_key import SpecKey
from compiler.trees.folder import FolderTree

BASE = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: base}
spec:
  fleet: acme
  abstract: true
"""
PROD = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: prod}
spec:
  bases: [../base]
  target: {directory: {path: prod}}
  namespace: prod
"""
HEAD = "apiVersion: roster.dev/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:\n"
GOLD = "apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: gold, labels: {tier: gold}}\nspec:\n"
BODY = """\
  framework: {type: custom, image: example/agent:1}
  prompts: {pack: support}
  models: {default: {use: claude/sonnet}}
  tools: {search: {registry: care}}
  facades: {websocket: {port: 8080}}
  session: {ttl: 24h}
"""
FLEET = {
    "base/environment.yaml": BASE,
    "base/claude.yaml": HEAD % ("Provider", "claude")
    + "  type: claude\n  keyFrom: {secretKeyRef: {name: a, key: k}}\n  models: {sonnet: {model: s}, opus: {model: o}}\n",
    "base/pack.yaml": HEAD % ("PromptPack", "support") + "  version: 1.0.0\n  prompts: {default: {system: Be kind.}}\n",
    "base/care.yaml": HEAD % ("ToolRegistry", "care")
    + "  handlers: {crm: {type: mcp, mcp: {transport: sse, endpoint: http://crm}}}\n",
    "base/support.yaml": HEAD % ("Agent", "support") + BODY,
    "base/gold.yaml": GOLD + BODY,
    "prod/environment.yaml": PROD,
}
OVERLAY = HEAD % ("Agent", "support")
EXTRA = HEAD % ("Agent", "extra")
DEV = {"dev/environment.yaml": PROD.replace("prod", "dev")}
SUPPORT = SpecKey("Agent", "support")


def compiled(root: Path, files: dict[str, str], *settings: str, environment: str = "prod") -> Compiled:
    for path, text in {**FLEET, **files}.items():
        file = root / "environments" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return compile_environment(FolderTree(root), environment, tuple(map(setting, settings)))


def told(result: Compiled) -> list[str]:
    return [
        f"{it.code} {str(it.span).removeprefix('environments/')} {it.message} | {it.label} | {it.help}"
        for it in result.diagnostics
    ]


def at(result: Compiled, path: str, name: str = "support"):
    value = result.documents[SpecKey("Agent", name)].data
    for step in path.split("."):
        value = value[step]
    return value


def overrides(*entries: str) -> dict[str, str]:
    return {"prod/environment.yaml": PROD + "  overrides:\n" + "".join(f"  - {entry}\n" for entry in entries)}


KEDA = PROD + "  capabilities: [keda]\n"


def triggers(text: str) -> dict[str, str]:
    """A list that merges, and what the environment's own document says of it."""
    own = OVERLAY + f"  runtime: {{scale: {{triggers: {text}}}}}\n"
    return {"base/support.yaml": TRIGGERED, "prod/environment.yaml": KEDA, "prod/support.yaml": own}


TRIGGERED = (
    OVERLAY
    + BODY
    + "  runtime: {scale: {max: 3, triggers: [{type: cron, name: a, metadata: {x: '1'}}, {type: cron, name: b, metadata: {}}]}}\n"
)

BECOMES = {
    "a scalar of the environment's own document": (
        {"prod/support.yaml": OVERLAY + "  session: {ttl: 2h}\n"},
        "spec.session.ttl",
        "2h",
    ),
    "a map keeps what is not said": (
        {"prod/support.yaml": OVERLAY + "  facades: {websocket: {drainTimeout: 5s}}\n"},
        "spec.facades.websocket",
        {"port": 8080, "drainTimeout": "5s"},
    ),
    "bases in list order: the later one is higher": (
        {
            "prod/environment.yaml": PROD.replace("[../base]", "[../base, ../eu]"),
            "eu/support.yaml": OVERLAY + "  session: {ttl: 3h}\n",
        },
        "spec.session.ttl",
        "3h",
    ),
    "the environment's own document is above both": (
        {
            "prod/environment.yaml": PROD.replace("[../base]", "[../base, ../eu]"),
            "eu/support.yaml": OVERLAY + "  session: {ttl: 3h}\n",
            "prod/support.yaml": OVERLAY + "  session: {ttl: 4h}\n",
        },
        "spec.session.ttl",
        "4h",
    ),
    "an override is above the bases": (
        overrides("{match: {kind: Agent, name: support}, spec: {session: {ttl: 5h}}}"),
        "spec.session.ttl",
        "5h",
    ),
    "and below the environment's own document": (
        {
            **overrides("{match: {kind: Agent}, spec: {session: {ttl: 5h}}}"),
            "prod/support.yaml": OVERLAY + "  session: {ttl: 6h}\n",
        },
        "spec.session.ttl",
        "6h",
    ),
    "an override by label leaves others alone": (
        overrides("{match: {kind: Agent, labels: {tier: gold}}, spec: {session: {ttl: 5h}}}"),
        "spec.session.ttl",
        "24h",
    ),
    "$remove takes an entry away": (
        {"prod/support.yaml": OVERLAY + "  tools: {$remove: [search]}\n"},
        "spec.tools",
        {},
    ),
    "$replace drops what is below": (
        {"prod/support.yaml": OVERLAY + "  models: {$replace: true, default: {use: claude/opus}}\n"},
        "spec.models",
        {"default": {"use": "claude/opus"}},
    ),
    "a text gives way to a file or a Secret where the field may be either": (
        {
            "base/support.yaml": OVERLAY + BODY + "  runtime: {env: {KEY: none}}\n",
            "prod/support.yaml": OVERLAY + "  runtime: {env: {KEY: {secretKeyRef: {name: a, key: k}}}}\n",
        },
        "spec.runtime.env.KEY",
        {"secretKeyRef": {"name": "a", "key": "k"}},
    ),
    "a keyed list merges by its key, in the base's order": (
        {
            "base/support.yaml": OVERLAY
            + BODY
            + "  runtime: {scale: {max: 3, triggers: [{type: cron, name: a, metadata: {x: '1'}}, {type: cron, name: b, metadata: {}}]}}\n",
            "prod/environment.yaml": PROD + "  capabilities: [keda]\n",
            "prod/support.yaml": OVERLAY
            + "  runtime: {scale: {triggers: [{name: a, metadata: {x: '2'}}, {type: cron, name: c, metadata: {}}]}}\n",
        },
        "spec.runtime.scale.triggers",
        [
            {"type": "cron", "name": "a", "metadata": {"x": "2"}},
            {"type": "cron", "name": "b", "metadata": {}},
            {"type": "cron", "name": "c", "metadata": {}},
        ],
    ),
    "directives act inside an item of a keyed list, which keeps its key": (
        {
            "base/support.yaml": TRIGGERED,
            "prod/environment.yaml": KEDA,
            "prod/support.yaml": OVERLAY
            + "  runtime: {scale: {triggers: [{name: a, metadata: {$remove: [x]}}, {name: b, $replace: true, type: cpu, metadata: {}}]}}\n",
        },
        "spec.runtime.scale.triggers",
        [{"type": "cron", "name": "a", "metadata": {}}, {"type": "cpu", "name": "b", "metadata": {}}],
    ),
    "two overrides of different items of a keyed list, and a document of a third": (
        {
            "base/support.yaml": TRIGGERED,
            "prod/environment.yaml": KEDA
            + "  overrides:\n"
            + "  - {match: {kind: Agent, name: support}, spec: {runtime: {scale: {triggers: [{name: a, metadata: {x: '2'}}]}}}}\n"
            + "  - {match: {kind: Agent, name: support}, spec: {runtime: {scale: {triggers: [{name: b, metadata: {x: '3'}}]}}}}\n",
            "prod/support.yaml": OVERLAY + "  runtime: {scale: {triggers: [{type: cron, name: c, metadata: {}}]}}\n",
        },
        "spec.runtime.scale.triggers",
        [
            {"type": "cron", "name": "a", "metadata": {"x": "2"}},
            {"type": "cron", "name": "b", "metadata": {"x": "3"}},
            {"type": "cron", "name": "c", "metadata": {}},
        ],
    ),
    "an override and the environment's own document remove different names": (
        {
            "base/support.yaml": OVERLAY
            + BODY.replace(
                "models: {default", "models: {judge: {use: claude/opus}, third: {use: claude/opus}, default"
            ),
            **overrides("{match: {kind: Agent, name: support}, spec: {models: {$remove: [judge]}}}"),
            "prod/support.yaml": OVERLAY + "  models: {$remove: [third]}\n",
        },
        "spec.models",
        {"default": {"use": "claude/sonnet"}},
    ),
    "an override may say where a spec runs": (
        overrides("{match: {kind: Agent, name: support}, spec: {environments: [prod]}}"),
        "spec.environments",
        ["prod"],
    ),
    "a variable that is the whole value keeps its type": (
        {
            "prod/environment.yaml": PROD + "  variables: {most: 7}\n",
            "prod/support.yaml": OVERLAY
            + '  runtime: {scale: {max: "${var.most}"}, resources: {requests: {cpu: 100m, memory: 1Gi}}}\n',
        },
        "spec.runtime.scale.max",
        7,
    ),
    "a variable inside a text, in a field of a base": (
        {
            "base/support.yaml": OVERLAY + BODY.replace("example/agent:1", '"example/agent:${var.tag}"'),
            "base/environment.yaml": BASE + "  variables: {tag: v1}\n",
            "prod/environment.yaml": PROD + "  variables: {tag: v2}\n",
        },
        "spec.framework.image",
        "example/agent:v2",
    ),
    "what a variable holds is not read again": (
        {
            "prod/environment.yaml": PROD + "  variables: {a: $b, b: x}\n",
            "prod/support.yaml": OVERLAY + "  runtime: {env: {A: '${var.a}'}}\n",
        },
        "spec.runtime.env.A",
        "$b",
    ),
    "two dollars escape, and shell variables are nobody's": (
        {"prod/support.yaml": OVERLAY + "  runtime: {env: {A: '$${var.x} ${HOME}'}}\n"},
        "spec.runtime.env.A",
        "${var.x} ${HOME}",
    ),
}


@pytest.mark.parametrize(("files", "path", "expected"), BECOMES.values(), ids=BECOMES)
def test_becomes(tmp_path, files, path, expected):
    result = compiled(tmp_path, files)
    assert [it for it in told(result) if it[:5] != "R0404"] == []
    assert at(result, path) == expected


def test_a_payload_is_left_as_it_is(tmp_path):
    pack = (
        HEAD % ("PromptPack", "support")
        + "  version: 1.0.0\n  prompts: {default: {system: 'Ask ${var.x} and {{company}}.'}}\n"
    )
    result = compiled(tmp_path, {"base/pack.yaml": pack})
    assert told(result) == []
    assert any(b"Ask ${var.x} and {{company}}." in item.body for item in result.bundle.objects)


def test_set_is_above_all(tmp_path):
    result = compiled(
        tmp_path,
        {"prod/support.yaml": OVERLAY + "  session: {ttl: 2h}\n"},
        "Agent/support:session.ttl=9h",
        "agent/support:runtime.scale.replicas=3",
    )
    assert (told(result), at(result, "spec.session.ttl"), at(result, "spec.runtime.scale.replicas")) == ([], "9h", 3)


def test_environments_say_where_a_spec_runs(tmp_path):
    dev = {"dev/environment.yaml": PROD.replace("prod", "dev")}
    gold = {"base/gold.yaml": GOLD + BODY + "  environments: [dev]\n"}
    here, there = (compiled(tmp_path, {**dev, **gold}, environment=name) for name in ("dev", "prod"))
    assert told(here) == told(there) == []
    assert SpecKey("Agent", "gold") in here.documents
    assert SpecKey("Agent", "gold") not in there.documents


TOLD = {
    "a type change": (
        {"prod/support.yaml": OVERLAY + "  session: 2h\n"},
        ["R0401 prod/support.yaml:5:12 a lower layer has a map here, this layer text |  | write a map"],
    ),
    "a type change inside of a payload, where any type may be": (
        {
            "base/support.yaml": OVERLAY + BODY + "  inputSchema: {type: object, properties: {a: {default: 5}}}\n",
            "prod/support.yaml": OVERLAY + "  inputSchema: {properties: {a: {default: x}}}\n",
        },
        [
            "R0401 prod/support.yaml:5:43 a lower layer has a number here, this layer text |  | keep the type, or write $replace: true in the map around it"
        ],
    ),
    "a number over a text, where only a text may be": (
        {
            "prod/support.yaml": OVERLAY + "  description: 5\n",
            "base/support.yaml": OVERLAY + BODY + "  description: A\n",
        },
        ["R0302 prod/support.yaml:5:16 description: it must be text; quote the value |  | "],
    ),
    "a label that is a number": (
        {"prod/gold.yaml": GOLD.replace("tier: gold", "tier: 5") + "  session: {ttl: 2h}\n"},
        ["R0302 prod/gold.yaml:3:39 tier: it must be text; quote the value |  | "],
    ),
    "null over a whole spec": (
        {"prod/support.yaml": OVERLAY.replace("spec:\n", "spec: null\n")},
        ["R0403 prod/support.yaml:4:7 null does not delete what a lower layer sets |  | remove it"],
    ),
    "$remove of a name twice": (
        {"prod/support.yaml": OVERLAY + "  tools: {$remove: [search, search]}\n"},
        [
            "R0402 prod/support.yaml:5:29 $remove names search, which no lower layer has |  | it is named twice: remove one"
        ],
    ),
    "$remove beside $replace": (
        {"prod/support.yaml": OVERLAY + "  tools: {$replace: true, $remove: [search]}\n"},
        [
            "R0402 prod/support.yaml:5:27 $remove has nothing to act on: $replace: true beside it takes all away that is below |  | remove one of the two"
        ],
    ),
    "a list that merges, and is empty": (
        triggers("[]"),
        [
            "R0409 prod/support.yaml:5:21 spec.runtime.scale.triggers is empty here, which changes nothing |  | this list merges: say what is to change, or remove it; $replace: true in the map around it empties it"
        ],
    ),
    "an item of a list that merges, and that says nothing": (
        triggers("[{name: b}]"),
        [
            "R0409 prod/support.yaml:5:32 spec.runtime.scale.triggers.0 is set to what it is already |  | remove it, so that a change below is not missed here"
        ],
    ),
    "an item of a list that merges whose name is a number": (
        triggers("[{name: 5, metadata: {}}]"),
        ["R0302 prod/support.yaml:5:39 name: it must be text; quote the value |  | "],
    ),
    "an item of a list that merges that is no map": (
        triggers("[null]"),
        ["R0302 prod/support.yaml:5:32 triggers[0]: it must be a map |  | write a value, or remove the field"],
    ),
    "an item of a list that merges that removes others": (
        triggers("[{$remove: [a]}]"),
        [
            "R0405 prod/support.yaml:5:32 items of this list merge by their name, and one has none |  | give each a name of its own, or write $replace: true in the map around the list"
        ],
    ),
    "two items of one key in the base": (
        {
            **triggers("[{name: a, metadata: {x: '2'}}]"),
            "base/support.yaml": TRIGGERED.replace("name: b", "name: a"),
        },
        [
            "R0405 prod/support.yaml:5:21 items of this list merge by their name, and below two have the same |  | give each a name of its own (environments/base/support.yaml:11:29), or write $replace: true in the map around the list"
        ],
    ),
    "an override of an environment": (
        overrides("{match: {kind: Environment}, spec: {namespace: a}}"),
        [
            "R0408 prod/environment.yaml:9:6 the override matches no spec of environment prod |  | an environment's own fields are set in its environment.yaml, or in that of a base"
        ],
    ),
    "$remove of what identifies a document": (
        {
            "prod/support.yaml": "$remove: [kind]\n"
            + OVERLAY.replace("{name: support}", "{name: support, $remove: [name]}")
            + "  session: {ttl: 2h}\n"
        },
        [
            "R0417 prod/support.yaml:1:11 kind identifies the document, and cannot be removed |  | remove the name from $remove",
            "R0417 prod/support.yaml:4:37 metadata.name identifies the document, and cannot be removed |  | remove the name from $remove",
        ],
    ),
    "an override that says nothing": (
        overrides("{match: {kind: Agent}, spec: {}}"),
        [
            "R0409 prod/environment.yaml:9:28 spec is empty here, which changes nothing |  | maps merge: say what is to change, or remove it; $replace: true in the map empties it"
        ],
    ),
    "a map that says nothing of the one below": (
        {"prod/support.yaml": OVERLAY + "  facades: {websocket: {}}\n"},
        [
            "R0409 prod/support.yaml:5:13 spec.facades.websocket is empty here, which changes nothing |  | maps merge: say what is to change, or remove it; $replace: true in the map empties it"
        ],
    ),
    "a document that only adds a label": (
        {
            "prod/support.yaml": OVERLAY.replace("{name: support}", "{name: support, labels: {a: b}}").replace(
                "spec:", "spec: {}"
            )
        },
        [],
    ),
    "$remove of what is not there": (
        {"prod/support.yaml": OVERLAY + "  tools: {$remove: [serach]}\n"},
        ["R0402 prod/support.yaml:5:21 $remove names serach, which no lower layer has |  | did you mean search?"],
    ),
    "$remove without a list, in two overrides": (
        overrides(*["{match: {kind: Agent, name: support}, spec: {tools: {$remove: 5}}}"] * 2),
        [
            f"R0402 prod/environment.yaml:{line}:67 $remove lists names, and this is a number |  | write $remove: [name, name] in the map that holds the names"
            for line in (9, 10)
        ],
    ),
    "$remove of one name that is no list": (
        {"prod/support.yaml": OVERLAY + "  tools: {$remove: search}\n"},
        [
            "R0402 prod/support.yaml:5:20 $remove lists names, and this is text |  | write $remove: [name, name] in the map that holds the names"
        ],
    ),
    "$replace that is not true": (
        {"prod/support.yaml": OVERLAY + '  tools: {$replace: "yes"}\n'},
        ["R0302 prod/support.yaml:5:21 $replace: it must be true |  | write true, or remove it"],
    ),
    "two items of one key": (
        {
            "base/support.yaml": TRIGGERED,
            "prod/environment.yaml": KEDA,
            "prod/support.yaml": OVERLAY
            + "  runtime: {scale: {triggers: [{name: a, metadata: {x: '2'}}, {name: a, metadata: {x: '3'}}]}}\n",
        },
        [
            "R0405 prod/support.yaml:5:21 items of this list merge by their name, and two have the same |  | give each a name of its own, or write $replace: true in the map around the list"
        ],
    ),
    "an override by a label that the environment removes": (
        {
            **overrides("{match: {kind: Agent, labels: {tier: gold}}, spec: {session: {ttl: 1h}}}"),
            "prod/gold.yaml": GOLD.replace("tier: gold", "$remove: [tier]") + "  session: {ttl: 2h}\n",
        },
        [
            "R0408 prod/environment.yaml:9:6 the override matches no spec of environment prod |  | labels of Agents here: none"
        ],
    ),
    "an override that runs a spec in an environment that is none": (
        overrides("{match: {kind: Agent, name: support}, spec: {environments: [prod, prodd]}}"),
        [
            "R0410 prod/environment.yaml:9:71 Agent support runs in environment prodd, which does not exist |  | did you mean prod?"
        ],
    ),
    "an environment that is no name": (
        {
            "dev/environment.yaml": PROD.replace("prod", "dev"),
            "base/gold.yaml": GOLD + BODY + "  environments: [dev, 5]\n",
        },
        ["R0302 base/gold.yaml:11:23 environments[1]: it must be text; quote the value |  | "],
    ),
    "null deletes nothing": (
        {"prod/support.yaml": OVERLAY + "  session: null\n"},
        [
            "R0403 prod/support.yaml:5:12 null does not delete what a lower layer sets |  | write $remove: [session] beside it"
        ],
    ),
    "a list that drops items": (
        {
            "base/environment.yaml": BASE + "  capabilities: [istio, keda]\n",
            "prod/environment.yaml": PROD + "  capabilities: [istio]\n",
        },
        [
            "R0404 prod/environment.yaml:8:3 this list replaces the one below, and drops keda | the list below: environments/base/environment.yaml:7:3 | lists do not merge: repeat what is to stay; if it is meant, allow it with a comment"
        ],
    ),
    "a list of an override that drops items in several specs, once": (
        {
            "base/support.yaml": OVERLAY + BODY + "  runtime: {imagePullSecrets: [a, b]}\n",
            "base/gold.yaml": GOLD + BODY + "  runtime: {imagePullSecrets: [a, c]}\n",
            **overrides("{match: {kind: Agent}, spec: {runtime: {imagePullSecrets: [a]}}}"),
        },
        [
            "R0404 prod/environment.yaml:9:45 this list replaces the one below, and drops c in Agent gold; 1 other spec loses items too | the list below: environments/base/gold.yaml:11:13 | lists do not merge: repeat what is to stay; if it is meant, allow it with a comment"
        ],
    ),
    "an item without the key of its list": (
        {
            "base/support.yaml": OVERLAY
            + BODY
            + "  runtime: {scale: {max: 3, triggers: [{type: cron, name: a, metadata: {}}]}}\n",
            "prod/environment.yaml": PROD + "  capabilities: [keda]\n",
            "prod/support.yaml": OVERLAY + "  runtime: {scale: {triggers: [{type: cron, metadata: {}}]}}\n",
        },
        [
            "R0405 prod/support.yaml:5:32 items of this list merge by their name, and one has none |  | give each a name of its own, or write $replace: true in the map around the list"
        ],
    ),
    "a misspelt entry of a map": (
        {"prod/support.yaml": OVERLAY + "  models: {defualt: {role: llm}}\n"},
        [
            "R0406 prod/support.yaml:5:12 defualt is new in spec.models, and lacks use | no lower layer has it | did you mean default?"
        ],
    ),
    "a misspelt entry of a map, in a base over another": (
        {
            "prod/environment.yaml": PROD.replace("[../base]", "[../base, ../eu]"),
            "eu/support.yaml": OVERLAY + "  models: {defualt: {role: llm}}\n",
        },
        [
            "R0406 eu/support.yaml:5:12 defualt is new in spec.models, and lacks use | no lower layer has it | did you mean default?"
        ],
    ),
    "a misspelt entry of a map, in an override of several specs: once": (
        overrides("{match: {kind: Agent}, spec: {models: {defualt: {role: llm}}}}"),
        [
            "R0406 prod/environment.yaml:9:44 defualt is new in spec.models, and lacks use | no other layer of Agent/gold has it | did you mean default?"
        ],
    ),
    "an entry of an override that only some of its specs have": (
        {
            **overrides("{match: {kind: Agent}, spec: {models: {judge: {role: llm}}}}"),
            "base/gold.yaml": GOLD + BODY.replace("models: {default", "models: {judge: {use: claude/opus}, default"),
        },
        [
            "R0406 prod/environment.yaml:9:44 judge is new in spec.models, and lacks use | no other layer of Agent/support has it | add use"
        ],
    ),
    "an entry of which two overrides write a part each": (
        overrides(
            "{match: {kind: Agent, name: support}, spec: {models: {judge: {role: llm}}}}",
            "{match: {kind: Agent, name: support}, spec: {models: {judge: {use: claude/opus}}}}",
        ),
        [],
    ),
    "an override of an entry that the environment's own document has": (
        {
            **overrides("{match: {kind: Agent, name: support}, spec: {models: {judge: {role: llm}}}}"),
            "prod/support.yaml": OVERLAY + "  models: {judge: {use: claude/opus}}\n",
        },
        [],
    ),
    "a misspelt entry of an environment's own map": (
        {
            "base/environment.yaml": BASE + "  stores: {redis: {urlFrom: {secretKeyRef: {name: r, key: k}}}}\n",
            "prod/environment.yaml": PROD + "  stores: {rediss: {}}\n",
        },
        [
            "R0406 prod/environment.yaml:8:12 rediss is new in spec.stores, and lacks urlFrom | no lower layer has it | did you mean redis?"
        ],
    ),
    "a misspelt item of a list that merges": (
        {
            "base/support.yaml": TRIGGERED.replace("name: a,", "name: nights,"),
            "prod/environment.yaml": KEDA,
            "prod/support.yaml": OVERLAY + "  runtime: {scale: {triggers: [{name: nigths, metadata: {x: '2'}}]}}\n",
        },
        [
            "R0406 prod/support.yaml:5:39 nigths is new in spec.runtime.scale.triggers, and lacks type | no lower layer has it | did you mean nights?"
        ],
    ),
    "a misspelt item of a list that merges, in an override": (
        {
            "base/support.yaml": TRIGGERED.replace("name: a,", "name: nights,"),
            "prod/environment.yaml": KEDA
            + "  overrides:\n"
            + "  - {match: {kind: Agent, name: support}, spec: {runtime: {scale: {triggers: [{name: nigths, metadata: {}}]}}}}\n",
        },
        [
            "R0406 prod/environment.yaml:10:86 nigths is new in spec.runtime.scale.triggers, and lacks type | no other layer of Agent/support has it | did you mean nights?"
        ],
    ),
    "a field that a layer takes away": (
        {"prod/support.yaml": OVERLAY + "  models: {default: {$remove: [use]}}\n"},
        [
            "R0303 prod/support.yaml:5:32 spec.models.default lacks use | this takes it away, which a lower layer sets | add use"
        ],
    ),
    "an entry that a layer replaces by half of one": (
        {"prod/support.yaml": OVERLAY + "  models: {default: {$replace: true, role: llm}}\n"},
        [
            "R0303 prod/support.yaml:5:22 spec.models.default lacks use | this takes it away, which a lower layer sets | add use"
        ],
    ),
    "a misspelt name of an overlay": (
        {"prod/suport.yaml": HEAD % ("Agent", "suport") + "  session: {ttl: 2h}\n"},
        [
            "R0415 prod/suport.yaml:3:18 Agent suport is new here, and lacks prompts and facades | no lower layer has this Agent | did you mean support? (environments/base/support.yaml:3:18)"
        ],
    ),
    "two overrides that disagree": (
        overrides(
            "{match: {kind: Agent}, spec: {session: {ttl: 1h}}}",
            "{match: {kind: Agent, labels: {tier: gold}}, spec: {session: {ttl: 2h}}}",
        ),
        [
            "R0407 prod/environment.yaml:10:72 two overrides set spec.session.ttl of Agent gold differently | also set at environments/prod/environment.yaml:9:50 | overrides have one rank: set it in one of them, or in a document of the spec itself"
        ],
    ),
    "two overrides that disagree on a list, which drops no item before that is settled": (
        overrides(
            "{match: {kind: Agent, name: support}, spec: {runtime: {imagePullSecrets: [a]}}}",
            "{match: {kind: Agent, name: support}, spec: {runtime: {imagePullSecrets: [b]}}}",
        ),
        [
            "R0407 prod/environment.yaml:10:60 two overrides set spec.runtime.imagePullSecrets of Agent support differently | also set at environments/prod/environment.yaml:9:60 | overrides have one rank: set it in one of them, or in a document of the spec itself"
        ],
    ),
    "two overrides that disagree on a type": (
        overrides(
            "{match: {kind: Agent, name: support}, spec: {session: {ttl: 2h}}}",
            "{match: {kind: Agent, name: support}, spec: {session: 2h}}",
        ),
        [
            "R0401 prod/environment.yaml:10:59 a lower layer has a map here, this layer text |  | write a map",
            "R0407 prod/environment.yaml:10:59 two overrides set spec.session of Agent support differently | also set at environments/prod/environment.yaml:9:65 | overrides have one rank: set it in one of them, or in a document of the spec itself",
        ],
    ),
    "two overrides, one of which takes away what the other sets": (
        overrides(
            "{match: {kind: Agent, name: support}, spec: {session: {ttl: 1h}}}",
            "{match: {kind: Agent, name: support}, spec: {$remove: [session]}}",
        ),
        [
            "R0407 prod/environment.yaml:10:50 two overrides set spec.session of Agent support differently | also set at environments/prod/environment.yaml:9:65 | overrides have one rank: set it in one of them, or in a document of the spec itself"
        ],
    ),
    "an override that matches no label": (
        overrides("{match: {kind: Agent, labels: {tier: glod}}, spec: {session: {ttl: 1h}}}"),
        [
            "R0408 prod/environment.yaml:9:6 the override matches no spec of environment prod |  | did you mean tier=gold?"
        ],
    ),
    "an override of a kind that is none": (
        overrides("{match: {kind: Agnt}, spec: {session: {ttl: 1h}}}"),
        ["R0408 prod/environment.yaml:9:6 the override matches no spec of environment prod |  | did you mean Agent?"],
    ),
    "a field that is set to what it is": (
        {"prod/support.yaml": OVERLAY + "  session: {ttl: 24h}\n"},
        [
            "R0409 prod/support.yaml:5:18 spec.session.ttl is set to what it is already | the same is set at environments/base/support.yaml:10:18 | remove it, so that a change below is not missed here"
        ],
    ),
    "an override that changes one of two is not idle": (
        {
            **overrides("{match: {kind: Agent}, spec: {session: {ttl: 2h}}}"),
            "base/gold.yaml": GOLD + BODY.replace("24h", "2h"),
        },
        [],
    ),
    "an environment that is none": (
        {"base/gold.yaml": GOLD + BODY + "  environments: [prodd]\n"},
        [
            "R0410 base/gold.yaml:11:18 Agent gold runs in environment prodd, which does not exist |  | did you mean prod?"
        ],
    ),
    "a spec of one environment that is to run in others only: it would run nowhere": (
        {**DEV, "prod/extra.yaml": EXTRA + BODY + "  environments: [dev]\n"},
        [
            "R0418 prod/extra.yaml:11:18 Agent extra cannot run in environment dev, which does not read it | environments/prod/extra.yaml lies in no folder that dev reads | move it to environments/dev, or write only environments that read it"
        ],
    ),
    "a spec of a base that only one of its environments has": (
        {
            **DEV,
            "prod/environment.yaml": PROD.replace("[../base]", "[../base, ../eu]"),
            "eu/extra.yaml": EXTRA + BODY + "  environments: [prod, dev]\n",
        },
        [
            "R0418 eu/extra.yaml:11:24 Agent extra cannot run in environment dev, which does not read it | environments/eu/extra.yaml lies in no folder that dev reads | move it to environments/base, or write only environments that read it"
        ],
    ),
    "a spec of one environment that runs in another, which builds on it": (
        {
            "dev/environment.yaml": DEV["dev/environment.yaml"].replace("../base", "../prod"),
            "prod/extra.yaml": EXTRA + BODY + "  environments: [dev]\n",
        },
        [],
    ),
    "an overlay of a spec that runs elsewhere only": (
        {
            **DEV,
            "base/gold.yaml": GOLD + BODY + "  environments: [dev]\n",
            "prod/gold.yaml": GOLD + "  session: {ttl: 1h}\n",
        },
        [
            "R0419 prod/gold.yaml:3:18 Agent gold does not run in prod: what this says of it has no effect | Agent gold runs in dev only: environments/base/gold.yaml:11:3 | remove it, or add prod to the environments of the Agent"
        ],
    ),
    "an overlay that says that a spec runs elsewhere only": (
        {**DEV, "prod/gold.yaml": GOLD + "  environments: [dev]\n"},
        [],
    ),
    "an override of a spec that runs elsewhere only": (
        {
            **DEV,
            "base/gold.yaml": GOLD + BODY + "  environments: [dev]\n",
            **overrides("{match: {kind: Agent, labels: {tier: gold}}, spec: {session: {ttl: 1h}}}"),
        },
        [
            "R0408 prod/environment.yaml:9:6 the override matches no spec of environment prod |  | Agent gold runs in dev only: environments/base/gold.yaml:11:3"
        ],
    ),
    "an override that says that a spec runs elsewhere only": (
        {**DEV, **overrides("{match: {kind: Agent, labels: {tier: gold}}, spec: {environments: [dev]}}")},
        [],
    ),
    "no environments at all": (
        {"base/gold.yaml": GOLD + BODY + "  environments: []\n"},
        ["R0304 base/gold.yaml:11:3 environments: it must have at least 1 entry |  | "],
    ),
    "a misspelt base": (
        {"prod/environment.yaml": PROD.replace("../base", "../bsae")},
        ["R0112 prod/environment.yaml:5:11 the base environments/bsae does not exist |  | did you mean base?"],
    ),
    "a base that is no list, and what it holds is not missed": (
        {"prod/environment.yaml": PROD.replace("[../base]", "../base")},
        ["R0302 prod/environment.yaml:5:10 bases: it must be a list |  | "],
    ),
    "an environment that goes by another name than its folder": (
        {"prod/environment.yaml": PROD.replace("{name: prod}", "{name: production}")},
        [
            "R0111 prod/environment.yaml:3:18 Environment production stands in the folder of prod |  | write name: prod, or rename the folder: an environment goes by its name"
        ],
    ),
    "an environment without a word": (
        {"prod/environment.yaml": "# Later.\n"},
        [
            "R0109 prod/environment.yaml:1:1 the file holds no document |  | declare the environment: apiVersion, kind: Environment, metadata and spec"
        ],
    ),
    "an environment of a misspelt kind": (
        {"prod/environment.yaml": PROD.replace("kind: Environment", "kind: Enviroment")},
        ["R0111 prod/environment.yaml:2:7 Enviroment prod stands in environment.yaml |  | did you mean Environment?"],
    ),
    "an environment of another system": (
        {"prod/environment.yaml": PROD.replace("roster.dev/", "roster.io/")},
        [
            "R0111 prod/environment.yaml:1:13 Environment prod stands in environment.yaml, and is none of Roster's |  | write apiVersion: roster.dev/v1alpha1"
        ],
    ),
    "another spec in the place of an environment": (
        {"prod/environment.yaml": OVERLAY + BODY},
        [
            "R0111 prod/environment.yaml:2:7 Agent support stands in environment.yaml |  | the file holds the Environment alone: move this to a file of its own"
        ],
    ),
    "an overlay of a pack that does not say of which version": (
        {"prod/pack.yaml": HEAD % ("PromptPack", "support") + "  prompts: {default: {system: Be rude.}}\n"},
        [
            "R0415 prod/pack.yaml:3:18 PromptPack support is new here, and lacks version | no lower layer has this PromptPack | write the version that it changes, 1.0.0 (environments/base/pack.yaml:3:18)"
        ],
    ),
    "an override that is hidden": (
        {
            **overrides("{match: {kind: Agent, name: support}, spec: {session: {ttl: 1h}}}"),
            "prod/support.yaml": OVERLAY + "  session: {ttl: 2h}\n",
        },
        [
            "R0411 prod/environment.yaml:9:65 spec.session.ttl of the override has no effect | hidden by environments/prod/support.yaml:5:18 | remove it here, or there"
        ],
    ),
    "a removal of an override that a higher layer undoes": (
        {
            **overrides("{match: {kind: Agent, name: support}, spec: {$remove: [session]}}"),
            "prod/support.yaml": OVERLAY + "  session: {ttl: 2h}\n",
        },
        [
            "R0411 prod/environment.yaml:9:60 $remove of session in the override has no effect | hidden by environments/prod/support.yaml:5:3 | remove it here, or there"
        ],
    ),
    "a removal of an override of which a higher layer undoes a part": (
        {
            **overrides("{match: {kind: Agent, name: support}, spec: {$remove: [session]}}"),
            "base/support.yaml": OVERLAY + BODY.replace("ttl: 24h", "ttl: 24h, store: memory"),
            "prod/support.yaml": OVERLAY + "  session: {ttl: 2h}\n",
        },
        [],
    ),
    "a removal of a list that would have merged with the higher one": (
        {
            "base/support.yaml": TRIGGERED,
            "prod/environment.yaml": KEDA
            + "  overrides:\n"
            + "  - {match: {kind: Agent, name: support}, spec: {runtime: {scale: {$remove: [triggers]}}}}\n",
            "prod/support.yaml": OVERLAY + "  runtime: {scale: {triggers: [{type: cron, name: c, metadata: {}}]}}\n",
        },
        [],
    ),
    "a removal that no layer undoes": (
        overrides("{match: {kind: Agent}, spec: {$remove: [session]}}"),
        [],
    ),
    "a variable that is none": (
        {
            "prod/environment.yaml": PROD + "  variables: {region: eu}\n",
            "prod/support.yaml": OVERLAY + '  runtime: {scale: {max: "${var.reigon}"}}\n',
        },
        [
            "R0412 prod/support.yaml:5:26 there is no variable reigon |  | did you mean region?; they stand in spec.variables of environment.yaml"
        ],
    ),
    "a variable where none is taken": (
        {
            "prod/environment.yaml": PROD + "  variables: {pack: support}\n",
            "prod/support.yaml": OVERLAY + '  prompts: {pack: "${var.pack}"}\n',
        },
        [
            "R0413 prod/support.yaml:5:19 variables are not filled in here |  | write the value itself, or set the field in an overlay of each environment"
        ],
    ),
    "a variable that is not closed": (
        {"prod/support.yaml": OVERLAY + '  framework: {image: "a:${var.tag"}\n'},
        ["R0414 prod/support.yaml:5:22 a variable has no closing brace |  | write ${var.name}; $${var. for the text"],
    ),
    "a variable with spaces": (
        {
            "prod/environment.yaml": PROD + "  variables: {tag: v1}\n",
            "prod/support.yaml": OVERLAY + '  framework: {image: "a:${ var.tag }"}\n',
        },
        ["R0414 prod/support.yaml:5:22 a variable is written without spaces |  | write ${var.name}"],
    ),
    "a variable without a name": (
        {"prod/support.yaml": OVERLAY + '  framework: {image: "a:${var.}"}\n'},
        ["R0414 prod/support.yaml:5:22 a variable has no name |  | write ${var.name}; $${var. for the text"],
    ),
    "a variable of another type than the field": (
        {
            "prod/environment.yaml": PROD + "  variables: {tag: 5}\n",
            "prod/support.yaml": OVERLAY + '  framework: {image: "${var.tag}"}\n',
        },
        [
            "R0302 prod/support.yaml:5:22 image: it must be text; quote the value | it is filled in from tag | write the value here, or another in spec.variables of environment.yaml"
        ],
    ),
    "a variable in a field that is a number": (
        {
            "prod/environment.yaml": PROD + "  variables: {most: 1}\n",
            "prod/support.yaml": OVERLAY + '  runtime: {scale: {max: "1${var.most}"}}\n',
        },
        [
            "R0302 prod/support.yaml:5:26 max: it must be a whole number | it is filled in from most | write the value here, or another in spec.variables of environment.yaml"
        ],
    ),
    "a truth value inside a text": (
        {
            "prod/environment.yaml": PROD + "  variables: {on: true}\n",
            "prod/support.yaml": OVERLAY + '  framework: {image: "a:${var.on}"}\n',
        },
        [
            "R0414 prod/support.yaml:5:22 on is true or false, and cannot stand inside a text |  | let the variable be a text, or the whole value of the field"
        ],
    ),
    "a mistake in a base that the environment hides": (
        {
            "base/support.yaml": OVERLAY + BODY.replace("24h", "a day"),
            "prod/support.yaml": OVERLAY + "  session: {ttl: 2h}\n",
        },
        ["R0304 base/support.yaml:10:18 ttl: it must be a length of time, 30s or 1h30m |  | "],
    ),
    "a misspelt field of an overlay, once, though the field it means stands below": (
        {"prod/support.yaml": OVERLAY + "  sesion: {ttl: 2h}\n"},
        ["R0301 prod/support.yaml:5:3 spec has no field sesion |  | did you mean session?"],
    ),
    "an unknown field in a map that the environment removes": (
        {
            "base/support.yaml": OVERLAY + BODY.replace("{registry: care}", "{registry: care, prefx: x}"),
            "prod/support.yaml": OVERLAY + "  tools: {$remove: [search]}\n",
        },
        ["R0301 base/support.yaml:8:36 spec.tools.search has no field prefx |  | known fields: registry"],
    ),
    "a field that no layer sets": (
        {
            "base/support.yaml": OVERLAY + BODY.replace("  prompts: {pack: support}\n", ""),
            "prod/support.yaml": OVERLAY + "  session: {ttl: 2h}\n",
        },
        ["R0303 base/support.yaml:4:1 spec lacks prompts | set in no layer | add prompts"],
    ),
    "a reference to what runs elsewhere": (
        {
            "dev/environment.yaml": PROD.replace("prod", "dev"),
            "base/claude.yaml": FLEET["base/claude.yaml"] + "  environments: [dev]\n",
            "base/gold.yaml": GOLD + BODY + "  environments: [dev]\n",
        },
        [
            "R0203 base/support.yaml:7:27 Agent support refers to a Provider that is not here | Provider claude runs in other environments only | add prod to its environments (environments/base/claude.yaml:8:3)"
        ],
    ),
}


@pytest.mark.parametrize(("files", "expected"), TOLD.values(), ids=TOLD)
def test_is_told(tmp_path, files, expected):
    assert told(compiled(tmp_path, files)) == expected


MISSES = [
    ("Agent/suport:session.ttl=2h", "Agent suport", "did you mean support?"),
    ("PromptPack/support@9:version=9", "PromptPack support@9", "its versions here: 1.0.0"),
    ("Agent/support@1:session.ttl=2h", "Agent support@1", "write Agent/support"),
    (
        "Environment/prod:namespace=a",
        "Environment prod",
        "--set sets fields of specs; an environment's own are set in its environment.yaml",
    ),
]


@pytest.mark.parametrize(("text", "named", "help"), MISSES)
def test_set_that_names_nothing_is_told(tmp_path, text, named, help):
    result = compiled(tmp_path, {}, text)
    assert [(it.code, it.message, it.help) for it in result.diagnostics] == [
        ("R0408", f"--set names {named}, which does not exist", help)
    ]


def test_set_of_a_spec_that_runs_elsewhere_only_is_told(tmp_path):
    result = compiled(
        tmp_path, {**DEV, "base/gold.yaml": GOLD + BODY + "  environments: [dev]\n"}, "Agent/gold:session.ttl=2h"
    )
    assert [(it.code, it.message, it.help) for it in result.diagnostics] == [
        (
            "R0408",
            "--set names Agent gold, which does not run here",
            "Agent gold runs in dev only: environments/base/gold.yaml:11:3",
        )
    ]


@pytest.mark.parametrize("names", ["[prod]", "[dev]"])
def test_set_may_say_where_a_spec_runs(tmp_path, names):
    assert told(compiled(tmp_path, DEV, f"Agent/support:environments={names}")) == []


ENTRIES_SET = {
    "a misspelt entry of a map": (
        TRIGGERED,
        ["Agent/support:models.defualt.role=llm"],
        [("R0406", "defualt is new in spec.models, and lacks use", "did you mean default?")],
    ),
    "a misspelt item of a list that merges": (
        TRIGGERED.replace("name: a,", "name: nights,"),
        ["Agent/support:runtime.scale.triggers=[{name: nigths, metadata: {}}]"],
        [("R0406", "nigths is new in spec.runtime.scale.triggers, and lacks type", "did you mean nights?")],
    ),
    "an entry, one of its fields each": (
        TRIGGERED,
        ["Agent/support:models.judge.role=llm", "Agent/support:models.judge.use=claude/opus"],
        [],
    ),
}


@pytest.mark.parametrize(("base", "texts", "expected"), ENTRIES_SET.values(), ids=ENTRIES_SET)
def test_an_entry_that_is_set_must_be_complete(tmp_path, base, texts, expected):
    result = compiled(tmp_path, {"base/support.yaml": base, "prod/environment.yaml": KEDA}, *texts)
    assert [(it.code, it.message, it.help) for it in result.diagnostics] == expected


def test_set_of_a_field_that_is_none_is_told(tmp_path):
    (told_,) = compiled(tmp_path, {}, "Agent/support:session.tll=2h").diagnostics
    assert (told_.code, told_.span.path, told_.help) == (
        "R0301",
        "--set Agent/support:session.tll=2h",
        "did you mean ttl?",
    )


def test_the_line_of_a_name_is_named_for_what_an_agent_tells_its_containers_of_it(tmp_path):
    result = compiled(tmp_path, {})
    (explanation,) = (
        found
        for found in why(result, "Deployment/support", ())
        if found.field.startswith("spec.template") and found.value == "support" and ".env[" in found.field
    )
    places = [str(link.place) for link in explanation.links if link.role is Role.LAYER]
    assert places == ["environments/base/support.yaml:3:18"]


CLASHES = {
    "a facade on a port of the runtime's contract": (
        BODY.replace("type: custom, image: example/agent:1", "type: promptkit").replace("8080", "8081"),
        "R0621 base/support.yaml:9:31 Deployment support: spec.template.spec.containers[facade].ports[health].containerPort is 8081, which is taken | from templates/agent/deployment.yaml:46; clashes with this | containers of a pod share its ports",
    ),
    "a patch that adds a facade's port": (
        BODY
        + "  patches:\n  - {target: {kind: Service}, reason: X, json: [{op: add, path: /spec/ports/-, value: {name: a, port: 8080}}]}\n",
        "R0621 base/support.yaml:12:103 Service support: spec.ports[a].port is 8080, which is taken | the other is at environments/base/support.yaml:9:31 | containers of a pod share its ports",
    ),
}


@pytest.mark.parametrize(("body", "expected"), CLASHES.values(), ids=CLASHES)
def test_a_clash_in_an_object_is_told_at_the_line_that_somebody_wrote(tmp_path, body, expected):
    assert [it for it in told(compiled(tmp_path, {"base/support.yaml": OVERLAY + body})) if "R06" in it] == [expected]


def test_the_line_of_a_variable_is_named_where_its_change_changes_an_object(tmp_path):
    image = {"base/support.yaml": OVERLAY + BODY.replace("example/agent:1", '"example/agent:${var.tag}"')}
    before = compiled(tmp_path, {**image, "prod/environment.yaml": PROD + "  variables: {tag: v1}\n"})
    after = compiled(tmp_path, {**image, "prod/environment.yaml": PROD + "  variables: {tag: v2}\n"})
    (support,) = (effect for effect in review(before, after).effects if effect.spec == SUPPORT)
    (deployment,) = (effect for effect in support.objects if effect.key.kind == "Deployment")
    (field,) = deployment.fields
    assert [str(cause) for cause in field.causes] == [
        "environments/prod/environment.yaml:8:20",
        "environments/base/support.yaml:5:36",
    ]
