"""A SEV1 of the bank that sends, by itself or by hand: each is seen at its target, and told."""

from __future__ import annotations

import io
import json
import shutil
import socket
import subprocess
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from tests.connect.targets import Slack, http_target
from tests.sending import trusted

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

#: What is told by itself.
ANNOUNCED = """\
announcements:
  - name: incidents
    on: [declared, resolved]
    actions:
      - uses: slack
        with: {token: env:SLACK_TOKEN, channel: C0INCIDENTS, base_url: URL/slack}
  - name: executives
    on: [declared, update, resolved]
    applies_to: {severities: [SEV1]}
    actions:
      - uses: notify
        with:
          url: mailto://bot:{env:SMTP_PASSWORD}@127.0.0.1:SMTP/?from=incidents@bank.example&to=exec@bank.example
  - name: customers
    on: [public-update]
    actions:
      - uses: notify
        with:
          url: mailto://bot:{env:SMTP_PASSWORD}@127.0.0.1:SMTP/?from=status@bank.example&to=list@bank.example
  - name: reminder
    on: [overdue]
    actions:
      - uses: slack
        with: {token: env:SLACK_TOKEN, prefix: bank-, base_url: URL/slack}
"""


class Targets:
    """Slack, Jira and PagerDuty at one address, and a mail server."""

    def __init__(self) -> None:
        self.slack = Slack(SECRETS["SLACK_TOKEN"])
        self.tickets: list[dict] = []
        self.pages: list[dict] = []
        self.mails: list = []
        self.seen = 0

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

    def mailed(self) -> list[str]:
        """Return to whom mails went since this was last asked."""
        fresh, self.seen = self.mails[self.seen :], len(self.mails)
        return sorted(mail["To"] for mail in fresh)

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
    announced = ANNOUNCED.replace("URL", targets.url).replace(":SMTP/", f":{targets.port}/")
    (folder / "announce.yaml").write_text(announced)
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


def run_due(later=timedelta()):
    workspace = open_workspace()
    due = automatic.due(workspace, workspace.now() + later)
    ran = automatic.run_due(workspace, due, workspace.actor(None))
    workspace.flush()
    assert [each.outcome.state for each in ran] == ["done"] * len(ran), ran
    return [each.target.name for each in ran]


def test_a_sev1_pages_opens_the_channel_and_the_ticket_and_tells_people(
    bank, targets, command, git
):
    assert command("catalog", "lint").code == 0
    trusted(command)
    printed = []

    def recorded(*arguments):
        result = command(*arguments)
        assert result.code == 0, result.err
        printed.extend(result)
        return result.out.strip()

    ident = recorded("declare", "Balances are wrong", "--affects", "accounts", "-s", "SEV1")
    assert sorted(run_due()) == sorted([*ACTIONS, "incidents", "executives"])
    assert run_due() == []  # nothing is sent twice
    [page] = targets.pages
    assert page["payload"]["summary"] == "Balances are wrong"
    channel = targets.slack.channels[f"bank-{ident}"]
    posted = [each["channel"] for each in targets.slack.messages]
    assert sorted(posted) == sorted([channel, "C0INCIDENTS", "C0INCIDENTS"])
    [ticket] = targets.tickets
    assert ticket["summary"] == "Balances are wrong"
    assert targets.mailed() == ["board@bank.example", "exec@bank.example", "press@bank.example"]

    assert run_due(timedelta(minutes=20)) == ["reminder"]
    assert targets.slack.messages[-1]["channel"] == channel
    assert "nobody has posted it" in targets.slack.messages[-1]["text"]

    recorded("update", "The ledger is being compared", "--next", "30m")
    assert run_due() == ["executives"]
    assert targets.mailed() == ["exec@bank.example"]
    assert "Next update at" in targets.mails[-1].get_content()
    recorded("update", "--public", "--yes", "Balances may be wrong. Your money is safe.")
    run_due()
    assert "list@bank.example" in targets.mailed()
    public = next(mail for mail in targets.mails if mail["To"] == "list@bank.example")
    assert ident not in public.as_string()  # customers get the public words alone
    recorded("resolve", "The night run was repeated")
    assert sorted(run_due()) == ["executives", "incidents"]

    shown = command("show", ident, "--json").json
    done = {step["id"] for step in shown["steps"] if step["state"] == "done"}
    assert set(ACTIONS) <= done
    assert {each["state"] for each in shown["actions"]} == {"done"}
    paths = git(bank, "ls-tree", "-r", "--name-only", "incident-log").split()
    [path] = [path for path in paths if path.endswith(f"{ident}/log.md")]
    log = git(bank, "show", f"incident-log:{path}")
    for link in (f"{targets.url}/jira/browse/BANK-1", f"app_redirect?channel={channel}"):
        assert link in log
    for told in ("executives", "incidents", "reminder", "customers"):
        assert f"Action done: announcement {told}" in log
    whole = git(bank, "log", "-p", "--all") + log + str(printed) + json.dumps(shown)
    for secret in SECRETS.values():
        assert secret not in whole


def test_by_hand_each_step_is_sent_by_r_in_the_walk(bank, targets, command, git, monkeypatch):
    (bank / "announce.yaml").unlink()
    file = bank / "runbooks" / "accounts.yaml"
    file.write_text(file.read_text().replace(", automatic: true", ""))
    trusted(command)
    ident = command("declare", "Balances are wrong", "--affects", "accounts", "-s", "SEV1").out
    ident = ident.strip()
    assert run_due() == []  # nothing goes out by itself
    steps = [each["id"] for each in command("show", "--json").json["steps"]]
    printed = ""
    for step in ACTIONS:
        typed = f"g {steps.index(step) + 1}\nr\nr yes\nl\n"
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        walked = command("run")
        assert "Nothing was sent. `r yes` sends it." in walked.err
        assert "Sent to " in walked.err, walked.err
        printed += walked.out + walked.err
    assert [each["payload"]["summary"] for each in targets.pages] == ["Balances are wrong"]
    assert [each["summary"] for each in targets.tickets] == ["Balances are wrong"]
    channel = targets.slack.channels[f"bank-{ident}"]
    assert [each["channel"] for each in targets.slack.messages] == [channel, "C0INCIDENTS"]
    assert targets.mailed() == ["board@bank.example", "press@bank.example"]
    shown = command("show", "--json").json
    assert {each["id"] for each in shown["steps"] if each["state"] == "done"} >= set(ACTIONS)
    written = git(bank, "log", "-p", "--all") + json.dumps(shown) + printed
    for link in (f"{targets.url}/jira/browse/BANK-1", f"app_redirect?channel={channel}"):
        assert link in written
    for secret in SECRETS.values():
        assert secret not in written
