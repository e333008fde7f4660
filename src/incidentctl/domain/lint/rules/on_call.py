"""Rules about people: who is on call exists, and every team can be reached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Team
from incidentctl.domain.catalog.on_call import instant, on_call
from incidentctl.domain.common.times import zone
from incidentctl.domain.lint.rule import Absent, Finding, Guess, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText


def _named(entry: CatalogEntry) -> Iterable[tuple[str, str, Loc]]:
    """Yield each person a team's entry names, as what, and where."""
    team = entry.value
    if team.lead is not None:
        yield team.lead, "lead", ("lead",)
    if team.on_call is not None:
        for number, handle in enumerate(team.on_call.rota):
            yield handle, "rota", ("on_call", "rota", number)
        for number, override in enumerate(team.on_call.overrides):
            yield override.who, "override", ("on_call", "overrides", number, "who")


def stranger(catalog: Catalog) -> Iterable[Finding]:
    """Find a lead, rota or override that names nobody of any team."""
    known = catalog.members()
    for entry in catalog.of_kind("team"):
        for handle, what, place in _named(entry):
            if handle not in known:
                yield Finding(
                    "IC111",
                    f"The {what} of the team {entry.name} names {handle!r}, "
                    f"who is no member of any team.",
                    entry.source,
                    place,
                    Guess(handle, known, "Add the person to the team's members."),
                    Absent(("team",), handle),
                )


def override_reversed(catalog: Catalog) -> Iterable[Finding]:
    """Find overrides that end before they begin."""
    for entry in catalog.of_kind("team"):
        rota = entry.value.on_call
        for number, override in enumerate(rota.overrides if rota else ()):
            local = zone(rota.timezone or catalog.settings.timezone)
            if instant(override.until, local) <= instant(override.from_, local):
                yield Finding(
                    "IC117",
                    f"An override for {override.who!r} ends before it begins.",
                    entry.source,
                    ("on_call", "overrides", number, "until"),
                    "Write an `until` after `from`.",
                )


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


def no_members(catalog: Catalog) -> Iterable[Finding]:
    """Find teams without members."""
    for entry in catalog.of_kind("team"):
        if not entry.value.members:
            yield Finding(
                "IC201",
                f"The team {entry.name} has no members.",
                entry.source,
                (),
                "Add `members`, each with a handle.",
                Absent(path=entry.source.path),
            )


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
        if rota is None or not rota.rota:
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
    """Say whether somebody is on call when a day ends."""
    local = zone(team.on_call.timezone if team.on_call and team.on_call.timezone else default_zone)
    evening = datetime.combine(today, time(23, 59), local)
    return on_call(team, evening, default_zone=default_zone) is not None


def no_contact(catalog: Catalog) -> Iterable[Finding]:
    """Find teams without a contact."""
    for entry in catalog.of_kind("team"):
        if not entry.value.contacts:
            yield Finding(
                "IC203",
                f"The team {entry.name} has no contact.",
                entry.source,
                (),
                'Add `contacts`, such as `channel: "#core"`.',
                Absent(path=entry.source.path),
            )


RULES = (
    Rule(
        RuleText(
            "IC111",
            "error",
            "On call or in a role, and unknown",
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
            "It never counts, although its author believes that it does.",
            "Put `from` and `until` in order.",
        ),
        override_reversed,
    ),
    Rule(
        RuleText(
            "IC201",
            "warning",
            "A team without members",
            "Nobody responds for a team without members.",
            "Add the members, or give what the team owns to another team.",
        ),
        no_members,
    ),
    Rule(
        RuleText(
            "IC202",
            "warning",
            "A team without on-call",
            "Every team that owns a service or product area, or that others escalate to, is on "
            "call for it, from today on.",
            "Add a rota, or let it begin; one member is enough to begin with.",
        ),
        check_at=no_on_call,
    ),
    Rule(
        RuleText(
            "IC203",
            "warning",
            "A team without contact",
            "People who find the owner must know where to reach them.",
            "Add a channel, an address or a pager (`env:NAME` for a secret).",
        ),
        no_contact,
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
