"""Drills as the team plans them: what is announced, what few people know, and both together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar, Literal, NamedTuple

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.fields import CONFIG, Duration, Flag, LocalTime, Name, Text, Zone
from incidentctl.domain.common.frozen import frozen
from incidentctl.domain.common.times import off_the_ends, zone
from incidentctl.domain.common.told_times import from_clock
from incidentctl.errors import Hint

#: Stands for every team of the catalog, where a drill names whom it is distributed to.
ENGINEERING = "engineering"
#: The plan of a planned drill goes out so many days ahead.
LEAD_DAYS = 7


@frozen
class Window:
    """The time range in which an unplanned drill happens."""

    __pydantic_config__: ClassVar = CONFIG

    from_: LocalTime
    """When it begins, in the drill's zone unless an offset is written."""
    to: LocalTime
    """When it ends."""


@frozen
class Inject:
    """A prepared message to the responders."""

    __pydantic_config__: ClassVar = CONFIG

    after: Duration
    """How long after the start of the drill."""
    tell: Text
    """What the message says."""


@frozen
class Targets:
    """How fast the response should be, measured from the start of the drill."""

    __pydantic_config__: ClassVar = CONFIG

    declare: Duration | None = None
    """Until somebody declares."""
    commander: Duration | None = None
    """Until there is a commander."""
    first_update: Duration | None = None
    """Until the first update is posted."""


@frozen
class PlannedDrill:
    """A planned drill: everybody in engineering knows its time and content."""

    __pydantic_config__: ClassVar = CONFIG
    # Keys that are not for this file, and what to do about each; for the loader's hints.
    ELSEWHERE: ClassVar = dict.fromkeys(
        ("commander", "mitigator"),
        "A planned drill leaves it open; an unplanned one has `mode: unplanned` and two files.",
    )

    name: Name
    """What commands and documents call the drill."""
    mode: Literal["planned", "unplanned"] = "planned"
    """Whether everybody or only a few people know the plan; an unplanned drill has two halves."""
    simulated: Flag = True
    """Whether nothing is broken, and people respond as if there were an incident."""
    environment: Text | None = None
    """Where it plays, such as staging."""
    timezone: Zone | None = None
    """The zone of its times; absent: the organisation's."""
    what: Text
    """What are we going to break, and why?"""
    team: Name
    """The team that responds."""
    at: LocalTime
    """Day and time."""
    how: Text
    """How do we break it?"""
    why: Text
    """Why do we run this drill?"""
    saboteur: Name
    """Who causes it."""
    window: Window | None = None
    """The time range in which it happens; `at` is in it."""
    services: tuple[Name, ...] = ()
    """The services it concerns: the owners of what depends on them get the plan too."""
    category: Name | None = None
    """The category of the incident that is played, by which its runbook is chosen."""
    distribute_to: tuple[Text, ...] = ()
    """Teams and people who get the plan besides all of engineering; for others an address or words,
    such as `press@example.com` or `The office of the CEO`."""
    sent: LocalTime | None = None
    """When the plan went out; `drill sent` writes it."""
    readers: tuple[Name, ...] = ()
    """Not needed here: everybody may read the plan."""
    injects: tuple[Inject, ...] = ()
    """The messages that the responders get during the drill."""
    targets: Targets = Targets()
    """How fast the response should be."""


@frozen
class PublicHalf:
    """The public half of an unplanned drill, which must not reveal the plan."""

    __pydantic_config__: ClassVar = CONFIG
    # Keys that are not for this file, and what to do about each; for the loader's hints.
    ELSEWHERE: ClassVar = dict.fromkeys(
        (
            "what", "team", "commander", "mitigator", "at", "how", "saboteur", "services",
            "readers", "injects", "targets",
        ),
        "It is secret: it belongs into `<name>.private.yaml`, which git must ignore.",
    )  # fmt: skip

    name: Name
    """What commands and documents call the drill; public, too."""
    mode: Literal["unplanned"]
    """Only a few people know the plan; the private half is in `<name>.private.yaml`."""
    simulated: Flag = True
    """Whether nothing is broken, and people respond as if there were an incident."""
    environment: Text | None = None
    """Where it plays, such as staging."""
    timezone: Zone | None = None
    """The zone of its times; absent: the organisation's."""
    window: Window
    """The time range in which it happens; the moment is private."""
    why: Text
    """Why do we run this drill? Without the team that responds."""
    distribute_to: tuple[Text, ...] = (ENGINEERING,)
    """Teams and people who get the announcement; `engineering` is every team. For others an address
    or words."""
    sent: LocalTime | None = None
    """When the announcement went out; `drill sent` writes it."""


