"""`retro` end to end: written, refreshed, refused; and what it means for `close`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import icalendar
import pexpect
import pytest
from tests import program

from incidentctl.domain.learn.retrospective import BEGIN, END, QUESTIONS


@pytest.fixture
def resolved(run, opened):
    """The id of a SEV2 that is over."""
    run("log", "rolled back <b>now</b> @all")
    run("step", "skip", "2", "--reason", "everybody is in one room")
    assert run("resolve", "it is over").code == 0
    return opened


@pytest.fixture
def file(team, resolved):
    return team / "retros" / f"{resolved}.md"


def test_it_is_written_for_the_one_incident_that_has_none(run, team, git, resolved, file):
    head, status = git(team, "rev-parse", "HEAD"), git(team, "status", "--porcelain")
    result = run("retro")
    assert result.code == 0, result.err
    assert result.out == f"retros/{resolved}.md\n"
    text = file.read_text()
    for part in (
        f"incident: {resolved}\nparticipants: [greta]\nmeeting: ",
        f"  # - {{id: {resolved[-3:]}-1, title:",
        "`<b>now</b> @all`",
        "skipped by greta",
        "everybody is in one room",
        *(f"## {question}\n" for question in QUESTIONS),
    ):
        assert part in text, part
    assert git(team, "rev-parse", "HEAD") == head
    assert git(team, "status", "--porcelain") == f"{status}?? retros/\n"
    assert run("catalog", "lint").code == 0


def test_run_again_it_refreshes_the_facts_and_leaves_what_people_wrote(run, resolved, file):
    run("retro")
    text = file.read_text().replace("What went well\n\n-", "What went well\n\n- bob's graph\r\n")
    text = text.replace("participants: [greta]", "participants: [greta, hugo]  # and support?")
    file.write_bytes(text.encode() + b"\n\xff no text at all")
    before = file.read_bytes()
    assert "unchanged" in run("retro", resolved[-3:]).err
    assert file.read_bytes() == before

    run("log", "-i", resolved, "the disk was full")
    assert "refreshed" in run("retro", "-i", resolved[-3:]).err
    after = file.read_bytes()
    cut = f"{BEGIN}\n".encode()
    assert after.split(cut)[0] == before.split(cut)[0]
    assert after.split(END.encode())[1] == before.split(END.encode())[1]
    assert b"the disk was full" in after
    assert b"the disk was full" not in before


def test_json(run, resolved):
    first = run("retro", "--json").json
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00:00\.000Z", first.pop("meeting"))
    assert first.pop("until")
    assert first == {
        "schema": "incidentctl/retro/1",
        "incident": resolved,
        "path": f"retros/{resolved}.md",
        "log": None,
        "outcome": "written",
        "participants": ["greta"],
        "late": False,
    }
    second = run("retro", resolved, "--json").json
    assert (second["schema"], second["outcome"]) == ("incidentctl/retro/1", "unchanged")


def test_of_several_one_must_be_named_and_without_any_it_is_blank(run, team, resolved):
    other = run("declare", "search is slow", "-s", "SEV3").out.strip()
    run("resolve", "-i", other)
    result = run("retro")
    assert result.code == 2
    assert resolved in result.err
    assert other in result.err
    assert not (team / "retros").exists()
    assert run("retro", resolved).code == run("retro").code == 0
    result = run("retro")
    assert "blank" in result.err
    blank = (team / result.out.strip()).read_text()
    assert "incident:" not in blank
    assert BEGIN not in blank
    (team / result.out.strip()).write_text(blank + "ours\n")
    again = run("retro")
    assert (again.code, again.out) == (0, result.out)
    assert "already exists" in again.err
    assert run("retro", "--json").json["outcome"] == "there"
    assert (team / result.out.strip()).read_text() == blank + "ours\n"
    assert run("retro", "--blank").out.strip().endswith("-2.md")
    assert len(list((team / "retros").iterdir())) == 4
    assert run("catalog", "lint").code == 0


def test_on_a_terminal_it_asks_which(run, team, resolved):
    run("declare", "search is slow", "-s", "SEV3")
    run("resolve")
    child = program.Terminal(
        "-C", team, "retro",
        env={**os.environ, "TERM": "dumb"}, timeout=60, encoding="utf-8",
    )  # fmt: skip
    child.expect("Which incident")
    child.expect(f"2  {resolved}")
    child.sendline("2")
    child.expect(f"retros/{resolved}.md")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (lambda text: text.replace("participants", "particpants"), 3, "particpants"),
        (lambda text: text.replace("incident:", "incident: ["), None, "Not YAML"),
        (lambda text: text.replace("---\n# Retro", "# Retro"), 1, "no end"),
        (lambda text: text.removeprefix("---\n"), 1, "no front matter"),
        (lambda text: text.replace(END, ""), None, "second"),
        (lambda text: text.replace(BEGIN, ""), None, "first"),
        (lambda text: text + END + "\n", None, "twice"),
        (lambda _: "", 1, "no front matter"),
    ],
)
def test_what_is_broken_is_refused_with_its_line_and_never_overwritten(
    run, resolved, file, change, line, words
):
    run("retro")
    broken = change(file.read_text())
    file.write_text(broken)
    run("log", "-i", resolved, "something new")
    result = run("retro", resolved)
    assert result.code == 4
    assert words in result.err
    place = rf"retros/{resolved}\.md:{line or '[0-9]+'}:[0-9]+: "
    assert re.search(place, result.err), result.err
    assert file.read_text() == broken


def test_a_file_about_another_incident_is_refused(run, resolved, file):
    run("retro")
    file.write_text(file.read_text().replace(f"incident: {resolved}", "incident: inc-other"))
    result = run("retro", resolved)
    assert result.code == 4
    assert "inc-other" in result.err


def test_links_are_neither_followed_nor_replaced(run, team, tmp_path, resolved, file):
    outside = tmp_path / "outside"
    outside.write_text("mine")
    file.parent.mkdir()
    file.symlink_to(outside)
    assert run("retro", resolved).code == 4
    file.unlink()
    file.symlink_to(tmp_path / "nowhere")
    assert run("retro", resolved).code == 5
    file.unlink()
    run("retro", resolved)
    real = team / "elsewhere.md"
    file.rename(real)
    file.symlink_to(real)
    run("log", "-i", resolved, "something new")
    assert run("retro", resolved).code == 5
    assert outside.read_text() == "mine"
    assert file.is_symlink()
    file.unlink()
    file.parent.rmdir()
    file.parent.symlink_to(tmp_path)
    assert run("retro", resolved).code == 5


def test_of_a_drill_too(run, team):
    ident = run("declare", "login on staging", "--drill").out.strip()
    run("resolve")
    assert run("retro").out.strip() == f"retros/{ident}.md"
    assert f"Retrospective of a drill, {ident}." in (team / "retros" / f"{ident}.md").read_text()


def test_an_open_incident_and_an_unknown_one_are_refused(run, opened, team):
    result = run("retro", opened)
    assert result.code == 5
    assert "still open" in result.err
    assert run("retro", "nothing").code == 3
    assert run("retro", opened, "--blank").code == 2
    assert not (team / "retros").exists()


def test_without_a_team_s_repository_there_is_no_place_for_it(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = command("retro", "--blank")
    assert result.code == 3
    assert "init" in result.err
    assert list(tmp_path.iterdir()) == []


def test_the_log_can_lie_beside_it(run, team, resolved, log_md):
    path = f"retros/{resolved}.log.md"
    assert run("retro", resolved, "--log").out.splitlines() == [f"retros/{resolved}.md", path]
    assert (team / path).read_text() == log_md(resolved)
    run("log", "-i", resolved, "something new")
    assert run("retro", resolved, "--log", "--json").json["log"] == path
    assert (team / path).read_text() == log_md(resolved)
    assert run("catalog", "lint").code == 0
    assert run("actions", "--json").json["problems"] == []
    (team / path).write_text("# Mine\n")
    assert run("retro", resolved, "--log").code == 5
    assert (team / path).read_text() == "# Mine\n"


# --- close ---------------------------------------------------------------------------------------


def test_close_accepts_a_retrospective_with_an_answer(run, resolved, file, show, log_md):
    refused = run("close")
    assert refused.code == 5
    assert "incidentctl retro" in refused.err
    run("retro")
    refused = run("close")
    assert refused.code == 5
    for part in (
        f"retros/{resolved}.md",
        "nobody has answered",
        f'close -i {resolved[-3:]} "why there is no need"',
    ):
        assert part in refused.err, part
    assert show(resolved)["status"] == "resolved"
    file.write_text(file.read_text().replace("expect\n\n-", "expect\n\n- a full disk"))
    assert run("close").code == 0
    assert show(resolved)["status"] == "closed"
    assert f"| Retrospective | retros/{resolved}.md |" in log_md(resolved)
    assert run("retro", resolved).code == 0


def test_close_with_a_reason_asks_for_no_answer(run, resolved, show):
    run("retro")
    assert run("close", "we met and found nothing").code == 0
    assert show(resolved)["status"] == "closed"


def test_close_takes_an_action_item_as_an_answer(run, resolved, file):
    run("retro")
    item = "actions:\n  - {id: a-1, title: Larger disks, owner: bob, due: 2999-01-01}\n"
    file.write_text(file.read_text().replace("actions:\n", item))
    assert run("close").code == 0


def test_close_names_the_fault_of_a_file_that_it_cannot_read(run, resolved, file):
    run("retro")
    item = "actions:\n  - {id: a-1, title: Larger: disks, owner: bob, due: 2999-01-01}\n"
    file.write_text(file.read_text().replace("actions:\n", item))
    refused = run("close")
    assert refused.code == 4
    assert f"retros/{resolved}.md:" in refused.err
    assert "nobody has answered" not in refused.err
    assert run("close", "we met and found nothing").code == 0


def test_close_where_nothing_is_required_reads_no_answers(run, show):
    ident = run("declare", "a typing error", "-s", "SEV4").out.strip()
    run("resolve", "corrected")
    run("retro")
    assert run("close").code == 0
    assert show(ident)["status"] == "closed"


def at_terminal(team, *arguments, term="xterm"):
    environment = {**os.environ, "TERM": term, "COLUMNS": "80", "PROMPT_TOOLKIT_NO_CPR": "1"}
    return program.Terminal(
        "-C", team, *arguments,
        env=environment, dimensions=(24, 80), timeout=60, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_on_a_terminal_close_offers_to_write_it(team, resolved, file, show, term):
    child = at_terminal(team, "close", term=term)
    child.expect_exact("SEV2 requires a retrospective")
    child.expect_exact("Write it now?")
    child.send("\r")
    child.expect_exact(f"retros/{resolved}.md")
    child.expect_exact("Proposed meeting: ")
    child.expect_exact(f"{resolved} stays resolved until people have answered")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert f"incident: {resolved}" in file.read_text()
    assert show(resolved)["status"] == "resolved"
    # There is nothing to offer any more: somebody has to answer.
    child = at_terminal(team, "close", term=term)
    child.expect_exact("nobody has answered")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 5


def test_on_a_terminal_close_takes_a_no(team, resolved, file, show):
    child = at_terminal(team, "close")
    child.expect_exact("Write it now?")
    child.sendline("n")
    child.expect_exact("error: SEV2 requires a retrospective")
    child.expect_exact("incidentctl retro")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 5
    assert not file.exists()
    assert show(resolved)["status"] == "resolved"


def test_nobody_is_asked_who_closes_with_a_reason_or_wants_json(team, resolved, show):
    for arguments, code in (("--json",), 5), (("held it in the room",), 0):
        child = at_terminal(team, "close", *arguments)
        child.expect(pexpect.EOF)
        assert "Write it now?" not in child.before
        child.close()
        assert child.exitstatus == code
    assert show(resolved)["status"] == "closed"


# --- the organisation's own template -------------------------------------------------------------

OWN = """\
# {{ incident.severity }}: {{ incident.title }}
{{ begin }}
{% for s in steps if s.state == "skipped" %}
- skipped: {{ s.title }} ({{ s.note }})
{% endfor %}
{{ timeline|length }} entries
{{ end }}

