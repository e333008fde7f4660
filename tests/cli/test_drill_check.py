"""`incidentctl drill check`: a secret planted anywhere in git is found, and placed."""

from __future__ import annotations

import pytest

HALF = """\
what: User login on staging
team: orders
commander: omar
mitigator: sanne
at: 2026-03-29T10:30
how: We stop the primary of the token database at once
why: To exercise our response to an incident in the evening hours
saboteur: greta
injects: [{after: 5m, tell: Support has thirty tickets waiting}]
services: [checkout]
"""
PUBLIC = """\
name: q1-surprise
mode: unplanned
window: {from: 2026-03-29T09:00, to: 2026-03-29T15:00}
why: To exercise our response to an incident
distribute_to: [orders, platform]
"""


@pytest.fixture
def planned(team, git):
    """A clean repository with one unplanned drill: its private half is ignored."""
    (team / "drills").mkdir()
    (team / ".gitignore").write_text("drills/*.private.yaml\n")
    (team / "drills/q1-surprise.private.yaml").write_text(HALF)
    (team / "drills/q1-surprise.yaml").write_text(PUBLIC)
    commit(git, team, "Plan the drill q1-surprise\n\nSigned-off-by: greta <g@example.com>")
    return team


def commit(git, team, message):
    git(team, "add", "-A")
    git(team, "commit", "-q", "--allow-empty", "-m", message)
    return git(team, "rev-parse", "HEAD").strip()


@pytest.fixture
def found(run):
    def check(*arguments):
        result = run("drill", "check", *arguments, "--json")
        leaks = result.json["leaks"]
        assert result.code == (1 if leaks else 0), result.err
        return [(e["answer"], e["where"], e["path"], e["line"], e["commit"]) for e in leaks]

    return check


def test_a_clean_repository_passes(run, planned, found):
    assert found() == []
    assert found("Q1-Surprise") == []
    result = run("drill", "check")
    assert (result.code, result.out) == (0, "")
    assert "No leaks found for q1-surprise" in result.err


def test_what_is_not_committed_yet_is_told_from_what_git_keeps(run, planned, git):
    secret = "see user login on staging\n"

    def told():
        leaks = run("drill", "check", "--json").json["leaks"]
        return {(e["where"], e["path"], e["committed"]) for e in leaks}

    (planned / "staged.md").write_text(secret)
    git(planned, "add", "staged.md")
    assert told() == {("file", "staged.md", False), ("staged", "staged.md", False)}
    done = run("drill", "check")
    assert done.code == 1
    assert "staged.md:1, not committed yet" in done.out
    assert "cannot be taken back" not in done.err
    assert "nobody has read it" in done.err
    commit(git, planned, "Notes")
    (planned / "README.md").write_text(secret)
    git(planned, "add", "-N", "README.md")
    assert told() == {
        ("file", "staged.md", True), ("history", "staged.md", True), ("file", "README.md", False),
    }  # fmt: skip
    both = run("drill", "check")
    assert "cannot be taken back" in both.err
    assert "It is not committed yet" in both.err


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("user LOGIN\n\ton   staging", "what"),
        ("# we stop the *primary*, of", "how"),
        ("PRIMARY OF\nTHE TOKEN", "how"),
        ("has thirty tickets waiting", "injects[0]"),
        ("incident in the evening", "why"),
    ],
)
def test_a_tracked_file_tells(planned, git, found, text, answer):
    (planned / "notes.md").write_text(f"# Notes\n\nsee {text}\n")
    assert found() == [], "not tracked yet"
    made = commit(git, planned, "Notes")
    assert found() == [
        (answer, "file", "notes.md", 3, None),
        (answer, "history", "notes.md", 3, made),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "stop the primary",  # three words
        "To exercise our response to an incident",  # the public reason says it
        "superuser login on stagings",
        "orders omar sanne greta checkout",  # names may stand where no drill is meant
    ],
)
def test_what_tells_nothing(planned, git, found, text):
    (planned / "notes.md").write_text(text)
    commit(git, planned, text)
    assert found() == []


def test_an_edit_that_is_not_committed(planned, git, found):
    (planned / "notes.md").write_text("user login on staging")
    git(planned, "add", "notes.md")
    (planned / "notes.md").write_text("nothing")
    assert found() == [("what", "staged", "notes.md", 1, None)]
    git(planned, "commit", "-q", "-m", "x")
    (planned / "notes.md").write_text("\nuser login on staging")
    assert [each[1] for each in found()] == ["file", "history"]


