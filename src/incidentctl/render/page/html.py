"""The status page as HTML: the page itself, one for each incident, and the past by months.

Only what is in a `Page` gets here, and of each page only the values that it shows. The page of an
incident that is over says nothing of when it was built, so that it changes no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from incidentctl.domain.common.times import format_duration, iso, show, zone
from incidentctl.domain.page.look import DARK, LIGHT, Colours
from incidentctl.domain.page.paths import FEED, area_feed_path, incident_path
from incidentctl.domain.page.public import (
    Maintenance,
    Page,
    PublicIncident,
    PublicUpdate,
    State,
    state_of,
    worst,
)
from incidentctl.domain.page.uptime import AreaHistory, day_begins
from incidentctl.render.html import page as rendered
from incidentctl.render.page.strip import DAYS, HEIGHT, Strip, strip

#: The start of each page.
BEGINS = "<!doctype html>\n<!-- Written by `incidentctl page build`. -->\n"
#: Announced work is listed so long after its end.
_DONE_FOR = timedelta(days=1)


class Look(NamedTuple):
    """How the page is called and how it looks."""

    title: str
    logo: str | None = None
    """The name of its picture, beside index.html."""
    light: Colours = LIGHT
    dark: Colours = DARK
    since: datetime | None = None
    """Since when customers are told of everything; None where nothing was ever told."""


class ShownUpdate(NamedTuple):
    """An update as it is shown."""

    at: str
    iso: str
    phase: str
    text: str
    states: tuple[tuple[str, State], ...]
    next: str | None = None
    """When it promised the next one, until then and while that is the last."""


class Row(NamedTuple):
    """An incident in a list."""

    href: str
    title: str
    when: str
    iso: str
    state: State
    areas: str
    last: ShownUpdate | None
    earlier: int
    open: bool


class AreaRow(NamedTuple):
    """An area, with its state and its strip."""

    title: str
    state: State
    strip: Strip
    feed: str


class Work(NamedTuple):
    """Announced work in a list."""

    id: str
    title: str
    text: str
    when: str
    areas: str
    running: bool
    over: bool


def month_of(incident: PublicIncident, local: tzinfo) -> str:
    """Return the month in which an incident began, such as `2026-11`."""
    return f"{incident.began.astimezone(local):%Y-%m}"


def index_html(page: Page, look: Look) -> str:
    """Write the page itself."""
    return _written("status_index.html.j2", look, **_index(page, look))


def index_values(page: Page, look: Look) -> dict[str, Any]:
    """Return what an organisation's own template of the page itself gets: plain values."""
    found: dict[str, Any] = plain(_index(page, look) | {"title": look.title, "logo": look.logo})
    return found


def plain(value: Any) -> Any:
    """Return a value as JSON has it: named tuples as mappings, states as their words."""
    if isinstance(value, State):
        return value.words
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _index(page: Page, look: Look) -> dict[str, Any]:
    local = zone(page.zone)
    first_day = page.at.astimezone(local).date().toordinal() - DAYS + 1
    begins = day_begins(date.fromordinal(first_day), page.zone)
    lately = page._replace(
        incidents=tuple(i for i in page.incidents if i.ended is None or i.ended >= begins)
    )
    areas = [_area(lately, area.name, look, begins) for area in page.areas]
    past = [_row(page, i, local) for i in lately.incidents if i.ended is not None]
    return {
        "up": "",
        "state": worst(row.state for row in areas),
        "banner": _banner(lately, areas),
        "open": [_row(page, incident, local) for incident in page.open],
        "areas": areas,
        "work": _works(page, local),
        "past": past,
        "days": DAYS,
        "height": HEIGHT,
        "built": show(page.at, local),
        "built_iso": iso(page.at),
        "since": show(look.since, local) if look.since and look.since > begins else None,
        "never": look.since is None,
    }


