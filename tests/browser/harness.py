"""Pages in Debian's Chromium, and what is wrong with them.

    def test_it(visit):
        page = visit(file)  # or "http://127.0.0.1:…"; `script=False`, `phone=True`
        assert_clean(page)  # in both colour schemes, at 360 and 1280 pixels; at 320 it reflows
        assert_inert(page)  # after hostile texts: EVIL in every field

`SCREENSHOTS=folder pytest tests/browser` keeps what `assert_clean` saw, to be looked at.

Playwright holds an event loop in the thread of the tests: what runs one of its own (a prompt, a
server) needs a thread or a process.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

WIDTHS = (360, 1280)
#: What a window of 1280 pixels has at 400 %: WCAG 1.4.10 wants no sideways scroll there.
REFLOW = 320
SCHEMES = ("light", "dark")

#: Runs, appears or loads, if a page takes it for markup, an attribute, script or style.
EVIL = (
    "</title></style></textarea></script><script>window.ran=1</script>"
    "<img src=x class=appeared onerror=window.ran=1><svg class=appeared onload=window.ran=1>"
    "\"' onfocus=window.ran=1 autofocus class=appeared x='\" style='color:red' "
    "javascript:window.ran=1 {{7*7}} &lt;b&gt; -->]]> url(http://evil.example/x)"
)

#: Of a page of more pixels only what a window shows is kept.
_TALLEST = 16_000
_AXE = Axe()
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
#: Runs before the page's own scripts, outside of its policy.
_WATCH = """
window.policyViolations = [];
document.addEventListener('securitypolicyviolation', at =>
  window.policyViolations.push(`${at.violatedDirective}: ${at.blockedURI} ${at.sample}`));
"""


class Happened(NamedTuple):
    """What a page did since it was opened."""

    console: list[str]
    requests: list[str]


#: By page; a page is gone with its test.
_HAPPENED: dict[Page, Happened] = {}


def open_page(context: BrowserContext, address: Path | str) -> Page:
    """Open a file or an address, and note from the first byte on what the page does."""
    page = context.new_page()
    page.add_init_script(_WATCH)
    found = _HAPPENED[page] = Happened([], [])

    page.on("request", lambda request: found.requests.append(request.url))
    page.on("websocket", lambda socket: found.requests.append(socket.url))
    page.on("pageerror", lambda error: found.console.append(str(error)))
    page.on("dialog", lambda dialog: (found.console.append("a dialog"), dialog.dismiss()))
    page.on(
        "console",
        lambda said: said.type in ("error", "warning") and found.console.append(said.text),
    )
    page.on("close", lambda closed: _HAPPENED.pop(closed, None))
    page.goto(address.absolute().as_uri() if isinstance(address, Path) else address)
    return page


def assert_clean(page: Page) -> None:
    """Fail with all that is wrong: errors, foreign requests, sideways scroll, what axe finds."""
    faults = [*_said(page)]
    for scheme, width in itertools.product(SCHEMES, WIDTHS):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        faults += [f"{scheme}, {width} pixels: {fault}" for fault in (*_wide(page), *_axe(page))]
        _keep(page, f"{scheme}-{width}")
    page.set_viewport_size({"width": REFLOW, "height": 800})
    faults += [f"{REFLOW} pixels: {fault}" for fault in _wide(page)]
    assert not faults, "\n".join(faults)


def assert_inert(page: Page) -> None:
    """Fail if a hostile text did anything but stand there."""
    assert page.evaluate("window.ran") is None
    assert page.locator(".appeared, [onfocus], [onerror], [onload]").count() == 0
    assert not [*_said(page)]


def _said(page: Page) -> Iterator[str]:
    found = _HAPPENED[page]
    yield from found.console
    yield from page.evaluate("window.policyViolations")
    own = urlsplit(page.url)
    for url in found.requests:
        if own.scheme == "file" and url.partition("#")[0] != page.url.partition("#")[0]:
            yield f"a file asked for {url}"
        elif urlsplit(url)[:2] != own[:2]:
            yield f"it asked another host: {url}"


def _wide(page: Page) -> Iterator[str]:
    if over := page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    ):
        yield f"scrolls sideways by {over} pixels"


def _axe(page: Page) -> Iterator[str]:
    for each in _AXE.run(page, options=_RULES).response["violations"]:
        for node in each["nodes"]:
            summary = re.sub(r"\s+", " ", node["failureSummary"])
            yield f"{each['id']}: {node['html'][:200]} {summary[:300]}"


def _keep(page: Page, look: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        test = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0]
        name = re.sub(r"\W+", "-", f"{test}-{'-'.join(urlsplit(page.url).path.split('/')[-2:])}")
        whole = page.evaluate("document.documentElement.scrollHeight") < _TALLEST
        page.screenshot(path=Path(folder) / f"{name}-{look}.png", full_page=whole)


def phone(**options: Any) -> dict[str, Any]:
    """Return the options of a context for a window as of a phone."""
    return {
        "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True,
        "device_scale_factor": 2, **options,
    }  # fmt: skip
