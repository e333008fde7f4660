"""How ready each team is for an incident: a table of criteria, each answered with its reason.

What cannot be looked at is unknown, and so not passed. What does not concern a team
is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog, Service
from incidentctl.domain.catalog.on_call import gaps, instant, layers_on_call, parts
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.catalog.team import Team
from incidentctl.domain.common.text import count
from incidentctl.domain.common.times import show, zone

YES, NO, UNKNOWN, DOES_NOT_APPLY = "yes", "no", "unknown", "does-not-apply"

#: How long ago a drill may be, and how old a repository is before drills are asked for.
QUARTER = timedelta(days=90)
#: How long the review of a service counts.
REVIEW_LASTS = timedelta(days=365)
_LOOKED_AHEAD = timedelta(weeks=4)
#: So many names stand in a reason.
_MAX_NAMES = 5


class Drilled(NamedTuple):
    """A drill that was played; None if the team or the runbooks are not known."""

    day: date
    team: str | None
    runbooks: tuple[str, ...] | None


class Owed(NamedTuple):
    """Work of learning that is late: what it is, and whose: a team, or a person."""

    what: str
    whose: str


class Looked(NamedTuple):
    """What a score needs beside the catalog; None for what could not be looked at, and why."""

    now: datetime
    today: date
    young: bool | None = False
    """Whether the repository is in its first quarter."""
    drills: tuple[Drilled, ...] | None = ()
    """The drills of the last quarter."""
    retrospectives: tuple[Owed, ...] | None = ()
    """Incidents whose retrospective is late, with the team that owns what was affected."""
    actions: tuple[Owed, ...] | None = ()
    """Action items that are overdue, with their owners."""
    why_no_record: str = "the record cannot be read"
    why_no_files: str = "the files of retros/ cannot be read"


class Verdict(NamedTuple):
    """What a criterion says of a team: yes, no, unknown or does-not-apply, why, and what to do."""

    state: str
    reason: str
    todo: str | None = None


class _Asked(NamedTuple):
    """A team and all that its criteria look at."""

    name: str
    team: Team | None
    """None where no file says what the team is."""
    faulty: bool
    """Whether a file with faults may say more of it."""
    services: tuple[Service, ...]
    """What it owns and runs in production."""
    areas: tuple[str, ...]
    runbooks: tuple[Runbook, ...]
    known: frozenset[str]
    """The members of all teams."""
    catalog: Catalog
    looked: Looked

    @property
    def answers_for_something(self) -> bool:
        """Say whether the team is needed in an incident."""
        return bool(self.services or self.areas)


class Criterion(NamedTuple):
    """One question to each team: its name, what it asks, and how much it weighs."""

    name: str
    asks: str
    answer: Callable[[_Asked], Verdict]
    weight: int = 1


class TeamScore(NamedTuple):
    """The answers of one team, in the order of `CRITERIA`."""

    team: str
    title: str
    answers: tuple[tuple[Criterion, Verdict], ...]

    @property
    def passed(self) -> int:
        """The weight of what is answered with yes."""
        return sum(c.weight for c, answer in self.answers if answer.state == YES)

    @property
    def counted(self) -> int:
        """The weight of what concerns the team."""
        return sum(c.weight for c, answer in self.answers if answer.state != DOES_NOT_APPLY)

    @property
    def percent(self) -> int | None:
        """The share of the two, rounded down; None where nothing concerns the team."""
        return 100 * self.passed // self.counted if self.counted else None

    def named(self, state: str) -> list[str]:
        """Return the names of the criteria that are answered so."""
        return [criterion.name for criterion, answer in self.answers if answer.state == state]


def scores(catalog: Catalog, looked: Looked) -> tuple[TeamScore, ...]:
    """Answer all criteria for each team of the catalog, and for each owner that has no file."""
    owners = [s.owner for s in catalog.services.values() if s.counts]
    owners += [area.owner for area in catalog.product_areas.values()]
    names = dict.fromkeys([*catalog.teams, *owners])
    entries, known = sources(catalog, "team"), frozenset(catalog.members())
    paths = {name: entry.source.path for name, entry in entries.items()}
    asked = (_asked(catalog, name, looked, paths.get(name), known) for name in names)
    return tuple(map(_score, asked))


def _asked(
    catalog: Catalog, name: str, looked: Looked, path: str | None, known: frozenset[str]
) -> _Asked:
    return _Asked(
        name,
        catalog.teams.get(name),
        any(
            each.path == path
            or (each.kind == "team" and path is None and (each.names is None or name in each.names))
            for each in catalog.unread
        ),
        tuple(s for s in catalog.services.values() if s.owner == name and s.counts),
        tuple(a.name for a in catalog.product_areas.values() if a.owner == name),
        tuple(r for r in catalog.runbooks.values() if r.owner == name),
        known,
        catalog,
        looked,
    )


def _score(asked: _Asked) -> TeamScore:
    answers = tuple((each, _judged(each, asked)) for each in CRITERIA)
    return TeamScore(asked.name, (asked.team and asked.team.title) or asked.name, answers)


def _judged(criterion: Criterion, asked: _Asked) -> Verdict:
    answer = criterion.answer(asked)
    if answer.state == NO and asked.faulty and criterion.name in _OF_THE_TEAMS_FILE:
        return Verdict(UNKNOWN, "The team's file has faults.", "Correct it.")
    return answer


_OF_THE_TEAMS_FILE = ("owner", "on-call", "contact")


def _names(found: Iterable[str]) -> str:
    names = list(dict.fromkeys(found))
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def _owner(asked: _Asked) -> Verdict:
    owned = [*asked.areas, *(service.name for service in asked.services)]
    if asked.team is None:
        reason = f"No file says who the team is, which owns {_names(owned)}."
        return Verdict(NO, reason, f"Write teams/{asked.name}.yaml, or name another owner.")
    if not asked.team.members:
        return Verdict(NO, "The team has no members.", "Add `members`, each with a handle.")
    people = count(len(asked.team.members), "member")
    if not owned:
        return Verdict(DOES_NOT_APPLY, f"{people}; it owns nothing in production.")
    services = count(len(asked.services), "service")
    return Verdict(YES, f"{people}; it owns {services} and {count(len(asked.areas), 'area')}.")


def _on_call(asked: _Asked) -> Verdict:
    if not asked.answers_for_something:
        return Verdict(DOES_NOT_APPLY, "The team owns nothing in production.")
    rota = asked.team.on_call if asked.team else None
    if asked.team is None or rota is None:
        return Verdict(NO, "The team has no rota.", "Add `on_call` with rota, shift and starts.")
    default, now = asked.catalog.settings.timezone, asked.looked.now
    every = parts(rota, default)
    strangers = [who for part in every for who in part.rota if who not in asked.known]
    if strangers:
        reason = f"The rota names {_names(strangers)}, who is not a member of any team."
        return Verdict(NO, reason, "Correct the name, or add the person to `members`.")
    begun = [p for p in every if p.rota and instant(p.starts, zone(p.timezone)) <= now]
    layers = layers_on_call(asked.team, now, default_zone=default)
    people = [who for layer in layers for who in layer.who]
    if not begun and not people:
        todo = "Write when the first turn of the first member began."
        return Verdict(NO, "Nobody is on call yet.", todo)
    if begun and all(part.restrictions for part in begun):
        for first, until in gaps(begun, now, now + _LOOKED_AHEAD):
            local = zone(begun[0].timezone)
            reason = f"Nobody is on call from {show(first, local)} to {show(until, local)}."
            return Verdict(NO, reason, "Add a layer for these hours.")
    who = _names(people)
    return Verdict(YES, f"{who} {'is' if len(set(people)) == 1 else 'are'} on call.")


def _contact(asked: _Asked) -> Verdict:
    if asked.team is None or not asked.team.contacts:
        if not asked.answers_for_something:
            return Verdict(DOES_NOT_APPLY, "The team owns nothing in production.")
        return Verdict(
            NO, "The team has no contact.", 'Add `contacts`, such as `channel: "#core"`.'
        )
    return Verdict(YES, f"{_names(asked.team.contacts)}.")


def _drill(asked: _Asked) -> Verdict:
    looked = asked.looked
    if not asked.services:
        return Verdict(DOES_NOT_APPLY, "The team owns no service in production.")
    own = [each.day for each in looked.drills or () if each.team == asked.name]
    if own:
        return Verdict(YES, f"The last drill was on {max(own)}.")
    unsaid = any(each.team is None for each in looked.drills or ())
    reason = f"The team played no drill in the last {QUARTER.days} days."
    lacking = Verdict(NO, reason, "Plan a drill of this team, and play it.")
    return _not_played(looked, "of which team" if unsaid else None, lacking)


def _runbook(asked: _Asked) -> Verdict:
    looked = asked.looked
    if not asked.runbooks:
        return Verdict(DOES_NOT_APPLY, "The team owns no runbook.")
    answered = {name for each in looked.drills or () for name in each.runbooks or ()}
    left = [each.name for each in asked.runbooks if each.name not in answered]
    if not left:
        return Verdict(YES, f"{_names(each.name for each in asked.runbooks)}.")
    unsaid = any(each.runbooks is None for each in looked.drills or ())
    reason = f"Not practised in the last {QUARTER.days} days: {_names(left)}."
    lacking = Verdict(NO, reason, "Play a drill that these answer, or remove what nobody uses.")
    return _not_played(looked, "with which runbooks" if unsaid else None, lacking)


def _not_played(looked: Looked, unsaid: str | None, lacking: Verdict) -> Verdict:
    """Return what is lacking, unless drills are not asked for yet, or not all is known of them."""
    if looked.young:
        return Verdict(DOES_NOT_APPLY, f"The repository is younger than {QUARTER.days} days.")
    if looked.drills is None or looked.young is None:
        return Verdict(UNKNOWN, f"{_begin(looked.why_no_record)}.")
    return Verdict(UNKNOWN, f"A drill was played, {unsaid} is not said.") if unsaid else lacking


def _begin(reason: str) -> str:
    return reason[:1].upper() + reason[1:].removesuffix(".")


def _reviewed(asked: _Asked) -> Verdict:
    if not asked.services:
        return Verdict(DOES_NOT_APPLY, "The team owns no service in production.")
    todo = "Check the entries, and write the day as `reviewed`."
    today = asked.looked.today
    never = [each.name for each in asked.services if each.reviewed is None]
    old = [s.name for s in asked.services if s.reviewed and today - s.reviewed > REVIEW_LASTS]
    parts = [f"never reviewed: {_names(never)}"] if never else []
    parts += [f"more than a year ago: {_names(old)}"] if old else []
    if parts:
        return Verdict(NO, f"{_begin('; '.join(parts))}.", todo)
    if any(each.kind == "service" and each.names is None for each in asked.catalog.unread):
        return Verdict(UNKNOWN, "Files of services have faults.", "Correct them.")
    return Verdict(YES, f"{count(len(asked.services), 'service')}, in the last year.")


def _retrospectives(asked: _Asked) -> Verdict:
    found = asked.looked.retrospectives
    if found is None:
        return Verdict(UNKNOWN, f"{_begin(asked.looked.why_no_record)}.")
    late = [each.what for each in found if each.whose == asked.name]
    if late:
        return Verdict(NO, f"Late: {_names(late)}.", "Hold them, and write them down.")
    return Verdict(YES, "None is late.")


def _actions(asked: _Asked) -> Verdict:
    found = asked.looked.actions
    if found is None:
        return Verdict(UNKNOWN, f"{_begin(asked.looked.why_no_files)}.")
    people = set(_people(asked))
    overdue = [each.what for each in found if each.whose.strip().casefold() in people]
    if overdue:
        return Verdict(NO, f"Overdue: {_names(overdue)}.", "Do them, or agree on another day.")
    return Verdict(YES, "None is overdue.")


def _people(asked: _Asked) -> Iterator[str]:
    """Yield what the owner of an action item may be called, if it is this team's."""
    yield asked.name.casefold()
    for member in asked.team.members if asked.team else ():
        for name in (member.handle, member.name, member.email, *member.aliases):
            if name:
                yield name.casefold()


#: Each question, in the order of reading. They weigh the same: a list that people work off.
CRITERIA = (
    Criterion("owner", "The team has members, and owns what it answers for.", _owner),
    Criterion("on-call", "Somebody is on call, now and in the next four weeks.", _on_call),
    Criterion("contact", "The team can be reached.", _contact),
    Criterion("drill", f"The team played a drill in the last {QUARTER.days} days.", _drill),
    Criterion("runbook", f"Drills of {QUARTER.days} days used each runbook it owns.", _runbook),
    Criterion("reviewed", "Its services in production were reviewed within a year.", _reviewed),
    Criterion("retrospectives", "No retrospective is late.", _retrospectives),
    Criterion("actions", "No action item of its people is overdue.", _actions),
)