## Blameless, please
"""


@pytest.fixture
def template(team):
    def write(source):
        (team / "templates").mkdir(exist_ok=True)
        (team / "templates" / "retrospective.md.j2").write_text(source)

    return write


def test_an_own_template_makes_the_document_and_its_facts(run, resolved, file, template):
    template(OWN)
    assert run("retro").code == 0
    first = file.read_text()
    assert first.split("---\n")[2].startswith(f"# SEV2: checkout is down\n{BEGIN}\n- skipped: ")
    assert first.endswith(f"{END}\n\n## Blameless, please\n")
    count = int(re.search(r"(\d+) entries", first)[1])

    file.write_text(first.replace("Blameless, please", "Said in the room"))
    run("log", "-i", resolved, "something new")
    assert "refreshed" in run("retro", resolved).err
    assert f"\n{count + 1} entries\n" in file.read_text()
    assert "## Said in the room" in file.read_text()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ begin }}\n{{ incident.__class__ }}\n{{ end }}\n", "retrospective.md.j2:2: "),
        ("{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}",
         "too long"),
        ("{{ begin }}\n{{ nope }}\n{{ end }}\n", "nope"),
        ("# No facts\n", "{{ begin }}"),
        ("{{ begin }}\n{{ end }}\n{{ end }}\n", "{{ end }}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("again", [False, True])
def test_a_template_that_may_not_be_ends_with_one_error(
    run, resolved, file, template, source, words, again
):
    if again:
        run("retro")
    before = file.read_bytes() if again else None
    template(source)
    result = run("retro", resolved)
    assert result.code == 4
    assert words in result.err
    assert "Traceback" not in result.err
    assert (file.read_bytes() if file.exists() else None) == before


def test_a_retrospective_can_be_written_by_the_installed_program(team, resolved):
    done = subprocess.run(
        [sys.executable, "-m", "incidentctl", "-C", str(team), "retro"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"retros/{resolved}.md\n"


@pytest.fixture
def old(team, git, monkeypatch):
    """The team's repository is older than the first days, in which lint tells little of time."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T12:00:00Z")
    git(team, "commit", "-q", "--amend", "-m", "Years ago")
    monkeypatch.delenv("GIT_COMMITTER_DATE")


