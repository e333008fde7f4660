"""Whatever a stranger writes, wherever it gets in and wherever it comes out: nothing of it acts."""

from __future__ import annotations

import csv
import io
import re
import shutil
import sys
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from tests.cli.strangers import (
    PAYLOADS,
    acts,
    forged_lines,
    plant_files,
    plant_record,
)

from incidentctl.cli.boundary import run as run_app
from incidentctl.cli.main import app

#: The styles that this program and rich's tables use; a stranger's colour is none of them.
_STYLE = re.compile(r"\x1b\[(?:0|1|2|31|32|33)m")


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture(scope="module")
def hostile(_example, tmp_path_factory):
    """The team whose record and files are full of what strangers wrote."""
    home = tmp_path_factory.mktemp("hostile")
    shutil.copytree(_example, home / "team", symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
        made = plant_record(home / "team")
    plant_files(made.folder)
    return made


@pytest.fixture
def careful(command, hostile, monkeypatch):
    """Run a command there, and check all that it says."""
    monkeypatch.chdir(hostile.folder)

    def call(*arguments, codes=(0, 1)):
        result = command(*arguments)
        check_said(arguments, result.code, result.out, result.err, codes)
        return result

    return call


def check_said(arguments, code, out, err, codes=(0, 1)):
    assert code in codes, (arguments, err)
    assert "Traceback" not in err, arguments
    for text in (out, err):
        assert acts(text) == set(), arguments
        assert forged_lines(text) == [], arguments


ALL = [
    ["list"], ["list", "--all"], ["watch", "--once"], ["watch", "--plain"], ["due"],
    ["due", "--short"], ["report"], ["report", "--kind", "drill"], ["actions"], ["catalog", "lint"],
    ["catalog", "list"], ["catalog", "on-call"], ["catalog", "graph"],
    ["catalog", "graph", "--format", "dot"], ["process", "show"], ["process", "recommend"],
    ["drill", "list"], ["drill", "check"], ["doctor"], ["status"], ["log", "x"],
]  # fmt: skip
JSON = [
    ["list"], ["list", "--all"], ["watch"], ["due"], ["report"], ["actions"], ["catalog", "lint"],
    ["catalog", "list"], ["process", "show"], ["drill", "list"], ["drill", "check"], ["doctor"],
]  # fmt: skip
ONE = [["show"], ["show", "--brief"], ["log"], ["step", "list"], ["task", "list"], ["status"],
       ["drill", "score"]]  # fmt: skip


@pytest.mark.parametrize("arguments", ALL, ids=" ".join)
def test_commands_about_everything(careful, arguments):
    careful(*arguments, codes=(0, 1, 2))


@pytest.mark.parametrize("arguments", JSON, ids=" ".join)
def test_json_is_json(careful, arguments):
    result = careful(*arguments, "--json")
    assert result.out.isascii()
    assert result.json["schema"].startswith("incidentctl/")


@pytest.mark.parametrize("name", PAYLOADS)
def test_commands_about_one_incident(careful, hostile, name):
    ident = hostile.opened[name]
    for arguments in ONE:
        careful(*arguments[:2], *(["-i"] if arguments[0] != "show" else []), ident)
    shown = careful("show", ident, "--json")
    assert shown.out.isascii()
    assert len(shown.json["timeline"]) > 40


def test_in_colour_on_a_terminal(hostile, monkeypatch):
    monkeypatch.chdir(hostile.folder)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    idents = [hostile.opened[name] for name in ("clear screen", "rich bold", "emoji", "hyperlink")]
    once = [each for each in ALL if each not in (["log", "x"], ["watch", "--plain"])]
    coloured = 0
    for arguments in [*once, *(["show", each] for each in idents)]:
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, Terminal())
        code = run_app(app, arguments)
        out, err = sys.stdout.getvalue(), sys.stderr.getvalue()
        check_said(arguments, code, _STYLE.sub("", out), _STYLE.sub("", err), (0, 1, 2))
        coloured += "\x1b" in out + err
    assert coloured > 5


class Page(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name in ("href", "src")}

    def handle_comment(self, _data):
        self.tags.add("comment")


_GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def check_markdown(text):
    """Nothing but what the document is made of: no HTML, no picture, no address but plain ones."""
    assert acts(text) == set()
    assert forged_lines(text) == []
    page = Page(_GFM.render(text))
    extra = page.tags - {"h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code",
                         "pre", "ul", "ol", "li", "strong", "em", "s", "br", "a", "comment",
                         "blockquote", "hr"}  # fmt: skip
    assert extra == set()
    assert page.attributes <= {"href", "style", "class", "start"}
    return page


def test_the_log_is_a_row_for_an_event(hostile, git, careful):
    for name, ident in hostile.opened.items():
        path = f"incidents/{ident[4:8]}/{ident[8:10]}/{ident}/log.md"
        text = git(hostile.folder, "show", f"incident-log:{path}")
        view = hostile.folder / path
        assert not view.exists() or view.read_text() == text
        page = check_markdown(text)
        assert {link for link in page.links if "chat.example" not in link} == set(), name
        heads = [line for line in text.splitlines() if line.startswith("#")]
        assert len([line for line in heads if line.startswith("## Timeline")]) == 1
        after = text.partition("\n## Timeline\n")[2].partition("\n## ")[0]
        rows = [line for line in after.splitlines() if re.match(r"\| \d+ \|", line)]
        entries = careful("show", ident, "--json").json["timeline"]
        assert len(rows) == len(entries), name
        assert _GFM.render(after).count("<tr>") == len(rows) + 1
        assert _GFM.render(after).count("<td") == len(rows) * 4, name


def test_commits_have_one_plain_line(hostile, git):
    log = git(hostile.folder, "log", "-z", "--format=%an%n%ae%n%s%n%b", "incident-log")
    for entry in filter(None, log.split("\0")):
        name, email, subject, rest = entry.split("\n", 3)
        assert re.fullmatch(r"(Incident: [a-z0-9-]+)?", rest.strip())
        for text in (name, email, subject):
            assert acts(text) == set()
            assert not re.search(r"(?<!\w)[@#]\w|\bGH-\d|[!&$]\d", subject), subject


def test_retrospectives(hostile, careful):
    for name, ident in hostile.resolved.items():
        result = careful("retro", ident, "--log", codes=(0, 4))
        assert result.code == 0, (name, result.err)
        head, _, body = (
            (hostile.folder / "retros" / f"{ident}.md").read_text()[4:].partition("\n---\n")
        )
        assert acts(head) == set()
        assert forged_lines(head) == []
        check_markdown(body)
        check_markdown((hostile.folder / "retros" / f"{ident}.log.md").read_text())
    assert careful("catalog", "lint", "--json").json["files"] > 50
    assert careful("actions", "--json").json["actions"] == []


def test_csv_computes_nothing(careful):
    text = careful("report", "--csv", "--kind", "incident").out + careful("report", "--csv").out
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 2 * len(PAYLOADS)
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if re.match(r"\s*[=+\-@|%＝＋－＠]", cell)] == []
    for cell in cells:
        # A program that separates by semicolons or tabs sees other cells.
        assert [part for part in re.split(r"[;\t]", cell) if re.match(r'"?\s*[=+\-@]', part)] == []
        assert "\n" not in cell