@frozen
class PrivateHalf:
    """The private half of an unplanned drill; its file is named after the drill."""

    __pydantic_config__: ClassVar = CONFIG

    what: Text
    """What are we going to break, and why?"""
    team: Name
    """The team that should respond."""
    commander: Name
    """Who should become commander."""
    mitigator: Name
    """Who should become mitigator."""
    at: LocalTime
    """Day and time; within the announced window."""
    how: Text
    """How do we break it?"""
    why: Text
    """Why do we run this drill? May name the team."""
    saboteur: Name
    """Who causes it."""
    services: tuple[Name, ...] = ()
    """The services it concerns."""
    readers: tuple[Name, ...] = ()
    """Who may open the sealed half; absent: the team's lead, unless commander or
    mitigator; who causes it; and who seals it."""
    injects: tuple[Inject, ...] = ()
    """The messages that the responders get during the drill."""
    targets: Targets = Targets()
    """How fast the response should be."""


def readers_of(half: PrivateHalf, catalog: Catalog, author: str | None = None) -> tuple[str, ...]:
    """Return who may read a private half: those named, else those who read it usually."""
    surprised = (half.commander, half.mitigator)
    return half.readers or usual_readers(catalog, half.team, surprised, half.saboteur, author)


def usual_readers(
    catalog: Catalog,
    team: str,
    surprised: Collection[str | None],
    saboteur: str | None,
    author: str | None = None,
) -> tuple[str, ...]:
    """Return who reads a private half unless it says so: the team's lead, saboteur and its author.

    The lead does not if the drill is to surprise them, as its commander or mitigator.
    """
    lead = catalog.teams[team].lead if team in catalog.teams else None
    usual = (None if lead in surprised else lead, saboteur, author)
    return tuple(dict.fromkeys(who for who in usual if who))


def outside(name: str) -> bool:
    """Return whether somebody outside the catalog is named: by an address, or in words."""
    return "@" in name or len(name.split()) > 1


class Span(NamedTuple):
    """A window with its zone: both moments are aware."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill with both its halves; `plan` is None where the private half is not here."""

    announced: PlannedDrill | PublicHalf
    plan: PlannedDrill | PrivateHalf | None
    zone: str

    @property
    def name(self) -> str:
        """What the drill is called."""
        return self.announced.name

    @property
    def planned(self) -> bool:
        """Whether everybody knows."""
        return isinstance(self.announced, PlannedDrill)

    @property
    def window(self) -> Span | None:
        """The window; a planned drill need not have one."""
        return span(self.announced.window, self.zone) if self.announced.window else None

    @property
    def moment(self) -> datetime | None:
        """When it happens, aware; None where that is not known here."""
        return aware(self.plan.at, self.zone) if self.plan else None

    @property
    def sent(self) -> datetime | None:
        """When its plan or announcement went out, aware; None when it did not."""
        return aware(self.announced.sent, self.zone) if self.announced.sent else None

    @property
    def begins(self) -> datetime:
        """When it begins, aware, as everybody may know: of an unplanned one the window."""
        known = self.announced
        return aware(known.at if isinstance(known, PlannedDrill) else known.window.from_, self.zone)

    def days_ahead(self, day: date) -> int:
        """How many days of its zone lie between a day and its begin."""
        return (self.begins.date() - day).days


def combine(
    announced: PlannedDrill | PublicHalf, private: PrivateHalf | None, *, default_zone: str
) -> Drill:
    """Return the drill that the halves make; a planned one has no private half."""
    plan = announced if isinstance(announced, PlannedDrill) else private
    return Drill(announced, plan, announced.timezone or default_zone)


def drill_of(catalog: Catalog, name: str) -> Drill | None:
    """Return the drill of a name with what is here of its halves, or None."""
    announced = catalog.drills.get(name)
    if announced is None:
        return None
    private = catalog.private_halves.get(name)
    return combine(announced, private, default_zone=catalog.settings.timezone)


def how_to_get(name: str) -> Hint:
    """Return the hint for a clone that has not the private half of a drill."""
    return Hint("private-half", {"drill": name})


def aware(written: datetime, zone_name: str) -> datetime:
    """Return a time of a drill in its zone, as clocks show it there."""
    local, written = zone(zone_name), off_the_ends(written)
    moment = written if written.tzinfo else from_clock(written, local).moment
    return moment.astimezone(local)


def span(window: Window, zone_name: str) -> Span:
    """Return a window in its zone."""
    return Span(aware(window.from_, zone_name), aware(window.to, zone_name))


def within(moment: datetime, window: Span) -> bool:
    """Say whether a moment lies in a window, its ends included."""
    # In UTC: two times of one zone compare by the clock, which a change to summer time skips.
    begins, at, ends = (each.astimezone(UTC) for each in (window.begins, moment, window.ends))
    return begins <= at <= ends
