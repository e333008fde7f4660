"""Layers of on-call, contacts and people of several names, as people meet them."""

import json

import pytest
from tests.domain.telling import incident

from incidentctl.app.walk.page import whom_to_page
from incidentctl.app.workspace.people import KnownIdentity, actor, find
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.cli.boundary import run
from incidentctl.cli.main import app
from incidentctl.domain.incident import facts
from incidentctl.files.catalog.basics import load_basics

TEAM = """\
name: core
members:
  - {handle: ann, name: Ann Bell, aliases: [annie], chat: {slack: U111}}
  - {handle: bob, name: Bob Cox}
  - {handle: eve, name: Eve Day}
on_call:
  rota: [ann]
  shift: 1w
  starts: 2026-01-05T09:00
  escalate_after: 10m
  escalate_to: sre
  layers:
    - {name: primary, rota: [bob], timezone: America/New_York}
    - {name: secondary, rota: [eve], escalate_after: 1h}
contacts:
  channel: "#core"
  email: {to: core@example.com, purpose: questions of customers}
"""
SRE = """\
name: sre
members: [{handle: dan}]
on_call: {rota: [dan], shift: 1w, starts: 2026-01-05T09:00}
contacts: {channel: "#sre"}
"""


@pytest.fixture
def root(tmp_path):
    for path, text in {
        "incidentctl.yaml": "organisation: Acme\n",
        "teams/core.yaml": TEAM,
        "teams/sre.yaml": SRE,
        "services/api.yaml": "name: api\nowner: core\n",
    }.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


@pytest.fixture
def catalog(root, capsys):
    def call(*arguments):
        code = run(app, ["-C", str(root), "catalog", *arguments])
        assert code == 0
        return capsys.readouterr().out

    return call


def test_who_and_on_call_name_every_layer(catalog):
    everybody = (
        "ann (Ann Bell) and bob (Bob Cox); no answer: secondary eve (Eve Day), then the team sre"
    )
    assert everybody in " ".join(catalog("who", "api").split())
    assert everybody in " ".join(catalog("on-call", "core").split())


def test_json_has_the_layers_beside_the_first_person(catalog):
    [match] = json.loads(catalog("who", "api", "--json"))["matches"]
    assert (match["on_call"], match["on_call_name"]) == ("ann", "Ann Bell")
    assert match["on_call_layers"] == [
        {"layer": "primary", "on_call": ["ann", "bob"], "names": ["Ann Bell", "Bob Cox"],
         "until": None, "escalate_after": 600},
        {"layer": "secondary", "on_call": ["eve"], "names": ["Eve Day"],
         "until": None, "escalate_after": 3600},
    ]  # fmt: skip
    [team, _] = json.loads(catalog("on-call", "--json"))["teams"]
    assert team["layers"] == match["on_call_layers"]
    assert team["on_call"] == "ann"


def test_a_contact_may_say_what_it_is_for(catalog):
    [match] = json.loads(catalog("who", "api", "--json"))["matches"]
    assert match["contacts"] == {"channel": "#core", "email": "core@example.com"}
    assert match["contact_purposes"] == {"email": "questions of customers"}
    assert "email core@example.com (questions of customers)" in catalog("who", "api")


def test_show_has_the_layers_of_a_team_and_who_is_on_call(catalog):
    [team] = json.loads(catalog("show", "core", "--json"))["entries"]
    assert team["on_call_now"] == "ann"
    assert team["on_call_layers_now"] == {"primary": ["ann", "bob"], "secondary": ["eve"]}
    [eve] = json.loads(catalog("show", "eve", "--json"))["entries"]
    assert eve["on_call_now"] is True


