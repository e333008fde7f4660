"""The catalog as a graph: product areas, services and dependencies, as Mermaid or DOT."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.text import one_line


class _Node(NamedTuple):
    ident: str
    text: str
    is_area: bool


def _nodes(catalog: Catalog) -> dict[tuple[str, str], _Node]:
    """Number the nodes: a user's name is not an identifier in either language."""
    nodes: dict[tuple[str, str], _Node] = {}
    for area in catalog.product_areas.values():
        text = one_line(area.title or area.name)
        nodes["area", area.name] = _Node(f"a{len(nodes)}", text, True)
    for service in catalog.services.values():
        text = one_line(f"{service.name} ({service.owner})")
        nodes["service", service.name] = _Node(f"s{len(nodes)}", text, False)
    return nodes


def _edges(catalog: Catalog, nodes: dict[tuple[str, str], _Node]) -> Iterable[tuple[str, str]]:
    """Yield who needs whom; unknown names are left out (lint reports them)."""
    needs = [(("area", a.name), a.all_services) for a in catalog.product_areas.values()]
    needs += [(("service", s.name), s.depends_on) for s in catalog.services.values()]
    for key, names in needs:
        for name in names:
            if ("service", name) in nodes:
                yield nodes[key].ident, nodes["service", name].ident


def mermaid(catalog: Catalog) -> str:
    """Return a Mermaid flowchart, which forges draw in Markdown."""
    nodes = _nodes(catalog)
    lines = ["flowchart LR"]
    for node in nodes.values():
        text = _mermaid_text(node.text)
        lines.append(f'  {node.ident}(["{text}"])' if node.is_area else f'  {node.ident}["{text}"]')
    lines += [f"  {start} --> {end}" for start, end in _edges(catalog, nodes)]
    return "\n".join(lines)


def _mermaid_text(text: str) -> str:
    # Mermaid has entities with `#` (mermaid.js.org/syntax/flowchart), and reads HTML in labels.
    for char in '#"<>&`':
        text = text.replace(char, f"#{ord(char)};") if char != "#" else text.replace("#", "#35;")
    return text


def dot(catalog: Catalog) -> str:
    """Return a graph in the language of Graphviz."""
    nodes = _nodes(catalog)
    lines = ["digraph catalog {", "  rankdir=LR;", "  node [shape=box];"]
    for node in nodes.values():
        text = node.text.replace("\\", "\\\\").replace('"', '\\"')
        shape = ", shape=ellipse" if node.is_area else ""
        lines.append(f'  {node.ident} [label="{text}"{shape}];')
    lines += [f"  {start} -> {end};" for start, end in _edges(catalog, nodes)]
    return "\n".join([*lines, "}"])
