"""Whatever people type or paste: it is kept, nothing of it acts, and no command trips over it."""

import io
import os
import re
import subprocess
import sys
import unicodedata

import pytest

CONTROLS = " ".join(
    (
        "\x1b[31mred\x1b[0m\x1b[2J",
        "\x1b]8;;https://evil.example\x07a link\x1b]8;;\x07",
        "\x1b]52;c;ZXZpbA==\x07 the clipboard",
        "\x9b31mC1\x9d0;title\x9c",
        "bidi \u202ecba\u2066x\u2069",
        "zero\u200bwidth\ufeff",
        "safe\x08\x08\x08\x08evil\x7f",
        "one\r\ntwo\rthree\x0bfour\u2028five\x85six",
    )
)
MARKUP = "\n".join(
    (
        "x [bold red]x[/bold red] [link=https://evil.example]y[/link] :skull:",
        "# heading",
        "| a | b |",
        "|---|---|",
        "<img src=x onerror=alert(1)> [a](javascript:x) ![b](c) <!-- x",
        "@everyone #1 !2 GH-3 user/repo#4 `code` ~~x~~ ***y***",
        "%s {0} {title} $HOME $(id) 🔥 日本語 👩\u200d🚒",
    )
)
PAYLOADS = {
    "controls": CONTROLS,
    "markup": MARKUP,
    "long": "x" * 100_000,
    "many lines": "y\n" * 20_000,
    "not utf-8": "caf\udce9",
}


def acts(text):
    """The characters of a text that a terminal or a page might obey."""
    text = text.replace("👩\u200d🚒", "")  # one emoji, written with a joiner
    return {
        char
        for char in text
        if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    }


@pytest.fixture
def careful(run):
    """Run a command and check that nothing it prints acts, floods, or is a bug."""

    def call(*arguments, most=40_000):
        result = run(*arguments)
        assert acts(result.out) == set(), arguments
        assert acts(result.err) == set(), arguments
        assert result.code != 70, result.err
        assert len(result.err) < most
        return result

    return call


@pytest.fixture(params=PAYLOADS.values(), ids=list(PAYLOADS))
def text(request):
    return request.param


def check_everything_shown(careful, log_md, ident):
    for arguments in (["show"], ["list", "--all"], ["step", "list"], ["task", "list"], ["log"],
                      ["status"], ["due"], ["show", "--json"]):  # fmt: skip
        careful(*arguments, most=1000)
    committed = log_md(ident)
    assert acts(committed) == set()
    prose = re.sub(
        r"`[^`\n]*`", "", re.sub(r"^(```+).*?^\1$", "", committed, flags=re.MULTILINE | re.DOTALL)
    )
    assert "<img" not in prose
    assert "@everyone" not in prose
    assert "\n# heading" not in prose


def test_a_title_and_all_that_goes_with_it(careful, text, log_md, team, git):
    result = careful(
        "declare", text, "--category", text, "--reported-by", text, "--as", text, "--affects", text,
        "-s", text,
    )  # fmt: skip
    assert result.code == 0
    check_everything_shown(careful, log_md, result.out.strip())
    assert acts(git(team, "log", "--format=%an%ae%B", "incident-log")) == set()


def test_what_responders_say(careful, text, opened, log_md):
    for arguments in (
        ["log", "--", text],
        ["log", text],
        ["log", "--pin", text, "--as", text],
        ["update", text],
        ["summary", text],
        ["impact", text],
        ["hypothesis", "a bad deploy"],
        ["hypothesis", text],
        ["hypothesis", "1", "--ruled-out", "--reason", text],
        ["link", text, "https://example.com/x"],
        ["link", "label", text],
        ["relate", opened, "--relation", text],
        ["step", "done", "1", "--note", text, "--link", text],
        ["step", "skip", "2", "--reason", text],
        ["task", "add", text],
        ["severity", "1", "--reason", text],
        ["amend", "1", text],
        ["retract", "-1", "--reason", text],
    ):
        result = careful(*arguments, most=4000)
        assert result.code in (0, 2, 4, 5, 126, 127), (arguments[:2], result.err)
    check_everything_shown(careful, log_md, opened)


def test_what_is_named_and_does_not_exist(careful, text, opened, show):
    before = show()
    for arguments in (
        ["severity", text],
        ["affects", text],
        ["status", text],
        ["mark", text],
        ["mark", "started", "--at", text],
        ["assign", text, "greta"],
        ["assign", "--team", text],
        ["release", text],
        ["step", "done", text],
        ["task", "done", text],
        ["amend", text, "x"],
        ["relate", text],
        ["log", "x", "-i", text],
        ["log", "-f", text],
        ["show", text],
        ["show", "--at", text],
        ["list", "--since", text],
        ["update", "--snooze", text],
        ["catalog", "who", text],
        ["catalog", "show", text],
        ["process", "show", "--at", text],
        ["use", text],
        ["-C", text, "list"],
        [text],
        ["log", f"--{text}"],
    ):
        result = careful(*arguments, most=5000)
        assert result.code in (2, 3, 4), (arguments[:2], result)
    assert show() == before


def test_stdin_with_nul_and_what_is_no_text(careful, opened, show, log_md, monkeypatch):
    class Stdin:
        buffer = io.BytesIO(bytes(range(256)) * 40)

        def isatty(self):
            return False

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert careful("log", "-").code == 0
    assert "\0" in show()["timeline"][-1]["text"]
    check_everything_shown(careful, log_md, opened)


def test_a_long_title_is_cut_and_all_of_it_is_in_the_log(careful, show):
    words = " ".join(f"word{number}" for number in range(3000))
    assert careful("declare", words).code == 0
    state = show()
    assert len(state["title"]) <= 200
    assert words.startswith(state["title"].removesuffix("…"))
    said = [e["text"].rsplit(" (part ", 1)[0] for e in state["timeline"] if e["kind"] == "noted"]
    assert "".join(said).replace(" ", "") == words.replace(" ", "")


def test_a_folder_s_name_does_not_act_either(command, team, tmp_path, monkeypatch):
    folder = tmp_path / "\x1b[31mred\u202e"
    team.rename(folder)
    monkeypatch.chdir(folder)
    for arguments in (["declare", "x"], ["log", "y"], ["show"], ["catalog", "lint"], ["use", "."]):
        result = command(*arguments)
        assert result.code == 0, result.err
        assert acts(result.out + result.err) == set()


@pytest.mark.parametrize("text", ["\x1b[31mred\x1b[0m", "a\u202eb"])
def test_json_is_ascii_and_gives_back_what_was_typed(run, opened, text):
    run("log", text)
    result = run("show", "--json")
    assert result.out.isascii()
    assert acts(result.out) == set()
    assert result.json["timeline"][-1]["text"] == text


def test_what_looks_like_an_option_comes_back(run, show):
    result = run("declare", "--- the till is stuck ---")
    assert result.code == 2
    assert "--- the till is stuck ---" in result.err
    assert run("declare", "--", "--- the till is stuck ---").code == 0
    assert show()["title"] == "--- the till is stuck ---"


def test_a_terminal_without_the_characters_shows_them_escaped(team, run):
    run("declare", "日本語 🔥")
    done = subprocess.run(
        [sys.executable, "-m", "incidentctl", "show"],
        cwd=team,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"\\u65e5" in done.stdout
