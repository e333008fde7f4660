"""What each audience of a drill may read: the reference's questions, in its order, answered.

The public document is made of a type without private fields, from the public half alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Literal, NamedTuple

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.frozen import frozen
from incidentctl.domain.common.times import format_duration, show, zone
from incidentctl.domain.drill.plan import (
    Drill,
    PrivateHalf,
    PublicHalf,
    Span,
    how_to_get,
    readers_of,
    span,
)
from incidentctl.errors import Hint, RefusedError

TOP_SECRET = "Top Secret"  # noqa: S105 (what a document says, no password)

WHAT = "What are we going to break, and why?"
HOW = "How do we break it?"
WHY = "Why do we run this drill?"
WHEN = "Which day and time?"
CAUSES = "Who causes it?"
RESPONDS = "Who responds?"
TEAM = "Which team should respond?"
COMMANDER = "Who should become commander?"
MITIGATOR = "Who should become mitigator?"
WINDOW = "In what time range?"


class Answer(NamedTuple):
    """A question of the plan and its answer, which may have several lines."""

    question: str
    answer: str


class Document(NamedTuple):
    """A document about a drill, for any format: a title, paragraphs, and answers in order."""

    kind: Literal["planned", "private", "public", "note"]
    """What it is; names the organisation's own template."""
    title: str
    paragraphs: tuple[str, ...]
    answers: tuple[Answer, ...] = ()
    more: tuple[Answer, ...] = ()
    """What is good to know beside the answers, each with a word for what it is."""


@frozen
class PublicDocument:
    """All that the teams concerned may know of an unplanned drill."""

    name: str
    window: Span
    zone: str
    why: str


def public_document(half: PublicHalf, *, default_zone: str) -> PublicDocument:
    """Return what may be announced, from the public half alone."""
    name = half.timezone or default_zone
    return PublicDocument(name=half.name, window=span(half.window, name), zone=name, why=half.why)


def announcement(public: PublicDocument) -> Document:
    """Return the public answers: window and reason, and six that stay secret."""
    secret = (WHAT, TEAM, COMMANDER, MITIGATOR, HOW, CAUSES)
    return Document(
        "public",
        f"Unplanned drill: {public.name}",
        (),
        (
            Answer(WINDOW, window_text(public.window, public.zone)),
            Answer(WHY, public.why),
            *(Answer(question, TOP_SECRET) for question in secret),
        ),
    )


_BEFORE = """\
We run drills that are not announced in detail, because a real incident is not announced either. \
They show, in a calm moment, where our process, our tools and our runbooks fall short, so that we \
fix them before customers find out."""
_SAFE = """\
You may safely fail. The drill tests how we work together, never a person: nobody is judged by it, \
and every gap that it shows is a success of the drill. If something real happens meanwhile, say \
so: the drill stops at once."""


def note(public: PublicDocument) -> Document:
    """Return the note to send before an unplanned drill: why, in which window, safe to fail."""
    window = window_text(public.window, public.zone)
    return Document(
        "note",
        f"A drill is coming: {public.name}",
        (
            _BEFORE,
            f"Why we run this one: {public.why}",
            f"Something will happen in this window: {window}. That is all we say beforehand.",
            "When you notice something, respond as you would to a real incident, and declare it.",
            _SAFE,
            "Afterwards we look at it together in a retrospective, as after a real incident.",
        ),
    )


def plan(drill: Drill, catalog: Catalog) -> Document:
    """Return the six answers of a planned drill, for all of engineering."""
    known, moment = drill.plan, drill.moment
    if known is None or moment is None or not drill.planned:
        raise RefusedError(
            f"{drill.name} is not planned for everybody, so it has no plan for engineering.",
            hint=Hint("write-note", {"drill": drill.name}),
        )
    return Document(
        "planned",
        f"Planned drill: {drill.name}",
        _setting(drill),
        (
            Answer(WHAT, known.what),
            Answer(RESPONDS, _team(catalog, known.team)),
            Answer(WHEN, time_text(moment, drill.zone)),
            Answer(HOW, known.how),
            Answer(WHY, known.why),
            Answer(CAUSES, _person(catalog, known.saboteur)),
        ),
    )


def private_plan(drill: Drill, catalog: Catalog) -> Document:
    """Return the eight answers of an unplanned drill, for the few who know."""
    known, moment = drill.plan, drill.moment
    if not isinstance(known, PrivateHalf) or moment is None:
        raise RefusedError(
            f"The private half of {drill.name} is not in this clone.",
            hint=how_to_get(drill.name),
        )
    return Document(
        "private",
        f"Private plan of the unplanned drill: {drill.name}",
        ("Private: only for those who prepare the drill. Do not pass it on.", *_setting(drill)),
        (
            Answer(WHAT, known.what),
            Answer(TEAM, _team(catalog, known.team)),
            Answer(COMMANDER, _person(catalog, known.commander)),
            Answer(MITIGATOR, _person(catalog, known.mitigator)),
            Answer(WHEN, time_text(moment, drill.zone)),
            Answer(HOW, known.how),
            Answer(WHY, known.why),
            Answer(CAUSES, _person(catalog, known.saboteur)),
        ),
        tuple(_more(known, catalog)),
    )


def _more(known: PrivateHalf, catalog: Catalog) -> Iterator[Answer]:
    if known.services:
        yield Answer("Services", ", ".join(known.services))
    ordered = sorted(known.injects, key=lambda inject: inject.after)
    for number, inject in enumerate(ordered, 1):
        yield Answer(f"Inject {number}, after {format_duration(inject.after)}", inject.tell)
    targets = (
        (_TARGETS[field.name], getattr(known.targets, field.name))
        for field in fields(known.targets)
    )
    set_ = [f"{words} within {format_duration(span)}" for words, span in targets if span]
    if set_:
        yield Answer("Targets", ", ".join(set_))
    if who := [_person(catalog, each) for each in readers_of(known, catalog)]:
        yield Answer("Readers", ", ".join(who))


_TARGETS = {
    "declare": "declared",
    "commander": "a commander",
    "first_update": "the first update",
}


def _person(catalog: Catalog, handle: str) -> str:
    """Write a person's name with the handle: `Ann Bell (ann)`."""
    known = catalog.members().get(handle)
    return f"{known[1].name} ({handle})" if known and known[1].name else handle


def _team(catalog: Catalog, name: str) -> str:
    team = catalog.teams.get(name)
    return f"{team.title} ({name})" if team and team.title else name


def _setting(drill: Drill) -> tuple[str, ...]:
    """Say where it plays, and whether anything breaks."""
    where = drill.announced.environment
    if drill.announced.simulated:
        played = "Simulated: nothing is broken, we play as if there were an incident."
    else:
        played = "Not simulated: something is really broken."
    return (f"Environment: {where}", played) if where else (played,)


def window_text(window: Span, zone_name: str) -> str:
    """Write a window with its zone; zone and day once where both its ends have the same."""
    begins, ends = (time_text(each, zone_name) for each in window)
    if begins[16:] == ends[16:]:
        return f"{begins[:16]} to {ends[11:] if begins[:10] == ends[:10] else ends}"
    return f"{begins} to {ends}"


def time_text(moment: datetime, zone_name: str) -> str:
    """Write a moment in a zone: `2026-03-29 10:30 EDT, UTC-04:00`."""
    return show(moment, zone(zone_name)).replace(" (", ", UTC").removesuffix(")")
