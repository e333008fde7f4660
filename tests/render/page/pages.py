"""A page with everything on it, and one whose every text is hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentctl.domain.page.public import (
    Area,
    Maintenance,
    Page,
    PublicIncident,
    PublicUpdate,
    Said,
    State,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AREAS = (Area("login", "Signing in"), Area("paying", "Payments"))
#: What XML cannot hold, what ends an element, a script, half a character, and a very long word.
HOSTILE = (
    "\x00\x08\x0b\x0c\x1b[2J\ufffe\uffff\ud800 ]]> <!-- </entry> &amp; <script>alert(1)</script>"
    "\u202e" + "w" * 10_000
)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def update(ident: str, minutes: int, phase: str, text: str, **states: State) -> PublicUpdate:
    return PublicUpdate(ident, at(minutes), phase, text, tuple(states.items()))


def incident(
    ident: str, title: str, *updates: PublicUpdate, ended: int | None = None
) -> PublicIncident:
    said = tuple(Said(u.at, area, state) for u in updates for area, state in u.states)
    end = None if ended is None else at(ended)
    return PublicIncident(ident, title, updates[0].at, end, updates, said, updates[-1].phase)


OPEN = incident(
    "inc-20260301-1300-abc",
    "Nobody can sign in",
    update("u1", 60, "investigating", "We look at it.", login=State.MAJOR),
    update("u2", 70, "monitoring", "A fix is in.\n\nWe watch it.", login=State.DEGRADED),
)
OVER = incident(
    "inc-20260301-1200-xyz",
    "Payments: partial outage",
    update("u3", 0, "investigating", "Some fail.", paying=State.PARTIAL),
    update("u4", 20, "resolved", "All go through."),
    ended=20,
)
WORK = (
    Maintenance("past", "Moved", "It was moved.", at(-300), at(-200), ("login",)),
    Maintenance("now", "Moving", "", at(80), at(200), ("paying",)),
    Maintenance("soon", "New cables", "Slow for a minute.", at(1000), at(1060), ("login",)),
    Maintenance("far", "New house", "All is off.", at(100_000), at(100_060), ("login",)),
)


def page(
    *incidents: PublicIncident,
    work: tuple[Maintenance, ...] = (),
    address: str | None = "https://status.example.com",
    now: int = 90,
) -> Page:
    return Page("Bank & Sons", address, "Europe/Berlin", at(now), AREAS, incidents, work)


WHOLE = page(OPEN, OVER, work=WORK)


def hostile() -> Page:
    bad = incident("inc-20260301-1300-bad", HOSTILE, update("u", 0, "identified", HOSTILE))
    work = Maintenance("m", HOSTILE, HOSTILE, at(10), at(20), ("login",))
    areas = (Area("login", HOSTILE),)
    address = "https://status.example.com/a?b=<c>&d=\"e'"
    return Page(HOSTILE, address, "UTC", at(15), areas, (bad,), (work,))
