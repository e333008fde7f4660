"""`room`: the link, a new one, the file that leads a browser to it, and what is refused."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pexpect
from tests import program
from tests.serve.room.browser import Browser

LINK = r"http://127\.0\.0\.1:\d+/sign-in/[\w-]+"


def test_the_link_signs_in_and_enter_shows_a_new_one(team):
    terminal = program.Terminal(
        "room", "--no-open", cwd=str(team), encoding="utf-8", timeout=30, dimensions=(24, 120)
    )
    terminal.expect(LINK)
    first = urlsplit(terminal.match[0])
    terminal.expect(r"Ctrl-C ends the\s+room\.")
    browser = Browser(first.port or 0)
    assert browser.get(first.path).code == 200
    assert "Open incidents" in browser.get("/").text
    assert browser.get(first.path).code == 401
    terminal.sendline("")
    terminal.expect(LINK)
    second = urlsplit(terminal.match[0])
    assert Browser(second.port or 0).get(second.path).code == 200
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert (terminal.exitstatus, terminal.signalstatus) == (0, None)


def test_a_browser_gets_a_file_that_nobody_else_reads(team, tmp_path):
    """The arguments of a process are no secret."""
    opener, seen = tmp_path / "browser", tmp_path / "seen"
    opener.write_text(f'#!/bin/sh\necho "$1" > {seen}.new; mv {seen}.new {seen}\n')
    opener.chmod(0o755)
    environment = {
        name: of for name, of in os.environ.items() if not name.startswith(("SSH_", "WAYLAND_"))
    }
    environment |= {"BROWSER": f"{opener} %s", "DISPLAY": ":99", "TMPDIR": str(tmp_path)}
    process = program.start(
        "room", cwd=team, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        for _ in range(600):
            if seen.exists():
                break
            time.sleep(0.05)
        address = seen.read_text().strip()
        file = Path(address.removeprefix("file://"))
        assert "sign-in" not in address
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        link = urlsplit(re.search(LINK, file.read_text())[0])
        assert Browser(link.port or 0).get(link.path).code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert not file.exists()


def test_other_machines_are_refused(run):
    done = run("room", "--listen", "0.0.0.0:0")
    assert done.code == 2
    assert "reachable from the network" in done.err
    assert "incidentctl serve --room" in done.err


def test_a_room_without_a_name_or_somebody_who_says_who_is_there_is_refused(run):
    for words in (
        ["--room"],
        ["--room-name", "https://a.example"],
        ["--room", "--room-name", "https://a.example"],
        ["--identity-header", "X-Email"],
        ["--room", "--room-name", "http://a.example", "--proxy", "10.0.0.1"],
    ):
        done = run("serve", "--listen", "127.0.0.1:0", *words)
        assert done.code == 2, words
        assert "--identity-header" in done.err, words


def test_without_the_extra_it_says_what_to_install(run, monkeypatch):
    monkeypatch.setattr("incidentctl.serve.start.find_spec", lambda _: None)
    done = run("room")
    assert done.code == 2
    assert "pip install '.[server]'" in done.err
