"""A receiver that is killed under fire: `make torture` does it fifty times."""

from __future__ import annotations

import os

from torture import receiver


def test_what_was_answered_is_in_the_record_once_however_often_it_is_killed(tmp_path):
    found = receiver.play(tmp_path, kills=5, seed=7, environment=dict(os.environ))
    assert found.answered > 20
    assert (found.lost, found.doubled, found.uncommitted) == ([], [], 0)
