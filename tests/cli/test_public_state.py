"""What `update --public` says of areas, and what is told when it is over."""

from __future__ import annotations

import os

import pexpect
import pytest
from tests import program


def public(run, *words, text="Some payments fail"):
    return run("update", "--public", "--yes", *words, text)


def test_a_state_and_a_headline_are_recorded_shown_and_in_the_log(run, opened, show):
    done = public(run, "--state", "Checkout=degraded", "--headline", "Payments fail")
    assert done.code == 0
    assert "built next: 'Payments fail': Checking out: degraded performance." in done.err
    update = show()["updates"][0]
    assert update["states"] == ["checkout=degraded_performance"]
    assert (update["headline"], update["phase"]) == ("Payments fail", "triage")
    said = "ublic (Payments fail; checkout degraded performance), greta: Some payments fail"
    assert (
        said.replace(", greta:", ":").replace("lic", "lic update") in show()["timeline"][-1]["text"]
    )
    assert said in run("log").out
    assert said in " ".join(run("update", "list").out.split())


def test_without_a_state_the_person_is_told_what_stays(run, opened):
    assert "No status page is set up" in public(run).err
    settled = public(run, "--headline", "Payments fail").err
    assert "no state of an area, so every one stays as it is." in settled
    public(run, "--state", "checkout=Partial Outage")
    assert "it keeps saying Checking out: partial outage." in public(run).err


@pytest.mark.parametrize(
    ("state", "code", "told"),
    [
        ("chekout=degraded", 3, "Did you mean 'checkout'?"),
        ("checkout=degradde", 3, "Did you mean 'degraded'?"),
        ("checkout", 2, "write AREA=STATE"),
        ("checkout=under_maintenance", 2, "maintenance/"),
        ("checkout=" + "x" * 10_000, 3, "operational, degraded, partial, major"),
    ],
)
def test_a_wrong_state_is_refused_with_what_was_meant(run, opened, show, state, code, told):
    refused = public(run, "--state", state)
    assert refused.code == code
    assert told in refused.err
    assert "Some payments fail" in refused.err
    assert len(refused.err) < 1000
    assert show()["updates"] == []


def test_only_a_public_update_says_a_state(run, opened):
    refused = run("update", "--state", "checkout=major", "we look")
    assert (refused.code, "--public" in refused.err) == (2, True)


def test_what_the_page_keeps_showing_is_told_at_the_end_and_is_due(run, opened, show):
    assert "status page" not in run("due").out
    public(run, "--state", "checkout=major")
    ended = run("resolve", "rolled back")
    assert "The status page keeps showing Checking out: major outage" in ended.err
    due = run("due")
    assert due.code == 1
    assert "The status page still shows Checking out: major outage" in due.out
    refused = public(run, "-i", opened, "--state", "checkout=degraded")
    assert (refused.code, "is resolved" in refused.err) == (5, True)
    assert "resolved, and everything works" in public(run, "-i", opened, text="It works.").err
    assert show(opened)["updates"][-1]["phase"] == "resolved"
    assert "status page" not in run("due").out


def test_an_incident_whose_areas_work_again_stays_open_on_the_page_until_that_is_said(run, opened):
    for state in ("degraded", "operational"):
        public(run, "--state", f"checkout={state}")
    ended = run("resolve", "rolled back")
    assert "The status page keeps showing it as open, until a public update" in ended.err
    due = run("due")
    assert (due.code, "The status page still shows it as open" in due.out) == (1, True)
    public(run, "-i", opened, text="It works.")
    assert "status page" not in run("due").out


def test_an_end_without_public_states_says_nothing_of_the_page(run, opened):
    public(run)
    assert "status page" not in run("resolve", "rolled back").err


def test_a_drill_is_never_on_the_page(run, show):
    run("declare", "login is down", "--drill", "--no-input")
    assert "nothing, a drill is never on it" in public(run, "--state", "checkout=major").err
    assert "status page" not in run("resolve", "done").err