def test_the_history_of_a_deleted_file(run, planned, git, found):
    (planned / "old.md").write_text("first\n")
    commit(git, planned, "One")
    (planned / "old.md").write_text("first\nuser login on staging\n")
    made = commit(git, planned, "Two")
    (planned / "old.md").write_text("first\nuser login on staging\nmore\n")
    commit(git, planned, "Three")
    (planned / "old.md").unlink()
    commit(git, planned, "Four")
    assert found() == [("what", "history", "old.md", 2, made)]
    result = run("drill", "check")
    assert f"in the history: old.md:2, commit {made[:12]}" in result.out
    assert "This cannot be taken back" in result.err


def test_a_private_half_that_was_committed_once(planned, git, found):
    git(planned, "add", "-f", "drills/q1-surprise.private.yaml")
    git(planned, "commit", "-q", "-m", "Oops")
    git(planned, "rm", "-q", "--cached", "drills/q1-surprise.private.yaml")
    git(planned, "commit", "-q", "-m", "Take it back")
    assert {each[0] for each in found()} == {"what", "how", "why", "injects[0]"}
    assert {each[1:3] for each in found()} == {("history", "drills/q1-surprise.private.yaml")}


def test_a_commit_message(planned, git, found):
    made = commit(git, planned, "Prepare\n\nWe want user login on staging down")
    assert found() == [("what", "commit message", None, 3, made)]


def test_another_branch_a_tag_and_their_names(planned, git, found):
    git(planned, "switch", "-q", "-c", "other")
    (planned / "b.md").write_text("user login on staging")
    made = commit(git, planned, "B")
    git(planned, "switch", "-q", "main")
    git(planned, "branch", "-q", "user-login/on_it-staging")
    assert found() == [("what", "history", "b.md", 1, made)]
    git(planned, "branch", "-q", "user-login/on-staging")
    git(planned, "tag", "-a", "v1", "-m", "user login on staging")
    assert set(found()) == {
        ("what", "ref", "refs/heads/user-login/on-staging", None, None),
        ("what", "tag message", "refs/tags/v1", 1, None),
        ("what", "history", "b.md", 1, made),
    }


def test_the_name_of_a_file(planned, git, found):
    (planned / "user-login-on-staging.md").write_text("")
    made = commit(git, planned, "A file")
    assert found() == [("what", "file name", "user-login-on-staging.md", None, made)]


def test_names_in_what_is_about_the_drill(planned, git, found):
    made = commit(git, planned, "q1 surprise: ask Omar Benhaddou and the checkout team")
    git(planned, "branch", "q1-surprise-greta")
    (planned / "templates").mkdir()
    (planned / "templates/drill-public.md.j2").write_text("{{ title }}\n{# not sanne #}\n")
    assert sorted(found(), key=str) == [
        ("commander", "commit message", None, 1, made),
        ("saboteur", "ref", "refs/heads/q1-surprise-greta", None, None),
        ("services", "commit message", None, 1, made),
    ]
    commit(git, planned, "A template")
    assert ("mitigator", "file", "templates/drill-public.md.j2", 2, None) in found()


def test_the_public_half_and_its_earlier_versions(planned, git, found):
    path = planned / "drills/q1-surprise.yaml"
    path.write_text(PUBLIC.replace("our response", "the response of Orders"))
    made = commit(git, planned, "Reason")
    leak = ("team", "document", None, None, None)
    assert of_team(found()) == [
        leak,
        ("team", "file", "drills/q1-surprise.yaml", 4, None),
        ("team", "history", "drills/q1-surprise.yaml", 4, made),
    ]
    path.write_text(PUBLIC)
    commit(git, planned, "Better")
    assert of_team(found()) == [("team", "history", "drills/q1-surprise.yaml", 4, made)]


def of_team(found):
    """Without the reason: an earlier public reason may share four words with the private one."""
    assert {each[:2] for each in found if each[0] != "team"} <= {("why", "history")}
    return [each for each in found if each[0] == "team"]


def test_a_name_of_the_catalog_is_a_leak_only_where_it_is_about_the_drill(planned, git, found):
    half = planned / "drills/q1-surprise.private.yaml"
    lines = half.read_text().splitlines()
    what = next(number for number, line in enumerate(lines) if line.startswith("what:"))
    half.write_text("\n".join([*lines[:what], "what: Product catalog", *lines[what + 1 :], ""]))
    assert found() == []  # services/product-catalog.yaml was there before
    public = planned / "drills/q1-surprise.yaml"
    public.write_text(public.read_text() + "\n# of the product catalog\n")
    assert [(leak[0], leak[2]) for leak in found()] == [("what", "drills/q1-surprise.yaml")]


