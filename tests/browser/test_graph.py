"""The graph of a bank in Chromium, with the fonts that there really are."""

from __future__ import annotations

from tests.browser.harness import EVIL, SCHEMES, assert_inert
from tests.render.test_graph import EXAMPLES, hostile

from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.connect.graphviz import engines, placed
from incidentctl.domain.catalog.graph import whole
from incidentctl.render.catalog.graph_svg import request, svg

#: The texts that cover each other, and those that stick out of their box or of the picture.
_FAULTS = """() => {
  const found = [], texts = [...document.querySelectorAll('text')];
  const boxes = texts.map(each => each.getBoundingClientRect());
  const paper = document.documentElement.getBoundingClientRect();
  const within = (a, b) =>
    a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
  texts.forEach((text, i) => {
    if (!within(boxes[i], paper)) found.push(`${text.textContent} is cut off`);
    const rect = text.parentElement.querySelector(':scope > rect');
    if (rect && text.parentElement.tagName == 'g' && !text.classList.contains('heading')) {
      const box = rect.getBoundingClientRect();
      if (boxes[i].left < box.left || boxes[i].right > box.right)
        found.push(`${text.textContent} sticks out`);
    }
    boxes.slice(i + 1).forEach((other, j) => {
      const a = boxes[i];
      // A line of text is higher than its letters.
      if (a.left < other.right && other.left < a.right
          && a.top < other.bottom - 3 && other.top < a.bottom - 3)
        found.push(`${text.textContent} and ${texts[i + 1 + j].textContent} overlap`);
    });
  });
  return [texts.length, found];
}"""
#: An arrow is a line, and no surface.
_FILLED = """() => [...document.querySelectorAll('path')]
  .filter(arrow => getComputedStyle(arrow).fill !== 'none').length"""


def test_no_label_of_a_bank_covers_another(visit, tmp_path):
    graph = whole(open_workspace(str(EXAMPLES / "bank")).catalog)
    engine = next(iter(engines().values()))
    file = tmp_path / "graph.svg"
    file.write_text(svg(graph, placed(request(graph), engine), "Northmere Bank"))
    page = visit(file)
    count, faults = page.evaluate(_FAULTS)
    assert count > 130
    assert faults == []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(_FILLED) == 0, scheme
    assert_inert(page)


def test_hostile_names_do_nothing(visit, tmp_path):
    graph = whole(hostile())
    engine = next(iter(engines().values()))
    file = tmp_path / "graph.svg"
    file.write_text(svg(graph, placed(request(graph), engine), EVIL))
    assert_inert(visit(file))