@pytest.mark.usefixtures("old")
def test_a_retrospective_that_is_late_is_due_until_it_is_written(run):
    late = None
    for severity in ("SEV3", "SEV1"):
        run("declare", f"a {severity}", "-s", severity, "--at", "10 days ago", "--no-input")
        late = run("list", "--json").json["incidents"][0]["id"]
        assert run("resolve", "rolled back", "-i", late, "--at", "9 days ago").code == 0
    run("declare", "just now", "-s", "SEV1", "--no-input")
    run("resolve", "soon over")
    result = run("due", "--json")
    assert result.code == 1
    (entry,) = result.json["due"]
    assert (entry["incident"], entry["what"]) == (late, "retrospective")
    assert "SEV1 requires a retrospective: overdue by" in run("due").out
    assert run("due", "--short").code == 0  # a prompt says what is urgent
    listed = run("list")
    assert f"SEV1 requires a retrospective of {late}, " in listed.err
    assert "retrospective" not in run("list", "--severity", "SEV2").err
    (entry,) = run("list", "--json").json["late_retrospectives"]
    assert entry["incident"] == late
    assert f"IC223 SEV1 requires a retrospective of {late}, by " in run("catalog", "lint").out
    assert run("retro", late).code == 0
    assert run("due").code == 0
    assert "retrospective" not in run("list").err
    assert "IC223" not in run("catalog", "lint").out


