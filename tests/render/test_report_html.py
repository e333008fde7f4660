"""The page of a report: nothing in it runs or loads, and every plot has its table."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from tests.domain.telling import START, event

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold, head
from incidentctl.domain.learn.metrics import Scope, measure
from incidentctl.domain.learn.monthly import monthly
from incidentctl.render.learn import plots
from incidentctl.render.learn.report_html import BEGINS, report_html

EVIL = (
    "</title></svg><script>alert(1)</script>\"' onload=x style='x' &lt; \x1b[31m\u202e\n{{ 7*7 }}"
)
SCOPE = Scope(START - timedelta(days=20), START + timedelta(days=1))


def incident(number, *, title="x", severity="SEV2", minutes=60):
    began, over = START - timedelta(minutes=minutes), START
    stated = [
        event(0, facts.Declared(title, reported_by="customer"), at=began),
        event(1, facts.SeveritySet(severity, update_every=1800), at=began),
        event(2, facts.UpdatePosted("we look"), at=began + timedelta(minutes=20)),
        event(3, facts.Resolved(), at=over),
    ]
    return fold(f"inc-20261124-1401-{number:03}", stated)


def page(incidents, scope=SCOPE):
    found = measure(incidents, [head(one) for one in incidents], scope, now=scope.until)
    return report_html(found, incidents, UTC, now=scope.until)


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def test_hostile_texts_do_nothing():
    scope = SCOPE._replace(severity=EVIL, kinds=("incident",))
    evil = page([incident(n, title=EVIL, severity=EVIL) for n in range(6)], scope)
    plain = page([incident(n) for n in range(6)], SCOPE._replace(severity="SEV2"))
    assert Tags(evil).tags == Tags(plain).tags
    assert {name for name, _ in Tags(evil).attributes} == {n for n, _ in Tags(plain).attributes}
    assert "alert(1)" in evil
    assert "{{ 7*7 }}" in evil
    assert "\x1b" not in evil
    assert "\u202e" not in evil


def test_nothing_is_loaded_or_run():
    found = Tags(page([incident(n) for n in range(12)]))
    allowed = {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "dl", "dt", "dd",
        "div", "figure", "figcaption", "svg", "line", "text", "rect", "circle", "table", "caption",
        "thead", "tbody", "tr", "th", "td", "ul", "li", "span",
    }  # fmt: skip
    assert set(found.tags) <= allowed
    names = {name for name, _ in found.attributes}
    assert not names & {"src", "href", "xlink:href", "style", "srcset"}
    assert not [name for name in names if name.startswith("on")]
    assert "url(" not in page([incident(1)])
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in found.attributes


@pytest.mark.parametrize(("count", "medians"), [(4, 0), (5, 1)])
def test_too_few_are_shown_and_not_averaged(count, medians):
    text = page([incident(n) for n in range(count)])
    assert text.startswith(BEGINS)
    assert text.count("<circle") == count  # the time to resolve alone is known
    assert text.count('class="median"') == medians
    assert ("4: too few" in text) == (count == 4)
    assert ("1h of 5" in text) == (count == 5)


def test_every_plot_is_named_and_every_number_is_in_a_table():
    text = page([incident(1), incident(2, severity="SEV1"), incident(3, severity=None)])
    for name in re.findall(r'aria-labelledby="([^"]+)"', text):
        assert text.count(f'id="{name}"') == 1
    assert text.count("<svg") == text.count("<figcaption") == 6
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", text)]
    assert ["Month", "SEV1", "SEV2", "(none)", "All"] in rows
    assert ["2026-11", "1", "1", "1", "3"] in rows
    assert ["2026-11", "6", "3", "50%", "40m"] in rows


def test_without_incidents_it_says_so():
    text = page([])
    assert "No incident matches." in text
    assert "<svg" not in text


def test_many_severities_share_the_last_colour():
    text = page([incident(n, severity=f"S{n:02}") for n in range(20)])
    legend = re.findall(r"</span>([^<]*)</li>", text)
    assert legend == ["S00", "S01", "S02", "S03", "S04", "the other 15"]
    assert [int(c) for c in re.findall(r'<rect class="c(\d+)"', text)][:20] == [
        0,
        1,
        2,
        3,
        4,
        *[5] * 15,
    ]


@pytest.mark.parametrize("minutes", [0, 1, 59, 60 * 24 * 900])
def test_what_is_drawn_stays_inside(minutes):
    some = [incident(n, minutes=minutes) for n in range(7)]
    scope = Scope(START - timedelta(days=1000), START + timedelta(days=1))
    months = monthly(some, scope, UTC, now=scope.until)
    for plot in (
        plots.spans("x", "resolve", months), plots.counts("x", months), plots.kept("x", months),
    ):  # fmt: skip
        for at in (*plot.dots, *plot.lines, *plot.bars):
            assert plots.LEFT <= at.x <= plots.RIGHT
            assert plots.TOP <= at.y <= plots.BOTTOM
        for one, other in zip(plot.across, plot.across[1:], strict=False):
            assert other.at - one.at >= 50
        for bar in plot.bars:
            assert bar.y + bar.height <= plots.BOTTOM + 0.1
            assert unescape(bar.label) == bar.label