def test_on_a_terminal_the_last_update_is_offered(run, opened, team):
    public(run, "--state", "checkout=major")
    environment = os.environ | {"TERM": "dumb", "COLUMNS": "100"}
    child = program.Terminal(
        "-C", team, "resolve", "rolled back", env=environment, encoding="utf-8", timeout=60
    )
    child.expect("Tell customers that it is over: they read this")
    child.sendline("All payments work again.")
    child.expect("Customers read this:\r\n  All payments work again")
    child.expect("Record this as for customers")
    child.sendline("y")
    child.expect(pexpect.EOF)
    assert "status page" not in run("due").out


def test_on_a_terminal_resolve_asks_what_solved_it_and_publishes_nothing_unseen(
    run, opened, team, show
):
    public(run, "--state", "checkout=major")
    environment = os.environ | {"TERM": "dumb", "COLUMNS": "100"}
    child = program.Terminal("-C", team, "resolve", env=environment, encoding="utf-8", timeout=60)
    child.expect("What solved it")
    child.sendline("rolled back")
    child.expect("Tell customers that it is over: they read this")
    child.sendline("the pool of shop-db was full")
    child.expect("Record this as for customers")
    child.sendline("n")
    child.expect("Customers are not informed. Later: incidentctl update --public")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    seen = show(opened)
    assert (seen["status"], len(seen["updates"])) == ("resolved", 1)
    assert "rolled back" in seen["timeline"][-1]["text"]


def test_where_a_public_update_is_read_is_said_once_and_truly(run, team, show):
    run("declare", "login is down", "-s", "SEV1", "--no-input")
    done = public(run)
    assert "the settings have no `page`" in done.err
    assert "run `incidentctl step done status-page`" in done.err
    run("step", "done", "status-page")
    assert "step done" not in public(run).err
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text() + "page: {address: 'https://status.example.com'}\n")
    done = public(run)
    assert "(https://status.example.com) shows it when it is built next." in done.err
    assert "Nothing was published" not in done.err


def test_before_it_is_sent_the_person_is_told_how_to_say_a_state_and_a_headline(run, opened, team):
    command = (
        f"incidentctl update --public -i {opened.rsplit('-', 1)[-1]} --state checkout=degraded"
    )
    assert command not in run("update", "--public", "we look").err  # no page is set up
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text() + "page: {address: 'https://status.example.com'}\n")
    output = " ".join(run("update", "--public", "we look").err.split())
    assert f'{command} --headline "What customers call it"' in output
    assert command not in run("update", "--public", "--state", "checkout=major", "we look").err


@pytest.fixture
def with_page(team):
    """The team has a status page."""
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text() + "page: {address: 'https://status.example.com'}\n")


@pytest.mark.usefixtures("with_page")
@pytest.mark.parametrize("walks", [False, True])
def test_on_a_terminal_it_asks_for_the_state_of_each_area(run, team, show, walks):
    opened = run("declare", "x", "-s", "SEV1", "--affects", "checkout", "--no-input").out.strip()
    words = (
        ("run", "--step", "status-page") if walks else ("update", "--public", "some payments fail")
    )
    child = program.Terminal(
        "-C", team, *words, env=os.environ | {"TERM": "dumb", "COLUMNS": "100"},
        encoding="utf-8", timeout=60,
    )  # fmt: skip
    if walks:
        child.expect("Update the public status page")
        child.sendline("p some payments fail")
    child.expect("How is .* for customers")
    child.sendline("majr")
    child.expect("Did you mean 'major'")
    child.expect("How is .* for customers")
    child.sendline("major")
    child.expect("Record this as for customers")
    child.sendline("y")
    child.expect("recorded")
    if walks:
        child.sendline("l")
    child.expect(pexpect.EOF)
    (update,) = show(opened)["updates"]
    assert (update["public"], update["states"]) == (True, ["checkout=major_outage"])


@pytest.mark.usefixtures("with_page")
def test_enter_says_no_state(opened, team, show):
    child = program.Terminal(
        "-C", team, "update", "--public", "we look", env=os.environ | {"TERM": "dumb"},
        encoding="utf-8", timeout=60,
    )  # fmt: skip
    child.expect("How is .* for customers")
    child.sendline("")
    child.expect("no state of an area")
    child.expect("Record this as for customers")
    child.sendline("y")
    child.expect(pexpect.EOF)
    (update,) = show(opened)["updates"]
    assert (update["public"], update["states"]) == (True, [])
