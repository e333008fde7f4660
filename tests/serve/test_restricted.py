"""Rules for restricted incidents, where no remote would keep them."""

from __future__ import annotations

import os

import pytest

from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import RefusedError
from incidentctl.serve.server import Server
from incidentctl.serve.settings import Settings

RULES = "rules:\n  - {name: leaks, match: {kind: leak}, mode: declare, restricted: true}\n"


def test_they_are_refused_unless_it_is_told_to_be_the_only_receiver(team, start):
    (team / "alerts.yaml").write_text(RULES)
    refusing = Server(lambda: Workspace(places.RepositoryChoice(team, "-C"), {}), Settings(port=0))
    with pytest.raises(RefusedError, match="leaks") as refused:
        refusing.run()
    assert "--alone" in refused.value.hint
    marker = team / "incidentctl.yaml"
    settings = marker.read_text()
    marker.write_text(settings.replace("record: {", "record: {restricted_remote: vault, "))
    with pytest.raises(RefusedError, match="git has no remote called vault here"):
        Server(
            lambda: Workspace(places.RepositoryChoice(team, "-C"), dict(os.environ)),
            Settings(port=0),
        ).run()
    marker.write_text(settings)
    serving = start(Settings(alone=True))
    assert [rule.name for rule in serving.server._hooks.catalog.alerts.rules] == ["leaks"]
