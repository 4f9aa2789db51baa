"""A fleet with one of everything, and its edits, as people and merges make them: mistakes, and what mends them too."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path

from compiler.yaml_nodes import Unreadable, scalar_spans

Tree = Mapping[str, str]
Edit = Callable[[dict[str, str], random.Random], None]
"""Changes the files, by path; where there is nothing to change, nothing happens."""


def start() -> dict[str, str]:
    """The fleet, path -> content."""
    parts = Path(__file__).with_suffix(".txt").read_text().split("=== ")[1:]
    files = {path: text for path, _, text in (part.partition("\n") for part in parts)}
    return files | {"environments/base/crowd.yaml": "---\n".join(_CROWD.format(number) for number in range(20))}


_CROWD = """\
apiVersion: roster.dev/v1alpha1
kind: Provider
metadata: {{name: mock-{}}}
spec: {{type: mock, models: {{any: {{}}}}}}
"""
"""One of many: a memo asks for some dozens of specs at once, and what is changed in one must not show in another."""


def edited(files: Tree, name: str, seed: int) -> dict[str, str]:
    """The files after one edit of EDITS."""
    changed = dict(files)
    EDITS[name](changed, random.Random(seed))
    return changed


SWAPS = {
    "a number of pods": ("scale: {replicas: 1}", "scale: {replicas: 3}"),
    "true for 1": ("scale: {replicas: 1}", "scale: {replicas: true}"),
    "1.0 for 1": ("scale: {replicas: 1}", "scale: {replicas: 1.0}"),
    "a quoted 1": ("scale: {replicas: 1}", 'scale: {replicas: "1"}'),
    "1.0 for 1 in what nobody types": ("size: 3", "size: 3.0"),
    "true in what nobody types": ("size: 3", "size: true"),
    "a size that the definition forbids": ("size: 3", "size: 30"),
    "a text for a number": ('start: 0 6 * * *, end: 0 20', 'start: 6, end: 0 20'),
    "a yes in a label": ('labels: {mesh: "yes"}', "labels: {mesh: yes}"),
    "a temperature": ("temperature: 0.7", 'temperature: "0.7"'),
    "an image": ("care:1.4.0", "care:1.5.0"),
    "a field that hides": ("session: {store: redis}", "session: {store: redis, ttl: 24h}"),
    "a replacement": ("$replace: true, min: 2", "min: 2"),
    "a removal": ("facades: {websocket: {expose: {}}}", "facades: {websocket: {expose: {}}, $remove: [a2a]}"),
    "a removal of nothing": ("session: {store: redis}", "session: {store: redis, $remove: [tll]}"),
    "a track": ("track: stable", "track: prerelease"),
    "a version of a pack": ("version: 1.2.0\n", "version: 1.3.0\n"),
    "a version that no other has": ("version: 2.0.0-rc.1", "version: 2.0.0"),
    "two versions alike": ("version: 1.2.0\n", "version: 1.0.0\n"),
    "a version as a number": ("version: 1.2.0\n", "version: 1.2\n"),
    "a prompt": ("refunds: {system:", "refund: {system:"),
    "a reference to a model": ("use: claude/sonnet", "use: claude/sonet"),
    "a reference to a pack": ("pack: support", "pack: suport"),
    "a reference to an agent": ("{agent: support,", "{agent: suport,"),
    "a reference to a registry": ("registry: orders", "registry: order"),
    "a name of a model": ("    haiku: {", "    haikou: {"),
    "what a model can do": ("[text, streaming, tools]", "[text, streaming]"),
    "a name of an agent": ("metadata: {name: greeter,", "metadata: {name: welcome,"),
    "a name of an agent in one layer": ("metadata: {name: support}\nspec:\n  facades", "metadata: {name: suport}\nspec:\n  facades"),
    "a name of a provider": ("metadata: {name: gpt}", "metadata: {name: gpt-5}"),
    "a name of a tool": ("    lookup:\n", "    look-up:\n"),
    "a port": ("websocket: {port: 8080}", "websocket: {port: 9999}"),
    "a facade": ("  facades: {rest: {port: 8080}}\n", ""),
    "another kind": ("kind: ToolRegistry\nmetadata: {name: orders}", "kind: ToolRegistrie\nmetadata: {name: orders}"),
    "another mode": ("  mode: function\n", "  mode: daemon\n"),
    "a field of no kind": ("  outputFormat: json\n", "  outputFromat: json\n"),
    "where an agent runs": ("environments: [prod]", "environments: [staging]"),
    "where an agent runs, misspelt": ("environments: [prod]", "environments: [porod]"),
    "where an agent runs, no list": ("environments: [prod]", "environments: prod"),
    "an agent that runs everywhere": ("  environments: [prod]\n", ""),
    "a variable": ("level: warn", "level: error"),
    "a variable that is true": ("most: 20", "most: true"),
    "a variable that is a text": ("most: 20", 'most: "20"'),
    "a variable of the base": ("level: info", "level: trace"),
    "a variable of the namespace": ("region: eu-west-1", "region: us-east-1"),
    "a variable that is gone": ("tier: gold, host", "host"),
    "a variable that is misspelt": ('"${var.level}"', '"${var.levle}"'),
    "a variable that is not closed": ('"${var.level}"', '"${var.level"'),
    "a variable in a variable": ("level: warn", 'level: "${var.level}"'),
    "a label that an override looks for": ("labels: {team: growth}", "labels: {team: care}"),
    "a label that a template sees": ("{team: care, tier: gold}", "{team: care, tier: bronze}"),
    "labels that are no map": ("labels: {team: care}}\ndata", "labels: [care]}\ndata"),
    "an override that hits nothing": ("labels: {team: care}}\n    spec", "labels: {team: core}}\n    spec"),
    "an override of another kind": ("match: {kind: Provider, name: claude}", "match: {kind: Provider, name: gpt}"),
    "an override of nothing": ("spec: {runtime: {annotations: {owner: care}}}", "spec: {}"),
    "an override that is hidden": ("owner: care}}}", "owner: care}, scale: {max: 9}}}"),
    "an override that says what is said": ("{maxTokens: 2048}", "{maxTokens: 4096}"),
    "an override of the wrong type": ("{maxTokens: 2048}", "{maxTokens: many}"),
    "an override of a version": ("- match: {kind: Provider, name: claude}\n    spec: {defaults: {maxTokens: 2048}}", "- match: {kind: PromptPack, name: support}\n    spec: {version: 1.0.0}"),
    "two overrides that differ": ("  - match: {kind: Agent, name: router}\n", "  - match: {kind: Agent, name: router}\n    spec: {runtime: {scale: {max: 4}}}\n  - match: {kind: Agent, name: router}\n"),
    "an item of a list that merges": ("{name: morning, metadata", "{name: evening, metadata"),
    "the order of overrides": ("{owner: care}", "{owner: care, order: second}"),
    "a base": ("bases: [../base, ../shared]", "bases: [../shared, ../base]"),
    "a base that is not there": ("bases: [../base, ../shared]", "bases: [../base, ../shard]"),
    "one base less": ("bases: [../base, ../shared]", "bases: [../base]"),
    "a circle of bases": ("  abstract: true\n", "  abstract: true\n  bases: [../prod]\n"),
    "a base that can be compiled": ("  abstract: true\n", ""),
    "a namespace": ("namespace: agents-staging", "namespace: agents-stage"),
    "a fleet": ("fleet: acme", "fleet: umbrella"),
    "capabilities": ("capabilities: [istio, keda]", "capabilities: [gatewayAPI]"),
    "no capabilities": ("  capabilities: [istio, keda]\n", ""),
    "no gateway": ('  gateway: {name: public, namespace: infra, domain: "${var.host}"}\n', ""),
    "a registry of images": ("images: {registry: registry.example.com/agents}", "images: {pullPolicy: Always}"),
    "a version of Kubernetes": ('version: "1.36"', 'version: "1.33"'),
    "a version of Kubernetes that is not known": ('version: "1.36"', 'version: "1.99"'),
    "a version of Kubernetes as a number": ('version: "1.36"', "version: 1.36"),
    "another target": ('{kubernetes: {cluster: prod-eu, version: "1.36"}}', "{directory: {path: prod}}"),
    "a pin that holds": ("  namespace: agents-staging\n", '  namespace: agents-staging\n  compiler: ">=0.0.1"\n'),
    "a pin of another version": ("  namespace: agents-staging\n", '  namespace: agents-staging\n  compiler: ">=99"\n'),
    "a patch": ("priorityClassName: high", "priorityClassName: low"),
    "a patch that hits nothing": ("target: {kind: Deployment}", "target: {kind: Deploymet}"),
    "a patch that changes nothing": ("priorityClassName: high", "terminationGracePeriodSeconds: 60"),
    "a patch of a selector": ("{template: {spec: {priorityClassName: high}}}", "{selector: {matchLabels: {a: b}}}"),
    "a patch that is true": ('example.com/scrape: "true"', "example.com/scrape: true"),
    "a patch with no reason": ("    reason: PLAT-813, it is scraped\n", ""),
    "a plain object": ("data: {text: Welcome}", "data: {text: Hello}"),
    "a key of a plain object": ("data: {text: Welcome}", "data: {te xt: Welcome}"),
    "a selector of a Service": ("roster.dev/name: greeter}", "roster.dev/name: greter}"),
    "what an autoscaler scales": ("kind: Deployment, name: greeter", "kind: Deployment, name: triage"),
    "a plain object as a Secret": ("kind: ConfigMap\nmetadata: {name: banner", "kind: Secret\nmetadata: {name: banner"),
    "a plain object in another namespace": ("metadata: {name: front}", "metadata: {name: front, namespace: infra}"),
    "a plain object of another kind": ("kind: Widget\nmetadata", "kind: Gadget\nmetadata"),
    "a definition": ("maximum: 9", "maximum: 2"),
    "a definition of nothing": ("type: integer, maximum", "type: interger, maximum"),
    "an Omnia pack": ("Repeat it.", "Repeat it twice."),
    "an Omnia pack that is no JSON": ('{"id": "echo", "name"', '{"id": "echo" "name"'),
    "an Omnia version": ("{packName: echo, version: v1.0.0,", "{packName: echo, version: v1.0.1,"),
    "an Omnia ConfigMap": ("configMapRef: {name: echo-pack}", "configMapRef: {name: echo-pac}"),
    "an Omnia namespace": ("metadata: {name: local}", "metadata: {name: local, namespace: other}"),
    "an Omnia provider": ("providerRef: {name: local}", "providerRef: {name: gpt}"),
    "an Omnia field": ("tls: true, tlsCertPath", "tls: {insecureSkipVerify: true}, tlsCertPath"),
    "an Omnia field of no kind": ("extraEnv: [{name: LEVEL,", "extraEnvs: [{name: LEVEL,"),
    "an Omnia field that comes later": ("  runtime: {replicas: 1, ", "  memory: {enabled: true}\n  runtime: {replicas: 1, "),
    "a template": ("protocol: TCP}", "protocol: TCP, appProtocol: http}"),
    "a template that names nothing": ('port: "{{ item.port }}"', 'port: "{{ item.prot }}"'),
    "a template that does not close": ('name: "{{ name }}-scrape"', 'name: "{{ name -scrape"'),
    "a template of another name": ('name: "{{ name }}-scrape"', 'name: "{{ name }}"'),
    "a template that selects nothing": ('selector: "{{ selector }}"', "selector: {a: b}"),
    "a template that does too much": ('team: "{{ environment.fleet }}"', "team: \"{% for a in range(9) %}{% endfor %}{{ [name] * 999999 }}\""),
    "a template that sees what some have": ('team: "{{ environment.fleet }}"', 'team: "{{ agent.session.store }}"'),
    "a template that fails for some": ('team: "{{ environment.fleet }}"', 'team: "{{ agent.tools.orders.registry }}"'),
    "a template whose metadata are a spec's": (
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "{{ name }}-scrape"',
        '$if: "{{ agent.mode == \'function\' }}"\napiVersion: v1\nkind: ConfigMap\nmetadata: "{{ agent.inputSchema }}"',
    ),
    "a text of a template": ("job {{ name }}", "task {{ name }}"),
    "a text of a template that names nothing": ("job {{ name }}", "job {{ nmae }}"),
    "a text": ("Help {{customer}} with", "Serve {{customer}} with"),
    "a name of a text": ("{file: ../texts/support-2.md}", "{file: ../texts/support-3.md}"),
    "a text in place": ("{file: ../texts/support-2.md}", "Be brief."),
    "a file as a text": ("{file: ../texts/support-2.md}", "{file: ../agents/triage.yaml}"),
    "a remark in front": ("# What is different in production.\n", "# What is different\n# in production.\n"),
    "an allowance": ("   # roster: allow R0404: silver", "\n  # silver"),
    "a space": ("metadata: {name: orders}", "metadata: { name: orders }"),
    "a broken line": ("  models:\n", "  models\n"),
    "a tab": ("  defaults:", "\tdefaults:"),
    "a bracket": ("[../base, ../shared]", "[../base, ../shared"),
    "a key twice": ("  type: openai\n", "  type: openai\n  type: openai\n"),
    "no apiVersion": ("apiVersion: roster.dev/v1alpha1\nkind: Agent\nmetadata: {name: greeter", "kind: Agent\nmetadata: {name: greeter"),
    "another apiVersion": ("apiVersion: roster.dev/v1alpha1\nkind: Provider\nmetadata: {name: gpt", "apiVersion: roster.dev/v1\nkind: Provider\nmetadata: {name: gpt"),
    "an empty document": ("---\napiVersion: v1\nkind: Service", "---\n---\napiVersion: v1\nkind: Service"),
    "an anchor": ("resources: {requests: {cpu: 100m, memory: 128Mi}}, scale: {replicas: 2}", "resources: &r {requests: {cpu: 100m, memory: 128Mi}}, scale: {replicas: 2}, labels: {a: *r}"),
}  # fmt: skip
"""What is written -> what else could be written there; an edit goes there, or back."""


def _swap(one: str, other: str) -> Edit:
    def edit(files: dict[str, str], draw: random.Random) -> None:
        for old, new in ((one, other), (other, one)):
            found = [path for path in sorted(files) if old and old in files[path]]
            if found:
                path = draw.choice(found)
                files[path] = files[path].replace(old, new, 1)
                return

    return edit


def _documents(files: dict[str, str]) -> list[str]:
    return [path for path in sorted(files) if path.endswith(".yaml")]


def _movable(files: dict[str, str]) -> list[str]:
    return [path for path in _documents(files) if not path.endswith("/environment.yaml")]


def _scalar(files: dict[str, str], draw: random.Random) -> None:
    """Anything at all in the place of one scalar, a name or a value."""
    path = draw.choice(_documents(files))
    try:
        spans = [(start, end) for start, end in scalar_spans(files[path].encode()) if start[0] == end[0]]
    except Unreadable:
        return
    if spans:
        (line, start), (_, end) = draw.choice(sorted(spans))
        lines = files[path].split("\n")
        old = lines[line - 1][start - 1 : end - 1]
        new = draw.choice([*_WORDS, old + old[-1:], old[1:], f'"{old}"', old.upper()])
        lines[line - 1] = lines[line - 1][: start - 1] + new + lines[line - 1][end - 1 :]
        files[path] = "\n".join(lines)


_WORDS = ("1", "1.0", "true", '"1"', "0", "false", "null", "{}", "[]", "[[]]", "", "support", "claude", "${var.level}", "2")  # fmt: skip


def _line(files: dict[str, str], draw: random.Random) -> None:
    path = draw.choice(_documents(files))
    lines = files[path].split("\n")
    del lines[draw.randrange(len(lines))]
    files[path] = "\n".join(lines)


def _two_lines(files: dict[str, str], draw: random.Random) -> None:
    path = draw.choice(_documents(files))
    lines = files[path].split("\n")
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    files[path] = "\n".join(lines)


def _cut(files: dict[str, str], draw: random.Random) -> None:
    path = draw.choice(sorted(files))
    files[path] = files[path][: draw.randint(0, len(files[path]))]


def _remark(files: dict[str, str], draw: random.Random) -> None:
    path = draw.choice(_documents(files))
    lines = files[path].split("\n")
    lines.insert(draw.choice([0, len(lines) - 1]), "# A remark.")
    files[path] = "\n".join(lines)


def _rename(files: dict[str, str], draw: random.Random) -> None:
    path = draw.choice(_movable(files))
    folder, _, name = path.rpartition("/")
    files[f"{folder}/{draw.choice('ahz')}-{name}"[:200]] = files.pop(path)


def _move(files: dict[str, str], draw: random.Random) -> None:
    path = draw.choice(_movable(files))
    folder = draw.choice(_FOLDERS)
    files[f"{folder}/{path.rpartition('/')[2]}"] = files.pop(path)


_FOLDERS = (
    "environments/base",
    "environments/shared",
    "environments/prod",
    "environments/staging",
    "environments/prod/objects",
    "environments/prod/omnia",
    "environments/prod/files",
    "environments/base/agents",
)


def _copy(files: dict[str, str], draw: random.Random) -> None:
    path = draw.choice(_movable(files))
    files[f"{draw.choice(_FOLDERS)}/copy-{draw.randrange(2)}.yaml"] = files[path]


def _copy_under_another_name(files: dict[str, str], draw: random.Random) -> None:
    path = draw.choice(_movable(files))
    number = draw.randrange(2)
    files[f"{path.rpartition('/')[0]}/new-{number}.yaml"] = files[path].replace("name: ", f"name: n{number}-", 1)


def _delete(files: dict[str, str], draw: random.Random) -> None:
    del files[draw.choice([path for path in sorted(files) if path not in _KEPT])]


_KEPT = ("environments/prod/environment.yaml", "environments/staging/environment.yaml")


def _exchange(files: dict[str, str], draw: random.Random) -> None:
    one, other = draw.choice(_movable(files)), draw.choice(_movable(files))
    files[one], files[other] = files[other], files[one]


def _reorder(files: dict[str, str], draw: random.Random) -> None:
    several = [path for path in _documents(files) if "\n---\n" in files[path]]
    if several:
        path = draw.choice(several)
        parts = files[path].rstrip("\n").split("\n---\n")
        draw.shuffle(parts)
        files[path] = "\n---\n".join(parts) + "\n"


def _join(files: dict[str, str], draw: random.Random) -> None:
    one, other = draw.choice(_movable(files)), draw.choice(_movable(files))
    if one != other:
        files[one] += "---\n" + files.pop(other)


def _pack(files: dict[str, str], draw: random.Random) -> None:
    """One more version of a pack; the second time, that version is gone."""
    version = draw.choice(["1.10.0", "3.0.0", "3.0.0-beta.1"])
    path = f"environments/{draw.choice(['base', 'prod'])}/prompts/more-{version}.yaml"
    if files.pop(path, None) is None:
        files[path] = (
            "apiVersion: roster.dev/v1alpha1\nkind: PromptPack\nmetadata: {name: support}\n"
            f"spec: {{version: {version}, prompts: {{default: {{system: {{file: ../texts/support.md}}}}}}}}\n"
        )


def _text(files: dict[str, str], draw: random.Random) -> None:
    files[f"environments/{draw.choice(['base', 'prod'])}/texts/support.md"] = f"Help, {draw.randrange(3)}.\n"


def _as_it_was(files: dict[str, str], draw: random.Random) -> None:
    """One file as it was in the beginning."""
    first = start()
    path = draw.choice(sorted({*first, *files}))
    if path in first:
        files[path] = first[path]
    else:
        del files[path]


def _mended(files: dict[str, str], draw: random.Random) -> None:
    """The fleet as it was in the beginning, one file excepted."""
    kept = draw.choice(sorted(files))
    first = start()
    text = files[kept]
    files.clear()
    files.update(first | {kept: text})


def _all_as_it_was(files: dict[str, str], draw: random.Random) -> None:
    files.clear()
    files.update(start())


MOVES: Mapping[str, Edit] = {
    "another scalar": _scalar,
    "a line less": _line,
    "two lines swapped": _two_lines,
    "a file cut off": _cut,
    "a remark": _remark,
    "a file renamed": _rename,
    "a file moved": _move,
    "a file copied": _copy,
    "a file copied under another name": _copy_under_another_name,
    "a file deleted": _delete,
    "two files exchanged": _exchange,
    "documents reordered": _reorder,
    "two files joined": _join,
    "a version more or less": _pack,
    "a text rewritten": _text,
    "one file as it was": _as_it_was,
    "all but one as it was": _mended,
    "all as it was": _all_as_it_was,
}
"""What people and merges do to any file."""
EDITS: Mapping[str, Edit] = {**{name: _swap(*pair) for name, pair in SWAPS.items()}, **MOVES}
