"""Rules about times that are not one moment, because clocks change then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from incidentctl.domain.catalog.model import Catalog, CatalogEntry
from incidentctl.domain.catalog.on_call import parts
from incidentctl.domain.common.times import zone
from incidentctl.domain.common.told_times import readings, with_offset
from incidentctl.domain.lint.rule import Finding, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText


def not_one_moment(catalog: Catalog) -> Iterable[Finding]:
    """Find times without an offset that clocks skip, or show twice."""
    for entry, loc, written, name in _times(catalog):
        if written.tzinfo is not None:
            continue
        local, found = zone(name), readings(written, zone(name))
        clock = f"{written:%H:%M} on {written:%Y-%m-%d}"
        if found.skipped:
            message = f"Clocks in {name} skip {clock}."
            shown = found.first.astimezone(local)
            hint = f"Write {shown:%H:%M}, or another time."
        elif found.twice:
            message = f"Clocks in {name} show {clock} twice."
            first, second = (with_offset(moment, local) for moment in found)
            hint = f"Write {first} for the first or {second} for the second, or another time."
        else:
            continue
        yield Finding("IC222", message, entry.source, loc, hint)


def _times(catalog: Catalog) -> Iterator[tuple[CatalogEntry, Loc, datetime, str]]:
    """Yield each time of the drills, of maintenance and of the rotas, and its zone."""
    default = catalog.settings.timezone
    for kind in ("drill", "private_half"):
        for entry in catalog.of_kind(kind):
            announced = catalog.drills.get(entry.name) if kind == "private_half" else entry.value
            name = (announced.timezone if announced else None) or default
            for loc, written in _of_drill(entry.value):
                yield entry, loc, written, name
    for entry in catalog.of_kind("maintenance"):
        name = entry.value.timezone or default
        yield entry, ("begins",), entry.value.begins, name
        yield entry, ("ends",), entry.value.ends, name
    for entry in catalog.of_kind("team"):
        rota = entry.value.on_call
        for part in parts(rota, default) if rota else ():
            if part.own_start:
                yield entry, (*part.place, "starts"), part.starts, part.timezone
            for number, override in enumerate(part.overrides):
                place: Loc = (*part.place, "overrides", number)
                yield entry, (*place, "from"), override.from_, part.timezone
                yield entry, (*place, "until"), override.until, part.timezone


def _of_drill(value: Any) -> Iterator[tuple[Loc, datetime]]:
    if (at := getattr(value, "at", None)) is not None:
        yield ("at",), at
    if (window := getattr(value, "window", None)) is not None:
        yield ("window", "from"), window.from_
        yield ("window", "to"), window.to


RULES = (
    Rule(
        RuleText(
            "IC222",
            "warning",
            "A time that clocks skip or show twice",
            "In spring clocks skip an hour, and in autumn they show one twice: people who read "
            "such a time come at different moments.",
            "Write another time, or the offset with it.",
        ),
        not_one_moment,
    ),
)
