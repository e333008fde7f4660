"""Public updates and maintenance as Atom 1.0 (RFC 4287): one feed of all, one for each area.

An entry is one public update, or one announced maintenance. Ids never change: readers tell new
entries by them. Equal pages give equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from incidentctl.domain.common.text import lines, one_line
from incidentctl.domain.common.times import EARLIEST, show, zone
from incidentctl.domain.page.announced import told_at
from incidentctl.domain.page.paths import FEED, INDEX, area_feed_path, incident_path, link
from incidentctl.domain.page.public import Maintenance, Page, PublicIncident, PublicUpdate

#: A feed has at most so many entries, the newest.
MAX_ENTRIES = 50

#: In every tag URI: a date that stays the same, as such an id has to.
_YEAR = 2026
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@?#]*@)?(?P<host>[A-Za-z0-9.-]+)", re.IGNORECASE)


class _Text(NamedTuple):
    """What one entry says."""

    title: str
    page: str
    """The path of the page that says more."""
    paragraphs: tuple[str, ...]


class _Entry(NamedTuple):
    """An entry of which few are shown; of two with one moment the greater key comes first."""

    at: datetime
    key: str
    areas: tuple[str, ...]
    make: Callable[[], _Text]


def feeds(page: Page) -> dict[str, bytes]:
    """Return the feeds by their paths."""
    entries = sorted(_entries(page), key=lambda entry: (entry.at, entry.key), reverse=True)
    name = one_line(page.organisation)
    made = {FEED: _feed(page, FEED, f"Status of {name}", entries)}
    for area in page.areas:
        path = area_feed_path(area.name)
        title = f"{one_line(area.title)}: status of {name}"
        own = (entry for entry in entries if area.name in entry.areas)
        made[path] = _feed(page, path, title, own)
    return made


def _entries(page: Page) -> Iterator[_Entry]:
    for incident in page.incidents:
        areas = incident.areas
        for update in incident.updates:
            make = partial(_of_update, page, incident, update)
            yield _Entry(update.at, f"{incident.id}/{update.id}", areas, make)
    for work in page.maintenance:
        if told_at(work) <= page.at:
            make = partial(_of_work, page, work)
            yield _Entry(told_at(work), f"maintenance/{work.id}", work.areas, make)


def _of_update(page: Page, incident: PublicIncident, update: PublicUpdate) -> _Text:
    return _Text(
        f"{update.phase.capitalize()}: {one_line(incident.title)}",
        incident_path(incident.id),
        (
            lines(update.text),
            "\n".join(
                f"{one_line(page.title_of(area))}: {state.words}"
                for area, state in incident.said_by(update).items()
            ),
        ),
    )


def _of_work(page: Page, work: Maintenance) -> _Text:
    local = zone(page.zone)
    titles = ", ".join(one_line(page.title_of(area)) for area in work.areas)
    return _Text(
        f"Maintenance: {one_line(work.title)}",
        INDEX,
        (
            f"From {show(work.begins, local)} to {show(work.ends, local)}",
            lines(work.text),
            f"Concerns: {titles}" if titles else "",
        ),
    )


def _feed(page: Page, path: str, title: str, entries: Iterable[_Entry]) -> bytes:
    shown = [entry for _, entry in zip(range(MAX_ENTRIES), entries, strict=False)]
    feed = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    feed_id = link(page, path) if page.address else _own_id(page, path)
    _add(feed, "id", feed_id)
    _add(feed, "title", title)
    _add(feed, "updated", _moment(shown[0].at if shown else EARLIEST))
    SubElement(feed, "link", rel="alternate", type="text/html", href=link(page, INDEX, at=path))
    if page.address:
        SubElement(feed, "link", rel="self", type="application/atom+xml", href=feed_id)
    _add(SubElement(feed, "author"), "name", one_line(page.organisation) or "Status")
    for each in shown:
        text = each.make()
        entry = SubElement(feed, "entry")
        _add(entry, "id", _id(page, each))
        _add(entry, "title", text.title)
        _add(entry, "published", _moment(each.at))
        _add(entry, "updated", _moment(each.at))
        href = link(page, text.page, at=path)
        SubElement(entry, "link", rel="alternate", type="text/html", href=href)
        for area in each.areas:
            label = one_line(page.title_of(area))
            SubElement(entry, "category", term=area, label=label)
        content = SubElement(entry, "content", type="html")
        content.text = "".join(_paragraph(part) for part in text.paragraphs if part)
    indent(feed)
    made: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _id(page: Page, entry: _Entry) -> str:
    """Return the id of an entry: a tag URI (RFC 4151) of the page's host, if it has one."""
    host = _HOST.match(page.address or "")
    if host is None:
        return _own_id(page, entry.key)
    return f"tag:{host['host'].lower()},{_YEAR}:{entry.key}"


def _own_id(page: Page, key: str) -> str:
    """Return an id for a page whose address nobody said."""
    return uuid5(NAMESPACE_URL, f"incidentctl:{page.organisation}:{key}").urn


def _paragraph(text: str) -> str:
    return f"<p>{escape(text).replace(chr(10), '<br>')}</p>"


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
