"""What `declare` asks, in a real pseudo-terminal: Enter answers, Ctrl-C loses nothing."""

import contextlib
import os
import re
import time

import pexpect
import pytest
from tests import program

ENTER, DOWN, INTERRUPT = "\r", "\x1b[B", "\x03"


@pytest.fixture
def terminal(team):
    """Start incidentctl in a terminal of 80 columns."""
    started = []

    def start(*arguments, columns=80):
        child = program.Terminal(
            *arguments,
            cwd=str(team),
            env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
            encoding="utf-8",
            timeout=60,
            dimensions=(24, columns),
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def wait_until(holds):
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def end(child):
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_enter_answers_every_question(terminal, run, show):
    child = terminal("declare", "checkout is down", "--no-walk")
    child.expect("recorded inc-")  # before anything is asked
    child.expect("What is affected")
    child.send(ENTER)
    child.expect("How bad is it")
    child.send(ENTER)
    assert end(child) == 0
    state = show()
    assert state["services"] == ["checkout"] or state["product_areas"] == ["checkout"]
    assert (state["severity"], state["confirmed"]) == ("SEV2", False)


def test_a_severity_is_chosen(terminal, show):
    child = terminal("declare", "x", "--no-walk", "--affects", "kafka")
    child.expect("How bad is it")
    child.send(DOWN + ENTER)
    assert end(child) == 0
    assert (show()["severity"], show()["confirmed"]) == ("SEV1", True)


def test_choices_wrap_between_words(terminal, monkeypatch):
    """In 60 columns SEV3 of the example takes two lines."""
    monkeypatch.delenv("COLUMNS", raising=False)
    child = terminal("declare", "x", "--no-walk", "--affects", "kafka", columns=60)
    child.expect("recommendations, or only few notice")
    drawn = child.before + child.after  # it may be drawn more than once
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn).splitlines()
    assert "   SEV3  Something beside the purchase is impaired, such as" in lines
    assert "     recommendations, or only few notice" in lines
    child.send(ENTER)
    assert end(child) == 0


@pytest.mark.parametrize(
    ("typed", "services"), [("", ["checkout"]), ("-", []), ("valkey cart", ["valkey-cart"])]
)
def test_a_guess_is_no_text_to_be_deleted_first(terminal, show, typed, services):
    child = terminal("declare", "checkout is down", "--no-walk", "-s", "2")
    child.expect_exact("Enter for checkout, - if unknown)")
    child.send(typed + ENTER)
    assert end(child) == 0
    assert show()["services"] == services


@pytest.mark.parametrize("typed", ["", "-"])
def test_without_a_guess_enter_is_unknown(terminal, show, typed):
    child = terminal("declare", "x", "--no-walk", "-s", "2")
    child.expect_exact("Enter if unknown)")
    child.send(typed + ENTER)
    assert end(child) == 0
    assert show()["services"] == show()["product_areas"] == []


@pytest.mark.parametrize("leave", ["interrupt", "close"])
@pytest.mark.parametrize("answered", [0, 1, 2])
def test_what_was_answered_is_kept_however_the_questions_end(terminal, show, leave, answered):
    child = terminal("declare", "checkout is down", *(["--no-walk"] if answered < 2 else []))
    child.expect("What is affected")
    if answered:
        child.send(ENTER)
        child.expect("affects checkout")  # it is recorded before the next question
        child.expect("How bad is it")
    if answered == 2:
        child.send(DOWN + ENTER)
        child.expect("severity SEV1")
        child.expect("process")
    if leave == "interrupt":
        child.send(INTERRUPT)
        assert end(child) == 130
    else:
        with contextlib.suppress(pexpect.ExceptionPexpect):  # it still records as it ends
            child.close(force=False)
        wait_until(lambda: show()["steps"])
    state = show()
    assert state["title"] == "checkout is down"
    assert state["services"] == (["checkout"] if answered else [])
    kinds = [entry["kind"] for entry in state["timeline"]]
    assert kinds.count("affected-set") <= 1
    assert kinds.count("severity-set") == 1
    assert (state["severity"], state["confirmed"]) == (
        ("SEV1", True) if answered == 2 else ("SEV2", False)
    )
    assert state["steps"]


def test_options_are_recorded_before_the_first_question(terminal, show):
    child = terminal("declare", "x", "--no-walk", "--affects", "kafka", "--severity", "bad")
    child.expect("recorded inc-[^ ]*: affects kafka")
    child.expect("How bad is it")
    child.send(INTERRUPT)
    assert end(child) == 130
    assert show()["services"] == ["kafka"]


