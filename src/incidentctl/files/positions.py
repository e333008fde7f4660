"""Where a value stands in its file: found by composing that one file again, for messages only."""

from __future__ import annotations

from collections.abc import Iterable

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from incidentctl.domain.catalog import Source
from incidentctl.files.strict_yaml import compose, parse, plain

Place = tuple[int, int]
"""Line and column, both from 1."""


class Positions:
    """The places of everything in one file."""

    def __init__(self, data: bytes) -> None:
        """Compose the file; what strict reading refuses has no places."""
        documents, _ = parse(data, "")
        self._roots: list[Node] = []
        try:
            for node, _document in zip(compose(data), documents, strict=False):
                self._roots.append(node)
        except yaml.YAMLError:
            pass  # the documents before the fault keep their places

    def value(self, source: Source, loc: Iterable[str | int]) -> Place | None:
        """Return where a value begins; where `loc` leads nowhere, the nearest that has it."""
        found = self._find(source, loc)
        return _place(found[1]) if found else None

    def key(self, source: Source, loc: Iterable[str | int]) -> Place | None:
        """Return where the key of a value begins; for an item of a list, the item."""
        found = self._find(source, loc)
        return _place(found[0]) if found else None

    def _find(self, source: Source, loc: Iterable[str | int]) -> tuple[Node, Node] | None:
        if source.document >= len(self._roots):
            return None
        key = node = self._roots[source.document]
        item = () if source.item is None else (source.item,)
        for part in (*item, *source.inside, *loc):
            step = _step(node, part)
            if step is None:
                break
            key, node = step
        return key, node


def _step(node: Node, part: str | int) -> tuple[Node, Node] | None:
    if isinstance(node, SequenceNode):
        if isinstance(part, int) and 0 <= part < len(node.value):
            return node.value[part], node.value[part]
        return None
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == part or (isinstance(part, int) and plain(key.value) == part):
                return key, value
    return None


def _place(node: Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1
