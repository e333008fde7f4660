import pytest

from incidentctl.record.write.lock import Lock

SECRET = "hunter2-the-password"


def last(state):
    return state["timeline"][-1]


def test_undo_takes_back_my_last_and_says_which(run, opened, show):
    run("log", "mine")
    run("log", "theirs", "--as", "omar")
    result = run("undo")
    assert result.code == 0
    assert "taken back" in result.err
    assert "mine" in result.err
    by_text = {entry["text"]: entry["retracted"] for entry in show()["timeline"]}
    assert by_text["mine"] is True
    assert by_text["theirs"] is False


def test_undo_of_a_file_that_was_logged_shows_some_of_it(run, opened, tmp_path):
    file = tmp_path / "long"
    file.write_text("a line of the file\n" * 4000)
    assert run("log", "-f", str(file)).code == 0
    output = run("undo").err.splitlines()
    assert "a line of the file" in output[1]
    assert max(map(len, output)) < 400
    assert len(output) <= 13
    assert "taken back: " in output[-1]
    assert output[-1].endswith(" more")


def test_undo_takes_back_a_whole_change_of_severity(run, show):
    run("declare", "x", "-s", "SEV4")
    before = show()
    run("severity", "SEV1")
    assert show()["runbooks"] == ["critical"]
    assert run("undo", "--json").json["schema"] == "incidentctl/undo/1"
    after = show()
    for key in ("severity", "critical", "reason", "runbooks", "next_update", "steps", "tasks"):
        assert after[key] == before[key], key


def test_undo_has_an_end(run, opened, show):
    run("log", "x")
    codes = [run("undo").code for _ in range(3)]
    assert codes[0] == 0
    assert codes[-1] == 5
    assert show()["title"] == "checkout is down"
    assert run("undo", "--as", "omar").code == 3


@pytest.mark.parametrize("entry", ["-1", "number", "#number"])
def test_amend_by_number_and_from_the_end(run, opened, show, entry):
    run("log", "rolld back")
    number = str(last(show())["number"])
    result = run("amend", entry.replace("number", number), "rolled", "back")
    assert result.code == 0, result.err
    texts = [e["text"] for e in show()["timeline"] if e["kind"] == "noted"]
    assert texts == ["rolled back"]


def test_amend_puts_the_time_right(run, opened, show):
    run("log", "x")
    assert run("amend", "-1", "--at", "10 minutes ago").code == 0
    (entry,) = [e for e in show()["timeline"] if e["kind"] == "noted"]
    assert entry["at"] < entry["recorded"]


@pytest.mark.parametrize("came", [["assign", "communication", "abena"], ["resolve", "over"]])
def test_what_came_after_the_declaration_is_not_amended_to_before_it(run, opened, show, came):
    done = run(*came)
    assert done.code == 0, done.err
    before = show(opened)
    refused = run("amend", "-1", "-i", opened, "--at", "10 minutes ago")
    assert refused.code == 2
    assert "before" in refused.err
    assert "declared" in refused.err
    assert show(opened)["timeline"] == before["timeline"]
    assert run("amend", "-1", "-i", opened, "--at", "now").code == 0


def test_retract_strikes_through(run, opened, show, log_md):
    run("log", "wrong")
    assert run("retract", "-1", "--reason", "another incident").code == 0
    (entry,) = [e for e in show()["timeline"] if e["kind"] == "noted"]
    assert entry["retracted"] is True
    assert "~~wrong~~" in log_md(opened)
    assert run("retract", str(entry["number"])).code == 5


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["amend", "-1"], 2, "right text"),
        (["amend", "99", "precious"], 3, "precious"),
        (["amend", "-99", "precious"], 3, "precious"),
        (["amend", "0", "precious"], 3, "precious"),
        (["amend", "x", "precious"], 2, "precious"),
        (["amend", "1", "precious", "--at", "teatime"], 2, "precious"),
        (["retract", "1"], 5, "cancel"),
        (["retract"], 2, "ENTRY"),
        (["redact", "99"], 3, "99"),
        (["amend", "--bogus", "-1"], 2, "bogus"),
    ],
)
def test_what_cannot_be(run, opened, arguments, code, told):
    result = run(*arguments)
    assert result.code == code
    assert told in result.err


