"""What a rule or a source keeps for few is in the restricted part alone, whatever comes with it."""

from __future__ import annotations

import pytest
from tests.app.test_receive import MINUTE, fires, groups, now, over, place

from incidentctl.app.alerts.book import author_of
from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.alerts import derive
from incidentctl.record.write.outbox import Action

__all__ = ["place"]

RULES = """\
sources:
  open: {format: alertmanager, secrets: ["env:A"]}
  audit: {format: alertmanager, secrets: ["env:B"], restricted: true}
rules:
  - {name: leaks, match: {kind: leak}, restricted: true}
  - {name: told, match: {text: "~.*password.*"}, restricted: true}
  - {name: dog, match: {alertname: Watchdog}, mode: heartbeat, every: 5m, restricted: true}
  - {name: pages, match: {severity: page}, mode: declare, group_by: [service]}
"""
LEAK = {"title": "SECRET leak", "severity": "info", "labels": {"kind": "leak"}}
PLAIN = {"severity": "info"}


@pytest.fixture
def workspace(place):
    (place / "alerts.yaml").write_text(RULES)
    return open_workspace(str(place))


def by_part(workspace):
    """Return the titles of the groups of the shared part, and of the restricted one."""
    hidden = workspace.record.restricted_ids()
    found = groups(workspace)
    return (
        sorted(each.title for each in found if each.id not in hidden),
        sorted(each.title for each in found if each.id in hidden),
    )


def everybodys(workspace):
    """Return all that the shared part says, once it is committed."""
    workspace.flush()
    shared = workspace.record.shared
    idents = [*shared.ids(), *(group.id for group in shared.groups())]
    return "".join(str(event.fact) for ident in idents for event in shared.events(ident)[0])


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("first", ["leak", "plain"])
def test_one_that_comes_with_others_of_its_group_is_separate(workspace, first, together):
    receiver, start = Receiver(workspace), now() - 5 * MINUTE
    alerts = [fires("leak", at=start, **LEAK), fires("plain", at=start, **PLAIN)]
    alerts.sort(key=lambda each: each.key != first)
    for some in [alerts] if together else [[each] for each in alerts]:
        receiver.take("open", some, start)
    assert by_part(workspace) == (["plain is down"], ["SECRET leak"])
    assert "SECRET" not in everybodys(workspace)
    receiver.take("open", [over(each, start + MINUTE) for each in alerts], start + MINUTE)
    assert {group.state for group in groups(workspace)} == {"resolved"}


def test_what_a_rule_asks_of_the_text_counts_for_each_alert(workspace):
    receiver, start = Receiver(workspace), now() - 5 * MINUTE
    same = {**PLAIN, "title": "A log line"}
    receiver.take("open", [fires("k1", "g1", at=start, text="harmless", **same)], start)
    receiver.take("open", [fires("k2", "g1", at=start, text="the password", **same)], start)
    assert by_part(workspace) == (["A log line"], ["A log line"])
    assert "the password" not in everybodys(workspace)


def test_one_cause_of_two_sources_has_an_incident_in_each_part(workspace):
    receiver, start = Receiver(workspace), now() - 5 * MINUTE
    receiver.take("open", [fires(at=start)], start)
    receiver.take("audit", [fires(at=start, title="SECRET title", text="SECRET")], start)
    hidden = workspace.record.restricted_ids()
    assert sorted(head.id in hidden for head in workspace.record.open_heads()) == [False, True]
    assert "SECRET" not in everybodys(workspace)


def test_what_fires_stays_separate_while_it_is_told_otherwise(workspace):
    receiver, start = Receiver(workspace), now() - 5 * MINUTE
    receiver.take("open", [fires("leak", at=start, **LEAK)], start)
    bare = fires("leak", at=start, **{**LEAK, "labels": {}})._replace(state="acknowledged")
    receiver.take("open", [bare], start + MINUTE)
    assert by_part(workspace) == ([], ["SECRET leak"])


def test_a_missed_heartbeat_of_a_restricted_rule_is_separate_and_a_beat_ends_it(workspace):
    receiver, start = Receiver(workspace), now() - 30 * MINUTE
    dog = fires("dog", at=start, labels={"alertname": "Watchdog"})
    receiver.take("open", [dog], start)
    receiver.tick(start + 6 * MINUTE)
    assert by_part(workspace) == ([], ["No heartbeat of dog for 5m"])
    receiver.take("open", [dog], start + 8 * MINUTE)
    assert [group.state for group in groups(workspace)] == ["resolved"]


def test_a_shared_group_that_somebody_forged_gets_nothing(workspace):
    """Whoever may push can write a group with the digest of what few may read."""
    receiver, start = Receiver(workspace), now() - 5 * MINUTE
    leak = fires("leak", at=start, **LEAK)
    forged = leak._replace(title="forged", started=start - MINUTE)
    ident = derive.group_id("open", forged, forged.started)
    opening = derive.opening("open", forged, forged.started, restricted=True)
    workspace.record.acknowledge(Action(ident, (opening,), author_of("open"), "forged"))
    receiver.take("open", [leak], start)
    assert by_part(workspace) == (["forged"], ["SECRET leak"])
    assert "SECRET" not in everybodys(workspace)
    again = Receiver(open_workspace(str(workspace.root)))
    again.take("open", [fires("leak 2", at=start, **{**LEAK, "title": "SECRET too"})], start)
    assert "SECRET" not in everybodys(workspace)
    assert len(groups(workspace)) == 2
