"""`report`: figures equal to those computed here from the same times, by other means."""

from __future__ import annotations

import csv
import io
import math
import random
import statistics
import subprocess
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import incident_id, ulid
from incidentctl.domain.incident.state import StepPlan
from incidentctl.record.store import paths

MINUTE = timedelta(minutes=1)
MINUTES = ("started", "detected", "acknowledged", "mitigated")
STEPS = ("page", "ticket", "channel")


class Past(NamedTuple):
    """An incident as this test made it up; moments are minutes after its declaration."""

    id: str
    declared: datetime
    kind: str
    severity: str
    area: str | None
    services: tuple[str, ...]
    reported_by: str | None
    marks: dict[str, int]
    handover: int | None
    end: tuple[str, int] | None
    updates: list[int]
    skipped: list[str]
    done: list[str]

    def at(self, minutes: float) -> datetime:
        return self.declared + minutes * MINUTE


def made_up(count: int, now: datetime) -> list[Past]:
    """Make up incidents of the 200 days before `now`, whole minutes everywhere."""
    chance = random.Random(20261124)
    start = now.replace(second=0, microsecond=0) - timedelta(days=200)
    found = []
    for number in range(count):
        declared = start + number * timedelta(days=199) / count
        declared = declared.replace(second=0, microsecond=0)
        kind = chance.choices(("incident", "drill", "backfill"), (80, 10, 10))[0]
        length = chance.randint(5, 400)
        fate = chance.choices(("resolved", "cancelled", "open"), (85, 10, 5))[0]
        if fate == "open":  # all others happen before it was resolved
            length = 60
        moments = (-chance.randint(30, 90), -chance.randint(0, 29), chance.randint(0, 5), length)
        marked = zip(MINUTES, moments, strict=True)
        marks = {name: minute for name, minute in marked if chance.random() < 0.7}
        updates = sorted(chance.sample(range(1, length + 1), min(length, chance.randint(0, 6))))
        steps = {step: chance.choice(("done", "skipped", "open")) for step in STEPS}
        found.append(
            Past(
                incident_id(kind, declared, chance.getrandbits(40)),
                declared,
                kind,
                chance.choice(("SEV1", "SEV2", "SEV3")),
                chance.choice(("login", "checkout", None)),
                tuple(chance.sample(("api", "db", "cart", "mail"), chance.randint(0, 2))),
                chance.choice(("customer", "employee", "alert", None)),
                marks,
                chance.choice((None, length // 2)),
                None if fate == "open" else (fate, length),
                updates,
                [step for step, state in steps.items() if state == "skipped"],
                [step for step, state in steps.items() if state == "done"],
            )
        )
    return found


def told(past: Past, number: int) -> list[Event]:
    """Write an incident's events, recorded hours after they happened and declared wrongly first."""
    plan = facts.RunbookAttached("all", "why", tuple(StepPlan(s, s.title()) for s in STEPS))
    cadence = 1800 if past.severity != "SEV3" else None
    course: list[tuple[float, Any]] = [
        (77, facts.Declared("Something", past.kind, past.reported_by)),
        (0, facts.SeveritySet(past.severity, update_every=cadence)),
        (0, facts.AffectedSet(past.services, (past.area,) if past.area else ())),
        (0, plan),
        (0, facts.RoleAssigned("mitigator", "dana")),
        *((minute, facts.MomentMarked(name)) for name, minute in past.marks.items()),
        *((1, facts.StepSkipped(step, "no")) for step in past.skipped),
        *((1, facts.StepDone(step)) for step in past.done),
    ]
    if past.handover is not None:
        course.append((past.handover, facts.RoleAssigned("commander", "bob")))
    course += [(minute, facts.UpdatePosted("still down")) for minute in past.updates]
    if past.end:
        fate, minute = past.end
        fact = facts.Resolved() if fate == "resolved" else facts.Cancelled("no")
        course.append((minute, fact))
    recorded = past.declared + timedelta(hours=12 + number % 5)
    first = int(recorded.timestamp() * 1000)
    events = [
        Event(ulid(first + n, number), past.at(minute), recorded, "alice", fact)
        for n, (minute, fact) in enumerate(course)
    ]
    amended = facts.Amended(events[0].id, moment=iso(past.declared))
    return [*events, Event(ulid(first + 999, number), recorded, recorded, "alice", amended)]


def write(folder, pasts: list[Past]) -> None:
    parts = [b"commit refs/incidentctl/log\ncommitter P <p@x> 0 +0000\ndata 4\npast\n"]
    for number, past in enumerate(pasts):
        for event in told(past, number):
            data = encode(event)
            path = paths.event_path(past.id, paths.event_name(event))
            parts.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet"], input=b"".join(parts), check=True
    )


# --- the same figures, computed here -------------------------------------------------------------


def took(past: Past) -> dict[str, int | None]:
    """How many minutes it took; the declaration is minute 0."""
    marks, end = past.marks, past.end
    started, detected = marks.get("started"), marks.get("detected")
    resolved = end[1] if end and end[0] == "resolved" else None
    begin = 0 if started is None else started
    mitigated, acknowledged = marks.get("mitigated"), marks.get("acknowledged", 0)
    return {
        "detect": None if started is None else (detected or 0) - started,
        "acknowledge": None if detected is None else acknowledged - detected,
        "mitigate": None if mitigated is None else mitigated - begin,
        "resolve": None if resolved is None else resolved - begin,
    }


def figure(minutes: list[int]) -> dict[str, Any]:
    ordered = sorted(minute * 60 for minute in minutes)
    p90 = ordered[math.ceil(len(ordered) * 0.9) - 1] if len(ordered) >= 10 else None
    middle = statistics.median(ordered) if len(ordered) >= 5 else None
    return {"n": len(ordered), "median": middle, "p90": p90}


def gaps(past: Past, now: datetime) -> list[tuple[float, bool]]:
    """How many minutes each wait for an update took, and whether it was in time."""
    if past.kind == "backfill" or past.severity == "SEV3":
        return []
    over = past.end[1] if past.end else (now - past.declared) / MINUTE
    edges = [0, *past.updates]
    found = [(b - a, b - a <= 30) for a, b in pairwise(edges)]
    last = over - edges[-1]
    return [*found, *([(last, False)] if last > 30 else [])]


def loads(pasts: list[Past], now: datetime) -> dict[str, tuple[float, set[str]]]:
    """Whole minutes in which somebody held a role, and in which incidents."""
    minutes: dict[str, set[int]] = defaultdict(set)
    taken: dict[str, set[str]] = defaultdict(set)
    for past in pasts:
        if past.kind == "backfill":
            continue
        begin = int(past.declared.timestamp()) // 60
        end = begin + past.end[1] if past.end else int(now.timestamp()) // 60
        change = begin + past.handover if past.handover is not None else end
        for who, since, until in (
            ("alice", begin, change), ("bob", change, end), ("dana", begin, end)
        ):  # fmt: skip
            minutes[who].update(range(since, until))
            if until > since:
                taken[who].add(past.id)
    return {who: (len(minutes[who]) * 60, taken[who]) for who in taken}


@pytest.fixture
def pasts(team):
    made = made_up(200, datetime.now(UTC))
    write(team, made)
    return made


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--since", "250d"), lambda past, _: past.kind != "drill"),
        (("--since", "250d", "--kind", "drill"), lambda past, _: past.kind == "drill"),
        (("--since", "250d", "--severity", "sev2", "--kind", "incident"),
         lambda past, _: past.severity == "SEV2" and past.kind == "incident"),
        (("--since", "250d", "--area", "login", "--service", "API"),
         lambda past, _: past.area == "login" and "api" in past.services and past.kind != "drill"),
        ((), lambda past, age: age <= timedelta(days=90) and past.kind != "drill"),
        (("--since", "150d", "--until", "100d"),
         lambda past, age: timedelta(days=100) < age + timedelta(days=100) <= timedelta(days=150)
         and past.kind != "drill"),
    ],
)  # fmt: skip
def test_the_figures_of_200_incidents(run, pasts, arguments, wanted):
    result = run("report", "--json", *arguments)
    assert (result.code, result.err) == (0, "")
    found = result.json
    until, now = datetime.fromisoformat(found["until"]), datetime.now(UTC)
    covered = [
        past for past in pasts if past.declared < until and wanted(past, until - past.declared)
    ]
    real = [past for past in covered if not (past.end and past.end[0] == "cancelled")]
    live = [past for past in real if past.kind != "backfill"]
    assert len(covered) >= 5
    assert found["schema"] == "incidentctl/report/1"
    assert (found["incidents"], found["cancelled"]) == (len(real), len(covered) - len(real))
    assert found["still_open"] == sum(past.end is None for past in real)
    for key, names in (
        ("by_severity", Counter(past.severity for past in real)),
        ("by_area", Counter(past.area for past in real)),
        ("by_status", Counter(past.end[0] if past.end else "triage" for past in covered)),
    ):
        assert {each["name"]: each["incidents"] for each in found[key]} == names

    known = [past.reported_by for past in real if past.reported_by]
    customers = found["reported_by_customers"]
    assert (customers["customers"], customers["known"]) == (known.count("customer"), len(known))
    if len(known) >= 5:
        assert customers["share"] == pytest.approx(statistics.mean(k == "customer" for k in known))

    for name, figures in found["took"].items():
        spans = [span for past in real if (span := took(past)[name]) is not None]
        assert figures.pop("reason") or len(spans) >= 10
        assert figures == figure(spans), name

    judged = [gap for past in live for gap in gaps(past, now)]
    updates = found["updates"]
    assert (updates["due"], updates["in_time"]) == (len(judged), sum(ok for _, ok in judged))
    longest = max((minutes for minutes, _ in judged), default=None)
    if longest is not None:
        assert updates["longest"] == pytest.approx(longest * 60, abs=60)

    expected = loads(covered, now)
    assert {each["person"] for each in found["load"]} == set(expected)
    for each in found["load"]:
        seconds, taken = expected[each["person"]]
        assert each["seconds"] == pytest.approx(seconds, abs=120)
        assert each["incidents"] == len(taken)
        assert sum(each["roles"].values()) >= each["seconds"] - 1

    hit = Counter(service for past in real for service in past.services)
    assert {each["service"]: len(each["incidents"]) for each in found["returning"]} == {
        service: count for service, count in hit.items() if count > 1
    }
    skipped = Counter(step for past in live for step in past.skipped)
    assert {step["step"]: step["skipped"] for step in found["steps"] if step["skipped"]} == skipped
    left = Counter(
        step for past in live if past.end for step in {*STEPS} - {*past.skipped, *past.done}
    )
    assert {s["step"]: s["left_open"] for s in found["steps"] if s["left_open"]} == left

    for key, names in (("severities", "by_severity"), ("months", None)):
        parts = found["trend"][key]
        assert sum(part["incidents"] for part in parts) == len(real)
        if names:
            assert {p["name"]: p["incidents"] for p in parts} == {
                each["name"]: each["incidents"] for each in found[names]
            }
        for part in parts:
            assert part["took"]["resolve"]["n"] <= part["incidents"]

    if len(arguments) <= 2 or "--until" in arguments:
        since = datetime.fromisoformat(found["since"])
        drills = [
            past.declared for past in pasts
            if past.kind == "drill" and past.declared < until
            and not (past.end and past.end[0] == "cancelled")
        ]  # fmt: skip
        assert found["drills"]["in_period"] == sum(at >= since for at in drills)
        assert found["drills"]["last_at"] == iso(max(drills))
        assert found["drills"]["days_since"] == (until - max(drills)).days


