"""Times told to commands: read in the speaker's zone with its rules then, and echoed."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from incidentctl.app.workspace.machine_zone import machine_zone_name

#: What is told in Berlin, and the moment: of both seasons, at the hour that is skipped, and at the
#: one that comes twice.
TOLD = (
    ("2026-01-15T12:00", "2026-01-15T11:00", "2026-01-15 12:00 CET (+01:00)"),
    ("2026-07-01T12:00", "2026-07-01T10:00", "2026-07-01 12:00 CEST (+02:00)"),
    ("2026-03-29T01:59", "2026-03-29T00:59", "2026-03-29 01:59 CET (+01:00)"),
    ("2026-03-29T02:30", "2026-03-29T01:30", "2026-03-29 03:30 CEST (+02:00)"),
    ("2026-03-29T03:00", "2026-03-29T01:00", "2026-03-29 03:00 CEST (+02:00)"),
    ("2026-10-25T02:30", "2026-10-25T00:30", "2026-10-25 02:30 CEST (+02:00)"),
    ("2026-10-25T03:00", "2026-10-25T02:00", "2026-10-25 03:00 CET (+01:00)"),
)
told = pytest.mark.parametrize(("text", "moment", "echoed"), TOLD)


@pytest.fixture
def clock(monkeypatch):
    """Set this machine's clock, in UTC, and zone."""

    def set_to(moment: str, zone: str = "Europe/Berlin") -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        seconds = datetime.fromisoformat(f"{moment}+00:00").timestamp()
        monkeypatch.setattr(time, "time", lambda: seconds)

    yield set_to
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def guest(run, team, git):
    """`run` as somebody whose zone the catalog does not know; the organisation's is Berlin's."""
    git(team, "config", "user.email", "guest@example.com")
    settings = team / "incidentctl.yaml"
    lines = settings.read_text().splitlines()
    kept = [line for line in lines if not line.startswith("timezone:")]
    settings.write_text("\n".join([*kept, "timezone: Europe/Berlin", ""]))
    return run


def iso(moment: str) -> str:
    return f"{moment}:00.000Z"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC"])
@told
def test_mark_declare_amend_and_periods_read_the_same(
    guest, clock, show, zone, text, moment, echoed
):
    clock("2026-11-28T11:00", zone)  # a machine on UTC tells no place: the organisation's counts
    declared = guest(
        "declare", "old", "--backfill", "--at", text, "--resolved-at", "2026-11-01", "--json"
    )
    assert f"at {echoed}" in declared.err
    ident = declared.json["id"]
    assert show(ident)["declared"] == iso(moment)

    marked = guest("mark", "acknowledged", "--at", text, "-i", ident)
    assert f"at {echoed}" in marked.err
    assert show(ident)["acknowledged"] == iso(moment)

    guest("log", "a note", "-i", ident)
    amended = guest("amend", "-1", "--at", text, "-i", ident)
    assert f"at {echoed}" in amended.err
    assert [e["at"] for e in show(ident)["timeline"] if e["text"] == "a note"] == [iso(moment)]

    assert guest("report", "--since", text, "--json").json["since"] == iso(moment)
    assert guest("report", "--until", text, "--json").json["until"] == iso(moment)
    listed = guest("list", "--since", text, "--json").json["incidents"]
    assert [head["id"] for head in listed] == [ident]


@told
def test_on_call_reads_the_same(guest, clock, team, text, moment, echoed):
    clock("2026-11-28T11:00", "UTC")
    (team / "teams" / "night.yaml").write_text(
        "name: night\nmembers: [{handle: ann}, {handle: ben}]\ncontacts: {channel: '#night'}\n"
        "on_call: {rota: [ann], shift: 1w, starts: 2020-01-06T09:00, timezone: Europe/Berlin,\n"
        f"  overrides: [{{who: ben, from: {moment}Z, until: 2026-12-31T00:00}}]}}\n"
    )
    assert "ben" in guest("catalog", "on-call", "night", "--at", text).out


def test_london_in_winter_is_a_zone(guest, clock, show):
    clock("2026-11-28T12:00", "Europe/London")
    guest("declare", "slow", "--no-input")
    guest("mark", "started", "--at", "09:00")
    assert show()["started"] == iso("2026-11-28T09:00")


def test_the_clock_of_an_incident_changes_with_its_zone(guest, clock):
    clock("2026-10-24T23:30")
    guest("declare", "slow", "--no-input", "-s", "SEV2")
    clock("2026-10-25T03:05")
    assert "CET (+01:00)" in guest("update", "rolling back").err
    entries = guest("show").out.partition("Last entries, ")[2].splitlines()
    assert entries[0] == "Europe/Berlin"
    assert "01:30 +02:00" in entries[1]
    assert "04:05 +01:00" in entries[-1]
    assert "+02:00" not in "".join(entries).partition("rolling back")[2]


@pytest.mark.parametrize(
    "told",
    [
        "2 hours ago", "1 hour ago", "10 days ago", "2 days ago", "1 week ago", "today",
        "yesterday", "7d", "2026-11-20 17:13 CET (+01:00)",
    ],
)  # fmt: skip
def test_the_edges_of_a_period_are_told_as_any_moment(guest, clock, told):
    clock("2026-11-28T12:00")
    guest("declare", "slow", "--no-input")
    assert len(guest("list", "--all", "--since", told, "--json").json["incidents"]) == 1


def test_a_moment_before_the_incident_is_noted(guest, clock):
    clock("2026-11-28T12:00")
    ident = guest("declare", "slow", "--no-input", "--json").json["id"]
    noted = guest("log", "the deploy", "--at", "2 hours ago").err
    assert f"note: That is 2h before {ident} was declared." in noted
    assert "note: That is" not in guest("mark", "started", "--at", "40 minutes ago").err
    assert "note: That is 16h ago." in guest("mark", "started", "--at", "21:00").err
    assert (
        "note: Clocks show 02:30 twice" in guest("mark", "started", "--at", "2026-10-25 02:30").err
    )


@pytest.mark.parametrize(("at", "refusal"), [
    ("2099-03-29T02:30", "Clocks in Europe/Berlin skip 02:30 on 2099-03-29."),
    ("2099-10-25T02:30", "Clocks in Europe/Berlin show 02:30 on 2099-10-25 twice."),
])  # fmt: skip
def test_a_drill_is_planned_at_one_moment(guest, team, at, refusal):
    new = ("drill", "new", "q1", "--team", "orders", "--what", "w", "--how", "h", "--why", "y",
           "--saboteur", "greta", "--no-input", "--at")  # fmt: skip
    refused = guest(*new, at)
    assert refused.code == 2
    assert refusal in refused.err
    assert not (team / "drills" / "q1.yaml").exists()
    assert guest(*new, f"{at}+01:00").code == 0
    assert "2099-" in guest("drill", "plan", "q1").out


@pytest.mark.parametrize(
    ("given", "name"),
    [("Australia/Lord_Howe", "Australia/Lord_Howe"), (":Asia/Kolkata", "Asia/Kolkata"),
     ("CET-1CEST", None), ("Etc/UTC", None)],
)  # fmt: skip
def test_the_zone_that_the_environment_names_is_suggested(given, name):
    assert machine_zone_name({"TZ": given}) == name


def test_the_zone_that_the_machine_is_set_to_is_suggested(tmp_path, monkeypatch):
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    monkeypatch.setattr("incidentctl.app.workspace.machine_zone._LOCALTIME", link)
    assert machine_zone_name({}) == "Europe/Berlin"
    link.unlink()
    assert machine_zone_name({}) is None
