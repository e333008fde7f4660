import json
import re
import sys

import pytest

from incidentctl.cli.terminal import console


class Terminal:
    """A stream that says it is a terminal, and keeps what is written to it."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Make stdout and stderr such a terminal, of 40 columns, by calling it."""

    def start():
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.setenv("COLUMNS", "40")
        stream = Terminal()
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    return start


def test_data_goes_to_stdout_and_talk_to_stderr(capsys):
    console.out("data")
    console.say("talk")
    assert capsys.readouterr() == ("data\n", "talk\n")


def test_what_is_printed_does_not_act(capsys):
    console.out("\x1b[31mx\ny\u202e", "bold")
    console.say("\x07", "error")
    output = capsys.readouterr()
    assert output.out == "\\u{1b}[31mx ⏎ y\\u{202e}\n"
    assert output.err == "\\u{7}\n"


def test_nobody_s_words_begin_a_line(capsys):
    for word in ("a\n# b", "a\rb", "a\x1cb", "a\u2028b", "\na"):
        console.out(word)
        console.say(word)
        output = capsys.readouterr()
        assert len(output.out.splitlines()) == len(output.err.splitlines()) == 1
    console.page("ours\nand ours")
    console.say("ours\nand ours", keep_lines=True)
    assert capsys.readouterr() == ("ours\nand ours\n", "ours\nand ours\n")


def test_talk_is_cut_and_data_is_not(capsys):
    console.out("x" * 10_000)
    console.say("x" * 10_000)
    output = capsys.readouterr()
    assert len(output.out) == 10_001
    assert len(output.err) < 7000


def test_a_terminal_gets_colour_unless_it_wants_none(terminal, monkeypatch):
    stream = terminal()
    console.out("x", "error")
    assert stream.text == "\x1b[31mx\x1b[0m\n"
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
        stream.text = ""
        console.out("x", "error")
        assert stream.text == "x\n"
        monkeypatch.delenv(name)


def test_long_lines_go_on_indented_between_words(terminal):
    stream = terminal()
    console.out("label  " + "four " * 12, indent=7)
    lines = stream.text.splitlines()
    assert len(lines) == 2
    assert all(len(line) <= 40 for line in lines)
    assert lines[1].startswith("       four")


def test_an_address_stays_whole(terminal):
    stream = terminal()
    url = "https://example.com/" + "a-b/" * 20
    console.say(f"see {url}")
    assert url in stream.text


def test_long_lines_stay_whole_in_a_pipe(capsys):
    console.out("x " * 100, indent=2)
    console.say("x " * 100)
    output = capsys.readouterr()
    assert output.out == output.err == "x " * 100 + "\n"


def test_json_is_ascii_with_its_schema(capsys):
    console.print_json("some-command", {"text": "ü\x1b"})
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert json.loads(out) == {"schema": "incidentctl/some-command/1", "text": "ü\x1b"}


def test_a_table_is_tab_separated_in_a_pipe(capsys):
    console.table(("a", "b"), [["1", None], ["[red]x[/red]", "\t\x1b"]])
    assert capsys.readouterr().out == "1\t\n[red]x[/red]\t\\u{9}\\u{1b}\n"


def test_a_table_fits_the_terminal_and_reads_no_markup(terminal):
    stream = terminal()
    console.table(("id", "title"), [["inc-1-2-3", "[red]word[/red] " * 6]])
    assert "inc-1-2-3" in stream.text
    assert "[red]word[/red]" in stream.text
    assert max(map(len, plain(stream.text))) <= 40


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


def test_where_words_would_break_each_row_is_a_block_with_a_field_each(terminal):
    stream = terminal()
    rows = [["a-long-name-" * 2, "word " * 9, ""], ["b", "c", "d"]]
    console.table(("name", "title", "runbook"), rows)
    assert plain(stream.text) == [
        "name     a-long-name-a-long-name-",
        "title    word word word word word word",
        "         word word word",
        "",
        "name     b",
        "title    c",
        "runbook  d",
    ]


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        (80, ["id       status  who    title",
              "inc-001  triage  alice  nobody can buy a ticket at any of the machines of the...",
              "inc-2    ok      tomáš  日本語"]),
        (46, ["id       status  title",
              "inc-001  triage  nobody can buy a ticket at...",
              "inc-2    ok      日本語"]),
        (42, ["id       title", "inc-001  nobody can buy a ticket at any...", "inc-2    日本語"]),
        (32, ["id       title", "inc-001  nobody can buy a tic...", "inc-2    日本語"]),
    ],
)  # fmt: skip
def test_a_row_is_one_line_where_a_column_may_be_cut(terminal, monkeypatch, columns, lines):
    stream = terminal()
    monkeypatch.setenv("COLUMNS", str(columns))
    title = "nobody can buy a ticket at any of the machines of the north"
    rows = [["inc-001", "triage", "alice", title], ["inc-2", "ok", "tomáš", "日本語"]]
    console.table(("id", "status", "who", "title"), rows, cut="title", spare=("who", "status"))
    assert plain(stream.text) == lines


def test_a_cell_is_split_on_a_terminal_only(terminal, capsys):
    table = ("name", "when"), [["to to", "one to two"]]
    console.table(*table, split={"when": " to "})
    assert capsys.readouterr().out == "to to\tone to two\n"
    stream = terminal()
    console.table(*table, split={"when": " to "})
    lines = [line.split("  ") for line in stream.text.splitlines()[2:]]
    assert [[cell.strip() for cell in line if cell.strip()] for line in lines] == [
        ["to to", "one to"], ["two"],
    ]  # fmt: skip
