"""A title is enough; the record has what the command would have written."""

from __future__ import annotations

from incidentctl.app.incident.respond import load


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
