"""Nothing that a repository's configuration, attributes or hooks name runs, whatever one does.

Excepted are what brings git to the configured remote: `core.sshCommand` for an ssh remote, and the
credential helpers for one that asks who is there.
"""

from __future__ import annotations

import http.server
import os
import subprocess
import threading

import pytest
from tests.cli.strangers import announced, hidden, write_yaml

#: Every hook that git knows on the side of whoever works (githooks).
HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit",
    "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge",
    "pre-push", "reference-transaction", "pre-auto-gc", "post-rewrite", "sendemail-validate",
    "fsmonitor-watchman", "post-index-change", "p4-changelist", "push-to-checkout", "update",
    "pre-receive", "post-receive", "post-update", "proc-receive",
)  # fmt: skip
#: A key of the configuration, and its value, where `{mark}` is a program that leaves its mark.
CONFIG = {
    "core.fsmonitor": "{mark}",
    "core.editor": "{mark}",
    "sequence.editor": "{mark}",
    "core.pager": "{mark}",
    "pager.log": "{mark}",
    "pager.diff": "{mark}",
    "pager.config": "{mark}",
    "core.askPass": "{mark}",
    "core.gitProxy": "{mark}",
    "core.alternateRefsCommand": "{mark}",
    "core.sshCommand": "{mark}",
    "credential.helper": "!{mark}",
    "gpg.program": "{mark}",
    "gpg.ssh.program": "{mark}",
    "gpg.ssh.defaultKeyCommand": "{mark}",
    "gpg.x509.program": "{mark}",
    "commit.gpgSign": "true",
    "push.gpgSign": "true",
    "tag.gpgSign": "true",
    "log.showSignature": "true",
    "remote.origin.uploadpack": "{mark}",
    "remote.origin.receivepack": "{mark}",
    "uploadpack.packObjectsHook": "{mark}",
    "diff.external": "{mark}",
    "diff.evil.textconv": "{mark}",
    "diff.evil.command": "{mark}",
    "merge.evil.driver": "{mark}",
    "merge.tool": "evil",
    "mergetool.evil.cmd": "{mark}",
    "filter.evil.clean": "{mark}",
    "filter.evil.smudge": "{mark}",
    "filter.evil.process": "{mark}",
    "filter.evil.required": "true",
    "trailer.evil.command": "{mark}",
    "trailer.evil.cmd": "{mark}",
    "interactive.diffFilter": "{mark}",
    "gc.recentObjectsHook": "{mark}",
    "receive.procReceiveRefs": "refs",
    "submodule.recurse": "true",
    "fetch.recurseSubmodules": "true",
    "push.recurseSubmodules": "on-demand",
    "browser.evil.cmd": "{mark}",
    "instaweb.browser": "{mark}",
    "imap.tunnel": "{mark}",
    "maintenance.strategy": "incremental",
    "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
    **{
        f"alias.{name}": "!{mark}"
        for name in ("log", "fetch", "push", "fast-import", "rev-parse", "cat-file", "diff-tree")
    },
}
COMMANDS = (
    ["declare", "checkout is down", "--affects", "checkout", "--json"],
    ["log", "a note"], ["log"], ["list", "--all"], ["show"], ["sync"], ["update", "we look"],
    ["sync"], ["watch", "--once"], ["catalog", "lint"], ["drill", "check"], ["drill", "list"],
    ["drill", "note", "hidden-1"], ["drill", "calendar"], ["process", "show"],
    ["process", "show", "--at", "HEAD"], ["doctor"], ["resolve", "over"], ["retro", "--log"],
    ["redact", "2"], ["purge", "--yes"], ["close"], ["actions"], ["report"], ["sync"],
)  # fmt: skip


@pytest.fixture
def marks(tmp_path):
    """The names of what has run: each program is a script of its own."""
    folder = tmp_path / "marks"
    folder.mkdir()

    def program(name):
        path = tmp_path / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n: > '{folder}/{name}'\nexit 1\n")
        path.chmod(0o755)
        return path

    program.made = lambda: {path.name for path in folder.iterdir()}
    return program


