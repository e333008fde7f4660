"""The JSON Schemas of the team's files, printed or written."""

from __future__ import annotations

from pathlib import Path

from incidentctl.domain.common.text import did_you_mean
from incidentctl.errors import EnvironmentFailedError, NotFoundError


def one_schema(kind: str) -> str:
    """Return the schema of a kind of file as JSON; NotFoundError lists the kinds."""
    from incidentctl.render.catalog import json_schema

    if kind not in json_schema.KINDS:
        near = did_you_mean(kind, json_schema.KINDS)
        hint = f"Did you mean {near!r}?" if near else f"There are: {', '.join(json_schema.KINDS)}."
        raise NotFoundError(f"There is no schema {kind!r}.", hint=hint)
    return json_schema.text(kind)


def kinds() -> tuple[str, ...]:
    """Return the kinds of file that have a schema."""
    from incidentctl.render.catalog import json_schema

    return json_schema.KINDS


def write_schemas(folder: Path, *, only: str | None = None) -> list[Path]:
    """Write `<kind>.json` of every kind, or of `only` one, and return the files."""
    from incidentctl.files.writer import check_stays
    from incidentctl.git import atomic

    check_stays(folder / "schema.json")
    texts = {kind: one_schema(kind) for kind in ([only] if only else kinds())}
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, text in texts.items():
            file = folder / f"{kind}.json"
            atomic.replace(file, text.encode(), mode=atomic.USUAL_MODE)
            written.append(file)
    except OSError as error:
        raise EnvironmentFailedError(f"{folder} cannot be written: {error.strerror}.") from None
    return written
