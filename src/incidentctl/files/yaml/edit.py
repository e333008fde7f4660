"""Change one value in a file that people write, and no other byte."""

from __future__ import annotations

import re
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from incidentctl.domain.catalog.model import Source
from incidentctl.errors import RefusedError
from incidentctl.files.layout import read_one
from incidentctl.files.writer import rewrite
from incidentctl.files.yaml.strict import compose, parse

_BOM = b"\xef\xbb\xbf"


def set_text(root: Path, source: Source, key: str, value: str) -> None:
    """Set a key of an entry that has a `name` to a text that needs no quotes.

    An existing value is replaced; a new key follows the name. Refuses if the result would not read
    as meant, and refuses a link. The file is replaced whole or not at all.
    """
    if (root / source.path).is_symlink():
        raise RefusedError(
            f"{source.path} is a link, and is left alone.", hint=_by_hand(source, key, value)
        )
    data = read_one(root, source.path).data
    edited = _edited(data, source, key, value) if data is not None else None
    if data is None or edited is None:
        raise RefusedError(
            f"{source.path} is written in a way that cannot be changed safely.",
            hint=_by_hand(source, key, value),
        )
    rewrite(root, source.path, edited, before=data)


def _by_hand(source: Source, key: str, value: str) -> str:
    return f"Write it yourself into {source.path}: `{key}: {value}`."


def _edited(data: bytes, source: Source, key: str, value: str) -> bytes | None:
    """Return the file with the value, or None if it would not read as meant."""
    documents, problems = parse(data, source.path)
    roots = list(compose(data)) if not problems else []
    if source.document >= len(roots):
        return None
    node: Node = roots[source.document]
    if source.item is not None and isinstance(node, SequenceNode):
        node = node.value[source.item]
    if not isinstance(node, MappingNode):
        return None
    bom = _BOM if data.startswith(_BOM) else b""
    text = _changed(data.removeprefix(_BOM).decode(), node, key, value)
    if text is None:
        return None
    edited = bom + text.encode()
    read, problems = parse(edited, source.path)
    wanted = list(documents)
    entry = wanted[source.document]
    if source.item is None:
        wanted[source.document] = {**entry, key: value}
    else:
        here = source.item
        wanted[source.document] = (*entry[:here], {**entry[here], key: value}, *entry[here + 1 :])
    return edited if not problems and list(read) == wanted else None


def _changed(text: str, node: MappingNode, key: str, value: str) -> str | None:
    """Return the text with the value in its place, or None for a form that cannot be changed."""
    held = {k.value: (k, v) for k, v in node.value if isinstance(k, ScalarNode)}
    if key in held:
        _, old = held[key]
        return text[: _at(text, old.start_mark)] + value + text[_at(text, old.end_mark) :]
    if "name" not in held:
        return None
    name, named = held["name"]
    end = _at(text, named.end_mark)
    if node.flow_style:
        return f"{text[:end]}, {key}: {value}{text[end:]}"
    line_end = text.find("\n", end)
    before, after = (text, "") if line_end < 0 else (text[: line_end + 1], text[line_end + 1 :])
    newline = "\r\n" if re.search(r"\r\n\Z", before) else "\n"
    if line_end < 0:
        before += newline
    return f"{before}{' ' * name.start_mark.column}{key}: {value}{newline}{after}"


def _at(text: str, mark: object) -> int:
    """Return the offset of a mark. With other line ends than a line feed a later check refuses."""
    line, column = mark.line, mark.column  # type: ignore[attr-defined]  # libyaml's has no stub
    lines = text.split("\n")
    return sum(len(each) + 1 for each in lines[:line]) + int(column)
