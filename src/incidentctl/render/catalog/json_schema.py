"""JSON Schemas (draft-07) of the team's files, made from the classes, for editors and CI."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Any, get_args, get_type_hints

from incidentctl.domain.catalog.action_settings import CLASSES as ACTIONS
from incidentctl.domain.catalog.severity import Scale
from incidentctl.domain.common.fields import DURATION
from incidentctl.domain.common.times import format_duration
from incidentctl.domain.schema import CLASSES

KINDS = (
    "settings", "team", "service", "product_area", "severities", "roles", "runbook",
    "announcements", "alerts", "drill", "private_half", "maintenance",
)  # fmt: skip
"""The kinds of file, each with a schema."""

_ONE_MAPPING = ("settings", "severities", "alerts", "private_half")
#: Files of one list, which may stand below a key of the same name.
_LISTS = ("roles", "announcements")
_TITLES = {
    "settings": "incidentctl.yaml",
    "severities": "severities.yaml",
    "roles": "roles.yaml",
    "team": "teams/*.yaml",
    "service": "services/*.yaml",
    "product_area": "product_areas/*.yaml",
    "runbook": "runbooks/*.yaml",
    "announcements": "announce.yaml",
    "alerts": "alerts.yaml",
    "drill": "drills/*.yaml",
    "private_half": "drills/*.private.yaml",
    "maintenance": "maintenance/*.yaml",
}


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file."""
    from pydantic import TypeAdapter  # noqa: PLC0415 (90 ms, which only this needs)

    listed = CLASSES.get(kind.removesuffix("s")) if kind in _LISTS else None
    cls = {"severities": Scale}.get(kind) or listed or CLASSES[kind]
    definitions: dict[str, Any] = {}
    entry: dict[str, Any] = {}

    def define(each: type) -> dict[str, Any]:
        made = TypeAdapter(each).json_schema(ref_template="#/definitions/{model}")
        definitions.update({name: _tidy(part) for name, part in made.pop("$defs", {}).items()})
        definitions[made["title"]] = _tidy(made)
        return made

    for each in (CLASSES["unplanned_drill"], cls) if kind == "drill" else (cls,):
        made = define(each)
        entry = _either(made, entry)
    if "Action" in definitions:
        for settings in ACTIONS.values():
            define(settings)
        definitions["Action"]["allOf"] = _by_uses()
    for name, definition in definitions.items():
        for key, meaning in _meanings(_BY_NAME[name]).items():
            definition["properties"][key]["description"] = meaning
    if kind == "settings":
        definitions["Settings"]["properties"]["lint"] |= _levels()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"urn:incidentctl:schema:{kind}",
        "title": f"incidentctl: {_TITLES[kind]}",
        "description": made["description"],
        **_file(kind, entry),
        "definitions": dict(sorted(definitions.items())),
    }


def _levels() -> dict[str, Any]:
    """The codes whose level can be set, so that editors offer them with what they mean."""
    from incidentctl.domain.lint.rules.registry import RULES  # noqa: PLC0415 (only this needs it)

    levels = ["error", "warning", "info", "off"]
    known = {code: {"enum": levels, "description": r.text.title} for code, r in RULES.items()}
    return {"additionalProperties": False, "properties": known}


def _by_uses() -> list[dict[str, Any]]:
    """The settings of an action depend on its kind: `if` gives messages that name the fault."""
    return [
        {
            "if": {"properties": {"uses": {"const": uses}}, "required": ["uses"]},
            "then": {"properties": {"with": {"$ref": f"#/definitions/{cls.__name__}"}}},
        }
        for uses, cls in ACTIONS.items()
    ]


def _either(made: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Refer to a definition; the other one, if any, is for its own mode."""
    own = {"$ref": f"#/definitions/{made['title']}"}
    if not other:
        return own
    unplanned = {"properties": {"mode": {"const": "unplanned"}}, "required": ["mode"]}
    return {"if": {"type": "object", **unplanned}, "then": other, "else": own}


@cache
def text(kind: str) -> str:
    """Return the schema as the bytes that are checked in."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


def _file(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    """The schema of a whole file; a file with only comments is null.

    `if` instead of `anyOf` gives messages that name the fault in the entry.
    """
    otherwise: dict[str, Any] = entry
    if kind in _LISTS:
        listed = {"type": "array", "items": entry}
        otherwise = _tidy(
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {kind: {**listed, "description": f"The {kind}."}},
                "required": [kind],
            }
        )
    empty = {"if": {"type": "null"}, "then": True, "else": otherwise}
    if kind in _ONE_MAPPING:
        return empty
    return {"if": {"type": "array"}, "then": {"items": entry}, "else": empty}


def _classes(cls: type) -> Iterator[type]:
    """Yield a class, and the classes of its fields at any depth."""
    yield cls
    for hint in get_type_hints(cls).values():
        for inner in (hint, *get_args(hint), *(a for h in get_args(hint) for a in get_args(h))):
            if is_dataclass(inner) and isinstance(inner, type):
                yield from _classes(inner)


_BY_NAME = {
    cls.__name__: cls
    for root in (Scale, *ACTIONS.values(), *CLASSES.values())
    for cls in _classes(root)
}


def _meanings(cls: type) -> dict[str, str]:
    """Return the text below each field of a class, by the field's key in YAML.

    pydantic can do this, too, but would cost every command that loads the catalog 20 ms.
    """
    [definition] = ast.parse(inspect.getsource(cls)).body
    body = getattr(definition, "body", [])
    return {
        field.target.id.rstrip("_"): inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _tidy(part: Any) -> Any:
    """Drop pydantic's additions, and allow the user's own keys in every object."""
    if isinstance(part, list):
        return [_tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    tidy = {
        key: {name: _tidy(value) for name, value in inner.items()}
        if key == "properties"
        else _tidy(inner)
        for key, inner in part.items()
        if key != "title" and not (key == "default" and inner in (None, [], {}))
    }
    if tidy.get("type") == "object" and tidy.get("additionalProperties") is not True:
        named = tidy.get("patternProperties", {})  # of a mapping whose keys are checked
        if named:
            tidy["additionalProperties"] = False
        tidy["patternProperties"] = {
            **{f"^(?!x-){pattern.removeprefix('^')}": value for pattern, value in named.items()},
            "^x-": True,
        }
    if "importance" in tidy.get("properties", {}) and "conditions" in tidy["properties"]:
        # In JSON Schema the numeric keys of the matrix are text.
        tidy["properties"]["importance"]["propertyNames"] = {"pattern": "^([1-5]$|x-)"}
    if isinstance(tidy.get("default"), dict):
        del tidy["default"]  # the parts have defaults
    if tidy.get("pattern") == DURATION and "default" in tidy:  # written as ISO 8601 has it
        from pydantic import TypeAdapter  # noqa: PLC0415 (as above)

        tidy["default"] = format_duration(TypeAdapter(timedelta).validate_python(tidy["default"]))
    return _nullable(tidy)


def _nullable(part: dict[str, Any]) -> dict[str, Any]:
    """Write "this or null" as one type if possible: that gives shorter messages."""
    choices = part.get("anyOf")
    if not (isinstance(choices, list) and len(choices) == 2 and choices[1] == {"type": "null"}):
        return part
    kept = {key: value for key, value in part.items() if key != "anyOf"}
    inner = choices[0]
    if "type" not in inner:
        return part
    if "enum" in inner:
        inner = {**inner, "enum": [*inner["enum"], None]}
    return {**inner, "type": [inner["type"], "null"], **kept}
