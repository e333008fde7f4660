"""What the room sends: nothing of a repository that is not trusted, or has changed since."""

from __future__ import annotations

import re

from tests.sending import plant
from tests.serve.room.browser import hidden
from tests.serve.room.test_incident import declare  # noqa: F401 (a fixture)

from incidentctl.app.actions import trust

TOLD = """\
announcements:
  - name: customers
    on: [public-update]
    actions: [{uses: webhook, with: {url: URL/told}}]
"""


def publish(browser, path, text):
    """Post a public update, with the second click; return the page that follows."""
    fields = {"text": text, "public": "yes"}
    shown = browser.fill(path, f"{path}/update", **fields)
    seal = re.findall(r'name="seal" value="(\w+)"', shown.text)[0]
    browser.send(f"{path}/update", {**hidden(shown.text), **fields, "seal": seal})
    return browser.get(path).text


def test_what_is_not_trusted_is_not_sent_by_the_room(
    team, target, monkeypatch, workspace, request, browser
):
    plant(team, target.url, monkeypatch)
    announcements = team / "announce.yaml"
    announcements.write_text(TOLD.replace("URL", target.url))
    path = f"/incidents/{request.getfixturevalue('declare')()}"
    assert browser.fill(path, f"{path}/step-done", step="page-on-call").led == path
    assert "this repository is not trusted" in publish(browser, path, "Paying fails.")
    assert target.asked == []
    trust.trust(workspace(), trust.trust_status(workspace()).hash)
    assert "Sent: customers to 127.0.0.1" in publish(browser, path, "It still fails.")
    assert [asked.path for asked in target.asked] == ["/told"]
    announcements.write_text(announcements.read_text() + "#\n")
    assert "has changed since you trusted it" in publish(browser, path, "It goes on.")
    assert len(target.asked) == 1
