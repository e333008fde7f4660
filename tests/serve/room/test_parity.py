"""Every deed of the room is one that the command line has: both write the same events."""

from __future__ import annotations

import os
import re
import shutil
from typing import NamedTuple

import pytest
from tests.serve.room.browser import enter, hidden

from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.boundary import run as run_app
from incidentctl.cli.main import app
from incidentctl.serve.room.deeds import DEEDS


class Both(NamedTuple):
    """A deed with what is typed into its form, and the command that does the same."""

    deed: str
    fields: dict[str, str]
    command: str
    words: tuple[str, ...] = ()


class First(NamedTuple):
    """What has to be so before: a command in both records."""

    command: str
    words: tuple[str, ...] = ()


TABLE = (
    Both("note", {"text": "rolled back\r\nto 1.4.2"}, "log", ("rolled back\nto 1.4.2",)),
    Both("note", {"text": "the cause", "pin": "yes"}, "log --pin", ("the cause",)),
    Both("note", {"text": "errors", "at": "1 second ago"}, "log --at", ("1 second ago", "errors")),
    Both("update", {"text": "rolling back"}, "update", ("rolling back",)),
    Both("update", {"text": "soon", "next": "1h"}, "update --next 1h", ("soon",)),
    Both("update", {"text": "", "no_change": "yes"}, "update --no-change"),
    Both("update", {"text": "It is slow.", "public": "yes"}, "update --public --yes",
         ("It is slow.",)),
    Both("update", {"text": "It fails.", "public": "yes", "headline": "Paying fails",
                    "state": "checkout=major"},
         "update --public --yes --state checkout=major --headline", ("Paying fails", "It fails.")),
    Both("snooze", {"span": "5h"}, "update --snooze 5h"),
    Both("hypothesis", {"text": "the release"}, "hypothesis", ("the release",)),
    Both("hypothesis-ruled-out", {"hypothesis": "1", "reason": "no change"},
         "hypothesis 1 --ruled-out --reason", ("no change",)),
    Both("hypothesis", {"text": "the pool"}, "hypothesis", ("the pool",)),
    Both("hypothesis-confirmed", {"hypothesis": "2"}, "hypothesis 2 --confirmed"),
    Both("step-done", {"step": "open-channel", "note": "here", "link": "https://c.example/1"},
         "step done open-channel --note here --link https://c.example/1"),
    Both("step-skip", {"step": "notify-internal", "note": "nothing public"},
         "step skip notify-internal --reason", ("nothing public",)),
    Both("step-reopen", {"step": "notify-internal", "note": "it is"},
         "step reopen notify-internal --reason", ("it is",)),
    Both("task-add", {"title": "count orders", "role": "planning"}, "task add --role planning",
         ("count orders",)),
    Both("task-assign", {"task": "1", "person": "omar"}, "task assign 1 omar"),
    Both("task-done", {"task": "1"}, "task done 1"),
    Both("assign", {"role": "mitigator", "person": "Omar Benhaddou"}, "assign mitigator",
         ("Omar Benhaddou",)),
    Both("release", {"role": "mitigator", "person": "omar"}, "release mitigator omar"),
    Both("assign-team", {"team": "platform"}, "assign --team platform"),
    Both("assign-individual", {"person": "kofi"}, "assign --individual kofi"),
    Both("handover", {"person": "omar"}, "handover omar"),
    First("accept --as omar"),
    Both("take-command", {"reason": "omar is asleep"}, "take-command", ("omar is asleep",)),
    First("handover omar"),
    First("accept --as omar"),
    First("handover greta --as omar"),
    Both("accept", {}, "accept"),
    Both("escalate", {"team": "storefront"}, "escalate storefront"),
    Both("severity", {"severity": "SEV1", "reason": "all"}, "severity SEV1 --reason all"),
    Both("affects", {"what": "checkout, payment"}, "affects checkout payment"),
    Both("category", {"category": "security"}, "category security"),
    Both("status", {"status": "identified"}, "status identified"),
    Both("mark", {"moment": "mitigated"}, "mark mitigated"),
    Both("mark", {"moment": "started", "at": "10 minutes ago"}, "mark started --at",
         ("10 minutes ago",)),
    Both("summary", {"text": "a deploy broke it"}, "summary", ("a deploy broke it",)),
    Both("impact", {"text": "nobody can pay"}, "impact", ("nobody can pay",)),
    Both("link", {"label": "bridge", "url": "https://b.example"}, "link bridge https://b.example"),
    Both("relate", {"incident": "OTHER", "relation": "caused-by"},
         "relate OTHER --relation caused-by"),
    Both("note", {"text": "wrong"}, "log", ("wrong",)),
    Both("undo", {}, "undo"),
    Both("amend", {"entry": "9", "text": "the very cause"}, "amend 9", ("the very cause",)),
    Both("retract", {"entry": "10", "text": "by mistake"}, "retract 10 --reason", ("by mistake",)),
    Both("pin", {"entry": "8"}, "pin 8"),
    Both("resolve", {"text": "rolled back"}, "resolve", ("rolled back",)),
    Both("reopen", {"reason": "it is back"}, "reopen", ("it is back",)),
    Both("cancel", {"reason": "a false alarm"}, "cancel", ("a false alarm",)),
    Both("close", {"reason": "nothing to learn"}, "close", ("nothing to learn",)),
    Both("reopen", {"reason": "it is real"}, "reopen", ("it is real",)),
    Both("cancel", {"reason": "", "duplicate_of": "OTHER"}, "cancel --duplicate-of OTHER"),
)  # fmt: skip


