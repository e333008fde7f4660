"""Build the status page: out of the record and the team's files, into a folder of its own."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.app.page.shown import titles
from incidentctl.app.record.looked import read_first
from incidentctl.app.workspace.own_template import render_own
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.build import fingerprint
from incidentctl.domain.common.times import iso, zone
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import UpdatePosted
from incidentctl.domain.incident.head import fold
from incidentctl.domain.page.announced import announced
from incidentctl.domain.page.fold import PostedUpdate, public_incident, public_updates
from incidentctl.domain.page.look import schemes
from incidentctl.domain.page.paths import INDEX, incident_path
from incidentctl.domain.page.public import Area, Page, PublicIncident, State
from incidentctl.domain.page.uptime import day_begins
from incidentctl.errors import InvalidDataError
from incidentctl.files.gc_pause import paused
from incidentctl.files.site import Part, SiteResult, alone, write_site
from incidentctl.git import safe_read
from incidentctl.render.page import html
from incidentctl.render.page.atom import feeds
from incidentctl.render.page.html import Look
from incidentctl.render.page.statuspage import documents

#: The organisation's own template of index.html.
TEMPLATE = "templates/status.html.j2"
_MOST_LOGO_BYTES = 1 << 20


class Known(NamedTuple):
    """What there is to show."""

    page: Page
    look: Look
    keys: Mapping[str, str]
    """By incident: a text that changes when anything public of it does."""
    later: int
    """How many public updates are later than the page, and not on it."""
    logo: bytes | None = None


class Built(NamedTuple):
    """What was shown, and which files were written."""

    known: Known
    outcome: SiteResult
    over: tuple[str, ...] = ()
    """What the page shows as open though it is over."""


def _unseen(_done: int, _of: int) -> None:
    """Show nothing while the record is read."""


def build(
    workspace: Workspace,
    folder: Path,
    *,
    at: datetime | None = None,
    on_read: Callable[[int, int], None] = _unseen,
) -> Built:
    """Write the status page of a moment, or of now, into a folder: only the files that changed.

    RefusedError if foreign files are in the way; they are never touched.
    """
    read_first(workspace, only_shared=True)  # the page has no others
    with alone(folder):
        found = known(workspace, at or workspace.now(), on_read=on_read)
        outcome = write_site(folder, parts(workspace, found))
    opened = {head.id for head in workspace.record.open_heads()} if found.page.open else set()
    over = tuple(each.id for each in found.page.open if each.id not in opened)
    return Built(found, outcome, over)


def known(
    workspace: Workspace,
    at: datetime,
    *,
    on_read: Callable[[int, int], None] = _unseen,
) -> Known:
    """Read what was public at a moment. Nothing else of the record comes out of here.

    NotFoundError without a team's repository: its page would say that all is well.
    """
    workspace.team_root(checked_out=False)
    names, settings = titles(workspace), workspace.catalog.settings
    incidents: list[PublicIncident] = []
    keys: dict[str, str] = {}
    later, first = 0, None
    texts = workspace.record.public_texts(_public_text, on_read=on_read)
    with paused():
        for ident, text in texts:
            if not text:
                continue
            updates = [_from_json(row) for row in json.loads(text)]
            later += sum(each.at > at for each in updates)
            incident = public_incident(ident, updates, names, at=at)
            if incident is not None:
                incidents.append(incident)
                first = min(first, incident.began) if first else incident.began
                keys[ident] = text
    incidents.sort(key=lambda incident: (incident.began, incident.id), reverse=True)
    of_page = settings.page
    since = day_begins(of_page.since, settings.timezone) if of_page.since else first
    page = Page(
        settings.organisation or "",
        of_page.address,
        settings.timezone,
        at,
        tuple(Area(name, title) for name, title in names.items()),
        tuple(incidents),
        announced(workspace.catalog),
    )
    logo, light_and_dark = _logo(workspace), schemes(of_page.theme)
    named = f"logo.{of_page.logo.rpartition('.')[2]}" if of_page.logo else None
    title = of_page.title or f"{settings.organisation or ''} status".strip().capitalize()
    if settings.organisation and not of_page.title:
        title = f"{settings.organisation} status"
    return Known(page, Look(title, named, *light_and_dark, since=since), keys, later, logo)


def files(page: Page, look: Look | None = None) -> dict[str, bytes]:
    """Return every file of a page by its path, without a logo and without an own template."""
    look = look or Look(f"{page.organisation} status".strip())
    return {path: part.make() for path, part in _parts(Known(page, look, {}, 0)).items()}


def parts(workspace: Workspace, found: Known) -> dict[str, Part]:
    """Return every file of the page, with what each is made of."""
    own = partial(_own, workspace, found)
    return _parts(found) | {INDEX: Part(None, own)}


def _parts(found: Known) -> dict[str, Part]:
    page, look = found.page, found.look
    local = zone(page.zone)
    by_month: dict[str, list[PublicIncident]] = {}
    for incident in page.incidents:
        by_month.setdefault(html.month_of(incident, local), []).append(incident)
    common = hashlib.sha256(f"{fingerprint()}{look}{page.zone}{page.areas}".encode()).hexdigest()
    made = {INDEX: Part(None, lambda: html.index_html(page, look).encode())}
    for incident in page.incidents:
        built = "" if incident.ended else iso(page.at)
        key = _key(found, common, built, incident)
        make = partial(_encoded, html.incident_html, page, incident, look)
        made[incident_path(incident.id)] = Part(key, make)
    for month, incidents in by_month.items():
        lasting = iso(page.at) if any(i.ended is None for i in incidents) else ""
        key = _key(found, common, lasting, *incidents)
        make = partial(_encoded, html.month_html, page, month, incidents, look)
        made[f"history/{month}.html"] = Part(key, make)
    counts = [(month, len(incidents)) for month, incidents in by_month.items()]
    made["history/index.html"] = Part(None, partial(_encoded, html.months_html, look, counts))
    for path, data in (feeds(page) | documents(page)).items():
        made[path] = Part(None, partial(bytes, data))
    if look.logo and found.logo is not None:
        made[look.logo] = Part(None, partial(bytes, found.logo))
    return made


def _encoded(make: Callable[..., str], *values: Any) -> bytes:
    return make(*values).encode()


def _key(found: Known, common: str, built: str, *incidents: PublicIncident) -> str | None:
    """Return what a file is made of, in short; None if it is not known."""
    parts = [common, built]
    for incident in incidents:
        text = found.keys.get(incident.id)
        if text is None:
            return None
        parts += (incident.id, text, "" if incident.ended else "open", str(len(incident.said)))
        parts.append(str(len(incident.updates)))
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:32]


def _own(workspace: Workspace, found: Known) -> bytes:
    """Write index.html by the organisation's own template, or by the built-in one."""
    if workspace.root is not None and workspace.checked_out:
        values = html.index_values(found.page, found.look)
        text = render_own(
            workspace.root, TEMPLATE, values, environment=workspace.environment, html=True
        )
        if text is not None:
            return text.encode()
    return html.index_html(found.page, found.look).encode()


