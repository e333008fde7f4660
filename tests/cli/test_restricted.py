"""Restricted incidents: kept apart from the shared record, or sent to a remote of their own."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.teams import share_with_vault

SECRET = "Mallory reads the payroll"


@pytest.fixture
def shared(run, team, git):
    """The team's repository, shared through `origin`; returns what a bare remote holds."""
    return share_with_vault(team, git, "security", set_in_files=False)


def declare(run) -> str:
    done = run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3")
    assert done.code == 0, done.err
    assert "restricted kept in this clone" in done.err
    return done.out.strip()


def everything(git, folder: Path) -> str:
    """Each object that a repository has; the catalog is in all of them."""
    text: str = git(folder, "log", "-p", "--all", "--format=%H %s%n%b")
    assert "+name: checkout" in text
    return text


def test_it_is_in_no_branch_no_view_and_on_no_remote(run, git, team, shared, monkeypatch):
    monkeypatch.setenv("CI", "true")  # so that all is exchanged before a command ends
    ident = declare(run)
    run("declare", "search is slow", "--no-input")
    run("log", "-i", ident, "asked the lawyers")
    assert SECRET not in everything(git, shared / "origin.git")
    assert SECRET not in git(team, "log", "-p", "--branches", "--remotes")
    assert SECRET in git(team, "log", "-p", "refs/incidentctl/restricted")
    assert not [path for path in team.rglob("*.md") if SECRET in path.read_text()]
    assert run("sync").code == 0
    assert "search is slow" in everything(git, shared / "origin.git")


def test_it_is_worked_on_like_any_other(run, shared, monkeypatch):
    monkeypatch.setenv("CI", "true")
    ident = declare(run)
    other = run("declare", "search is slow", "--no-input").out.strip()
    assert run("log", "-i", ident, "asked the lawyers", "--json").json["commit"]
    assert {head["id"] for head in run("list", "--json").json["incidents"]} == {ident, other}
    shown = run("show", ident, "--json").json
    assert shown["restricted"] is True
    assert run("show", other, "--json").json["restricted"] is False
    assert "asked the lawyers" in run("log", "-i", ident).out
    assert run("step", "done", "1", "-i", ident).code == 0
    assert run("undo", "-i", ident).code == 0
    assert run("resolve", "-i", ident, "over").code == 0
    refused = run("retro", ident)
    assert refused.code == 5
    assert "for everybody" in refused.err
    assert {head["id"] for head in run("list", "--json").json["incidents"]} == {other}
    assert {head["id"] for head in run("list", "--all", "--json").json["incidents"]} == {
        ident, other,
    }  # fmt: skip


def test_with_a_remote_of_its_own_it_is_shared_there_and_nowhere_else(
    run, command, git, team, shared, monkeypatch
):
    monkeypatch.setenv("CI", "true")
    marker = team / "incidentctl.yaml"
    marker.write_text(
        marker.read_text().replace("remote: origin", "remote: origin, restricted_remote: security")
    )
    done = run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3")
    ident = done.out.strip()
    assert "shared only through security" in done.err
    assert run("sync", "--json").json["pending"] == 0
    assert SECRET in everything(git, shared / "security.git")
    assert SECRET not in everything(git, shared / "origin.git")

    git(team, "add", "-A")
    git(team, "commit", "-qm", "A remote for restricted incidents")
    git(team, "push", "-q", "origin", "main")
    other = shared / "other"
    git(shared, "clone", "-q", str(shared / "origin.git"), str(other))
    git(other, "remote", "add", "security", str(shared / "security.git"))
    monkeypatch.chdir(other)
    assert command("sync").code == 0
    assert command("show", ident, "--json").json["title"] == SECRET
    command("log", "-i", ident, "from the other clone")
    monkeypatch.chdir(team)
    command("sync")
    assert "from the other clone" in command("log", "-i", ident).out
    assert SECRET not in everything(git, shared / "origin.git")


