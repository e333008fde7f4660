"""Where the boxes and arrows of a graph are; from the top left, in points."""

from __future__ import annotations

from typing import NamedTuple

Point = tuple[float, float]


class Place(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


class Line(NamedTuple):
    """An arrow from a node to a node: points of a Bézier curve, and the tip of its head."""

    start: str
    end: str
    points: tuple[Point, ...]
    tip: Point


class Layout(NamedTuple):
    """Where everything is; boxes by the names of their clusters."""

    width: float
    height: float
    nodes: dict[str, Place]
    boxes: dict[str, Place]
    lines: tuple[Line, ...]
