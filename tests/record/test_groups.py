"""Alert groups in the record: beside the incidents, with the same guarantees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.record.kit import AUTHOR, INCIDENT, action, event, open_record
from tests.record.purging import Leak
from tests.record.sharing import LOG_REF, clone_of, opened, shared

from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.ids import is_incident_id
from incidentctl.record.record import Action, Author
from incidentctl.record.write.batch import Batch

START = datetime.now(UTC) - timedelta(minutes=5)
ALERT = Alert(
    "am",
    "k1",
    "g1",
    "firing",
    "Disk full",
    "secret text",
    "page",
    {"service": "api"},
    started=START,
)
GROUP = derive.group_id("am", ALERT, derive.milliseconds(START))
SOURCE = Author("alert:am", "am@alert.invalid")


def opening(alert: Alert = ALERT):
    return derive.opening("am", alert, derive.milliseconds(START))


def put(record, *events, group=GROUP, author=SOURCE):
    record.acknowledge(Action(group, events, author, f"{group}: alert"))


def test_a_group_is_shown_while_it_waits_and_once_it_is_committed(clone):
    record = clone.declare()
    put(record, opening())
    assert [group.id for group in record.groups()] == [GROUP]
    assert record.ids() == [INCIDENT]
    assert record.flush().commit
    for fresh in (record, clone.record()):
        (group,) = fresh.groups(live=True)
        assert (group.id, group.title, group.waits) == (GROUP, "Disk full", True)
        assert (fresh.ids(), [head.id for head in fresh.heads()]) == ([INCIDENT], [INCIDENT])
    path = f"alerts/{GROUP[4:8]}/{GROUP[8:10]}/{GROUP}/events/{opening().id}-alert-opened.json"
    assert path in clone.git("ls-tree", "-r", "--name-only", "refs/incidentctl/log").split()


def test_what_is_resolved_is_live_no_more(clone):
    record = clone.record()
    put(record, opening())
    record.flush()
    assert record.groups(live=True)
    member = opening().fact.member
    put(record, event(facts.AlertResolved(GROUP, (member,), whole=True)))
    assert record.groups(live=True) == []
    record.flush()
    assert clone.record().groups(live=True) == []
    assert [group.state for group in clone.record().groups()] == ["resolved"]


def test_a_storm_is_one_commit_and_people_have_their_own(clone):
    record = clone.declare()
    before = clone.git("rev-list", "--count", "refs/incidentctl/log")
    put(record, opening())
    for slot in range(1, 30):
        put(record, event(facts.AlertRepeated(GROUP, slot, 5, "2026-11-24T14:01:00.000Z")))
    put(record, event(facts.AlertDismissed(GROUP, "noise")), author=AUTHOR)
    record.flush()
    made = int(clone.git("rev-list", "--count", "refs/incidentctl/log")) - int(before)
    assert made == 2
    (group,) = clone.record().groups()
    assert (group.times, group.handling) == (146, "dismissed")


def test_a_flush_ends_in_a_storm(clone, monkeypatch):
    """What comes in of groups meanwhile is for the next; what people record is not left."""
    record = clone.record()
    put(record, opening())
    commit, rounds = Batch.commit, iter(range(3))

    def busy(self, pending, found=None):
        if (slot := next(rounds, None)) is not None:
            put(record, event(facts.AlertRepeated(GROUP, slot, 5, "2026-11-24T14:01:00.000Z")))
            if slot == 0:
                record.acknowledge(action(facts.Declared("t")))
        return commit(self, pending, found)

    monkeypatch.setattr(Batch, "commit", busy)
    flushed = clone.record().flush()  # the second round was for the person
    assert (flushed.pending, flushed.reason) == (1, None)
    assert next(rounds) == 2
    assert [head.id for head in clone.record().heads()] == [INCIDENT]
    assert clone.record().flush().pending == 0


def test_the_same_delivery_in_two_clones_is_one_group(team):
    ann, bob = opened(team.ann), opened(team.bob)
    for record in (ann, bob):
        put(record, opening())
        record.flush()
    for record in (ann, bob, ann):
        assert record.exchange(AUTHOR, limit=20).state == "ok"
    assert ann.groups() == bob.groups()
    assert len(ann.groups()) == 1
    assert not ann.exchange_status().notes


def test_another_wording_of_the_same_alert_is_no_dispute(team):
    ann, bob = opened(team.ann), opened(team.bob)
    put(ann, opening())
    put(bob, opening(ALERT._replace(title="Disk full: 97 %")))
    for record in (ann, bob):
        record.flush()
    for record in (ann, bob, ann):
        assert record.exchange(AUTHOR, limit=20).state == "ok"
    assert ann.groups() == bob.groups()
    assert not [*ann.exchange_status().notes, *bob.exchange_status().notes]
    assert not ann.groups()[0].problems


def test_what_a_receiver_adds_without_knowing_of_the_redaction_loses_its_text(team):
    ann, bob = opened(team.ann), opened(team.bob)
    put(ann, opening())
    ann.flush()
    for record in (ann, bob):
        record.exchange(AUTHOR, limit=20)
    put(ann, event(facts.Redacted(opening().id, "a name"), after=opening().id), author=AUTHOR)
    ann.flush()
    member = opening().fact.member
    added = [
        event(facts.AlertJoined(GROUP, (f"x{member}",), "secret one")),
        event(facts.AlertWorsened(GROUP, member, "SEV1", "page", "secret two")),
        event(facts.AlertSpread(GROUP, member, "db", "secret three")),
    ]
    put(bob, *added)
    bob.flush()
    assert any(each.text for each in bob.groups())
    for record in (ann, bob, ann):
        assert record.exchange(AUTHOR, limit=20).state == "ok"
    for clone, record in ((team.ann, ann), (team.bob, bob)):
        (group,) = record.groups()
        assert (group.title, group.services, group.severity) == ("[redacted]", ("db",), "SEV1")
        assert "secret" not in clone.git("archive", "refs/incidentctl/log")
        texts = [getattr(each.fact, "title", None) or each.fact.text for each in
                 record.events(GROUP)[0] if each.id in {one.id for one in added}]  # fmt: skip
        assert texts == ["[redacted]"] * 3


def test_a_redacted_group_keeps_its_id_and_no_text(team):
    ann, bob = opened(team.ann), opened(team.bob)
    put(ann, opening())
    ann.flush()
    ann.exchange(AUTHOR, limit=20)
    bob.exchange(AUTHOR, limit=20)
    assert bob.groups()[0].text == "secret text"
    put(ann, event(facts.Redacted(opening().id, "a name"), after=opening().id), author=AUTHOR)
    ann.flush()
    for record in (ann, bob):
        record.exchange(AUTHOR, limit=20)
    for record in (ann, bob):
        (group,) = record.groups()
        assert (group.id, group.text, group.title) == (GROUP, "[redacted]", "[redacted]")
        assert (group.labels, group.digest) == ({}, derive.digest("am", "g1"))
    tree = team.bob.git("archive", "refs/incidentctl/log")
    assert "secret text" not in tree
    marker = event(facts.Noted("x")).id
    assert ann.purge(AUTHOR, marker=marker, limit=20)
    assert bob.exchange(AUTHOR, limit=20).state == "ok"
    assert [group.id for group in bob.groups()] == [GROUP]
    assert bob.groups() == ann.groups()


def test_a_group_survives_the_loss_of_the_ref(clone):
    record = clone.declare()
    put(record, opening())
    record.flush()
    clone.git("update-ref", "-d", "refs/incidentctl/log")
    clone.git("update-ref", "-d", "refs/heads/incident-log")
    again = clone.record()
    again.repair()
    assert [group.id for group in again.groups()] == [GROUP]


def test_a_record_may_have_alerts_alone(team):
    ann = opened(team.ann)
    put(ann, opening())
    ann.flush()
    assert ann.exchange(AUTHOR, limit=20).state == "ok"
    bob = opened(team.bob)
    assert bob.exchange(AUTHOR, limit=20).state == "ok"
    assert [group.id for group in bob.groups()] == [GROUP]
    assert bob.ids() == []


@pytest.mark.parametrize("odd", ["log.md", "events/x.json", "../inc-20261124-1401-k7f/events/x"])
def test_strange_files_beside_a_group_are_not_carried(team, odd):
    from tests.record.sharing import BRANCH, commit_on

    ann = opened(team.ann)
    put(ann, opening())
    ann.flush()
    ann.exchange(AUTHOR, limit=20)
    folder = f"alerts/{GROUP[4:8]}/{GROUP[8:10]}/{GROUP}"
    path = f"{folder}/{odd}" if not odd.startswith("..") else f"alerts/2026/11/{odd[3:]}"
    commit_on(team.remote, BRANCH, {path: "x"})
    assert ann.exchange(AUTHOR, limit=20).state == "ok"
    assert any("are not events" in note for note in ann.exchange_status().notes)
    assert path not in team.ann.git("ls-tree", "-r", "--name-only", "refs/incidentctl/log")
    assert len(ann.groups()) == 1


def test_restricted_groups_are_separate(clone):
    restricted = open_record(clone.git_dir, clone.fallback, restricted=True)
    put(restricted, opening())
    restricted.flush()
    assert clone.record().groups() == []
    assert [group.id for group in restricted.groups()] == [GROUP]
    assert restricted.part.store.index().groups == (GROUP,)
    assert restricted.part.known_ids.has(GROUP)
    assert not is_incident_id(GROUP)


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("title", ["[redacted]", None])
def test_nobody_blanks_or_takes_a_group(remote, ann, bob, title, marked):
    """On the branch, or by a purge of somebody's own that replaces the record."""
    leak = Leak(remote, ann, bob)
    record = opened(ann)
    put(record, opening())
    record.flush()
    shared(ann, bob)
    path = f"alerts/{GROUP[4:8]}/{GROUP[8:10]}/{GROUP}/events/{opening().id}-alert-opened.json"
    whole = ann.git("show", f"{LOG_REF}:{path}")
    forged = whole.replace("Disk full", title) if title else ""
    assert forged != whole
    leak.begin({path: forged, **(leak.mark(leak.root) if marked else {})})
    for _ in range(2):
        shared(ann, bob)
    for clone in (ann, bob, clone_of(remote, "late")):
        shared(clone)
        assert [group.title for group in clone.record().groups()] == ["Disk full"]


@pytest.mark.parametrize("incident", ["w w w", "../../../evil", "alr-20261124-1401-k7fk7fk7"])
def test_a_group_belongs_to_nothing_that_is_no_incident(clone, incident):
    record = clone.record()
    put(record, opening())
    put(record, event(facts.AlertAttached(GROUP, incident)))
    record.flush()
    [group] = clone.record().groups()
    assert (group.waits, group.incident) == (True, None)
    assert any("no incident" in problem.message for problem in group.problems)