def test_a_restricted_text_is_purged_too(run, git, team):
    ident = declare(run)
    run("log", "-i", ident, "the password is hunter2")
    run("redact", "-1", "-i", ident)
    assert "hunter2" in git(team, "log", "-p", "refs/incidentctl/restricted")
    assert run("purge", "--yes").code == 0
    assert "hunter2" not in git(team, "log", "-p", "refs/incidentctl/restricted")
    assert SECRET in run("show", ident).out


def test_it_is_marked_wherever_incidents_stand_together(run, shared):
    ident, other = declare(run), run("declare", "search is slow", "--no-input").out.strip()
    lines = {part: line for line in run("list").out.splitlines() for part in line.split()[:1]}
    assert f"restricted: {SECRET}" in lines[ident]
    assert "restricted" not in lines[other]
    assert f"restricted: {SECRET}" in run("watch").out
    assert f"restricted: {SECRET}" in run("resolve", "done").err  # which of the two?
    for command in ("list", "watch"):
        result = run(command, "--json").json["incidents"]
        assert {each["id"]: each["restricted"] for each in result} == {ident: True, other: False}


@pytest.mark.parametrize(
    ("arguments", "who"),
    [
        (["handover", "@Omar"], "omar"),
        (["handover", "omar", "--json"], "omar"),
        (["assign", "mitigator", "omar"], "omar"),
        (["assign", "--individual", "omar"], "omar"),
        (["assign", "mitigator", "greta"], None),
        (["assign", "--team", "orders"], None),
    ],
)
def test_who_is_given_something_that_they_cannot_see_is_told_of(run, team, shared, arguments, who):
    def told():
        done = run(*arguments, "-i", ident)
        assert done.code == 0, done.err
        return done.err

    ident = run("declare", "search is slow", "--no-input").out.strip()
    assert "restricted" not in told()
    ident = declare(run)
    note = (
        f"note: The incident is restricted and kept in this clone: {who} cannot see it in another."
    )
    assert told().count("restricted") == (1 if who else 0)
    run("undo", "-i", ident)
    assert who is None or note in told()
    marker = team / "incidentctl.yaml"
    text = marker.read_text()
    marker.write_text(text.replace("remote: origin", "remote: origin, restricted_remote: security"))
    run("undo", "-i", ident)
    assert "restricted" not in told()


def test_the_walk_says_that_it_is_restricted(run, shared, monkeypatch):
    ident, other = declare(run), run("declare", "search is slow", "--no-input").out.strip()
    monkeypatch.setattr("sys.stdin", io.StringIO("l\n"))
    assert f"{ident}  restricted: {SECRET}" in run("run", "-i", ident).err
    monkeypatch.setattr("sys.stdin", io.StringIO("l\n"))
    assert f"{other}  search is slow" in run("run", "-i", other).err


@pytest.mark.parametrize("form", [["--json"], ["--csv"], [], ["--html", "report.html"]])
def test_a_report_leaves_it_out_and_says_so(run, team, form):
    ident, other = declare(run), run("declare", "search is slow", "--no-input").out.strip()
    result = run("report", *form)
    assert result.code == 0
    assert "1 restricted incident is left out" in result.err
    page = team / "report.html"
    text = result.out + (page.read_text() if page.exists() else "")
    assert ident not in text
    assert SECRET not in text
    if "--json" in form:
        assert (result.json["incidents"], result.json["restricted"]) == (1, 1)
    if "--csv" in form:
        assert other in text
    before = run("report", "--until", "1d")
    assert (before.code, "No incident matches." in before.err) == (0, True)
    assert "left out" not in before.err


