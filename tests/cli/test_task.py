import pytest


def tasks(run):
    return run("task", "list", "--json").json["tasks"]


def test_a_task_is_added_assigned_and_done(run, opened):
    before = len(tasks(run))
    answer = run("task", "add", "call", "the vendor", "--role", "planning", "--json")
    assert answer.code == 0
    assert set(answer.json) == {"schema", "incident", "events", "commit"}
    task = tasks(run)[-1]
    number = str(task["number"])
    assert len(tasks(run)) == before + 1
    assert (task["title"], task["role"], task["done"]) == ("call the vendor", "planning", False)
    assert run("task", "assign", number, "omar").code == 0
    assert tasks(run)[-1]["person"] == "omar"
    assert run("task", "done", number, "--note", "they are at it").code == 0
    assert tasks(run)[-1]["done"] is True
    assert "[x] call the vendor" in run("task", "list").out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["done", "99", "--note", "precious"], 3, "precious"),
        (["done", "x"], 3, "task list"),
        (["assign", "1", "omra"], 3, "Did you mean 'omar'?"),
        (["add", "precious", "--person", "omra"], 3, "precious"),
        (["add", "precious", "--role", "plannig"], 3, "Did you mean 'planning'?"),
        (["add", " "], 2, "what to do"),
        (["add"], 2, "TITLE"),
    ],
)
def test_what_cannot_be(run, opened, arguments, code, told):
    before = tasks(run)
    result = run("task", *arguments)
    assert result.code == code
    assert told in result.err
    assert tasks(run) == before


def test_several_are_assigned_at_once_and_the_step_is_done_when_all_have_somebody(
    run, opened, show
):
    every = [str(task["number"]) for task in tasks(run)]
    assert run("task", "assign", ",".join(every[:-1]), "omar").code == 0
    assert {task["person"] for task in tasks(run)[:-1]} == {"omar"}
    state = {step["id"]: step["state"] for step in show()["steps"]}
    assert state["assign-tasks"] == "open"
    run("task", "assign", every[-1], "greta")
    state = {step["id"]: step["state"] for step in show()["steps"]}
    assert state["assign-tasks"] == "done"
    assert run("task", "assign", "1,99", "omar").code == 3


def test_done_twice_is_refused(run, opened):
    run("task", "done", "1")
    assert run("task", "done", "1").code == 5
