import io
import json
import re
import sys
import time
from pathlib import Path

import pytest
from tests import program

RECORDED = {"schema", "incident", "events", "commit"}


def notes(state):
    return [entry for entry in state["timeline"] if entry["kind"] == "noted"]


class _Stdin:
    """Stdin as `log -` reads it: bytes, from no terminal."""

    def __init__(self, data):
        self.buffer = io.BytesIO(data)

    def isatty(self):
        return False


@pytest.fixture
def stdin(monkeypatch):
    def give(data):
        monkeypatch.setattr(sys, "stdin", _Stdin(data))

    return give


def test_words_become_an_entry(run, opened, show, log_md):
    result = run("log", "rolled", "back", "to", "1.4.2")
    assert (result.code, result.out) == (0, "")
    assert result.err == f"recorded {opened}: log\n"
    (entry,) = notes(show())
    assert (entry["text"], entry["by"], entry["pinned"]) == ("rolled back to 1.4.2", "greta", False)
    assert "rolled back to 1.4.2" in log_md(opened)


def test_json_says_what_was_recorded(run, opened, show, team, git):
    answer = run("log", "x", "--json").json
    assert set(answer) == RECORDED
    assert answer["schema"] == "incidentctl/log/1"
    assert answer["incident"] == opened
    assert answer["events"] == [notes(show())[0]["event"]]
    assert answer["commit"] == git(team, "rev-parse", "incident-log").strip()


def test_a_pinned_entry_and_its_time(run, opened, show):
    result = run("log", "--pin", "paged the vendor", "--at", "5 minutes ago", "--as", "omar")
    assert result.code == 0
    assert result.err.startswith("at 20")
    (entry,) = notes(show())
    assert (entry["pinned"], entry["by"]) == (True, "omar")
    assert entry["at"] < entry["recorded"]


def test_stdin_and_a_file(run, opened, show, stdin, tmp_path):
    stdin(b"from a pipe\n")
    assert run("log", "-").code == 0
    file = tmp_path / "n.txt"
    file.write_bytes(b"from a file\xff\n")
    assert run("log", "-f", str(file)).code == 0
    assert [entry["text"] for entry in notes(show())] == ["from a pipe", "from a file\ufffd"]


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_file_that_cannot_be_read(run, opened, name):
    result = run("log", "-f", name)
    assert result.code == 3
    assert name in result.err


def test_a_text_and_a_file_are_a_usage_error_with_the_text_echoed(run, opened):
    result = run("log", "precious words", "-f", "x")
    assert result.code == 2
    assert "precious words" in result.err


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_text_is_a_usage_error(run, opened, show, stdin, text):
    stdin(text.encode())
    assert run("log", "-").code == 2
    assert notes(show()) == []


@pytest.mark.parametrize("words", [[""], ["", ""], ["  "], ["", "--json"], ["", "--pin"]])
def test_an_empty_variable_is_no_request_to_print_the_log(run, opened, show, words):
    result = run("log", *words)
    assert (result.code, result.out) == (2, "")
    assert "empty" in result.err
    assert notes(show()) == []


def test_a_long_text_becomes_several_events_and_loses_nothing(run, opened, show, stdin):
    text = "".join(f"line {number} of a long text\n" for number in range(2900)).rstrip()
    assert len(text) > 70_000
    stdin(text.encode())
    result = run("log", "-", "--json")
    assert result.code == 0
    assert len(result.json["events"]) > 1
    parts = notes(show())
    assert len(parts) == len(result.json["events"])
    joined = "".join(part["text"].rsplit(" (part ", 1)[0] for part in parts)
    assert joined.replace("\n", "") == text.replace("\n", "")


def test_more_than_a_mebibyte_is_refused_and_nothing_is_lost(run, opened, show, stdin, tmp_path):
    text = "the beginning\n" + "x" * (1 << 20) + "\nthe very end"
    stdin(text.encode())
    result = run("log", "-")
    assert result.code == 4
    assert len(result.err) < 2000  # a terminal full of it would hide what is wrong
    assert "saved in " in result.err
    kept = result.err.split("saved in ")[1].split()[0]
    assert Path(kept).read_text() == text
    file = tmp_path / "dump"
    file.write_text(text)
    result = run("log", "-f", str(file))
    assert result.code == 4
    assert len(result.err) < 2000
    assert file.read_text() == text
    assert notes(show()) == []