def test_its_page_says_so_and_is_its_owner_s_alone(run, team):
    ident, other = declare(run), run("declare", "search is slow", "--no-input").out.strip()
    result = run("show", ident, "--html", "page.html")
    assert result.code == 0
    assert "restricted: kept in this clone" in result.err
    text = (team / "page.html").read_text()
    assert SECRET in text
    assert "Restricted.</strong>" in text
    assert (team / "page.html").stat().st_mode & 0o777 == 0o600
    run("relate", "-i", ident, other)
    public = run("show", other, "--html", "-")
    assert public.code == 0
    assert ident not in public.out
    assert ident in run("show", other, "--json").out


def test_its_retrospective_is_kept_elsewhere(run, team):
    done = run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV1")
    ident = done.out.strip()
    run("resolve", "-i", ident, "over")
    refused = run("close", "-i", ident)
    assert refused.code == 5
    assert "belongs elsewhere" in refused.err
    assert "incidentctl retro" not in refused.err
    assert run("close", "-i", ident, "the lawyers have it").code == 0


@pytest.mark.parametrize("same", ["origin", "security"])
def test_one_address_for_both_remotes_sends_nothing_restricted(run, git, team, shared, same):
    git(team, "remote", "set-url", "security", str(shared / "origin.git") + "/")
    marker = team / "incidentctl.yaml"
    text = marker.read_text()
    marker.write_text(text.replace("remote: origin", f"remote: origin, restricted_remote: {same}"))
    ident = run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").out.strip()
    run("declare", "search is slow", "--no-input")
    result = run("sync", "--json")
    assert result.code == 6
    assert result.json["state"] == "misconfigured"
    assert "restricted incidents are not sent there" in result.json["reason"]
    assert SECRET not in everything(git, shared / "origin.git")
    assert "search is slow" in everything(git, shared / "origin.git")
    listed = run("list").err
    assert f"not yet on {same}, " in listed
    assert f"(misconfigured: {same} is the same place as origin, so " in listed
    run("log", "-i", ident, "the password is hunter2")
    run("redact", "-1", "-i", ident)
    refused = run("purge", "--yes")
    assert refused.code == 6
    assert f"{same} is the same place as origin" in refused.err
    assert SECRET not in everything(git, shared / "origin.git")


def test_each_remote_is_told_of_what_it_lacks(run, git, team, shared):
    git(team, "remote", "set-url", "security", str(shared / "gone.git"))
    marker = team / "incidentctl.yaml"
    text = marker.read_text()
    marker.write_text(text.replace("remote: origin", "remote: origin, restricted_remote: security"))
    assert run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").code == 0
    run("declare", "search is slow", "--no-input")
    assert run("sync").code == 6
    output = run("list").err
    assert "not yet on security" in output
    assert "(misconfigured: " in output or "(offline: " in output
    assert "origin" not in output


def test_its_remote_may_be_a_path_from_the_work_tree(run, git, team, shared):
    git(team, "remote", "set-url", "security", "../security.git")
    marker = team / "incidentctl.yaml"
    text = marker.read_text()
    marker.write_text(text.replace("remote: origin", "remote: origin, restricted_remote: security"))
    assert run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").code == 0
    assert run("sync").code == 0
    assert SECRET in everything(git, shared / "security.git")


def test_events_that_somebody_pushes_under_its_id_bring_it_into_no_view(run, git, team, shared):
    ident, other = declare(run), run("declare", "search is slow", "--no-input").out.strip()
    assert run("sync").code == 0
    git(shared, "clone", "-q", "-b", "incident-log", str(shared / "origin.git"), "by-hand")
    found = (shared / "by-hand/incidents").rglob("*-declared.json")
    event = next(path for path in found if other in str(path))
    place = shared / "by-hand" / str(event.relative_to(shared / "by-hand")).replace(other, ident)
    place.parent.mkdir(parents=True)
    event.rename(place)
    git(shared / "by-hand", "add", "-A")
    git(shared / "by-hand", "-c", "user.name=U", "-c", "user.email=u@x", "commit", "-qm", "x")
    git(shared / "by-hand", "push", "-q", "origin", "incident-log")
    assert run("sync").code == 0
    assert not [path for path in team.rglob("*.md") if SECRET in path.read_text()]


