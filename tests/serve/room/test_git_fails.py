"""While git fails, people declare in the room as in a terminal, and nothing is called empty."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.serve.room.browser import hidden


@pytest.fixture
def broken(browser, team):
    """A typo in git's configuration, and no cache; the function that this returns repairs it."""
    assert browser.fill("/declare", "/declare", title="Search is slow").code == 303
    shutil.rmtree(team / ".git/incidentctl/cache")
    file = Path(os.environ["GIT_CONFIG_GLOBAL"])
    before = file.read_text()
    file.write_text("[broken\n")
    return lambda: file.write_text(before)


def test_somebody_declares(browser, workspace, broken):
    page = browser.get("/declare")
    assert page.code == 200
    assert "Which incidents are open is not known" in page.text
    sent = browser.send("/declare", {**hidden(page.text), "title": "Checkout is down"})
    assert sent.code == 303, sent.text
    led = browser.get(sent.led)
    assert led.code == 200, led.text
    assert "recorded" in led.text.casefold()
    broken()
    workspace().flush()
    titles = [head.title for head in workspace().record.open_heads()]
    assert titles == ["Checkout is down", "Search is slow"]
