"""The catalog as a graph in Mermaid or DOT: a box for each team, with what it owns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from incidentctl.domain.catalog.graph import Graph, Need
from incidentctl.domain.catalog.model import ProductArea, Service
from incidentctl.domain.common.text import one_line

#: The first line of each; only a file that begins so may be overwritten.
MERMAID_BEGINS = "%% Written by `incidentctl catalog graph`.\n"
DOT_BEGINS = "// Written by `incidentctl catalog graph`.\n"
#: The colour of the service that failed.
_FAILED = "#b2182b"


class Node(NamedTuple):
    """A product area or a service: its identifier in the graph, and what it is called."""

    ident: str
    text: str
    area: ProductArea | None
    service: Service | None


class Box(NamedTuple):
    """A team: its identifier, what it is called, and what it owns."""

    ident: str
    text: str
    nodes: tuple[Node, ...]


class Numbered(NamedTuple):
    """A graph whose names are numbered: a name is an identifier in no language."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[Node, Node], ...]
    failed: Node | None


def numbered(graph: Graph) -> Numbered:
    """Number what a graph shows, as the catalog has it."""
    nodes: dict[tuple[str, str], Node] = {}
    owned: dict[str, list[Node]] = {team: [] for team in graph.teams}
    for area in graph.areas:
        node = Node(f"a{len(nodes)}", one_line(area.title or area.name), area, None)
        nodes["area", area.name] = node
        owned[area.owner].append(node)
    for service in graph.services:
        node = Node(f"s{len(nodes)}", service.name, None, service)
        nodes["service", service.name] = node
        owned[service.owner].append(node)
    boxes = [
        Box(f"t{number}", one_line(title), tuple(owned[team]))
        for number, (team, title) in enumerate(graph.teams.items())
    ]
    arrows = [(_from(need, nodes), nodes["service", need.needs]) for need in graph.needs]
    failed = nodes.get(("service", graph.failed)) if graph.failed else None
    return Numbered(tuple(boxes), tuple(arrows), failed)


def _from(need: Need, nodes: dict[tuple[str, str], Node]) -> Node:
    return (
        nodes["area", need.area] if need.area is not None else nodes["service", need.service or ""]
    )


def mermaid(graph: Graph) -> str:
    """Return a Mermaid flowchart, which forges draw in Markdown."""
    shown = numbered(graph)
    return MERMAID_BEGINS + "\n".join(_mermaid_lines(shown))


def _mermaid_lines(shown: Numbered) -> Iterator[str]:
    yield "flowchart LR"
    for box in shown.boxes:
        yield f'  subgraph {box.ident}["{_mermaid_text(box.text)}"]'
        for node in box.nodes:
            text = f'"{_mermaid_text(node.text)}"'
            yield f"    {node.ident}([{text}])" if node.area else f"    {node.ident}[{text}]"
        yield "  end"
    for start, end in shown.arrows:
        yield f"  {start.ident} {'-.->' if start.area else '-->'} {end.ident}"
    if shown.failed:
        yield f"  style {shown.failed.ident} stroke:{_FAILED},stroke-width:4px"


def _mermaid_text(text: str) -> str:
    # Mermaid has entities with `#` (mermaid.js.org/syntax/flowchart), and reads HTML in labels.
    return "".join(f"#{ord(char)};" if char in '#"<>&`' else char for char in text)


def dot(graph: Graph) -> str:
    """Return a graph in the language of Graphviz."""
    shown = numbered(graph)
    return DOT_BEGINS + "\n".join(_dot_lines(shown))


def _dot_lines(shown: Numbered) -> Iterator[str]:
    yield "digraph catalog {"
    yield "  rankdir=LR;"
    yield "  newrank=true;"
    yield "  node [shape=box];"
    for box in shown.boxes:
        yield f"  subgraph cluster_{box.ident} {{"
        yield f"    label={_dot_text(box.text)};"
        for node in box.nodes:
            failed = f', color="{_FAILED}", penwidth=3' if node == shown.failed else ""
            shape = ", shape=ellipse" if node.area else ""
            yield f"    {node.ident} [label={_dot_text(node.text)}{shape}{failed}];"
        yield "  }"
    for start, end in shown.arrows:
        yield f"  {start.ident} -> {end.ident}{' [style=dashed]' if start.area else ''};"
    yield "}"


def _dot_text(text: str) -> str:
    """Quote a text: in quotes Graphviz reads escapes with a backslash and entities of HTML."""
    for char, written in (("\\", "\\\\"), ('"', '\\"'), ("&", "&amp;")):
        text = text.replace(char, written)
    return f'"{text}"'
