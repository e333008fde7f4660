"""The document people get: what it shows, and that nothing from outside acts in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.telling import IDENT, event, incident, moment

from incidentctl.domain.common.times import zone
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.state import StepPlan
from incidentctl.domain.learn.retro_facts import facts_of
from incidentctl.domain.learn.retrospective import BEGIN, END, QUESTIONS, propose
from incidentctl.files.learn.retros import markers, read_front
from incidentctl.render.learn.retro_data import template_data
from incidentctl.render.learn.retrospective import (
    blank_body,
    example_item,
    facts_text,
    standard_body,
)
from incidentctl.render.own_template import render

BERLIN = zone("Europe/Berlin")


def facts_and_meeting(*told, within="5wd"):
    found = facts_of(
        incident(
            facts.Declared("login is down", timezone="Europe/Berlin", utc_offset=60),
            facts.SeveritySet("SEV2", True, True, 1800, "required", within),
            *told,
            ("bob", facts.Resolved("rolled back")),
        )
    )
    return found, propose(found.incident.ended, within, BERLIN, now=moment(7200))


def test_the_document_has_facts_then_the_four_questions_in_order():
    found, meeting = facts_and_meeting(
        facts.RunbookAttached("critical", "why", (StepPlan("tell", "Tell support"),)),
        facts.StepSkipped("tell", "they know"),
        facts.UpdatePosted("we look into it", True, None),
        facts.Noted("one\ntwo\nthree"),
    )
    text = standard_body(found, meeting, BERLIN)
    places = [text.index(part) for part in (BEGIN, END, *QUESTIONS)]
    assert places == sorted(places)
    for part in (
        "Proposed: 2026-11-25 10:00 CET (+01:00), about an hour",
        "SEV2 asks for it within 5 working days, by 2026-12-02 00:00 CET (+01:00).",
        "| Declared | 2026-11-24 14:01 UTC (15:01 +01:00) |",
        "| Time to resolve | 6s |",
        "0 done, 1 skipped, 0 open.",
        "- [ ] Tell support (commander) · skipped by alice, 2026-11-24 14:01 UTC",
        " · they know\n",
        "Asked for: every 30m. Posted: 1, late: 0.",
        "| commander | alice | 2026-11-24 14:01 UTC (15:01 +01:00) | the end |",
        "| Took part | alice, bob |",
        "one … and 2 more lines in the log",
    ):
        assert part in text, part


def test_a_limit_that_cannot_be_kept_is_told():
    found, meeting = facts_and_meeting(within="1h")
    assert "by 2026-11-24 16:01 CET (+01:00): this is later." in standard_body(
        found, meeting, BERLIN
    )


def test_a_very_long_log_stays_in_the_log():
    found, _ = facts_and_meeting(*[facts.Noted("long " * 900)] * 1200)
    text = facts_text(found)
    assert text.count("… more in the log") > 900
    assert "And 203 more entries" in text
    assert len(text.encode()) < 1 << 19


@pytest.mark.parametrize("year", [1, 9999])
def test_moments_at_the_ends_of_the_calendar_are_shown(year):
    when = datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime.max.replace(tzinfo=UTC)
    events = [
        event(0, facts.Declared("x", timezone="Europe/Berlin", utc_offset=60), at=when),
        event(1, facts.SeveritySet("SEV1", True, True, 1800, "required", "3d"), at=when),
        event(2, facts.Resolved(None), at=when),
    ]
    for name in ("Pacific/Auckland", "America/New_York"):
        found = facts_of(fold(IDENT, events))
        meeting = propose(found.incident.ended, "3d", zone(name), now=moment(0))
        assert str(year) in standard_body(found, meeting, zone(name))
        assert template_data(found, meeting, zone(name))["incident"]["declared"]


def test_the_page_on_templates_is_true():
    page = (Path(__file__).parents[2] / "docs" / "retrospectives.md").read_text()
    source = re.search(r"```jinja\n(.*?)```", page, re.DOTALL)[1]
    found, meeting = facts_and_meeting(
        facts.RunbookAttached("critical", "why", (StepPlan("tell", "Tell support"),)),
        facts.StepSkipped("tell", None),
        facts.Linked("channel", "https://chat.example.com/x"),
        facts.UpdatePosted("x", False, None),
    )
    data = template_data(found, meeting, BERLIN)
    text = render(source, data)["text"]
    assert markers(text.encode(), "x.md")[1] == []
    assert "- skipped: Tell support, no reason given\n" in text
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|$", page, re.MULTILINE)
    assert {name for row, _ in rows for name in re.findall(r"`(\w+)`", row)} == set(data)
    for row, cell in rows:
        value = data[row.strip("`")] if row.count("`") == 2 else None
        value = value[0] if isinstance(value, list) else value
        if isinstance(value, dict):
            assert set(re.findall(r"`(\w+)`", cell)) == set(value), row


def test_a_blank_one_has_the_questions_alone():
    text = blank_body()
    assert all(f"## {question}\n" in text for question in QUESTIONS)
    assert BEGIN not in text


def test_the_example_of_an_item_is_one_once_it_is_no_comment():
    found, meeting = facts_and_meeting()
    line = example_item(found, meeting)
    front, problems = read_front(f"---\nactions:\n{line}---\n".encode(), "x.md")
    assert (front.actions, problems) == ((), [])
    front, problems = read_front(f"---\nactions:\n{line.replace('# ', '')}---\n".encode(), "x.md")
    assert problems == []
    assert (front.actions[0].id, front.actions[0].owner) == ("k7f-1", "alice")
    assert front.actions[0].due == (meeting.at + timedelta(days=14)).date()


HOSTILE = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=80),
    st.sampled_from(
        [
            f"x\n{END}\n{BEGIN}",
            END,
            "---",
            "<img src=x onerror=alert(1)>",
            "| a | b |\n|---|---|",
            "[a](javascript:x) ![b](c) @all #1",
            "\x1b[2J\u202e",
            "`` ` `` ``` x",
        ]
    ),
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_whatever_the_record_says_the_markers_stay_the_only_ones(title, note, by):
    found, meeting = facts_and_meeting(
        facts.Noted(note),
        (by, facts.UpdatePosted(note, False, None)),
        facts.ImpactSet(title),
        facts.SummarySet(note),
        facts.RoleAssigned("mitigator", by, title),
    )
    text = standard_body(found, meeting, BERLIN)
    place, problems = markers(text.encode(), "x.md")
    assert problems == []
    assert text.encode()[place.start : place.end].decode() == facts_text(found)
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    prose = re.sub(r"`[^`]*`", "", text)
    assert set(re.findall("<.{3}", prose)) == {"<!--"}


def test_a_template_gets_plain_values_with_inert_texts():
    found, meeting = facts_and_meeting(facts.Noted("<b>@all</b>"))
    data = template_data(found, meeting, BERLIN)

    def plain(value):
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(each) for key, each in value.items())
        if isinstance(value, list):
            return all(plain(each) for each in value)
        return value is None or type(value) in (str, int, bool)

    assert plain(data)
    assert data["timeline"][2]["text"] == "`<b>@all</b>`"
    assert data["incident"]["severity"] == "SEV2"
    assert data["meeting"] == "2026-11-25 10:00 CET (+01:00)"
