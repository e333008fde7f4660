"""`catalog graph`: the catalog, or a part of it, as a picture or in the language of one."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.catalog import graph
from incidentctl.domain.catalog.graph import Graph
from incidentctl.domain.catalog.model import Catalog
from incidentctl.errors import EnvironmentFailedError, UsageError


class Format(StrEnum):
    """How a graph is written."""

    SVG = "svg"
    MERMAID = "mermaid"
    DOT = "dot"


#: What the name of a file says about its format.
_ENDINGS = {
    ".svg": Format.SVG,
    ".mmd": Format.MERMAID,
    ".mermaid": Format.MERMAID,
    ".dot": Format.DOT,
    ".gv": Format.DOT,
}


class Part(NamedTuple):
    """Which part of the catalog to draw; at most one is set."""

    area: str | None = None
    team: str | None = None
    blast: str | None = None


def format_of(target: Path | None) -> Format:
    """Return the format that the name of a file asks for; Mermaid where it says nothing."""
    return _ENDINGS.get(target.suffix.lower(), Format.MERMAID) if target else Format.MERMAID


def part_of(catalog: Catalog, part: Part) -> Graph:
    """Return what to draw; NotFoundError for an unknown name, UsageError for two parts."""
    if sum(name is not None for name in part) > 1:
        raise UsageError("Only one part of the catalog can be drawn.", hint="Name one of them.")
    if part.blast is not None:
        return graph.of_blast(catalog, part.blast)
    if part.area is not None:
        return graph.of_area(catalog, part.area)
    if part.team is not None:
        return graph.of_team(catalog, part.team)
    return graph.whole(catalog)


def written(shown: Graph, form: Format, *, organisation: str | None) -> str:
    """Write a graph; an SVG needs Graphviz, EnvironmentFailedError without it."""
    from incidentctl.render.catalog import graph as text

    if form is Format.MERMAID:
        return text.mermaid(shown)
    if form is Format.DOT:
        return text.dot(shown)
    from incidentctl.connect.graphviz import engines, placed
    from incidentctl.render.catalog.graph_svg import request, svg

    commands = engines()
    if not commands:
        raise EnvironmentFailedError(
            "An SVG needs Graphviz, which is not installed.",
            hint="Install it (`apt install graphviz`, `brew install graphviz`, or incidentctl's "
            "extra `graph`), or use Mermaid, which forges draw in Markdown.",
        )
    layout = placed(request(shown), next(iter(commands.values())))
    return svg(shown, layout, organisation or "")


def write_file(text: str, form: Format, target: Path) -> None:
    """Write a graph to a file; RefusedError if a file is there that no graph was written to."""
    from incidentctl.files import pages
    from incidentctl.render.catalog.graph import DOT_BEGINS, MERMAID_BEGINS
    from incidentctl.render.catalog.graph_svg import BEGINS

    begins = {Format.SVG: BEGINS, Format.MERMAID: MERMAID_BEGINS, Format.DOT: DOT_BEGINS}[form]
    pages.write_page(target, text if text.endswith("\n") else text + "\n", begins=begins)
