"""status_json: what targets told of their environments in, the same as JSON for machines out."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from reconciler.reports.status_text import Told


def status_json(told: Sequence[Told]) -> str:
    """A list with one object an environment; `synced` and `well` are what the exit code goes by."""
    return orjson.dumps([_environment(each) for each in told], option=orjson.OPT_INDENT_2).decode() + "\n"


def _environment(told: Told) -> dict[str, Any]:
    head = {"environment": told.environment, "target": told.title, "synced": told.synced, "well": told.well}
    if told.status is None:
        return {**head, "error": told.error or "never synced"}
    specs = [{**asdict(item), "spec": item.spec._asdict()} for item in told.status.specs]
    return {**asdict(told.status), "specs": specs, **head}