def test_every_deed_is_in_the_table():
    assert {row.deed for row in TABLE if isinstance(row, Both)} == set(DEEDS)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command in a folder; return what it printed."""

    def call(folder, *words: str) -> str:
        monkeypatch.chdir(folder)
        code = run_app(app, list(words))
        output = capsys.readouterr()
        assert code == 0, output.err
        return output.out

    return call


def test_both_write_the_same_events(team, tmp_path, rooms, run):
    """The same incident twice: typed in a terminal in one record, in the room in another."""
    typed = tmp_path / "typed"
    shutil.copytree(team, typed, symlinks=True)
    declare = ("declare", "checkout fails", "--affects", "checkout", "-s", "SEV2")
    ids = {folder: run(folder, *declare).strip() for folder in (typed, team)}
    others = {folder: run(folder, "declare", "payment fails").strip() for folder in (typed, team)}
    browser = enter(rooms.start(team))
    carried = hidden(browser.get(f"/incidents/{ids[team]}").text)

    def command(folder, row) -> None:
        words = [*row.command.replace("OTHER", others[folder]).split(), *row.words]
        command, *more = words
        if command in ("step", "task"):
            command, *more = f"{command} {more[0]}", *more[1:]
        run(folder, *command.split(), "-i", ids[folder], *more)

    def deed(row: Both) -> None:
        path = f"/incidents/{ids[team]}/{row.deed}"
        fields = {name: text.replace("OTHER", others[team]) for name, text in row.fields.items()}
        answer = browser.send(path, {**carried, **fields})
        if "public" in fields and answer.code == 409:  # the second click
            seal = re.findall(r'name="seal" value="(\w+)"', answer.text)
            answer = browser.send(path, {**hidden(answer.text), **fields, "seal": seal[0]})
        assert answer.code == 303, (row, re.findall("(?s)refusal.*?</p>", answer.text))
        carried.update(hidden(browser.get(answer.led).text))

    for row in TABLE:
        command(typed, row)
        if isinstance(row, First):
            command(team, row)
        else:
            deed(row)
    assert events(team, ids[team]) == events(typed, ids[typed])


def events(folder, ident: str) -> list[tuple[str, str, str]]:
    """Return what each event says, apart from ids, times and the number of its group."""
    opened = Workspace(places.RepositoryChoice(folder, "-C"), dict(os.environ))
    found, _ = opened.record.events(ident)
    numbers = {each.id: f"event {number}" for number, each in enumerate(found)}

    def plain(text: str) -> str:
        text = re.sub(r"\b[0-9A-HJKMNP-TV-Z]{26}\b", lambda id_: numbers.get(id_[0], "an id"), text)
        text = re.sub(r"\b(inc|drl)-[0-9]{8}-[0-9]{4}-[a-z0-9]+", "an incident", text)
        return re.sub(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\+00:00)?", "a moment", text)

    return [(each.kind, each.by, plain(repr(each.fact))) for each in found]