def test_csv_has_a_row_for_each_and_tells_the_same_times(run, pasts):
    result = run("report", "--csv", "--since", "250d")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(result.out))}
    assert list(rows) == [past.id for past in pasts if past.kind != "drill"]
    for past in pasts:
        if past.kind == "drill":
            continue
        row = rows[past.id]
        assert row["declared"] == iso(past.declared)
        assert row["resolved"] == (
            iso(past.at(past.end[1])) if past.end and past.end[0] == "resolved" else ""
        )
        for name, minutes in took(past).items():
            assert row[f"{name}_seconds"] == ("" if minutes is None else str(minutes * 60))
        judged = gaps(past, datetime.now(UTC))
        assert int(row["updates_due"]) == len(judged)
        assert int(row["updates_in_time"]) == sum(ok for _, ok in judged)
        assert int(row["steps_skipped"]) == len(past.skipped)


def test_the_text_fits_80_columns(run, pasts):
    result = run("report", "--since", "250d")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("  resolve ") for line in lines)
    assert any(line.startswith("  alice ") for line in lines)
    assert "services that came back" in lines


def test_too_few_are_said_and_not_averaged(run, opened):
    run("resolve", "rolled back")
    found = run("report", "--json").json
    assert found["took"]["resolve"] == {
        "n": 1, "median": None, "p90": None, "reason": "fewer than 5 are not averaged",
    }  # fmt: skip
    assert found["reported_by_customers"]["reason"] == "there are none"
    assert "fewer than 5 are not averaged" in run("report").out


