"""Announcements at servers on loopback: HTTP and SMTP, for the bank of the examples."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.connect.mailbox import smtp_server
from tests.sending import trusted

from incidentctl.app.actions import automatic
from incidentctl.app.actions.announce import NotSent, came_of_it
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.actions.run import AlreadySentError, commander_of
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import Hint

BANK = Path(__file__).parents[2] / "examples" / "bank"
SECRETS = {
    "PD_KEY": "s3cr3t-page", "GH_TOKEN": "s3cr3t-ticket", "SLACK_TOKEN": "s3cr3t-chat",
    "HOOK": "s3cr3t-hook", "MAIL_PASSWORD": "s3cr3t-mail",
}  # fmt: skip
SERVE = Actor("serve", None, "serve", "serve@bank.example")
ACTIONS = {
    "open-channel": "{uses: slack, automatic: true, "
    "with: {token: 'env:SLACK_TOKEN', base_url: 'URL/slack'}}",
    "create-ticket": "{uses: github, automatic: true, "
    "with: {repository: bank/incidents, token: 'env:GH_TOKEN', base_url: URL}}",
    "page-on-call": "{uses: pagerduty, on_call: owner, automatic: true, "
    "with: {routing_key: 'env:PD_KEY', base_url: URL}}",
}
ANNOUNCE = """\
announcements:
  - name: mail-list
    on: [declared, resolved]
    actions:
      - {uses: notify, with: {url: "mailto://127.0.0.1:SMTP?from=inc@bank.example&to=incidents@bank.example"}}
  - name: executives
    on: [declared, severity, resolved]
    applies_to: {severities: [SEV1]}
    actions:
      - {uses: notify, with: {url: "mailto://127.0.0.1:SMTP?from=inc@bank.example&to=board@bank.example"}}
  - name: own-channel
    on: [overdue, update]
    actions:
      - {uses: slack, with: {token: "env:SLACK_TOKEN", base_url: URL/slack}}
  - name: page-again
    on: [unanswered]
    actions:
      - {uses: pagerduty, on_call: escalation, with: {routing_key: "env:PD_KEY", base_url: URL}}
  - name: customers
    on: [public-update]
    actions:
      - {uses: webhook, with: {url: "URL/status/{env:HOOK}"}}
  - name: drills
    on: [drill-announced, declared]
    actions:
      - {uses: webhook, drills: true, with: {url: URL/drills}}
