"""A title is enough; the record has what the command would have written."""

from __future__ import annotations

from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.find import load


def test_a_title_is_enough(browser, workspace):
    led = browser.fill("/declare", "/declare", title="Checkout <b>fails</b>")
    assert led.code == 303
    ident = led.led.rsplit("/", 1)[-1]
    incident = load(workspace(), ident)
    assert (incident.title, incident.commander) == ("Checkout <b>fails</b>", "greta")
    assert incident.tier
    page = browser.get(led.led).text
    assert "Checkout &lt;b&gt;fails&lt;/b&gt;" in page
    assert f"{ident}: declared; greta is the commander" in page
    assert "Checkout &lt;b&gt;fails&lt;/b&gt;" in browser.get("/").text


def test_without_a_title_what_was_typed_comes_back(browser, workspace):
    page = browser.fill("/declare", "/declare", title=" ", affects="the <i>shop")
    assert page.code == 422
    assert "An incident needs a title." in page.text
    assert 'value="the &lt;i&gt;shop"' in page.text
    assert workspace().record.ids() == []


def test_a_guess_says_that_it_is_one_and_each_name_is_offered_once(browser):
    page = browser.get(browser.fill("/declare", "/declare", title="Checkout fails").led).text
    assert "<dd>not known yet</dd>" in page
    assert "Suggested by the title; clear it if it is wrong." in page
    assert page.count('<option value="checkout"></option>') == 1
    said = browser.fill("/declare", "/declare", title="Checkout fails", affects="cart").led
    assert "Suggested by the title" not in browser.get(said).text


def test_what_is_asked_afterwards_starts_from_the_severity_that_it_has(browser, workspace):
    """Such as one that an alert declared."""
    opened = workspace()
    request, who = Request("Checkout fails", suggested="SEV1"), opened.actor(None)
    ident = begin(opened, request, who, on_recorded=lambda _: None)
    complete(opened, ident, request, who)
    page = browser.get(f"/declare/{ident}").text
    assert ">SEV1 for now, say later</option>" in page
