"""Who is let in, by which name the room is found, and whose forms are taken."""

from __future__ import annotations

import re
import shutil
from urllib.parse import urlsplit

import pytest
from tests.serve.room.browser import Browser, enter, hidden

from incidentctl.errors import UsageError
from incidentctl.serve.room import sessions
from incidentctl.serve.room.server import RoomServer
from incidentctl.serve.settings import Settings

PAGES = ("/", "/declare", "/inbox", "/areas", "/past")


def test_nobody_is_let_in_without_the_link(server, workspace):
    stranger = Browser(urlsplit(server.link()).port)
    for page in PAGES:
        answer = stranger.get(page)
        assert (answer.code, "You are not signed in." in answer.text) == (401, True)
        assert "astronomy" not in answer.text.casefold()
    assert stranger.send("/declare", {"title": "x", "csrf": "guess"}).code == 401
    assert workspace().record.ids() == []


def test_a_link_works_once(server):
    link = urlsplit(server.link())
    first, second = Browser(link.port), Browser(link.port)
    assert first.get(link.path).code == 200
    assert second.get(link.path).code == 401
    assert first.get("/").code == 200
    assert second.get("/").code == 401


def test_who_only_looks_at_a_link_does_not_use_it(server):
    link = urlsplit(server.link())
    browser = Browser(link.port)
    assert browser.ask("HEAD", link.path).code == 200
    assert browser.cookie == ""
    assert browser.get(link.path).code == 200


def test_the_form_of_a_stranger_is_not_read(server):
    stranger = Browser(urlsplit(server.link()).port)
    assert stranger.send("/declare", {"title": "x" * 3 * 1024**2}).code == 401


def test_a_new_link_ends_the_one_before(server):
    old, new = urlsplit(server.link()), urlsplit(server.link())
    browser = Browser(old.port)
    assert browser.get(old.path).code == 401
    assert browser.get(new.path).code == 200


def test_an_old_link_is_refused(server, monkeypatch):
    monkeypatch.setattr(sessions, "LINK_SECONDS", 0.0)
    link = urlsplit(server.link())
    assert "used or too old" in Browser(link.port).get(link.path).text


def test_the_cookie_is_for_this_host_and_for_no_script(server):
    browser = enter(server)
    link = urlsplit(server.link())
    cookie = browser.get(link.path).headers["set-cookie"]
    assert cookie.startswith(f"incidentctl-room-{link.port}=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert "domain" not in cookie.casefold()


def test_a_session_of_another_clone_is_refused(server, rooms, tmp_path, team):
    """Browsers send a cookie of 127.0.0.1 to every port, and it may be renamed."""
    other_team = shutil.copytree(team, tmp_path / "other", symlinks=True)
    other, mine = enter(rooms.start(other_team)), enter(server)
    token = other.cookie.partition("=")[2]
    assert other.get("/").code == 200
    mine.cookie = f"incidentctl-room-{mine.port}={token}"
    assert mine.get("/").code == 401


def test_a_form_of_another_session_comes_back_and_does_nothing(server, workspace):
    first, second = enter(server), enter(server)
    theirs = hidden(second.get("/declare").text)
    answer = first.send("/declare", {**theirs, "title": "Checkout is down"})
    assert answer.code == 403
    assert "earlier session" in answer.text
    assert 'value="Checkout is down"' in answer.text
    assert first.send("/declare", {"title": "Checkout is down"}).code == 403
    assert workspace().record.ids() == []
    again = first.send("/declare", {**hidden(answer.text), "title": "Checkout is down"})
    assert again.code == 303


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "localhost"])
def test_another_name_is_refused(server, host):
    """A page elsewhere may give its name the address of this machine."""
    browser = enter(server)
    answer = browser.get("/", host=host or "x y")
    assert answer.code == 421
    assert "Greta" not in answer.text


def test_the_names_of_this_machine_are_taken(server):
    browser = enter(server)
    assert browser.get("/", host=f"LOCALHOST:{browser.port}").code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "", "sec_fetch_site": "cross-site"},
        {"origin": "", "sec_fetch_site": "same-site"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
def test_a_form_of_another_page_is_refused(server, workspace, headers):
    browser = enter(server)
    fields = {**hidden(browser.get("/declare").text), "title": "Checkout is down"}
    assert browser.send("/declare", fields, **headers).code == 403
    assert workspace().record.ids() == []


def test_a_browser_that_sends_no_origin_may_say_that_it_is_the_same_place(server):
    browser = enter(server)
    fields = {**hidden(browser.get("/declare").text), "title": "Checkout is down"}
    answer = browser.send("/declare", fields, origin="", sec_fetch_site="same-origin")
    assert answer.code == 303


def test_other_methods_and_kinds_of_forms_are_refused(server):
    browser = enter(server)
    assert browser.ask("PUT", "/declare").code == 405
    assert browser.ask("OPTIONS", "/declare").code == 405
    fields = hidden(browser.get("/declare").text)
    assert browser.send("/declare", fields, content_type="text/plain").code == 415
    assert browser.send("/", fields).code == 405


def test_every_answer_has_the_policy(server):
    browser = enter(server)
    for path in (*PAGES, "/nothing", "/static/room.js", "/static/room.css", "/static/base.html.j2"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_a_style_of_its_own(server):
    browser = enter(server)
    for path in PAGES:
        page = browser.get(path).text
        assert page.startswith("<!doctype html>")
        assert re.findall(r"<script(?! src=\"/static/)", page) == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=", page) == []
        assert re.findall(r"(?:src|href|action)=\"(?!/|#|https?://)", page) == []
        assert page.count("<h1") == 1
        assert all(part in page for part in ('<html lang="en">', '<main id="main"', "<nav", "skip"))


def test_the_link_names_where_it_listens(workspace, team):
    for host, shown in (("::1", "[::1]"), ("127.0.0.2", "127.0.0.2"), ("localhost", "localhost")):
        server = RoomServer(workspace, Settings(host, 0))
        assert server.link().startswith(f"http://{shown}:")
        server.close()


def test_the_room_of_a_clone_is_on_loopback_only(workspace):
    with pytest.raises(UsageError, match="reachable from the network"):
        RoomServer(workspace, Settings("192.0.2.1", 0))
