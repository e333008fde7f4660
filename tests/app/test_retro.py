"""Refreshing a file that people edited: their bytes stay, on disk."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.files.test_retros import documents, texts

from incidentctl.app.learn.retro import refresh
from incidentctl.domain.learn.retrospective import BEGIN, END
from incidentctl.errors import InvalidDataError

PATH = "retros/inc-1.md"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("team")
    (folder / "retros").mkdir()
    return folder


@given(documents(), texts)
def test_whatever_people_wrote_stays_byte_for_byte_or_nothing_is_written(root, parts, facts):
    """Some generated front matter is faulty: then the whole file stays."""
    before, old, after = parts
    file = root / PATH
    file.write_bytes(before + old + after)
    body = f"# A title\n\n{BEGIN}\n{facts.replace('<!--', '')}\n{END}\n\n## A question\n"
    try:
        outcome = refresh(root, PATH, "inc-1", body)
    except InvalidDataError:
        assert file.read_bytes() == before + old + after
        return
    made = file.read_bytes()
    assert made.startswith(before)
    assert made.endswith(after)
    assert (outcome == "unchanged") is (made == before + old + after)
    assert refresh(root, PATH, "inc-1", body) == "unchanged"
