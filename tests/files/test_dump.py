"""What is written by us reads back as the same under YAML 1.2, and looks as if by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.catalog.model import Service
from incidentctl.domain.catalog.runbook import Action, Runbook, Step
from incidentctl.domain.catalog.team import OnCall, Override
from incidentctl.files.yaml.dump import plain, to_yaml
from incidentctl.files.yaml.strict import parse

TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\ufeff"),
    min_size=1,
)


def back(text):
    documents, problems = parse(text.encode(), "file.yaml")
    assert problems == []
    (document,) = documents
    return document


@given(TEXTS)
def test_any_text_reads_back(text):
    assert back(to_yaml({"name": text, "list": [text]})) == {"name": text, "list": (text,)}


@pytest.mark.parametrize(
    "text",
    ["no", "on", "1e3", "0o17", "12", "1.5", "null", "~", "2026-01-05", "12:30", "", "=", "- a"],
)
def test_what_some_reader_takes_for_something_else_is_quoted(text):
    written = to_yaml({"name": text})
    assert yaml.safe_load(written) == {"name": text}
    assert back(written) == {"name": text}


def test_defaults_are_left_out_and_names_are_those_of_the_files():
    assert plain(Service(name="a", owner="core")) == {"name": "a", "owner": "core"}
    step = Step(
        id="u",
        title="Update",
        every=timedelta(minutes=30),
        action=Action(uses="slack", with_={"to": "env:HOOK"}),
    )
    assert plain(Runbook(name="r", steps=(step,)))["steps"] == [
        {
            "id": "u",
            "title": "Update",
            "every": "30m",
            "action": {"uses": "slack", "with": {"to": "env:HOOK"}},
        }
    ]
    moment = datetime.fromisoformat("2026-01-05T09:00")
    rota = OnCall(
        rota=("alice",),
        shift=timedelta(weeks=1),
        starts=moment,
        overrides=(Override(who="bob", from_=moment, until=moment),),
    )
    assert plain(rota)["overrides"][0]["from"] == "2026-01-05T09:00"
    assert plain(rota)["shift"] == "1w"


def test_schema_and_comment_come_first():
    written = to_yaml({"a": 1, "list": ["x", "y"]}, schema="../s.json", comment="One\nTwo")
    assert written == (
        "# yaml-language-server: $schema=../s.json\n# One\n# Two\na: 1\nlist: [x, y]\n"
    )
