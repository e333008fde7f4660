"""The inbox of alerts: list, show, declare, attach, dismiss and redact what waits."""

from __future__ import annotations

import io
import os
import re
from datetime import UTC, datetime, timedelta

import pexpect
import pytest
from tests import program
from tests.app.test_receive import declares

from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.alerts.alert import Alert

START = datetime.now(UTC) - timedelta(minutes=9)


def alert(key="k1", group="g1", **more):
    given = {
        "title": "Checkout \x1b[31mis down", "severity": "page", "text": "5 % of requests fail",
        "labels": {"service": "checkout"}, "started": START,
        "links": {"source": "https://am.example/x"}, **more,
    }  # fmt: skip
    return Alert("alertmanager", key, group, "firing", **given)


def receive(team, *alerts, **more):
    workspace = open_workspace(str(team))
    done = Receiver(workspace, **more).take("am", alerts, datetime.now(UTC))
    workspace.record.flush()
    return done


@pytest.fixture
def waits(run, team):
    """The id of the one alert that waits."""
    return receive(team, alert()).opened[0]


def test_an_empty_inbox_says_so(run):
    done = run("alert", "inbox")
    assert (done.code, done.out, done.err) == (0, "", "No alert waits.\n")
    assert run("alert", "inbox", "--json").json["alerts"] == []


def test_the_inbox_lists_what_waits(run, waits):
    done = run("alert", "inbox")
    assert done.out.startswith(f"1\t{waits}\tSEV1\tfiring\t")
    assert done.out.endswith("\t1\tcheckout\tCheckout \\u{1b}[31mis down\n")
    (row,) = run("alert", "inbox", "--json").json["alerts"]
    assert (row["number"], row["id"], row["waits"]) == (1, waits, True)
    assert (row["severity"], row["word"], row["affects"]) == ("SEV1", "page", ["checkout"])


def test_show_has_all_that_is_known(run, waits):
    for name in ("1", waits, waits[-8:]):
        done = run("alert", "show", name)
        assert done.code == 0, done.err
        for text in (waits, "5 % of requests fail", "service=checkout", "https://am.example/x"):
            assert text in done.out
        assert re.search("heard +1 time; when it arrived is not recorded", done.out)
        assert "\x1b" not in done.out
    result = run("alert", "show", "1", "--json").json
    assert [entry["kind"] for entry in result["entries"]] == ["alert-opened"]


def test_a_person_declares_from_it_and_commands(run, waits):
    done = run("alert", "declare", "1", "--json")
    assert done.code == 0, done.err
    ident = done.json["incident"]
    result = run("show", ident, "--json").json
    assert (result["title"], result["severity"], result["confirmed"]) == (
        "Checkout \x1b[31mis down", "SEV1", False,
    )  # fmt: skip
    assert (result["commander"], result["services"]) == ("greta", ["checkout"])
    assert (
        result["started"] == result["alerts"][0]["since"] or result["started"] < result["declared"]
    )
    assert [each["group"] for each in result["alerts"]] == [waits]
    assert run("alert", "inbox").err.endswith("No alert waits.\n")
    (row,) = run("alert", "inbox", "--all", "--json").json["alerts"]
    assert (row["handling"], row["incident"], row["number"]) == ("attached", ident, None)
    again = run("alert", "declare", waits)
    assert (again.code, f"belongs to {ident}, which is open" in again.err) == (5, True)


def test_who_declares_from_it_is_told_what_was_resolved(run, waits):
    done = run("alert", "declare", "1")
    assert "severity   SEV1 (not confirmed)" in done.err
    assert "process    " in done.err
    assert f"next       incidentctl run -i {done.out.strip()}" in done.err


def test_it_is_attached_to_an_open_incident(run, opened, waits):
    done = run("alert", "attach", "1", opened[-3:])
    assert (done.code, done.out) == (0, f"{opened}\n"), done.err
    result = run("show", opened, "--json").json
    assert [each["group"] for each in result["alerts"]] == [waits]
    assert any("5 % of requests fail" in entry["text"] for entry in result["timeline"])
    assert run("alert", "attach", waits, opened).code == 5


