"""The walk in a real pseudo-terminal: a SEV2 of the marketplace, resumed, raised, resolved."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from tests import program
from tests.cli.test_alert_inbox import alert, receive

REPOSITORY = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "incidentctl"]
SNAPSHOT = Path(__file__).with_name("walk.log.md")


@pytest.fixture
def shop(tmp_path, git):
    root = tmp_path / "marketplace"
    shutil.copytree(REPOSITORY / "examples" / "marketplace", root)
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Our catalog")
    return root


def run(root: Path, *arguments: str) -> str:
    done = program.run("-C", root, *arguments, check=True)
    return done.stdout


def show(root: Path) -> dict:
    return json.loads(run(root, "show", "--json", _only(root)))


def _only(root: Path) -> str:
    (incident,) = json.loads(run(root, "list", "--all", "--json"))["incidents"]
    return incident["id"]


class Terminal:
    """Somebody at a terminal of 80 columns."""

    def __init__(self, root: Path, *arguments: str) -> None:
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "40"}
        environment["PROMPT_TOOLKIT_NO_CPR"] = "1"  # nobody answers where the cursor is
        self.child = program.Terminal(
            "-C", root, *arguments,
            env=environment, dimensions=(40, 80), timeout=60, encoding="utf-8",
        )  # fmt: skip

    def sees(self, text: str) -> None:
        self.child.expect_exact(text)

    def presses(self, key: str) -> None:
        """Choose by a letter, then Enter."""
        self.sees("then Enter)")
        self.child.send(key + "\r")

    def types(self, text: str) -> None:
        self.child.send(text + "\r")

    def ends(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus


def test_a_sev2_is_walked_left_resumed_raised_and_resolved(shop):
    first = Terminal(
        shop, "declare", "checkout is very slow", "--severity", "SEV2", "--affects", "checkout",
        "--as", "annika",
    )  # fmt: skip
    first.sees("Who takes which role?")
    first.presses("1")
    first.sees("who takes the role Mitigator")
    first.types("mateo")
    first.sees("Mitigator: mateo")
    first.presses("2")
    first.sees("who takes the role Planning")
    first.types("mateoo")
    first.sees("no person 'mateoo'")
    first.sees("who takes the role Planning")  # it asks again, with an empty line
    first.types("mateo, sanne")
    first.sees("'mateo, sanne' is not one person")
    first.sees("who takes the role Planning")
    first.child.send("\x1b")  # Esc leaves the question
    first.presses("s")
    first.sees("Step 1 of 8")
    first.presses("d")
    first.sees("note or link")
    first.types("https://chat.example.com/c/slow")
    first.sees("Step 2 of 8")
    first.presses("s")
    first.sees("reason")
    first.types("one ticket is enough: SHOP-12")
    first.sees("Step 3 of 8")
    first.presses("l")
    assert first.ends() == 0

    left = show(shop)
    assert [s["state"] for s in left["steps"]] == ["done", "skipped", *["open"] * 6]
    assert ("mitigator", "mateo") in {(r["role"], r["person"]) for r in left["roles"]}

    second = Terminal(shop, "run", "--as", "mateo")
    second.sees("Step 3 of 8")  # "not now" is remembered
    second.child.sendintr()
    assert second.ends() == 130

    run(shop, "severity", "SEV1", "--reason", "nobody can pay now", "--as", "annika")
    raised = show(shop)
    states = {s["id"]: s["state"] for s in raised["steps"]}
    assert states["open-channel"] == "done"
    assert states["create-ticket"] == "skipped"
    assert states["notify-executives"] == "open"
    assert len(states) == 9

    third = Terminal(shop, "run", "--as", "annika", "--step", "notify-executives")
    third.sees("Step 9 of 9")
    third.presses("d")
    third.sees("note or link")
    third.types("called both")
    third.sees("Step 3 of 9")
    third.presses("l")
    assert third.ends() == 0
    run(shop, "resolve", "the pool was doubled", "--as", "annika")
    over = show(shop)
    assert (over["status"], over["severity"]) == ("resolved", "SEV1")
    written = normal(run(shop, "log", "-i", over["id"]))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(written)
    assert written == SNAPSHOT.read_text()
    on_branch = subprocess.run(
        ["git", "-C", shop, "show", f"incident-log:{log_path(over['id'])}"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert on_branch.rstrip("\n") == run(shop, "log", "-i", over["id"]).rstrip("\n")


@pytest.fixture
def asked(shop):
    """A walk of an incident that waits at the question for the roles."""
    run(shop, "declare", "search is odd", "--severity", "SEV2", "--no-input", "--as", "annika")
    terminal = Terminal(shop, "run", "--as", "annika")
    terminal.sees("Who takes which role?")
    return terminal


@pytest.mark.parametrize("typed", ["x", "?", "xk", "X", " "])
def test_a_letter_that_the_menu_does_not_have_chooses_nothing(shop, asked, typed):
    before = show(shop)["timeline"]
    asked.presses(typed)
    asked.sees("k  I hold all" if typed == "?" else "is not one of: 1 2 3 k s u n l ?")
    asked.presses("l")
    assert asked.ends() == 0
    assert show(shop)["timeline"] == before


def test_a_capital_letter_and_an_arrow_are_the_letter(shop, asked):
    asked.presses("S")
    asked.sees("Step 1 of")
    asked.presses("\x1b[A\x1b[A")  # up to the last, help, and to the one before: leave
    assert asked.ends() == 0
    assert show(shop)["steps"][0]["state"] == "open"


def test_escape_goes_back_from_a_text_to_the_menu(shop, asked):
    before = show(shop)["timeline"]
    asked.presses("1")
    asked.sees("Esc to go back):")
    asked.child.send("mat\x1b[Deo\x1b")  # an arrow begins with Esc and is none
    asked.sees("Not recorded: maeot")
    asked.presses("l")
    assert asked.ends() == 0
    assert show(shop)["timeline"] == before


def test_a_person_is_chosen_by_number(shop, asked):
    asked.presses("1")
    asked.sees("1  ")
    asked.sees("Esc to go back):")
    asked.types("1")
    asked.sees("mitigator assigned to ")
    asked.presses("l")
    assert asked.ends() == 0
    assert "mitigator" in {r["role"] for r in show(shop)["roles"]}


def test_command_is_offered_to_somebody_in_no_team_only_once_that_is_confirmed(shop, asked):
    asked.presses("s")
    asked.presses("h")
    asked.sees("Esc to go back):")
    asked.types("h")
    asked.sees("h is in no team of the catalog.")
    asked.sees("Is that who you mean? (y/N)")
    asked.types("")
    asked.sees("Nothing was recorded.")
    asked.sees("Esc to go back):")  # what is typed next is a person, and no note
    asked.types("lars of the vendor")
    asked.sees("Is that who you mean? (y/N)")
    asked.types("y")
    asked.sees("You are in command until lars of the vendor accepts.")
    asked.presses("a")
    asked.types("planning mateo")
    asked.sees("planning assigned to mateo")  # nobody asks about a member
    asked.presses("l")
    assert asked.ends() == 0
    entries = show(shop)["timeline"]
    assert [e["text"] for e in entries if e["kind"] == "handover-offered"] == [
        "Command offered to lars of the vendor"
    ]


def test_a_role_is_given_to_a_stranger_only_once_that_is_confirmed(shop, asked):
    asked.presses("1")
    asked.sees("Esc to go back):")
    asked.types("x")
    asked.sees("x is in no team of the catalog.")
    asked.sees("Is that who you mean? (y/N)")
    asked.types("n")
    asked.sees("who takes the role Mitigator")
    asked.types("mateo")
    asked.sees("mitigator assigned to mateo")
    asked.presses("l")
    assert asked.ends() == 0


def test_where_no_team_has_members_nobody_is_asked_about(tmp_path, git):
    root = tmp_path / "alone"
    git(tmp_path, "init", "-q", str(root))
    (root / "incidentctl.yaml").write_text("organisation: Alone\ntier: single\n")
    run(root, "declare", "search is odd", "--severity", "SEV2", "--no-input", "--as", "annika")
    terminal = Terminal(root, "run", "--as", "annika")
    terminal.presses("s")
    terminal.presses("h")
    terminal.types("bo")
    terminal.sees("You are in command until bo accepts.")
    terminal.presses("l")
    assert terminal.ends() == 0


WORDS = "the disk of db-2 is full"


@pytest.mark.parametrize(
    ("typed", "noted"),
    [
        (WORDS, WORDS),
        ("l is not what it seems", "l is not what it seems"),
        (f"\x1b[200~{WORDS}\r\nsince noon\x1b[201~", f"{WORDS}\nsince noon"),
        ("\x1b[200~k is the cause\x1b[201~", "k is the cause"),
    ],
)
def test_words_typed_or_pasted_at_a_menu_are_offered_as_a_note(shop, asked, typed, noted):
    asked.presses(typed)
    asked.sees("note it? (Enter records it, Esc to go back):")
    asked.types("")
    asked.sees("log")
    asked.presses("l")
    assert asked.ends() == 0
    assert show(shop)["timeline"][-1]["text"] == noted


def test_what_looks_like_an_assignment_and_is_none_is_offered_as_a_note(shop, asked):
    asked.presses("s")
    asked.presses("a customer called twice")
    asked.sees("ROLE PERSON")
    asked.types("")
    asked.sees("There is no role 'customer'")
    asked.sees("note it? (Enter records it, Esc to go back):")
    asked.types("")
    asked.sees("log")
    asked.presses("l")
    assert asked.ends() == 0
    assert show(shop)["timeline"][-1]["text"] == "a customer called twice"


def test_a_name_that_is_unknown_is_asked_for_again_and_what_is_typed_then_is_no_note(shop, asked):
    asked.presses("s")
    asked.presses("w")
    asked.types("chekout")
    asked.sees("has no service and no product area 'chekout'")
    asked.sees("Enter records it")
    asked.types("\x15checkout")  # Ctrl-U clears the line
    asked.presses("l")
    assert asked.ends() == 0
    found = show(shop)
    assert found["services"] == ["checkout"]
    assert not [entry for entry in found["timeline"] if entry["kind"] == "noted"]


def test_after_ctrl_c_one_reads_what_was_not_recorded(shop, asked):
    asked.sees("then Enter)")
    asked.child.send(WORDS)
    asked.sees("full")
    asked.child.sendintr()
    asked.sees(f"Not recorded: {WORDS}")
    assert asked.ends() == 130


def test_the_step_that_pages_names_who_is_on_call_and_how_to_reach_them(shop):
    run(
        shop, "declare", "checkout is slow", "--severity", "SEV3", "--affects", "checkout",
        "--no-input", "--as", "annika",
    )  # fmt: skip
    terminal = Terminal(shop, "run", "--as", "annika", "--step", "page-on-call")
    terminal.sees("On call for")
    terminal.sees("channel: #")
    terminal.presses("l")
    assert terminal.ends() == 0
    owner = show(shop)["owner"]
    duty = json.loads(run(shop, "catalog", "who", "checkout", "--json"))["matches"][0]["on_call"]
    terminal = Terminal(shop, "run", "--as", duty, "--step", "page-on-call")
    terminal.sees(f"You are on call for {owner}")
    terminal.presses("l")
    assert terminal.ends() == 0


def test_what_one_types_while_another_does_the_step_is_offered_as_a_note(shop, asked):
    asked.presses("s")
    asked.sees("Step 1 of")
    asked.presses("d")
    asked.sees("note or link")
    asked.child.send("https://chat.example.com/c/two")
    first = ("step", "done", "1", "--link", "https://chat.example.com/c/one", "--as", "mateo")
    run(shop, *first)
    asked.sees("(done by mateo")
    asked.types("")
    asked.sees("was done by mateo at")
    asked.sees("You had typed: https://chat.example.com/c/two")
    asked.sees("note it? (Enter records it, Esc to go back):")
    asked.sees("https://chat.example.com/c/two")
    asked.child.send("\x1b")
    asked.sees("Not recorded: https://chat.example.com/c/two")
    asked.presses("l")
    assert asked.ends() == 0
    found = show(shop)
    assert found["steps"][0]["by"] == "mateo"
    assert [link["url"] for link in found["links"]] == ["https://chat.example.com/c/one"]


def log_path(ident: str) -> str:
    return f"incidents/{ident[4:8]}/{ident[8:10]}/{ident}/log.md"


def normal(text: str) -> str:
    """Put fixed words in place of ids, times and commits."""
    text = re.sub(r"inc-\d{8}-\d{4}-[a-z0-9]{3}", "inc-ID", text)
    text = re.sub(r"\b[0-9a-f]{40}\b", "COMMIT", text)
    text = re.sub(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?", "TIME", text)
    text = re.sub(r"\d{2}:\d{2}(:\d{2})?(?= \|)", "TIME", text)
    # Berlin is one or two hours ahead, by the season; late in the evening it is on another day.
    return re.sub(r"((TIME|\d{2}:\d{2}) )?\+0[12]:00", "LOCAL", text)


def test_plain_lines_walk_the_same_without_a_terminal(shop):
    run(shop, "declare", "search is odd", "--severity", "SEV3", "--no-input", "--as", "annika")
    typed = "d https://chat.example.com/c/odd\ns no ticket\nd paged\nl\n"
    done = subprocess.run(
        [*COMMAND, "-C", shop, "run"], input=typed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [s["state"] for s in show(shop)["steps"]] == ["done", "skipped", "done", "open", "open"]


def test_the_end_of_stdin_leaves_the_walk(shop):
    run(shop, "declare", "search is odd", "--severity", "SEV3", "--no-input")
    done = subprocess.run(
        [*COMMAND, "-C", shop, "run"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0


def test_what_is_declared_from_the_inbox_is_walked(shop):
    receive(shop, alert(title="Checkout is down"))
    terminal = Terminal(shop, "alert", "declare", "1", "--as", "annika")
    terminal.sees("Who takes which role?")
    terminal.presses("l")
    assert terminal.ends() == 0
    assert show(shop)["commander"] == "annika"


def test_what_was_typed_before_a_question_does_not_answer_it(run, team, declared):
    declared()
    run("log", "the key is hunter2")
    environment = os.environ | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    child = program.Terminal(
        "-C", team, "redact", "-1", env=environment, dimensions=(24, 80), timeout=60,
        encoding="utf-8",
    )  # fmt: skip
    child.delaybeforesend = None
    child.send("y\ry\r")  # at once: the question comes later
    child.delaybeforesend = 0.05
    child.expect_exact("Redact")
    child.expect_exact("(y/N)")
    child.send("not yet\r")  # has a y, and is no yes
    child.expect_exact("Type y or n")
    child.send("\x15no\r")
    child.expect_exact("Not redacted.")
    child.expect(pexpect.EOF)
    assert "hunter2" in run("log").out
