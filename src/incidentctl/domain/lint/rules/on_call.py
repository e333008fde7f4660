"""Rules about on-call: people exist, hours are covered, and escalations reach somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog, CatalogEntry
from incidentctl.domain.catalog.on_call import (
    FIRST,
    Part,
    everybody_during,
    gaps,
    hours_of,
    instant,
    parts,
)
from incidentctl.domain.catalog.team import Override, Team
from incidentctl.domain.common.times import show, zone
from incidentctl.domain.lint.rule import Absent, Finding, Guess, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText

_WEEK = timedelta(weeks=1)
_LOOKED_AHEAD = 4 * _WEEK
_EVENING = time(23, 59)


def _named(entry: CatalogEntry) -> Iterable[tuple[str, str, Loc]]:
    """Yield each person a team's entry names, as what, and where."""
    team = entry.value
    if team.lead is not None:
        yield team.lead, "lead", ("lead",)
    if team.on_call is not None:
        for part in parts(team.on_call, "UTC"):
            for number, handle in enumerate(part.rota):
                yield handle, "rota", (*part.place, "rota", number)
            for number, override in enumerate(part.overrides):
                yield override.who, "override", (*part.place, "overrides", number, "who")


def stranger(catalog: Catalog) -> Iterable[Finding]:
    """Find a lead, rota or override that names nobody of any team."""
    known = catalog.members()
    for entry in catalog.of_kind("team"):
        for handle, what, place in _named(entry):
            if handle not in known:
                yield Finding(
                    "IC111",
                    f"The {what} of the team {entry.name} names {handle!r}, "
                    f"who is not a member of any team.",
                    entry.source,
                    place,
                    Guess(handle, known, "Add the person to the team's members."),
                    Absent(("team",), handle),
                )


def _rotas(catalog: Catalog) -> Iterator[tuple[CatalogEntry, Part]]:
    """Yield the rotas of all teams, of every layer."""
    for entry in catalog.of_kind("team"):
        if entry.value.on_call is not None:
            for part in parts(entry.value.on_call, catalog.settings.timezone):
                yield entry, part


def _span(override: Override, part: Part) -> tuple[datetime, datetime]:
    local = zone(part.timezone)
    return instant(override.from_, local), instant(override.until, local)


def override_reversed(catalog: Catalog) -> Iterable[Finding]:
    """Find overrides that end before they begin."""
    for entry, part in _rotas(catalog):
        for number, override in enumerate(part.overrides):
            begin, end = _span(override, part)
            if end <= begin:
                yield Finding(
                    "IC117",
                    f"An override for {override.who!r} ends before it begins.",
                    entry.source,
                    (*part.place, "overrides", number, "until"),
                    "Write an `until` after `from`.",
                )


def override_outside(catalog: Catalog) -> Iterable[Finding]:
    """Find overrides that contain none of the hours of their layer."""
    for entry, part in _rotas(catalog):
        for number, override in enumerate(part.overrides if part.restrictions else ()):
            begin, end = _span(override, part)
            # The hours of a week come again.
            if begin < end and not any(hours_of(part, begin, min(end, begin + 2 * _WEEK))):
                yield Finding(
                    "IC140",
                    f"An override for {override.who!r} lies outside of the hours of its layer.",
                    entry.source,
                    (*part.place, "overrides", number, "from"),
                    "Correct its times, or write it into the layer that is on call then.",
                )


def nobody_in_layer(catalog: Catalog, today: date) -> Iterable[Finding]:
    """Find further layers in which nobody is: without people, or not begun."""
    for entry, part in _rotas(catalog):
        if part.place == FIRST or (part.rota and _has_begun(part, today)):
            continue  # of the first one no_on_call tells it
        message = f"Nobody is in the layer {part.layer} of the team {entry.name}"
        loc: Loc = (*part.place, "rota")
        if part.rota:
            message += f" until {part.starts.date()}"
            loc = (*(part.place if part.own_start else FIRST), "starts")
        hint = "Write people into its rota, and when their turns began."
        yield Finding("IC240", f"{message}.", entry.source, loc, hint)


