"""A SEV1 of the bank whose steps run by themselves: each is seen at its target, once, and told."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from tests.cli.sending import trusted
from tests.connect.targets import Slack, http_target

from incidentctl.app.actions import automatic
from incidentctl.app.workspace.workspace import open_workspace

BANK = Path(__file__).parents[2] / "examples" / "bank"
SECRETS = {
    "SLACK_TOKEN": "xoxb-s3cret-of-slack",
    "PAGERDUTY_KEY": "s3cret-of-pagerduty",
    "JIRA_TOKEN": "s3cret+of/jira",
    "SMTP_PASSWORD": "s3cret of mail",
}
#: What each step sends; `URL` and `SMTP` are on loopback.
ACTIONS = {
    "open-channel": "slack, with: {token: env:SLACK_TOKEN, prefix: bank-, base_url: 'URL/slack'}",
    "create-ticket": (
        "jira, with: {base_url: 'URL/jira', project: BANK, user: bot@bank.example, "
        "token: env:JIRA_TOKEN}"
    ),
    "page-on-call": "pagerduty, with: {routing_key: env:PAGERDUTY_KEY, base_url: 'URL/pd'}",
    "notify-incidents-channel": (
        "slack, with: {token: env:SLACK_TOKEN, channel: C0INCIDENTS, base_url: 'URL/slack'}"
    ),
    "notify-executives": (
        "notify, with: {url: 'mailto://bot:{env:SMTP_PASSWORD}@127.0.0.1:SMTP/"
        "?from=incidents@bank.example&to=board@bank.example,press@bank.example'}"
    ),
}


class Targets:
    """Slack, Jira and PagerDuty at one address, and a mail server."""

    def __init__(self) -> None:
        self.slack = Slack(SECRETS["SLACK_TOKEN"])
        self.tickets: list[dict] = []
        self.pages: list[dict] = []
        self.mails: list = []

    def answer(self, asked):
        if asked.path.startswith("/slack/"):
            return self.slack.answer(asked)
        if asked.path.startswith("/jira/"):
            if asked.method == "GET":
                return 200, {"issues": []}, {}
            self.tickets.append(asked.body["fields"])
            return 201, {"key": f"BANK-{len(self.tickets)}"}, {}
        self.pages.append(asked.body)
        return 202, {"status": "success"}, {}

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, ARG002
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def targets():
    every = Targets()
    with socket.create_server(("127.0.0.1", 0)) as free:
        every.port = free.getsockname()[1]
    mail = Controller(
        every, hostname="127.0.0.1", port=every.port, auth_require_tls=False,
        authenticator=lambda *_: True,
    )  # fmt: skip
    mail.start()
    with http_target() as web:
        web.answer, every.url = every.answer, web.url
        yield every
    mail.stop()


@pytest.fixture
def bank(tmp_path, monkeypatch, targets):
    folder = tmp_path / "bank"
    shutil.copytree(BANK, folder)
    file = folder / "runbooks" / "accounts.yaml"
    text, _, rest = file.read_text().partition("---\n")
    for step, action in ACTIONS.items():
        uses = action.replace("URL", targets.url).replace(":SMTP/", f":{targets.port}/")
        assert text.count(f"  - id: {step}\n") == 1
        text = text.replace(
            f"  - id: {step}\n",
            f"  - id: {step}\n    action: {{uses: {uses}, automatic: true}}\n",
        )
    file.write_text(f"{text}---\n{rest}")
    for arguments in (
        ["init", "-q", "-b", "main", "--template="],
        ["config", "user.name", "Ana Ruiz"],
        ["config", "user.email", "ana@bank.example"],
        ["add", "-A"],
        ["commit", "-q", "-m", "The catalog"],
    ):
        subprocess.run(["git", "-C", folder, *arguments], check=True)
    monkeypatch.chdir(folder)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return folder


def run_due():
    workspace = open_workspace()
    due = automatic.due(workspace, workspace.now())
    ran = automatic.run_due(workspace, due, workspace.actor(None))
    workspace.flush()
    return ran


def test_a_sev1_pages_opens_the_channel_and_the_ticket_and_tells_people(
    bank, targets, command, git
):
    trusted(command)
    declared = command("declare", "Balances are wrong", "--affects", "accounts", "-s", "SEV1")
    assert declared.code == 0, declared.err
    ident = declared.out.strip()

    ran = run_due()

    assert [each.outcome.state for each in ran] == ["done"] * len(ACTIONS), ran
    assert run_due() == []  # nothing is sent twice
    [page] = targets.pages
    assert page["payload"]["summary"] == "Balances are wrong"
    channel = targets.slack.channels[f"bank-{ident}"]
    assert [each["channel"] for each in targets.slack.messages] == [channel, "C0INCIDENTS"]
    [ticket] = targets.tickets
    assert ticket["summary"] == "Balances are wrong"
    assert sorted(mail["To"] for mail in targets.mails) == [
        "board@bank.example",
        "press@bank.example",
    ]
    assert "Balances are wrong" in targets.mails[0]["Subject"]

    shown = command("show", "--json").json
    done = {step["id"] for step in shown["steps"] if step["state"] == "done"}
    assert set(ACTIONS) <= done
    paths = git(bank, "ls-tree", "-r", "--name-only", "incident-log").split()
    [path] = [path for path in paths if path.endswith(f"{ident}/log.md")]
    log = git(bank, "show", f"incident-log:{path}")
    for link in (f"{targets.url}/jira/browse/BANK-1", f"app_redirect?channel={channel}"):
        assert link in log
    whole = git(bank, "log", "-p", "--all") + log + declared.out + declared.err + json.dumps(shown)
    for secret in SECRETS.values():
        assert secret not in whole
        assert re.escape(secret) not in whole
