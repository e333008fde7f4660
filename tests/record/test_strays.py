"""What is no event, in the log of a clone that began from a branch which held it."""

from __future__ import annotations

import pytest
from tests.record.kit import INCIDENT, OTHER, Clone, event
from tests.record.sharing import BRANCH, LOG_REF, clone_of, say, shared, tip

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.ids import incident_folder

pytestmark = pytest.mark.both_formats


def test_clones_do_not_push_for_ever_against_one_that_began_from_strange_files(
    remote: Clone, ann: Clone
) -> None:
    known = say(ann, facts.Noted("x"))
    shared(ann)
    # Somebody commits what is no event, a link, and a name that is no UTF-8.
    good = event(facts.Noted("x"))
    folder = f"{incident_folder(INCIDENT)}/events"
    stray = f"{folder}/{event(facts.Noted('y')).id}-noted.json"
    text = encode(good).decode()
    remote.git(
        "fast-import", "--quiet",
        data=f"commit {BRANCH}\ncommitter U <u@x> 1 +0000\ndata 1\nx\nfrom {BRANCH}^0\n"
        f"M 100644 inline {stray}\ndata {len(text)}\n{text}\n"
        f"M 120000 inline {folder}/{event(facts.Noted('z')).id}-noted.json\ndata 1\n/\n"
        f'M 100644 inline "incidents/\\377 \\001"\ndata 1\nx\n\n',
    )  # fmt: skip
    bob = clone_of(remote, "bob")
    known += say(
        bob, facts.Noted("x"), incident=OTHER
    )  # begins from the branch, before any exchange
    known += say(ann, facts.Noted("x"))
    for clone in (ann, bob, ann, bob):
        shared(clone)
    before = tip(remote, BRANCH)
    for clone in (ann, bob, ann, bob):
        shared(clone)
    assert tip(ann, LOG_REF) == tip(bob, LOG_REF) == tip(remote, BRANCH) == before
    assert sorted(bob.logged_ids()) == sorted(known)
    listed = remote.git("ls-tree", "-r", "--name-only", BRANCH).splitlines()
    assert len(listed) == len(known) + 2  # log.md of both incidents