def test_a_late_retrospective_is_over_once_the_incident_is_closed_or_open_again(run):
    for number in range(5):
        run("declare", f"outage {number}", "-s", "SEV1", "--at", "20 days ago", "--no-input")
        run("resolve", "over", "--at", "19 days ago")
    output = run("list").err
    assert output.count("SEV1 requires a retrospective of") == 3
    assert "2 more are late: `incidentctl due`." in output
    ids = [each["id"] for each in run("list", "--all", "--json").json["incidents"]]
    run("close", ids[0], "nothing to learn")
    run("reopen", "it is back", "-i", ids[1])
    late = {each["incident"] for each in run("list", "--json").json["late_retrospectives"]}
    assert late == set(ids[2:])


@pytest.mark.usefixtures("old")
def test_lint_says_where_it_could_not_look_for_late_retrospectives(run, team, git, tmp_path):
    """A checkout of CI without history has no branch of the record."""
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    git(team, "commit", "-qam", "Share the record")
    git(tmp_path, "clone", "-q", "--bare", str(team), "remote.git")
    git(team, "remote", "add", "origin", str(tmp_path / "remote.git"))
    run("declare", "an outage", "-s", "SEV1", "--at", "20 days ago", "--no-input")
    run("resolve", "over", "--at", "19 days ago")
    assert run("sync").code == 0
    url = f"file://{tmp_path / 'remote.git'}"
    git(tmp_path, "clone", "-q", "--depth", "1", url, "shallow")
    git(tmp_path, "clone", "-q", "--single-branch", url, "single")
    git(tmp_path, "clone", "-q", url, "whole")
    said = {
        clone: run("-C", str(tmp_path / clone), "catalog", "lint").out
        for clone in ("shallow", "single", "whole")
    }
    assert re.search(r"IC230 This clone is shallow: .* IC223 could not", said["shallow"])
    assert re.search(r"IC230 The record on origin was never read .* IC223 could", said["single"])
    assert "IC223 SEV1 requires" in said["whole"]