def test_the_step_that_pages_names_who_comes_after_whom(root):
    workspace = open_workspace(str(root))
    lines = whom_to_page(workspace, incident(facts.Declared("x"), facts.AffectedSet(owner="core")))
    assert lines == (
        "On call for core: Ann Bell (ann) and Bob Cox (bob)",
        "  channel: #core",
        "  email: core@example.com (questions of customers)",
        "No answer within 10 minutes: secondary Eve Day (eve)",
        "No answer within 1 hour: `incidentctl escalate` (sre is next)",
    )


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("ann", "You are on call for core, with Bob Cox (bob)"),
        ("bob", "You are on call for core, with Ann Bell (ann)"),
        ("eve", "On call for core: Ann Bell (ann) and Bob Cox (bob)"),
    ],
)
def test_who_is_on_call_is_told_so_at_the_step_that_pages(root, by, told):
    workspace = open_workspace(str(root))
    of_core = incident(facts.Declared("x"), facts.AffectedSet(owner="core"))
    assert whom_to_page(workspace, of_core, by=by)[0] == told


def test_people_are_found_by_alias_and_by_the_id_of_a_chat_system(root, tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    for _ in range(2):  # the second one is from the cache
        basics = load_basics(root, cache)
        for word in ("annie", "@Annie", "slack:U111", "Ann Bell"):
            assert find(word, basics).handle == "ann", word
        assert find("slack:U112", basics) is None
        assert basics.by_chat["slack", "U111"].handle == "ann"
    assert actor("annie", basics, KnownIdentity(None, None, "x@y")).handle == "ann"


def test_an_alias_or_id_that_leads_to_two_people_is_an_error(root, capsys):
    (root / "teams" / "sre.yaml").write_text(
        SRE.replace("{handle: dan}", "{handle: dan, aliases: [Bob], chat: {slack: U111}}")
    )
    run(app, ["-C", str(root), "catalog", "lint"])
    output = capsys.readouterr().out
    assert "IC105 'Bob', which 'dan' has, leads to 'bob'." in output
    assert "IC105 'U111', which 'dan' has, leads to 'ann'." in output


def test_a_faulty_layer_makes_nobody_on_call_and_is_told(root, capsys):
    text = TEAM.replace("escalate_after: 1h", "restrictions: [{days: [monday], from: 9}]")
    (root / "teams" / "core.yaml").write_text(text)
    run(app, ["-C", str(root), "catalog", "lint"])
    output = capsys.readouterr().out
    assert "`on_call.layers[1].restrictions[0].days[0]`: 'monday' is not one of mon" in output
    assert "`on_call.layers[1].restrictions[0].from` must be text" in output


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        ("{purpose: none}", "The key 'to' is missing in contacts.pager."),
        ("{to: x, for: y}", "Unknown key 'for' in contacts.pager."),
        ("493012345", "`contacts.pager` must be text, not the number 493012345."),
        ('""', "`contacts.pager`: must not be empty."),
    ],
)
def test_a_faulty_contact_is_told_in_a_sentence(root, capsys, contact, message):
    (root / "teams" / "sre.yaml").write_text(
        SRE.replace('{channel: "#sre"}', f"{{pager: {contact}}}")
    )
    run(app, ["-C", str(root), "catalog", "lint"])
    assert message in capsys.readouterr().out


def test_the_next_turn_is_told_apart_from_whom_to_call_if_nobody_answers(root, catalog):
    (root / "teams" / "sre.yaml").write_text(
        "name: sre\nmembers: [{handle: dan, name: Dan Day}, {handle: mo, name: Mo Moss}]\n"
        "on_call: {rota: [dan, mo], shift: 12h, starts: 2026-01-05T08:00, escalate_to: core}\n"
    )
    result = " ".join(catalog("on-call", "sre", "--at", "2026-03-02T10:00").split())
    assert result.endswith(
        "sre dan (Dan Day) until 2026-03-02 20:00 UTC; next turn: mo (Mo Moss); "
        "no answer: the team core"
    )


def test_the_exact_name_of_a_service_stands_alone_above_a_line_of_the_others(root, catalog):
    for number in range(1, 6):
        (root / "services" / f"venue-{number}.yaml").write_text(
            f"name: venue-{number}\nowner: core\n"
        )
    for words in (["venue-3"], ["venue", "3"]):
        result = catalog("who", *words)
        assert result.startswith("venue-3 (service)")
        assert result.count("(service)") == 1
        assert result.endswith("\nAlso like it: venue-1, venue-2, venue-4, venue-5\n")
    matches = json.loads(catalog("who", "venue-3", "--json"))["matches"]
    assert [each["exact"] for each in matches] == [True, False, False, False, False]
