"""What the pages say; and that nobody outside gets them to say more, or to do anything."""

from __future__ import annotations

import html
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from tests.serve.room.browser import enter, hidden

from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.find import load
from incidentctl.domain.alerts.alert import Alert

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \u202ex '"
SECRET = "Mallory reads the payroll"
START = datetime.now(UTC) - timedelta(minutes=9)


def alert(title="Checkout is down", group="g1", **more):
    given = {
        "title": title, "severity": "page", "text": "5 % of requests fail",
        "labels": {"service": "checkout"}, "started": START,
        "links": {"source": "https://am.example/x"}, **more,
    }  # fmt: skip
    return Alert("alertmanager", group, group, "firing", **given)


@pytest.fixture
def declare(workspace):
    """Declare an incident as a command does; return its id."""

    def make(title, **more):
        opened = workspace()
        request, who = Request(title, **more), opened.actor(None)
        ident = begin(opened, request, who, on_recorded=lambda _: None)
        complete(opened, ident, request, who)
        return ident

    return make


@pytest.fixture
def receive(workspace):
    """Let an alert wait in the inbox; return its id."""

    def take(*alerts):
        opened = workspace()
        done = Receiver(opened).take("am", alerts, datetime.now(UTC))
        opened.record.flush()
        return done.opened[0]

    return take


def inert(page: str) -> bool:
    """Say whether a page has the hostile text, and only as text."""
    shown = html.escape(HOSTILE).replace("\u202e", "\\u{202e}").replace("&#x27;", "&#39;")
    shown = shown.replace("&quot;", "&#34;")
    return (
        shown in page
        and re.findall(r"<script(?! src)", page) == []
        and "<img" not in page
        and "49" not in re.findall(r"alert\(2\)&gt; (\S+)", page)
    )


def test_an_empty_board_says_so(browser):
    page = browser.get("/").text
    assert "No incident is open." in page
    assert 'href="/declare"' in page


def test_board_and_page_say_that_nobody_holds_the_roles_while_nobody_commands(browser, workspace):
    opened = workspace()
    who = opened.actor(None)._replace(handle="alert:am")
    ident = begin(opened, Request("Checkout fails"), who, on_recorded=lambda _: None)
    complete(opened, ident, Request("Checkout fails"), who)
    board, page = browser.get("/").text, browser.get(f"/incidents/{ident}").text
    assert "mitigator, planning, communication: nobody holds them" in board
    assert page.count('<span class="quiet">nobody yet</span>') == 3
    assert "held by the commander" not in board + page


def test_the_board_has_clocks_roles_and_what_is_late(browser, workspace, declare):
    begun = datetime.now(UTC) - timedelta(minutes=50)
    ident = declare("Checkout fails", severity="SEV1", affects=["checkout"], at=begun)
    page = browser.get("/").text
    assert f'<a href="/incidents/{ident}">Checkout fails</a>' in page
    assert '<span class="sev">SEV1</span>' in page
    assert re.search(r"<dt>next update</dt><dd class=\"late\"><time [^>]*>overdue by \d+m", page)
    assert "<dt>commander</dt><dd>Greta Lindqvist</dd>" in page
    assert re.search(r"<strong>(Due|Late):</strong> An update is overdue", page)


def test_questions_after_a_declaration(browser, workspace, declare):
    other = declare("checkout fails for everybody", affects=["checkout"])
    led = browser.fill("/declare", "/declare", title="checkout fails for everybody").led
    page = browser.get(led).text
    assert f'name="other" value="{other}"' in page
    assert re.search(r'name="affects" value="[^"]*checkout', page)
    done = browser.fill(
        led, f"{led}/answers", affects="checkout", severity="not-sure", importance="1",
        condition=workspace().catalog.scale.matrix.conditions[0],
    )  # fmt: skip
    ident = led.rsplit("/", 1)[-1]
    assert done.led == f"/incidents/{ident}"
    incident = load(workspace(), ident)
    assert (incident.severity, incident.confirmed, incident.services) == (
        "SEV1", True, ("checkout",),
    )  # fmt: skip
    again = browser.get(led).text
    assert re.search(r"<dt>on call</dt><dd>[^<]+ of orders", again)
    assert "Two questions" not in again


