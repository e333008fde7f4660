"""Tickets, pages and messages at loopback: what each target is sent, and that it is sent once."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.connect.targets import Slack, http_target

from incidentctl.connect.actions.registry import perform, plan
from incidentctl.connect.actions.shown import shown
from incidentctl.connect.actions.vault import Vault
from incidentctl.domain.actions.request import Call, Request, Run
from incidentctl.domain.catalog.action_settings import (
    CommandSettings,
    GithubSettings,
    JiraSettings,
    NotifySettings,
    PagerdutySettings,
    Secret,
    ShortcutSettings,
    SlackSettings,
    WebhookSettings,
)
from incidentctl.domain.common.text import clean

TOKEN = Secret("TOKEN")
ENVIRONMENT = {"TOKEN": "t0ps3cret"}
VALUES = {
    "id": "inc-20261124-1401-k7f",
    "title": 'Logins fail "for\nall" {{ 7*7 }}',
    "text": "Line 1\nLine 2 @here <!channel> {env:TOKEN} [~bob]\n\nNext update at 14:30",
    "url": "https://wiki.example/inc",
    "severity": "SEV1",
    "service": "auth-api",
}


def asked(settings, **more):
    request = Request(settings, VALUES, **({"key": "inc-1/page"} | more))
    return plan(request, trusted=["127.0.0.1"])


@pytest.fixture
def target():
    with http_target() as served:
        yield served


def test_pagerduty_is_triggered_acknowledged_and_resolved_under_one_key(target):
    target.answers((202, {"status": "success", "dedup_key": "x"}))
    settings = PagerdutySettings(routing_key=TOKEN, base_url=target.url, group="logins")
    for event in ("trigger", "acknowledge", "resolve"):
        planned = asked(settings, event=event, key=f"inc-1/{event}", thread="inc-1")
        outcome = perform(planned, ENVIRONMENT)
        assert (outcome.state, outcome.ident) == ("done", "inc-1")
    first, second, third = (each.body for each in target.asked)
    assert {each.path for each in target.asked} == {"/v2/enqueue"}
    assert first == {
        "routing_key": "t0ps3cret",
        "event_action": "trigger",
        "dedup_key": "inc-1",
        "payload": {
            "summary": 'Logins fail "for all" {{ 7*7 }}',
            "source": "incidentctl",
            "severity": "critical",
            "component": "auth-api",
            "group": "logins",
            "custom_details": {name: VALUES[name] for name in ("id", "severity", "text")},
        },
        "client": "incidentctl",
        "client_url": VALUES["url"],
    }
    for body, event in ((second, "acknowledge"), (third, "resolve")):
        assert body == {
            "routing_key": "t0ps3cret", "event_action": event, "dedup_key": "inc-1"
        }  # fmt: skip


def test_a_webhook_sends_what_its_settings_say_with_values_encoded(target):
    target.answers((201, {"id": 7, "url": "https://chat.example/7"}))
    settings = WebhookSettings(
        url=(f"{target.url}/services/", TOKEN),
        headers={"X-Token": (TOKEN,)},
        body={"text": "value:title", "n": [1, {"k": "env:TOKEN"}], "other": "value:event"},
    )
    outcome = perform(asked(settings), ENVIRONMENT)
    assert outcome == ("done", "", False, None, "https://chat.example/7", "7", "")
    [one] = target.asked
    assert (one.method, one.path) == ("POST", "/services/t0ps3cret")
    assert one.headers["x-token"] == "t0ps3cret"
    assert one.headers["idempotency-key"] == "inc-1/page"
    assert one.body == {"text": VALUES["title"], "n": [1, {"k": "t0ps3cret"}], "other": "trigger"}


def test_a_webhook_without_a_body_of_its_own_sends_all_values(target):
    perform(asked(WebhookSettings(url=(f"{target.url}/a?b=c",), method="PUT")), {})
    [one] = target.asked
    assert (one.method, one.path) == ("PUT", "/a?b=c")
    assert one.body == {"event": "trigger", "key": "inc-1/page", **VALUES}


def test_a_github_issue_is_opened_once_even_if_the_first_answer_is_lost(target):
    issues = []

    def answer(request):
        if request.method == "GET":
            return 200, issues, {}
        number = len(issues) + 1
        issues.insert(
            0, {"number": number, "html_url": f"https://github.example/{number}", **request.body}
        )
        return (502, "", {}) if number == 1 else (201, issues[0], {})

    target.answer = answer
    settings = GithubSettings(
        repository="acme/ops", token=TOKEN, labels=("incident",), base_url=target.url
    )
    first = perform(asked(settings), ENVIRONMENT)
    second = perform(asked(settings), ENVIRONMENT)
    other = perform(asked(settings, key="inc-2/page"), ENVIRONMENT)
    assert (first.state, first.may_retry) == ("unknown", True)
    assert (second.state, second.link, second.ident) == ("done", "https://github.example/1", "1")
    assert (other.state, other.ident) == ("done", "2")
    assert len(issues) == 2
    create = target.asked[1]
    assert create.path == "/repos/acme/ops/issues"
    assert create.headers["authorization"] == "Bearer t0ps3cret"
    assert create.body["title"] == 'Logins fail "for all" {{ 7*7 }}'
    assert create.body["labels"] == ["incident"]
    assert "@here" not in create.body["body"]  # it would notify
    assert "{env:TOKEN}" in create.body["body"]  # text, no template


@pytest.mark.parametrize("user", ["bot@acme.example", None])
def test_a_jira_issue_is_created_once_with_plain_text(target, user):
    issues = []

    def answer(request):
        if request.method == "GET":
            query = parse_qs(urlsplit(request.path).query)["jql"][0]
            return 200, {"issues": [i for i in issues if i["label"] in query]}, {}
        issues.append({"key": "OPS-1", "label": request.body["fields"]["labels"][-1]})
        return 201, {"id": "10000", "key": "OPS-1"}, {}

    target.answer = answer
    settings = JiraSettings(
        base_url=f"{target.url}/jira", project="OPS", token=TOKEN, user=user, labels=("incident",),
        fields={"priority": {"name": "Highest"}},
    )  # fmt: skip
    first, second = (perform(asked(settings), ENVIRONMENT) for _ in range(2))
    assert first == second
    assert (first.state, first.link) == ("done", f"{target.url}/jira/browse/OPS-1")
    [look, create, again] = target.asked
    assert urlsplit(look.path).path == (
        "/jira/rest/api/2/search/jql" if user else "/jira/rest/api/2/search"
    )
    assert again.method == "GET"
    assert create.headers["authorization"].startswith("Basic " if user else "Bearer t0ps3cret")
    fields = create.body["fields"]
    assert fields["project"] == {"key": "OPS"}
    assert fields["issuetype"] == {"name": "Task"}
    assert fields["priority"] == {"name": "Highest"}
    assert fields["labels"][0] == "incident"
    assert "[~bob]" not in fields["description"].replace("\\[", "")
    assert fields["description"].endswith(VALUES["url"])


def test_a_jira_issue_of_version_3_has_a_document(target):
    target.answers((200, {"issues": []}), (201, {"key": "OPS-2"}))
    settings = JiraSettings(base_url=target.url, project="OPS", token=TOKEN, user="a", api="3")
    assert perform(asked(settings), ENVIRONMENT).ident == "OPS-2"
    document = target.asked[1].body["fields"]["description"]
    assert document["type"] == "doc"
    first = document["content"][0]["content"]
    assert [part["type"] for part in first] == ["text", "hardBreak", "text"]
    assert first[0]["text"] == "Line 1"
    assert len(document["content"]) == 3


def test_a_shortcut_story_is_created_once(target):
    stories = []

    def answer(request):
        if request.path.endswith("/search"):
            return 201, [s for s in stories if s["external_id"] == request.body["external_id"]], {}
        stories.append(request.body | {"id": 123, "app_url": "https://app.example/story/123"})
        return 201, stories[-1], {}

    target.answer = answer
    settings = ShortcutSettings(
        token=TOKEN, workflow_state_id=500, labels=("incident",), base_url=target.url
    )
    first, second = (perform(asked(settings), ENVIRONMENT) for _ in range(2))
    assert first == second
    assert (first.state, first.ident, first.link) == (
        "done", "123", "https://app.example/story/123",
    )  # fmt: skip
    [story] = stories
    assert story["workflow_state_id"] == 500
    assert story["story_type"] == "bug"
    assert story["labels"] == [{"name": "incident"}]
    assert target.asked[0].headers["shortcut-token"] == "t0ps3cret"


@pytest.mark.parametrize(
    "broken", [None, "conversations.create", "conversations.setTopic", "conversations.invite",
               "chat.postMessage"],
)  # fmt: skip
def test_slack_opens_the_channel_once_whichever_answer_is_lost(target, broken):
    slack = Slack("t0ps3cret")
    target.answer = slack.answer
    slack.channels = {"aaa": "C00009991", "zzz": "C00009992"}
    slack.broken = {broken}
    settings = SlackSettings(
        token=TOKEN, prefix="x-", invite=("U1", "U2"), base_url=f"{target.url}/api"
    )
    outcomes = [perform(asked(settings), ENVIRONMENT) for _ in range(2)]
    if broken:
        assert (outcomes[0].state, outcomes[0].may_retry) == ("unknown", True)
    assert outcomes[1].state == "done"
    name = "x-inc-20261124-1401-k7f"
    assert set(slack.channels) == {"aaa", "zzz", name}
    assert slack.invited == ["U1", "U2"]
    assert set(slack.topics) == {
        'SEV1 · Logins fail "for all" {{ 7*7 }} · https://wiki.example/inc'
    }
    [message] = slack.messages
    assert "&lt;!channel&gt;" in message["text"]
    channel = slack.channels[name]
    assert outcomes[1].ident == f"{channel}/1.0"
    assert outcomes[1].link == f"{target.url}/app_redirect?channel={channel}"


def test_slack_posts_what_is_told_to_the_channel_of_the_incident(target):
    slack = Slack("t0ps3cret")
    target.answer = slack.answer
    settings = SlackSettings(token=TOKEN, prefix="x-", invite=("U1",), base_url=target.url)
    for key, event in (("inc-1/open", "trigger"), ("inc-1/told", "say"), ("inc-1/told", "say")):
        assert perform(asked(settings, key=key, event=event), ENVIRONMENT).state == "done"
    assert [message["channel"] for message in slack.messages] == [*slack.channels.values()] * 2
    assert (len(slack.topics), slack.invited) == (1, ["U1"])


def test_slack_invites_the_others_if_one_cannot_be_and_says_so(target):
    slack = Slack("t0ps3cret")
    target.answer = slack.answer
    settings = SlackSettings(token=TOKEN, invite=("U9", "U1"), base_url=target.url)
    outcome = perform(asked(settings), ENVIRONMENT)
    assert outcome.state == "failed"
    assert not outcome.may_retry
    assert outcome.reason == (
        "The channel is open and the message posted, but U9 could not be invited (user_not_found)."
    )
    assert outcome.link
    assert (slack.invited, len(slack.messages)) == (["U1"], 1)


def test_slack_posts_once_to_a_channel_given_by_its_id(target):
    slack = Slack("t0ps3cret")
    target.answer = slack.answer
    slack.broken = {"chat.postMessage"}
    settings = SlackSettings(token=TOKEN, channel="C0123ABCD", base_url=target.url)
    outcomes = [perform(asked(settings, event="say"), ENVIRONMENT) for _ in range(2)]
    assert [outcome.state for outcome in outcomes] == ["unknown", "done"]
    assert len(slack.messages) == 1


def test_slack_by_name_is_not_asked_again_if_it_may_be_posted(target):
    slack = Slack("t0ps3cret")
    target.answer = slack.answer
    slack.broken = {"chat.postMessage"}
    settings = SlackSettings(token=TOKEN, channel="#incidents", base_url=target.url)
    planned = asked(settings)
    assert planned.to == "127.0.0.1, #incidents"
    outcome = perform(planned, ENVIRONMENT)
    assert (outcome.state, outcome.may_retry) == ("unknown", False)
    assert slack.messages[0]["channel"] == "#incidents"


def test_slack_says_no_with_status_200(target):
    target.answers((200, {"ok": False, "error": "missing_scope", "needed": "channels:manage"}))
    settings = SlackSettings(token=TOKEN, base_url=target.url)
    outcome = perform(asked(settings), ENVIRONMENT)
    assert (outcome.state, outcome.may_retry) == ("failed", False)
    assert outcome.reason == (
        "127.0.0.1 did not do it (open the channel): "
        "missing_scope; the token needs the scope channels:manage."
    )


def test_what_apis_say_of_a_fault_is_told(target):
    settings = GithubSettings(repository="acme/ops", token=TOKEN, base_url=target.url)
    said = {
        '{"message": "Validation Failed", "errors": [{"field": "title", "code": "missing"}]}': (
            "Validation Failed; field: title code: missing"
        ),
        '{"errorMessages": [], "errors": {"summary": "is required"}}': "summary: is required",
        "<h1>Sorry</h1>": "<h1>Sorry</h1>",
        '{"error": ' + "[" * 900 + "]" * 900 + "}": '{"error": ' + "[" * 190 + "…",
    }
    for body, expected in said.items():
        target.answers((200, []), (422, body))
        outcome = perform(asked(settings), ENVIRONMENT)
        assert outcome.reason == f"127.0.0.1 answered 422: {expected}."
        assert (outcome.state, outcome.may_retry) == ("failed", False)


ALL = [
    PagerdutySettings(routing_key=TOKEN),
    SlackSettings(token=TOKEN, invite=("U1",)),
    SlackSettings(token=TOKEN, channel="C0123ABCD"),
    GithubSettings(repository="acme/ops", token=TOKEN),
    JiraSettings(base_url="https://acme.example", project="OPS", token=TOKEN, user="a@b.example"),
    ShortcutSettings(token=TOKEN, workflow_state_id=1),
    WebhookSettings(url=("https://hooks.example/", TOKEN), headers={"A": ("Bearer ", TOKEN)}),
]


@pytest.mark.parametrize("settings", ALL, ids=lambda each: type(each).__name__)
def test_a_dry_run_shows_the_exact_requests_with_secrets_masked(settings):
    planned = asked(settings)
    text = shown(planned)
    assert planned.secrets == ("TOKEN",)
    assert "***" in text
    assert "t0ps3cret" not in text
    for step in planned.steps:
        assert step.purpose in text
        assert f"{step.method} https://" in text
    assert "Logins fail" in text or "Line 1" in text


def test_a_dry_run_of_one_request_word_for_word():
    settings = WebhookSettings(
        url=("https://hooks.example/", TOKEN), body={"text": "value:severity", "key": "env:TOKEN"}
    )
    assert (
        shown(asked(settings))
        == """\
