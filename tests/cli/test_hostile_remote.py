"""What others push onto the remote's branch arrives by `sync`: it blocks nobody, and is told."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from tests.cli.test_hostile_record import HOSTILE, ID, event, named

_MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=False)
print("KIB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""


@pytest.fixture
def there(run, team, git, monkeypatch):
    """The remote of the team's repository, in which the record is shared."""
    monkeypatch.setenv("CI", "1")  # exchanges are waited for
    remote = team.parent / "there.git"
    git(team.parent, "init", "-q", "--bare", str(remote))
    git(team, "remote", "add", "origin", str(remote))
    git(team, "push", "-q", "origin", "main")
    settings = team / "incidentctl.yaml"
    text = settings.read_text().rpartition("record:")[0]
    settings.write_text(f"{text}record: {{branch: incident-log, remote: origin}}\n")
    return remote


@pytest.fixture
def mine(run, there):
    result = run("declare", "checkout is down", "--affects", "checkout")
    assert result.code == 0
    return result.out.strip()


def push(remote, files):
    """Put files onto the branch, as (mode, path, content)."""
    tip = subprocess.run(
        ["git", "-C", str(remote), "rev-parse", "incident-log"], check=True, capture_output=True
    ).stdout.decode()
    parts = [b"commit refs/heads/incident-log\ncommitter M <m@x> 1 +0000\ndata 1\nx\n"]
    parts.append(f"from {tip}".encode())
    for mode, path, data in files:
        parts += [f"M {mode} inline {path}\ndata {len(data)}\n".encode(), data, b"\n"]
    quickly = ("-c", "core.compression=1", "-c", "core.bigFileThreshold=1m")
    subprocess.run(
        ["git", "-C", str(remote), *quickly, "fast-import", "--quiet"],
        input=b"".join(parts), check=True,
    )  # fmt: skip


def folder(ident):
    return f"incidents/{ident[4:8]}/{ident[8:10]}/{ident}"


def everything_works(run, mine):
    began = time.monotonic()
    for arguments in (["log", "here", "-i", mine], ["list", "--all"], ["show", mine], ["due"],
                      ["log", "-i", mine], ["watch", "--once"]):  # fmt: skip
        result = run(*arguments)
        assert result.code in (0, 1), (arguments, result.err)
        assert "\x1b" not in result.out + result.err
        assert "\u202e" not in result.out + result.err
    assert time.monotonic() - began < 60  # on a machine with much else to do
    assert "here" in [entry["text"] for entry in run("show", mine, "--json").json["timeline"]]


def test_hostile_events_are_counted_and_block_nobody(run, there, mine, git, team):
    files = [
        (mode, f"{folder(mine)}/events/{name}" if "/" not in name else f"incidents/up/{number}",
         content.encode())
        for number, (name, content, mode, _) in enumerate(HOSTILE.values())
    ]  # fmt: skip
    fine = event(ID.format(30))
    upper = folder(mine).replace(mine, mine.upper())
    files += [
        ("100644", f"{folder(mine)}/EVENTS/{named(ID.format(30))}", fine.encode()),
        ("100644", f"{upper}/events/{named(ID.format(30))}", fine.encode()),
        ("100644", f"{folder(mine)}/events/{named(ID.format(30)).lower()}", fine.encode()),
        ("100644", "incidents/2026/13/inc-20261301-0000-abc/events/x.json", b"x"),
        ("120000", f"{folder(mine)}/log.md", b"/etc/passwd"),
        ("100644", "secret.env", b"TOKEN=1"),
    ]
    push(there, files)
    everything_works(run, mine)  # the first one exchanges, as the background would
    output = run("doctor").out + run("sync").err
    assert "file(s) of the remote are not events of the record" in output
    assert int(output.partition(" file(s)")[0].split()[-1]) >= 12
    again = run("sync")
    assert again.code == 0, again.err
    assert "file(s)" not in again.err  # told once
    listed = git(there, "ls-tree", "-r", "incident-log")
    for word in ("secret", "EVENTS", mine.upper(), "120000", "100755", "up/"):
        assert word not in listed, word
    assert "passwd" not in (team / folder(mine) / "log.md").read_text()


def test_folders_that_climb_are_carried_nowhere(run, there, mine, git):
    """Git's own commands refuse such a tree; a hostile server may send one."""
    blob = subprocess.run(
        ["git", "-C", str(there), "hash-object", "-w", "--stdin"], input=b"x", check=True,
        capture_output=True,
    ).stdout.decode().strip()  # fmt: skip

    def tree(*entries):
        data = b"".join(
            f"{mode} {name}\0".encode() + bytes.fromhex(oid) for mode, name, oid in entries
        )
        return subprocess.run(
            ["git", "-C", str(there), "hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
            input=data, check=True, capture_output=True,
        ).stdout.decode().strip()  # fmt: skip

    old = git(there, "rev-parse", "incident-log:incidents").strip()
    up = tree(("40000", "..", tree(("100644", "pwned", blob))), ("100644", ".git", blob))
    root = tree(("40000", "..", up), ("40000", "incidents", old), ("40000", "x", up))
    parent = git(there, "rev-parse", "incident-log").strip()
    commit = git(there, "-c", "user.name=M", "-c", "user.email=m@x", "commit-tree", "-m", "x",
                 "-p", parent, root).strip()  # fmt: skip
    git(there, "update-ref", "refs/heads/incident-log", commit)
    everything_works(run, mine)
    assert "are ignored" in run("sync").err
    assert not (there.parent / "pwned").exists()
    assert git(there, "ls-tree", "--name-only", "incident-log").split() == ["incidents"]


def large(mine):
    """One file larger than memory should hold, as an event; and a log.md."""
    event_path = f"{folder(mine)}/events/{named(ID.format(1))}"
    return [
        ("100644", event_path, b"x" * 200_000_000),
        ("100644", f"{folder(mine)}/log.md", b"y" * 50_000_000),
    ]


def many(mine):
    """More names than anybody reads."""
    return [("100644", f"{folder(mine)}/events/{number}.json", b"x") for number in range(20_000)]


@pytest.mark.parametrize("files", [large, many])
def test_much_of_it_takes_neither_the_memory_nor_the_time_of_list(run, there, mine, team, files):
    push(there, files(mine))
    everything_works(run, mine)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, sys.executable, "-m", "incidentctl", "list"],
        cwd=team, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert mine in done.stdout
    assert int(done.stderr.rpartition("KIB ")[2]) < 200 * 1024
    assert run("sync", "--json").json["state"] == "ok"
