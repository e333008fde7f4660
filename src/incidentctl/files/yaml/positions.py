"""Find the line of a value in its file, for messages only: this composes the file again."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from incidentctl.domain.catalog.model import Source
from incidentctl.files.gc_pause import paused
from incidentctl.files.yaml.strict import FAULTS, compose, plain

Loc = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, both from 1."""


_COMMENT = re.compile(r"[ \t]*(#[^\s,\]}]\S*)")


class Positions:
    """The places of everything in one file, and what is written there."""

    def __init__(self, data: bytes) -> None:
        """Compose the file, once; nothing that strict reading refuses is ever looked up."""
        self._roots: list[Node] = []
        self._text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
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

    def written(self, source: Source, loc: Iterable[str | int], *, key: bool = False) -> str | None:
        """Return a value, or its key, as it is written, if that is one word without quotes."""
        found = self._find(source, loc)
        node = found[0 if key else 1] if found else None
        return node.value if isinstance(node, ScalarNode) and not node.style else None

    def comment(self, source: Source, loc: Iterable[str | int]) -> str | None:
        """Return the comment that stands where a value is missing, such as `#core`."""
        found = self._find(source, loc)
        if found is None or not isinstance(found[1], ScalarNode) or found[1].value:
            return None
        match = _COMMENT.match(self._text, found[1].end_mark.index)
        return match[1] if match else None

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


class Written(NamedTuple):
    """What one entry says, as it is written; the file is composed again only if that is asked."""

    positions: Callable[[], Positions]
    source: Source

    def value(self, loc: Loc) -> str | None:
        """Return a value that is one word without quotes; None for any other."""
        return self.positions().written(self.source, loc)

    def key(self, loc: Loc) -> str | None:
        """Return the key of a value, if it has no quotes."""
        return self.positions().written(self.source, loc, key=True)

    def comment(self, loc: Loc) -> str | None:
        """Return the comment that stands where a value is missing, such as `#core`."""
        return self.positions().comment(self.source, loc)


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
