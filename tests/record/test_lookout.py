"""What asks the remotes whether the record has moved there."""

from __future__ import annotations

import time

import pytest
from tests.record.sharing import clone_of, make_remote, opened, say, shared

from incidentctl.domain.incident import facts
from incidentctl.record.sync.lookout import Lookout


@pytest.fixture
def clones(tmp_path):
    """Two clones that both have the incident."""
    remote = make_remote(tmp_path)
    one, two = clone_of(remote, "one"), clone_of(remote, "two")
    say(one, facts.Declared("x"))
    shared(one, two)
    return one, two


def soon(lookout, seconds=60.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if lookout.moved():
            return True
        time.sleep(0.05)
    return False


def test_it_tells_once_that_the_remote_has_what_this_clone_lacks(clones):
    one, two = clones
    lookout = Lookout([opened(two).remote()])
    lookout.start()
    assert not soon(lookout, 1.0)
    say(one, facts.Noted("the disk is full"))
    shared(one)
    assert soon(lookout)
    assert not soon(lookout, 1.0)  # once, also while this clone has not fetched it
    shared(two)
    assert not soon(lookout, 1.0)
    lookout.stop()


def test_a_remote_that_does_not_answer_has_nothing_new(clones):
    _, two = clones
    two.git("remote", "set-url", "origin", str(two.path / "gone.git"))
    lookout = Lookout([opened(two).remote()])
    lookout.start()
    assert not soon(lookout, 1.0)
    lookout.stop()
    assert not lookout.moved()


def test_without_a_remote_nothing_is_asked():
    lookout = Lookout([])
    lookout.start()
    lookout.stop()
    assert not lookout.moved()
