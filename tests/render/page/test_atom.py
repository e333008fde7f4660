"""The feeds: read by feedparser, and checked by hand against RFC 4287 and 4151."""

from __future__ import annotations

import re
from datetime import datetime
from xml.etree import ElementTree

import feedparser
import pytest
from tests.render.page.pages import NOON, OPEN, WHOLE, WORK, hostile, incident, page, update

from incidentctl.domain.page.public import Page, State
from incidentctl.render.page.atom import MAX_ENTRIES, feeds

ATOM = "{http://www.w3.org/2005/Atom}"
#: RFC 4151: who, since when, and what.
TAG = r"tag:[a-z0-9-]+(\.[a-z0-9-]+)*,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*"
#: RFC 3339.
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
#: RFC 4287: how many of an element a feed and an entry have, at least and at most.
FEED = {"id": (1, 1), "title": (1, 1), "updated": (1, 1), "author": (1, 9), "link": (1, 9)}
ENTRY = {"id": (1, 1), "title": (1, 1), "updated": (1, 1), "published": (0, 1), "content": (0, 1)}


def check(data: bytes) -> ElementTree.Element:
    """Fail where a feed is no valid Atom; return it."""
    feed = ElementTree.fromstring(data)  # noqa: S314 (our own)
    assert feed.tag == f"{ATOM}feed"
    children = [child.tag.removeprefix(ATOM) for child in feed]
    assert set(children) <= {*FEED, "entry"}
    entries = feed.findall(f"{ATOM}entry")
    for element, counts in [(feed, FEED), *((entry, ENTRY) for entry in entries)]:
        for name, (least, most) in counts.items():
            assert least <= len(element.findall(f"{ATOM}{name}")) <= most, name
        for moment in (*element.findall(f"{ATOM}updated"), *element.findall(f"{ATOM}published")):
            assert re.fullmatch(MOMENT, moment.text or "")
            datetime.fromisoformat(moment.text or "")
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(set(links)) == len(links), "alternates differ in their type"
        assert element.findtext(f"{ATOM}title", "").strip()
    ids = [element.findtext(f"{ATOM}id", "") for element in (feed, *entries)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(TAG, each) or each.startswith(("urn:uuid:", "https:")) for each in ids)
    for content in feed.iter(f"{ATOM}content"):
        assert content.get("type") == "html"
        assert not list(content), "markup is text"
    assert feed.findtext(f"{ATOM}author/{ATOM}name", "").strip()
    return feed


def read(data: bytes) -> feedparser.FeedParserDict:
    check(data)
    found = feedparser.parse(data)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def test_each_public_update_is_an_entry_the_newest_first() -> None:
    found = read(feeds(WHOLE)["feed.atom"])
    assert found.feed.title == "Status of Bank & Sons"
    assert [(entry.title, entry.updated) for entry in found.entries][:2] == [
        ("Monitoring: Nobody can sign in", "2026-03-01T13:10:00Z"),
        ("Investigating: Nobody can sign in", "2026-03-01T13:00:00Z"),
    ]
    newest = found.entries[0]
    assert newest.id == "tag:status.example.com,2026:inc-20260301-1300-abc/u2"
    assert newest.link == "https://status.example.com/incidents/inc-20260301-1300-abc.html"
    assert newest.content[0].value == (
        "<p>A fix is in.<br /><br />We watch it.</p><p>Signing in: degraded performance</p>"
    )
    assert found.feed.updated == newest.updated
    moments = [entry.updated_parsed for entry in found.entries]
    assert moments == sorted(moments, reverse=True)


def test_the_end_says_that_all_works() -> None:
    found = read(feeds(WHOLE)["feed.atom"])
    [end] = [entry for entry in found.entries if entry.title.startswith("Resolved")]
    assert "Payments: operational" in end.content[0].value


def test_maintenance_is_told_a_week_before_it_begins() -> None:
    entries = read(feeds(page(work=WORK))["feed.atom"]).entries
    assert [entry.title for entry in entries] == [
        "Maintenance: New cables",
        "Maintenance: Moving",
        "Maintenance: Moved",
    ]
    assert entries[0].updated == "2026-02-23T04:40:00Z"
    assert "From 2026-03-02 05:40 CET (+01:00) to 2026-03-02 06:40" in entries[0].content[0].value
    assert all(entry.updated_parsed < (NOON).timetuple() for entry in entries)


def test_the_feed_of_an_area_has_what_concerns_it() -> None:
    found = read(feeds(WHOLE)["areas/paying.atom"])
    assert found.feed.title == "Payments: status of Bank & Sons"
    assert {entry.title.partition(": ")[2] for entry in found.entries} == {
        "Payments: partial outage",
        "Moving",
    }
    assert found.feed.id == "https://status.example.com/areas/paying.atom"
    [own] = [link.href for link in found.feed.links if link.rel == "self"]
    assert own == found.feed.id


def test_an_id_stays_the_same_whatever_is_told_later() -> None:
    def ids(told: Page) -> set[str]:
        return {entry.id for entry in read(feeds(told)["feed.atom"]).entries}

    before = page(OPEN._replace(updates=OPEN.updates[:1], title="Something is wrong"), now=65)
    assert ids(before) < ids(page(OPEN, now=500))
    assert feeds(WHOLE) == feeds(WHOLE)


def test_without_an_address_links_are_relative_and_no_feed_says_where_it_is() -> None:
    made = feeds(page(OPEN, address=None))
    whole, area = read(made["feed.atom"]), check(made["areas/login.atom"])
    assert [link.rel for link in whole.feed.links] == ["alternate"]
    assert {link.get("href") for link in area.iter(f"{ATOM}link")} == {
        "../index.html",
        "../incidents/inc-20260301-1300-abc.html",
    }
    assert whole.entries[0].id.startswith("urn:uuid:")


def test_without_an_entry_it_is_a_feed_all_the_same() -> None:
    assert read(feeds(page())["feed.atom"]).entries == []


def test_it_has_a_bound() -> None:
    updates = [update(f"u{n}", n, "monitoring", f"Update {n}.") for n in range(MAX_ENTRIES + 5)]
    found = read(feeds(page(incident("inc-1", "Long", *updates)))["feed.atom"])
    assert len(found.entries) == MAX_ENTRIES
    assert f"Update {MAX_ENTRIES + 4}." in found.entries[0].content[0].value


@pytest.mark.parametrize("path", ["feed.atom", "areas/login.atom"])
def test_hostile_texts_are_texts(path: str) -> None:
    data = feeds(hostile())[path]
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf]", data)
    found = read(data)
    for entry in found.entries:
        assert "<script" not in entry.content[0].value
        assert "w" * 10_000 in entry.content[0].value


def test_areas_that_are_gone_keep_their_names() -> None:
    gone = update("u9", 5, "identified", "It is off.", faxes=State.MAJOR)
    [entry] = read(feeds(page(incident("inc-9", "Faxes", gone)))["feed.atom"]).entries
    assert "faxes: major outage" in entry.content[0].value