def _has_begun(part: Part, today: date) -> bool:
    """Say whether the turns of a rota have begun when a day ends."""
    local = zone(part.timezone)
    return instant(part.starts, local) <= datetime.combine(today, _EVENING, local)


def uncovered(catalog: Catalog, today: date) -> Iterable[Finding]:
    """Find hours of the next weeks in which nobody of a team is on call, in any layer."""
    answering = _answering(catalog)
    for entry in catalog.of_kind("team"):
        rota, default = entry.value.on_call, catalog.settings.timezone
        if entry.name not in answering or rota is None:
            continue
        every = [p for p in parts(rota, default) if p.rota and _has_begun(p, today)]
        if not every or not all(part.restrictions for part in every):
            continue
        local = zone(every[0].timezone)
        begin = datetime.combine(today, time(), local).astimezone(UTC)
        found = list(gaps(every, begin, begin + _LOOKED_AHEAD))
        if found:
            first, until = found[0]
            more = f" and {len(found) - 1} more times" if len(found) > 1 else ""
            yield Finding(
                "IC241",
                f"Nobody is on call for the team {entry.name} from {_day(first, local)} "
                f"to {_day(until, local)}{more} in the next four weeks.",
                entry.source,
                (*every[0].place, "restrictions"),
                "Add a layer for the other hours, or widen these.",
            )


def _day(moment: datetime, local: tzinfo) -> str:
    return f"{moment.astimezone(local):%a} {show(moment, local)}"


def same_person_twice(catalog: Catalog, today: date) -> Iterable[Finding]:
    """Find layers in which nobody is on call but those of the layer before."""
    default = catalog.settings.timezone
    for entry in catalog.of_kind("team"):
        rota = entry.value.on_call
        if rota is None or not rota.layers:
            continue
        local = zone(rota.timezone or default)
        begin = datetime.combine(today, time(), local).astimezone(UTC)
        end = begin + _LOOKED_AHEAD
        places = {part.layer: part.place for part in reversed(parts(rota, default))}
        spans = list(everybody_during(rota, begin, end, default_zone=default))
        for number, (first, _, layers) in enumerate(spans):
            for before, after in _in_vain(layers):
                if after not in places:
                    continue
                people, until = layers[after], first
                for _, later, then in spans[number:]:
                    if (before, after) not in _in_vain(then) or then[after] != people:
                        break
                    until = later
                to = f" to {_day(until, local)}" if until < end else " on"
                yield Finding(
                    "IC242",
                    f"From {_day(first, local)}{to} {' and '.join(people)} "
                    f"{'is' if len(people) == 1 else 'are'} on call in the "
                    f"layers {before} and {after} of the team {entry.name}.",
                    entry.source,
                    (*places.pop(after), "rota"),
                    "Let another person take one of the two turns: by another order of a rota, "
                    "or by an override.",
                )