def test_who_is_not_sure_declares_and_is_asked_again(browser, workspace):
    led = browser.fill("/declare", "/declare", title="x", severity="not-sure").led
    ident = led.rsplit("/", 1)[-1]
    assert load(workspace(), ident).confirmed is False
    answer = browser.fill(led, f"{led}/answers", severity="not-sure", affects="checkout")
    assert answer.code == 422
    assert "Two answers say how bad it is." in answer.text
    assert 'value="checkout"' in answer.text
    assert re.search(
        r'name="condition" aria-invalid="true" aria-describedby="refusal">', answer.text
    )
    assert answer.text.count("aria-invalid") == 1
    assert load(workspace(), ident).services == ()


def test_a_second_one_is_cancelled_as_the_same(browser, workspace, declare):
    other = declare("checkout fails", affects=["checkout"])
    led = browser.fill("/declare", "/declare", title="checkout fails").led
    done = browser.fill(led, f"{led}/same", other=other)
    assert done.led == f"/incidents/{other}"
    assert load(workspace(), led.rsplit("/", 1)[-1]).duplicate_of == other


def test_the_inbox_declares_attaches_and_dismisses(browser, workspace, declare, receive):
    first = receive(alert())
    second, third = receive(alert(group="g2")), receive(alert("A load test", group="g3"))
    page = browser.get("/inbox").text
    assert page.count('<article class="card"') == 3
    assert '<a href="https://am.example/x" rel="noreferrer noopener">source</a>' in page
    assert "3 alerts are waiting" in browser.get("/").text
    led = browser.fill("/inbox", f"/inbox/{first}/declare", title="Checkout", severity="SEV1").led
    ident = led.rsplit("/", 1)[-1]
    incident = load(workspace(), ident)
    assert (incident.title, incident.severity, incident.commander) == ("Checkout", "SEV1", "greta")
    assert browser.fill("/inbox", f"/inbox/{second}/attach", incident=ident).code == 303
    assert [each.group for each in load(workspace(), ident).alerts] == [first, second]
    refused = browser.fill("/inbox", f"/inbox/{third}/dismiss", reason=" ")
    assert refused.code in (409, 422)
    assert browser.fill("/inbox", f"/inbox/{third}/dismiss", reason="a load test").code == 303
    assert "No alert waits here." in browser.get("/inbox").text


