"""Commands without their argument: at a terminal they offer the choices, elsewhere they refuse."""

from __future__ import annotations

import os

import pexpect
import pytest
from tests import program


@pytest.fixture
def asked(team, opened):
    """Run a command at a pseudo-terminal that shows plain lines, and answer its questions."""

    def ask(words: str, *answers: tuple[str, str]) -> str:
        child = program.Terminal(
            *words.split(), cwd=str(team), timeout=60,
            env={**os.environ, "TERM": "dumb"}, dimensions=(40, 80), encoding="utf-8",
        )  # fmt: skip
        said = ""
        for question, answer in answers:
            child.expect_exact(question)
            child.expect_exact("]:" if answer.isdigit() or not answer else ":")
            said += child.before
            child.sendline(answer)
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 0, said + child.before
        return said + child.before

    return ask


def test_a_terminal_offers_what_can_be_chosen(asked, show):
    said = asked("assign", ("Which role?", "2"), ("Who is mitigator?", ""))
    assert "mitigator" in said
    assert [held["role"] for held in show()["roles"]] == ["commander", "mitigator"]
    asked("step done", ("Which step is done?", "1"))
    assert show()["steps"][0]["state"] == "done"
    asked("severity", ("How bad is it?", "2"))
    assert show()["severity"] != "SEV2"
    asked("update", ("What is the update?", "we look"))
    assert show()["updates"][0]["text"] == "we look"
    assert "we look" in asked("retract", ("Which entry is taken back?", "1"))
    assert show()["updates"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("severity",), ("category",), ("mark",), ("handover",), ("release",), ("step", "done"),
        ("step", "skip"), ("step", "reopen"), ("task", "done"), ("task", "assign"), ("retract",),
        ("redact",), ("amend",), ("assign",), ("update",), ("summary",), ("hypothesis",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_without_a_terminal_a_missing_argument_is_a_usage_error(run, opened, words):
    assert run(*words).code == 2


def test_hypotheses_and_updates_are_listed(run, opened):
    run("hypothesis", "the cache")
    run("hypothesis", "the deploy")
    run("hypothesis", "1", "--ruled-out", "--reason", "it was off")
    listed = run("hypothesis", "list")
    assert " 1 the cache (greta) - ruled-out by greta: it was off" in listed.out
    assert " 2 the deploy (greta) - open" in listed.out
    assert [each["number"] for each in run("hypothesis", "list", "--json").json["hypotheses"]] == [
        1,
        2,
    ]
    run("update", "we look")
    assert "greta: we look" in run("update", "list").out
    assert run("update", "list", "--json").json["updates"][0]["text"] == "we look"
