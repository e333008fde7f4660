"""What the board says, and what it leaves out first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.incident.reminders import reminders
from incidentctl.domain.incident.state import (
    ActionRun,
    Entry,
    Held,
    Hypothesis,
    Incident,
    Link,
    Step,
    Task,
    Update,
)
from incidentctl.domain.incident.unsynced import Unsynced
from incidentctl.errors import Problem
from incidentctl.render.incident import board as boards
from incidentctl.render.incident.board import Line, board, fit, reminders_whole

T = datetime(2026, 11, 24, 13, 1, tzinfo=UTC)


def minutes(count):
    return T + timedelta(minutes=count)


def step(number, state):
    return Step(number, f"s{number}", f"Step {number}", None, "mitigator", None, None, "r", state,
                None)  # fmt: skip


def incident(number=1, **changes):
    entries = tuple(
        Entry(n, f"{n:02}", "", minutes(n), minutes(n), "alice", None, "noted", f"note {n}")
        for n in range(1, 21)
    )
    plain = Incident(
        f"inc-20261124-1301-k7{number}", "incident", "Login is down", status="investigating",
        declared=T, declared_by="alice", commander="alice",
        severity="SEV1", critical=True, confirmed=True, entries=entries,
        held=(Held("commander", "alice", "Alice", T), Held("mitigator", "bob", None, minutes(10)),
              Held("planning", "eve", None, T, minutes(5))),
        steps=(step(1, "done"), step(2, "skipped"), *(step(n, "open") for n in range(3, 9)),
               step(9, "not-needed")),
        tasks=(Task(1, "t", "Look", None, None, None),),
        hypotheses=(Hypothesis(1, "a", "the cache", T, "bob"),
                    Hypothesis(2, "b", "the deploy", T, "bob", "ruled-out")),
        updates=(Update("03", minutes(3), "alice", "we look", False, None),
                 Update("02", minutes(2), "alice", "we begin", False, None)),
        next_update=minutes(33), timezone="Europe/Berlin", utc_offset=60,
    )  # fmt: skip
    return plain._replace(**changes)


def texts(*incidents, now=21, **more):
    return [line.text for line in board(incidents, minutes(now), **more)]


def test_a_reminder_is_whole_on_a_narrow_screen():
    long = "!!! Nobody is assigned as mitigator, planning, communication: `incidentctl assign`"
    lines = [Line("x" * 80, (boards.HEAD, 0)), Line(long, (boards.REMINDER, 0), "error")]
    shown = reminders_whole(lines, 60)
    assert [line.text for line in shown] == [
        "x" * 80,
        "!!! Nobody is assigned as mitigator, planning,",
        "    communication: `incidentctl assign`",
    ]
    assert {line.style for line in shown[1:]} == {"error"}


def test_where_the_response_meets_is_told_near_the_top_and_dropped_late():
    labelled = (("channel", "#old"), ("graph", "https://g.example"),
                ("bridge", "https://meet.example/1"), ("channel", "#inc"))  # fmt: skip
    links = tuple(Link(label, label, url) for label, url in labelled)
    lines = board([incident(links=links)], minutes(21))
    shown = ["bridge         https://meet.example/1", "channel        #inc"]
    assert [line.text for line in lines[2:4]] == shown
    assert [line.text for line in fit(lines, 6) if line.text in shown] == shown


def test_the_board_says_that_nobody_holds_the_roles_while_nobody_commands():
    shown = texts(incident(declared_by="alert:am", commander="alert:am", held=()))
    assert "commander      nobody yet: an alert declared it; incidentctl accept" in shown
    roles = "not assigned   mitigator, planning, communication: nobody holds them"
    assert roles in shown


def test_the_board_of_one_incident():
    assert texts(incident(), unsynced=Unsynced(3, minutes(16))) == [
        "SEV1  inc-20261124-1301-k71  21m  Login is down",
        "status         investigating, declared 14:01 +01:00 by alice",
        "next update    in 12m (14:34 +01:00)",
        "last update    14:04 +01:00 alice: we look",
        "commander      Alice for 21m",
        "mitigator      bob for 11m",
        "not assigned   planning, communication: held by the commander",
        "steps          1 done, 1 skipped, 6 open, 1 task open",
        "next           3 [ ] Step 3 (mitigator)",
        "               4 [ ] Step 4 (mitigator)",
        "               5 [ ] Step 5 (mitigator)",
        "hypothesis     1 the cache",
        "ruled out      2 the deploy",
        *(f"14:{n + 1:02} +01:00  alice: note {n}" for n in range(9, 21)),
        (
            "commander:     Lead, with a bias for action. Note important events, such as a "
            "rollback or more resources. Assign the other roles"
        ),
        "mitigator:     Mitigate first; look for causes later. Say what you are doing, and why",
        "3 events are not on the remote yet, for 5m",
    ]


def test_an_overdue_update_is_said_with_its_reminder():
    found = incident()
    lines = texts(found, now=40, reminders=reminders(found, minutes(40)))
    assert "next update    overdue by 7m (14:34 +01:00)" in lines
    assert "! An update is overdue by 7m: `incidentctl update`" in lines


def test_what_was_not_sent_is_said_with_what_tells_how_to_send_it_again():
    run = ActionRun("k", None, "all", "command", "false", None, "failed", "01", T, "alice", 1,
                    reason="false ended with 1")  # fmt: skip
    found = incident(actions=(run,))
    lines = texts(found, now=40, reminders=reminders(found, minutes(40)))
    assert "! NOT SENT: announcement all: false ended with 1: `incidentctl status`" in lines


def test_a_loud_reminder_is_marked_without_colour():
    found = incident()
    (first, *_) = now = reminders(found, minutes(40))
    lines = board([found], minutes(40), reminders=now, loud={first.key})
    marked = [(line.text[:3], line.style) for line in lines if line.text.startswith("!")]
    assert marked[0] == ("!!!", "error")
    assert {style for _, style in marked[1:]} == {"warning"}


def test_what_does_not_fit_together_is_counted_and_kept_longer_than_the_steps():
    wrong = Problem("IC900", "warning", "Two people took command.")
    result = board([incident(problems=(wrong, wrong)), incident(2)], minutes(21))
    rows = [line for line in result if line.text.startswith("problems")]
    assert [line.text for line in rows] == ["problems       2, see incidentctl show k71"]
    assert rows[0].style == "warning"
    kept = [line.text.split()[0] for line in fit(board([incident(problems=(wrong,))], T), 5)]
    assert kept == ["SEV1", "problems", "next", "commander", "steps"]


def test_nothing_waits_for_the_remote():
    assert not any("remote" in text for text in texts(incident(), unsynced=Unsynced(0, None)))
    assert "1 event is not on the remote yet" in texts(incident(), unsynced=Unsynced(1, None))


def test_hostile_text_is_one_inert_line():
    hostile = incident(title="a\x1b[2J\nb\u202e" + "x" * 10_000)
    (first, *_) = texts(hostile)
    assert "\x1b" not in first
    assert "\n" not in first
    assert len(first) < 600


def test_the_least_important_goes_first():
    found = incident()
    lines = board(
        [found], minutes(40), reminders=reminders(found, minutes(40)), unsynced=Unsynced(3, T)
    )
    for height in range(len(lines), 0, -1):
        assert len(fit(lines, height)) == height
    assert [line.text.split()[0] for line in fit(lines, 6)] == [
        "SEV1", "!", "!", "next", "commander", "3",
    ]  # fmt: skip
    low = [line.text for line in fit(lines, 18)]
    assert any("note 20" in text for text in low)
    assert not any("note 9" in text for text in low)


def test_incidents_that_do_not_fit_are_counted():
    lines = board([incident(n) for n in range(9)], minutes(21))
    shown = [line.text for line in fit(lines, 5)]
    assert len(shown) == 5
    assert shown[-1] == "and 5 more incidents: incidentctl list"
    assert all(text.startswith("SEV1") for text in shown[:4])
    assert [line.text for line in fit(lines, 1)] == ["and 9 more incidents: incidentctl list"]


LINES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)).map(lambda w: Line("x", w)))


@given(LINES, st.integers(1, 30))
def test_what_is_shown_fits_and_weighs_less_than_what_is_not(lines, height):
    shown = fit(lines, height)
    assert len(shown) <= height
    if all(line.weight[0] for line in lines):
        gone = sorted(line.weight for line in lines)[len(shown) :]
        assert len(shown) == min(height, len(lines))
        assert not gone or max(line.weight for line in shown) <= min(gone)