def test_undo_of_an_attachment_lets_it_wait_again(run, opened, waits):
    run("alert", "attach", "1", opened[-3:])
    undone = run("undo")
    assert undone.code == 0
    assert f"{waits} belongs to no incident any more; `incidentctl alert inbox`." in undone.err
    (row,) = run("alert", "inbox", "--json").json["alerts"]
    assert (row["id"], row["waits"], row["incident"]) == (waits, True, None)
    assert run("show", opened, "--json").json["alerts"] == []
    assert "Retracted" in run("alert", "show", waits).out
    assert run("alert", "attach", waits, opened).code == 0
    assert run("alert", "inbox", "--json").json["alerts"] == []
    assert [each["group"] for each in run("show", opened, "--json").json["alerts"]] == [waits]


def test_a_retracted_attachment_holds_again_if_its_retraction_is_taken_back(run, opened, waits):
    run("alert", "attach", "1", opened[-3:])
    timeline = run("show", opened, "--json").json["timeline"]
    number = next(str(e["number"]) for e in timeline if e["kind"] == "alert-attached")
    assert run("retract", number).code == 0
    assert [each["id"] for each in run("alert", "inbox", "--json").json["alerts"]] == [waits]
    assert run("undo").code == 0  # of the retraction
    assert run("alert", "inbox", "--json").json["alerts"] == []
    (row,) = run("alert", "inbox", "--all", "--json").json["alerts"]
    assert row["incident"] == opened


def test_to_a_restricted_incident_it_is_not_attached(run, waits):
    ident = run("declare", "a leak", "--restricted", "--no-input", "-s", "SEV3").out.strip()
    done = run("alert", "attach", "1", ident)
    assert (done.code, f"{ident} is restricted" in done.err) == (5, True)
    assert f"`incidentctl log -i {ident}`, and dismiss it." in done.err
    assert run("show", ident, "--json").json["alerts"] == []


def test_it_is_dismissed_with_a_reason_and_is_back_when_it_gets_worse(run, team, waits):
    assert run("alert", "dismiss", "1", "load", "test").code == 0
    assert run("alert", "inbox").out == ""
    assert "Dismissed: load test" in run("alert", "show", waits).out
    again = run("alert", "dismiss", waits, "load test")
    assert (again.code, "dismissed already: load test" in again.err) == (5, True)
    receive(team, alert())
    assert run("alert", "inbox").out == ""
    receive(team, alert("k2", labels={"service": "payment"}))
    (row,) = run("alert", "inbox", "--json").json["alerts"]
    assert row["affects"] == ["checkout", "payment"]


