"""Forms: what was typed is never lost, and nothing is done twice."""

from __future__ import annotations

import resource
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.serve.room.browser import hidden

from incidentctl.app.incident.find import load


@pytest.fixture
def full_disk():
    """Let no file grow in this process, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))

    yield fill
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_gives_back_what_was_typed(browser, workspace, full_disk):
    fields = {**hidden(browser.get("/declare").text), "title": "Checkout <is> down"}
    full_disk()
    answer = browser.send("/declare", fields)
    assert answer.code == 503
    assert "Nothing was recorded. What you typed is still here." in answer.text
    assert 'value="Checkout &lt;is&gt; down"' in answer.text
    assert workspace().record.ids() == []


def test_a_form_sent_twice_is_done_once(browser, workspace):
    fields = {**hidden(browser.get("/declare").text), "title": "Checkout is down"}
    with ThreadPoolExecutor(2) as pool:
        led = {each.led for each in pool.map(lambda _: browser.send("/declare", fields), range(2))}
    assert led == {f"/declare/{ident}" for ident in workspace().record.ids()}
    assert len(led) == 1


def test_another_text_from_the_same_page_is_another_form(browser, workspace):
    fields = hidden(browser.get("/declare").text)
    for title in ("Checkout is down", "Search is slow"):
        assert browser.send("/declare", {**fields, "title": title}).code == 303
    assert len(workspace().record.ids()) == 2


def test_a_form_of_a_mebibyte_is_taken_whole(browser, workspace):
    """What has no room in a title is in the notes."""
    text = "Checkout is down " * (1024**2 // 17)
    led = browser.fill("/declare", "/declare", title=text).led
    incident = load(workspace(), led.rsplit("/", 1)[-1])
    noted = (e.text.rpartition(" (part ")[0] for e in incident.entries if e.kind == "noted")
    assert "".join(noted).replace(" ", "") == text.replace(" ", "")
    assert browser.get(led).code == 200


def test_a_larger_form_is_refused(browser, workspace):
    answer = browser.fill("/declare", "/declare", title="x" * (2 * 1024**2))
    assert answer.code == 413
    assert "Go back to what you typed" in answer.text
    assert workspace().record.ids() == []


def test_a_form_with_too_many_fields_is_refused(browser):
    fields = {f"f{number}": "x" for number in range(600)}
    assert browser.send("/declare", fields).code == 400


def test_an_unknown_name_comes_back_with_its_question(browser, workspace):
    led = browser.fill("/declare", "/declare", title="Checkout is down").led
    answer = browser.fill(led, f"{led}/answers", affects="chekout", severity="SEV1")
    assert answer.code == 404
    assert "Did you mean &#39;checkout&#39;?" in answer.text
    assert 'value="chekout"' in answer.text
    assert '<option value="SEV1" selected>' in answer.text
    assert 'aria-invalid="true" aria-describedby="refusal"' in answer.text
    assert load(workspace(), led.rsplit("/", 1)[-1]).confirmed is False


def test_a_bug_gives_back_what_was_typed(browser, workspace, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("incidentctl.serve.room.declare.begin", broken)
    answer = browser.fill("/declare", "/declare", title="Checkout is down")
    assert answer.code == 500
    assert "A bug in incidentctl: ZeroDivisionError." in answer.text
    assert 'value="Checkout is down"' in answer.text


def test_what_was_declared_before_a_failure_is_not_declared_again(browser, workspace, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("incidentctl.serve.room.declare.complete", broken)
    led = browser.fill("/declare", "/declare", title="Checkout is down")
    assert led.code == 303
    page = browser.get(led.led).text
    assert "declared; greta is the commander" in page
    assert "is not recorded yet" in page


def test_a_team_without_files_that_can_be_read_declares(browser, workspace, team):
    shutil.copy(team / "incidentctl.yaml", team / "kept.yaml")
    (team / "services").rename(team / "services-gone")
    (team / "severities.yaml").write_text("severities: [")
    assert browser.fill("/declare", "/declare", title="Checkout is down").code == 303