def with_restricted_remote(team: Path, name: str = "security") -> None:
    marker = team / "incidentctl.yaml"
    text = marker.read_text()
    marker.write_text(text.replace("remote: origin", f"remote: origin, restricted_remote: {name}"))


def told_in_security(run, git, team, shared) -> str:
    """A restricted incident that is on the remote of its own."""
    with_restricted_remote(team)
    ident = run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").out.strip()
    assert run("sync").code == 0
    assert SECRET in everything(git, shared / "security.git")
    return ident


def test_its_branch_is_taken_for_no_shared_one(run, git, team, shared):
    """As by `git checkout`, which makes a branch of that name from any remote that has one."""
    told_in_security(run, git, team, shared)
    git(team, "commit", "-qam", "A remote for restricted incidents")
    with pytest.raises(subprocess.CalledProcessError):
        git(team, "checkout", "-q", "incident-log")
    run("declare", "search is slow", "--no-input")
    assert run("sync").code == 0
    assert "search is slow" in everything(git, shared / "origin.git")
    assert SECRET not in everything(git, shared / "origin.git")


def test_settings_that_were_wrong_for_a_while_publish_nothing(run, git, team, shared):
    told_in_security(run, git, team, shared)
    marker = team / "incidentctl.yaml"
    right = marker.read_text()
    marker.write_text(
        right.replace("remote: origin, restricted_remote: security", "remote: security")
    )
    run("declare", "search is slow", "--no-input")
    run("sync")
    marker.write_text(right)
    run("declare", "checkout is down", "--no-input")
    assert "git push security --delete incident-log" in run("sync").err
    assert "checkout is down" in everything(git, shared / "origin.git")
    assert SECRET not in everything(git, shared / "origin.git")


def test_a_copy_of_the_shared_record_is_no_separate_place(run, git, team, shared):
    """Whatever the address looks like, as with an alias of ssh: here a second repository."""
    run("declare", "search is slow", "--no-input")
    assert run("sync").code == 0
    git(shared / "origin.git", "push", "-q", str(shared / "security.git"), "incident-log")
    with_restricted_remote(team)
    assert run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").code == 0
    refused = run("sync")
    assert refused.code == 6
    assert "security is the same place as origin" in refused.err
    assert "git push security --delete incident-log" in refused.err
    assert SECRET not in everything(git, shared / "security.git")
    doctor = run("doctor")
    assert "security is the same place as origin" in doctor.out
    git(shared / "security.git", "branch", "-D", "incident-log")
    assert run("sync").code == 0
    assert SECRET in everything(git, shared / "security.git")


@pytest.mark.parametrize(
    "wrong",
    ["{remote: 5 x, restricted_remote: security}", "{remot: origin, restricted_remote: security}"],
)
def test_with_faulty_settings_nobody_knows_whether_it_is_separate(run, git, team, shared, wrong):
    git(team, "remote", "set-url", "security", str(shared / "origin.git"))
    marker = team / "incidentctl.yaml"
    text = marker.read_text()
    line = next(line for line in text.splitlines() if line.startswith("record:"))
    marker.write_text(text.replace(line, f"record: {wrong}"))
    assert run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").code == 0
    run("sync")
    assert SECRET in git(team, "log", "-p", "refs/incidentctl/restricted")
    assert SECRET not in everything(git, shared / "origin.git")


def test_without_the_shared_remote_nobody_knows_whether_it_is_separate(run, git, team, shared):
    with_restricted_remote(team)
    git(team, "remote", "remove", "security")
    git(team, "remote", "rename", "origin", "security")
    assert run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").code == 0
    assert run("sync").code == 6
    assert SECRET in git(team, "log", "-p", "refs/incidentctl/restricted")
    assert SECRET not in everything(git, shared / "origin.git")