def test_without_any_there_is_nothing_but_the_drills(run):
    result = run("report")
    assert result.code == 0
    assert "No incident matches." in result.err
    assert "no drill yet" in result.out
    assert "median" not in result.out
    assert len(run("report", "--csv").out.splitlines()) == 1
    assert run("report", "--json").json["took"]["detect"]["n"] == 0


def test_the_report_of_a_period_that_goes_on_ends_now(run):
    whole = run("report", "--since", "1d", "--until", "2999-12-31", "--json").json
    assert whole["until"] <= datetime.now(UTC).isoformat()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--since", "soon"), "--since 'soon'"),
        (("--since", "2999-01-01"), "--since '2999-01-01'"),
        (("--until", "never"), "--until 'never'"),
        (("--since", "1d", "--until", "2d"), "before it begins"),
        (("--json", "--csv"), "one format"),
        (("--format", "csv", "--json"), "one format"),
        (("--html", "x.html", "--json"), "one format"),
        (("--format", "xml"), "xml"),
    ],
)
def test_what_cannot_be_is_refused(run, arguments, says):
    result = run("report", *arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--kind", "dril"), ("no kind 'dril'", "Did you mean 'drill'?")),
        (("--severity", "SVE2"), ("no severity 'SVE2'", "Did you mean 'SEV2'?")),
        (("--severity", ""), ("no severity ''", "SEV1, SEV2")),
        (("--area", "chekcout"), ("no product area 'chekcout'", "Did you mean 'checkout'?")),
        (("--service", "pyment"), ("no service 'pyment'", "Did you mean 'payment'?")),
        (("--service", "x\x1b[2J\ny"), ("no service 'x",)),
    ],
)
def test_a_mistyped_name_is_refused(run, arguments, says):
    for command in ("report", "list"):
        if command == "list" and arguments[0] == "--area":
            continue
        result = run(command, *arguments)
        assert (result.code, result.out) == (3, "")
        assert "\x1b" not in result.err
        for part in says:
            assert part in result.err


