"""The catalog as a picture: an SVG in light and dark, whose texts are text and nothing else.

Sizes are made here and places by Graphviz, which gets no text: so a picture looks the same wherever
it is made, and a name has no way into it but as text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from incidentctl.domain.catalog.graph import Graph
from incidentctl.domain.catalog.graph_layout import Layout, Line, Place
from incidentctl.domain.common.text import count, one_line
from incidentctl.render.catalog.graph import Node, Numbered, numbered
from incidentctl.render.html import page
from incidentctl.render.lines import width

#: The first line; only a file that begins so may be overwritten.
BEGINS = "<!-- Written by `incidentctl catalog graph`. -->\n"
#: The size of letters, and the width of one: of fonts with letters of one width the widest have
#: 0.62 of their size.
LETTER, LETTER_WIDTH = 12.0, 0.62
_PAD, _HEIGHT = 8, 22
#: The line above a team's boxes.
_HEADING = 20
#: So much of a text is shown; the whole of it is the tooltip.
_MAX_WIDTH = 44
_MARGIN, _ABOVE, _BELOW = 16.0, 34.0, 26.0
_ARROW, _HALF_ARROW = 7.0, 3.2
_LEGEND = (
    "Frame: team. Rounded: product area. Box: service; dashed if not in production. Arrow: needs."
)


class Shape(NamedTuple):
    """A box with its text, which starts at `text_x` or is centred there."""

    kind: str
    place: Place
    text: str
    text_x: float
    text_y: float
    title: str


class Path(NamedTuple):
    """An arrow: its curve, and the triangle of its head."""

    kind: str
    curve: str
    head: str


def text_width(text: str) -> float:
    """Return the room that a text takes at most."""
    return width(text) * LETTER * LETTER_WIDTH


def request(graph: Graph) -> str:
    """Return what Graphviz has to place: numbers for names, and sizes."""
    return "\n".join(_request(numbered(graph)))


def _request(shown: Numbered) -> Iterator[str]:
    yield "digraph { rankdir=LR; newrank=true; nodesep=.12; ranksep=.8; labeljust=l;"
    yield f'node [shape=box, label="", fixedsize=true, height={_HEIGHT / 72:.4f}];'
    yield f"edge [arrowsize={_ARROW / 10}];"
    for box in shown.boxes:
        wide = text_width(_cut(box.text))
        table = f'<table fixedsize="true" border="0" width="{wide:.0f}" height="{_HEADING}">'
        yield f"subgraph cluster_{box.ident} {{ label=<{table}<tr><td></td></tr></table>>;"
        for node in box.nodes:
            yield f"{node.ident} [width={(text_width(_cut(node.text)) + 2 * _PAD) / 72:.4f}];"
        yield "}"
    for start, end in shown.arrows:
        yield f"{start.ident} -> {end.ident};"
    yield "}"


def svg(graph: Graph, layout: Layout, organisation: str) -> str:
    """Draw a graph as Graphviz placed it."""
    shown = numbered(graph)
    title = f"{_title(graph)} ({one_line(organisation)})" if organisation else _title(graph)
    wide = max(layout.width, text_width(title), text_width(_LEGEND)) + 2 * _MARGIN
    boxes = [_frame(layout.boxes[f"cluster_{box.ident}"], box.text) for box in shown.boxes]
    nodes = [
        _shape(node, layout.nodes[node.ident], shown) for box in shown.boxes for node in box.nodes
    ]
    from_area = {node.ident for box in shown.boxes for node in box.nodes if node.area}
    return BEGINS + page(
        "graph.svg.j2",
        title=title,
        said=_said(graph),
        wide=math.ceil(wide),
        high=math.ceil(layout.height + 2 * _MARGIN + _ABOVE + _BELOW),
        letter=LETTER,
        margin=_MARGIN,
        shift=(_MARGIN, _MARGIN + _ABOVE),
        legend=_LEGEND,
        frames=boxes,
        paths=[_path(line, area=line.start in from_area) for line in layout.lines],
        shapes=nodes,
    )


def _title(graph: Graph) -> str:
    if graph.failed:
        return f"What fails with {one_line(graph.failed)}"
    if graph.only:
        return f"{one_line(graph.only)}: services, and what they need"
    return "Product areas, services and their teams"


def _said(graph: Graph) -> str:
    """Say in words what the picture shows."""
    parts = (count(len(graph.areas), "product area"), count(len(graph.services), "service"),
             count(len(graph.teams), "team"))  # fmt: skip
    return (
        f"{', '.join(parts)}; {count(len(graph.needs), 'arrow')} from what needs to what is needed."
    )


def _cut(text: str) -> str:
    if width(text) <= _MAX_WIDTH:
        return text
    while width(text) > _MAX_WIDTH - 1:
        text = text[:-1]
    return f"{text}…"


def _frame(place: Place, text: str) -> Shape:
    return Shape("team", place, _cut(text), place.x + _PAD, place.y + _HEADING - 4, f"Team {text}")


def _shape(node: Node, place: Place, shown: Numbered) -> Shape:
    kinds, title = ["area"], f"{node.text}: product area"
    if node.service:
        service = node.service
        kinds, title = ["service"], f"{service.name}: {service.type}, {service.lifecycle}"
        if service.title:
            title += f", {one_line(service.title)}"
        kinds += ["apart"] if not service.counts else []
        kinds += ["failed"] if node == shown.failed else []
    middle = place.x + place.width / 2
    down = place.y + place.height / 2 + LETTER * 0.34
    return Shape(" ".join(kinds), place, _cut(node.text), middle, down, title)


def _path(line: Line, *, area: bool) -> Path:
    (x, y), *others = line.points
    curve = f"M{x:.1f},{y:.1f}C" + " ".join(f"{a:.1f},{b:.1f}" for a, b in others)
    end_x, end_y = line.points[-1]
    tip_x, tip_y = line.tip
    long = math.hypot(tip_x - end_x, tip_y - end_y) or 1.0
    across_x, across_y = (
        (end_y - tip_y) / long * _HALF_ARROW,
        (tip_x - end_x) / long * _HALF_ARROW,
    )
    corners = (
        (tip_x, tip_y),
        (end_x + across_x, end_y + across_y),
        (end_x - across_x, end_y - across_y),
    )
    head = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
    return Path("from-area" if area else "", curve, head)