Send the message
POST https://hooks.example/***
Idempotency-Key: inc-1/page
Content-Type: application/json; charset=utf-8

{
  "text": "SEV1",
  "key": "***"
}"""
    )


PIECES = ["\ud800", "\0", "\x1b[2J", "<!channel>", "{env:TOKEN}", "env:TOKEN", "@all", "{{ 7*7 }}",
          '"}', "\r\n", "--", "\u202e"]  # fmt: skip
HOSTILE = st.lists(st.characters() | st.sampled_from(PIECES), max_size=20).map("".join)
EVERY = [
    *ALL,
    CommandSettings(run=("page",), values=("title", "text")),
    NotifySettings(url=("json://a",)),
]


@examples(max_examples=60, deadline=None)
@given(sent=st.sampled_from(EVERY), title=HOSTILE, text=HOSTILE, key=HOSTILE)
def test_whatever_a_text_says_it_is_a_value_and_nothing_else(sent, title, text, key):
    values = {"id": "inc-1", "title": title, "text": text}
    planned = plan(Request(sent, values, key or "k"))
    usual = plan(Request(sent, VALUES, "k"))
    assert planned.secrets == usual.secrets
    assert len(planned.steps) == len(usual.steps)
    for one, other in zip(planned.steps, usual.steps, strict=True):
        match one:
            case Call():
                assert (one.method, len(one.url)) == (other.method, len(other.url))
                json.dumps(Vault(planned.secrets, ENVIRONMENT).fill(one.body, KNOWN)).encode()
                for _, value in one.headers:
                    written = Vault(planned.secrets, ENVIRONMENT).header(value)
                    assert written.isascii()
                    assert written.isprintable()
            case Run():
                assert one.argv[:2] == ("page", "--")
                assert len(one.argv) == 4
                " ".join(one.argv).encode()
                assert not any("\0" in word for word in one.argv)
    printed = shown(planned)
    assert clean(printed, keep_lines=True) == printed
    assert "t0ps3cret" not in printed


KNOWN = {"id of the channel": "C1", "next page": ""}


@pytest.mark.parametrize("settings", ALL, ids=lambda each: type(each).__name__)
def test_whatever_a_target_answers_there_is_an_outcome(settings, target):
    from dataclasses import replace

    bodies = ["", "null", "[]", "7", '"x"', '{"issues": 1, "channel": [], "ok": true}', "[[1]]",
              "{" * 5000, '{"ok": true, "channel": {"id": null}}', '[{"body": null}]']  # fmt: skip
    name = "url" if isinstance(settings, WebhookSettings) else "base_url"
    local = replace(settings, **{name: (f"{target.url}/a",) if name == "url" else target.url})
    for body in bodies:
        target.answers((200, body))
        outcome = perform(asked(local), ENVIRONMENT)
        assert "fault of this program" not in outcome.reason, (body, outcome)
