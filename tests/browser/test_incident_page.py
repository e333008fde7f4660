"""The page of an incident in Chromium: as a file, on the screen and on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.browser.harness import EVIL, assert_clean, assert_inert
from tests.domain.telling import START
from tests.render.test_incident_page import at, everything, page
from tests.render.test_retro_page import page as retro

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.state import StepPlan

#: Its width without the margins that the page asks for, in pixels of CSS.
A4 = 703
STEPS = ("Page the on-call engineer", "Open an incident channel", "Tell support", "Check the fix")


def usual(days: int = 0):
    """An incident as there are many; with `days` it goes on for so long."""
    plan = [StepPlan(f"s{n}", title, role="commander") for n, title in enumerate(STEPS)]
    events = [
        at(0, facts.Declared("Nobody can pay at the checkout", reported_by="customer")),
        at(1, facts.SeveritySet("SEV1", critical=True, update_every=1800)),
        at(2, facts.RunbookAttached("critical", "A critical incident", tuple(plan), ())),
        at(3, facts.RoleAssigned("mitigator", "sanne", "Sanne de Wit")),
        at(4, facts.StepDone("s0", "Renata is on it")),
        at(6, facts.AlertAttached("alr-1", "inc", "PaymentErrors"), by="alert:am"),
        at(9, facts.StatusSet("investigating")),
        at(12, facts.UpdatePosted("We are looking", public=True)),
        at(20, facts.HypothesisProposed("the flag paymentUnreachable is on")),
        at(31, facts.RoleAssigned("planning", "omar", "Omar Benhaddou")),
        at(55, facts.StatusSet("identified")),
        at(56, facts.UpdatePosted("It is the flag", public=True)),
        at(70, facts.MomentMarked("mitigated")),
        at(75, facts.StepDone("s3", "payments succeed")),
    ]
    events += [
        at(1440 * day, facts.UpdatePosted(f"day {day}: we wait for the vendor"))
        for day in range(1, days + 1)
    ]
    events.append(at(90 + 1440 * days, facts.Resolved("the flag is off")))
    return events


@pytest.mark.parametrize(
    ("told", "hours"),
    [(usual(), 4), (usual(40), 24 * 41), (everything(EVIL), 4), (everything("x" * 2_000), 4)],
    ids=["usual", "40 days", "hostile", "word"],
)
def test_the_page_of_an_incident(visit, tmp_path, told, hours):
    file = tmp_path / "incident.html"
    file.write_text(page(told, now=START + timedelta(hours=hours)))
    opened = visit(file)
    assert_clean(opened)
    assert_inert(opened)
    opened.emulate_media(media="print", color_scheme="dark")
    opened.set_viewport_size({"width": A4, "height": 1000})
    assert not opened.evaluate(
        "[...document.querySelectorAll('main *')].filter(each => !each.ownerSVGElement &&"
        f" each.getBoundingClientRect().right > {A4 + 1}).map(each => each.outerHTML.slice(0, 99))"
    )
    white = "rgb(255, 255, 255)"
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == white


def test_on_a_phone_the_keyboard_scrolls_the_picture(visit, tmp_path):
    file = tmp_path / "incident.html"
    file.write_text(page(usual()))
    opened = visit(file, phone=True)
    opened.locator(".timeline .wide").focus()
    opened.keyboard.press("ArrowRight")
    # The page's policy forbids what `wait_for_function` does after its first look.
    opened.evaluate(
        "() => new Promise((done, failed) => {"
        " const look = () => document.activeElement.scrollLeft > 0 ? done()"
        " : requestAnimationFrame(look);"
        " setTimeout(failed, 30_000, 'it does not scroll'); look() })"
    )


#: What Markdown makes of an address or of markup, besides what no page may take for its own.
MARKDOWN = f"[a](javascript:window.ran=1) ![b](https://evil.example/b.png) <{EVIL}>"


@pytest.mark.parametrize("said", ["We rolled back", MARKDOWN, "x" * 1000])
def test_the_page_of_a_retrospective(visit, tmp_path, said):
    file = tmp_path / "retro.html"
    file.write_text(retro(said))
    opened = visit(file)
    assert_clean(opened)
    assert_inert(opened)
    assert opened.locator("a[href^='javascript'], img").count() == 0