def invited(text):
    """Return the one event of a calendar, and its method."""
    calendar = icalendar.Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    return event, calendar.get("METHOD")


def test_the_hour_of_the_retrospective_is_an_invitation(run, team, resolved):
    made = run("retro", resolved, "--invite")
    assert made.code == 0, made.err
    file = team / "retros" / f"{resolved}.md"
    assert f"retros/{resolved}.md: Written." in made.err  # it was not there yet
    event, method = invited(made.out)
    assert method == "REQUEST"
    assert event["ORGANIZER"] == "mailto:greta@astronomy-shop.example"
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=1)
    text = re.sub(r"meeting: .*", "meeting: 2999-03-04T14:30", file.read_text())
    people = "participants: [greta, Omar Benhaddou, zed@vendor.example, Zed]"
    file.write_text(re.sub(r"participants: .*", people, text))
    before = file.read_bytes()
    made = run("retro", "--invite", resolved)
    moved, _ = invited(made.out)
    assert file.read_bytes() == before
    assert moved["UID"] == event["UID"]
    assert moved["SEQUENCE"] >= event["SEQUENCE"]
    assert moved.decoded("DTSTART") == datetime(2999, 3, 4, 14, 30, tzinfo=UTC)
    assert [str(guest) for guest in moved["ATTENDEE"]] == [
        "mailto:greta@astronomy-shop.example",
        "mailto:omar@astronomy-shop.example",
        "mailto:zed@vendor.example",
    ]
    assert moved["ATTENDEE"][1].params["CN"] == "Omar Benhaddou"
    assert "not invited: Zed." in made.err
    assert "Also takes part: Zed" in moved["DESCRIPTION"]


def test_an_invitation_needs_a_time_and_an_incident(run, team, resolved):
    assert run("retro").code == 0
    nothing = run("retro", "--invite")
    assert (nothing.code, nothing.out) == (2, "")
    file = team / "retros" / f"{resolved}.md"
    file.write_text(re.sub(r"meeting: .*\n", "", file.read_text()))
    refused = run("retro", resolved, "--invite")
    assert (refused.code, refused.out) == (5, "")
    assert "does not say when the meeting is" in refused.err


def test_a_page_has_what_people_wrote_and_leaves_their_file_alone(run, opened, team):
    run("resolve", "rolled back")
    written = run("retro", opened, "--html", "page.html")
    assert written.code == 0, written.err
    assert f"retros/{opened}.md" in written.err
    assert written.out == "page.html\n"
    file = team / "retros" / f"{opened}.md"
    text = file.read_text()
    file.write_text(text.replace("## What went well\n", "## What went well\n\nThe *team*.\n"))
    before = file.read_bytes()
    page = run("retro", opened, "--html", "-").out
    assert "<p>The <em>team</em>.</p>" in page
    assert "incidentctl:facts" not in page
    assert "Resolved: rolled back" in page
    assert file.read_bytes() == before
    assert run("retro", opened, "--html", "page.html").code == 0
    assert run("retro", opened, "--html", "incidentctl.yaml").code == 5
    assert run("retro", opened, "--html", "x.html", "--invite").code == 2
    assert run("retro", "--html", "x.html").code == 2  # every one has its retrospective
    file.write_bytes(before.replace(b"<!-- incidentctl:end of facts -->", b""))
    refused = run("retro", opened, "--html", "y.html")
    assert refused.code == 4
    assert "marker" in refused.err
