"""Templates of the room as pages."""

from __future__ import annotations

from typing import Any

from incidentctl.render.html import page


def render(template: str, **values: Any) -> str:
    """Return a page by a template of `templates/room/`."""
    return f"<!doctype html>\n{page(f'room/{template}', **values)}"
