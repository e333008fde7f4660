"""A receiver that is killed under fire: `make torture` does it fifty times."""

from __future__ import annotations

import os
import time

from tests.app.test_receive import fires, now

from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.alerts.group import without_copies
from torture import receiver


def test_what_was_answered_is_in_the_record_once_however_often_it_is_killed(tmp_path):
    found = receiver.play(tmp_path, kills=5, seed=7, environment=dict(os.environ))
    assert found.answered > 20
    assert (found.lost, found.doubled, found.uncommitted) == ([], [], 0)


def test_what_an_earlier_receiver_left_is_committed_without_another_delivery(start, team):
    workspace = open_workspace(str(team))
    alerts = [fires(f"alert {number}", f"group {number}", at=now()) for number in range(7)]
    Receiver(workspace).take("am", alerts, now())
    assert workspace.record.pending()
    serving = start()
    end = time.monotonic() + 60
    while serving.workspace().record.pending():
        assert time.monotonic() < end, "it was not committed"
        time.sleep(0.1)
    assert len(without_copies(open_workspace(str(team)).record.groups())) == 7
