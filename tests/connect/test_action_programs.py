"""Programs and Apprise: what they get, what they cannot get at, and when they are ended."""

from __future__ import annotations

import contextlib
import json
import os
import time
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from tests.connect.mailbox import smtp_server
from tests.connect.targets import http_target

from incidentctl.connect.actions import notify as notify_module
from incidentctl.connect.actions.key import key_mark
from incidentctl.connect.actions.registry import perform, plan
from incidentctl.connect.actions.shown import shown
from incidentctl.domain.actions.reach import reach
from incidentctl.domain.actions.request import Request
from incidentctl.domain.catalog.action_settings import (
    CommandSettings,
    NotifySettings,
    Secret,
    WebhookSettings,
    parse_parts,
)

SECRET = "t0p-s3cret"
ENVIRONMENT = {"TOKEN": SECRET, "OTHER": "not for programs"}
VALUES = {"id": "inc-1", "title": "--help; $(id) `id`\n'\"", "text": "Line 1\nLine 2 <b>"}


def command(script, *, values=(), **more):
    settings = CommandSettings(
        run=("python3", "-c", script), values=values, environment={"T": (Secret("TOKEN"),)}, **more
    )
    return plan(Request(settings, VALUES, "key-1"))


def test_a_program_gets_values_on_stdin_and_after_two_dashes_and_no_other_variable():
    script = """
import json, os, sys
print(json.dumps([sys.argv[1:], json.load(sys.stdin), dict(os.environ), os.getcwd()]))
"""
    planned = command(script, values=("title", "url"))
    outcome = perform(planned, ENVIRONMENT)
    assert outcome.state == "done", outcome
    arguments, given, environment, folder = json.loads(outcome.output)
    assert arguments == ["--", VALUES["title"], ""]
    assert given == {"event": "trigger", "key": "key-1", **VALUES}
    assert environment.pop("T") == "***"
    environment.pop("LC_CTYPE", None)  # Python sets it for itself
    assert set(environment) == {"PATH", "HOME", "LANG", "INCIDENTCTL_KEY"}
    assert environment["INCIDENTCTL_KEY"] == "key-1"
    assert folder == "/"
    assert SECRET not in " ".join(planned.steps[0].argv)


def test_a_last_line_that_is_an_address_is_the_link():
    outcome = perform(command("print('made'); print('https://tickets.example/7')"), ENVIRONMENT)
    assert (outcome.state, outcome.link) == ("done", "https://tickets.example/7")


def test_a_program_that_fails_says_why_without_the_secret():
    script = "import os, sys; sys.exit('no\\x1b[2J luck with ' + os.environ['T'])"
    outcome = perform(command(script), ENVIRONMENT)
    assert (outcome.state, outcome.may_retry) == ("failed", False)
    assert outcome.reason == "python3 ended with 1: no\\u{1b}[2J luck with ***."
    assert SECRET not in repr(outcome)
    assert perform(command(script, honours_key=True), ENVIRONMENT).may_retry


def test_a_program_that_hangs_is_killed_with_all_that_it_started(tmp_path):
    file = tmp_path / "pid"
    script = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(file)!r}, "w").write(str(child.pid))
time.sleep(60)
"""
    begin = time.monotonic()
    outcome = perform(command(script, timeout=timedelta(seconds=1.5)), ENVIRONMENT)
    assert time.monotonic() - begin < 10
    assert (outcome.state, outcome.may_retry) == ("unknown", False)
    assert outcome.reason == "python3 took longer than 1.5 seconds and was killed."
    assert is_gone(int(file.read_text()))


def test_what_a_program_leaves_behind_is_killed_and_does_not_hold_the_action_up(tmp_path):
    file = tmp_path / "pid"
    script = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(file)!r}, "w").write(str(child.pid))
print("done")
"""
    begin = time.monotonic()
    outcome = perform(command(script), ENVIRONMENT)
    assert (outcome.state, outcome.output) == ("done", "done")
    assert time.monotonic() - begin < 10
    assert is_gone(int(file.read_text()))


def is_gone(pid):
    for _ in range(100):
        try:
            os.kill(pid, 0)
            stat = Path(f"/proc/{pid}/stat").read_text()
            if stat.rpartition(")")[2].split()[0] == "Z":  # until somebody waits for it
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def test_output_is_bounded_and_a_secret_at_the_cut_is_not_half_shown():
    script = """
import os, sys
sys.stdout.write("x" * (65536 - 4) + os.environ["T"] * 100000)
"""
    outcome = perform(command(script), ENVIRONMENT)
    assert outcome.state == "done"
    assert len(outcome.output) <= 65536
    assert SECRET[:4] not in outcome.output


def test_a_program_that_is_not_there_is_told():
    settings = CommandSettings(run=("no-such-program",))
    outcome = perform(plan(Request(settings, {}, "k")), {})
    assert outcome.reason == "no-such-program is no program that can be run on this machine."
    assert (outcome.state, outcome.may_retry) == ("failed", False)


def test_what_a_program_would_get_is_shown():
    text = shown(command("pass", values=("title",)))
    assert text.startswith("Run the program\npython3 -c pass -- '")
    assert "T=***\nINCIDENTCTL_KEY=key-1\n" in text


