import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from incidentctl import errors
from incidentctl.cli.boundary import print_refusal, run

CODES = {
    "UsageError": 2,
    "NotFoundError": 3,
    "InvalidDataError": 4,
    "RefusedError": 5,
    "EnvironmentFailedError": 6,
}


def raising(error):
    app = typer.Typer()

    @app.command()
    def command():
        raise error

    return app


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_a_refusal_is_a_message_a_hint_an_echo_and_a_code(name, code, capsys):
    error = getattr(errors, name)("What is wrong.", hint="do this", echo="what was typed")
    assert run(raising(error), []) == code
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.splitlines() == [
        "error: What is wrong.",
        "hint: do this",
        "Nothing was recorded. You had typed:",
        "what was typed",
    ]


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (typer.Abort(), 130), (typer.Exit(7), 7), (typer.Exit(), 0)],
)
def test_how_else_a_command_ends(error, code, capsys):
    assert run(raising(error), []) == code
    assert ("Interrupted." in capsys.readouterr().err) == (code == 130)


def test_an_interruption_before_anything_was_recorded_says_so_and_gives_the_text_back(
    capsys, monkeypatch
):
    monkeypatch.setattr("incidentctl.record.write.outbox.Begun.ever", False)
    run(raising(KeyboardInterrupt()), [])
    assert capsys.readouterr().err == "\nInterrupted. This command recorded nothing.\n"
    app = typer.Typer()
    app.command()(interrupted)
    run(app, ["the shop is down"])
    assert capsys.readouterr().err.splitlines()[1:] == [
        "Interrupted. This command recorded nothing.",
        "You had typed:",
        "incidentctl 'the shop is down'",
    ]


def interrupted(text: str):
    raise KeyboardInterrupt


def test_an_interruption_after_something_may_be_recorded_does_not_deny_it(capsys, monkeypatch):
    monkeypatch.setattr("incidentctl.record.write.outbox.Begun.ever", True)
    run(raising(KeyboardInterrupt()), [])
    assert "nothing" not in (told := capsys.readouterr().err)
    assert "What was recorded is safe." in told


def test_an_interruption_names_the_incident_and_a_command_that_works(capsys, monkeypatch):
    monkeypatch.setattr("incidentctl.record.write.outbox.Begun.ever", True)
    monkeypatch.setattr("incidentctl.record.write.outbox.Begun.last", "inc-20261124-1401-k7f")
    app = typer.Typer()
    app.command()(interrupted)
    run(app, ["declare"])
    assert capsys.readouterr().err.strip() == (
        "Interrupted. What was recorded is safe. "
        "`incidentctl run -i k7f` goes on with inc-20261124-1401-k7f."
    )
    run(app, ["resolve"])
    assert "`incidentctl show k7f` shows inc-20261124-1401-k7f." in capsys.readouterr().err


def test_a_bug_is_one_line_and_a_file_with_the_traceback(capsys):
    assert run(raising(ZeroDivisionError("\x1b[31mx")), []) == 70
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert len(err.splitlines()) == 2
    file = Path(err.split("report the bug with ")[1].strip())
    assert "Traceback" in file.read_text()
    assert "ZeroDivisionError" in file.read_text()


def test_too_little_memory_is_no_bug(capsys):
    assert run(raising(MemoryError()), []) == 6
    assert capsys.readouterr().err.startswith("error: There is not enough memory.")


def test_a_bug_where_no_file_can_be_written(capsys, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    assert run(raising(ZeroDivisionError("x")), []) == 70
    assert "could not be written" in capsys.readouterr().err


def test_a_long_text_is_shown_in_part_and_kept_whole(capsys):
    text = "word " * 5000
    print_refusal(errors.UsageError("no", echo=text))
    err = capsys.readouterr().err
    assert len(err) < 3000
    kept = Path(err.split("saved in ")[1].strip())
    assert kept.read_text() == text
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_a_reader_that_goes_away_is_no_error(team):
    script = f"{sys.executable} -m incidentctl catalog list | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=team, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_closed_streams_are_no_bug(team):
    script = f"{sys.executable} -m incidentctl declare x >&- 2>&-; echo $?"
    done = subprocess.run(
        ["bash", "-c", script], cwd=team, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() in ("0", "6")
    listed = subprocess.run(
        [sys.executable, "-m", "incidentctl", "list"],
        cwd=team, capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    assert "x" in listed.stdout


def test_a_folder_that_was_removed_is_no_bug(team, tmp_path):
    gone = tmp_path / "gone"
    script = f"mkdir {gone}; cd {gone}; rmdir {gone}; {sys.executable} -m incidentctl declare x"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 6)
    assert done.stdout.startswith("inc-") or done.stderr.startswith("error: ")
    assert "a bug" not in done.stderr


def test_a_full_disk_behind_stderr_stops_no_declaration(team):
    done = subprocess.run(
        [
            "sh",
            "-c",
            f"exec {sys.executable} -m incidentctl declare 'x' --no-input --json 2>/dev/full",
        ],
        cwd=team,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert '"runbooks": [' in done.stdout


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("words", "code"),
    [("show nosuch", 3), ("nosuch", 2), ("list --nosuch", 2), ("catalog who nosuch", 3),
     ("declare x --no-input", 0)],
)  # fmt: skip
def test_a_full_disk_behind_stderr_changes_no_exit_code(team, words, code, unbuffered):
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m incidentctl {words} 2>/dev/full"],
        cwd=team, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    assert done.returncode == code


def test_a_full_disk_behind_stdout_is_no_bug(run, team, declared):
    declared()
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m incidentctl show >/dev/full"],
        cwd=team,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 6
    assert "No space left on device" in done.stderr


def test_bytes_that_are_no_utf_8_become_the_replacement_character(team, monkeypatch):
    """As `log -` reads them; what names a file, and a command to run, keep them."""
    monkeypatch.chdir(team)

    def ran(*arguments: str | bytes) -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "incidentctl", *arguments],
            capture_output=True, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.stdout

    ran("declare", b"checkout \xff slow", "--no-input")
    ran("log", "--", sys.executable, "-c", "import sys; sys.exit(len(sys.argv[1]) - 1)", b"\xfe")
    Path(os.fsdecode(b"\xe9.txt")).write_text("from a file")
    ran("log", "-f", b"\xe9.txt")
    shown = ran("show", "--json").decode()
    assert not re.search(r"\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f]", shown)
    entries = json.loads(shown)["timeline"]
    assert json.loads(shown)["title"] == "checkout \ufffd slow"
    texts = " ".join(entry["text"] for entry in entries)
    assert "(exit 0)" in texts
    assert "from a file" in texts
    assert b"checkout \xef\xbf\xbd slow" in ran("list")


@pytest.mark.parametrize(
    ("word", "here"), [("duplicate", "cancel --duplicate-of"), ("who", "catalog who")]
)
def test_a_command_that_is_called_otherwise_elsewhere_is_pointed_to(command, word, here):
    refused = command(word)
    assert refused.code == 2
    assert f"Did you mean `incidentctl {here} " in refused.err


def test_what_no_command_does_has_a_hint_of_what_to_do_instead(command):
    refused = command("restrict", "k7f")
    assert refused.code == 2
    assert "declare --restricted`" in refused.err
    assert "retract" not in refused.err
