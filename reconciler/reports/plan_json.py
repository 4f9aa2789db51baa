"""plan_json: a plan and the bundle it is for in, the same as JSON for machines out; values of credentials masked."""

from typing import Any

import orjson

from compiler.bundle import Bundle
from compiler.compiled import Compiled
from compiler.mask import masked
from compiler.object_path import object_path
from reconciler.change import Change
from reconciler.reports.plan_text import where_written
from reconciler.request import Report


def plan_json(report: Report, bundle: Bundle, compiled: Compiled, title: str, *, colour: bool = False) -> str:
    """One JSON object: where, the digest, every change with its fields, and the counts."""
    del colour
    plan = report.plan
    document = {
        "environment": report.which.unit.environment,
        "fleet": report.which.unit.fleet,
        "commit": report.which.revision,
        "target": title,
        "digest": plan.digest,
        "changes": [_change(change, bundle, compiled) for change in (*plan.changes, *plan.hand_backs)],
        "unchanged": plan.unchanged,
        "notes": list(plan.notes),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"


def _change(change: Change, bundle: Bundle, compiled: Compiled) -> dict[str, Any]:
    key = change.key
    data = next((item.data for item in bundle.objects if item.key == key), {})
    return {
        "action": change.action.value,
        "apiVersion": change.api_version,
        "kind": key.kind,
        "namespace": key.namespace,
        "name": key.name,
        "spec": str(change.spec),
        "reason": change.reason,
        "notes": list(change.notes),
        "fields": [
            {
                "path": object_path(data, field.path),
                "before": masked(field.before, str(field.path[-1])),
                "after": masked(field.after, str(field.path[-1])),
                "owner": field.owner,
                "setBy": where_written(key, field.path, bundle, compiled),
            }
            for field in change.fields
        ],
    }