def incident_html(page: Page, incident: PublicIncident, look: Look) -> str:
    """Write the page of an incident."""
    local = zone(page.zone)
    ended = incident.ended
    return _written(
        "status_incident.html.j2",
        look,
        up="../",
        title=incident.title,
        state=worst(incident.now().values()),
        worst=incident.worst(),
        open=ended is None,
        phase=incident.phase,
        areas=[
            (page.title_of(area), worst(s.state for s in incident.said if s.area == area))
            for area in incident.areas
        ],
        began=show(incident.began, local),
        began_iso=iso(incident.began),
        ended=show(ended, local) if ended else None,
        ended_iso=iso(ended) if ended else None,
        took=format_duration((ended or page.at) - incident.began),
        updates=[
            _shown_update(page, incident, update, local) for update in reversed(incident.updates)
        ],
        built=show(page.at, local),
        built_iso=iso(page.at),
    )


def month_html(page: Page, month: str, incidents: Iterable[PublicIncident], look: Look) -> str:
    """Write the list of the incidents that began in a month."""
    local = zone(page.zone)
    rows = [_row(page, incident, local, up="../") for incident in incidents]
    return _written("status_month.html.j2", look, up="../", month=_named(month), rows=rows)


def months_html(look: Look, months: Sequence[tuple[str, int]]) -> str:
    """Write the list of the months, with how many incidents began in each."""
    named = [(month, _named(month), number) for month, number in months]
    return _written("status_months.html.j2", look, up="../", months=named)


def _written(template: str, look: Look, **values: object) -> str:
    return BEGINS + rendered(template, look=look, feed=FEED, **values)


def _named(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def _area(page: Page, name: str, look: Look, begins: datetime) -> AreaRow:
    history = AreaHistory(page, name, since=look.since)
    days = history.days(DAYS)
    found = strip(days, history.over(begins, page.at))
    return AreaRow(page.title_of(name), state_of(page, name), found, area_feed_path(name))


def _banner(page: Page, areas: Sequence[AreaRow]) -> str:
    bad = [area for area in areas if area.state is not State.OPERATIONAL]
    if bad:
        found = worst(area.state for area in bad)
        named = [area.title for area in bad if area.state is found]
        more = f" and {len(named) - 3} more" if len(named) > 3 else ""
        return f"{found.words.capitalize()}: {', '.join(named[:3])}{more}"
    if page.open:
        number = len(page.open)
        return f"{number} open incident{'' if number == 1 else 's'}"
    return "No known problems"


def _row(page: Page, incident: PublicIncident, local: tzinfo, up: str = "") -> Row:
    last = incident.updates[-1] if incident.updates else None
    return Row(
        up + incident_path(incident.id),
        incident.title,
        _when(incident, local, page.at),
        iso(incident.began),
        worst(incident.now().values()) if incident.ended is None else incident.worst(),
        ", ".join(page.title_of(area) for area in incident.areas),
        _shown_update(page, incident, last, local) if last else None,
        max(0, len(incident.updates) - 1),
        incident.ended is None,
    )


def _when(incident: PublicIncident, local: tzinfo, at: datetime) -> str:
    began = show(incident.began, local)
    if incident.ended is None:
        return f"Since {began}, for {format_duration(at - incident.began)}"
    return f"{began}, for {format_duration(incident.ended - incident.began)}"


def _shown_update(
    page: Page, incident: PublicIncident, update: PublicUpdate, local: tzinfo
) -> ShownUpdate:
    said = incident.said_by(update).items()
    states = tuple((page.title_of(area), state) for area, state in said)
    promised = update.next_at if update is incident.updates[-1] and not incident.ended else None
    following = show(promised, local) if promised and promised > page.at else None
    return ShownUpdate(
        show(update.at, local), iso(update.at), update.phase, update.text, states, following
    )


def _works(page: Page, local: tzinfo) -> list[Work]:
    return [_work(page, w, local) for w in page.maintenance if w.ends > page.at - _DONE_FOR]


def _work(page: Page, work: Maintenance, local: tzinfo) -> Work:
    return Work(
        work.id,
        work.title,
        work.text,
        f"{show(work.begins, local)} to {show(work.ends, local)}",
        ", ".join(page.title_of(area) for area in work.areas),
        work.begins <= page.at < work.ends,
        work.ends <= page.at,
    )