@pytest.mark.parametrize(
    "wrote",
    [
        ["log", SECRET],
        ["log", "--pin", SECRET],
        ["update", SECRET],
        ["summary", SECRET],
        ["hypothesis", SECRET],
        ["link", SECRET, "https://example.com/x"],
        ["link", "label", f"https://example.com/{SECRET}"],
        ["step", "done", "1", "--note", SECRET],
        ["step", "done", "1", "--link", f"https://example.com/{SECRET}"],
        ["step", "skip", "1", "--reason", SECRET],
        ["task", "add", SECRET],
        ["severity", "1", "--reason", SECRET],
        ["log", "--", "echo", SECRET],
    ],
)
def test_what_was_redacted_is_nowhere_any_more(run, opened, show, log_md, team, git, wrote):
    assert run(*wrote).code == 0
    entries = show()["timeline"]
    number = next(str(e["number"]) for e in entries if SECRET in e["text"])
    assert run("redact", number, "--reason", "a secret").code == 0
    for arguments, there in (
        (["show"], "[redacted]"), (["show", "--json"], "[redacted]"), (["log"], "[redacted]"),
        (["step", "list"], "2 [ ] Open an incident channel"),
        (["task", "list"], " 1 [ ] Look for a deployment"),
    ):  # fmt: skip
        shown = run(*arguments)
        assert (shown.code, there in shown.out) == (0, True), arguments
        assert SECRET not in shown.out, arguments
    assert "[redacted]" in log_md(opened)
    assert SECRET not in log_md(opened)
    commits = git(team, "log", "--format=%B%an%ae", "incident-log")
    assert "Greta Lindqvist" in commits
    assert SECRET not in commits
    view = team / "incidents" / opened[4:8] / opened[8:10] / opened / "log.md"
    assert "[redacted]" in view.read_text()
    assert SECRET not in view.read_text()
    assert run("undo").code in (0, 5)
    assert SECRET not in str(show())


def test_a_redacted_title_gets_a_new_one(run, opened, show):
    done = run("redact", "1")
    assert "Give it a new title with `incidentctl amend 1 TEXT`." in done.err
    assert show()["title"] == "[redacted]"
    assert run("amend", "1", "Nobody can", "log in").code == 0
    assert show()["title"] == "Nobody can log in"
    assert run("list", "--json").json["incidents"][0]["title"] == "Nobody can log in"
    assert f"# {opened} Nobody can log in\n" in run("log").out
    assert run("redact", "-1").code == 0
    assert (show()["title"], run("amend", "1", "again").code) == ("[redacted]", 0)
    assert show()["title"] == "again"
    assert run("amend", "1", "--at", "09:00").code == 5


def test_what_is_affected_has_no_text_to_amend(run, opened, show):
    run("affects", "payment")
    number = next(e["number"] for e in show()["timeline"] if e["kind"] == "affected-set")
    refused = run("amend", str(number), "x")
    assert (refused.code, "holds no text of its own" in refused.err) == (5, True)


@pytest.mark.parametrize("reads", [["list"], ["show"]])
def test_another_work_tree_shows_that_it_is_gone_to_who_only_reads(
    run, opened, team, git, tmp_path, monkeypatch, reads
):
    other = tmp_path / "other"
    git(team, "worktree", "add", "-q", str(other))
    monkeypatch.chdir(other)
    run("-C", str(other), "log", SECRET)
    view = other / "incidents" / opened[4:8] / opened[8:10] / opened / "log.md"
    assert SECRET in view.read_text()
    monkeypatch.chdir(team)
    assert run("redact", "-1").code == 0
    monkeypatch.setattr("incidentctl.record.write.view._KILLED", 0.0)
    monkeypatch.chdir(other)
    assert run("-C", str(other), *reads).code == 0
    assert SECRET not in view.read_text()


def test_an_amended_text_is_redacted_in_all_its_forms(run, opened, show, log_md):
    run("log", SECRET)
    run("amend", "-1", f"not {SECRET}")
    assert run("redact", "-1").code == 0
    assert "[redacted]" in [entry["text"] for entry in show()["timeline"]]
    assert SECRET not in str(show())
    assert "[redacted]" in log_md(opened)
    assert SECRET not in log_md(opened)


def test_purge_takes_a_redacted_text_out_of_the_history(run, opened, team, git):
    run("log", "the password is hunter2")
    assert run("purge", "--yes").code == 5  # nothing is redacted
    run("redact", "-1")
    assert "hunter2" in git(team, "log", "-p", "incident-log")
    refused = run("purge")
    assert refused.code == 5
    assert "What a purge cannot undo" in refused.err
    before = run("show", "--json").json["timeline"]
    done = run("purge", "--yes", "--json")
    assert done.json["redacted"] == 1
    assert git(team, "rev-parse", "incident-log").strip() == done.json["commit"]
    assert "hunter2" not in git(team, "log", "-p", "incident-log")
    assert run("show", "--json").json["timeline"] == before
    assert run("log", "after it").code == 0
    assert git(team, "rev-list", "--count", "incident-log").strip() == "2"


