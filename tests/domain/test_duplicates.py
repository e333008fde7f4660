"""Duplicates that two clones made of each other, and relations from the other side."""

from __future__ import annotations

import pytest

from incidentctl.domain.incident.duplicates import dead_ends, from_elsewhere
from incidentctl.domain.incident.head import head
from incidentctl.domain.incident.state import CANCELLED, CLOSED, Incident, Relation

from .telling import moment


def cancelled(name: str, of: str | None, *, at: int = 0, status: str = CANCELLED):
    found = Incident(name, "incident", status=status, open=False, duplicate_of=of)
    return head(found._replace(ended=moment(at)))


def opened(name: str, *related: Relation):
    return head(Incident(name, "incident", related=related))


def test_two_that_point_at_each_other_are_told_in_one_sentence():
    found = dead_ends([cancelled("a", "b"), cancelled("b", "a")])
    assert set(found) == {"a", "b"}
    assert len(set(found.values())) == 1
    assert "a and b are cancelled as duplicates of each other" in found["a"]


def test_a_ring_is_told():
    found = dead_ends([cancelled("a", "b"), cancelled("b", "c"), cancelled("c", "a")])
    assert set(found) == {"a", "b", "c"}


def test_a_duplicate_of_what_was_cancelled_before_is_told():
    found = dead_ends([cancelled("a", "b", at=9), cancelled("b", None, at=3)])
    assert "a is cancelled as a duplicate of b, which was cancelled before" in found["a"]


@pytest.mark.parametrize(
    "heads",
    [
        [cancelled("a", "b"), opened("b")],
        [cancelled("a", "b"), cancelled("b", "c"), opened("c")],
        [cancelled("a", "elsewhere")],
        [cancelled("a", "b", at=3), cancelled("b", None, at=9)],
        [cancelled("a", "b", status=CLOSED), cancelled("b", "a", status=CLOSED)],
    ],
    ids=["open", "a way to an open one", "unknown", "a false alarm later", "closed"],
)
def test_what_somebody_works_on_or_has_settled_is_no_dead_end(heads):
    assert dead_ends(heads) == {}


def test_relations_are_seen_from_the_other_side():
    this = Incident("x", "incident", related=(Relation("known", "related"),))
    heads = [
        cancelled("a", "x"),
        opened("b", Relation("x", "caused-by")),
        opened("c", Relation("x", "odd")),
        opened("known", Relation("x", "related")),
        opened("other", Relation("y", "related")),
    ]
    assert from_elsewhere(this, heads) == (
        Relation("a", "duplicate"), Relation("b", "caused"), Relation("c", "odd, said there"),
    )  # fmt: skip
