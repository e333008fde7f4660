"""The kinds of value a YAML field may hold: checked by pydantic, without importing it.

The catalog's classes are plain dataclasses, so that a cached catalog costs no import of pydantic
(about 90 ms, see docs/decisions/0002). pydantic asks each annotation below for its schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import DAY, LOCAL_TIME, parse_duration, parse_local_time, zone
from incidentctl.domain.common.unseen import unseen


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

    `parse` raises ValueError with a sentence for people. `pattern` and `form`, a format
    that JSON Schema knows, go into the JSON Schema.
    """

    def __init__(
        self,
        parse: Callable[[str], Any],
        pattern: str | None = None,
        examples: tuple[str, ...] = (),
        form: str | None = None,
    ) -> None:
        self.parse = parse
        self.form = form
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
        if self.form:
            schema["format"] = self.form
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
        number = core_schema.int_schema(strict=True, ge=self.minimum, le=self.maximum)
        return core_schema.no_info_before_validator_function(_whole, number)


def _whole(value: Any) -> Any:
    """Return 3 for 3.0, as JSON Schema takes it for an integer; any other value as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class TextOr:
    """A text, or a mapping of a class that says more: the short form of a value and the long one.

    Which one it is decides the form; a union would report the faults of both.
    """

    def __init__(self, mapping: type) -> None:
        self.mapping = mapping

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import SchemaValidator, core_schema  # noqa: PLC0415 (only pydantic asks)

        text = SchemaValidator(handler.generate_schema(Text))

        def either(value: Any, mapping: Any) -> Any:
            return mapping(value) if isinstance(value, dict) else text.validate_python(value)

        mapping = handler.generate_schema(self.mapping)
        return core_schema.no_info_wrap_validator_function(either, mapping)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "pattern": r"\S"}, handler(core)]}


class OneOrMore:
    """A text, or a list of texts; held as a tuple."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415 (only pydantic asks, so it is there)

        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "pattern": r"\S"}, handler(core)]}


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class MatrixKey:
    """The importance of a row of the matrix: a whole number, also in quotes, as JSON writes it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415 (only pydantic asks, so it is there)

        number = core_schema.int_schema(strict=True)
        return core_schema.no_info_before_validator_function(_unquoted, number)


def _unquoted(value: Any) -> Any:
    written = isinstance(value, str) and re.fullmatch("[1-9][0-9]{0,5}", value)
    return int(value) if written else value


#: A span as files hold it, in JSON Schema: more than nothing.
DURATION = r"^(?=.*[1-9])([0-9]{1,9}(w|d|h|m|s))+$"
_NAME = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"
_name = re.compile(_NAME)
_TIME_OF_DAY = r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00"


def parse_name(text: str) -> str:
    """Return the text if it can name something; ValueError with a sentence otherwise."""
    if not _name.fullmatch(text):
        odd = unseen(text)
        begin = f"{one_line(text)[:80]!r} has {odd}: " if odd else ""
        raise ValueError(
            f"{begin}a name has 1 to 63 letters a-z, digits, '.', '_' or '-', "
            "and begins and ends with a letter or digit"
        )
    return text


def _parse_text(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text.strip()  # a folded text of YAML ends with a line break


def _parse_url(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", text):
        raise ValueError("not an address: write it whole, such as https://example.com/page")
    return text


def _parse_date(text: str) -> date:
    try:
        if not re.fullmatch(DAY, text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date: write it as 2026-03-29") from None


def _parse_time_of_day(text: str) -> str:
    if not re.fullmatch(_TIME_OF_DAY, text):
        raise ValueError(f"{text!r} is not a time of day: write it as 09:00, up to 24:00")
    return text


def parse_zone(text: str) -> str:
    """Return the text if it is a time zone; ValueError with a sentence otherwise."""
    zone(text)
    return text


Name = Annotated[str, Parsed(parse_name, _NAME)]
Text = Annotated[str, Parsed(_parse_text, r"\S")]
Texts = Annotated[tuple[Text, ...], OneOrMore()]
Url = Annotated[str, Parsed(_parse_url, r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$")]
Zone = Annotated[str, Parsed(parse_zone, None, ("Europe/Berlin", "America/New_York", "UTC"))]
Duration = Annotated[timedelta, Parsed(parse_duration, DURATION, ("30m", "1h30m", "7d"))]
Day = Annotated[date, Parsed(_parse_date, f"^{DAY}$", ("2026-09-01",), "date")]
LocalTime = Annotated[
    datetime,
    Parsed(
        parse_local_time,
        f"^{LOCAL_TIME}$",
        ("2026-01-05T09:00",),
    ),
]
TimeOfDay = Annotated[
    str, Parsed(_parse_time_of_day, f"^({_TIME_OF_DAY})$", ("09:00", "17:30", "24:00"))
]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(minimum=0)]
Importance = Annotated[int, Strict(minimum=1, maximum=5)]