def test_redact_shows_what_it_blanks_and_minus_one_never_means_a_colleague_s(run, opened):
    run("log", "the password is hunter2")
    run("log", "second walker starts", "--as", "omar")
    refused = run("redact", "-1")
    assert refused.code == 5
    assert "of omar: second walker starts" in refused.err
    number = next(
        e["number"] for e in run("show", "--json").json["timeline"] if "hunter2" in e["text"]
    )
    done = run("redact", str(number))
    assert f"Redacting #{number} by greta: the password is hunter2" in done.err
    said = run("log")
    assert (said.code, "second walker starts" in said.out) == (0, True)
    assert "hunter2" not in said.out


HISTORY = "note: The git history still holds the text; `incidentctl purge` removes it."


def test_redact_says_that_the_history_holds_the_text_where_it_does(run, team, opened, monkeypatch):
    run("log", "password is hunter2")
    done = run("redact", "-1")
    assert (done.out, HISTORY in done.err.splitlines()) == ("", True)
    run("log", "password is hunter3")
    done = run("redact", "-1", "--json")
    assert (done.json["commit"] is not None, HISTORY in done.err) == (True, True)
    run("log", "password is hunter4")
    lock = Lock(team / ".git/incidentctl/lock")
    assert lock.take()
    with lock:
        done = run("redact", "-1")
    assert ("not yet committed" in done.err, HISTORY in done.err) == (True, True)
    monkeypatch.setenv("PATH", "/nonexistent")
    run("log", "password is hunter5")
    done = run("redact", "-1")
    assert (done.code, "not yet committed" in done.err, HISTORY in done.err) == (0, True, False)


@pytest.mark.parametrize(
    "wrote",
    [
        ["assign", "mitigator", "omar"],
        ["status", "identified"],
        ["mark", "detected"],
        ["handover", "omar"],
        ["step", "done", "1"],
        ["severity", "SEV1"],
    ],
)
def test_an_entry_without_a_text_is_not_redacted(run, opened, show, wrote):
    before = len(show()["timeline"])
    assert run(*wrote).code == 0
    entry = show()["timeline"][before]["number"]
    refused = run("redact", str(entry), "--reason", "no secret")
    assert refused.code == 5
    assert f"Entry {entry} holds no text of its own." in refused.err
    assert "no secret" in refused.err
    assert "redacted" not in [each["kind"] for each in show()["timeline"]]


def test_a_text_that_only_an_amendment_holds_is_redacted(run, opened, show):
    run("step", "done", "1")
    run("amend", "-1", "paged with hunter2")
    number = next(e["number"] for e in show()["timeline"] if e["kind"] == "step-done")
    assert run("redact", str(number)).code == 0
    assert "[redacted]" in str(show())
    assert "hunter2" not in str(show())


def test_redact_minus_one_reaches_what_was_taken_back(run, opened):
    run("log", "rolled back 1.4.2")
    run("log", "password is hunter2")
    run("undo")
    done = run("redact", "-1")
    assert "password is hunter2" in done.err
    output = run("show", "--json").out
    assert "hunter2" not in output
    assert "rolled back 1.4.2" in output


def test_what_a_colleague_took_back_is_not_counted(run, opened):
    run("log", "password is hunter2")
    run("log", "theirs", "--as", "omar")
    run("undo", "--as", "omar")
    assert "password is hunter2" in run("redact", "-1").err
    said = run("log")
    assert (said.code, "checkout is down" in said.out) == (0, True)
    assert "hunter2" not in said.out


def test_to_amend_minus_one_is_the_last_that_stands(run, opened):
    run("log", "first")
    run("log", "second")
    run("undo")
    assert "it was: " in (done := run("amend", "-1", "right")).err
    assert "first" in done.err


def test_doctor_knows_the_mark_of_a_purge(run, opened):
    run("log", "hunter2")
    run("redact", "-1")
    assert run("purge", "--yes").code == 0
    checks = {check["name"]: check for check in run("doctor", "--json").json["checks"]}
    assert checks["branch"]["state"] == "ok"


def test_on_a_terminal_enter_redacts_nothing(run, opened, monkeypatch):
    run("log", "password is hunter2")
    asked = []

    def ask(message, *, default):
        asked.append(message)
        return default

    monkeypatch.setattr("incidentctl.cli.terminal.console.is_terminal", lambda: True)
    monkeypatch.setattr("incidentctl.cli.terminal.prompts.ask_confirm", ask)
    assert run("redact", "-1").code == 5
    assert "password is hunter2" in asked[0]


