"""What commands show on a real terminal of 80 and of 60 columns and 24 lines."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime

import pytest
from tests import program

from incidentctl.cli.incident import overview
from incidentctl.domain.incident.state import Entry, Incident
from incidentctl.render.lines import width

LONG = (
    "nobody can buy a ticket at any of the machines in the stations along the coast, and the app "
    "says that the payment has failed though it has not"
)
NOW = datetime(2026, 11, 24, 13, 1, tzinfo=UTC)
SIZES = pytest.mark.parametrize("columns", [80, 60])


@pytest.fixture
def screen(team):
    """Run a command on a terminal; return its lines."""

    def call(columns: int, *arguments: str) -> list[str]:
        shown = program.Terminal(
            *arguments,
            cwd=str(team), dimensions=(24, columns), encoding="utf-8", timeout=60,
            # The size of a terminal counts only where these do not state another.
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "", "LINES": ""},
        ).read()  # fmt: skip
        return shown.replace("\r\n", "\n").removesuffix("\n").split("\n")

    return call


@pytest.fixture(scope="module")
def _busy(example, tmp_path_factory):
    """A team with a large incident, and its id; others are copies of it."""
    home = tmp_path_factory.mktemp("busy")
    team = shutil.copytree(example, home / "team", symlinks=True)
    nobody = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}

    def run(*words):
        return program.run(*words, cwd=team, env=nobody, check=True).stdout.strip()

    ident = run("declare", LONG, "--affects", "checkout", "-s", "SEV1", "--no-input")
    run("link", "graph", "https://graphs.example.org/d/checkout")
    run("link", "bridge", "https://meet.example.org/abc-defg-hij")
    run("summary", "Nobody can pay. " * 30)
    for number in range(6):
        run("hypothesis", f"it is the database number {number} of the region in the north")
        run("task", "add", f"look at the machines of station {number}, and call who runs them")
        run("log", f"looked at the dashboard {number}: the error rate of the payments still rises")
    return team, ident


@pytest.fixture
def busy(_busy, team):
    """A large incident: all that a screen has no room for."""
    made, ident = _busy
    shutil.copytree(made, team, symlinks=True, dirs_exist_ok=True)
    return ident


@SIZES
def test_show_fits_the_screen_with_the_head_first_and_counts_the_rest(screen, run, busy, columns):
    lines = screen(columns, "show")
    assert len(lines) <= 23  # and the next prompt
    assert max(map(width, lines)) <= columns
    assert lines[0].startswith(f"{busy}  nobody can buy a ticket")
    shown = "\n".join(lines)
    bridge = "bridge         https://meet.example.org/abc-defg-hij"
    for row in ("severity       SEV1", "status ", "next update ", "commander ", bridge, "summary "):
        assert row in shown, row
    assert len(re.findall(r"^ +\d+ \[ \] ", shown, re.MULTILINE)) >= 3
    assert "dashboard 5" in shown
    rest = re.fullmatch(rf"(\d+) more lines: `incidentctl show {busy[-3:]} --all`", lines[-1])
    assert rest
    assert int(rest[1]) > 10
    everything = run("show", "--all").out
    assert everything == run("show").out, "whole in a pipe"
    assert len(screen(columns, "show", "--all")) > len(everything.splitlines())


def numbers(lines):
    """Return the numbers of the entries that are shown, and of those with a mark."""
    found = [each for line in lines if (each := re.match(r"(…| ) #(\d+) ", line))]
    return [int(each[2]) for each in found], [int(each[2]) for each in found if each[1] == "…"]


def test_the_oldest_entries_are_left_out_first(screen, run):
    run("declare", "checkout is slow", "-s", "SEV4", "--no-input")
    for number in range(5):
        run("hypothesis", f"it is machine {number}")
    for number in range(15):
        run("log", f"looked at machine {number}")
    lines = screen(80, "show")
    assert "more lines: `incidentctl show" in lines[-1]
    shown, marked = numbers(lines)
    newest = run("show", "--json").json["timeline"][-1]["number"]
    assert 3 < len(shown) < 8
    assert shown == list(range(newest - len(shown) + 1, newest + 1))
    assert marked == shown[:1]


def test_what_was_sent_by_itself_is_left_out_before_what_people_wrote():
    kinds = ["process-resolved", *["action-started", "action-done"] * 2, *["noted"] * 3]
    timeline = tuple(
        Entry(number, f"{number:02}", "", NOW, NOW, "ann", None, kind, kind)
        for number, kind in enumerate(kinds, 1)
    )
    incident = Incident("inc-20261124-1301-k7f", "incident", "Login", entries=timeline)
    lines = list(overview._last_entries(incident))
    cut = [line.text for line in overview._fitting(lines, 80, 8, "k7f")]
    assert numbers(cut) == ([1, 4, 5, 6, 7, 8], [4])
    assert cut[-1].startswith("2 more lines: ")
    cut = [line.text for line in overview._fitting(lines, 80, 6, "k7f")]
    assert numbers(cut) == ([1, 6, 7, 8], [6])


@SIZES
def test_the_brief_is_wrapped_once(screen, busy, columns):
    lines = screen(columns, "show", "--brief")
    assert len(lines) <= 24
    assert max(map(width, lines)) <= columns
    begins = [line for line in lines if not line.startswith(" ")]
    assert all(len(line) == len(line.lstrip()) for line in begins)
    assert {len(line) - len(line.lstrip()) for line in lines} <= {0, 15, len(busy) + 2}
    assert "bridge         https://meet.example.org/abc-defg-hij" in lines


@SIZES
def test_list_has_one_line_an_incident(screen, run, busy, columns):
    run("declare", "pay 日本語", "--affects", "payment", "-s", "SEV3", "--no-input")
    lines = screen(columns, "list")
    assert len(lines) == 3
    assert max(map(width, lines)) <= columns
    assert re.match(rf"{busy}  SEV1  .*nobody can [\w ]*\.\.\.$", lines[1])
    assert run("list", "--json").json["incidents"][1]["title"] == LONG


@SIZES
def test_list_marks_a_severity_that_nobody_has_confirmed(screen, run, busy, columns):
    run("declare", "pumps", "--affects", "payment", "--no-input")
    _, sure, unsure, legend, *_ = screen(columns, "list")
    assert (sure.split()[1], unsure.split()[1]) == ("SEV1", "SEV2?")
    assert legend.startswith("?: the severity is not confirmed.")
    assert "SEV2?" not in run("list").out
    assert [head["confirmed"] for head in run("list", "--json").json["incidents"]] == [False, True]
    run("severity", "SEV2", "-i", unsure.split()[0])
    assert "?" not in "".join(screen(columns, "list"))


@SIZES
def test_a_title_is_shown_before_who_commands_and_cut_inside_of_a_word(screen, run, columns):
    run("declare", "Power failure in pumping station", "--severity", "SEV2", "--no-input")
    run("declare", "xy" * 50, "--severity", "SEV3", "--no-input")
    _, first, cut = screen(columns, "list")
    assert "Power failure in pumping st" in first
    assert cut.endswith(("y...", "x..."))
    assert width(cut) == columns


def test_which_incident_is_asked_with_severity_and_the_restricted_mark(team, run):
    run("declare", "pump is dead", "--severity", "SEV1", "--no-input")
    run("declare", "sabotage", "--severity", "SEV2", "--restricted", "--no-input")
    asked = program.Terminal(
        "log", "x", cwd=str(team), dimensions=(24, 80), encoding="utf-8", timeout=60,
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "", "LINES": ""},
    )  # fmt: skip
    asked.expect_exact("Which incident?")
    asked.expect(
        r"SEV2  restricted: sabotage[^?]*SEV1  pump is dead|SEV1  pump is dead[^?]*SEV2  restr"
    )
    asked.sendintr()
    asked.read()


@SIZES
def test_the_log_is_rendered_for_reading_and_markdown_in_a_pipe(screen, run, busy, columns):
    run("log", "first line\n  /dev/sda1\t100%\n|a|b|", "--at", "yesterday 10:00")
    run("undo")
    lines = screen(columns, "log")
    shown = "\n".join(lines)
    assert max(map(width, lines)) <= columns
    assert lines[0].startswith(f"{busy}  nobody can buy a ticket")
    assert "bridge         https://meet.example.org/abc-defg-hij" in lines
    assert len(re.findall(r"^\d{4}-\d\d-\d\d, ", shown, re.MULTILINE)) >= 1
    assert re.search(r"^#\d+ +\d\d:\d\d  greta: looked at the dashboard 0: ", shown, re.MULTILINE)
    assert not re.search(r"^\||\*\*|^#+ \D", shown, re.MULTILINE)
    assert "taken back" in shown
    assert "| # | UTC |" in run("log").out


def test_an_entry_of_the_catalog_has_one_field_a_line(run):
    lines = run("catalog", "show", "critical").out.splitlines()
    begin = lines.index("steps") + 1
    step = [line for line in lines[begin:] if line.startswith(("  - ", "    "))][:3]
    assert step[0].startswith("  - id: ")
    assert [line.split(":")[0] for line in step[1:]] == ["    title", "    purpose"]


#: What people read of a repository with one large incident.
READ = [
    ("list",), ("list", "--all"), ("show", "--all"), ("show", "--brief"), ("step", "list"),
    ("task", "list"), ("status",), ("due",), ("report",), ("doctor",), ("process", "recommend"),
    ("process", "show"), ("catalog", "list"), ("catalog", "list", "teams"),
    ("catalog", "list", "areas"), ("catalog", "list", "severities"), ("catalog", "on-call"),
    ("catalog", "list", "runbooks"), ("catalog", "show", "checkout"),
    ("catalog", "show", "critical"), ("catalog", "who", "checkout"), ("drill", "list"),
    ("catalog", "lint"), ("actions",), ("watch", "--once"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", READ, ids=" ".join)
def test_long_texts_wrap_between_words_on_a_narrow_screen(screen, busy, arguments):
    columns = 60
    lines = screen(columns, *arguments)
    over = [line for line in lines if width(line) > columns]
    # Only what has to stay whole, to be copied, goes beyond the edge.
    assert not [line for line in over if len(line.split()) > 2], over
