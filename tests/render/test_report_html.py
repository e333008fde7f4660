"""The page of a report: nothing in it runs or loads, and every plot has its table."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from tests.domain.telling import START, event

from incidentctl.domain.catalog.model import Catalog, Service
from incidentctl.domain.catalog.score import Looked, scores
from incidentctl.domain.catalog.team import Member, Team
from incidentctl.domain.drill.score import Measure, Score
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold, head
from incidentctl.domain.learn.metrics import Scope, TeamPractice, measure
from incidentctl.domain.learn.monthly import monthly, trend
from incidentctl.render.learn import plots, report_tables
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


def page(incidents, scope=SCOPE, **more):
    found = measure(incidents, [head(one) for one in incidents], scope, now=scope.until)
    parts = trend(incidents, scope, UTC, now=scope.until)
    return report_html(found, parts, UTC, now=scope.until, **more)


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
        "thead", "tbody", "tr", "th", "td", "ul", "li", "span", "a", "strong", "details", "summary",
    }  # fmt: skip
    assert set(found.tags) <= allowed
    names = {name for name, _ in found.attributes}
    assert all(value.startswith("#") for name, value in found.attributes if name == "href")
    assert not names & {"src", "xlink:href", "style", "srcset"}
    assert not [name for name in names if name.startswith("on")]
    assert "url(" not in page([incident(1)])
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in found.attributes


@pytest.mark.parametrize(("count", "medians"), [(4, 0), (5, 1)])
def test_too_few_are_shown_and_not_averaged(count, medians):
    text = page([incident(n) for n in range(count)])
    assert text.startswith(BEGINS)
    drawn = [plot for plot in re.findall(r"<svg.*?</svg>", text, re.DOTALL) if "<circle" in plot]
    assert len(drawn) == 3  # the time to resolve alone is known: by month, severity and team
    assert {plot.count("<circle") for plot in drawn} == {count}
    assert {plot.count('class="median"') for plot in drawn} == {medians}
    assert ("4: too few" in text) == (count == 4)
    assert ("1h of 5" in text) == (count == 5)


def test_every_plot_is_named_and_every_number_is_in_a_table():
    text = page([incident(1), incident(2, severity="SEV1"), incident(3, severity=None)])
    for name in re.findall(r'aria-labelledby="([^"]+)"', text):
        assert text.count(f'id="{name}"') == 1
    assert text.count("<svg") == text.count("<figcaption") == 5
    empty = re.findall(r'class="empty"><strong>([^<]*)</strong>: ([^<]*)<', text)
    assert ("Time to detect", "no incident has the moment `started`.") in empty
    assert len(empty) == 7
    found = re.findall(r"<tr.*?</tr>", text, re.DOTALL)
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in found]
    assert ["Month", "SEV1", "SEV2", "(none)", "All"] in rows
    assert ["2026-11", "1", "1", "1", "3"] in rows
    assert ["2026-11", "6", "3", "50%", "40m"] in rows


def test_without_incidents_it_says_so():
    text = page([])
    assert "No incident matches." in text
    assert "<svg" not in text


def test_many_severities_share_the_last_colour():
    text = page([incident(n, severity=f"S{n:02}") for n in range(20)])
    legend = re.findall(r"</span>([^<]*)</li>", text)[:6]
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
    parts = trend(some, scope, UTC, now=scope.until)
    for plot in (
        plots.spans("x", "resolve", months), plots.counts("x", months), plots.kept("x", months),
        plots.rows("x", "resolve", parts.severities, months),
    ):  # fmt: skip
        for at in (*plot.dots, *plot.lines, *plot.bars):
            assert plots.LEFT <= at.x <= plots.RIGHT
            assert plots.TOP <= at.y <= plots.BOTTOM
        for one, other in zip(plot.across, plot.across[1:], strict=False):
            assert other.at - one.at >= (50 if plot.left == plots.LEFT else 27)
        for bar in plot.bars:
            assert bar.y + bar.height <= plots.BOTTOM + 0.1
            assert unescape(bar.label) == bar.label


def links_of(text):
    return [value for name, value in Tags(text).attributes if name == "href"]


def hit(number, *services):
    began = START - timedelta(hours=number)
    stated = [
        event(0, facts.Declared("x"), at=began),
        event(1, facts.AffectedSet(services, (), "core"), at=began),
        event(2, facts.Resolved(), at=START),
    ]
    return fold(f"inc-20261124-1401-{number:03}", stated)


def test_what_came_back_is_linked_to_its_incidents_on_this_page():
    text = page([hit(1, "api", "db"), hit(2, "api"), hit(3, "cdn")])
    assert links_of(text) == ["#inc-20261124-1401-001", "#inc-20261124-1401-002"]
    for link in links_of(text):
        assert text.count(f'id="{link[1:]}"') == 1
    assert "No service was hit by two" in page([hit(1, "api"), hit(2, "db")])


def test_of_a_service_that_came_back_often_the_newest_are_named():
    text = page([hit(n, "api") for n in range(1, 8)])
    assert links_of(text) == [f"#inc-20261124-1401-{n:03}" for n in range(1, 6)]
    assert "and 2 more</td>" in text


def test_a_row_for_each_team_with_the_longest_at_the_right():
    some = [hit(n, "api") for n in range(1, 6)]
    parts = trend(some, SCOPE, UTC, now=SCOPE.until)
    plot = plots.rows("x", "resolve", parts.teams, parts.months)
    assert [tick.label for tick in plot.down] == ["core"]
    assert [dot.x for dot in plot.dots] == sorted((dot.x for dot in plot.dots), reverse=True)
    assert plot.lines[0].label == "core: median 3h of 5"
    assert plots.rows("x", "mitigate", parts.teams, parts.months).empty is not None


def ready(title):
    """How ready a team is that lacks some things, and of which others are unknown."""
    catalog = Catalog(
        teams={"core": Team(name="core", title=title, members=(Member(handle="ana"),))},
        services={"api": Service(name="api", owner="core")},
    )
    return scores(catalog, Looked(SCOPE.until, SCOPE.until.date(), drills=None))


def held(plan):
    """The score of a drill that missed a target."""
    return Score(
        "drl-20261124-1401-k7f", plan, "core", START, "resolved", False, False,
        (Measure("declare", 60, 120), Measure("commander", 900, 600),
         Measure("first_update", None, None)),
        ("Page",), (),
    )  # fmt: skip


def test_readiness_says_what_is_missing_and_a_hostile_team_does_nothing():
    text = page([hit(1, "api")], readiness=ready(EVIL))
    assert 'class="no">no<' in text
    assert 'class="unknown">unknown<' in text
    assert "Add `on_call` with rota, shift and starts." in text
    assert "script" not in Tags(text).tags
    assert "\x1b" not in text


def test_drills_are_told_with_their_targets():
    practice = [TeamPractice("core", 1, START)]
    text = page([], scores=[held("nightly")], practice=practice)
    assert "<td>1m of 2m</td>" in text
    assert 'class="no">15m of 10m (missed)<' in text
    assert "No incident matches." in text


def test_a_long_list_of_incidents_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(report_tables, "MAX_INCIDENTS", 2)
    text = page([hit(n, "api") for n in (1, 2, 3)])
    assert "Incidents, the newest 2 of 3" in text
    assert links_of(text) == ["#inc-20261124-1401-001", "#inc-20261124-1401-002"]