@pytest.fixture
def trapped(team, git, marks):
    """The team's repository with a trap in every place."""
    git(team.parent, "clone", "-q", "--bare", str(team), "alternate.git")
    (team / ".git/objects/info").mkdir(exist_ok=True)
    (team / ".git/objects/info/alternates").write_text(f"{team.parent}/alternate.git/objects\n")
    (team / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    (team / ".git/info").mkdir(exist_ok=True)
    (team / ".git/info/attributes").write_text("* filter=evil diff=evil merge=evil\n")
    git(team.parent, "init", "-q", "--bare", "there.git")
    git(team, "remote", "add", "origin", str(team.parent / "there.git"))
    git(team, "push", "-q", "--no-verify", "origin", "main")
    settings = team / "incidentctl.yaml"
    text = settings.read_text().rpartition("record:")[0]
    settings.write_text(f"{text}record: {{branch: incident-log, remote: origin}}\n")
    (team / ".gitignore").write_text("drills/*.private.yaml\n")
    write_yaml(team / "drills" / "hidden-1.yaml", [announced(1, "the zebra cache")])
    write_yaml(team / "drills" / "hidden-1.private.yaml", [hidden(1, "the zebra cache")])
    git(team, "add", "-A")
    git(team, "commit", "-q", "-m", "the zebra cache")
    hooks = team / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    more = team.parent / "more-hooks"
    more.mkdir()
    for name in HOOKS:
        for folder in (hooks, more):
            (folder / name).symlink_to(marks(f"hook-{name}"))
    for key, value in CONFIG.items():
        program = marks(key) if "{mark}" in value else None
        git(team, "config", key, value.format(mark=program))
    git(team, "config", "core.hooksPath", str(more))
    for made in marks.made():  # by the configuration itself
        (team.parent / "marks" / made).unlink()
    return team


def play(run):
    """Run everything, and return how each command ended."""
    return [(each[0], run(*each).code) for each in COMMANDS]


def test_the_traps_work(trapped, marks):
    (trapped / "new.txt").write_text("x")  # for the filter: of the others git knows enough
    for arguments in (["status"], ["add", "."], ["commit", "--allow-empty", "-m", "x"],
                      ["diff", "HEAD"], ["fetch"], ["branch", "x"], ["-p", "log"]):  # fmt: skip
        subprocess.run(["git", *arguments], cwd=trapped, check=False, capture_output=True)
    assert marks.made() >= {
        "core.fsmonitor", "filter.evil.process", "remote.origin.uploadpack",
        "hook-reference-transaction",
    }  # fmt: skip


def test_with_a_remote_that_works(run, trapped, marks, git, monkeypatch):
    monkeypatch.setenv("CI", "1")  # no exchange in the background
    codes = play(run)
    assert {code for name, code in codes if name in ("declare", "log", "sync", "retro")} == {0}
    assert not {70, 130} & {code for _, code in codes}
    assert "incident-log" in git(trapped.parent / "there.git", "branch", "--list")
    assert marks.made() == set()


class Asking(http.server.BaseHTTPRequestHandler):
    """A server that asks who is there."""

    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def asking():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asking) as server:
        worker = threading.Thread(target=server.serve_forever)
        worker.start()
        yield server.server_address[1]
        server.shutdown()
        worker.join()


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/nowhere/at/all", set()),
        ("git://127.0.0.1:1/x", set()),
        ("ext::{mark}", set()),
        ("evil::x", set()),
        ("short:x", set()),
        ("--upload-pack={mark}", set()),
        ("ssh://-oProxyCommand={mark}/x", set()),
        ("ssh://127.0.0.1:1/x", {"core.sshCommand"}),
        ("127.0.0.1:x", {"core.sshCommand"}),
        ("http://127.0.0.1:{port}/x", {"credential.helper"}),
    ],
)
def test_with_a_remote_that_fails(run, trapped, marks, git, monkeypatch, asking, url, allowed):
    monkeypatch.setenv("CI", "1")
    mark = marks("url")
    marks("git-remote-evil")
    monkeypatch.setenv("PATH", f"{mark.parent}:{os.environ['PATH']}")
    git(trapped, "remote", "set-url", "origin", "--", url.format(mark=mark, port=asking))
    for key in ("insteadOf", "pushInsteadOf"):
        git(trapped, "config", f"url.ext::{mark} .{key}", "short:")
    codes = play(run)
    assert {code for name, code in codes if name in ("declare", "log", "retro")} == {0}
    assert {code for name, code in codes if name == "sync"} == {6}
    assert 70 not in {code for _, code in codes}
    assert marks.made() <= allowed
    assert not allowed or marks.made()


@pytest.mark.parametrize("key", ["vcs", "proxy"])
def test_with_a_remote_of_another_kind(run, trapped, marks, git, monkeypatch, key):
    monkeypatch.setenv("CI", "1")
    marks("git-remote-evil")
    monkeypatch.setenv("PATH", f"{trapped.parent}/programs:{os.environ['PATH']}")
    git(trapped, "config", f"remote.origin.{key}", "evil")
    codes = play(run)
    assert {code for name, code in codes if name in ("declare", "log", "retro")} == {0}
    assert marks.made() == set()
