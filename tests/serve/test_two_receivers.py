"""Two receivers, killed and cut off from the remote: `make torture` plays many more rounds."""

from __future__ import annotations

from torture import receiver, two_receivers


def test_one_incident_a_round_and_doubles_only_with_the_same_key(tmp_path):
    way = two_receivers.Way(apart=True, direct=True, faults=("kill", "cut"))
    environment = receiver.environment_in(tmp_path)
    found = two_receivers.play(tmp_path, 2, 7, environment, way=way)
    assert found.violations == []
    assert found.seen >= 4