def test_undo_of_an_earlier_change_leaves_the_process_of_the_severity(run, show, declared):
    declared("--severity", "SEV3")
    run("severity", "SEV1", "--as", "greta")
    run("severity", "SEV4", "--as", "omar")
    assert run("undo", "--as", "greta").code == 0
    state = show()
    assert (state["severity"], state["runbooks"]) == ("SEV4", ["non-critical"])
    assert state["problems"] == []


def test_undo_right_after_a_declaration_keeps_its_process(run, show, declared):
    declared()
    refused = run("undo")
    assert refused.code == 5
    assert "`incidentctl severity` or `incidentctl affects`" in refused.err
    assert show()["runbooks"] == ["critical"]


def test_show_at_a_moment_before_a_redaction_is_redacted(run, show, declared):
    declared()
    run("log", "hunter2", "--at", "1 minute ago")
    before = show()["timeline"][0]["recorded"]
    run("redact", "-1")
    for form in ((), ("--json",)):
        shown = run("show", "--at", before, *form)
        assert (shown.code, "[redacted]" in shown.out) == (0, True)
        assert "hunter2" not in shown.out


def test_redact_blanks_the_address_that_a_step_kept(run, declared):
    declared()
    run("step", "done", "open-channel", "--link", "https://chat.example.com/SECRET")
    number = next(
        e["number"] for e in run("show", "--json").json["timeline"] if e["kind"] == "step-done"
    )
    run("redact", str(number))
    for command in (("show",), ("show", "--json"), ("log",)):
        shown = run(*command)
        assert (shown.code, "[redacted]" in shown.out) == (0, True)
        assert "SECRET" not in shown.out


def test_minus_one_is_what_a_person_said_last_and_not_what_the_catalog_made_of_it(
    run, show, declared
):
    declared("--severity", "SEV1")
    run("log", "breaker B1 tripped")
    run("severity", "SEV3")
    run("undo")
    done = run("amend", "-1", "breaker B2 tripped")
    assert "breaker B1 tripped" in done.err
    texts = [entry["text"] for entry in show()["timeline"]]
    assert "breaker B2 tripped" in texts
    assert not any("detached: breaker" in text for text in texts)


def test_a_mistake_is_put_right_after_closing(run, show, declared):
    declared("--severity", "SEV3")
    ident = run("list").out.split()[0]
    run("log", "wrong zone")
    number = str(show()["timeline"][-1]["number"])
    run("resolve")
    run("close")
    assert run("amend", "-i", ident, number, "the right zone").code == 0
    assert run("retract", "-i", ident, number).code == 0
    refused = run("retract", "-i", ident, "-1")
    assert (refused.code, "reopen" in refused.err) == (5, True)
    assert run("log", "-i", ident, "more").code == 5


def test_pin_marks_an_entry_that_is_there_already(run, opened, show):
    run("log", "the disk of db-1 is full")
    done = run("pin", "-1")
    assert done.code == 0, done.err
    assert [e["text"] for e in show()["timeline"] if e["pinned"]] == ["the disk of db-1 is full"]
    assert "the disk of db-1 is full" in run("log").out.split("## Timeline")[0]
    refused = run("pin", "-1")  # the pin itself is passed over
    assert (refused.code, refused.out) == (5, "")
    assert "already pinned" in refused.err
    assert run("amend", "-1", "the disk of db-2 is full").code == 0
    assert [e["text"] for e in show()["timeline"] if e["pinned"]] == ["the disk of db-2 is full"]
    run("undo")
    assert run("undo").code == 0
    assert not any(e["pinned"] for e in show()["timeline"])


def test_pin_takes_no_entry_that_is_gone_and_no_correction(run, opened, show):
    run("log", "wrong")
    run("log", "right")
    number = str(len(show()["timeline"]))
    run("retract", number)
    assert "is retracted" in run("pin", number).err
    assert "pin the entry itself" in run("pin", str(len(show()["timeline"]))).err
    assert run("pin", "99").code == 3


def test_undo_of_a_public_update_says_what_the_status_page_may_show(run, team, opened):
    with (team / "incidentctl.yaml").open("a") as settings:
        settings.write("page: {title: Our status}\n")
    run("update", "we look")
    assert "status page" not in run("undo").err
    assert run("update", "--public", "--yes", "We look into it").code == 0
    undone = run("undo")
    assert undone.code == 0
    assert "The status page may show it already; the next build takes it off" in undone.err
    assert f"`incidentctl update --public -i {opened[-3:]}`" in undone.err
