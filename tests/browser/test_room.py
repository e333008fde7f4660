"""The room in Chromium: every page, hostile texts, and declaring with nothing but keys."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from tests.browser.harness import EVIL, assert_clean, assert_inert
from tests.serve.room.browser import Rooms

from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.find import load
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.setup.room import leads_to
from incidentctl.domain.alerts.alert import Alert

EXAMPLE = Path(__file__).parents[2] / "examples" / "otel-demo"


@pytest.fixture
def room(tmp_path, monkeypatch) -> Iterator[tuple[Callable[[], str], Callable[[], Workspace]]]:
    """Links into the room of a clone, and its workspace."""
    team = tmp_path / "team"
    shutil.copytree(EXAMPLE, team)
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "The catalog"]):
        subprocess.run(["git", "-C", str(team), *arguments], check=True)
    rooms = Rooms()
    server = rooms.start(team)
    yield server.link, server._open
    rooms.stop()


def entered(visit: Any, link: Callable[[], str], **options: Any) -> Page:
    page: Page = visit(link(), **options)
    expect(page.get_by_role("heading", level=1)).to_have_text("Open incidents")
    return page


def fill(workspace: Workspace, text: str) -> str:
    """Declare an incident, and let an alert wait, both with a text everywhere."""
    who = workspace.actor(None)
    request = Request(text, severity="SEV1", affects=["checkout"], category=text, reported_by=text)
    late = workspace.now() - timedelta(minutes=50)
    ident = begin(workspace, request._replace(at=late), who, on_recorded=lambda _: None)
    complete(workspace, ident, request, who)
    alert = Alert(
        "am", "k", "g", "firing", title=text, severity="page", text=text, labels={text: text},
        started=datetime.now(UTC) - timedelta(minutes=3),
        links={text: "javascript:window.ran=1", "graph": "https://graphs.example/x"},
    )  # fmt: skip
    Receiver(workspace).take("am", (alert,), datetime.now(UTC))
    workspace.record.flush()
    return ident


def test_every_page_with_hostile_texts(visit, room):
    link, workspace = room
    ident = fill(workspace(), EVIL)
    page = entered(visit, link)
    for path in ("", "declare", f"declare/{ident}", "inbox", "areas", "past"):
        page.goto(urljoin(page.url, f"/{path}"))
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert_clean(page)
        assert_inert(page)


def test_what_was_refused_comes_back_inert(visit, room):
    link, _ = room
    page = entered(visit, link)
    page.get_by_role("link", name="Declare", exact=True).click()
    page.get_by_label("What is broken").fill(EVIL)
    page.get_by_role("button", name="Declare").first.click()
    page.get_by_label("What is affected?", exact=True).fill(EVIL)
    page.get_by_label("How bad is it?").select_option("not-sure")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Two answers say how bad it is.")
    expect(page.get_by_label("What is affected?", exact=True)).to_have_value(EVIL)
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "refusal"
    assert_inert_but_refused(page)


def assert_inert_but_refused(page: Page) -> None:
    """The status of a refusal is no error of the page, though Chromium tells of it as one."""
    assert page.evaluate("window.ran") is None
    assert page.evaluate("window.policyViolations") == []
    assert page.locator(".appeared, [onfocus], [onerror], [onload]").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_keys_alone_declare_on_a_phone(visit, room, script):
    link, workspace = room
    page = entered(visit, link, phone=True, script=script)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Declare", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What is broken")).to_be_focused()
    page.keyboard.type("Checkout fails")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Declared: Checkout fails")
    page.get_by_label("How bad is it?").focus()
    page.keyboard.type("SEV1")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save and go on").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/**")
    (ident,) = workspace().record.ids()
    incident = load(workspace(), ident)
    assert (incident.title, incident.severity) == ("Checkout fails", "SEV1")


def test_the_file_that_leads_a_browser_signs_in(visit, room, tmp_path):
    """A redirect from a file comes from elsewhere, for which browsers keep a strict cookie back."""
    link, _ = room
    file = tmp_path / "leads.html"
    file.write_text(leads_to(link()))
    page = visit(file)
    page.wait_for_url("http://127.0.0.1:*/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open incidents")
