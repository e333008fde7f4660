"""The page of a retrospective: people's words, the picture, and the facts as they are now."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.domain.telling import IDENT, START, event
from tests.render.test_incident_page import ALLOWED, NOW, at, everything
from tests.render.test_report_html import EVIL, Tags

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold
from incidentctl.domain.learn.retro_facts import facts_of
from incidentctl.domain.learn.retrospective import ActionItem, FrontMatter
from incidentctl.render.learn.retro_page import BEGINS, retro_page
from incidentctl.render.learn.retrospective import facts_text


def page(said, *, before=None, events=()):
    incident = fold(IDENT, [*everything(said), at(60, facts.Resolved(said)), *events], now=NOW)
    found = facts_of(incident)
    front = FrontMatter(
        incident=IDENT,
        participants=(said, "bob"),
        meeting=datetime(2026, 11, 25, 10),  # noqa: DTZ001 (the organisation's zone is meant)
        actions=(ActionItem(id="k7f-1", title=said, owner=said, due=date(2026, 12, 9)),),
    )
    return retro_page(
        found,
        front,
        before=f"# Retrospective: x\n\n{said}\n" if before is None else before,
        told=facts_text(found),
        after=f"## What went well\n\n- The *rollback*: {said}\n",
        now=NOW,
    )


def test_it_has_the_words_the_picture_the_facts_and_the_action_items():
    text = page("x")
    assert text.startswith(BEGINS)
    found = Tags(text)
    assert set(found.tags) <= ALLOWED | {"h3", "code", "em", "pre"}
    assert found.tags.count("h1") == 1
    assert found.tags.count("svg") >= 1
    assert "<li>The <em>rollback</em>: x</li>" in text
    assert "<h2>Facts</h2>" in text
    assert "<dd>2026-11-25 10:00 CET (+01:00)</dd>" in text
    assert '<th class="wraps" scope="row">k7f-1</th>' in text
    labels = [value for name, value in found.attributes if name == "aria-label"]
    assert len(labels) == len(set(labels))


def test_one_without_a_title_gets_one():
    assert page("x", before="We met.\n").count("<h1>Retrospective: x</h1>") == 1


def test_hostile_texts_do_nothing():
    text = page(EVIL.replace("\n", " "))
    found = Tags(text)
    assert not {"script", "img", "iframe", "form"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]
    assert not set("\x1b\u202e") & set(text)


def test_what_was_redacted_after_the_file_was_written_is_not_in_it():
    noted = event(3000, facts.Noted("hunter2"), at=START + timedelta(minutes=50))
    assert "hunter2" in page("x", events=[noted])
    redacted = event(3900, facts.Redacted(noted.id))
    assert "hunter2" not in page("x", events=[noted, redacted])
