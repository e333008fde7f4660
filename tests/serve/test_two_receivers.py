"""Two receivers, of which one is killed in each round: `make torture` plays twenty of them."""

from __future__ import annotations

from torture import receiver, two_receivers


def test_one_incident_a_round_and_doubles_only_with_the_same_key(tmp_path):
    way = two_receivers.Way(apart=True, direct=True)
    environment = receiver.environment_in(tmp_path)
    found = two_receivers.play(tmp_path, 2, 7, environment, way=way)
    assert found.violations == []
    assert found.seen >= 4