@pytest.fixture
def smtp():
    with smtp_server() as box:
        yield box


def notice(url, **more):
    settings = NotifySettings(url=parse_parts(url), **more)
    return plan(Request(settings, VALUES, "key-1", "say"), trusted=["127.0.0.1"])


def test_a_mail_reaches_every_recipient(smtp):
    url = f"mailto://127.0.0.1:{smtp.port}?from=inc@acme.example&to=a@acme.example,b@acme.example"
    planned = notice(url)
    assert planned.to == "mailto://127.0.0.1"
    outcome = perform(planned, {})
    assert outcome.state == "done", outcome
    assert sorted(to for tos, _ in smtp.mails for to in tos) == ["a@acme.example", "b@acme.example"]
    mail = message_from_bytes(smtp.mails[0][1], policy=default)
    assert mail["Subject"] == "--help; $(id) `id` '\""
    assert mail["X-Incidentctl-Key"] == key_mark("key-1")
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines()[:2] == ["Line 1", "Line 2 <b>"]


def test_apprise_posts_json_with_the_secret_and_does_not_follow_a_redirect():
    with http_target() as target, http_target() as other:
        url = f"json://user:{{env:TOKEN}}@127.0.0.1:{target.port}/a?redirect=yes"
        planned = notice(url)
        assert (planned.secrets, planned.to) == (("TOKEN",), "json://127.0.0.1")
        assert SECRET not in shown(planned)
        target.answers(200, (302, {}, {"Location": f"{other.url}/taken"}), (500, {"said": SECRET}))
        outcomes = [perform(planned, ENVIRONMENT) for _ in range(3)]
    assert [outcome.state for outcome in outcomes] == ["done", "failed", "failed"]
    assert outcomes[2].may_retry
    assert target.asked[0].body["title"].startswith("--help")
    assert SECRET not in repr(outcomes)
    assert other.asked == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc here")
def test_no_secret_is_in_the_list_of_processes_while_it_is_sent(tmp_path):
    seen = []

    def look(_):
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                seen.append(each.read_bytes())
        return 200, {}, {}

    with http_target() as target:
        target.answer = look
        outcome = perform(notice(f"json://u:{{env:TOKEN}}@127.0.0.1:{target.port}"), ENVIRONMENT)
        script = f"import urllib.request as r; r.urlopen('{target.url}').read()"
        other = perform(command(script), ENVIRONMENT)
    assert (outcome.state, other.state) == ("done", "done")
    assert any(b"apprise_child" in each for each in seen)
    assert any(b"urllib.request" in each for each in seen)
    assert not any(SECRET.encode() in each for each in seen)


def test_apprise_reaches_no_address_that_the_trust_does_not_name():
    with http_target() as target:
        settings = NotifySettings(url=(f"jsons://127.0.0.1:{target.port}/a",))
        stranger = plan(Request(settings, VALUES, "k"))
        outcome = perform(stranger, {})
    assert target.asked == []
    assert (outcome.state, outcome.may_retry) == ("failed", False)
    assert "an address of this machine, which the trust does not name" in outcome.reason


def test_apprise_sends_nothing_in_clear_to_a_host_that_the_trust_does_not_name():
    for url, secure in (
        ("json://hooks.example/a", "jsons"),
        ("mailto://u:{env:TOKEN}@mail.example?to=a@b.example", "mailtos"),
    ):
        settings = NotifySettings(url=parse_parts(url))
        outcome = perform(plan(Request(settings, VALUES, "k")), ENVIRONMENT)
        assert (outcome.state, outcome.may_retry) == ("failed", False)
        assert outcome.reason.endswith(
            f"was not reached: no TLS; write {secure}://, or let the trust name the host."
        )


def test_an_address_that_apprise_does_not_know_is_told():
    outcome = perform(notice("nonsense://a/b"), {})
    assert (outcome.state, outcome.may_retry) == ("failed", False)
    assert outcome.reason.startswith("nonsense://a was not reached")


def test_without_apprise_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(notify_module, "find_spec", lambda _: None)
    outcome = perform(notice("json://127.0.0.1/a"), {})
    assert "install the extra `notify`" in outcome.reason


def test_a_message_that_takes_too_long_is_ended(black_hole):
    url = f"json://127.0.0.1:{black_hole}/a"
    outcome = perform(notice(url, timeout=timedelta(milliseconds=10)), {})
    assert (outcome.state, outcome.may_retry) == ("unknown", True)
    assert outcome.reason == "json://127.0.0.1 took longer than 0.01 seconds."


def test_what_an_action_reaches_is_known_from_its_settings():
    webhook = WebhookSettings(
        url=("https://Hooks.example:8443/", Secret("A")), body={"deep": [{"key": "env:B"}]}
    )
    assert reach(webhook) == ("hooks.example", None, ("A", "B"))
    assert reach(CommandSettings(run=("/bin/page", "now"))) == (None, "/bin/page", ())
    slack = NotifySettings(url=parse_parts("slack://{env:A}/{env:B}/#ops"))
    assert reach(slack) == ("slack://***", None, ("A", "B"))
    mail = NotifySettings(url=parse_parts("mailtos://me:{env:P}@mail.example:465?to=x@y.example"))
    assert reach(mail) == ("mailtos://mail.example", None, ("P",))
