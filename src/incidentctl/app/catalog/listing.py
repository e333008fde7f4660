"""`catalog list` and `show`: what the catalog holds, as rows and as one entry in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from incidentctl.app.catalog.who import on_call_now
from incidentctl.domain.catalog.blast_radius import blast_radius
from incidentctl.domain.catalog.maintenance import span_of
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source
from incidentctl.domain.catalog.team import Team
from incidentctl.domain.common.text import clean, did_you_mean
from incidentctl.domain.common.times import exact_duration, iso
from incidentctl.domain.lint.rule import Played
from incidentctl.errors import NotFoundError

#: So many drills of a team are shown, the newest first.
_MAX_DRILLS = 10

#: One layer, and one person on duty in it.
_ONE_PERSON = 2


class What(StrEnum):
    """What can be listed."""

    SERVICES = "services"
    TEAMS = "teams"
    PEOPLE = "people"
    AREAS = "areas"
    SEVERITIES = "severities"
    RUNBOOKS = "runbooks"
    MAINTENANCE = "maintenance"


class Filters(NamedTuple):
    """Which services, areas or runbooks to list; a filter that is not set lets all through."""

    owner: str | None = None
    type: str | None = None
    lifecycle: str | None = None
    tag: str | None = None

    def fit(self, row: dict[str, Any]) -> bool:
        """Return whether a row has every value asked for; a row without the key does not."""
        wanted = {key: value for key, value in self._asdict().items() if value is not None}
        listed = {"tag": row.get("tags", ()), "owner": row.get("teams", ())}
        return all(
            row.get(key) == value or value in listed.get(key, ()) for key, value in wanted.items()
        )


def listed(catalog: Catalog, what: What, filters: Filters) -> list[dict[str, Any]]:
    """Return a row for each entry of a kind that matches the filters, as values for JSON."""
    return [row for row in _ROWS[what](catalog) if filters.fit(row)]


def _services(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for service in catalog.services.values():
        yield {
            "name": service.name,
            "owner": service.owner,
            "type": service.type,
            "lifecycle": service.lifecycle,
            "importance": service.importance,
            "tags": list(service.tags),
        }


def _teams(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for team in catalog.teams.values():
        owned = sum(service.owner == team.name for service in catalog.services.values())
        members = [member.handle for member in team.members]
        yield {"name": team.name, "lead": team.lead, "members": members, "services": owned}


def _people(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for handle, (_, member) in catalog.members().items():
        teams = [team.name for team in catalog.teams.values() if _has(team, handle)]
        yield {"name": handle, "person": member.name, "teams": teams, "email": member.email}


def _has(team: Team, handle: str) -> bool:
    return any(member.handle == handle for member in team.members)


def _areas(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for area in catalog.product_areas.values():
        services = list(area.all_services)
        yield {"name": area.name, "title": area.title, "owner": area.owner, "services": services}


def _severities(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for severity in catalog.scale.severities:
        every = severity.update_every
        yield {
            "name": severity.name,
            "critical": severity.critical,
            "update_every": exact_duration(every) if every else None,
            "retrospective": severity.retrospective.word,
            "title": severity.title,
        }


def _runbooks(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for runbook in catalog.runbooks.values():
        yield {
            "name": runbook.name,
            "title": runbook.title,
            "owner": runbook.owner,
            "applies_to": plain(runbook.applies_to) or "everything",
            "steps": len(runbook.steps),
        }


def _maintenance(catalog: Catalog) -> Iterable[dict[str, Any]]:
    default = catalog.settings.timezone
    spans = {
        each.name: span_of(each, default_zone=default) for each in catalog.maintenance.values()
    }
    for name, span in sorted(spans.items(), key=lambda each: (each[1], each[0])):
        planned = catalog.maintenance[name]
        yield {
            "name": name,
            "title": planned.title,
            "begins": iso(span.begins),
            "ends": iso(span.ends),
            "areas": list(planned.areas),
        }


_ROWS: dict[What, Callable[[Catalog], Iterable[dict[str, Any]]]] = {
    What.SERVICES: _services,
    What.TEAMS: _teams,
    What.PEOPLE: _people,
    What.AREAS: _areas,
    What.SEVERITIES: _severities,
    What.RUNBOOKS: _runbooks,
    What.MAINTENANCE: _maintenance,
}


def shown(
    catalog: Catalog,
    name: str,
    *,
    now: datetime,
    played: Callable[[], Iterable[Played] | None] = tuple,
) -> list[dict[str, Any]]:
    """Return every entry with a name, in any case; NotFoundError suggests the nearest name.

    `played` returns the drills of the record from the oldest, None if that is not known; it is
    called only for a team.
    """
    entries = [entry for entry in _all(catalog) if entry.name.casefold() == name.casefold()]
    if not entries:
        near = did_you_mean(name, [entry.name for entry in _all(catalog)])
        hint = f"Did you mean {near!r}?" if near else "See `incidentctl catalog list`."
        raise NotFoundError(f"Nothing in the catalog is called {clean(name)!r}.", hint=hint)
    return [_entry(catalog, entry, now, played) for entry in entries]


def _all(catalog: Catalog) -> Iterable[CatalogEntry]:
    """Yield everything with a name, including the built-in severities."""
    where = {(entry.kind, entry.name): entry.source for entry in reversed(catalog.entries)}
    kinds: dict[str, Iterable[Any]] = {
        "service": catalog.services.values(),
        "product_area": catalog.product_areas.values(),
        "team": catalog.teams.values(),
        "runbook": catalog.runbooks.values(),
        "maintenance": catalog.maintenance.values(),
        "severity": catalog.scale.severities,
        "role": catalog.roles,
    }
    for kind, values in kinds.items():
        for value in values:
            source = where.get((kind, value.name), Source(""))
            yield CatalogEntry(kind, value.name, value, source)
    for handle, (team, member) in catalog.members().items():
        yield CatalogEntry("person", handle, member, where.get(("team", team.name), Source("")))


def _entry(
    catalog: Catalog,
    entry: CatalogEntry,
    now: datetime,
    played: Callable[[], Iterable[Played] | None],
) -> dict[str, Any]:
    found = {"kind": entry.kind, **plain(entry.value), "path": entry.source.path or None}
    if entry.kind == "service":
        blast = blast_radius(catalog, entry.name)
        found["product_areas"] = [area.name for area in catalog.areas_of(entry.name)]
        found["blast_radius"] = {key: list(names) for key, names in blast._asdict().items()}
    elif entry.kind == "team":
        duty = on_call_now(catalog, entry.value, now)
        found["on_call_now"] = duty.handle if duty else None
        if duty and len(duty.layers) + len(duty.first) > _ONE_PERSON:
            found["on_call_layers_now"] = {
                each.layer: [person.handle for person in each.people] for each in duty.layers
            }
        found["owns"] = [s.name for s in catalog.services.values() if s.owner == entry.name]
        drills = played()
        own = [each for each in drills or () if each.team == entry.name]
        found["drills_played"] = (
            None
            if drills is None
            else [
                {"day": each.day.isoformat(), "incident": each.incident, "drill": each.drill}
                for each in own[: -_MAX_DRILLS - 1 : -1]
            ]
        )
    elif entry.kind == "person":
        teams = [team for team in catalog.teams.values() if _has(team, entry.name)]
        on_duty = (on_call_now(catalog, team, now) for team in catalog.teams.values())
        found["teams"] = [team.name for team in teams]
        found["on_call_now"] = any(
            person.handle == entry.name
            for duty in on_duty
            for layer in (duty.layers if duty else ())
            for person in layer.people
        )
    return found


def plain(value: Any) -> Any:
    """Return a value of the catalog as JSON, without unset fields."""
    if is_dataclass(value):
        pairs = ((f.name.rstrip("_"), plain(getattr(value, f.name))) for f in fields(value))
        return {key: each for key, each in pairs if each not in (None, [], {}, "")}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if isinstance(value, timedelta):
        return exact_duration(value)
    if isinstance(value, datetime):
        return iso(value) if value.tzinfo else value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value