"""


@pytest.fixture
def smtp():
    with smtp_server() as box:
        yield box


def answer(asked):
    """Answer as PagerDuty, GitHub, Slack and a webhook do."""
    if asked.path.startswith("/slack/"):
        channel = {"id": "C1", "name": "inc"}
        return 200, {"ok": True, "channel": channel, "channels": [], "ts": "1.2"}, {}
    if asked.path.startswith("/search"):
        return 200, {"items": []}, {}
    if asked.path.endswith("/issues") and asked.method == "POST":
        return 201, {"number": 7, "html_url": "https://git.example/bank/incidents/7"}, {}
    if asked.method == "GET":
        return 200, [], {}
    return 202, {"status": "success", "dedup_key": "k"}, {}


@pytest.fixture
def target(target):
    target.answer = answer
    return target


@pytest.fixture
def bank(command, tmp_path, target, smtp, monkeypatch):
    """The bank whose SEV1 of accounts sends to loopback, not trusted so far."""
    root = tmp_path / "bank"
    shutil.copytree(BANK, root)
    runbook = root / "runbooks" / "accounts.yaml"
    text = runbook.read_text()
    for step, action in ACTIONS.items():
        line = f"  - id: {step}\n"
        text = text.replace(line, f"{line}    action: {action.replace('URL', target.url)}\n", 1)
    runbook.write_text(text)
    settings = ANNOUNCE.replace("URL", target.url).replace("SMTP", str(smtp.port))
    (root / "announce.yaml").write_text(settings)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for words in (
        ("init", "-q", "-b", "main", "--template="),
        ("config", "user.name", "Greta"),
        ("config", "user.email", "greta@bank.example"),
        ("add", "-A"),
        ("commit", "-qm", "The catalog"),
    ):
        subprocess.run(["git", "-C", root, *words], check=True)
    monkeypatch.chdir(root)
    return root


def declare(command, *more):
    area = ("--affects", "accounts", "-s", "SEV1", "--no-input")
    result = command("declare", "balances are wrong", *area, *more)
    assert result.code == 0, result.err
    return result.out.strip().splitlines()[0]


def serve():
    """Do once what the receiver does again and again."""
    workspace = open_workspace()
    return automatic.run_due(workspace, automatic.due(workspace, workspace.now()), SERVE)


def everything(root):
    result = subprocess.run(
        ["git", "-C", root, "log", "-p", "--all"], capture_output=True, text=True, check=True
    )
    return result.stdout


def test_the_whole_automated_sev1_of_the_bank(bank, command, target, smtp):
    trusted(command)
    ident = declare(command, "--at", "17 minutes ago")
    ended = serve()
    assert all(getattr(each, "done", False) for each in ended), ended
    paths = [asked.path for asked in target.asked]
    assert sum(path == "/v2/enqueue" for path in paths) == 2  # the page, and once more
    page, again = (asked.body for asked in target.asked if asked.path == "/v2/enqueue")
    assert page["dedup_key"] != again["dedup_key"]
    assert "Nobody has answered since" in json.dumps(again)
    assert "Called now: " in json.dumps(again)
    assert "/repos/bank/incidents/issues" in paths
    assert any(path.startswith("/slack/conversations.create") for path in paths)
    [listed] = smtp.to("incidents@bank.example")
    [board] = smtp.to("board@bank.example")
    for mail in (listed, board):
        assert "balances are wrong" in mail
        assert re.search(r"Next update at|No time is set for the next update", mail)
    posts = [a.body for a in target.asked if a.path == "/slack/chat.postMessage"]
    assert any("An update was due at" in json.dumps(body) for body in posts)
    log = command("log").out
    for name in ("mail-list", "executives", "own-channel", "page-again"):
        assert f"Action done: announcement {name}" in log, name
    channel = f"{target.url}/app_redirect?channel=C1"
    for link in ("https://git.example/bank/incidents/7", channel):
        assert link in log
    # Nothing is sent twice, and the end is told.
    before = len(target.asked), len(smtp.mails)
    assert serve() == []
    assert (len(target.asked), len(smtp.mails)) == before
    assert command("resolve").code == 0
    serve()
    assert "Resolved at" in smtp.to("board@bank.example")[-1]
    assert len(smtp.to("incidents@bank.example")) == 2
    shown = command("show", "--json", "-i", ident)
    sinks = everything(bank) + shown.out + log + repr(ended)
    assert not [name for name, secret in SECRETS.items() if secret in sinks]


def test_an_untrusted_or_changed_repository_announces_nothing(bank, command, target, smtp):
    declare(command)
    sent = command("announce", "send")
    assert sent.code == 6
    assert "NOT SENT: mail-list: Nothing is sent: this repository is not trusted." in sent.err
    trusted(command)
    (bank / "templates").mkdir()
    (bank / "templates" / "announce.md.j2").write_text("changed")
    assert "has changed since you trusted it" in command("announce", "send").err
    assert (target.asked, smtp.mails) == ([], [])


def test_list_shows_what_would_be_sent_with_secrets_masked_and_sends_nothing(
    bank, command, target, smtp
):
    trusted(command)
    declare(command)
    assert command("update", "looking").code == 0
    listed = command("announce", "list")
    assert listed.code == 0, listed.err
    assert "executives  declared  notify to mailto://127.0.0.1: not sent yet" in listed.out
    assert "SEV1: balances are wrong" in " ".join(listed.out.split())
    assert "chat.postMessage" in listed.out
    assert not [name for name, secret in SECRETS.items() if secret in listed.out + listed.err]
    rows = command("announce", "list", "--json").json["announcements"]
    assert {row["announcement"] for row in rows} == {"mail-list", "executives", "own-channel"} | {
        "drills"
    }
    assert all(row["due"] and row["request"] for row in rows)
    assert (target.asked, smtp.mails) == ([], [])


def test_a_public_update_goes_where_it_is_told_and_says_so(bank, command, target):
    trusted(command)
    declare(command)
    posted = command("update", "--public", "--yes", "Balances may look wrong", "--next", "20m")
    assert posted.code == 0, posted.err
    assert "It is sent: customers, by webhook to 127.0.0.1." in posted.err
    assert "Sent: customers to 127.0.0.1" in posted.err
    [asked] = target.asked
    assert asked.path == "/status/s3cr3t-hook"
    values = asked.body.get("values", asked.body)
    assert "Balances may look wrong. Next update at" in values["text"]
    assert "balances are wrong" not in json.dumps(asked.body)
    assert "Greta" not in json.dumps(asked.body)
    assert "SEV1" not in json.dumps(asked.body)
    undone = command("undo")
    assert undone.code == 0
    assert "It has gone out, and stays there (customers to 127.0.0.1): say what" in undone.err
    assert "`incidentctl update --public -i " in undone.err


DISPATCH = """\
announcements:
  - name: subscribers
    on: [public-update]
    actions:
      - {uses: notify, with: {url: "mailto://127.0.0.1:SMTP?from=inc@bank.example&to=customers@lists.bank.example"}}
  - name: status-page
    on: [public-update]
    actions:
      - uses: webhook
        with:
          url: URL/repos/bank/incidents/dispatches
          headers: {Authorization: "Bearer {env:GH_TOKEN}", Accept: application/vnd.github+json}
          body: {event_type: public-update}
      - uses: webhook
        with:
          url: URL/api/v4/projects/7/trigger/pipeline
          body: {token: "env:HOOK", ref: main}
