import pytest


def test_an_update_says_when_the_next_one_comes(run, opened, show):
    before = show()["next_update"]
    result = run("update", "we look", "at the queue")
    assert result.code == 0
    assert "next update due" in result.err
    state = show()
    assert state["updates"][0]["text"] == "we look at the queue"
    assert state["updates"][0]["public"] is False
    assert state["next_update"] > before


def test_no_change(run, opened, show):
    assert run("update", "--no-change").code == 0
    assert "No change" in show()["updates"][0]["text"]


def test_a_public_update_is_asked_for_once_more(run, opened, show):
    result = run("update", "--public", "some payments fail")
    assert result.code == 5
    assert "--yes" in result.err
    assert result.err.count("some payments fail") >= 1
    assert show()["updates"] == []
    assert run("update", "--public", "--yes", "some payments fail").code == 0
    assert show()["updates"][0]["public"] is True


def test_a_snooze_puts_the_next_one_off(run, opened, show):
    before = show()["next_update"]
    assert run("update", "--snooze", "2h").code == 0
    state = show()
    assert state["next_update"] > before
    assert state["updates"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "empty"),
        ([" "], "empty"),
        (["precious", "--snooze", "30m"], "precious"),
        (["precious", "--snooze", "30m"], "then run `incidentctl update --snooze 30m`"),
        (["--snooze", "soon"], "soon"),
        (["--snooze", "99999999w"], "ten years"),
    ],
)
def test_what_cannot_be_is_a_usage_error(run, opened, arguments, told):
    result = run("update", *arguments)
    assert result.code == 2
    assert told in result.err


def test_an_empty_public_update_is_not_previewed(run, opened):
    result = run("update", "--public")
    assert (result.code, "error: " in result.err) == (2, True)
    assert "Customers will read" not in result.err


# --- due -----------------------------------------------------------------------------------------


def test_due_is_calm_while_nothing_is_late(run, opened):
    assert run("due", "-q").code == 0
    result = run("due", "--json")
    assert result.code == 0
    assert result.json["schema"] == "incidentctl/due/1"
    assert result.json["overdue"] == 0
    assert {entry["what"] for entry in result.json["due"]} == {"update", "roles"}


def test_due_exits_with_1_when_something_is_overdue(run):
    ident = run("declare", "x", "-s", "1", "--at", "2 hours ago").out.strip()
    result = run("due")
    assert result.code == 1
    assert ident in result.out
    assert "overdue by 1h30m" in result.out
    assert run("due", "-q").out == ""
    assert run("due", "--json").json["overdue"] == 2


def test_due_needs_no_incident(run):
    assert run("due") == (0, "", "")


def test_due_begins_an_exchange_and_does_not_wait(run, opened, monkeypatch):
    begun = []
    monkeypatch.setattr(
        "incidentctl.app.workspace.sharing.Sharing.refresh", lambda _self: begun.append("asked")
    )
    for number, words in enumerate((["due"], ["due", "--short"], ["due", "-q"]), 1):
        run(*words)
        assert len(begun) == number


def test_the_board_reminds_of_what_due_tells(run):
    run("declare", "x", "--no-input", "--at", "30 minutes ago")
    run("handover", "omar", "--at", "20 minutes ago")
    late = {e["what"] for e in run("due", "--json").json["due"] if e["overdue_by"]}
    assert {"offer", "severity"} <= late
    (incident,) = run("watch", "--json").json["incidents"]
    assert {"offer", "severity"} <= {reminder["what"] for reminder in incident["nags"]}
    assert incident["offered"]["person"] == "omar"
    board = run("watch", "--once").out
    assert "for 20m: incidentctl accept" in board
    assert "! Nobody has confirmed the severity" in board
    assert len(board.splitlines()) <= 24


def test_an_update_after_its_step_was_skipped_brings_the_cadence_of_the_step_back(
    run, show, declared
):
    declared("--severity", "SEV1")
    run("step", "skip", "updates")
    run("update", "we look")
    before = show()["next_update"]
    run("step", "done", "page-on-call")
    assert show()["next_update"] == before
