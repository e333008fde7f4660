"""Who may hand command over, accept and take it."""

from __future__ import annotations

import pytest
from tests.domain.telling import ident, incident

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import handover
from incidentctl.errors import NotFoundError, RefusedError, UsageError

DECLARED = facts.Declared("x")
OPEN = incident(DECLARED)
OFFERED = incident(DECLARED, facts.HandoverOffered("bob"))
KNOWN = {"alice": None, "bob": "Bob", "carol": None}


def test_command_is_offered_accepted_and_taken():
    assert handover.offer(OPEN, "@Bob", by="alice", known=KNOWN) == [
        facts.HandoverOffered("bob", "Bob")
    ]
    assert handover.accept(OFFERED, by="bob", name="Bob") == [
        facts.HandoverAccepted(ident(1)),
        facts.RoleAssigned("commander", "bob", "Bob"),
    ]
    assert handover.take(OFFERED, " no answer ", by="carol") == [
        facts.CommandTaken("alice", "no answer"),
        facts.RoleAssigned("commander", "carol", None),
    ]


def test_a_handle_is_the_same_in_any_case():
    assert handover.accept(incident(DECLARED, facts.HandoverOffered("Bob")), by="bob")


def test_another_offer_replaces_the_first_and_the_same_is_refused():
    assert handover.offer(OFFERED, "carol", by="alice")
    with pytest.raises(RefusedError, match="offered to bob since"):
        handover.offer(OFFERED, "bob", by="alice")


@pytest.mark.parametrize(
    ("decide", "error", "told"),
    [
        (lambda: handover.offer(OPEN, "bob", by="carol"), RefusedError, "alice is in command, so"),
        (lambda: handover.offer(OPEN, "alice", by="alice"), RefusedError, "is already in command"),
        (lambda: handover.offer(OPEN, "bbo", by="alice", known=KNOWN), NotFoundError, "bbo"),
        (lambda: handover.offer(OPEN, " ", by="alice"), UsageError, "a person"),
        (lambda: handover.accept(OPEN, by="bob"), RefusedError, "has been offered command"),
        (lambda: handover.accept(OFFERED, by="carol"), RefusedError, "offered to bob; you"),
        (lambda: handover.accept(OFFERED, by="alice"), RefusedError, "has been in command"),
        (lambda: handover.take(OPEN, "x", by="alice"), RefusedError, "has been in command"),
        (lambda: handover.take(OPEN, " ", by="bob"), UsageError, "a reason"),
        (lambda: handover.take(OPEN, "x" * 5001, by="bob"), RefusedError, "characters"),
    ],
)
def test_what_is_refused(decide, error, told):
    with pytest.raises(error, match=told):
        decide()


@pytest.mark.parametrize("end", [facts.Resolved(), facts.Cancelled("no")])
def test_nothing_of_it_is_done_when_it_is_over(end):
    over = incident(DECLARED, facts.HandoverOffered("bob"), end)
    for decide in (
        lambda: handover.offer(over, "bob", by="alice"),
        lambda: handover.accept(over, by="bob"),
        lambda: handover.take(over, "x", by="bob"),
        lambda: handover.may_escalate(over),
    ):
        with pytest.raises(RefusedError, match="you cannot"):
            decide()
