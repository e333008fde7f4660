"""Slack's slash command at a receiver: who may, what is done, and what a second delivery does."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from urllib.parse import urlencode

import pytest

from incidentctl.app.chat import slash
from incidentctl.app.incident.declare import Request, begin
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import acknowledge
from incidentctl.app.receiver.seen import SeenDeliveries
from incidentctl.app.workspace.receiver_signs import folder_of
from incidentctl.connect.chat import slack
from incidentctl.domain.common.times import moment_of
from incidentctl.domain.incident import facts
from incidentctl.serve.settings import Settings

SECRET = "the-signing-secret"
FORM = "application/x-www-form-urlencoded"
#: Slack's published example: docs.slack.dev/authentication/verifying-requests-from-slack
EXAMPLE_SECRET, EXAMPLE_TIME = "8f742231b10e8888abcd99yyyzzz85a5", 1531420618
EXAMPLE_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&"
    b"channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&"
    b"command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F"
    b"T1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
    b"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
EXAMPLE = {
    "x-slack-request-timestamp": str(EXAMPLE_TIME),
    "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
}


def proven(body=EXAMPLE_BODY, *, after=0, secret=EXAMPLE_SECRET, **headers):
    named = {name.replace("_", "-"): of for name, of in headers.items()}
    return slack.is_proven([secret], EXAMPLE | named, body, moment_of(EXAMPLE_TIME + after))


def test_slacks_published_example_is_proven():
    assert proven()
    command = slack.read(EXAMPLE_BODY)
    assert command == ("U2CERLKJA", "roadrunner", "G8PSS9T3V", "/webhook-collect", "")


def test_what_is_changed_stale_or_not_signed_is_refused():
    assert proven(after=300)
    assert not proven(after=301)
    assert not proven(after=-301)
    assert not proven(bytes([EXAMPLE_BODY[0] ^ 1]) + EXAMPLE_BODY[1:])
    assert not proven(secret="another")
    assert not proven(secret="")
    assert not proven(x_slack_request_timestamp=str(EXAMPLE_TIME + 1))
    assert not proven(x_slack_request_timestamp="soon")
    assert not proven(x_slack_signature=EXAMPLE["x-slack-signature"].replace("v0", "v1"))
    assert not proven(x_slack_signature="")


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<@U12|bob> sees <https://x.example/a|x.example> in <#C1|ops>",
         "@bob sees https://x.example/a in #ops"),
        ("<!here> 5 < 6", "@here 5 < 6"),
    ],
)  # fmt: skip
def test_a_text_is_read_as_it_was_written(sent, read):
    body = urlencode({"user_id": "U1", "command": "/incident", "text": sent}).encode()
    assert slack.read(body).text == read


def test_nothing_in_an_answer_acts_as_markup():
    result = slack.reply("<!channel> & <https://evil.example|x>", to_all=False)
    assert result["text"] == "&lt;!channel&gt; &amp; &lt;https://evil.example|x&gt;"
    assert result["response_type"] == "ephemeral"


# --- at a receiver -------------------------------------------------------------------------------


@pytest.fixture
def say(team, start, monkeypatch):
    """Send a command as Slack does: `say(text, user="U0KNOWN")`; returns what it shows."""
    if not shutil.which("openssl"):
        pytest.skip("openssl missing")
    monkeypatch.setenv("SLACK_SIGNING", SECRET)
    file = team / "teams" / "orders.yaml"
    text = file.read_text()
    handle = text.partition("handle: ")[2].partition(",")[0].split()[0]
    file.write_text(
        text.replace(f"handle: {handle}", f"handle: {handle}, chat: {{slack: U0KNOWN}}", 1)
    )
    serving = start(Settings(secrets=(("slack", "SLACK_SIGNING"),)))
    triggers = iter(range(1000))

    def send(text, user="U0KNOWN", *, channel="C0GENERAL", raw=None):
        body = raw or urlencode(
            {
                "user_id": user, "user_name": "road<runner>", "command": "/incident",
                "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
                "channel_id": channel, "trigger_id": f"{next(triggers)}.1",
            }
        ).encode()  # fmt: skip
        headers = signed(body)
        answer = serving.ask("POST", "/slack/commands", body, **headers)
        send.last = body, headers
        if answer.code == 200:
            assert answer.body["response_type"] in ("in_channel", "ephemeral")
            return answer.body["text"]
        return answer.code

    send.serving, send.handle = serving, handle
    return send


def signed(body, moment=None):
    """Return the headers with a signature that `openssl` made."""
    at = str(int(moment or time.time()))
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", SECRET, "-r"],
        input=f"v0:{at}:".encode() + body, capture_output=True, check=True,
    )  # fmt: skip
    digest = done.stdout.decode().split()[0]
    return {
        "X_Slack_Request_Timestamp": at,
        "X_Slack_Signature": f"v0={digest}",
        "Content_Type": FORM,
    }


def opened(say):
    workspace = say.serving.workspace()
    return [load(workspace, head.id) for head in workspace.record.open_heads()]


def test_a_member_declares_logs_updates_and_asks_for_the_status(say):
    result = say("declare --severity SEV2 --affects checkout checkout <is> down")
    (incident,) = opened(say)
    assert result.startswith(f"Declared SEV2 {incident.id}: checkout &lt;is&gt; down\n")
    assert (incident.title, incident.severity) == ("checkout <is> down", "SEV2")
    assert incident.commander == incident.declared_by == say.handle
    assert incident.services == ("checkout",)
    assert say("log cache & queue are fine") == f"Written into the log of {incident.id}"
    part = incident.id.removeprefix("inc-")
    assert say(f"log {part} restarted it").startswith("Written into the log")
    assert say("log 5-10 users see it").startswith("Written into the log")
    assert say("update we roll back").startswith(f"Update for {incident.id}: we roll back")
    (incident,) = opened(say)
    noted = [entry.text for entry in incident.entries if entry.kind == "noted"]
    assert noted == ["cache & queue are fine", "restarted it", "5-10 users see it"]
    assert [(each.text, each.public) for each in incident.updates] == [("we roll back", False)]
    assert f"SEV2 {incident.id} · checkout &lt;is&gt; down" in say("status")
    assert "Last update" in say(f"status {part}")
    assert say("update") == "This needs a text: it was empty."


def test_a_stranger_declares_and_logs_as_they_are_and_does_nothing_else(say):
    result = say("declare the shop is slow", "U0STRANGER")
    (incident,) = opened(say)
    assert "slack:U0STRANGER is in no team" in result
    assert incident.declared_by == "slack:U0STRANGER"
    assert any("U0STRANGER" in each for each in incident.catalog_problems)
    assert say("log it still is", "U0STRANGER").startswith("Written")
    assert "is in no team of the catalog" in say("update all is well", "U0STRANGER")
    assert opened(say)[0].updates == ()


def test_a_second_delivery_changes_nothing_also_after_a_restart(say):
    say("declare it is down")
    body, headers = say.last
    again = say.serving.ask("POST", "/slack/commands", body, **headers)
    assert again.code == 200
    assert "done already" in again.body["text"]
    assert len(opened(say)) == 1
    workspace = say.serving.workspace()
    restarted = SeenDeliveries(folder_of(workspace))
    assert not restarted.first(headers["X_Slack_Signature"], workspace.now())


def test_an_unproven_command_does_nothing(say):
    body = urlencode({"user_id": "U1", "command": "/incident", "text": "declare x"}).encode()
    stale = signed(body, time.time() - 400)
    for headers in ({}, {"X_Slack_Signature": "v0=00"}, stale):
        sent = {"Content_Type": FORM, **headers}
        assert say.serving.ask("POST", "/slack/commands", body, **sent).code == 401
    assert say("", raw=b"x" * 70_000) == 413
    assert "not a slash command" in say("", raw=b"\xff=1")
    assert opened(say) == []


def test_with_several_open_incidents_it_asks_which_but_knows_its_channel(say):
    say("declare one")
    say("declare two")
    assert "2 incidents are open: say which." in say("log hm")
    workspace = say.serving.workspace()
    (one,) = [each for each in opened(say) if each.title == "one"]
    link = facts.Linked("channel", "https://slack.com/app_redirect?channel=C0ONE")
    acknowledge(workspace, one.id, [link], workspace.actor(None))
    assert say("log here", channel="C0ONE") == f"Written into the log of {one.id}"
    assert say("status", channel="C0ONE").startswith(f"{one.severity} {one.id}: one")


def test_what_takes_long_is_told_as_far_as_it_is_safe(say, monkeypatch):
    complete, answered = slash.complete, threading.Event()

    def slow(*given):
        answered.wait(20)
        return complete(*given)

    monkeypatch.setattr(slash, "complete", slow)
    result = say("declare it is down")
    (incident,) = opened(say)
    assert result.startswith(f"{incident.id}: declared")
    assert incident.tier is None
    answered.set()
    end = time.monotonic() + 60
    while opened(say)[0].tier is None:
        assert time.monotonic() < end, "the rest was not recorded"
        time.sleep(0.1)


def test_restricted_incidents_are_not_there(say):
    workspace = say.serving.workspace()
    ident = begin(
        workspace, Request("secret", restricted=True), workspace.actor(None), on_recorded=str
    )
    assert say("status") == "No incident is open, as far as this receiver knows."
    assert say("log hm") == "No incident is open."
    assert "No incident has" in say(f"status {ident}")


def test_wrong_words_are_answered_with_what_can_be_said(say):
    assert "Did you mean 'declare'?" in say("declar x")
    assert "declare [--severity SEV1]" in say("help")
    assert "An incident needs a title." in say("declare --severity SEV1")


def test_a_secret_that_is_not_set_is_told(start, capfd):
    serving = start(Settings(secrets=(("slack", "SLACK_NOT_SET"),)))
    logged = capfd.readouterr().err
    assert "unset needs NOT_THERE" in logged.partition("event=listening")[0]
    problems = serving.ask("GET", "/readyz").body["problems"]
    assert "slack needs SLACK_NOT_SET" in problems["secrets"]
    assert "unset needs NOT_THERE" in problems["secrets"]
    answer = serving.ask("POST", "/slack/commands", b"x", Content_Type=FORM)
    assert answer.code == 503
    assert json.dumps(problems).count("not set in the environment") == 1


def test_without_a_secret_there_is_no_such_path(start):
    assert start().ask("POST", "/slack/commands", b"x").code == 404
