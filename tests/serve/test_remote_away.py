"""Alerts that come in while the remote is away are taken, and reach the others once it is back."""

from __future__ import annotations

import shutil

from tests.serve.test_automate import until
from tests.serve.test_hooks import BODY, FIRING, TOKEN

from incidentctl.app.record.sync import sync
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.alerts.group import without_copies


def test_what_comes_in_while_the_remote_is_away_is_there_for_all_later(start, team, tmp_path, git):
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text().replace("record: {", "record: {remote: origin, "))
    git(team, "commit", "-qam", "Share the record")
    remote, away = tmp_path / "remote.git", tmp_path / "away.git"
    git(tmp_path, "clone", "-q", "--bare", str(team), str(remote))
    git(team, "remote", "add", "origin", str(remote))
    git(tmp_path, "clone", "-q", str(remote), "other")
    git(tmp_path / "other", "config", "user.name", "Omar")
    git(tmp_path / "other", "config", "user.email", "omar@astronomy-shop.example")
    serving = start()
    shutil.move(remote, away)
    for number in range(5):
        one = FIRING | {"annotations": {"summary": f"Alert {number}"}}
        answer = serving.post("am", BODY | {"groupKey": str(number), "alerts": [one]}, **TOKEN)
        assert answer.code == 200

    def told():
        return serving.ask("GET", "/readyz").body["problems"].get("remote")

    assert "others do not receive what is recorded here" in until(told)
    shutil.move(away, remote)

    def there():
        other = open_workspace(str(tmp_path / "other"))
        sync(other)
        return len(without_copies(other.record.groups())) == 5

    until(there)
    until(lambda: not told())
