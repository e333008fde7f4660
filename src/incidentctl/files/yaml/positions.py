"""Find the line of a value in its file, for messages only: this composes the file again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from incidentctl.domain.catalog.model import Source
from incidentctl.files.gc_pause import paused
from incidentctl.files.yaml.strict import FAULTS, compose, plain

Place = tuple[int, int]
"""Line and column, both from 1."""


class Positions:
    """The places of everything in one file."""

    def __init__(self, data: bytes) -> None:
        """Compose the file, once; nothing that strict reading refuses is ever looked up."""
        self._roots: list[Node] = []
        # The documents before a syntax error keep their places.
        with paused(), contextlib.suppress(*FAULTS):
            self._roots.extend(compose(data))
        self._keys: dict[int, dict[str | int, tuple[Node, Node]]] = {}

    def value(self, source: Source, loc: Iterable[str | int]) -> Place | None:
        """Return where a value begins; if `loc` does not exist, the nearest value around it."""
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
            step = self._step(node, part)
            if step is None:
                break
            key, node = step
        return key, node

    def _step(self, node: Node, part: str | int) -> tuple[Node, Node] | None:
        if isinstance(node, SequenceNode):
            if isinstance(part, int) and 0 <= part < len(node.value):
                return node.value[part], node.value[part]
            return None
        if not isinstance(node, MappingNode):
            return None
        # Built once: a mapping of a hundred thousand keys may have as many faults.
        keys = self._keys.get(id(node))
        if keys is None:
            keys = self._keys[id(node)] = _by_key(node)
        return keys.get(part)


def _by_key(node: MappingNode) -> dict[str | int, tuple[Node, Node]]:
    """Return key and value nodes of a mapping by key; of two equal keys the first."""
    found: dict[str | int, tuple[Node, Node]] = {}
    for key, value in node.value:
        if isinstance(key, ScalarNode):
            found.setdefault(key.value, (key, value))
            number = plain(key.value)
            if type(number) is int:
                found.setdefault(number, (key, value))
    return found


def _place(node: Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1
