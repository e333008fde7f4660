"""The documents are true: their commands run as written, their links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer
from tests import docs_pages
from tests.docs_pages import NOT_PLAYED, ROOT
from tools.generate import pages

from incidentctl.cli.boundary import run
from incidentctl.cli.main import app
from incidentctl.files.layout import MARKER

PLAYED = (
    "README.md",
    "docs/tutorial.md",
    "docs/sharing.md",
    "docs/redaction.md",
    "docs/drills.md",
    "docs/drill-secrecy.md",
    "docs/retrospectives.md",
    "docs/report.md",
    "docs/incident-page.md",
    "docs/graph.md",
)
CODE = re.compile(r"`([^`]+)`")
PAGES = [str(page.relative_to(ROOT)) for page in docs_pages.pages()]


@pytest.mark.parametrize("name", PLAYED)
def test_every_command_runs_as_written_and_prints_what_is_shown(name, tmp_path):
    """A section of the README begins in a checkout; the tutorial is played through.

    Each command of the README is a process, as for a reader.
    """
    play = docs_pages.play if name == "README.md" else docs_pages.play_here
    page = ROOT / name
    steps = docs_pages.steps(page)
    assert steps
    home = Path.home()
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    folder, section = tmp_path, -1
    for step in steps:
        if step.command.startswith(NOT_PLAYED):
            continue
        if name == "README.md" and step.section != section:
            folder, section = tmp_path, step.section
        printed, code, folder = play(step, folder, home=home)
        assert docs_pages.fits(step.shown, printed), f"$ {step.command}\n{printed}"
        refused = re.search(r"\berror(:| IC\d)", step.shown) is not None
        assert (code != 0) == refused, f"$ {step.command}\n{printed}\nexit {code}"


@pytest.mark.parametrize("name", [n for n in PAGES if n.startswith("examples/")])
def test_the_commands_of_an_example_s_readme_run(name, tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for step in docs_pages.steps(ROOT / name):
        printed, code, _ = docs_pages.play(step, tmp_path, home=Path.home())
        assert code == 0, f"$ {step.command}\n{printed}"
        assert printed.strip()


def test_what_is_not_played_is_there():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    lines = [s.command for page in docs_pages.pages() for s in docs_pages.steps(page)]
    skipped = [line for line in lines if line.startswith(NOT_PLAYED)]
    assert skipped
    for line in skipped:
        tool, word, *_ = line.split()
        assert tool != "make" or word in targets, line


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    page = ROOT / name
    for target in docs_pages.links(page.read_text(encoding="utf-8")):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, f"{name}: {target}"


def slug(heading: str) -> str:
    """The anchor that a forge makes of a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.casefold())
    return kept.replace(" ", "-")


@pytest.mark.parametrize("name", PAGES)
def test_no_command_or_option_is_named_that_does_not_exist(name):
    for line in docs_pages.command_lines((ROOT / name).read_text(encoding="utf-8")):
        assert unknown(line) is None, f"{name}: {line}: {unknown(line)}"


def unknown(line: str) -> str | None:
    """Return the first word of a command line that incidentctl does not know, or None."""
    words = shlex.split(re.sub(r"\s(?:[|#>;]|&&).*$", "", line).replace("...", ""))[1:]
    found = typer.main.get_command(app)
    context = typer.Context(found)
    while words and getattr(found, "list_commands", None):
        word = words.pop(0)
        if word == "-C":
            words = words[1:]
            continue
        if word in ("--help", "--version"):
            return None
        if word.startswith("-") and found.invoke_without_command:  # as in `actions --overdue`
            words.insert(0, word)
            break
        if word.isupper():  # `incidentctl COMMAND --help`
            return None
        if word not in found.list_commands(context):
            return word
        found = found.get_command(context, word)
    options = {"--help", "-h", *(o for p in found.params for o in (*p.opts, *p.secondary_opts))}
    for word in words:
        if word == "--":
            return None
        name = word.partition("=")[0]
        if name.startswith("-") and name.rstrip("0123456789") != "-" and name not in options:
            return name
    return None


def test_each_promise_of_security_names_a_test_that_is_there():
    named = re.findall(r"\| (tests/\S+) \|", (ROOT / "docs/security.md").read_text("utf-8"))
    assert len(named) > 30
    for place in named:
        path, _, test = place.partition("::")
        assert f"\ndef {test}(" in (ROOT / path).read_text("utf-8"), place


def test_the_pages_that_are_generated_are_fresh():
    page = "docs/reference/commands.md"  # the other two have their tests beside what makes them
    assert (ROOT / page).read_text(encoding="utf-8") == pages()[page], "run `make docs`"


def test_an_unknown_word_is_found():
    assert unknown("incidentctl dril new") == "dril"
    assert unknown("incidentctl catalog import x") == "import"
    assert unknown('incidentctl declare "a --b" --page') == "--page"
    assert unknown("incidentctl -C x catalog lint --strict | head") is None
    assert unknown("incidentctl redact -1") is None
    assert unknown("incidentctl log -- kubectl get -o x") is None


def test_what_is_shown_is_compared():
    assert docs_pages.fits("a\n...\nb", "a\nx\ny\nb")
    assert docs_pages.fits("", "")
    assert not docs_pages.fits("", "a")
    assert not docs_pages.fits("a\nb", "a")
    assert docs_pages.fits("inc-20261124-1631-m4c: done", "inc-20271124-0931-abc: done")


def test_the_json_has_the_keys_that_the_page_names(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(app, ["init", "--services", "website,api", "--no-input"]) == 0
    Path("payload.json").write_text('{"event_action": "trigger"}', encoding="utf-8")
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(incidentctl [^`]+)` \| ([^|]+) \|", page, re.MULTILINE)
    assert len(rows) > 20
    for line, cell in rows:
        capsys.readouterr()
        assert run(app, [*shlex.split(line)[1:], "--json"]) == 0, line
        printed = json.loads(capsys.readouterr().out)
        assert re.fullmatch(r"incidentctl/[a-z-]+/1", printed.pop("schema"))
        assert list(printed) == re.findall(r"`(\w+)`", cell), line


def test_the_messages_that_troubleshooting_names_are_those_of_the_program():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    said = re.sub(r'"\s*\n\s*f?"', "", "\n".join(sources)).replace("{MARKER}", MARKER)
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    quoted = [
        q for cell in re.findall(r"^\| (.*?) \| ", page, re.MULTILINE) for q in CODE.findall(cell)
    ]
    messages = [text for text in quoted if " " in text and not text.startswith("incidentctl ")]
    assert len(messages) > 10
    for message in messages:
        parts = [part.strip(" :();,") for part in message.split("...")]
        assert [part for part in parts if part not in said] == [], message