def _logo(workspace: Workspace) -> bytes | None:
    path = workspace.catalog.settings.page.logo
    if path is None:
        return None
    root = workspace.team_root()
    try:
        inside = os.path.realpath(root)
        return safe_read.read(str(root / path), inside=inside, limit=_MOST_LOGO_BYTES)
    except OSError as error:
        raise InvalidDataError(
            f"The logo {path} cannot be read: {error.strerror}.",
            hint="Correct `page: logo:` in incidentctl.yaml; a logo has at most 1 MiB.",
        ) from None


def _public_text(ident: str, events: Iterable[Event]) -> str:
    """Return all that is public of an incident, as JSON; empty if nothing is."""
    events = list(events)
    if not any(isinstance(each.fact, UpdatePosted) and each.fact.public for each in events):
        return ""
    updates = public_updates(fold(ident, events, entries=False))
    return json.dumps([_as_json(each) for each in updates]) if updates else ""


def _as_json(each: PostedUpdate) -> list[Any]:
    following = iso(each.next_at) if each.next_at else None
    return [each.id, iso(each.at), each.phase, each.text, each.states, each.headline, following]


def _from_json(row: list[Any]) -> PostedUpdate:
    ident, at, phase, text, states, headline, following = row
    said = tuple((area, State(state)) for area, state in states)
    next_at = datetime.fromisoformat(following) if following else None
    return PostedUpdate(ident, datetime.fromisoformat(at), phase, text, said, headline, next_at)
