"""The lists of the walk's questions: no name is dropped without a word."""

from __future__ import annotations

import pytest

from incidentctl.app.walk.names import Name
from incidentctl.cli.incident.walk_menu import _listed, _numbered


@pytest.mark.parametrize(
    ("known", "last"),
    [
        (9, "  9  p9   Person 9"),
        (10, "  10  p10  Person 10"),
        (11, "  … and 2 more: Tab lists all"),
    ],
)
def test_a_list_has_every_name_or_says_how_many_more_there_are(known, last):
    names = [Name(f"p{number}", f"Person {number}") for number in range(1, known + 1)]
    lines = [text for text, _ in _listed(_numbered(names), len(names))]
    assert lines[-1].split() == last.split()
    assert len(lines) == min(known, 10)