def test_bare_log_prints_the_log(run, opened, log_md):
    result = run("log")
    assert result.code == 0
    assert result.out == log_md(opened)


def test_without_an_incident_the_text_is_echoed(run):
    result = run("log", "words that took long to write")
    assert result.code == 3
    assert "words that took long to write" in result.err
    assert "incidentctl declare" in result.err


# --- a command's output --------------------------------------------------------------------------


def test_a_command_s_output_and_exit_code(run, opened, show):
    result = run("log", "--", sys.executable, "-c", "print('42 pods'); raise SystemExit(7)")
    assert result.code == 7
    (entry,) = notes(show())
    assert "(exit 7)" in entry["text"]
    assert entry["text"].endswith("\n42 pods")


def test_a_command_that_is_not_there(run, opened, show):
    result = run("log", "--", "no-such-program-here")
    assert result.code == 127
    assert "cannot be run: No such file or directory" in result.err
    assert notes(show()) == []


def test_a_text_after_the_dashes_is_no_command_and_is_shown_again(run, opened, show):
    result = run("log", "--", "-5 degrees in fridge 2")
    assert result.code == 127
    assert "incidentctl log - <<< TEXT" in result.err
    assert "Nothing was recorded. You had typed:\n'-5 degrees in fridge 2'" in result.err
    assert notes(show()) == []


def test_a_command_that_may_not_be_run(run, opened, show, tmp_path):
    (tmp_path / "script").write_text("echo 42")
    result = run("log", "--json", "--", str(tmp_path / "script"))
    assert (result.code, result.out) == (126, "")
    assert notes(show()) == []


def test_no_command_after_the_dashes(run, opened):
    assert run("log", "--").code == 2


@pytest.fixture
def process(team):
    """Run incidentctl as a process of its own: what a command prints passes through it."""

    def call(*arguments, **more):
        return program.run(*arguments, cwd=team, text=False, **more)

    return call


def test_both_streams_pass_through_and_of_a_long_output_head_and_tail_are_kept(
    process, opened, show
):
    script = (
        "import sys; print('first'); print('x' * 99999); print('last'); print('e', file=sys.stderr)"
    )
    done = process("log", "--pin", "--", sys.executable, "-c", script)
    assert done.returncode == 0
    assert done.stdout == b"first\n" + b"x" * 99999 + b"\nlast\n"
    assert b"e\n" in done.stderr
    text = "".join(entry["text"] for entry in notes(show()))
    assert "first" in text
    assert "last" in text
    assert "bytes left out" in text
    assert len(text) < 30_000


def test_a_command_reads_the_stdin_of_the_user(process, opened, show):
    done = process("log", "--", "cat", input=b"typed\n")
    assert done.stdout == b"typed\n"
    assert "typed" in notes(show())[0]["text"]


def test_json_and_a_command_s_output_do_not_mix(process, opened):
    done = process("log", "--json", "--", "echo", "42")
    assert json.loads(done.stdout)["incident"] == opened
    assert b"42" in done.stderr


def test_a_command_is_not_run_for_an_incident_that_takes_no_output(run, team, declared):
    declared("--severity", "SEV3")
    ident = run("list").out.split()[0]
    run("resolve")
    run("close")
    done = run("log", "-i", ident, "--", "touch", "ran")
    assert done.code == 5
    assert not (team / "ran").exists()


def test_bare_log_as_json_is_refused_with_what_to_do(run, declared):
    declared()
    done = run("log", "--json")
    assert done.code == 2
    assert "show --json" in done.err


def test_a_time_is_told_in_the_organisations_zone_where_the_machine_runs_on_utc(
    run, team, show, declared, monkeypatch
):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    settings = team / "incidentctl.yaml"
    settings.write_text(re.sub(r"timezone: .*", "timezone: Pacific/Auckland", settings.read_text()))
    declared()
    run("log", "breaker tripped", "--at", "00:30", "--as", "somebody")
    at = next(e["at"] for e in show()["timeline"] if e["text"] == "breaker tripped")
    assert at[11:16] in ("11:30", "12:30")  # by the season
