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
    assert state["updates"][0]["next_at"] == state["next_update"]
    assert "next update at" in state["timeline"][-1]["text"]
    assert "next update 2" in run("log").out


def test_an_update_may_say_itself_when_the_next_one_comes(run, opened, show):
    by_cadence = show()["next_update"]
    assert run("update", "we look", "--next", "3h").code == 0
    assert show()["next_update"] == show()["updates"][0]["next_at"] > by_cadence


def test_an_update_without_a_cadence_says_that_none_is_due(run, show):
    run("declare", "a typo", "--no-input", "-s", "SEV4")
    assert show()["next_update"] is None
    assert "No next update is due; say when" in run("update", "we look").err
    refused = run("update", "--snooze", "30m")
    assert (refused.code, "--next 1h" in refused.err) == (5, True)
    assert "next update due" in run("update", "we look", "--next", "1h").err
    assert show()["next_update"] == show()["updates"][1]["next_at"]


def test_an_update_after_the_end_announces_none(run, opened, show):
    run("resolve")
    run("update", "all is well", "-i", opened)
    assert show(opened)["updates"][0]["next_at"] is None


def test_no_change(run, opened, show):
    assert run("update", "--no-change").code == 0
    assert "No change" in show()["updates"][0]["text"]


def test_a_wrong_span_gives_the_text_back(run, opened, show):
    refused = run("update", "--next", "5", "we look into it")
    assert refused.code == 2
    assert refused.err.endswith("Nothing was recorded. You had typed:\nwe look into it\n")
    assert show()["updates"] == []


def test_a_public_update_is_asked_for_once_more(run, opened, show):
    result = run("update", "--public", "some payments fail")
    assert result.code == 5
    assert "--yes" in result.err
    assert result.err.count("some payments fail") >= 1
    assert show()["updates"] == []
    assert run("update", "--public", "--yes", "some payments fail").code == 0
    assert show()["updates"][0]["public"] is True


def test_a_public_update_says_that_nothing_was_published_and_ticks_no_step_of_it(run, show):
    run("declare", "login is down", "-s", "SEV1", "--no-input")
    done = run("update", "--public", "--yes", "some payments fail")
    assert "Nothing was published" in done.err
    steps = {step["id"]: step["state"] for step in show()["steps"]}
    published = {steps[name] for name in ("status-page", "public-notification") if name in steps}
    assert published == {"open"}


def test_a_snooze_puts_the_next_one_off(run, opened, show):
    before = show()["next_update"]
    assert run("update", "--snooze", "2h").code == 0
    state = show()
    assert state["next_update"] > before
    assert state["updates"] == []
    refused = run("update", "--snooze", "30m")
    assert refused.code == 5
    assert "nearer" in refused.err
    assert show()["next_update"] == state["next_update"]


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
    assert "For customers" not in result.err


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


def test_a_template_of_the_phase_makes_the_text(run, opened, show, team):
    run("impact", "Nobody can pay.")
    done = run("update", "--template", "We roll back")
    assert done.code == 0, done.err
    (first,) = show()["updates"]
    assert first["text"].startswith("SEV")
    assert (
        "We are finding out what is affected. Nobody can pay. We roll back. Next" in first["text"]
    )
    folder = team / "templates"
    folder.mkdir()
    (folder / "update.md.j2").write_text("any: {{ text }}\n")
    (folder / "update.public.md.j2").write_text("Dear customers, {{ impact }} {{ text }}\n")
    (folder / "update.identified.public.md.j2").write_text("We know why. {{ text }}\n")

    def posted(*arguments):
        assert run("update", "--template", *arguments).code == 0
        return show()["updates"][-1]["text"]

    assert posted("rolled back") == "any: rolled back"
    assert posted("sorry", "--public", "--yes") == "Dear customers, Nobody can pay. sorry"
    run("status", "identified")
    assert posted("sorry", "--public", "--yes") == "We know why. sorry"
    assert posted("again") == "any: again"
    (folder / "update.md.j2").write_text("{{ text.__class__ }}")
    refused = run("update", "--template", "precious words")
    assert refused.code == 4
    assert "templates/update.md.j2" in refused.err
    assert "precious words" in refused.err
    assert "IC221" not in run("catalog", "lint").out


def test_a_template_says_nothing_to_customers_of_what_is_inside(run, opened, show):
    run("update", "--template", "Sorry.", "--public", "--yes")
    text = show()["updates"][-1]["text"]
    assert text.startswith("We are looking into a problem. Sorry.")
    assert show()["commander"] not in text
