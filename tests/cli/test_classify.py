import pytest


def test_a_severity_changes_the_process(run, show):
    run("declare", "x", "-s", "SEV4")
    before = show()
    assert before["runbooks"] == ["non-critical"]
    assert before["next_update"] is None
    run("step", "done", "1")
    result = run("severity", "1", "--reason", "all of them")
    assert result.code == 0
    assert "new step" in result.err
    assert "update due" in result.err
    after = show()
    assert (after["severity"], after["critical"], after["confirmed"]) == ("SEV1", True, True)
    assert after["runbooks"] == ["critical"]
    assert after["next_update"]
    assert [s["id"] for s in after["steps"] if s["state"] == "done"] == [before["steps"][0]["id"]]
    assert "not needed" not in result.err
    lower = run("severity", "SEV3")
    gone = [s["title"] for s in show()["steps"] if s["state"] == "not-needed"]
    assert gone
    assert all(f"not needed {title}\n" in lower.err for title in gone)
    back = run("severity", "sev4", "--json")
    assert back.json["schema"] == "incidentctl/severity/1"
    assert show()["next_update"] is None


def test_affects_names_the_owner(run, show):
    run("declare", "x")
    done = run("affects", "Kafka,", "cart")
    assert done.code == 0
    assert ": affects kafka, cart" in done.err  # what was understood, not what was typed
    state = show()
    assert state["services"] == ["kafka", "cart"]
    assert state["owner"] == "platform"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["severity", "SEVV1"], 3, "Did you mean 'SEV1'?"),
        (["severity", "SEV0"], 3, "Did you mean 'SEV1'?"),
        (["severity", "9", "--reason", "precious"], 3, "precious"),
        (["severity"], 2, "SEVERITY"),
        (["affects", "kafak"], 3, "kafka"),
        (["affects"], 2, "WHAT"),
        (["status", "investigatin"], 3, "Did you mean 'investigating'?"),
        (["status", "Resolved"], 3, "run `incidentctl resolve`"),
        (["status", "mitigated"], 3, "`incidentctl mark mitigated`"),
        (["mark", "startd"], 3, "Did you mean 'started'?"),
        (["mark", "started", "--at", "25:00"], 2, "25:00"),
    ],
)
def test_what_is_not_known_changes_nothing(run, opened, show, arguments, code, told):
    before = show()
    result = run(*arguments)
    assert result.code == code
    assert told in result.err
    assert show() == before


def test_the_status(run, opened, show):
    assert run("status", "Investigating").code == 0
    assert show()["status"] == "investigating"
    result = run("status")
    assert result.code == 0
    assert "investigating" in result.out
    assert run("status", "--json").json["status"] == "investigating"


@pytest.mark.parametrize("moment", ["started", "detected", "acknowledged", "mitigated"])
def test_a_moment_is_marked(run, opened, show, moment):
    assert run("mark", moment, "--at", "10 minutes ago", "--json").code == 0
    assert show()[moment] < show()["timeline"][-1]["recorded"]


def test_moments_that_contradict_each_other_are_refused(run, opened, show):
    run("mark", "started", "--at", "10 minutes ago")
    result = run("mark", "detected", "--at", "20 minutes ago")
    assert result.code == 2
    assert show()["detected"] is None


def test_what_is_affected_may_be_written_with_spaces(run, opened, show):
    assert run("affects", "valkey cart").code == 0
    assert show()["services"] == ["valkey-cart"]
    result = run("affects", "valkei cart")
    assert result.code == 3
    assert "Did you mean 'valkey-cart'?" in result.err


def test_the_category_can_be_set_later_and_the_process_follows(run, opened, show):
    assert show()["category"] is None
    result = run("category", "security")
    assert result.code == 0, result.err
    assert show()["category"] == "security"
    assert "category       security" in run("show").out
    assert run("category", "securty").code == 3
    assert run("undo").code == 0
    assert show()["category"] is None


def test_the_process_is_said_once_while_it_stays_the_same(run, show, git, team):
    run("declare", "x", "-s", "SEV2", "--affects", "cart")
    git(team, "commit", "-q", "--allow-empty", "-m", "Another page of the wiki")
    run("severity", "SEV2", "--reason", "every order fails")
    run("affects", "cart")
    kinds = [entry["kind"] for entry in show()["timeline"]]
    assert (kinds.count("process-resolved"), kinds.count("runbook-attached")) == (1, 1)
    run("severity", "SEV1")  # said for SEV1, and attached again: others may change it meanwhile
    assert [entry["kind"] for entry in show()["timeline"]].count("process-resolved") == 2