"""


def test_a_public_update_reaches_a_mail_list_and_dispatches_the_workflow_of_the_page(
    bank, command, target, smtp
):
    """As docs/page.md tells it: no field of the incident but what is public is sent anywhere."""
    settings = DISPATCH.replace("URL", target.url).replace("SMTP", str(smtp.port))
    (bank / "announce.yaml").write_text(settings)
    trusted(command)
    declare(command)
    said = ("--state", "accounts=partial", "--headline", "Wrong balances")
    posted = command("update", "--public", "--yes", *said, "Some look wrong", "--next", "20m")
    assert posted.code == 0, posted.err
    [mail] = smtp.to("customers@lists.bank.example")
    assert "Subject: Northmere Bank: Wrong balances" in mail
    assert "Some look wrong. Accounts: partial outage. Next update at" in " ".join(mail.split())
    github, gitlab = target.asked
    assert (github.path, github.body) == (
        "/repos/bank/incidents/dispatches",
        {"event_type": "public-update"},
    )
    assert github.headers["authorization"] == "Bearer s3cr3t-ticket"
    assert gitlab.body == {"token": "s3cr3t-hook", "ref": "main"}
    assert "s3cr3t" not in posted.err + command("log").out


def test_a_public_update_that_goes_nowhere_says_so_before_and_after(bank, command, target):
    settings = (bank / "announce.yaml").read_text().replace("[public-update]", "[handover]")
    (bank / "announce.yaml").write_text(settings)
    trusted(command)
    declare(command)
    posted = command("update", "--public", "--yes", "Balances may look wrong")
    assert posted.code == 0
    assert "It is sent nowhere" in posted.err
    assert "No status page is set up: the settings have no `page`." in posted.err
    assert "Nothing was published" in posted.err
    steps = command("show", "--json").json["steps"]
    assert [s["state"] for s in steps if s["id"] == "public-notification"] == ["open"]
    assert target.asked == []


def test_where_nothing_is_trusted_no_public_update_is_said_to_be_sent(bank, command, target):
    declare(command)
    for text in ("Do not pay online", "Balances may look wrong"):
        posted = command("update", "--public", "--yes", text)
        assert posted.code == 0
        assert "NOT SENT from here: customers, by webhook to 127.0.0.1. Nothing is" in posted.err
        assert "A receiver in another clone, where that is trusted, sends it." in posted.err
        assert "First see whether a receiver in another clone sent it" in posted.err
        assert "It is sent" not in posted.err
        assert "Try again with `incidentctl announce send -i " in posted.err
    trusted(command)
    assert command("announce", "send").code == 0
    texts = [asked.body["text"] for asked in target.asked if asked.path.startswith("/status/")]
    assert [text.split(".")[0] for text in texts] == [
        "Do not pay online",
        "Balances may look wrong",
    ]


def test_a_public_update_that_does_not_arrive_is_not_shown_as_sent(
    bank, command, target, monkeypatch
):
    monkeypatch.setattr("incidentctl.domain.actions.run.DELAYS", ())
    trusted(command)
    declare(command)
    target.answers(400)
    posted = command("update", "--public", "--yes", "Balances may look wrong")
    assert "NOT SENT: customers to 127.0.0.1" in posted.err
    assert "Try again with `incidentctl announce retry -i " in posted.err
    assert "Sent: customers" not in posted.err
    assert "Action failed: announcement customers" in command("log").out


@pytest.fixture
def at_once(monkeypatch):
    """What may work later is tried again without a pause."""
    monkeypatch.setattr("incidentctl.domain.actions.run.DELAYS", (0.01, 0.01))


@pytest.mark.usefixtures("at_once")
def test_what_failed_is_sent_again_by_a_command_with_the_same_key(bank, command, target, smtp):
    trusted(command)
    ident = declare(command)
    target.answers(400)
    command("update", "--public", "--yes", "Balances may look wrong")
    command("announce", "send")
    again = "Send it again: `incidentctl announce retry customers`."
    assert again in command("status").out
    refused = command("announce", "retry", "customrs")
    assert (refused.code, "Did you mean 'customers'?" in refused.err) == (3, True)
    target.answer = answer
    again = command("announce", "retry", "customers", "--json")
    assert again.code == 0, again.err
    assert "Sent: customers to 127.0.0.1" in again.err
    first, second = (asked for asked in target.asked if asked.path.startswith("/status/"))
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    [told] = again.json["announcements"]
    assert (told["announcement"], told["state"]) == ("customers", "done")
    refused = command("announce", "retry", "customers")
    assert (refused.code, "has failed" in refused.err) == (5, True)

    smtp.refuse = True
    command("resolve", "The night run was repeated")
    assert "NOT SENT: executives" in command("announce", "send").err  # the one just ended
    smtp.refuse = False
    again = command("announce", "retry", "executives", "-i", ident)
    assert (again.code, len(smtp.to("board@bank.example"))) == (0, 2), again.err


@pytest.mark.usefixtures("at_once")
def test_an_ended_incident_is_not_the_one_meant_while_others_are_open(bank, command, target, smtp):
    trusted(command)
    target.answers(400)
    over, *others = (declare(command) for _ in range(3))
    smtp.refuse = True
    command("announce", "send", "-i", over)
    smtp.refuse = False
    assert command("cancel", "A test", "-i", over).code == 0
    asked = len(target.asked)
    for word in ("send", "retry"):
        refused = command("announce", word)
        assert (refused.code, "2 incidents are open" in refused.err) == (2, True), refused.err
        assert all(each in refused.err for each in others)
    assert (len(target.asked), smtp.mails) == (asked, [])


def test_announcements_that_wait_for_a_receiver_are_told_with_the_command(
    bank, command, target, smtp, monkeypatch
):
    assert "No receiver" not in command("declare", "untrusted", "--no-input").err
    command("resolve", "Done")
    trusted(command)
    area = ("--affects", "accounts", "-s", "SEV1", "--no-input")
    result = command("declare", "balances are wrong", *area)
    wait = "wait: mail-list, executives, drills. No receiver runs in this clone"
    assert wait in result.err
    assert wait not in command("due").err, "a receiver elsewhere has a minute to send them"
    # As if they had waited for so long.
    monkeypatch.setattr("incidentctl.cli.incident.due.SILENT", timedelta())
    monkeypatch.setattr("incidentctl.cli.incident.status.SILENT", timedelta())
    for word in ("due", "status"):
        assert wait in command(word).err
    assert command("announce", "send").code == 0
    assert "No receiver" not in command("due").err


def test_a_drill_tells_only_targets_that_are_marked_for_drills(bank, command, target, smtp):
    trusted(command)
    declare(command, "--drill")
    assert [each.target.name for each in serve()] == ["drills"]
    assert smtp.mails == []
    [asked] = target.asked
    assert "DRILL: SEV1: balances are wrong" in json.dumps(asked.body)


def test_a_restricted_incident_is_told_to_nobody_it_is_not_named_for(bank, command, target, smtp):
    trusted(command)
    declare(command, "--restricted")
    assert serve() == []
    assert command("announce", "send").code == 0
    assert (target.asked, smtp.mails) == ([], [])


def test_the_organisation_s_template_is_used_and_a_faulty_one_keeps_nobody_from_hearing(
    bank, command, target
):
    (bank / "templates").mkdir()
    own = bank / "templates" / "announce.public-update.md.j2"
    own.write_text("Dear customers: {{ text }} ({{ next_update }})")
    trusted(command)
    declare(command)
    command("update", "--public", "--yes", "first", "--next", "20m")
    own.write_text("{{ title }}{{ nothing.at_all }}")
    trusted(command)
    command("update", "--public", "--yes", "second")
    bodies = [json.dumps(asked.body) for asked in target.asked]
    assert "Dear customers: first (2" in bodies[0]
    assert "second" in bodies[1]


def test_drill_send_gives_the_plan_to_the_audience_and_only_that_ticks_sent(
    bank, command, target, monkeypatch
):
    monkeypatch.setattr("incidentctl.domain.actions.run.DELAYS", ())
    (bank / "drills").mkdir()
    plan = bank / "drills" / "q1.yaml"
    plan.write_text(
        "name: q1\nmode: unplanned\nsimulated: true\nenvironment: staging\n"
        "timezone: Europe/Berlin\nwindow: {from: 2027-03-29T09:00, to: 2027-03-29T15:00}\n"
        "why: To exercise our response\n"
    )
    refused = command("drill", "send", "q1")
    assert refused.code == 5
    assert "not trusted" in refused.err
    trusted(command)
    dry = command("drill", "send", "q1", "--dry-run")
    assert "/drills" in dry.out
    assert target.asked == []
    asked = command("drill", "send", "q1")
    assert (asked.code, target.asked) == (5, [])
    assert "drills to 127.0.0.1" in asked.err
    assert "--yes" in asked.err
    target.answers(400)
    failed = command("drill", "send", "q1", "--yes")
    assert failed.code == 6
    assert "NOT SENT: drills" in failed.err
    assert "sent" not in plan.read_text()
    target.answer = answer
    asks: list[str] = []
    monkeypatch.setattr("incidentctl.cli.terminal.console.is_terminal", lambda: True)
    monkeypatch.setattr(
        "incidentctl.cli.terminal.prompts.ask_confirm", lambda words: bool(asks.append(words))
    )
    before = len(target.asked)
    assert command("drill", "send", "q1").code == 5
    assert (asks, len(target.asked)) == (["Send it?"], before)
    monkeypatch.setattr("incidentctl.cli.terminal.prompts.ask_confirm", lambda _: True)
    assert command("drill", "send", "q1").code == 0
    body = target.asked[-1].body
    assert body["title"].startswith("DRILL: ")
    assert body["text"].startswith("DRILL: ")
    sent = json.dumps(body)
    assert 0 < sent.find("safely fail") < sent.find("Top Secret"), "the note comes first"
    assert "sent:" in plan.read_text()

    before = len(target.asked)
    plan.write_text(plan.read_text() + "injects:\n  - {after: 5m, tell: Tickets}\n")
    refused = command("drill", "send", "q1", "--yes")
    assert (refused.code, len(target.asked)) == (5, before)
    assert "drills/q1.yaml has 1 error" in refused.err


def test_drill_send_without_an_announcement_for_drills_says_what_to_do(bank, command):
    (bank / "announce.yaml").unlink()
    (bank / "drills").mkdir()
    (bank / "drills" / "q1.yaml").write_text(
        "name: q1\nmode: unplanned\nsimulated: true\nenvironment: staging\n"
        "window: {from: 2027-03-29T09:00, to: 2027-03-29T15:00}\nwhy: To exercise\n"
    )
    refused = command("drill", "send", "q1")
    assert refused.code == 5
    assert "no announcement is marked for drills" in refused.err


def test_what_was_sent_already_is_no_failure():
    target = SimpleNamespace(name="passengers")
    refusal = AlreadySentError("'passengers' was sent at 08:34 by mara.", hint=Hint("reopen-step"))
    (told,) = came_of_it([NotSent(target, refusal)])
    assert told == ("Not sent again: 'passengers' was sent at 08:34 by mara.", "ok")


@pytest.mark.parametrize(("by", "told"), [("alert:netcool", "nobody yet"), ("ann", "ann")])
def test_an_alert_commands_nothing(by, told):
    assert commander_of(Incident("inc-20261129-0830-bcd", "incident", commander=by)) == told


def test_what_happened_before_an_announcement_was_first_trusted_goes_out_by_itself_never(
    bank, command, target, smtp
):
    """A team that sets announcements up is not surprised by old news to its customers."""
    written = bank / "announce.yaml"
    whole = written.read_text()
    written.write_text(whole.replace("  - name: customers\n", "  - name: others\n"))
    trusted(command)
    declare(command)
    assert command("update", "--yes", "--public", "Balances may look wrong").code == 0
    sent = len(target.asked)
    written.write_text(whole)
    shown = command("trust", command("trust", "--json").json["hash"])
    assert "Announcements go out for what happens from now on" in shown.err
    workspace = open_workspace(bank)
    found = automatic.due(workspace, workspace.now())
    assert "customers" not in {each.target.announcement for each in found}
    assert "executives" in {each.target.announcement for each in found}  # trusted before
    assert len(target.asked) == sent
    again = command("announce", "list", "--json").json["announcements"]
    assert [e["due"] for e in again if e["announcement"] == "customers"] == [True]  # by a person
    trust_again(written, command)
    assert command("update", "--yes", "--public", "They are right again").code == 0
    assert [each.path for each in target.asked[sent:]] == ["/status/s3cr3t-hook"]
    # docs/announcements.md names what customers' webhooks get
    assert set(target.asked[-1].body) == {"event", "key", "id", "title", "text"}


def trust_again(written, command):
    written.write_text(written.read_text() + "# reviewed\n")
    trusted(command)
