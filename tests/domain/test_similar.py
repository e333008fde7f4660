"""Which incidents are like another one."""

from __future__ import annotations

import pytest

from incidentctl.domain.catalog.words import terms
from incidentctl.domain.incident.similar import Traits, line_of, most_like, traits_of


def traits(title: str, *services: str) -> Traits:
    return Traits(terms(title), frozenset(services))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (traits("login is down"), traits("nobody can log in: LOGIN broken")),
        (traits("login is down"), traits("Signing in fails with 500")),
        (traits("payments fail"), traits("the payment of orders is slow")),
        (traits("it is down", "auth-api"), traits("everything is slow", "auth-api")),
        (traits("ログインできない"), traits("ログインが遅い")),
    ],
)
def test_alike(one, other):
    assert one.like(other) > 0
    assert other.like(one) > 0
    assert traits_of(line_of(one)) == one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (traits("login is down"), traits("search is down")),
        (traits("it is down"), traits("it is slow")),
        (traits("it is down", "a"), traits("it is down", "ab")),
    ],
)
def test_not_alike(one, other):
    assert one.like(other) == 0


def test_the_most_alike_come_first_then_the_newest():
    lines = [
        line_of(traits(*each))
        for each in (("search", "x"), ("login", "y"), ("cart", "auth"), ("login", "auth"))
    ]
    assert most_like(traits("login is down", "auth"), lines) == [3, 1, 2]
    assert most_like(traits("login is down", "auth"), lines, most=1) == [3]
    assert most_like(traits("it is down"), lines) == []
