"""An incident in the room in Chromium: it follows what others do, and keeps what one types."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect
from tests.browser.harness import EVIL, assert_clean, assert_inert
from tests.browser.test_room import (  # noqa: F401 (a fixture)
    assert_inert_but_refused,
    entered,
    fill,
    room,
)

from incidentctl.app.incident import notes, steps
from incidentctl.app.incident.classify import reclassify
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Response
from incidentctl.domain.incident import facts


def respond(workspace, ident) -> Response:
    opened = workspace()
    return Response(opened, ident, opened.actor("omar"), on_recorded=lambda _: None)


def declare(workspace) -> str:
    opened = workspace()
    request, who = (
        Request("Checkout fails", severity="SEV1", affects=["checkout"]),
        opened.actor(None),
    )
    ident = begin(opened, request, who, on_recorded=lambda _: None)
    complete(opened, ident, request, who)
    return ident


def test_the_page_with_hostile_texts(visit, room):  # noqa: F811
    link, workspace = room
    ident = fill(workspace(), EVIL)
    respond(workspace, ident).record(
        [
            facts.Noted(f"{EVIL}\n{EVIL}", True), facts.SummarySet(EVIL), facts.TaskAdded(EVIL),
            facts.UpdatePosted(EVIL), facts.HypothesisProposed(EVIL), facts.Linked(EVIL, EVIL),
            facts.RoleAssigned(EVIL, EVIL, EVIL), facts.StepDone("updates", EVIL, EVIL),
            facts.HandoverOffered(EVIL, EVIL),
        ],
        "hostile",
    )  # fmt: skip
    page = entered(visit, link)
    for path in (f"/incidents/{ident}", f"/incidents/{ident}/brief"):
        page.goto(urljoin(page.url, path))
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert_clean(page)
        assert_inert(page)


def test_what_others_do_appears_and_what_one_types_stays(visit, room):  # noqa: F811
    link, workspace = room
    ident = declare(workspace)
    page = entered(visit, link)
    page.goto(urljoin(page.url, f"/incidents/{ident}"))
    expect(page.get_by_text("It follows by itself.")).to_be_visible()
    note = page.get_by_label("Note", exact=True)
    note.fill("half a sen")
    step = page.locator("#step-3")
    step.locator("summary").click()
    why = step.get_by_label("Note, or why it is skipped")
    why.fill("nobody is affec")
    notes.log(respond(workspace, ident), "the pool is empty")
    steps.done(respond(workspace, ident), "page-on-call", note="I called")
    expect(page.locator("#timeline")).to_contain_text("the pool is empty")
    expect(page.locator("#step-1")).to_contain_text("done by omar")
    expect(page.locator("#news")).to_contain_text("omar")
    loaded = page.locator("#as-of time").get_attribute("datetime")
    reclassify(respond(workspace, ident), severity="SEV2")
    expect(page.locator("h1")).to_have_text("SEV2 Checkout fails")
    expect(page).to_have_title(re.compile("^SEV2 Checkout fails – "))
    assert page.locator("#as-of time").get_attribute("datetime") > loaded
    expect(why).to_be_focused()
    expect(why).to_have_value("nobody is affec")
    expect(note).to_have_value("half a sen")
    steps.done(respond(workspace, ident), "status-page")
    expect(step).to_contain_text("This has changed meanwhile.")
    expect(why).to_have_value("nobody is affec")
    expect(why).to_be_focused()
    step.get_by_role("button", name="Skip").click()
    expect(step).to_contain_text("Step status-page was done by omar")
    expect(why).to_have_value("nobody is affec")
    expect(note).to_have_value("half a sen")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#said")).to_contain_text("log")
    expect(note).to_have_value("")
    expect(page.get_by_label("What solved it")).to_be_visible()  # there is room for it
    expect(page.locator("#timeline li").first).to_contain_text("half a sen")
    assert_inert_but_refused(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_keys_alone_walk_and_resolve_on_a_phone(visit, room, script):  # noqa: F811
    link, workspace = room
    ident = declare(workspace)
    page = entered(visit, link, phone=True, script=script)
    page.goto(urljoin(page.url, f"/incidents/{ident}"))

    def press(name: str) -> None:
        button = page.get_by_role("button", name=re.compile(f"^{name}")).first
        button.focus()
        page.keyboard.press("Enter")

    press("Done")
    expect(page.locator("#step-1")).to_contain_text("done by")
    if script:  # the focus stays in the list, where the next step is
        assert page.evaluate("document.activeElement.closest('#steps') !== null")
    expect(page.get_by_label("What solved it")).to_be_hidden()  # it is rare, and long
    page.locator("#end-forms > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What solved it").focus()
    page.keyboard.type("rolled back")
    page.keyboard.press("Enter")
    expect(page.locator("#head")).to_contain_text("resolved")
    expect(page.locator("#said")).to_be_in_viewport()
    incident = load(workspace(), ident)
    assert (incident.status, incident.ended_why) == ("resolved", "rolled back")
    assert sum(step.state == "done" for step in incident.steps) == 1
