"""A record that an earlier version wrote: it folds, renders and is exchanged as before.

tests/fixtures/record_before/README.md says what is in it and how it was made.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from incidentctl.domain.incident.facts import KINDS

WRITTEN = Path(__file__).parents[1] / "fixtures" / "record_before"
IDENTS = sorted(path.stem for path in WRITTEN.glob("*-*.json"))
BIG = next(
    ident for ident in IDENTS if "Nobody can log in" in (WRITTEN / f"{ident}.md").read_text()
)
QUIET = next(i for i in IDENTS if json.loads((WRITTEN / f"{i}.json").read_text())["restricted"])
LOG_REF, RESTRICTED = "refs/incidentctl/log", "refs/incidentctl/restricted"
EVERYTHING = "+refs/*:refs/*"


class Clones:
    """The clones of ann, bob and cat; bob and cat have something that nobody else has."""

    def __init__(self, top: Path, git, command, monkeypatch) -> None:
        self.top, self.git = top, git
        self._command, self._monkeypatch = command, monkeypatch
        for name in ("origin", "security"):
            git(top, "init", "-q", "--bare", "-b", "main", f"{name}.git")
            git(top / f"{name}.git", "fetch", "-q", str(WRITTEN / f"{name}.bundle"), EVERYTHING)
        for who in ("ann", "bob", "cat"):
            git(top, "clone", "-q", "origin.git", who)
            git(top / who, "remote", "set-url", "origin", "../origin.git")
            git(top / who, "remote", "add", "security", "../security.git")
            git(top / who, "config", "user.email", f"{who}@paperboat.example")
        for who in ("bob", "cat"):
            git(top / who, "fetch", "-q", str(WRITTEN / who / "clone.bundle"), EVERYTHING)
            shutil.copytree(WRITTEN / who / "sent", top / who / ".git/incidentctl/sent")

    def say(self, who: str, *arguments: str):
        """Run a command in the clone of somebody."""
        self._monkeypatch.chdir(self.top / who)
        done = self._command(*arguments)
        assert done.code == 0, done.err
        return done

    def events(self, where: str, ref: str) -> dict[str, str]:
        """The bytes of each event, as git names them."""
        listed = self.git(self.top / where, "ls-tree", "-r", ref).splitlines()
        found = (line.split(maxsplit=3)[2:] for line in listed if "/events/" in line)
        return {path: oid for oid, path in found}


@pytest.fixture
def clones(tmp_path, git, command, monkeypatch):
    monkeypatch.setenv("CI", "true")  # nothing goes on behind a command
    return Clones(tmp_path, git, command, monkeypatch)


def test_every_kind_of_event_that_a_command_writes_is_in_it(clones):
    paths = [
        *clones.events("origin.git", "incident-log"),
        *clones.events("security.git", "incident-log-restricted"),
    ]
    written = {Path(path).stem[27:] for path in paths}
    assert written <= set(KINDS)
    # No command wrote the first; the others are newer than this record.
    newer = {"title-set", "category-set", "pinned", "roles-deferred", "person-identified"}
    rest = set(KINDS) - written - newer
    assert {kind for kind in rest if not kind.startswith(("alert-", "action-"))} == set()


def _with_keys_of(before, now):
    """Return a value of now without the keys that are newer than before."""
    if isinstance(before, dict) and isinstance(now, dict):
        return {key: _with_keys_of(before.get(key), now[key]) for key in now if key in before}
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [_with_keys_of(*pair) for pair in zip(before, now, strict=True)]
    return now


def test_it_folds_and_renders_as_before(clones):
    clones.say("ann", "sync")
    listed = clones.say("ann", "list", "--all", "--json").json
    before = json.loads((WRITTEN / "list.json").read_text())
    assert _with_keys_of(before, listed) == before
    assert {head["id"] for head in listed["incidents"]} == set(IDENTS)
    for ident in IDENTS:
        shown = clones.say("ann", "show", ident, "--json").json
        before = json.loads((WRITTEN / f"{ident}.json").read_text())
        assert _with_keys_of(before, shown) == before
        assert clones.say("ann", "log", "-i", ident).out == (WRITTEN / f"{ident}.md").read_text()


def test_three_clones_of_it_exchange_and_nothing_is_lost_or_changed(clones):
    before = clones.events("origin.git", "incident-log")
    quiet = clones.events("security.git", "incident-log-restricted")
    alone = {
        who: {
            path: oid for path, oid in clones.events(who, LOG_REF).items() if path not in before
        }
        for who in ("bob", "cat")
    }  # fmt: skip
    assert [len(each) for each in alone.values()] == [1, 1]
    assert "hunter2" in clones.git(clones.top / "cat", "log", "-p", LOG_REF)
    everybody = ("ann", "bob", "cat")
    said = [
        ident
        for who in everybody
        for ident in clones.say(who, "log", "-i", BIG, f"{who} goes on", "--json").json["events"]
    ]
    clones.say("cat", "log", "-i", QUIET, "cat goes on")
    for who in (*everybody, *everybody):
        assert clones.say(who, "sync", "--json").json["pending"] == 0
    expected = before | alone["bob"] | alone["cat"]
    for where, ref in (("origin.git", "incident-log"), *((who, LOG_REF) for who in everybody)):
        found = clones.events(where, ref)
        assert expected.items() <= found.items()
        assert sorted(Path(path).name[:26] for path in found.keys() - expected.keys()) == said
        assert "hunter2" not in clones.git(clones.top / where, "log", "-p", ref)
    tips = {clones.git(clones.top / who, "rev-parse", LOG_REF) for who in everybody}
    assert tips == {clones.git(clones.top / "origin.git", "rev-parse", "incident-log")}
    restricted = clones.events("security.git", "incident-log-restricted")
    assert quiet.items() <= restricted.items()
    assert len(restricted) == len(quiet) + 1
    assert {str(clones.events(who, RESTRICTED)) for who in everybody} == {str(restricted)}
    shown = [clones.say(who, "log", "-i", BIG).out for who in everybody]
    assert shown[0] == shown[1] == shown[2]
    for words in ("ann goes on", "bob goes on", "cat goes on", "Said on the train", "Write down"):
        assert words in shown[0]