def test_what_once_was_stays_a_name_and_a_number_is_a_severity(run, team, git, opened):
    (team / "services/checkout.yaml").unlink()
    git(team, "commit", "-qam", "No checkout any more")
    for wanted in (("--service", "Checkout"), ("--severity", "2"), ("--kind", "INCIDENT")):
        assert [h["id"] for h in run("list", *wanted, "--json").json["incidents"]] == [opened]
        assert run("report", *wanted, "--json").json["incidents"] == 1


def test_events_that_cannot_be_read_are_told(run, team, pasts):
    past = next(p for p in pasts if p.kind == "incident" and p.end)
    path = paths.event_path(past.id, f"{ulid(1, 1)}-noted.json")
    stream = f"commit refs/incidentctl/log\ncommitter E <e@x> 0 +0000\ndata 0\nfrom {TIP}\n"
    stream += f"M 100644 inline {path}\ndata 1\n{{\n"
    subprocess.run(
        ["git", "-C", str(team), "fast-import", "--quiet"], input=stream.encode(), check=True
    )
    result = run("report", "--json", "--since", "250d")
    assert result.code == 0
    assert past.id in result.err
    assert [p["incident"] for p in result.json["problems"]] == [past.id]


TIP = "refs/incidentctl/log^0"


def test_a_page_is_written_and_written_anew(run, team, tmp_path, pasts):
    file = tmp_path / "report.html"
    result = run("report", "--since", "250d", "--html", str(file))
    assert (result.code, result.out) == (0, f"{file}\n")
    text = file.read_text()
    counted = [past for past in pasts if past.kind != "drill"]
    real = [past for past in counted if not past.end or past.end[0] != "cancelled"]
    assert f"<dd>{len(real)}, of these" in text
    dots = Counter(name for p in real for name, span in took(p).items() if span is not None)
    # Each by month; those of the response also by severity and by team.
    of_parts = 2 * sum(dots[name] for name in ("acknowledge", "mitigate", "resolve"))
    assert text.count("<circle") == dots.total() + of_parts
    assert run("report", "--since", "1d", "--html", str(file)).code == 0
    assert file.read_text() != text
    assert sorted(tmp_path.glob("*report*")) == [file]


def test_a_page_replaces_nothing_else(run, team, tmp_path):
    ours, link = team / "incidentctl.yaml", tmp_path / "link.html"
    run("report", "--html", str(tmp_path / "page.html"))
    link.symlink_to(tmp_path / "page.html")
    before = ours.read_bytes()
    for target in (ours, link, tmp_path):
        result = run("report", "--html", str(target))
        assert (result.code, result.out) == (5, "")
        assert "left alone" in result.err
    assert ours.read_bytes() == before
    assert link.is_symlink()
    result = run("report", "--html", str(tmp_path / "none" / "x.html"))
    assert (result.code, result.out) == (6, "")
