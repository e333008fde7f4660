"""The room of a team: who somebody is says the proxy, and nobody else."""

from __future__ import annotations

import os
import time

import pytest
from tests.serve.room.browser import Browser, enter, hidden

from incidentctl.app.incident.declare import Request, begin
from incidentctl.app.incident.find import load
from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import UsageError
from incidentctl.serve.room.settings import TeamRoom, named, proxy_identity
from incidentctl.serve.settings import Settings, network

NAME = "incidents.example.com"
PROXY = "127.0.0.7"
GRETA = "greta@astronomy-shop.example"


def room(proxy: str = PROXY) -> TeamRoom:
    identity = proxy_identity(
        "X-Forwarded-Email", "env:ROOM_SECRET", (network(proxy),), {"ROOM_SECRET": "s3cret-of-room"}
    )
    return TeamRoom(named(f"https://{NAME}"), identity)


@pytest.fixture
def port(start):
    return start(Settings(proxies=(network(PROXY),)), room=room()).server.port


def person(port: int, email: str = GRETA, **more: str) -> Browser:
    """A browser as the proxy passes it on."""
    headers = {
        "source": PROXY,
        "host": NAME,
        "x_forwarded_email": email,
        "x_incidentctl_secret": "s3cret-of-room",
        "x_forwarded_for": "203.0.113.9",
    }
    return Browser(port, **{**headers, **more})


def test_a_member_is_known_by_the_e_mail(port, workspace):
    browser = person(port, "Greta@Astronomy-Shop.example")
    assert "You are Greta Lindqvist (greta)." in browser.get("/").text
    led = browser.fill("/declare", "/declare", title="Checkout is down")
    incident = load(workspace(), led.led.rsplit("/", 1)[-1])
    assert (incident.commander, incident.catalog_problems) == ("greta", ())
    assert browser.cookie == ""


def test_somebody_in_no_team_declares_as_they_are_with_a_problem(port, workspace):
    browser = person(port, "sam@elsewhere.example")
    assert "in no team: you can declare and write notes" in browser.get("/").text
    led = browser.fill("/declare", "/declare", title="Checkout is down")
    assert led.code == 303
    incident = load(workspace(), led.led.rsplit("/", 1)[-1])
    assert incident.commander == "sam@elsewhere.example"
    assert incident.catalog_problems == ("sam@elsewhere.example is in no team of the catalog.",)
    more = browser.fill(led.led, f"{led.led}/answers", severity="SEV3", affects="checkout")
    assert more.code == 303
    assert load(workspace(), incident.id).severity == "SEV3"
    theirs = person(port).fill("/declare", "/declare", title="Another is down").led
    refused = browser.fill(theirs, f"{theirs}/answers", severity="SEV4")
    assert refused.code == 409
    assert "is in no team of the catalog" in refused.text


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"source": "127.0.0.1"}, 403),
        ({"source": "127.0.0.1", "x_forwarded_email": ""}, 403),
        ({"x_incidentctl_secret": ""}, 403),
        ({"x_incidentctl_secret": "s3cret-of-roo"}, 403),
        ({"x_forwarded_email": ""}, 401),
        ({"x_forwarded_email": "greta"}, 403),
        ({"x_forwarded_email": "greta@a.example, bo@a.example"}, 403),
        ({"x_forwarded_email": "\u202egreta@a.example".encode().decode("latin-1")}, 403),
        ({"host": f"{NAME}.evil.example"}, 421),
        ({"host": f"{NAME}:8443"}, 421),
    ],
)
def test_nobody_else_is_let_in(port, workspace, headers, code):
    browser = person(port, **headers)
    for path in ("/", "/declare", "/inbox", "/areas", "/past"):
        answer = browser.get(path)
        assert answer.code == code
        assert "astronomy" not in answer.text.casefold()
    form = {"title": "x", **hidden(person(port).get("/declare").text)}
    assert browser.send("/declare", form, origin=f"https://{NAME}").code == code
    assert workspace().record.ids() == []


def test_a_form_of_another_person_does_nothing(port, workspace):
    theirs = hidden(person(port, "sam@elsewhere.example").get("/declare").text)
    answer = person(port).send("/declare", {**theirs, "title": "Checkout is down"})
    assert answer.code == 403
    assert 'value="Checkout is down"' in answer.text
    assert workspace().record.ids() == []


def test_contacts_in_a_servers_environment_are_shown_to_nobody(start, rooms, team, monkeypatch):
    monkeypatch.setenv("DISCOVERY_PAGER_URL", "pager-of-discovery")
    served = start(Settings(proxies=(network(PROXY),)), room=room()).server.port
    page = person(served).get("/areas").text
    assert "<dt>pager</dt><dd>not shown here</dd>" in page
    assert "pager-of-discovery" not in page
    assert "pager-of-discovery" in enter(rooms.start(team)).get("/areas").text
    browser = person(served)
    led = browser.fill("/declare", "/declare", title="Ads are gone", affects="ad").led
    path = led.replace("/declare/", "/incidents/")
    page = browser.get(path).text
    assert "pager: not shown here" in page
    assert "pager-of-discovery" not in page


def test_what_others_send_is_there_within_seconds(start, team, tmp_path, git, workspace):
    """Long before the receiver's next look at the remote, which is every 15 seconds."""
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    git(team, "commit", "-qam", "Share the record")
    git(tmp_path, "clone", "-q", "--bare", str(team), str(tmp_path / "origin.git"))
    git(team, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(tmp_path, "clone", "-q", str(tmp_path / "origin.git"), str(tmp_path / "other"))
    settings = Settings(proxies=(network(PROXY),))
    browser = person(start(settings, room=room(), look_every=600.0).server.port)
    assert "Checkout is down" not in browser.get("/").text
    other = Workspace(places.RepositoryChoice(tmp_path / "other", "-C"), dict(os.environ))
    begin(other, Request("Checkout is down"), other.actor(None), on_recorded=lambda _: None)
    other.record.flush()
    assert other.record.exchange(other.author, limit=20).state == "ok"
    until = time.monotonic() + 60  # it takes 3, where nothing else is running
    while "Checkout is down" not in browser.get("/").text:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_alerts_are_received_beside_the_room(port):
    assert Browser(port).get("/healthz").text == "ok\n"
    assert Browser(port).ask("POST", "/hooks/none", b"{}").code == 404


@pytest.mark.parametrize(
    ("header", "secret", "proxies", "told"),
    [
        (None, None, ("10.0.0.1",), "Nothing says who"),
        ("X-Email", None, (), "Nothing says who"),
        ("X-Email", None, ("127.0.0.1",), "anybody could claim"),
        ("X-Email", None, ("::1",), "anybody could claim"),
        ("X-Email", None, ("0.0.0.0/0",), "anybody could claim"),
        ("X-Email", "s3cret", ("10.0.0.1",), "never written here"),
        ("X-Email", "env:UNSET", ("10.0.0.1",), "UNSET is not set"),
    ],
)
def test_what_is_not_safe_does_not_start(header, secret, proxies, told):
    with pytest.raises(UsageError, match=told):
        proxy_identity(header, secret, tuple(map(network, proxies)), {})


@pytest.mark.parametrize(
    "address",
    [
        "http://incidents.example.com", "incidents.example.com", "https://a/b", "https://", "",
        "https://me@a", "ftp://a", "https://a:x", "https://a?b",
        "https://[",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_the_rooms_is_refused(address):
    with pytest.raises(UsageError):
        named(address)
