"""The receiver: one group and one incident of each cause, whatever comes how often in any order."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.incident.find import load
from incidentctl.app.workspace.workspace import isolated_environment, open_workspace
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision, by_default
from incidentctl.domain.alerts.group import without_copies
from incidentctl.domain.catalog.alert_rules import AlertRule
from incidentctl.domain.incident.state import is_alert

EXAMPLE = Path(__file__).parents[2] / "examples" / "otel-demo"
MINUTE = timedelta(minutes=1)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def fires(key="k1", group="g1", *, at, **more):
    given = {
        "title": f"{key} is down", "severity": "page",
        "labels": {"service": "checkout"}, "started": at, **more,
    }  # fmt: skip
    return Alert("alertmanager", key, group, "firing", **given)


def over(alert, at=None):
    return alert._replace(state="resolved", ended=at, labels={}, text="")


def declares(catalog, alert):
    """As a rule that declares at once, one incident for each service."""
    means = by_default(catalog, alert)
    service = alert.labels.get("service", "?")
    return means._replace(rule="pages", mode="declare", group=(("service", service),))


def waiting(catalog, alert):
    return declares(catalog, alert)._replace(after=2 * MINUTE)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr("os.environ", dict(__import__("os").environ))
    isolated_environment(tmp_path, name="Receiver", email="receiver@example.org")
    folder = tmp_path / "team"
    shutil.copytree(EXAMPLE, folder)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(folder), *words], check=True)
    return folder


@pytest.fixture
def workspace(place):
    return open_workspace(str(place))


def groups(workspace):
    return without_copies(workspace.record.groups())


def opened(workspace):
    return [load(workspace, head.id) for head in workspace.record.open_heads()]


def kinds(workspace, ident):
    return [event.kind for event in workspace.record.events(ident)[0]]


def test_the_same_delivery_twenty_times_is_one_group(workspace):
    receiver, start = Receiver(workspace), now()
    first = receiver.take("am", [fires(at=start)], start)
    assert len(first.opened) == 1
    for _ in range(19):
        assert not receiver.take("am", [fires(at=start)], start).wrote
    (group,) = groups(workspace)
    assert (group.source, group.title, group.waits) == ("am", "k1 is down", True)
    assert receiver.counters.repeats == 19
    workspace.record.flush()
    assert groups(workspace) == [group]


def test_repeats_are_written_with_their_number_once_in_five_minutes(workspace):
    receiver, start = Receiver(workspace), now() - 30 * MINUTE
    for second in range(0, 1500, 10):
        moment = start + timedelta(seconds=second)
        receiver.take("am", [fires(at=start)], moment)
        receiver.tick(moment)
    (group,) = groups(workspace)
    assert kinds(workspace, group.id).count("alert-repeated") == 4
    receiver.tick(start + 25 * MINUTE)
    (group,) = groups(workspace)
    assert group.times == 150


def test_a_resolution_is_recorded_at_once_and_a_new_start_is_a_new_group(workspace):
    receiver, start = Receiver(workspace), now() - 10 * MINUTE
    alert = fires(at=start)
    receiver.take("am", [alert], start)
    receiver.take("am", [over(alert, start + MINUTE)], start + MINUTE)
    (group,) = groups(workspace)
    assert (group.state, group.title) == ("resolved", "k1 is down")
    assert not receiver.take("am", [alert], start + 2 * MINUTE).wrote  # a late copy
    assert not receiver.take("am", [over(alert)], start + 2 * MINUTE).wrote
    receiver.take("am", [fires(at=start + 3 * MINUTE)], start + 3 * MINUTE)
    assert [each.state for each in groups(workspace)] == ["firing", "resolved"]


def test_a_group_is_over_when_all_of_it_is(workspace):
    receiver, start = Receiver(workspace), now() - 10 * MINUTE
    one, two = fires("k1", at=start), fires("k2", at=start)
    receiver.take("am", [one, two], start)
    receiver.take("am", [one, over(two)], start + MINUTE)
    assert groups(workspace)[0].state == "firing"
    receiver.take("am", [over(one), over(two)], start + 2 * MINUTE)
    assert groups(workspace)[0].state == "resolved"
    assert len(groups(workspace)) == 1


def test_what_never_fired_resolves_nothing(workspace):
    receiver = Receiver(workspace)
    assert not receiver.take("am", [over(fires(at=now()))], now()).wrote
    assert groups(workspace) == []


@pytest.mark.parametrize(
    "wrong", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)]
)
def test_a_clock_that_cannot_be_is_told(workspace, wrong):
    receiver, start = Receiver(workspace), now()
    receiver.take("am", [fires(at=wrong)], start)
    receiver.take("am", [fires(at=wrong)], start + MINUTE)
    (group,) = groups(workspace)
    assert group.started == start
    told = group.problems[0].message
    assert f"a start that cannot be, {wrong.year}-01-01T00:00:00.000Z (without a zone" in told


def test_a_rule_declares_and_nobody_commands(workspace):
    receiver, start = Receiver(workspace, decide=declares), now() - MINUTE
    alert = fires(at=start, links={"source": "https://am.example/x"}, runbook="https://r.example")
    done = receiver.take("am", [alert], start)
    (incident,) = opened(workspace)
    assert done.declared == (incident.id,)
    assert (incident.title, incident.services) == ("k1 is down", ("checkout",))
    assert (incident.severity, incident.confirmed, incident.tier) != (None, True, None)
    assert incident.runbooks
    assert is_alert(incident.commander)
    assert not incident.held
    assert incident.started == incident.declared == start
    assert [link.url for link in incident.links] == ["https://am.example/x", "https://r.example"]
    assert any("service=checkout" in entry.text for entry in incident.entries)
    assert incident.timezone == workspace.basics.timezone
    (group,) = groups(workspace)
    assert (group.handling, group.incident) == ("attached", incident.id)
    assert not incident.problems
    workspace.record.flush()
    assert opened(workspace) == [incident]
    assert len(incident.id.rsplit("-", 1)[1]) == 8


def test_deliveries_together_put_a_group_on_disk_before_its_incident(
    workspace,
):
    receiver, start = Receiver(workspace, decide=declares), now() - MINUTE
    box = workspace.record.shared.part.box
    known = set()

    def boxes():
        for number, service in enumerate(("checkout", "checkout", "cart")):
            labels = {"service": service}
            yield "am", [fires(f"k{number}", f"g{number}", at=start, labels=labels)], start
            known.add(tuple(sorted(path.name.partition("~")[2][:3] for path in box.iterdir())))

    done = receiver.take_all(boxes())
    assert [len(each.opened) for each in done] == [1, 1, 1]
    assert [len(each.declared) for each in done] == [1, 0, 1]
    assert all("alr" in names or "inc" not in names for names in known)
    assert sorted(len(incident.alerts) for incident in opened(workspace)) == [1, 2]
    assert {group.handling for group in groups(workspace)} == {"attached"}
    same = "am", [fires("k4", "g4", at=start, labels={"service": "cart"})], start
    assert [each.wrote for each in receiver.take_all([same, same])] == [True, False]
    assert receiver.counters.repeats == 1


def test_of_deliveries_together_none_is_taken_when_one_is_not(workspace):
    receiver, start = Receiver(workspace), now() - MINUTE

    def deliveries():
        yield "am", [fires("k1", "g1", at=start)], start
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 (whatever it is)
        receiver.take_all(deliveries())
    assert groups(workspace) == []
    assert len(receiver.take("am", [fires("k1", "g1", at=start)], start).opened) == 1
    assert len(groups(workspace)) == 1


def test_a_rule_may_wait_until_it_has_fired_for_long_enough(workspace):
    receiver, start = Receiver(workspace, decide=waiting), now() - 10 * MINUTE
    receiver.take("am", [fires(at=start)], start)
    receiver.tick(start + MINUTE)
    assert opened(workspace) == []
    assert receiver.waiting == 1
    assert receiver.tick(start + 2 * MINUTE).declared
    assert receiver.waiting == 0


def test_what_is_over_before_that_is_not_declared(workspace):
    receiver, start = Receiver(workspace, decide=waiting), now() - 10 * MINUTE
    receiver.take("am", [fires(at=start)], start)
    receiver.take("am", [over(fires(at=start))], start + MINUTE)
    assert not receiver.tick(start + 5 * MINUTE).wrote


def test_another_group_of_the_cause_joins_the_open_incident(workspace):
    receiver, start = Receiver(workspace, decide=declares), now() - 10 * MINUTE
    receiver.take("am", [fires("k1", "g1", at=start)], start)
    done = receiver.take("am", [fires("k2", "g2", at=start + MINUTE)], start + MINUTE)
    (incident,) = opened(workspace)
    assert (done.declared, done.attached) == ((), (incident.id,))
    assert [each.title for each in incident.alerts] == ["k1 is down", "k2 is down"]


def test_worse_raises_the_incident_unconfirmed_and_never_lowers_it(workspace):
    receiver, start = Receiver(workspace, decide=declares), now() - 10 * MINUTE
    receiver.take("am", [fires("k1", at=start, severity="warning")], start)
    before = opened(workspace)[0]
    receiver.take("am", [fires("k2", at=start, severity="page")], start + MINUTE)
    after = opened(workspace)[0]
    assert (before.severity, after.severity, after.confirmed) == ("SEV3", "SEV1", False)
    assert after.runbooks != before.runbooks
    receiver.take("am", [fires("k3", at=start, severity="info")], start + 2 * MINUTE)
    assert opened(workspace)[0].severity == "SEV1"
    assert groups(workspace)[0].severity == "SEV1"


def test_a_new_service_is_recorded_and_joins_what_is_affected(workspace):
    receiver, start = Receiver(workspace, decide=declares), now() - 10 * MINUTE
    receiver.take("am", [fires("k1", at=start)], start)
    receiver.take("am", [fires("k2", at=start, labels={"service": "payment"})], start + MINUTE)
    (incident,) = opened(workspace)
    assert incident.services == ("checkout", "payment")
    assert groups(workspace)[0].services == ("payment",)


def test_the_end_of_all_alerts_is_told_and_resolves_only_where_a_rule_says_so(workspace):
    def resolves(catalog, alert):
        return declares(catalog, alert)._replace(resolve="k2" in alert.title)

    receiver, start = Receiver(workspace, decide=resolves), now() - 10 * MINUTE
    other = fires("k2", "g2", at=start, labels={"service": "payment"})
    receiver.take("am", [fires(at=start), other], start)
    receiver.take("am", [over(fires(at=start)), over(other)], start + MINUTE)
    (incident,) = opened(workspace)
    assert [each.firing for each in incident.alerts] == [False]
    (resolved,) = [head for head in workspace.record.heads() if not head.open]
    assert resolved.ended_why == "All its alerts are resolved."


def test_still_firing_after_a_person_resolved_is_told_and_reopens_nothing(workspace):
    receiver, start = Receiver(workspace, decide=declares), now() - 20 * MINUTE
    receiver.take("am", [fires(at=start)], start)
    (incident,) = opened(workspace)
    resolve(workspace, incident.id)
    receiver.take("am", [fires(at=start)], start + 6 * MINUTE)
    assert opened(workspace) == []
    reloaded = load(workspace, incident.id)
    assert reloaded.problems[0].message == "It is resolved, and its alert still fires: k1 is down"
    receiver.take("am", [over(fires(at=start), start + 7 * MINUTE)], start + 7 * MINUTE)
    later = start + 10 * MINUTE
    receiver.take("am", [fires(at=later)], later)
    (again,) = opened(workspace)
    assert again.id != incident.id
    assert [each.incident for each in again.related] == [incident.id]


def resolve(workspace, ident):
    from incidentctl.app.incident.respond import acknowledge
    from incidentctl.domain.incident import facts

    acknowledge(workspace, ident, [facts.Resolved("rolled back")], workspace.actor(None))


def test_a_receiver_that_was_killed_goes_on_without_doubles(place, workspace):
    start = now() - 20 * MINUTE
    one, two = fires(at=start), fires("k2", "g2", at=start, labels={"service": "payment"})
    for moment in range(12):
        fresh = open_workspace(str(place))
        receiver = Receiver(fresh, decide=declares)
        receiver.take("am", [one, two], start + moment * MINUTE)
        receiver.tick(start + moment * MINUTE)
        if moment % 3:
            fresh.record.flush()
    assert len(groups(workspace)) == len(opened(workspace)) == 2
    for incident in opened(workspace):
        assert not incident.problems
        assert [entry.kind for entry in incident.entries].count("severity-set") == 1
    receiver = Receiver(open_workspace(str(place)), decide=declares)
    receiver.take("am", [over(one), over(two)], start + 13 * MINUTE)
    assert {each.state for each in groups(workspace)} == {"resolved"}


@pytest.mark.parametrize("kept", range(5))
def test_a_receiver_killed_while_it_declared_goes_on_from_there(workspace, place, kept):
    start = now() - 10 * MINUTE
    receiver = Receiver(workspace, decide=declares)
    receiver.take("am", [fires(at=start)], start)
    whole = opened(workspace)[0]
    files = sorted(
        (place / ".git/incidentctl/outbox").iterdir(), key=lambda path: path.stat().st_mtime_ns
    )
    for path in files[kept:]:
        path.unlink()
    receiver = Receiver(open_workspace(str(place)), decide=declares)
    receiver.take("am", [fires(at=start)], start + MINUTE)
    (incident,) = opened(workspace)
    assert (incident.id, incident.severity, incident.tier) == (whole.id, whole.severity, whole.tier)
    assert [each.group for each in incident.alerts] == [each.group for each in whole.alerts]
    assert [e.kind for e in incident.entries].count("noted") == 1
    assert groups(workspace)[0].incident == incident.id


def test_a_missed_heartbeat_is_an_alert_and_a_beat_ends_it(workspace, monkeypatch):
    rule = AlertRule(name="dog", mode="heartbeat", every=5 * MINUTE)
    monkeypatch.setattr("incidentctl.app.alerts.receive._rules", lambda _: [rule])

    def decide(catalog, alert):
        beat = Decision("dog", "heartbeat", every=rule.every)
        return beat if alert.labels.get("alertname") == "Watchdog" else by_default(catalog, alert)

    receiver, start = Receiver(workspace, decide=decide), now() - 30 * MINUTE
    dog = fires("dog", at=start, labels={"alertname": "Watchdog"})
    assert not receiver.take("am", [dog], start).wrote
    receiver.tick(start + 4 * MINUTE)
    assert groups(workspace) == []
    receiver.tick(start + 6 * MINUTE)
    receiver.tick(start + 7 * MINUTE)
    (group,) = groups(workspace)
    assert (group.title, group.state) == ("No heartbeat of dog for 5m", "firing")
    receiver.take("am", [dog], start + 8 * MINUTE)
    assert groups(workspace)[0].state == "resolved"


BEATS = "rules:\n  - {name: dog, match: {alertname: Watchdog}, mode: heartbeat, every: 5m}\n"


def test_missed_heartbeats_outlive_a_restart_and_time_without_a_receiver_does_not_count(place):
    (place / "alerts.yaml").write_text(BEATS)
    start = now() - 60 * MINUTE
    first = Receiver(open_workspace(str(place)))
    first.take("am", [fires(at=start, labels={"alertname": "Watchdog"})], start)
    first.tick(start + 4 * MINUTE)
    again = Receiver(open_workspace(str(place)))
    again.heartbeats.recall(first.heartbeats.heard, away=10 * MINUTE)
    again.tick(start + 14 * MINUTE)
    assert again.missed == ()
    again.tick(start + 16 * MINUTE)
    assert again.missed == ("dog",)
    (group,) = groups(again._workspace)
    third = Receiver(open_workspace(str(place)))
    third.heartbeats.recall(again.heartbeats.heard, away=MINUTE)
    third.tick(start + 18 * MINUTE)
    assert third.missed == ("dog",)
    assert [each.id for each in groups(third._workspace)] == [group.id]
    later = start + 20 * MINUTE
    third.take("am", [fires(at=start, labels={"alertname": "Watchdog"})], later)
    assert third.missed == ()
    assert groups(third._workspace)[0].state == "resolved"
