"""The page of an incident: what it shows, what its forms do, and what comes back when refused."""

from __future__ import annotations

import html
import re
import resource
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.serve.room.browser import enter, hidden

from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Response
from incidentctl.domain.incident import facts

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \u202ex '"


@pytest.fixture
def declare(workspace):
    """Declare an incident as a command does; return its id."""

    def make(title="Checkout fails", **more):
        opened = workspace()
        request, who = (
            Request(title, **{"affects": ["checkout"], "severity": "SEV1", **more}),
            opened.actor(None),
        )
        ident = begin(opened, request, who, on_recorded=lambda _: None)
        complete(opened, ident, request, who)
        return ident

    return make


@pytest.fixture
def ident(declare):
    return declare()


@pytest.fixture
def path(ident):
    return f"/incidents/{ident}"


def text(page: str) -> str:
    """Return what a page says, without markup, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_page_says_what_a_responder_asks(browser, path, ident):
    said = text(browser.get(path).text)
    assert "SEV1 Checkout fails" in said
    assert re.search(r"Next update in (\d+m|[12]h) \(", said)
    assert "Greta Lindqvist (greta) commands" in said
    assert "0 of 8 done" in said
    assert "Mitigator held by the commander" in said
    assert ident in said
    for heading in ("Roles", "Checklist", "Tasks", "Hypotheses", "Timeline", "Change", "End"):
        assert f"{heading}</h2>" in browser.get(path).text


def test_the_step_that_pages_says_whom_and_how(browser, path, monkeypatch):
    monkeypatch.setenv("ORDERS_PAGER_URL", "pager-of-orders")
    page = browser.get(path).text
    assert re.search(r"<dt>On call</dt><dd>[^<]+ \(\w+\) of orders</dd>", page)
    step = text(page.partition('id="step-1"')[2].partition("</li>")[0])
    assert re.search(r"On call for orders: [^(]+ \(\w+\), until ", step)
    assert "channel: #orders pager: pager-of-orders email: orders@" in step
    assert "Escalate, under Change (platform is next)" in step
    browser.fill(path, f"{path}/step-done", step="page-on-call")
    assert "On call for orders" not in browser.get(path).text


def test_the_step_that_pages_says_why_nobody_knows_whom(browser, declare):
    page = browser.get(f"/incidents/{declare('Something is off', affects=[])}").text
    assert "nobody has said what is affected (under Change), or no team owns it." in page
    assert "<dt>On call</dt>" not in page


def test_a_part_of_its_id_leads_to_it(browser, ident):
    assert ident in browser.get(f"/incidents/{ident.rsplit('-')[-1]}").text
    assert browser.get("/incidents/nothing").code == 404


def test_a_tick_says_who_did_it_and_when(browser, path, ident, workspace):
    done = browser.fill(path, f"{path}/step-done", step="page-on-call", note="Omar answers")
    assert done.led == path
    page = browser.get(path).text
    assert re.search(r"done by greta, [0-9-]+ [0-9:]+ UTC · Omar answers", page)
    assert "1 of 8 done" in page
    again = browser.fill(path, f"{path}/step-done", step="page-on-call", note="I, too", link="")
    assert again.code == 303, "another note of a step that is done is no refusal"
    twice = browser.fill(path, f"{path}/step-done", step="page-on-call")
    assert twice.code == 409
    assert "Step page-on-call was done by greta" in twice.text
    assert len([e for e in load(workspace(), ident).entries if e.kind == "step-done"]) == 2


def test_two_people_who_tick_one_step_at_once_are_told_what_stands(
    team, rooms, path, ident, workspace
):
    server = rooms.start(team)
    people = [enter(server), enter(server)]
    forms = [{**hidden(each.get(path).text), "step": "notify-internal"} for each in people]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda n: people[n].send(f"{path}/step-done", forms[n]), (0, 1)))
    assert sorted(answer.code for answer in answers) == [303, 409]
    refused = next(answer for answer in answers if answer.code == 409)
    assert "Step notify-internal was done by greta" in refused.text
    assert len([e for e in load(workspace(), ident).entries if e.kind == "step-done"]) == 1


@pytest.mark.parametrize(
    ("deed", "fields", "said", "back"),
    [
        ("note", {"text": ""}, "This needs a text", ""),
        ("note", {"text": "<x> &", "at": "in an hour"}, "is not a time", "&lt;x&gt; &amp;</text"),
        ("update", {"text": "<x>", "next": "soon"}, "soon", "&lt;x&gt;</textarea>"),
        ("step-done", {"step": "none", "note": "<x>"}, "There is no step", "&lt;x&gt;</textarea>"),
        ("step-skip", {"step": "updates", "note": "n" * 70000}, "at most 65536 bytes", "n" * 70000),
        ("assign", {"role": "mitigator", "person": "gretta"}, "Did you mean", 'value="gretta"'),
        ("take-command", {"reason": "<x>"}, "has been in command", "&lt;x&gt;</textarea>"),
        ("severity", {"severity": "SEV9", "reason": "<x>"}, "no severity", 'value="&lt;x&gt;"'),
        ("affects", {"what": "chekout"}, "Did you mean", 'value="chekout"'),
        ("reopen", {"reason": "<x>"}, "It is open already", "&lt;x&gt;</textarea>"),
        ("cancel", {"reason": "", "duplicate_of": "zzz"}, "zzz", 'value="zzz"'),
        ("amend", {"entry": "999", "text": "<x>"}, "no entry 999", 'value="&lt;x&gt;"'),
        ("link", {"label": "x", "url": ""}, "needs", 'value="x"'),
    ],
)  # fmt: skip
def test_what_was_typed_comes_back_beside_the_reason(browser, path, deed, fields, said, back):
    """Also where the form is not on the page any more, or never was."""
    answer = browser.fill(path, f"{path}/{deed}", **fields)
    assert 400 <= answer.code < 500
    refusal = text(answer.text.partition('id="refusal">')[2][:900])
    assert said in refusal
    assert answer.text.count(back)
    assert 'id="wrong"' in answer.text
    assert "Nothing was recorded." in answer.text


@pytest.mark.parametrize(
    ("deed", "fields", "opened"),
    [
        ("affects", {"what": "chekout"}, ["change"]),
        ("retract", {"entry": "999"}, ["change"]),
        ("cancel", {"duplicate_of": "zzz"}, ["end"]),
        ("note", {"text": ""}, []),
    ],
)
def test_a_refused_form_is_not_folded_away(browser, path, deed, fields, opened):
    page = browser.fill(path, f"{path}/{deed}", **fields).text
    assert re.findall(r'id="(\w+)-forms" open>', page) == opened


def test_what_is_written_on_a_closed_incident_is_not_lost(browser, path):
    page = hidden(browser.get(path).text)
    browser.fill(path, f"{path}/resolve", text="over")
    browser.fill(path, f"{path}/close", reason="a test")
    answer = browser.send(f"{path}/note", {**page, "text": "one more <thing>"})
    assert answer.code == 409
    assert re.search(r"<textarea[^>]*readonly>\s*one more &lt;thing&gt;</textarea>", answer.text)


def test_a_full_disk_gives_back_the_note(browser, path, ident, workspace):
    fields = {**hidden(browser.get(path).text), "text": "the pool is <empty>"}
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        answer = browser.send(f"{path}/note", fields)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert answer.code == 503
    assert "Nothing was recorded. What you typed is still here." in answer.text
    assert "the pool is &lt;empty&gt;</textarea>" in answer.text
    assert "the pool is" not in workspace().log_text(ident)


def test_a_public_update_needs_a_second_click_on_what_was_shown(browser, path, ident, workspace):
    fields = {"text": "Paying fails. <We> look.", "public": "yes", "state": "checkout=major"}
    shown = browser.fill(path, f"{path}/update", **fields)
    assert "<blockquote" in shown.text
    assert "Paying fails. &lt;We&gt; look." in shown.text
    assert "It is sent nowhere" in shown.text
    assert "On the status page, when it is built next: Checking out: major outage." in text(
        shown.text
    )
    assert load(workspace(), ident).updates == ()
    seal = re.findall(r'name="seal" value="(\w+)"', shown.text)[0]
    other = {**hidden(shown.text), **fields, "text": "Something else", "seal": seal}
    assert "<blockquote" in browser.send(f"{path}/update", other).text
    back = browser.send(f"{path}/update", {**hidden(shown.text), **fields, "back": "yes"})
    assert "Paying fails. &lt;We&gt; look.</textarea>" in back.text
    assert load(workspace(), ident).updates == ()
    sent = browser.send(f"{path}/update", {**hidden(shown.text), **fields, "seal": seal})
    assert sent.led == path
    assert "Nothing was published" in browser.get(path).text
    assert [u.public for u in load(workspace(), ident).updates] == [True]


def test_escalate_says_how_to_reach_them_and_that_nobody_was(browser, path):
    browser.fill(path, f"{path}/escalate", team="platform")
    said = text(browser.get(path).text)
    assert "team: platform" in said
    assert "NOT SENT: this pages nobody" in said


def test_the_brief_is_the_one_of_the_terminal(browser, path, workspace, ident):
    page = browser.get(f"{path}/brief").text
    assert "other roles" in page
    assert "open step" in page


def test_hostile_texts_stay_texts(browser, workspace, declare):
    """Every text that somebody from outside can write, at once."""
    ident = declare(HOSTILE, category=HOSTILE, reported_by=HOSTILE)
    response = Response(workspace(), ident, workspace().actor(HOSTILE), on_recorded=lambda _: None)
    entries = [
        facts.Noted(f"{HOSTILE}\n{HOSTILE}", True), facts.SummarySet(HOSTILE),
        facts.ImpactSet(HOSTILE), facts.Linked(HOSTILE, f"javascript:{HOSTILE}"),
        facts.UpdatePosted(HOSTILE, True), facts.HypothesisProposed(HOSTILE),
        facts.TaskAdded(HOSTILE, HOSTILE, HOSTILE),
        facts.Linked("x", "javascript:alert(3)"), facts.RoleAssigned(HOSTILE, HOSTILE, HOSTILE),
        facts.StepDone("updates", HOSTILE, "javascript:alert(4)"), facts.TeamAssigned(HOSTILE),
        facts.HandoverOffered(HOSTILE, HOSTILE), facts.Escalated(HOSTILE, HOSTILE, HOSTILE),
    ]  # fmt: skip
    response.record(entries, "hostile")
    browser.fill(f"/incidents/{ident}", f"/incidents/{ident}/affects", what=HOSTILE)
    for path in ("", "/parts", "/brief", "?all=1&order=log"):
        page = browser.get(f"/incidents/{ident}{path}").text
        assert re.findall(r"<script(?! src)", page) == []
        assert "<img" not in page
        assert re.findall(r'href="(?:javascript|data)', page) == []
        assert re.findall(r"\son[a-z]+=(?![^<]*&gt;)", re.sub(r'="[^"]*"', "=", page)) == []
        assert "\u202e" not in text(page)
        assert " 49 " not in page


def test_what_is_restricted_is_not_there(browser, declare):
    hidden_one, open_one = declare("The payroll leaks", restricted=True), declare()
    for path in ("", "/parts", "/live", "/brief"):
        answer = browser.get(f"/incidents/{hidden_one}{path}")
        assert answer.code == 404
        assert "payroll" not in answer.text
    path = f"/incidents/{open_one}"
    carried = hidden(browser.get(path).text)
    for deed, fields in (
        ("relate", {"incident": hidden_one}),
        ("cancel", {"duplicate_of": hidden_one}),
    ):
        refused = browser.send(f"{path}/{deed}", {**carried, **fields})
        unknown = browser.send(
            f"{path}/{deed}", {**carried, **dict.fromkeys(fields, "inc-20200101-0000-zzz")}
        )
        assert refused.code == unknown.code == 404
    assert browser.send(f"/incidents/{hidden_one}/note", {**carried, "text": "x"}).code == 404
