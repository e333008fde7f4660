"""Use cases of drills: list them, write their documents, say who gets them, record the sending."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal, NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.text import clean, did_you_mean
from incidentctl.domain.common.times import zone
from incidentctl.domain.common.told_times import parse_moment
from incidentctl.domain.drill.audience import Reader
from incidentctl.domain.drill.audience import audience as who_gets_it
from incidentctl.domain.drill.documents import (
    Document,
    announcement,
    note,
    plan,
    private_plan,
    public_document,
    time_text,
    window_text,
)
from incidentctl.domain.drill.plan import Drill, PlannedDrill, drill_of
from incidentctl.errors import NotFoundError, RefusedError, UsageError

Format = Literal["markdown", "html", "text"]
TEMPLATE = "templates/drill-{kind}.md.j2"


class Audience(StrEnum):
    """The audience of a document."""

    ENGINEERING = "engineering"
    PUBLIC = "public"
    PRIVATE = "private"


class Row(NamedTuple):
    """A drill in a list; nothing private of an unplanned one."""

    name: str
    mode: str
    when: str
    environment: str | None
    sent: str | None
    private_half: bool | None
    """Whether the private half is here; None for a planned drill, which has none."""


def find(catalog: Catalog, name: str) -> Drill:
    """Return the drill with a name, in any case; NotFoundError suggests the nearest name."""
    known = next((each for each in catalog.drills if each.casefold() == name.casefold()), name)
    drill = drill_of(catalog, known)
    if drill is None:
        near = did_you_mean(name, catalog.drills)
        hint = f"Did you mean {near!r}?" if near else "See `incidentctl drill list`."
        raise NotFoundError(f"There is no drill {clean(name)!r}.", hint=hint)
    return drill


def rows(catalog: Catalog) -> list[Row]:
    """Return every drill, the earliest first."""
    drills = [drill for name in catalog.drills if (drill := drill_of(catalog, name))]
    return [_row(drill) for drill in sorted(drills, key=lambda drill: (drill.begins, drill.name))]


def _row(drill: Drill) -> Row:
    known = drill.announced
    when = time_text(drill.begins, drill.zone)
    if not drill.planned and drill.window:
        when = window_text(drill.window, drill.zone)
    return Row(
        drill.name,
        "planned" if drill.planned else "unplanned",
        when,
        known.environment,
        time_text(drill.sent, drill.zone) if drill.sent else None,
        None if drill.planned else drill.plan is not None,
    )


def document(catalog: Catalog, name: str, whom: Audience | None) -> Document:
    """Return the document of a drill for an audience.

    The default is what may be passed on: the plan of a planned drill, the announcement of an
    unplanned one.
    """
    drill = find(catalog, name)
    announced = drill.announced
    if isinstance(announced, PlannedDrill):
        if whom in (Audience.PUBLIC, Audience.PRIVATE):
            raise RefusedError(
                f"{drill.name} is a planned drill: it has one plan, and everybody may read it.",
                hint=f"Run `incidentctl drill plan {drill.name}`.",
            )
        return plan(drill, catalog)
    if whom is Audience.PRIVATE:
        return private_plan(drill, catalog)
    if whom is Audience.ENGINEERING:
        return plan(drill, catalog)  # refuses, and names the note
    return announcement(public_document(announced, default_zone=catalog.settings.timezone))


def note_before(catalog: Catalog, name: str) -> Document:
    """Return the note to send before an unplanned drill, from its public half alone."""
    announced = find(catalog, name).announced
    if isinstance(announced, PlannedDrill):
        raise RefusedError(
            f"{announced.name} is a planned drill: everybody gets its plan, so it needs no note.",
            hint=f"Run `incidentctl drill plan {announced.name}`.",
        )
    return note(public_document(announced, default_zone=catalog.settings.timezone))


def written(
    root: Path | None, found: Document, output: Format, *, environment: Mapping[str, str]
) -> str:
    """Return a document in a format; Markdown uses the organisation's own template if there is one.

    The template gets only what is in the document, so it cannot reveal more.
    """
    from incidentctl.app.workspace.own_template import render_own
    from incidentctl.render.drill.document import render_document, template_data

    if root is not None and output == "markdown":
        path = TEMPLATE.format(kind=found.kind)
        own = render_own(root, path, template_data(found), environment=environment)
        if own is not None:
            return clean(own, keep_lines=True)
    return render_document(found, output)


def built_in_layout(root: Path | None, found: Document, output: Format) -> str | None:
    """Return a note where the organisation has its own template, but the format ignores it."""
    path = TEMPLATE.format(kind=found.kind)
    if root is None or output == "markdown" or not os.path.lexists(root / path):
        return None
    return f"The layout of {output} is built in; {path} only changes the Markdown."


class Recipient(NamedTuple):
    """A person or team who must get the plan, why, and how to reach them."""

    reader: Reader
    contacts: dict[str, str]


def recipients(catalog: Catalog, name: str) -> list[Recipient]:
    """Return who must get the plan or the announcement of a drill."""
    found = who_gets_it(catalog, find(catalog, name))
    return [Recipient(reader, _contacts(catalog, reader)) for reader in found]


def _contacts(catalog: Catalog, reader: Reader) -> dict[str, str]:
    if reader.kind == "outside":
        return {"email": reader.name} if "@" in reader.name else {}
    if reader.kind == "team":
        return catalog.teams[reader.name].reached_at
    known = catalog.members().get(reader.name)
    return {"email": known[1].email} if known and known[1].email else {}


class Sent(NamedTuple):
    """What was written, and where."""

    path: str
    when: str
    days_ahead: int
    planned: bool


def sent(workspace: Workspace, name: str, *, at: str | None) -> Sent:
    """Record in a drill's file that its plan or announcement was sent, at a moment or now."""
    from incidentctl.files.yaml.edit import set_text

    root, catalog, now = workspace.team_root(), workspace.catalog, workspace.now()
    drill = find(catalog, name)
    local = zone(drill.zone)
    try:
        moment = parse_moment(at, now=now, local=local) if at is not None else now
    except ValueError as error:
        raise UsageError(f"{error}.", echo=at) from None
    here = moment.astimezone(local)
    written = here.replace(tzinfo=None).isoformat(timespec="minutes")
    source = sources(catalog, "drill")[drill.name].source
    set_text(root, source, "sent", written)
    return Sent(
        source.path, time_text(here, drill.zone), drill.days_ahead(here.date()), drill.planned
    )
