"""The JSON that commands print: one object that names its schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def json_text(command: str, payload: Mapping[str, Any]) -> str:
    """Return one JSON object, ASCII only, with the schema of a command such as `catalog-lint`."""
    entry = {"schema": f"incidentctl/{command}/1", **payload}
    return json.dumps(entry, ensure_ascii=True, indent=2)
