"""Write catalog values as YAML for people to edit: the order is kept, defaults are left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, timedelta
from typing import Any

import yaml

from incidentctl.domain.common.times import exact_duration

# Numbers of YAML 1.2, which reads our files, that PyYAML, which is YAML 1.1, writes as text.
_NUMBER = re.compile(r"[-+]?(0o[0-7]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)\Z")


class _Dumper(yaml.SafeDumper):
    """PyYAML's dumper with lists below their key, or inline if short; numeric texts are quoted."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 (the signature of PyYAML)
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (the signature of PyYAML)
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "'" if _NUMBER.match(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    flow = not any(isinstance(item, list | dict) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(list, _represent_list)


def plain(value: Any) -> Any:
    """Return a catalog value as mappings, lists and texts, without fields at their default."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {}
        for field in fields(value):
            held = getattr(value, field.name)
            factory = field.default_factory
            default = field.default if factory is MISSING else factory()
            if held != default:
                found[field.name.rstrip("_")] = plain(held)
        return found
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    if isinstance(value, timedelta):
        return exact_duration(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value


def to_yaml(value: Any, *, schema: str | None = None, comment: str | None = None) -> str:
    """Write a catalog value, or the result of `plain`, as YAML.

    `schema` is the path of its JSON Schema for editors; `comment` is written above.
    """
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    lines += [f"# {line}" for line in comment.splitlines()] if comment else []
    text = yaml.dump(plain(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return "\n".join([*lines, text])