@pytest.mark.parametrize("gone", ["cache", "restricted/cache"])
def test_it_is_known_without_git_and_without_a_cache(run, git, team, shared, monkeypatch, gone):
    """As after an update, which reads no cache of the version before."""
    ident = declare(run)
    for place in ("cache", gone):
        shutil.rmtree(team / ".git/incidentctl" / place, ignore_errors=True)
    shutil.rmtree(team / ".git/incidentctl/restricted/cache", ignore_errors=True)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(shared / "nowhere"))
    assert run("log", "-i", ident, "the password is hunter2").code == 0
    monkeypatch.setenv("PATH", path)
    run("declare", "search is slow", "--no-input")
    assert run("sync").code == 0
    assert "hunter2" not in everything(git, shared / "origin.git")
    assert "hunter2" in run("log", "-i", ident).out


def test_which_is_meant_is_not_guessed_where_it_cannot_be_read(run, git, team, shared, monkeypatch):
    run("declare", "search is slow", "--no-input")
    declare(run)
    shutil.rmtree(team / ".git/incidentctl/restricted/cache")
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(shared / "nowhere"))
    assert run("log", "the password is hunter2").code != 0
    monkeypatch.setenv("PATH", path)
    assert run("sync").code == 0
    assert "search is slow" in everything(git, shared / "origin.git")
    assert "hunter2" not in everything(git, shared / "origin.git")


def test_what_a_restricted_drill_turns_into_is_restricted(run, git, team, shared):
    drill = run("declare", "an exercise", "--drill", "--restricted", "--no-input").out.strip()
    done = run("drill", "stop", "-i", drill, "--real", SECRET)
    assert done.code == 0, done.err
    assert run("sync").code == 0
    assert {head["restricted"] for head in run("list", "--json").json["incidents"]} == {True}
    assert SECRET not in everything(git, shared / "origin.git")


def test_no_incident_that_all_read_names_it(run, git, team, shared):
    ident = declare(run)
    done = run("declare", SECRET, "--no-input")
    other = done.out.strip()
    assert ident not in done.out + done.err
    for command in (["relate", ident], ["cancel", "--duplicate-of", ident]):
        refused = run(*command, "-i", other)
        assert refused.code == 5
        assert "restricted" in refused.err
    assert run("relate", other, "-i", ident).code == 0
    assert run("sync").code == 0
    assert ident not in everything(git, shared / "origin.git")


def test_what_was_published_all_the_same_can_be_redacted_there(run, git, team, shared):
    ident = declare(run)
    git(team, "update-ref", "refs/incidentctl/log", "refs/incidentctl/restricted")
    shutil.rmtree(team / ".git/incidentctl/cache")
    assert (
        f"{ident} is restricted, but also in the record that everybody reads" in run("doctor").out
    )
    assert run("redact", "1", "-i", ident).code == 0
    assert SECRET not in git(team, "grep", "-h", "", "refs/incidentctl/log")
    assert run("purge", "--yes").code == 0
    assert SECRET not in git(team, "log", "-p", "--all")


def test_its_files_are_for_nobody_else(run, team, shared):
    declare(run)
    shutil.rmtree(team / ".git/incidentctl")
    assert run("list").code == 0
    folder = team / ".git/incidentctl/restricted"
    assert (folder / "cache/index").exists()
    assert folder.stat().st_mode & 0o077 == 0


def test_its_damaged_ref_stops_no_exchange_of_the_others(run, git, team, shared):
    """git fetches nothing where any ref names what is not there."""
    assert run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").code == 0
    assert run("declare", "the VPN is down", "--no-input").code == 0
    assert run("sync").code == 0
    (team / ".git/refs/incidentctl/restricted").write_text("1" * 40 + "\n")
    (team / ".git/refs/incidentctl/restricted-copy").unlink(missing_ok=True)
    done = run("sync")
    assert done.code == 0, done.err
    assert "restricted was damaged" in done.err
    assert SECRET in run("list").out
