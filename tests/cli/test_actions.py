"""`actions`: what retrospectives agreed on, listed, checked and ticked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

TODAY = datetime.now(UTC).date()
YESTERDAY, SOON = TODAY - timedelta(days=2), TODAY + timedelta(days=7)

ONE = f"""\
---
incident: inc-20261102-0915-k7f
participants: [alice, bob]
actions:
  - {{id: k7f-1, title: Alert on the age, owner: greta, due: {SOON}, done: false}}  # agreed
  - id: k7f-2
    title: Renew by machine
    owner: hugo
    due: {YESTERDAY}
---
# Words
done: false
"""
TWO = f"""\
---
incident: inc-20261103-0915-m4c
actions:
  - {{id: m4c-1, title: Write it down, owner: greta, due: {YESTERDAY}, done: true}}
---
"""


@pytest.fixture
def retros(team):
    folder = team / "retros"
    folder.mkdir()
    (folder / "inc-20261102-0915-k7f.md").write_text(ONE)
    (folder / "inc-20261103-0915-m4c.md").write_text(TWO)
    (folder / "README.md").write_text("# What lies here\n")
    return folder


def ids(result):
    return [line.split("\t")[0] for line in result.out.splitlines()]


def test_open_ones_come_first_by_their_day(run, retros):
    result = run("actions")
    assert result.code == 0
    assert [line.split("\t")[:4] for line in result.out.splitlines()] == [
        ["k7f-2", "overdue", str(YESTERDAY), "hugo"],
        ["k7f-1", "open", str(SOON), "greta"],
        ["m4c-1", "done", str(YESTERDAY), "greta"],
    ]
    assert run("actions", "list").out == result.out


def test_overdue_ones_exit_1(run, retros):
    result = run("actions", "--overdue")
    assert (result.code, ids(result)) == (1, ["k7f-2"])
    assert run("actions", "list", "--overdue").code == 1
    assert run("actions", "--overdue", "--owner", "greta").code == 0
    run("actions", "done", "k7f-2")
    result = run("actions", "--overdue")
    assert (result.code, result.out) == (0, "")


def test_an_option_before_the_word_is_not_lost_in_silence(run, retros):
    assert run("actions", "--overdue", "list").code == 2


def test_of_one_owner_whatever_the_case(run, retros):
    assert ids(run("actions", "--owner", "Greta")) == ["k7f-1", "m4c-1"]


def test_an_owner_who_is_nobody_is_refused(run, retros):
    refused = run("actions", "--owner", "grta")
    assert (refused.code, refused.out) == (3, "")
    assert "Did you mean 'greta'" in refused.err
    (retros / "broken.md").write_text("---\nid: [\n---\n")
    refused = run("actions", "--owner", "grta")
    assert (refused.code, refused.out) == (4, "")


FAULTY = {
    "not YAML": "actions:\n  - {id: g-1, title: Limit: the pool, owner: ida, due: 2026-01-15}\n",
    "a conflict": "actions:\n<<<<<<< HEAD\n  - {id: g-1}\n=======\n  - {id: g-2}\n>>>>>>> other\n",
    "no day": "actions:\n  - {id: g-1, title: Limit the pool, owner: ida, due: soon}\n",
}


@pytest.mark.parametrize("front", FAULTY.values(), ids=FAULTY)
def test_what_cannot_be_read_is_not_called_all_clear(run, retros, front):
    run("actions", "done", "k7f-2")
    assert run("actions", "--overdue").code == 0
    (retros / "2026-01-01.md").write_text(f"---\n{front}---\n# Retrospective\n")
    refused = run("actions", "--overdue")
    assert (refused.code, refused.out) == (4, "")
    assert "No action item is overdue" not in refused.err
    assert "Not every action item could be read: retros/2026-01-01.md has faults." in refused.err
    assert run("actions", "--overdue", "--json").code == 4
    assert run("actions").code == 0  # it lists the others, and warns
    assert "retros/2026-01-01.md:" in run("actions").err
    (retros / "inc-20261102-0915-k7f.md").write_text(ONE)
    assert run("actions", "--overdue").code == 1


def test_a_folder_that_cannot_be_read_is_not_called_empty(run, retros, monkeypatch):
    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("incidentctl.files.learn.retros.os.scandir", refuse)
    for arguments in (["actions"], ["actions", "--overdue"]):
        refused = run(*arguments)
        assert (refused.code, "retros cannot be read: Permission denied" in refused.err) == (
            4,
            True,
        )


def test_json(run, retros):
    found = run("actions", "--json").json
    assert found["schema"] == "incidentctl/actions/1"
    assert (found["overdue"], found["problems"]) == (1, [])
    assert found["actions"][0] == {
        "id": "k7f-2",
        "title": "Renew by machine",
        "owner": "hugo",
        "due": str(YESTERDAY),
        "done": False,
        "overdue": True,
        "incident": "inc-20261102-0915-k7f",
        "path": "retros/inc-20261102-0915-k7f.md",
    }
    late = run("actions", "--overdue", "--json")
    assert (late.code, len(late.json["actions"])) == (1, 1)


def test_done_changes_its_item_and_nothing_else(run, retros):
    file = retros / "inc-20261102-0915-k7f.md"
    file.chmod(0o640)
    assert run("actions", "done", "K7F-1").code == 0
    assert file.read_text() == ONE.replace("done: false}", "done: true}")
    run("actions", "done", "k7f-2")
    expected = ONE.replace("done: false}", "done: true}").replace(
        "- id: k7f-2", "- done: true\n    id: k7f-2"
    )
    assert file.read_text() == expected
    again = run("actions", "done", "k7f-2")
    assert again.code == 0
    assert "already" in again.err
    assert file.read_text() == expected
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in retros.iterdir()) == [
        "README.md",
        "inc-20261102-0915-k7f.md",
        "inc-20261103-0915-m4c.md",
    ]
    done = run("actions", "done", "k7f-1", "--json").json
    assert (done["id"], done["done"], done["overdue"]) == ("k7f-1", True, False)


def test_an_unknown_id_and_one_that_two_have_are_refused(run, retros):
    result = run("actions", "done", "k7f-3")
    assert result.code == 3
    assert "k7f-" in result.err
    (retros / "copy.md").write_text(TWO)
    result = run("actions", "done", "m4c-1")
    assert result.code == 5
    assert "retros/copy.md" in result.err


def test_a_broken_file_is_told_and_left_as_it_is(run, retros):
    file = retros / "inc-20261102-0915-k7f.md"
    broken = ONE.replace(f"due: {SOON}", "due: soon")
    file.write_text(broken)
    result = run("actions")
    assert result.code == 0
    assert ids(result) == ["k7f-2", "m4c-1"]
    assert "retros/inc-20261102-0915-k7f.md:5: " in result.err
    assert run("actions", "--json").json["problems"][0]["line"] == 5
    refused = run("actions", "done", "k7f-2")
    assert refused.code == 4
    assert ":5:" in refused.err
    assert file.read_text() == broken


def is_clean(result):
    return result.code == 0 and " files checked" in result.out and "IC220" not in result.out


def test_lint_tells_faults_and_after_a_while_what_is_overdue(run, retros, team, git):
    assert is_clean(run("catalog", "lint"))
    old = str(TODAY - timedelta(days=120))
    git(team, "commit", "-q", "--amend", "--no-edit", f"--date={old}T12:00:00Z")
    assert is_clean(run("catalog", "lint"))  # what counts is when it was committed
    git(team, "-c", "user.name=x", "rebase", "-q", "--root", "--committer-date-is-author-date")
    result = run("catalog", "lint", "--json").json["problems"]
    found = [(p["path"], p["line"]) for p in result if p["code"] == "IC220"]
    assert found == [("retros/inc-20261102-0915-k7f.md", 9)]
    file = retros / "inc-20261102-0915-k7f.md"
    file.write_text(
        ONE.replace(f"due: {YESTERDAY}", f"due: {YESTERDAY}  # incidentctl: ignore[IC220]")
    )
    assert is_clean(run("catalog", "lint"))
    file.write_text(ONE.replace("owner: hugo", "ownr: hugo"))
    result = run("catalog", "lint")
    assert result.code == 1
    assert "inc-20261102-0915-k7f.md:8:5: error IC010" in result.out


def test_without_any_there_is_nothing(run):
    result = run("actions")
    assert (result.code, result.out) == (0, "")
    assert "no action items" in result.err


def test_a_folded_title_is_one_line_without_an_escape(run, retros):
    folded = f"""\
