"""A field whose class depends on another field: the settings of an action.

The classes are imported only where such settings are read: they take a fifth of the time of the
whole catalog's, and most commands look at no action.
"""

from __future__ import annotations

from functools import cache
from typing import Any


class ByUses:
    """Marks the field that holds the settings of the action that the field `uses` names."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415 (only pydantic asks, so it is there)

        def check(value: Any, info: Any) -> Any:
            if uses := info.data.get("uses"):
                return _adapter(uses).validate_python(_without_own(value))
            return value  # the fault of `uses` is told

        return core_schema.with_info_plain_validator_function(check)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {"type": "object"}


def _without_own(value: Any) -> Any:
    """Return settings without keys of the team's own, which a file may have everywhere."""
    if not isinstance(value, dict):
        return value
    return {name: of for name, of in value.items() if not str(name).startswith("x-")}


@cache
def _adapter(uses: str) -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 (only pydantic asks, so it is there)

    from incidentctl.domain.catalog.action_settings import CLASSES  # noqa: PLC0415 (the same)

    return TypeAdapter(CLASSES[uses])
