"""The kinds of value a YAML field may hold: checked by pydantic, without importing it.

The catalog's classes are plain dataclasses, so that a cached catalog costs no import of pydantic
(about 90 ms, see docs/decisions/0002). pydantic asks each annotation below for its schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from incidentctl.domain.common.times import parse_duration, parse_local_time, zone


def _yaml_name(field: str) -> str:
    """`from_` in Python is `from` in YAML."""
    return field.rstrip("_")


#: The configuration of every catalog dataclass, as its `__pydantic_config__`.
CONFIG: dict[str, Any] = {
    "extra": "forbid",
    "alias_generator": _yaml_name,
}


class Parsed:
    """A field written as text in YAML and held as what `parse` makes of it.

    `parse` raises ValueError with a sentence for people. `pattern` goes into the JSON Schema.
    """

    def __init__(
        self,
        parse: Callable[[str], Any],
        pattern: str | None = None,
        examples: tuple[str, ...] = (),
    ) -> None:
        self.parse = parse
        self.pattern = pattern
        self.examples = examples

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415 (only pydantic asks, so it is there)

        text = core_schema.str_schema(strict=True)
        return core_schema.no_info_after_validator_function(self.parse, text)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core)
        if self.pattern:
            schema["pattern"] = self.pattern
        if self.examples:
            schema["examples"] = list(self.examples)
        return schema


class Strict:
    """A flag or a whole number: exactly that, not a text or a number that looks like one."""

    def __init__(self, *, minimum: int | None = None, maximum: int | None = None) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415 (only pydantic asks, so it is there)

        if source is bool:
            return core_schema.bool_schema(strict=True)
        return core_schema.int_schema(strict=True, ge=self.minimum, le=self.maximum)


_NAME = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"
_name = re.compile(_NAME)


def parse_name(text: str) -> str:
    """Return the text if it can name something; ValueError with a sentence otherwise."""
    if not _name.fullmatch(text):
        raise ValueError(
            "a name has 1 to 63 letters, digits, '.', '_' or '-', "
            "and begins and ends with a letter or digit"
        )
    return text


def _parse_text(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text.strip()  # a folded text of YAML ends with a line break


def _parse_url(text: str) -> str:
    if not re.match(r"^[a-z][a-z0-9+.-]*:\S+$", text, re.IGNORECASE):
        raise ValueError("not an address: write it whole, such as https://example.com/page")
    return text


def _parse_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date: write it as 2026-03-29") from None


def parse_zone(text: str) -> str:
    """Return the text if it is a time zone; ValueError with a sentence otherwise."""
    zone(text)
    return text


Name = Annotated[str, Parsed(parse_name, _NAME)]
Text = Annotated[str, Parsed(_parse_text, r"\S")]
Url = Annotated[str, Parsed(_parse_url, r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$")]
Zone = Annotated[str, Parsed(parse_zone, None, ("Europe/Berlin", "America/New_York", "UTC"))]
Duration = Annotated[
    timedelta, Parsed(parse_duration, r"^(\d+(w|d|h|m|s))+$", ("30m", "1h30m", "7d"))
]
Day = Annotated[date, Parsed(_parse_date, r"^\d{4}-\d{2}-\d{2}$", ("2026-09-01",))]
LocalTime = Annotated[
    datetime,
    Parsed(
        parse_local_time,
        r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?$",
        ("2026-01-05T09:00",),
    ),
]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(minimum=0)]
Importance = Annotated[int, Strict(minimum=1, maximum=5)]
