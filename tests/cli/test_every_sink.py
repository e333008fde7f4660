"""Whatever a stranger writes, wherever it gets in and wherever it comes out: nothing of it acts."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.cli.strangers import (
    FORGED,
    PAYLOADS,
    acts,
    forged_lines,
    plant_files,
    plant_record,
    write_yaml,
)

from incidentctl.app.drill.documents import document, note_before
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.cli.boundary import run as run_app
from incidentctl.cli.main import app
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import clean, one_line
from incidentctl.git.fast_import import subject
from incidentctl.render.drill.document import render_document
from incidentctl.render.inert import block, inert
from incidentctl.render.learn.report_csv import safe_cell

#: As a command line has them: bytes that are no UTF-8, and no NUL.
TYPED = {name: text.replace("\ud800", "").replace("\0", "") for name, text in PAYLOADS.items()}
#: The styles that this program and rich's tables use; a stranger's colour is none of them.
_STYLE = re.compile(r"\x1b\[(?:0|1|2|31|32|33)m")


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture(scope="module")
def hostile(example, tmp_path_factory):
    """The team whose record and files are full of what strangers wrote."""
    home = tmp_path_factory.mktemp("hostile")
    shutil.copytree(example, home / "team", symlinks=True)
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
        # The lines of a calendar end so.
        out = (
            result.out.replace("\r\n", "\n")
            if arguments[:2] == ("drill", "calendar")
            else result.out
        )
        check_said(arguments, result.code, out, result.err, codes)
        return result

    return call


def check_said(arguments, code, out, err, codes=(0, 1), *, lines=True):
    assert code in codes, (arguments, err)
    assert "Traceback" not in err, arguments
    for text in (out, err):
        assert acts(text) == set(), arguments
        assert not lines or forged_lines(text) == [], arguments


ALL = [
    ["list"], ["list", "--all"], ["watch", "--once"], ["watch", "--plain"], ["due"],
    ["due", "--short"], ["report"], ["report", "--kind", "drill"], ["actions"], ["catalog", "lint"],
    ["catalog", "list"], ["catalog", "on-call"], ["catalog", "graph"], ["catalog", "score"],
    ["catalog", "graph", "--format", "dot"], ["process", "show"], ["process", "recommend"],
    ["drill", "list"], ["drill", "check"], ["doctor"], ["status"], ["log", "x"],
]  # fmt: skip
JSON = [
    ["list"], ["list", "--all"], ["watch"], ["due"], ["report"], ["actions"], ["catalog", "lint"],
    ["catalog", "list"], ["catalog", "score"], ["process", "show"], ["drill", "list"], ["doctor"],
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
        check_said(
            arguments, code, _STYLE.sub("", out), _STYLE.sub("", err), (0, 1, 2), lines=False
        )  # fmt: skip (a table breaks them anywhere)
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
        assert not view.exists() or view.read_text().startswith(f"{text}\n<!-- The digest of ")
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


def test_the_catalog(careful):
    for what in ("services", "teams", "areas", "severities", "runbooks"):
        careful("catalog", "list", what)
        assert careful("catalog", "list", what, "--json").out.isascii()
    for number, text in enumerate(PAYLOADS.values()):
        careful("catalog", "show", f"service-{number}", codes=(0, 3))
        if FORGED not in text:
            continue
        for name in (f"area-{number}", f"team-{number}", f"runbook-{number}"):
            careful("catalog", "show", name, codes=(0, 3))
        careful("catalog", "who", f"area-{number}", codes=(0, 3))
    graph = careful("catalog", "graph").out
    box, quoted = r"[ast]\d+", r'"[^"<>]*"'
    arrow = rf"{box} (?:-->|-\.->) s\d+"
    node = rf"{box}(?:\(\[{quoted}\]\)|\[{quoted}\])"
    for line in graph.splitlines()[2:]:
        assert re.fullmatch(rf"  +(?:subgraph {node}|{node}|{arrow}|end)", line), line
    quoted = r'"(?:[^"\\]|\\.)*"'
    node = rf"{box} \[label={quoted}(?:, shape=ellipse)?\];"
    arrow = rf"{box} -> s\d+(?: \[style=dashed\])?;"
    for line in careful("catalog", "graph", "--format", "dot").out.splitlines()[5:-1]:
        inside = rf"subgraph cluster_t\d+ {{|label={quoted};|{node}|{arrow}|}}"
        assert re.fullmatch(rf"  +(?:{inside})", line), line


def drills(careful):
    return [each["name"] for each in careful("drill", "list", "--json").json["drills"]]


@pytest.mark.parametrize("output", ["markdown", "html", "text"])
def test_documents_of_drills(careful, hostile, output):
    workspace = open_workspace(str(hostile.folder))
    names = drills(careful)
    assert len(names) > 30
    for name in names:
        found = [document(workspace.catalog, name, None)]
        if name.startswith("hidden"):
            found.append(note_before(workspace.catalog, name))
            found.append(document(workspace.catalog, name, "private"))
        for each in found:
            text = render_document(each, output)
            assert acts(text) == set()
            if output == "markdown":
                assert check_markdown(text).links == set()
            elif output == "html":
                page = Page(text)
                assert page.tags <= {"html", "head", "meta", "title", "style", "body", "main",
                                     "h1", "p", "dl", "dt", "dd"}  # fmt: skip
                assert page.attributes <= {"lang", "charset", "http-equiv", "content", "name"}
            else:  # an answer may have lines, further in than the questions
                assert not [line for line in text.splitlines() if line.startswith(FORGED)]
    careful("drill", "plan", names[-1], "--format", output)
    careful("drill", "audience", names[-1])


def test_calendar(careful):
    icalendar = pytest.importorskip("icalendar")
    result = careful("drill", "calendar", "--until", "2027-12-31")
    calendar = icalendar.Calendar.from_ical(result.out)
    events = [part for part in calendar.walk() if part.name == "VEVENT"]
    names = drills(careful)
    assert len(events) == 2 * len(names)
    assert {part.name for part in calendar.walk()} == {"VCALENDAR", "VEVENT", "VALARM"}
    for event in events:
        assert set(event) == {
            "UID",
            "DTSTAMP",
            "SEQUENCE",
            "LAST-MODIFIED",
            "SUMMARY",
            "DESCRIPTION",
            "DTSTART",
            "DTEND",
            "TRANSP",
        }
        assert acts(str(event["SUMMARY"]) + str(event["DESCRIPTION"])) == set()
        assert "FORGED" not in event["SUMMARY"]


def test_what_lint_finds(run, team):
    """Names, keys and files that are faults: each is told on a line of its own."""
    for number, text in enumerate(PAYLOADS.values()):
        entry = {"name": text, "owner": text, text: text, "type": text, "depends_on": [text],
                 "reviewed": text, "importance": text}  # fmt: skip
        write_yaml(team / "services" / f"bad-{number}.yaml", [entry])
        entry = {"name": f"t{number}", "lead": text,
                 "contacts": {text: text, "pager": "env:" + text},
                 "members": [{"handle": text, "timezone": text, "age_key": text}]}  # fmt: skip
        write_yaml(team / "teams" / f"bad-{number}.yaml", [entry])
        (team / "runbooks" / f"bad-{number}.yaml").write_text(f"name: [{text!a}", "utf-8")
        name = text.encode(errors="replace")[:200].replace(b"/", b"_").replace(b"\0", b"_")
        Path(os.fsdecode(os.fsencode(team / "services") + b"/" + name + b".yaml")).write_text(
            "name: x"
        )
    for arguments in (["catalog", "lint"], ["catalog", "lint", "--json"], ["catalog", "list"],
                      ["declare", "x"], ["doctor"], ["drill", "list"]):  # fmt: skip
        result = run(*arguments)
        check_said(arguments, result.code, result.out, result.err, (0, 1, 4))
    formats = re.findall(
        r"\w+", run("catalog", "lint", "--help").out.partition("<")[2].partition(">")[0]
    )
    for each in formats:
        result = run("catalog", "lint", "--format", each)
        check_said(each, result.code, result.out, result.err)
        if each == "text":
            found = run("catalog", "lint", "--json").json["problems"]
            assert (
                len(result.out.splitlines()) == len(found) + sum(bool(p["hint"]) for p in found) + 1
            )
        if each == "github":
            assert all(line.startswith("::") for line in result.out.splitlines()[:-1])
        if each == "junit":
            assert Page(result.out).tags <= {"testsuites", "testsuite", "testcase", "failure"}
        if each in ("json", "sarif", "gitlab"):
            json.loads(result.out)


def test_what_is_refused(careful):
    """Errors and hints repeat what was typed: on lines that nobody else begins."""
    for text in TYPED.values():
        for arguments in (
            ["status", text], ["severity", text, "-i", "zzzzz"], ["show", text],
            ["log", "-i", text, "x"], ["step", "done", text, "-i", "zzz"],
            ["list", "--since", text], ["catalog", "who", text], ["catalog", "show", text],
            ["drill", "plan", text], ["use", text], [text], [f"--{text}"],
            ["process", "show", "--at", text], ["-C", text, "list"], ["log", f"--{text}"],
        ):  # fmt: skip
            careful(*arguments, codes=(0, 2, 3, 4, 5, 6))


def test_who_acts_and_where_the_record_goes(run, team, monkeypatch, git):
    """The git identity, the name of a remote and of a branch are words of strangers, too."""
    settings = (team / "incidentctl.yaml").read_text()
    for text in TYPED.values():
        monkeypatch.setenv("GIT_AUTHOR_NAME", text)
        monkeypatch.setenv("GIT_AUTHOR_EMAIL", text)
        result = run("declare", "x", "--reported-by", text, "--category", text, "--affects", text)
        check_said("declare", result.code, result.out, result.err)
        for key in ("remote", "branch"):
            record = json.dumps({"branch": "incident-log", key: text})
            (team / "incidentctl.yaml").write_text(
                f"{settings.rpartition('record:')[0]}record: {record}"
            )
            for arguments in (["sync"], ["list"]):
                result = run(*arguments)
                check_said(arguments, result.code, result.out, result.err, (0, 4, 6))
        (team / "incidentctl.yaml").write_text(settings)
    for line in git(team, "log", "--format=%an%ae", "incident-log").splitlines():
        assert acts(line) == set()


@pytest.mark.parametrize(
    "name", ["clear screen", "clipboard", "entry", "C1", "surrogate", "mentions"]
)
def test_what_a_remote_says(run, opened, team, tmp_path, git, name):
    git(tmp_path, "init", "-q", "--bare", "there.git")
    git(team, "remote", "add", "origin", str(tmp_path / "there.git"))
    git(team, "push", "-q", "origin", "main")
    text = (team / "incidentctl.yaml").read_text()
    (team / "incidentctl.yaml").write_text(
        text.rpartition("record:")[0] + "record: {branch: incident-log, remote: origin}\n"
    )
    hooks = tmp_path / "there.git" / "hooks"
    hooks.mkdir(exist_ok=True)
    said = TYPED[name].encode(errors="surrogateescape")
    (tmp_path / "said").write_bytes(said + b"\nerror: " + said + b"\n")
    (hooks / "pre-receive").write_text(f"#!/bin/sh\ncat {tmp_path}/said >&2\nexit 1\n")
    (hooks / "pre-receive").chmod(0o755)
    for arguments in (
        ["sync"],
        ["sync", "--json"],
        ["show"],
        ["list"],
        ["doctor"],
        ["watch", "--once"],
    ):
        result = run(*arguments)
        check_said(arguments, result.code, result.out, result.err, (0, 1, 6))
        assert "--json" not in arguments or result.json


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_through_the_renderers(text):
    for shown in (clean(text), one_line(text), inert(text), safe_cell(text), subject(text)):
        assert acts(shown) == set()
        assert "\n" not in shown
        assert "\t" not in shown
    assert acts(clean(text, keep_lines=True)) == set()
    assert not safe_cell(text).lstrip().startswith(("=", "+", "-", "@"))
    page = check_markdown(f"x {inert(text)}\n\n{block(text)}\n\nx")
    assert page.links == set()
    assert _GFM.render(f"| a | b |\n|---|---|\n| x {inert(text)} | y |").count("<td") == 2
    with contextlib.redirect_stdout(io.StringIO()) as out:
        console.out(text)
        console.table(("a", "b"), [(text, text)])
    assert acts(out.getvalue()) == set()
    assert len(out.getvalue().splitlines()) == 2


def test_the_report_as_a_page(careful, tmp_path):
    careful("report", "--html", str(tmp_path / "report.html"))
    text = (tmp_path / "report.html").read_text()
    page = Page(text)
    assert acts(text) == set()
    assert not {"script", "img", "iframe", "object", "a", "form", "link"} & page.tags
    assert not {name for name in page.attributes if name.startswith("on")}
    assert page.links <= set()


def test_incidents_as_pages(careful, hostile, tmp_path):
    for ident in hostile.opened.values():
        careful("show", ident, "--html", str(tmp_path / "incident.html"))
        text = (tmp_path / "incident.html").read_text()
        page = Page(text)
        assert acts(text) == set()
        assert not {"script", "img", "iframe", "object", "form", "link"} & page.tags
        assert not {name for name in page.attributes if name.startswith("on")}
        assert all(link.startswith("https://") for link in page.links)