def test_each_answer_is_recorded_once_and_belongs_to_the_declaration(terminal, run, show):
    child = terminal("declare", "checkout is down", "--no-walk")
    child.expect("What is affected")
    child.send(ENTER)
    child.expect("How bad is it")
    child.send(DOWN + ENTER)
    assert end(child) == 0
    kinds = [entry["kind"] for entry in show()["timeline"]]
    assert kinds == [
        "declared", "affected-set", "severity-set", "process-resolved", "runbook-attached",
    ]  # fmt: skip
    assert run("undo").code != 0  # not the answers without the rest


def test_enter_means_the_same_before_and_after_a_typo(terminal, show):
    child = terminal("declare", "checkout is down", "--no-walk", "-s", "2")
    child.expect_exact("Enter for checkout, - if unknown)")
    child.send("kafak" + ENTER)
    child.expect("Did you mean 'kafka'")
    child.expect_exact("Enter for checkout, - if unknown)")
    child.send(ENTER)
    assert end(child) == 0
    assert show()["services"] == ["checkout"]


def test_what_is_typed_at_a_list_is_looked_for_and_no_letter_moves_on(terminal, show):
    child = terminal("declare", "checkout is down", "--no-walk", "--affects", "kafka")
    child.expect("How bad is it")
    child.send("sev1")
    child.expect_exact("sev1")
    child.send(ENTER)
    assert end(child) == 0
    assert show()["severity"] == "SEV1"


def test_what_no_choice_has_chooses_nothing_but_after_the_arrows(terminal, show):
    child = terminal("declare", "checkout is down", "--no-walk", "--affects", "kafka")
    child.expect("How bad is it")
    child.send("jjk" + ENTER)
    child.expect_exact("no line has this: change it")
    child.send(ENTER + DOWN + ENTER)
    assert end(child) == 0
    assert (show()["severity"], show()["confirmed"]) == ("SEV1", True)


def test_a_drill_is_asked_the_same(terminal, show):
    child = terminal("declare", "checkout is down", "--drill", "--no-walk")
    child.expect("What is affected")
    child.send(ENTER)
    child.expect("How bad is it")
    child.send(DOWN + ENTER)
    assert end(child) == 0
    state = show()
    assert (state["kind"], state["severity"]) == ("drill", "SEV1")
    assert state["services"] == ["checkout"]


def test_a_pasted_title_keeps_its_first_line_and_the_rest_is_the_summary(terminal, show):
    child = terminal("declare", "--no-walk")
    child.expect("What is broken")
    child.send("\x1b[200~the till is stuck\r\nsince noon\r\nin Bergen\x1b[201~" + ENTER)
    child.expect("What is affected")
    child.send(INTERRUPT)
    assert end(child) == 130
    state = show()
    assert (state["title"], state["summary"]) == ("the till is stuck", "since noon\nin Bergen")


def test_the_title_is_asked_for(terminal, show):
    child = terminal("declare", "--no-walk")
    child.expect("What is broken")
    child.send(ENTER)
    child.expect("A title is needed")
    child.expect("What is broken")
    child.send("the till is stuck" + ENTER)
    child.expect("What is affected")
    child.send(INTERRUPT)
    child.expect_exact("Interrupted. What was recorded is safe.")
    assert end(child) == 130
    assert show()["title"] == "the till is stuck"


def test_without_a_title_an_interrupt_declares_nothing(terminal, run):
    child = terminal("declare")
    child.expect("What is broken")
    child.send("half a tit")
    child.expect_exact("half a tit")
    child.send(INTERRUPT)
    child.expect_exact("Not recorded: half a tit")
    child.expect_exact("Interrupted. This command recorded nothing.")
    assert end(child) == 130
    assert run("list", "--all", "--json").json["incidents"] == []


def test_what_is_not_known_is_asked_again(terminal, show):
    child = terminal("declare", "x", "--no-walk", "-s", "1")
    child.expect("What is affected")
    child.send("kafak" + ENTER)
    child.expect("kafka")
    child.expect("What is affected")
    child.send("kafka" + ENTER)
    assert end(child) == 0
    assert show()["services"] == ["kafka"]


def test_several_names_may_stand_with_spaces_between_them(terminal, show):
    child = terminal("declare", "x", "--no-walk", "-s", "1")
    child.expect_exact("What is affected? (services or areas: a, b, ...; Enter if unknown)")
    child.send("kafka payment" + ENTER)
    assert end(child) == 0
    assert show()["services"] == ["kafka", "payment"]


def test_one_of_several_incidents_is_chosen(terminal, run, show):
    first = run("declare", "one").out.strip()
    run("declare", "two")
    child = terminal("log", "which?")
    child.expect("Which incident")
    child.send(DOWN + ENTER)
    assert end(child) == 0
    texts = [entry["text"] for entry in show(first)["timeline"]]
    other = next(h["id"] for h in run("list", "--json").json["incidents"] if h["id"] != first)
    assert ("which?" in texts) != ("which?" in str(show(other)["timeline"]))


