"""Who may hold a role, and what is refused."""

from __future__ import annotations

import pytest
from tests.domain.telling import incident

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import roles
from incidentctl.errors import NotFoundError, RefusedError, UsageError

DECLARED = facts.Declared("x")
OPEN = incident(DECLARED)
KNOWN = ["alice", "bob", "carol"]


def test_roles_go_to_people_who_are_known():
    assert roles.assign(OPEN, "Mitigator", "@Bob", known=KNOWN) == [
        facts.RoleAssigned("mitigator", "bob")
    ]
    names = {"bob": "Bob Example"}
    assert roles.assign(OPEN, "planning", "bob", known=names)[-1].person_name == "Bob Example"
    with pytest.raises(NotFoundError) as refusal:
        roles.assign(OPEN, "mitigator", "bobb", known=KNOWN)
    assert refusal.value.hint == "Did you mean 'bob'?"
    with pytest.raises(NotFoundError):
        roles.assign(OPEN, "cook", "bob", known=KNOWN)


def test_a_catalog_without_people_and_those_who_take_part_refuse_nobody():
    assert roles.assign(OPEN, "mitigator", "zoe")
    there = incident(DECLARED, ("zoe@laptop", facts.Noted("hi")))
    assert roles.assign(there, "mitigator", "zoe@laptop", known=KNOWN)


def test_a_stranger_can_hold_a_role_unless_the_name_is_nearly_that_of_somebody():
    stranger = "Zed of the vendor"
    assert roles.assign(OPEN, "mitigator", stranger, known=KNOWN) == [
        facts.RoleAssigned("mitigator", stranger)
    ]
    assert roles.assign_individual(OPEN, stranger, known=KNOWN)[-1].person == stranger
    with pytest.raises(NotFoundError) as refusal:
        roles.assign(OPEN, "mitigator", "bobb", known=KNOWN)
    assert refusal.value.hint == "Did you mean 'bob'?"
    named = {"bob": "Bób  Example", "ines": None}
    assert roles.assign(OPEN, "mitigator", "bob example", known=named)[-1].person == "bob"
    with pytest.raises(UsageError, match="is not one person"):
        roles.assign(OPEN, "mitigator", "bob, zed", known=KNOWN)
    hostile = roles.assign(OPEN, "mitigator", "Zed\x1b[31m" + "x" * 200, known=KNOWN)[-1].person
    assert hostile.startswith("Zed\\u{1b}")
    assert len(hostile) == 100


def test_a_role_that_one_person_holds_is_handed_on_and_mitigators_are_many():
    held = incident(
        DECLARED, facts.RoleAssigned("planning", "bob"), facts.RoleAssigned("mitigator", "bob")
    )
    assert roles.assign(held, "planning", "carol") == [
        facts.RoleReleased("planning", "bob"),
        facts.RoleAssigned("planning", "carol"),
    ]
    assert roles.assign(held, "mitigator", "carol") == [facts.RoleAssigned("mitigator", "carol")]
    with pytest.raises(RefusedError, match="already"):
        roles.assign(held, "planning", "bob")


def test_release():
    two = incident(
        DECLARED, facts.RoleAssigned("mitigator", "bob"), facts.RoleAssigned("mitigator", "carol")
    )
    assert roles.release(two, "mitigator", "Carol") == [facts.RoleReleased("mitigator", "carol")]
    with pytest.raises(UsageError, match="bob, carol"):
        roles.release(two, "mitigator")
    for role in ("commander", "planning"):
        with pytest.raises(RefusedError):
            roles.release(two, role)


def test_team_and_individual():
    assert roles.assign_team(OPEN, "CORE", known=["core"]) == [facts.TeamAssigned("core")]
    with pytest.raises(NotFoundError):
        roles.assign_team(OPEN, "cora", known=["core"])
    assert roles.assign_individual(OPEN, "bob", known=KNOWN) == [facts.IndividualAssigned("bob")]


def test_the_roles_are_kept_once():
    assert roles.keep(OPEN) == [facts.RolesKept()]
    assert roles.keep(incident(DECLARED, facts.RolesKept())) == []


def test_nobody_keeps_the_roles_while_nobody_commands():
    with pytest.raises(RefusedError, match="Nobody is in command yet"):
        roles.keep(OPEN._replace(commander="alert:prometheus"))