def _in_vain(layers: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return the layers, each with the next one, that call nobody else."""
    return [(one, two) for one, two in pairwise(layers) if set(layers[two]) <= set(layers[one])]


def escalates_back(catalog: Catalog) -> Iterable[Finding]:
    """Find teams that are called next after themselves, at once or in a ring; each ring once."""
    following = {
        name: team.on_call.escalate_to
        for name, team in catalog.teams.items()
        if team.on_call and team.on_call.escalate_to
    }
    entries = sources(catalog, "team")
    done: set[str] = set()
    for start in following:
        way: dict[str, None] = {}
        team: str | None = start
        while team is not None and team not in way and team not in done:
            way[team] = None
            team = following.get(team)
        if team in way:
            ring = [*list(way)[list(way).index(team) :], team]
            message = f"The escalation of the team {team} leads back to it: {' → '.join(ring)}."
            if len(ring) == 2:
                message = f"The team {team} escalates to itself."
            hint = "Name another team, or leave `escalate_to` out."
            yield Finding("IC216", message, entries[team].source, ("on_call", "escalate_to"), hint)
        done |= way.keys()


def _answering(catalog: Catalog) -> set[str]:
    """Return the teams that must answer: those that own something, and whom others escalate to."""
    names = {service.owner for service in catalog.services.values()}
    names |= {area.owner for area in catalog.product_areas.values()}
    rotas = (team.on_call for team in catalog.teams.values())
    return names | {rota.escalate_to for rota in rotas if rota and rota.escalate_to}


def no_on_call(catalog: Catalog, today: date) -> Iterable[Finding]:
    """Find teams that own something, or are escalated to, and have nobody on call."""
    answering = _answering(catalog)
    for entry in catalog.of_kind("team"):
        rota = entry.value.on_call
        if entry.name not in answering:
            continue
        message = f"Nobody is on call for the team {entry.name}"
        if rota is None or not (rota.rota or any(layer.rota for layer in rota.layers)):
            loc: Loc = () if rota is None else ("on_call", "rota")
            hint = "Add `on_call` with rota, shift and starts."
        elif not _begun(entry.value, catalog.settings.timezone, today):
            message += f" until {rota.starts.date()}"
            loc, hint = (
                ("on_call", "starts"),
                "Write when the first turn of the first member began.",
            )
        else:
            continue
        yield Finding(
            "IC202", f"{message}.", entry.source, loc, hint, Absent(path=entry.source.path)
        )


def _begun(team: Team, default_zone: str, today: date) -> bool:
    """Say whether somebody is on call when a day ends, or would be at another hour of it."""
    for part in parts(team.on_call, default_zone) if team.on_call else ():
        evening = datetime.combine(today, _EVENING, zone(part.timezone))
        standing_in = (_span(override, part) for override in part.overrides)
        if part.rota and _has_begun(part, today):
            return True
        if any(begin <= evening < end for begin, end in standing_in):
            return True
    return False


RULES = (
    Rule(
        RuleText(
            "IC111",
            "error",
            "An unknown person on call or in a role",
            "A rota, override or lead must be a person whom somebody can call; a member of another "
            "team will do.",
            "Correct the handle, or add the person to a team.",
        ),
        stranger,
    ),
    Rule(
        RuleText(
            "IC117",
            "error",
            "An override that ends before it begins",
            "It never applies, although its author believes that it does.",
            "Put `from` and `until` in order.",
        ),
        override_reversed,
    ),
    Rule(
        RuleText(
            "IC140",
            "error",
            "An override outside of the hours of its layer",
            "Somebody stands in during the hours of the layer only; at other hours the override "
            "changes nothing, although its author believes that it does.",
            "Correct its times, or write it into the layer that is on call then.",
        ),
        override_outside,
    ),
    Rule(
        RuleText(
            "IC240",
            "warning",
            "A layer without people",
            "If nobody in the previous layer answers, it calls nobody.",
            "Add people to its rota, let it begin, or remove the layer.",
        ),
        check_at=nobody_in_layer,
    ),
    Rule(
        RuleText(
            "IC241",
            "warning",
            "Hours in which nobody is on call",
            "Every layer of the team is restricted to some hours, and together they leave "
            "gaps. Checked for the next four weeks.",
            "Add a layer that covers the other hours. A team that answers in its office hours only "
            "silences this for the line with `# incidentctl: ignore[IC241]`.",
        ),
        check_at=uncovered,
    ),
    Rule(
        RuleText(
            "IC242",
            "warning",
            "An escalation to the same person",
            "The next layer calls only the person who has not answered in the previous one. "
            "Checked for the next four weeks.",
            "Let another person take one of the two turns: by another order of a rota, or by an "
            "override.",
        ),
        check_at=same_person_twice,
    ),
    Rule(
        RuleText(
            "IC202",
            "warning",
            "A team without on-call",
            "Every team that owns a service or product area, or that others escalate to, must "
            "be on call for it, from today on.",
            "Add a rota, or let it begin today; one member is enough.",
        ),
        check_at=no_on_call,
    ),
    Rule(
        RuleText(
            "IC216",
            "warning",
            "An escalation that leads back",
            "When nobody of a team answers, the next one is called. In a ring nobody else ever is.",
            "Name a team outside of the ring, or leave `escalate_to` out.",
        ),
        escalates_back,
    ),
)
