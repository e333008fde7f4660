"""What records hold: the kinds of events with their fields."""

from __future__ import annotations

import ast
import inspect
from typing import get_args, get_type_hints

import pytest

from incidentctl.domain.incident import event_json, facts
from incidentctl.domain.incident.decide import corrections
from incidentctl.domain.incident.names import Names
from incidentctl.domain.incident.redaction import amendable, with_text

KINDS = """
action-done: key step announcement link ident
action-failed: key reason step announcement unknown retry_at
action-started: key uses to step announcement recipient unclaimed
affected-set: services product_areas owner reason
alert-acknowledged: group members
alert-attached: group incident title rule cause firing organisation timezone utc_offset former
alert-declared: group incident rule cause
alert-dismissed: group reason
alert-joined: group members text
alert-opened: source digest member title text severity labels links runbook_url started group_text
alert-repeated: group slot times until
alert-resolved: group members whole
alert-spread: group member service title
alert-worsened: group member severity word title
amended: event text moment
cancelled: reason duplicate_of
category-set: category
closed: reason retrospective
command-taken: before reason
declared: title incident_kind reported_by category organisation timezone utc_offset
drill-ended: real begins team target_declare target_commander target_first_update
drill-paused:
drill-resumed:
drill-started: drill planned team conducted attached
escalated: team person person_name
handover-accepted: offer
handover-offered: person person_name
hypothesis-confirmed: hypothesis reason
hypothesis-proposed: text
hypothesis-ruled-out: hypothesis reason
impact-set: text
individual-assigned: person person_name
inject-played: number text
linked: label url
moment-marked: moment
noted: text pinned command exit_code part parts
person-identified: was person
pinned: event
process-resolved: tier reason catalog_commit problems runbooks roles
redacted: event reason
related: incident relation
reopened: reason
resolved: text
retracted: event reason
role-assigned: role person person_name many
role-released: role person
roles-deferred:
roles-kept:
runbook-attached: runbook reason steps tasks title own
runbook-detached: runbook reason
severity-set: severity critical confirmed update_every retrospective retrospective_within reason was
status-set: status
step-done: step note link
step-reopened: step reason
step-skipped: step reason
summary-set: text
task-added: title role person
task-assigned: task person
task-done: task note
team-assigned: team
title-set: title
update-posted: text public next_at states headline
update-snoozed: until
"""


def test_the_kinds_of_records_and_their_fields_are_these():
    lines = (f"{kind}: {' '.join(cls._fields)}".strip() for kind, cls in facts.KINDS.items())
    assert sorted(lines) == KINDS.strip().splitlines()


def with_values(cls):
    """A fact of a class with a text, a number or nothing in each of its fields."""
    values = {str: "x", int: 1, bool: False}
    hints = {name: get_type_hints(cls)[name] for name in cls._fields}
    given = {
        name: values.get(next(iter(get_args(hint)), hint), ())
        for name, hint in hints.items()
        if name not in cls._field_defaults
    }
    return cls(**given)


@pytest.mark.parametrize("kind", sorted(facts.KINDS))
def test_an_amended_text_is_in_the_sentence_of_its_event(kind):
    cls = facts.KINDS[kind]
    if kind in corrections.UNAMENDABLE or not amendable(cls):
        return
    said = with_text(with_values(cls), "amended text")
    assert "amended text" in said.sentence(Names({}, {}, {}, {}, {}, str))


def test_every_field_of_a_kind_can_be_checked():
    hints = {hint for cls in facts.KINDS.values() for hint in cls.__annotations__.values()}
    assert hints <= set(event_json._CHECKS)


def test_lifecycle_kinds_are_kinds():
    assert facts.LIFECYCLE - facts.KINDS.keys() == set()


@pytest.mark.parametrize("kind", facts.KINDS)
def test_a_kind_is_its_fields_then_its_effect_then_its_sentence(kind):
    body = ast.parse(inspect.getsource(facts.KINDS[kind])).body[0].body
    named = [each.name for each in body if isinstance(each, ast.FunctionDef)]
    fields = [n for n, each in enumerate(body) if isinstance(each, ast.AnnAssign)]
    methods = [n for n, each in enumerate(body) if isinstance(each, ast.FunctionDef)]
    assert max(fields, default=-1) < min(methods)
    assert [name for name in named if name in ("apply", "sentence")] in (
        ["apply", "sentence"],
        ["sentence"],
    )