---
actions:
  - id: g-1
    title: >
      Limit the pool
      of each release
    owner: ida
    due: {SOON}
  - {{id: g-2, title: "Two\\nlines", owner: ida, due: {SOON}}}
---
"""
    (retros / "folded.md").write_text(folded)
    titles = [line.split("\t")[4] for line in run("actions", "--owner", "ida").out.splitlines()]
    assert titles == ["Limit the pool of each release", "Two ⏎ lines"]
    listed = run("actions", "--owner", "ida", "--json").json["actions"]
    assert listed[0]["title"] == "Limit the pool of each release"


def test_follow_up_noted_during_the_incident_is_proposed_in_the_retrospective(run, opened, team):
    assert run("actions", "add", 'alert on "the age"', "of: the backup ☕").code == 0
    assert run("actions", "add", "buy a pager", "--owner", "dana").code == 3  # nobody of this name
    assert run("actions", "add", "buy a pager", "--owner", "omar").code == 0
    run("task", "add", "count the orders")
    run("actions", "add", "not any more")
    tasks = run("task", "list", "--json").json["tasks"]
    assert [(t["role"], t["person"]) for t in tasks if t["title"] == "buy a pager"] == [
        ("planning", "omar")
    ]
    run("task", "done", str(tasks[-1]["number"]))
    run("resolve", "rolled back")
    path = team / run("retro").out.strip()
    assert run("actions", "--json").json["actions"] == []  # they are proposed, and agreed by nobody
    assert run("close").code == 5
    text = path.read_text()
    assert "Tasks left open" in text
    path.write_text(text.replace("  # - {id", "  - {id"))
    found = {each["title"]: each["owner"] for each in run("actions", "--json").json["actions"]}
    assert found['alert on "the age" of: the backup ☕'] == "greta"
    assert found["buy a pager"] == "omar"
    assert "count the orders" in found
    assert "not any more" not in found
