"""The reference of the team's YAML files, in Markdown: from the same classes as the schemas."""

from __future__ import annotations

import json
from typing import Any

from incidentctl.render.catalog.json_schema import KINDS, schema
from incidentctl.render.catalog.yaml_examples import EXAMPLES

_HEAD = """# The team's files

<!-- Generated from the program's classes by `make docs`. -->

A file holds one mapping, a list of mappings, or several documents; `incidentctl.yaml` and
`severities.yaml` hold one mapping. The folder says the kind, files end in `.yaml` or `.yml`, and
folders inside it are searched, too. Keys that begin with `x-` are your own everywhere. Any other
unknown key is an error.

YAML is read strictly, as YAML 1.2: `no` and `22:30` are texts, `1.10` is a number. Duplicate keys,
anchors, aliases, tags and more than 20 levels are errors, as are files over 1 MiB, more than 20,000
files or 16 MiB in all, and more than 100 severities or roles. The first 100 faults of a file are
reported.

The JSON Schemas are the same for editors: `incidentctl schema --write DIR`.
"""

_WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": ""}


def reference() -> str:
    """Return the page."""
    parts = [_HEAD]
    for kind in KINDS:
        made = schema(kind)
        title = made["title"].removeprefix("incidentctl: ")
        parts.append(f"## {title}\n\n{made['description']}\n")
        parts.append(f"```yaml\n{EXAMPLES[kind]}```\n")
        main = _main(made)
        names = [main, *(name for name in _order(made, main) if name != main)]
        names += [name for name in made["definitions"] if name not in names]
        for name in names:
            definition = made["definitions"][name]
            if name != main:
                parts.append(f"### {name}\n\n{definition['description']}\n")
            parts.append(_table(definition))
    return "\n".join(parts)


def _main(made: dict[str, Any]) -> str:
    """Return the definition of the file's entries."""
    reference = made.get("then", {}).get("items") if made["if"]["type"] == "array" else made["else"]
    reference = reference.get("else", reference)
    return str(reference["$ref"]).rsplit("/", 1)[-1]


def _order(made: dict[str, Any], name: str) -> list[str]:
    """Return the definitions in the order of their first use."""
    found = [name]
    for used in _used(made["definitions"][name]):
        found += [inner for inner in _order(made, used) if inner not in found]
    return found


def _used(part: Any) -> list[str]:
    if isinstance(part, list):
        return [name for item in part for name in _used(item)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"].rsplit("/", 1)[-1]] if "$ref" in part else []
    return own + [name for value in part.values() for name in _used(value)]


def _table(definition: dict[str, Any]) -> str:
    required = definition.get("required", [])
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key, part in definition["properties"].items():
        absent = "required" if key in required else _default(part)
        meaning = " ".join(part["description"].split()).replace("|", "\\|")
        rows.append(f"| `{key}` | {_holds(part)} | {absent} | {meaning} |")
    return "\n".join(rows) + "\n"


def _default(part: dict[str, Any]) -> str:
    if "default" not in part:
        return ""
    default = part["default"]
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def _holds(part: dict[str, Any]) -> str:
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in part:
        return _holds(part["anyOf"][0])
    if "const" in part:
        return f"`{part['const']}`"
    if "enum" in part:
        return ", ".join(f"`{choice}`" for choice in part["enum"] if choice is not None)
    kind = part["type"][0] if isinstance(part.get("type"), list) else part.get("type", "anything")
    if kind == "array":
        return f"list of {_holds(part['items'])}"
    if kind == "object":
        inner = part.get("additionalProperties")
        return f"mapping to {_holds(inner)}" if isinstance(inner, dict) else "mapping"
    text: str = _WORDS.get(kind, kind)
    if "maximum" in part:
        text += f" from {part['minimum']} to {part['maximum']}"
    if examples := part.get("examples"):
        text += " such as " + ", ".join(f"`{example}`" for example in examples)
    return text
