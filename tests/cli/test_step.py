import pytest


def states(run):
    return {s["id"]: s["state"] for s in run("step", "list", "--json").json["steps"]}


def test_done_skipped_and_open_again_by_number_or_id(run, opened, show):
    assert run("step", "done", "1", "--note", "paged omar").code == 0
    assert run("step", "skip", "status-page", "--reason", "internal").code == 0
    found = states(run)
    assert (found["page-on-call"], found["status-page"]) == ("done", "skipped")
    step = show()["steps"][0]
    assert (step["by"], step["note"]) == ("greta", "paged omar")
    assert run("step", "reopen", "1").code == 0
    assert states(run)["page-on-call"] == "open"


def test_the_link_of_a_channel_is_kept_at_the_head(run, opened, show):
    assert run("step", "done", "open-channel", "--link", "https://chat.example/1").code == 0
    assert show()["links"] == [{"label": "channel", "url": "https://chat.example/1"}]


def test_json(run, opened):
    answer = run("step", "done", "1", "--json").json
    assert set(answer) == {"schema", "incident", "events", "commit"}
    assert answer["schema"] == "incidentctl/step-done/1"
    listed = run("step", "list", "--json").json
    assert listed["incident"] == opened


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["done", "page-oncall"], 3, "Did you mean 'page-on-call'?"),
        (["done", "99", "--note", "precious"], 3, "precious"),
        (["reopen", "1"], 5, "page-on-call is open"),
        (["done"], 2, "STEP"),
        (["skip", "nope", "--reason", "precious"], 3, "precious"),
    ],
)
def test_what_cannot_be(run, opened, arguments, code, told):
    result = run("step", *arguments)
    assert result.code == code
    assert told in result.err


def test_done_twice_is_refused_and_says_by_whom(run, opened):
    run("step", "done", "1")
    result = run("step", "done", "1", "--as", "omar")
    assert result.code == 5
    assert "by greta" in result.err


def test_the_list_for_people_shows_numbers_ids_and_states(run, opened):
    run("step", "done", "1")
    first = run("step", "list").out.splitlines()[0]
    assert first.startswith("1 [x] Page the on-call engineer")
    assert "(page-on-call)" in first
