"""Status updates: post one, report no change, snooze the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident import update_text
from incidentctl.domain.incident.decide import updates as decide
from incidentctl.domain.incident.state import Incident


class Posted(NamedTuple):
    """What was recorded, and the incident afterwards, with the time of the next update."""

    recorded: Recorded
    incident: Incident


def no_change(text: str) -> str:
    """Return the text of an update without news, followed by another text."""
    return f"{decide.NO_CHANGE} {text}".strip()


def post(
    response: Response,
    text: str,
    *,
    public: bool = False,
    next_in: timedelta | None = None,
    template: bool = False,
    states: Sequence[str] = (),
    headline: str | None = None,
    preview: Callable[[str], None] | None = None,
) -> Posted:
    """Post an update, also for customers if it is public; the next one comes after a span.

    `states` is what a public one says of areas, `AREA=STATE` each, and `headline` what it calls
    the incident on the status page. With `template` the text is put into that of the phase.
    `preview` is called with the text before it is recorded, and raises to stop it.
    """
    following = (response.at or response.workspace.now()) + next_in if next_in else None
    if template:
        text = _from_template(response, text, public=public, next_at=following)
    said = _read_states(response, states) if states else None
    stated = decide.post(
        response.incident, text, public=public, next_at=following, states=said, headline=headline
    )
    if preview is not None:
        preview(text)
    recorded = response.record(stated, "public update" if public else "update")
    return Posted(recorded, response.incident)


def _read_states(response: Response, states: Sequence[str]) -> Mapping[str, str]:
    from incidentctl.domain.page.state_words import read_states

    catalog = response.workspace.catalog
    areas = {name: area.title or name for name, area in catalog.product_areas.items()}
    powers = {name: [area.name for area in catalog.areas_of(name)] for name in catalog.services}
    return read_states(states, areas, powers)


def _from_template(response: Response, text: str, *, public: bool, next_at: datetime | None) -> str:
    """Return the text of the organisation's template for the phase, or of the built-in one."""
    from incidentctl.app.workspace.own_template import render_own

    workspace, incident = response.workspace, response.incident
    if next_at is None and incident.open and incident.cadence:
        now = response.at or workspace.now()
        next_at = now + timedelta(seconds=incident.cadence)
    audience = update_text.PUBLIC if public else update_text.INTERNAL
    values = update_text.values(incident, text, audience=audience, next_at=next_at)
    if workspace.root is not None and workspace.checked_out:
        for path in update_text.names(incident.status, audience):
            own = render_own(workspace.root, path, values, environment=workspace.environment)
            if own is not None:
                return own.strip()
    return update_text.built_in(values)


def snooze(response: Response, span: timedelta, *, stated: str) -> Recorded:
    """Postpone the next update by a span from now; `stated` is the span as typed."""
    now = response.workspace.now()
    found = decide.snooze(response.incident, now + span, now=now)
    return response.record(found, f"next update put off by {stated}")
