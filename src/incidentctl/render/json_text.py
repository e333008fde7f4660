"""The JSON that commands print: one object that names its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidentctl.domain.common.text import ascii_json


def json_text(command: str, payload: Mapping[str, Any]) -> str:
    """Return one JSON object, ASCII only, with the schema of a command such as `catalog-lint`."""
    entry = {"schema": f"incidentctl/{command}/1", **payload}
    return ascii_json(entry, indent=2)
