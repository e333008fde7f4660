"""One Chromium for the tests of a file: `visit(file or address)` opens a page; see `harness.py`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.harness import open_page
from tests.browser.harness import phone as of_a_phone

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The system's Chromium, without a window, and with no way out of this machine."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None and os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
        pytest.fail("chromium is missing")
    if program is None:
        pytest.skip("chromium is missing")
    expect.set_options(timeout=20_000)  # a machine that runs all tests at once is slow
    home = str(tmp_path_factory.mktemp("chromium"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
            env={**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home},
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page with a jar of cookies of its own: `visit(address, script=False, phone=True)`."""
    contexts = []

    def open_(
        address: Path | str, *, script: bool = True, phone: bool = False, **options: Any
    ) -> Page:
        if phone:
            options = of_a_phone(**options)
        context = chromium.new_context(java_script_enabled=script, **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        return open_page(context, address)

    yield open_
    for context in contexts:
        context.close()