def test_areas_say_who_owns_what_and_who_is_called(browser, workspace):
    page = browser.get("/areas").text
    assert "<dt>on call now</dt>" in page
    found = browser.get("/areas?q=checkout").text
    assert "<h2>checkout</h2>" in found
    assert (
        browser.get("/areas?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text.count("<script") == 1
    )
    assert "Nothing in the catalog matches" in browser.get("/areas?q=zzzz").text


def test_past_incidents_are_found_by_their_words(browser, declare):
    ident = declare("Checkout fails")
    declare("Search is slow")
    page = browser.get("/past?q=checkout").text
    assert f'href="/incidents/{ident}"' in page
    assert "1 incident with these words." in page
    assert "Search is slow" in browser.get("/past?page=99999999999999999").text


def test_hostile_texts_are_texts(browser, declare, receive, workspace):
    ident = declare(HOSTILE, affects=["checkout"])
    receive(
        alert(HOSTILE, text=HOSTILE, labels={HOSTILE: HOSTILE}, links={HOSTILE: "javascript:x"})
    )
    for path in ("/", "/declare", f"/declare/{ident}", "/past"):
        assert inert(browser.get(path).text), path
    page = browser.get("/inbox").text
    assert inert(page)
    assert 'href="javascript' not in page
    answer = browser.fill("/declare", "/declare", title=" ", affects=HOSTILE, category=HOSTILE)
    assert answer.code == 422
    typed = html.escape(HOSTILE).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    assert f'value="{typed}"' in answer.text


def test_no_page_tells_of_a_restricted_incident(browser, declare, receive, workspace, team):
    ident = declare(SECRET, severity="SEV1", affects=["checkout"], restricted=True)
    shared = declare("Checkout is slow", affects=["checkout"])
    other = receive(alert(group="g2"))
    (team / "alerts.yaml").write_text(
        "rules: [{name: leaks, match: {kind: leak}, mode: inbox, restricted: true}]\n"
    )
    group = receive(alert(SECRET, labels={"kind": "leak"}))
    assert workspace().record.is_restricted(group)
    paths = (
        "/", "/inbox", "/declare", "/declare?title=x", f"/declare/{shared}", "/areas", "/past",
        "/past?q=payroll", f"/past?q={ident}",
    )  # fmt: skip
    for path in paths:
        page = browser.get(path).text
        assert SECRET not in page, path
        assert group not in page, path
        assert ident not in re.sub(r'value="[^"]*"', "", page), path
    assert browser.get(f"/declare/{ident}").code == 404
    for deed, fields in (
        (f"/declare/{ident}/answers", {"severity": "SEV4"}),
        (f"/declare/{ident}/same", {"other": shared}),
        (f"/declare/{shared}/same", {"other": ident}),
        (f"/inbox/{group}/attach", {"incident": shared}),
        (f"/inbox/{group}/declare", {}),
        (f"/inbox/{group}/dismiss", {"reason": "x"}),
        (f"/inbox/{other}/attach", {"incident": ident}),
    ):
        answer = browser.fill("/declare", deed, **fields)
        assert answer.code == 404, deed
        assert SECRET not in answer.text
    assert load(workspace(), shared).open
    assert load(workspace(), ident).severity == "SEV1"


def test_no_route_at_all_reaches_a_restricted_incident(server, declare, receive, workspace, team):
    """Also the routes that come later: each that takes an incident or an alert is tried."""
    ident = declare(SECRET, severity="SEV1", affects=["checkout"], restricted=True)
    (team / "alerts.yaml").write_text(
        "rules: [{name: leaks, match: {kind: leak}, mode: inbox, restricted: true}]\n"
    )
    group = receive(alert(SECRET, labels={"kind": "leak"}))
    browser = enter(server)
    shared = declare("Search is slow")
    carried = hidden(browser.get("/declare").text)
    before = workspace().record.events(ident)[0]
    tried = 0
    for route in server._room.application._app.routes:
        if not re.search(r"{(incident|alert)\b", route.path):
            continue
        tried += 1
        path = route.path.replace("{incident}", ident).replace("{alert}", group)
        path = re.sub(r"{\w+(:\w+)?}", "1", path)
        if "POST" in route.methods:
            fields = {"text": "x", "reason": "x", "other": shared, "incident": shared}
            answer = browser.send(path, {**carried, **fields})
        else:
            answer = browser.get(path)
        assert answer.code == 404, path
        assert SECRET not in answer.text, path
    assert tried >= 6
    assert workspace().record.events(ident)[0] == before


def test_a_refused_text_comes_back_also_where_its_form_is_gone(browser, receive, declare):
    group, ident = receive(alert()), declare("Checkout is down")
    carried = hidden(browser.get("/inbox").text)
    assert browser.fill("/inbox", f"/inbox/{group}/attach", incident=ident).code == 303
    answer = browser.send(f"/inbox/{group}/dismiss", {**carried, "reason": "it was <b>me</b>"})
    assert answer.code == 409
    assert "it was &lt;b&gt;me&lt;/b&gt;" in answer.text


def test_a_board_that_may_lack_something_says_so(browser, team, monkeypatch):
    monkeypatch.setenv("CI", "true")  # so that no page starts a sync
    subprocess.run(["git", "-C", str(team), "remote", "add", "origin", "/nowhere"], check=True)
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    page = browser.get("/").text
    assert "No incident is known here." in page
    assert "was never read in this clone" in page
