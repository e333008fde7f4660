"""A runbook's action with wrong settings: each fault has its place, and the step is kept."""

import re
from datetime import date
from pathlib import Path

import pytest

from incidentctl.domain.catalog.action_settings import CLASSES, SlackSettings, plain, uses_of
from incidentctl.domain.lint.rules.registry import run
from incidentctl.files.catalog.loader import load

ROOT = Path(__file__).parent.parent.parent

WRONG = """\
name: a
steps:
  - id: page
    title: Page
    action:
      uses: pagerduty
      with:
        rooting_key: env:X
  - {id: chat, title: Chat, action: {uses: slack, with: {token: xoxb-1234567890-secret}}}
  - {id: own, title: Own, action: {uses: slack, with: {token: "env:A", channel: c, invite: [U1]}}}
  - {id: run, title: Run, action: {uses: command, with: {run: [./page.sh]}}}
  - {id: tell, title: Tell, action: {uses: webhook, with: {url: "https://a/b", headers: {Host: c}}}}
  - {id: note, title: Note, action: {uses: notify}}
  - {id: good, title: Good, action: {uses: slack, with: {token: "env:A", x-ours: 1}}}
"""


def test_each_fault_of_an_action_has_its_place_and_the_step_is_kept(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "a.yaml").write_text(WRONG)

    catalog, problems = load(tmp_path)

    assert [(each.line, each.column, each.code) for each in problems] == [
        (8, 9, "IC010"),
        (9, 65, "IC014"),
        (10, 55, "IC014"),
        (11, 57, "IC014"),
        (12, 96, "IC014"),
        (13, 37, "IC011"),
    ]
    assert problems[0].hint == "Did you mean 'routing_key'?"
    assert "secret" not in problems[1].message.replace("the secret", "").replace("a secret", "")
    steps = catalog.runbooks["a"].steps
    assert [step.action is not None for step in steps] == [False] * 6 + [True]
    assert isinstance(steps[6].action.with_, SlackSettings)


@pytest.mark.parametrize("body", ["value:titel", "env:no name", "env:A-B"])
def test_a_body_that_names_what_is_not_there_is_a_fault(body, tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "a.yaml").write_text(
        "name: a\nsteps: [{id: b, title: c, action: {uses: webhook, with: "
        f'{{url: "https://a/b", body: {{deep: [{{text: "{body}"}}]}}}}}}}}]\n'
    )
    [problem] = load(tmp_path)[1]
    assert (problem.code, problem.line) == ("IC014", 2)
    assert "`body`: " in problem.message


def test_settings_are_plain_values_to_be_compared(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "a.yaml").write_text(
        "name: a\nsteps: [{id: b, title: c, action: {uses: notify, with: "
        '{url: "mailtos://u:{env:PASS}@mail.example", timeout: 5s}}}]\n'
    )
    [step] = load(tmp_path)[0].runbooks["a"].steps
    assert uses_of(step.action.with_) == step.action.uses == "notify"
    assert plain(step.action.with_) == {
        "url": ["mailtos://u:", {"env": "PASS"}, "@mail.example"],
        "type": None,
        "timeout": 5.0,
    }
    assert set(CLASSES) == {
        "webhook", "pagerduty", "slack", "github", "jira", "shortcut", "command", "notify",
    }  # fmt: skip


def test_the_examples_of_the_document_are_right(tmp_path):
    """Each `action:` of docs/actions.md, in a step; lint has nothing against it."""
    page = (ROOT / "docs" / "actions.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "incidentctl.yaml").write_text("")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "first.yaml").write_text(blocks[0])
    for number, block in enumerate(blocks[1:]):
        inner = block.replace("\n", "\n    ")
        (tmp_path / "runbooks" / f"{number}.yaml").write_text(
            f"name: r{number}\nsteps:\n  - id: s\n    title: S\n    {inner}\n"
        )

    catalog, problems = load(tmp_path)

    assert problems == []
    assert [f for f in run(catalog, today=date(2026, 11, 24)) if f.code == "IC116"] == []
    uses = {s.action.uses for book in catalog.runbooks.values() for s in book.steps if s.action}
    assert uses == set(CLASSES)
