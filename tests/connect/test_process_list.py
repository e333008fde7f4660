"""Whoever looks at the process list while an action runs sees no secret."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import pytest
from tests.connect.targets import http_target

from incidentctl.connect.actions.registry import perform, plan
from incidentctl.domain.actions.request import Request
from incidentctl.domain.catalog.action_settings import (
    CommandSettings,
    NotifySettings,
    Secret,
    WebhookSettings,
    parse_parts,
)

SECRET = "s3cret-that-nobody-lists"
ENVIRONMENT = {"TOKEN": SECRET, "OTHER": f"other-{SECRET}"}
#: Says that it runs, and waits until it was looked at.
SCRIPT = """
import sys, urllib.request
urllib.request.urlopen(urllib.request.Request(sys.argv[1], b'{}'))
"""


def of(url, which):
    return {
        "command": CommandSettings(
            run=("python3", "-c", SCRIPT, f"{url}/x"), environment={"T": (Secret("TOKEN"),)}
        ),
        "webhook": WebhookSettings(
            url=(f"{url}/x",), headers={"Authorization": ("Bearer ", Secret("TOKEN"))}
        ),
        "notify": NotifySettings(
            url=parse_parts(f"{url.replace('http', 'json')}/x?+A={{env:TOKEN}}")
        ),
    }[which]


def processes():
    """Yield the arguments and the environment of each process but this one."""
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and int(place.name) != os.getpid():
            with contextlib.suppress(OSError):
                yield place.name, (place / "cmdline").read_bytes(), (place / "environ").read_bytes()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc")
@pytest.mark.parametrize("which", ["command", "webhook", "notify"])
def test_no_secret_is_in_the_process_list_while_an_action_runs(which):
    seen, looked = [], threading.Event()

    def answer(_):
        seen.extend(processes())
        looked.set()
        return 200, {}, {}

    with http_target() as target:
        target.answer = answer
        planned = plan(
            Request(of(target.url, which), {"id": "inc-1", "title": "x", "text": "y"}, "key-1"),
            trusted={f"127.0.0.1:{target.port}", "127.0.0.1", target.url, "python3"},
        )
        outcome = perform(planned, ENVIRONMENT)
    assert outcome.state == "done", outcome
    assert looked.is_set()
    secret = SECRET.encode()
    assert [pid for pid, arguments, _ in seen if secret in arguments] == []
    own = [environ for _, _, environ in seen if secret in environ]
    if which == "command":  # its environment, which only its account can read, has what it needs
        [environ] = own
        assert [each for each in environ.split(b"\0") if secret in each] == [b"T=" + secret]
    else:
        assert own == []
    if which != "webhook":
        started = {"command": b"urlopen", "notify": b"apprise_child"}[which]
        assert any(started in arguments for _, arguments, _ in seen)
