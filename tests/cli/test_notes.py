import pytest


@pytest.mark.parametrize("name", ["summary", "impact"])
def test_the_head_of_the_log(run, opened, show, name, log_md):
    result = run(name, "nobody", "can pay", "--json")
    assert result.code == 0
    assert result.json["schema"] == f"incidentctl/{name}/1"
    assert show()[name] == "nobody can pay"
    assert "nobody can pay" in log_md(opened)
    run(name, "some cannot pay")
    assert show()[name] == "some cannot pay"


def test_links(run, opened, show):
    assert run("link", "channel", "https://chat.example/1").code == 0
    assert run("link", "room", "#inc-1").code == 0
    assert show()["links"] == [
        {"label": "channel", "url": "https://chat.example/1"},
        {"label": "room", "url": "#inc-1"},
    ]


def test_hypotheses(run, opened, show):
    assert run("hypothesis", "a bad", "deploy").code == 0
    assert run("hypothesis", "the queue is full").code == 0
    assert run("hypothesis", "1", "--ruled-out", "--reason", "rolled back, no change").code == 0
    assert run("hypothesis", "--confirmed").code == 0
    first, second = show()["hypotheses"]
    assert (first["state"], first["reason"]) == ("ruled-out", "rolled back, no change")
    assert second["state"] == "confirmed"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("add battery dead", 'hypothesis "the battery is dead"`'),
        ("new battery", 'hypothesis "the battery is dead"`'),
        ("reopen 1", 'hypothesis "the battery is dead"` again'),
        ("confirm 1", "hypothesis 1 --confirmed`"),
        ("rule-out 9 --reason precious", "hypothesis 1 --ruled-out`"),
        ("ruleout 1", "hypothesis 1 --ruled-out`"),
    ],
)
def test_what_hypothesis_does_not_have_is_no_cause(run, opened, show, words, told):
    refused = run("hypothesis", *words.split())
    assert (refused.code, told in refused.err, show()["hypotheses"]) == (2, True, [])


@pytest.mark.parametrize("words", [["add-on is broken"], ["add a disk failed"], ["New", "disk"]])
def test_a_cause_may_begin_with_any_word(run, opened, show, words):
    assert run("hypothesis", *words).code == 0
    assert show()["hypotheses"][0]["text"] == " ".join(words)


def test_related_incidents(run, opened, show):
    other = run("declare", "another").out.strip()
    assert run("relate", other[-3:], "-i", opened, "--relation", "caused-by").code == 0
    assert show(opened)["related"] == [{"incident": other, "relation": "caused-by"}]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["summary", " "], 2, "empty"),
        (["summary"], 2, "TEXT"),
        (["link", "channel", "two words"], 2, "two words"),
        (["link", "channel"], 2, "`incidentctl link channel URL`"),
        (["link", "https://x.example"], 2, "`incidentctl link ticket https://x.example`"),
        (["hypothesis"], 2, "empty"),
        (["hypothesis", "precious", "--ruled-out", "--confirmed"], 2, "precious"),
        (["hypothesis", "7", "--ruled-out", "--reason", "precious"], 3, "precious"),
        (["hypothesis", "--confirmed"], 3, "No hypothesis is open"),
        (["relate", "nothing"], 3, "nothing"),
    ],
)
def test_what_cannot_be(run, opened, arguments, code, told):
    result = run(*arguments)
    assert result.code == code
    assert told in result.err


def test_an_incident_is_not_related_to_itself(run, opened):
    assert run("relate", opened).code == 2


def test_a_text_too_long_for_its_place_is_refused_and_kept(run, opened, show):
    text = "words " * 2000
    result = run("summary", text)
    assert result.code == 5
    assert "incidentctl log -" in result.err
    assert "saved in " in result.err
    assert len(result.err) < 3000
    assert show()["summary"] is None


# --- texts that begin with a minus ---------------------------------------------------------------

COLD = "-5 degrees in fridge 2"


@pytest.mark.parametrize(
    "arguments",
    [
        ["log"],
        ["log", "--pin"],
        ["update"],
        ["summary"],
        ["impact"],
        ["hypothesis"],
        ["task", "add"],
        ["amend", "-1"],
        ["resolve"],
        ["cancel"],
        ["take-command", "--as", "omar"],
        ["declare", "--no-input"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("words", [[COLD], COLD.split()], ids=["quoted", "unquoted"])
def test_what_begins_with_a_minus_and_a_digit_is_text(run, opened, arguments, words):
    run("log", "x", "--as", "greta")
    result = run(*arguments, *words)
    assert result.code == 0, result.err
    assert any(COLD in run("show", head["id"]).out for head in heads(run))


def heads(run):
    return run("list", "--all", "--json").json["incidents"]


def test_options_are_still_options(run, opened, show):
    assert run("log", "-5", "degrees", "--pin", "--at", "5 minutes ago", "-i", opened).code == 0
    (entry,) = [entry for entry in show()["timeline"] if entry["kind"] == "noted"]
    assert (entry["text"], entry["pinned"]) == ("-5 degrees", True)
    assert run("log", ".5 and -.5 degrees").code == run("log", "-.5 degrees").code == 0
    for arguments in (["log", "--pni", "x"], ["amend", "-1", "x", "--pni"], ["redact", "--x", "1"]):
        result = run(*arguments)
        assert result.code == 2
        assert "No such option" in result.err


def test_a_word_too_many_is_told_as_it_was_typed(run, opened):
    result = run("redact", "-1", "-2")
    assert result.code == 2
    assert "(-2)" in result.err
