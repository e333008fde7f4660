"""The page of an incident: it runs and loads nothing, and says in words what its picture shows."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from tests.domain.telling import IDENT, START, event, ident
from tests.render.test_report_html import EVIL, Tags

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.lanes import course
from incidentctl.domain.incident.state import StepPlan
from incidentctl.domain.learn.retro_facts import facts_of
from incidentctl.render.incident.page import BEGINS, incident_page
from incidentctl.render.incident.picture import WIDTH, picture

NOW = START + timedelta(hours=4)
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "strong", "dl", "dt",
    "dd", "a", "figure", "figcaption", "div", "svg", "g", "line", "text", "rect", "circle", "path",
    "ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "time", "s",
}  # fmt: skip


def at(minutes, fact, **more):
    return event(int(minutes * 60), fact, **more)


def everything(said, kind="incident"):
    """An incident with a text in every place where people or alerts write one."""
    step = StepPlan("page", said, role=said)
    return [
        at(0, facts.Declared(said, kind, said, said, said, "Europe/Berlin", 60)),
        at(1, facts.SeveritySet(said, critical=True, update_every=1800)),
        at(2, facts.ProcessResolved(said, said, said, (said,), roles=(f"commander: {said}",))),
        at(3, facts.RunbookAttached(said, said, (step,), (), said)),
        at(4, facts.AffectedSet((said,), (said,), said)),
        at(5, facts.StepDone("page", said, said)),
        at(6, facts.RoleAssigned(said, said, said)),
        at(7, facts.Noted(said, pinned=True)),
        at(8, facts.Noted(f"{said}\n{said}", command=said, exit_code=1)),
        at(9, facts.UpdatePosted(said, public=True)),
        at(10, facts.Linked(said, said)),
        at(11, facts.Linked(said, "https://chat.example/c/1")),
        at(12, facts.SummarySet(said)),
        at(13, facts.ImpactSet(said)),
        at(14, facts.AlertAttached(said, said, said), by=f"alert:{said}"),
        at(15, facts.HypothesisProposed(said)),
        at(16, facts.HypothesisRuledOut(ident(900), said)),
        at(17, facts.TaskAdded(said, said, said)),
        at(18, facts.Related(said, said)),
        at(19, facts.TeamAssigned(said)),
        at(20, facts.IndividualAssigned(said, said)),
        at(21, facts.Escalated(said, said, said)),
        at(22, facts.ActionStarted(said, said, said, step="page")),
        at(23, facts.ActionFailed(said, said, announcement=said)),
        at(24, facts.Noted(said), by=said),
        at(25, facts.Retracted(ident(8 * 60), said)),
        at(26, facts.HandoverOffered(said, said)),
    ]


def page(events, *, now=NOW, name=IDENT, **more):
    return incident_page(facts_of(fold(name, events, now=now)), now, written=now, **more)


def test_hostile_texts_do_nothing():
    evil, plain = page(everything(EVIL)), page(everything("x"))
    assert Tags(evil).tags == Tags(plain).tags
    assert {name for name, _ in Tags(evil).attributes} == {n for n, _ in Tags(plain).attributes}
    assert "alert(1)" in evil
    assert "{{ 7*7 }}" in evil
    assert not set("\x1b\u202e") & set(evil)
    style = re.findall(r"<style>.*?</style>", evil, re.DOTALL)
    assert style == re.findall(r"<style>.*?</style>", plain, re.DOTALL)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a@b.example/", "data:text/html,x"])
def test_only_a_plain_address_is_a_link(url):
    text = page([at(0, facts.Declared("x")), at(1, facts.Linked("channel", url))])
    assert url in unescape(text)
    assert "<a " not in text


def test_nothing_is_loaded_or_run():
    text = page(everything("x"))
    assert text.startswith(BEGINS)
    found = Tags(text)
    assert set(found.tags) <= ALLOWED
    names = {name for name, _ in found.attributes}
    assert not names & {"src", "xlink:href", "style", "srcset"}
    assert not [name for name in names if name.startswith("on")]
    assert {value for name, value in found.attributes if name == "href"} == {
        "https://chat.example/c/1"
    }
    assert "url(" not in text
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in found.attributes


def test_every_mark_has_a_title_and_its_facts_stand_in_words():
    events = [
        *everything("x"),
        at(30, facts.StatusSet("identified")),
        at(70, facts.UpdatePosted("we found it")),
        at(80, facts.MomentMarked("mitigated"), at=START + timedelta(minutes=60)),
        at(90, facts.Resolved("rolled back")),
    ]
    text = page(events)
    drawing = text[text.index("<svg") : text.index("</svg>")]
    for mark in re.findall(r"<g>(.*?)</g>", drawing, re.DOTALL):
        assert mark.startswith("<title>")
        assert not mark.startswith("<title></title>")
    words = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    rows = [re.sub(r"\s*<[^>]+>\s*", "|", row) for row in re.findall(r"<tr.*?</tr>", words)]
    for row in (
        "||status||identified||2026-11-24 15:31||2026-11-24 16:31||",
        "||mitigated||2026-11-24 16:01||2026-11-24 16:21||",
        "||2026-11-24 16:11||alice||internal||2026-11-24 15:40||31m||we found it||",
    ):
        assert row in rows, rows
    assert "Marked as the moment it was mitigated <span" in words
    assert "(recorded 2026-11-24 16:21)" in words
    for name, span in (("mitigate", "1h"), ("resolve", "1h30m")):
        assert f"<dt>Time to {name}</dt>\n<dd>{span}</dd>" in words
    assert "<dd>1 of 2 due</dd>" in words


def test_what_is_redacted_is_nowhere():
    events = [
        at(0, facts.Declared("x")),
        at(1, facts.Noted("hunter2", pinned=True)),
        at(2, facts.UpdatePosted("hunter2")),
        at(3, facts.AlertAttached("alr-1", IDENT, "hunter2"), by="alert:x"),
        *(at(4 + n, facts.Redacted(ident(60 * n))) for n in (1, 2, 3)),
    ]
    text = page(events)
    assert "hunter2" not in text
    assert text.count("(redacted") == 3


@pytest.mark.parametrize(
    ("kind", "name", "more", "said"),
    [
        ("drill", "drl" + IDENT[3:], {}, "DRILL.</strong> This is practice"),
        ("backfill", "bkf" + IDENT[3:], {}, "none was due: it was written down afterwards"),
        ("incident", IDENT, {"restricted": True}, "Restricted.</strong>"),
        ("incident", IDENT, {}, "It is open: this is how it stood at 2026-11-24 19:01 CET"),
    ],
)
def test_it_says_what_it_is(kind, name, more, said):
    assert said in page(everything("x", kind), name=name, **more)


def test_a_cancelled_one_says_so_and_of_what_it_is_a_duplicate():
    text = page([at(0, facts.Declared("x")), at(5, facts.Cancelled("same", "inc-1"))])
    assert "Cancelled.</strong>" in text
    assert "<dt>Duplicate of</dt>\n<dd>inc-1</dd>" in text
    assert "It is open" not in text


def test_two_thousand_entries_make_a_picture_of_bounded_size():
    events = [at(0, facts.Declared("x"))]
    events += [event(60 + n, facts.Noted(f"entry {n} " + "word " * 20)) for n in range(2000)]
    events += [event(3000 + n, facts.SeveritySet(f"S{n}")) for n in range(300)]
    incident = fold(IDENT, events, now=NOW)
    drawn = picture(course(incident, NOW), incident.zone)
    assert len(drawn.bars) + len(drawn.dots) < 200
    assert sum(dot.many for dot in drawn.dots) == 2000
    assert len(page(events)) < 700_000


@pytest.mark.parametrize("said", ["W" * 10_000, "日本" * 200, "x"])
def test_what_is_drawn_stays_inside(said):
    events = everything(said)
    events += [at(200 + n, facts.RoleAssigned(f"role {n}", "bob")) for n in range(30)]
    events += [at(240 + n, facts.AlertAttached(f"a{n}", "i", "A"), by="alert:x") for n in range(9)]
    incident = fold(IDENT, events, now=NOW)
    drawn = picture(course(incident, NOW), incident.zone)
    for bar in drawn.bars:
        assert bar.x + bar.width <= WIDTH
        assert len(bar.label) * 5 <= bar.width
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= drawn.bottom for dot in drawn.dots)
    assert drawn.left_out >= 5  # alerts beyond the fourth row, and lanes beyond the sixteenth
    assert f"{drawn.left_out} of its marks have no room" in page(events)


def test_many_things_in_one_place_are_one_mark_that_counts_them():
    events = [at(0, facts.Declared("x")), at(90, facts.Resolved())]
    events += [
        event(1800 + n, facts.Noted(f"n{n}"), at=START + timedelta(minutes=30)) for n in range(30)
    ]
    incident = fold(IDENT, events, now=NOW)
    (dot,) = picture(course(incident, NOW), incident.zone).dots
    assert dot.many == 30
    assert dot.title.splitlines()[0].endswith("alice: n0")
    assert dot.title.splitlines()[-1] == "and 22 more"
