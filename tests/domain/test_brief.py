"""The commander's brief: what whoever takes command must know, in lines of 80 characters."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.telling import START, ident, incident

from incidentctl.domain import facts
from incidentctl.domain.brief import WIDTH, brief
from incidentctl.domain.text import clean

NOW = START + timedelta(hours=1)
RUNBOOK = facts.RunbookAttached(
    "small", "why", (facts.StepPlan("page", "Page"), facts.StepPlan("tell", "Tell"))
)


def lines(*told):
    return brief(incident(facts.Declared("Login is down"), *told), NOW)


def test_it_has_what_is_open_and_what_was_ruled_out_and_nothing_that_is_done():
    found = lines(
        facts.SeveritySet("SEV1", critical=True, confirmed=True, update_every=1800),
        RUNBOOK,
        facts.StepDone("page"),
        facts.RoleAssigned("mitigator", "bob", "Bob"),
        facts.TaskAdded("Call the vendor", person="carol"),
        facts.HypothesisProposed("the cache"),
        facts.HypothesisProposed("the deploy"),
        facts.HypothesisRuledOut(ident(6), "it was cold"),
        facts.UpdatePosted("we look into it"),
        facts.HandoverOffered("carol", "Carol"),
        facts.Escalated("sre"),
        facts.Noted("do not restart the database", pinned=True),
        facts.Linked("bridge", "https://meet.example/1"),
    )
    assert found == [
        "inc-20261124-1401-k7f  Login is down",
        "severity       SEV1",
        "status         triage",
        "declared       2026-11-24 14:01 UTC by alice, 1h ago",
        "commander      alice since 2026-11-24 14:01 UTC, for 1h",
        "offered to     Carol (carol) since 2026-11-24 14:01 UTC, not yet accepted",
        "mitigator      Bob (bob)",
        "other roles    held by the commander: planning, communication",
        "escalated to   sre",
        "pinned         do not restart the database (alice)",
        "we think       2 the deploy",
        "it is not      1 the cache (it was cold)",
        "open step      2 Tell (commander)",
        "open task      1 Call the vendor (carol)",
        "last update    1h ago by alice: we look into it",
        "next update    overdue by 30m (2026-11-24 14:31 UTC)",
        "bridge         https://meet.example/1",
    ]


def test_what_does_not_fit_together_is_told():
    told = lines(("bob", facts.HandoverOffered("carol")))
    assert "problem        bob offered command that alice had by then; the offer is void." in told


@given(st.text(max_size=200))
def test_whatever_people_write_acts_on_no_terminal_and_fits_80_columns(text):
    found = lines(facts.HypothesisProposed(text or "x"), facts.Linked(text or "x", "https://x"))
    assert all(clean(line) == line for line in found)
    longest = max((len(word) for word in " ".join(found).split(" ")), default=0)
    assert all(len(line) <= max(WIDTH, 15 + longest) for line in found)