def everything_below(folder):
    """The bytes of all files of a clone's own state, without git's objects."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_its_texts_are_redacted_and_what_joins_it_adds_none(run, team, git, waits):
    receive(team, alert("k2", title="The password is pass4711"))
    run("alert", "dismiss", "1", "pass4711 is a test")
    assert "pass4711" in run("alert", "show", waits).out
    done = run("alert", "redact", waits, "--reason", "a password")
    assert (done.code, done.out) == (0, f"{waits}\n"), done.err
    assert f"Redacting {waits}: Checkout" in done.err
    assert "The git history still holds the text" in done.err
    receive(team, alert("k3", title="Still pass4711", labels={"service": "payment"}))
    found = run("alert", "show", waits, "--json").json
    assert (found["title"], found["text"], found["labels"]) == ("[redacted]", "[redacted]", {})
    assert (found["source"], found["affects"]) == ("am", ["payment"])
    told = run("alert", "show", waits).out
    assert [line.split("  ", 2)[2] for line in told.splitlines() if "Redacted" in line] == [
        "Redacted: a password"
    ]
    assert "because     its texts were redacted" in told
    assert "correct it at its sender" in done.err
    for said in ("pass4711", "5 % of requests fail"):
        assert said not in run("alert", "show", waits).out
        assert said not in git(team, "archive", "refs/incidentctl/log")
        assert said.encode() not in everything_below(team / ".git/incidentctl")
    again = run("alert", "redact", waits)
    assert (again.code, "already redacted" in again.err) == (5, True)
    assert run("purge", "--yes").code == 0
    assert "pass4711" not in git(team, "log", "-p", "incident-log")
    assert run("alert", "show", waits, "--json").json["title"] == "[redacted]"


def test_a_redacted_alert_of_an_incident_names_the_log_that_repeats_it(run, opened, waits):
    run("alert", "attach", "1", opened)
    done = run("alert", "redact", waits)
    assert f"The log of {opened} may repeat its texts" in done.err
    assert [each["group"] for each in run("show", opened, "--json").json["alerts"]] == [waits]
    assert run("alert", "show", waits, "--json").json["incident"] == opened


@pytest.mark.parametrize(("answer", "title"), [("n", "Checkout"), ("y", "[redacted]")])
def test_on_a_terminal_redacting_an_alert_asks(run, team, waits, answer, title):
    child = program.Terminal(
        "-C", team, "alert", "redact", "1", env=os.environ | {"TERM": "dumb"}, timeout=60,
        dimensions=(24, 80), encoding="utf-8",
    )  # fmt: skip
    child.expect_exact("[y/N]")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    assert run("alert", "show", waits, "--json").json["title"].startswith(title)


def test_on_a_terminal_dismiss_asks_for_the_reason(run, team, waits):
    child = program.Terminal(
        "-C", str(team), "alert", "dismiss", "1", timeout=60,
        env={**os.environ, "TERM": "dumb"}, encoding="utf-8", dimensions=(40, 200),
    )  # fmt: skip
    child.expect("Why does nobody have to act on 'Checkout .*is down'")
    child.sendline("a load test")
    child.expect(pexpect.EOF)
    shown = run("alert", "show", waits)
    assert "dismissed" in shown.out
    assert "a load test" in shown.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["show", "2"], 3, "The inbox has no number 2: it has 1 row."),
        (["show", "0"], 3, "The inbox has no number 0"),
        (["show", "zzzz"], 3, "No alert has 'zzzz' in its id."),
        (["dismiss", "1", " "], 2, "a reason"),
        (["dismiss", "1"], 2, "Missing argument 'REASON'."),
        (["attach", "1", "zzzz"], 3, "No incident has 'zzzz' in its id."),
    ],
)
def test_what_is_not_there_is_said(run, waits, words, code, said):
    done = run("alert", *words)
    assert (done.code, said in done.err) == (code, True), done.err


def test_a_number_names_what_it_did_as_the_inbox_was_shown_last(run, team, waits):
    run("alert", "inbox")
    # An alert that began earlier comes in, and would be number 1 now.
    earlier = alert("k2", "g2", title="Earlier", started=START - timedelta(minutes=3))
    (other,) = receive(team, earlier).opened
    assert waits in run("alert", "show", "1").out
    refused = run("alert", "dismiss", "2", "nobody saw it")
    assert "The inbox as it was shown last has no number 2: it has 1 row." in refused.err
    done = run("alert", "declare", "1", "--json")
    assert (done.code, done.json["alert"]) == (0, waits)
    again = run("alert", "attach", "1", done.json["incident"])
    assert (again.code, "does not wait any more: it is firing, attached." in again.err) == (5, True)
    assert f"\nhint: See `incidentctl alert show 1`. Its id will do: {waits}.\n" in again.err
    assert [row["id"] for row in run("alert", "inbox", "--json").json["alerts"]] == [other]
    assert other in run("alert", "show", "1").out


def test_the_board_and_due_say_that_alerts_wait(run, waits):
    for out in (run("watch", "--once").out, run("due").err):
        assert "An alert has been waiting for " in out
        assert ": Checkout \\u{1b}[31mis down: `incidentctl alert inbox`" in out
    assert run("due", "--json").json["alerts"][0]["id"] == waits
    assert run("watch", "--json").json["alerts"][0]["id"] == waits


def test_nobody_commands_what_an_alert_declared_until_somebody_accepts(run, team):
    (ident,) = receive(team, alert(), decide=declares).declared
    assert "nobody yet" in run("show", ident).out
    assert "nobody yet" in run("list").out
    assert "alert:" not in run("list").out
    assert run("list", "--json").json["incidents"][0]["commander"].startswith("alert:")
    assert run("show", ident, "--json").json["commander"] == "alert:am"
    assert "Nobody commands" in run("due").out
    assert "incidentctl accept" in run("watch", "--once").out
    assert run("log", "-i", ident, "looking").code == 0
    done = run("accept")
    assert done.code == 0, done.err
    result = run("show", ident, "--json").json
    assert (result["commander"], result["problems"]) == ("greta", [])
    assert "Nobody commands" not in run("due").out


@pytest.mark.parametrize(
    ("words", "told"), [(["accept"], True), (["run"], True), (["accept", "--json"], False)]
)
def test_who_accepts_what_an_alert_declared_hears_of_other_open_incidents(
    run, team, monkeypatch, words, told
):
    first = run("declare", "pay is down", "--affects", "checkout", "--no-input").out.strip()
    (ident,) = receive(team, alert(), decide=declares).declared
    monkeypatch.setattr("sys.stdin", io.StringIO("y\nl\n"))
    done = run(*words, "-i", ident)
    assert done.code == 0
    assert (f"also open  {first}" in done.err) is told
    assert f"also open  {ident}" not in done.err
    assert run("show", ident, "--json").json["commander"] == "greta"


def test_an_incident_of_an_alert_is_named_by_the_end_of_its_id(run, team):
    (ident,) = receive(team, alert(), decide=declares).declared
    assert run("log", ident[-8:], "looking").code == 0
    assert run("show", ident[-8:], "--json").json["timeline"][-1]["text"] == "looking"


def test_of_several_open_incidents_the_one_that_nobody_commands_is_accepted(run, team, opened):
    (ident,) = receive(team, alert(), decide=declares).declared
    assert run("accept", "--json").json["incident"] == ident
    for key, service in (("k2", "payment"), ("k3", "cart")):
        receive(team, alert(key, key, labels={"service": service}), decide=declares)
    refused = run("accept")
    assert (refused.code, "Nobody commands 2 incidents yet" in refused.err) == (2, True)
    assert opened not in refused.err


def test_a_part_of_the_letters_of_what_an_alert_declared_is_the_first_word(run, team, opened, show):
    (ident,) = receive(team, alert(), decide=declares).declared
    end = ident[-8:]
    parts = [part for part in (end[:4], end[2:6], end[4:]) if not part.isdigit()]
    for part in parts:
        done = run("log", part, "looked", "--json")
        assert done.code == 0, done.err
        assert done.json["incident"] == ident
    assert run("resolve", parts[0], "scanners are back", "--json").json["incident"] == ident
    done = run("close", parts[0], "a dry run", "--json")
    assert done.code == 0, done.err
    assert done.json["incident"] == ident
    assert show(opened)["open"] is True


@pytest.mark.parametrize("word", ["²", "①", "1²"])
def test_a_digit_that_is_no_number_names_no_alert(run, word):
    refused = run("alert", "declare", word, "--no-input")
    assert (refused.code, "Traceback" in refused.err) == (3, False), refused.err


def test_resolve_says_which_of_its_alerts_still_fire(run, team):
    (ident,) = receive(team, alert(), decide=declares).declared
    run("accept", "-i", ident)
    said = run("resolve", "restarted", "-i", ident).err
    assert "open       its alert still fires: " in said