@pytest.fixture
def played(run, planned):
    """The id of a drill of the plan that goes on; its inject is to come."""
    result = run("drill", "run", "q1-surprise", "--no-walk")
    assert result.code == 0, result.err
    return result.out.strip()


def test_what_was_played_is_no_leak_in_the_record_of_that_drill(run, played, planned, git, found):
    run("drill", "next")
    run("log", "Support has thirty tickets waiting, we ask them", "-i", played)
    assert found() == []
    run("drill", "stop")
    assert run("retro", played).code == 0
    commit(git, planned, "Look back")
    assert "thirty tickets" in (planned / f"retros/{played}.md").read_text()
    assert found() == []
    (planned / "notes.md").write_text("thirty tickets waiting: Support has thirty tickets")
    made = commit(git, planned, "Notes")
    assert found() == [
        ("injects[0]", "file", "notes.md", 1, None),
        ("injects[0]", "history", "notes.md", 1, made),
    ]


def test_what_was_told_before_it_was_played_is_a_leak(run, played, found, git, planned):
    said = "Support has thirty tickets waiting"
    run("log", said, "-i", played)
    assert [each[:2] for each in found()] == [("injects[0]", "history")] * 2
    run("drill", "next")
    ((_, _, path, _, _),) = found()
    assert path.endswith("-noted.json")
    assert said in git(planned, "show", f"incident-log:{path}")


def test_what_another_drill_or_incident_tells_is_a_leak(run, played, found):
    run("drill", "next")
    run("drill", "stop")
    for kind in ((), ("--drill",)):
        run("declare", "Support has thirty tickets waiting", "--no-input", *kind)
    assert len(found()) == 4  # of each its declaration and its log.md


def test_no_other_answer_may_be_told_in_the_record(run, played, found):
    run("drill", "next")
    run("log", "we stop the primary of the token database", "-i", played)
    assert {each[0] for each in found()} == {"how"}


@pytest.mark.parametrize("hidden", ["graft", "replace", "grafts file", "encoding", "colours"])
def test_what_only_this_clone_does_not_show_is_searched(planned, git, found, hidden):
    """What is pushed counts, whatever `git replace`, grafts or the configuration show here."""
    (planned / "notes.md").write_text("We stop the primary of the token database\n")
    commit(git, planned, "Notes")
    git(planned, "rm", "-q", "notes.md")
    made = commit(git, planned, "Support has thirty tickets waiting, ünd no Ende")
    last = commit(git, planned, "Later")
    if hidden == "graft":
        git(planned, "replace", "--graft", last)
    elif hidden == "replace":
        clean = git(planned, "commit-tree", "-m", "clean", f"{last}^{{tree}}").strip()
        git(planned, "replace", made, clean)
    elif hidden == "grafts file":
        (planned / ".git/info").mkdir(exist_ok=True)
        (planned / ".git/info/grafts").write_text(f"{last}\n")
    else:
        key = {"encoding": "i18n.logOutputEncoding", "colours": "color.ui"}[hidden]
        git(planned, "config", key, {"encoding": "UTF-16", "colours": "always"}[hidden])
    assert {answer for answer, *_ in found()} == {"how", "injects[0]"}


def test_an_author_and_the_description_of_a_branch(planned, git, found):
    secret = "User login on staging"
    git(planned, "config", "branch.main.description", secret)
    git(planned, "commit", "-q", "--allow-empty", "-m", "x", "--author", f"{secret} <a@b.example>")
    assert [(answer, where) for answer, where, *_ in found()] == [
        ("what", "description"),
        ("what", "commit author"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_a_file_in_another_encoding(planned, git, found, encoding):
    (planned / "notes.txt").write_bytes("größer: user login on staging".encode(encoding))
    commit(git, planned, "Notes")
    assert {answer for answer, *_ in found()} == {"what"}


def test_a_shallow_clone_is_never_clear(run, planned, git, tmp_path, monkeypatch):
    commit(git, planned, "x")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{planned}", "shallow")
    half = "drills/q1-surprise.private.yaml"
    (tmp_path / "shallow" / half).write_text((planned / half).read_text())
    monkeypatch.chdir(tmp_path / "shallow")
    result = run("drill", "check")
    assert (result.code, result.out) == (6, "")
    assert "shallow" in result.err
    assert "No leaks found for" not in result.err


def test_an_encoding_that_is_not_known_is_told(run, planned, git):
    (planned / "notes.txt").write_bytes("größer".encode("latin-1"))
    commit(git, planned, "Notes")
    result = run("drill", "check")
    assert result.code == 0
    assert "encoding" in result.err
    assert "No leaks found for" not in result.err