def test_words_that_no_choice_has_choose_nothing(terminal, run, show):
    for title in ("Portal mess", "Tampering at the pump"):
        run("declare", title, "--no-input")
    child = terminal("log", "police at the gate")
    child.expect("Which incident")
    child.send("tampring" + ENTER)
    child.expect_exact("no line has this: change it")
    child.send("\x7f" * 4 + ENTER)
    assert end(child) == 0
    (logged,) = (
        each["title"]
        for each in run("list", "--json").json["incidents"]
        if "police at the gate" in str(show(each["id"])["timeline"])
    )
    assert logged == "Tampering at the pump"


def test_a_text_that_was_entered_is_given_back_where_the_incident_is_not_chosen(terminal, run):
    run("declare", "one", "--no-input")
    run("declare", "two", "--no-input")
    child = terminal("update")
    child.expect("What is the update")
    child.send("the pump is back" + ENTER)
    child.expect("Which incident")
    child.send(INTERRUPT)
    child.expect_exact("This command recorded nothing.")
    child.expect_exact("You had typed:")
    child.expect_exact("the pump is back")
    assert end(child) == 130


def test_of_several_that_a_part_fits_the_open_ones_come_first(terminal, run, show):
    for title in ("over", "one", "two"):
        run("declare", title, "--no-input")
        if title == "over":
            run("resolve")
    child = terminal("log", "which?", "-i", "inc")
    child.expect("Which incident")
    child.send(ENTER)
    assert end(child) == 0
    chosen = next(h["id"] for h in run("list", "--json").json["incidents"] if h["title"] == "two")
    assert "which?" in str(show(chosen)["timeline"])


def test_show_fits_80_columns_and_breaks_between_words(terminal, run):
    words = " ".join(f"word{number:03}" for number in range(40))
    run("declare", "x")
    run("log", words)
    child = terminal("show", "--all")
    child.expect(pexpect.EOF)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in child.before.splitlines()]
    assert max(map(len, lines)) <= 80
    assert all(re.search(rf"\bword{number:03}\b", "\n".join(lines)) for number in range(40))
    assert not any(line.startswith("word") for line in lines)


TOLD = "looked at the dashboard of the payments and saw that the provider answers slowly since"


def test_watch_breaks_lines_between_words(terminal, run):
    run("declare", TOLD, "--no-input")
    child = terminal("watch", "--once")
    child.expect(pexpect.EOF)
    lines = child.before.replace("\r\n", "\n").splitlines()
    assert max(map(len, lines)) <= 80
    assert TOLD in " ".join(" ".join(lines).split())
    assert all(line.startswith("  ") for line in lines if line.endswith("slowly since"))
    child = terminal("watch", "--plain")
    child.expect("Runbook attached")
    assert max(map(len, child.before.replace("\r\n", "\n").splitlines())) <= 80
    run("log", TOLD)
    child.expect("answers slowly since\r\n")
    assert max(map(len, child.before.replace("\r\n", "\n").splitlines())) <= 80
    child.sendintr()
    child.expect(pexpect.EOF)


def test_lint_breaks_lines_between_words(terminal, team):
    service = team / "services" / "ad.yaml"
    owner = "discovery-and-recommendations-of-telescopes"
    service.write_text(service.read_text().replace("owner: discovery", f"owner: {owner}"))
    child = terminal("catalog", "lint")
    child.expect(pexpect.EOF)
    first, second, *_ = child.before.replace("\r\n", "\n").splitlines()
    assert first.startswith("services/ad.yaml:")
    assert f"{first} {second.strip()}".endswith(
        f"The owner of service ad, {owner!r}, is not a team."
    )
    assert second.startswith("    ")


def test_what_is_the_same_as_an_open_one_is_cancelled_and_that_one_goes_on(run, opened, team, show):
    """At a terminal, right after the second one is safe: Enter says that it is another one."""
    for answer, joined in (("", False), ("2", True)):
        child = program.Terminal(
            "declare", "checkout fails", "--no-walk",
            cwd=str(team), env={**os.environ, "TERM": "dumb"}, timeout=60, encoding="utf-8",
            dimensions=(40, 120),
        )  # fmt: skip
        child.expect_exact(f"also open  {opened}")
        child.expect_exact("declared; greta is the commander")
        child.expect_exact("Is it one of the open ones?")
        child.expect_exact("]:")
        child.sendline(answer)
        if not joined:
            child.expect_exact("What is affected?")
            child.expect_exact("unknown)")
            child.sendline("-")
            child.expect_exact("How bad is it?")
            child.expect_exact("]:")
            child.sendline("")
        child.expect_exact(f"next       incidentctl run -i {opened}" if joined else "next       ")
        child.expect(pexpect.EOF)
        child.wait()
        heads = run("list", "--all", "--json").json["incidents"]
        assert (heads[0]["duplicate_of"] in {each["id"] for each in heads[1:]}) is joined
        if not joined:
            run("cancel", "-i", heads[0]["id"], "none")
