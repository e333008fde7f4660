"""Which team `escalate` brings in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.domain.telling import START, incident

from incidentctl.app.catalog.who import reached
from incidentctl.app.incident.escalate import whom
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.team import OnCall, Team
from incidentctl.domain.incident import facts
from incidentctl.errors import NotFoundError, RefusedError

OWNED = [facts.Declared("x"), facts.AffectedSet(owner="core")]


def team(name, after, *, contacts=None):
    rota = OnCall(
        rota=(f"{name}-one",),
        shift=timedelta(weeks=1),
        starts=START.replace(tzinfo=None) - timedelta(days=30),
        escalate_to=after,
    )
    return Team(name=name, on_call=rota, contacts=contacts or {})


TEAMS = [team("core", "sre", contacts={"channel": "#core"}), team("sre", "chiefs"),
         team("chiefs", None), team("ring", "core"), Team(name="bare")]  # fmt: skip
CATALOG = Catalog(teams={each.name: each for each in TEAMS})


@pytest.mark.parametrize(
    ("more", "named", "expected"),
    [
        ([], None, "sre"),
        ([facts.Escalated("sre")], None, "chiefs"),
        ([facts.TeamAssigned("ring")], None, "core"),
        ([facts.TeamAssigned("ring"), facts.Escalated("core")], None, "sre"),
        # Who was brought in names nobody: the one before does.
        ([facts.Escalated("bare")], None, "sre"),
        ([], "SRE", "sre"),
        ([facts.Escalated("sre")], "sre", "sre"),
    ],
)
def test_the_next_of_the_line_or_who_is_named(more, named, expected):
    called = whom(CATALOG, incident(*OWNED, *more), named, now=START)
    assert called.team == expected
    assert called.on_call.handle == f"{expected}-one"


@pytest.mark.parametrize(
    ("told", "named", "error", "message"),
    [
        ([facts.Declared("x")], None, RefusedError, "No team responds or owns"),
        ([*OWNED, facts.Escalated("sre"), facts.Escalated("chiefs")], None, RefusedError,
         "core and sre and chiefs names nobody else"),
        ([facts.Declared("x"), facts.AffectedSet(owner="gone")], None, RefusedError, "gone"),
        (OWNED, "srf", NotFoundError, "srf"),
    ],
)  # fmt: skip
def test_where_the_line_ends(told, named, error, message):
    with pytest.raises(error, match=message):
        whom(CATALOG, incident(*told), named, now=START)


def test_a_team_of_the_line_is_told_once_with_those_that_are_known():
    escalated = incident(*OWNED, facts.Escalated("chiefs"), facts.Escalated("core"),
                         facts.Escalated("sre"))  # fmt: skip
    with pytest.raises(RefusedError, match="of core and chiefs and sre names") as refused:
        whom(CATALOG, escalated, None, now=START)
    assert refused.value.hint.endswith("Known teams: bare, ring.")


def test_a_contact_in_a_variable_is_told_where_it_is_set():
    assert reached("#core", {}) == "#core"
    assert reached("env:CORE_PHONE", {"CORE_PHONE": "+49 1"}) == "+49 1"
    said = "in the variable CORE_PHONE, which is not set here"
    assert reached("env:CORE_PHONE", {}) == said
    assert reached("env:CORE_PHONE", {"CORE_PHONE": " "}) == said


def test_contacts_and_on_call_are_told_where_there_are_any():
    assert whom(CATALOG, incident(*OWNED), "core", now=START).contacts == (("channel", "#core"),)
    bare = whom(CATALOG, incident(*OWNED), "bare", now=START)
    assert (bare.on_call, bare.contacts) == (None, ())
    assert whom(Catalog(), incident(*OWNED), "any", now=START).team == "any"
