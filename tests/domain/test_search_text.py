"""What a search finds of what people wrote."""

from __future__ import annotations

import pytest

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.search_text import normal, written

from .telling import ident, told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Caf\u00e9", "CAFE\u0301"),
        ("STRASSE", "stra\u00dfe"),
        ("\uff21\uff30\uff29 down", "api  down"),
        ("\u0130stanbul", "i\u0307stanbul"),
        ("a\nb", "A\tB"),
    ],
)
def test_normal_forms_of_unicode_case_and_space_make_no_difference(one, other):
    assert normal(one) == normal(other)


def test_everything_that_people_wrote_is_found_as_it_is_after_corrections():
    said = written(
        told(
            facts.Declared("Title"),
            facts.Noted("secret words"),
            facts.Noted("wrong"),
            facts.UpdatePosted("An update"),
            facts.HypothesisProposed("The cache"),
            facts.HypothesisRuledOut(ident(4), "no change"),
            facts.Linked("ticket", "https://t.example/42"),
            facts.RunbookAttached("small", "because"),
            facts.Redacted(ident(1)),
            facts.Amended(ident(2), "right"),
        )
    )
    for text in ("title", "right", "an update", "the cache", "no change", "https://t.example/42"):
        assert text in said
    for text in ("secret", "wrong", "because"):
        assert text not in said
