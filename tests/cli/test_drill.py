"""`incidentctl drill` from the command line."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pexpect
import pytest
import yaml
from tests import program

UNPLANNED = (
    "--mode", "unplanned", "--what", "User login on staging", "--team", "orders",
    "--commander", "omar", "--mitigator", "sanne", "--at", "2026-03-29T10:30",
    "--how", "Dropping the token database", "--private-why", "To exercise the orders team",
    "--saboteur", "greta", "--from", "2026-03-29T09:00", "--to", "2026-03-29T15:00",
    "--why", "To exercise our response to an incident", "--timezone", "America/New_York",
)  # fmt: skip
PLANNED = (
    "--what", "User login on staging", "--team", "orders", "--at", "2026-03-29T10:30",
    "--how", "Dropping the token database", "--why", "To exercise our response",
    "--saboteur", "greta", "--timezone", "America/New_York",
)  # fmt: skip
SECRETS = ("orders", "omar", "sanne", "10:30", "token", "staging", "greta")


@pytest.fixture
def ignoring(team):
    (team / ".gitignore").write_text("drills/*.private.yaml\n")
    return team


@pytest.fixture
def unplanned(run, ignoring):
    result = run("drill", "new", "q1", *UNPLANNED)
    assert result.code == 0, result.err
    return result


def test_an_unplanned_drill_has_two_files_and_git_takes_one(unplanned, team, git):
    assert unplanned.out.split() == ["drills/q1.yaml", "drills/q1.private.yaml"]
    assert "damage trust" in unplanned.err
    public = (team / "drills/q1.yaml").read_text()
    assert not [secret for secret in SECRETS if secret in public]
    git(team, "add", "-A")
    assert git(team, "ls-files", "drills").split() == ["drills/q1.yaml"]


def test_the_documents_of_an_unplanned_drill(unplanned, run):
    public = run("drill", "plan", "Q1").out
    assert public == run("drill", "plan", "q1", "--audience", "public").out
    assert public.count("Top Secret") == 6
    note = run("drill", "note", "q1", "--format", "text").out
    rest = run("drill", "list").out, run("drill", "list", "--json").out
    audience = run("drill", "audience", "q1", "--json").json
    for text in (public, note, *rest):
        assert not [secret for secret in SECRETS if secret in text]
    assert {each["name"] for each in audience["audience"]} >= {"orders", "platform"}
    private = run("drill", "plan", "q1", "--audience", "private", "--format", "html").out
    assert all(secret in private for secret in SECRETS)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_the_list_fits_80_columns(run, ignoring, zone):
    name, until = "night-surprise", ("--to", "2026-03-30T02:00", "--timezone", zone)
    run("drill", "new", name, *UNPLANNED, *until, "--environment", "staging")
    run("drill", "sent", name, "--at", "2026-03-20T10:30")
    run("drill", "new", "another", *PLANNED)
    child = program.Terminal(
        "-C", ignoring, "drill", "list",
        env={**os.environ, "TERM": "dumb"}, dimensions=(24, 80), encoding="utf-8",
    )  # fmt: skip
    listed = child.read()
    lines = [line.rstrip() for line in listed.splitlines() if "surprise" in line]
    (first,) = lines
    second = listed.splitlines()[[name in line for line in listed.splitlines()].index(True) + 1]
    short = {"UTC": "UTC", "America/New_York": "EDT"}[zone]
    begins, _, rest = first.removeprefix(f"{name}  unplanned  ").partition("  ")
    assert (begins, rest.split()) == ("2026-03-29 09:00 to", ["staging", "2026-03-20", "here"])
    assert second.strip() == f"2026-03-30 02:00 {short}"
    assert max(map(len, listed.splitlines())) <= 80
    piped = run("drill", "list").out
    zoned = {"UTC": "UTC", "America/New_York": "EDT, UTC-04:00"}[zone]
    assert f"{name}\tunplanned\t2026-03-29 09:00 to 2026-03-30 02:00 {zoned}\t" in piped


def test_without_the_private_half_the_public_is_the_same(unplanned, run, team):
    before = [run("drill", *each, "q1").out for each in (["plan"], ["note"], ["audience"])]
    (team / "drills/q1.private.yaml").unlink()
    assert before == [run("drill", *each, "q1").out for each in (["plan"], ["note"], ["audience"])]
    missing = run("drill", "plan", "q1", "--audience", "private")
    assert (missing.code, missing.out) == (5, "")
    assert run("drill", "plan", "q1", "--audience", "engineering").code == 5


def test_a_private_half_that_git_would_take_is_not_written(run, team):
    result = run("drill", "new", "q1", *UNPLANNED)
    assert result.code == 5
    assert "Add this line to .gitignore: drills/*.private.yaml" in result.err
    assert not (team / "drills").exists()
    assert not (team / ".gitignore").exists(), "it is the team's to edit"


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        (("--at", "2026-03-29T16:30"), "outside of its window"),
        (("--to", "2026-03-29T08:00"), "does not end after it begins"),
        (("--at", "soon"), "'soon' is not a time"),
        (("--at", "2026-11-31 10:00"), "there is no day 2026-11-31"),
        (("--timezone", "Mars/Olympus"), "is not a time zone"),
        (("--what", " "), "This question needs an answer"),
        (("--team", "a/b"), "a name has"),
        (("--team", "orders, discovery"), "'orders, discovery' is not one team"),
        (("--team", "order"), "There is no team 'order'."),
        (("--team", "radio"), "A team is one of: discovery, orders, "),
        (("--saboteur", "Greta Lind"), "There is no person 'Greta Lind'."),
        (("--commander", "nobody"), "There is no person 'nobody'."),
        (("--mitigator", "sane"), "Did you mean 'sanne'?"),
        (("--saboteur", "orders"), "There is no person 'orders'."),
        (("--mode", "planned"), "A planned drill has no --commander"),
    ],
)
def test_answers_that_cannot_be_write_nothing(run, ignoring, instead, said):
    arguments = list(UNPLANNED)
    arguments[arguments.index(instead[0]) + 1] = instead[1]
    result = run("drill", "new", "q1", *arguments)
    assert result.code == 2
    assert said in result.err
    assert not (ignoring / "drills").exists()


def test_what_lint_will_say_is_told(run, ignoring):
    arguments = list(UNPLANNED)
    arguments[arguments.index("--why") + 1] = "To see whether Omar can do it"
    result = run("drill", "new", "q1", *arguments)
    assert result.code == 0
    assert "tells `commander`" in result.err


def test_names_that_nobody_knows_write_nothing(run, ignoring):
    for option, value in (("--service", "cheout"), ("--distribute-to", "a"), ("--reader", "b")):
        mode = UNPLANNED if option == "--reader" else PLANNED
        result = run("drill", "new", "q1", *mode, option, value)
        assert (result.code, repr(value) in result.err) == (2, True)
    assert not (ignoring / "drills").exists()


def test_a_name_in_another_case_is_written_as_the_catalog_has_it(run, ignoring):
    arguments = [each.upper() if each in ("orders", "greta") else each for each in PLANNED]
    result = run("drill", "new", "q1", *arguments, "--distribute-to", "Engineering")
    assert result.code == 0, result.err
    plan = yaml.safe_load((ignoring / "drills/q1.yaml").read_text())
    assert (plan["team"], plan["saboteur"]) == ("orders", "greta")
    assert plan["distribute_to"] == ["engineering"]


@pytest.mark.parametrize(
    "named", ["Joëlle Marchand", "joelle marchand", "@Joelle", "JOELLE@astronomy-shop.example"]
)
def test_people_are_named_as_everywhere(run, ignoring, named):
    arguments = [named if each == "greta" else each for each in PLANNED]
    result = run("drill", "new", "q1", *arguments, "--distribute-to", named)
    assert result.code == 0, result.err
    plan = yaml.safe_load((ignoring / "drills/q1.yaml").read_text())
    assert (plan["saboteur"], plan["distribute_to"]) == ("joelle", ["joelle"])


def test_a_team_whose_file_cannot_be_read_is_known_from_the_last_commit(run, ignoring):
    (ignoring / "teams/orders.yaml").write_text("name: [")
    result = run("drill", "new", "q1", *PLANNED)
    assert result.code == 0, result.err
    assert "teams/orders.yaml: the version of the last commit is used" in result.err
    assert "There is no team 'orders'" not in result.err


def test_nothing_is_overwritten(unplanned, run, team):
    before = (team / "drills/q1.yaml").read_bytes()
    for name in ("q1", "Q1"):
        assert run("drill", "new", name, *UNPLANNED).code == 5
        assert run("drill", "new", name, *PLANNED).code == 5
    (team / "drills/q2.private.yaml").write_text("# mine\n")
    assert run("drill", "new", "q2", *UNPLANNED).code == 5
    assert (team / "drills/q2.private.yaml").read_text() == "# mine\n"
    assert not (team / "drills/q2.yaml").exists()
    assert (team / "drills/q1.yaml").read_bytes() == before


def test_a_planned_drill(run, team):
    result = run("drill", "new", "spring", *PLANNED, "--service", "payment", "--json")
    assert result.json["written"] == ["drills/spring.yaml"]
    text = run("drill", "plan", "spring", "--format", "text").out
    assert text.count("?\n   ") == 6
    assert "2026-03-29 10:30 EDT, UTC-04:00" in text
    for whom in ("public", "private"):
        assert run("drill", "plan", "spring", "--audience", whom).code == 5
    assert run("drill", "note", "spring").code == 5
    readers = {
        each["name"]: each for each in run("drill", "audience", "spring", "--json").json["audience"]
    }
    assert "all of engineering" in readers["discovery"]["reasons"]
    assert "reached through payment" in readers["orders"]["reasons"]
    assert readers["orders"]["contacts"]


def test_a_name_that_would_be_a_private_half_s(run, ignoring):
    assert run("drill", "new", "q1.private", *PLANNED).code == 2
    assert run("drill", "new", "q1", *PLANNED, "--service", "a b").code == 2
    assert not (ignoring / "drills").exists()


def test_what_is_missing_is_named(run):
    result = run("drill", "new", "--what", "x")
    assert result.code == 2
    assert "a name, --team, --at, --how, --why, --saboteur" in result.err
    assert "--commander" in run("drill", "new", "a", *PLANNED, "--commander", "omar").err
    assert run("drill", "new", "a", "--mode", "maybe").code == 2


def test_a_drill_that_does_not_exist(run, unplanned):
    for subcommand in ("plan", "note", "audience", "sent"):
        result = run("drill", subcommand, "q1x")
        assert result.code == 3
        assert "Did you mean 'q1'?" in result.err


def test_sent_is_written_into_the_public_file(run, unplanned, team):
    file = team / "drills/q1.yaml"
    before = file.read_text().splitlines()
    result = run("drill", "sent", "q1", "--at", "2026-03-20T16:00")
    assert result.code == 0, result.err
    assert "sent 2026-03-20 16:00 EDT" in result.out
    after = file.read_text().splitlines()
    assert "sent: 2026-03-20T16:00" in after
    assert [line for line in after if not line.startswith("sent:")] == before
    assert "2026-03-20 16:00" in run("drill", "list").out
    again = run("drill", "sent", "q1", "--at", "2026-03-21T16:00", "--json")
    assert (again.json["path"], again.json["days_ahead"]) == ("drills/q1.yaml", 8)
    assert file.read_text().count("sent:") == 1


def test_a_plan_that_goes_out_late_is_said(run, team):
    run("drill", "new", "spring", *PLANNED)
    late = run("drill", "sent", "spring", "--at", "2026-03-26T16:00")
    assert late.code == 0
    assert "3 days before the drill; the rule is 7 days" in late.err
    future = run("drill", "sent", "spring", "--at", "2030-01-01T10:00")
    assert (future.code, "future" in future.err) == (2, True)
    assert "That is 1 day before" in run("drill", "sent", "spring", "--at", "2026-03-28T16:00").err


def test_a_tracked_private_half_fails_lint(run, unplanned, team, git):
    clean = run("catalog", "lint")
    assert (clean.code, " files checked" in clean.out) == (0, True)
    assert "IC122" not in clean.out
    git(team, "add", "-f", "drills/q1.private.yaml")
    result = run("catalog", "lint")
    assert result.code == 1
    assert "drills/q1.private.yaml:1:1: error IC122" in result.out


def test_outside_of_a_repository(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("drill", "list").code == 0
    assert command("drill", "new", "a", *PLANNED).code == 3
    assert command("drill", "plan", "a").code == 3


def test_the_questions_on_a_terminal_in_the_order_of_the_field(ignoring):
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
    child = program.Terminal(
        "-C", ignoring, "drill", "new", "q1",
        env=environment, timeout=60, encoding="utf-8", dimensions=(40, 200),
    )  # fmt: skip
    dialogue = [
        ("Who should know about it", "2"),
        ("What are we going to break, and why", "User login on staging"),
        ("Which team should respond", "oders"),
        ("There is no team 'oders'", None),
        ("Did you mean 'orders'", None),
        ("Which team should respond", "orders"),
        ("Who should become commander", "omar"),
        ("Who should become mitigator", "sanne"),
        ("Which day and time", "half past ten"),
        ("is not a time", None),
        ("Which day and time", "2026-03-29T22:30"),
        ("How do we break it", "Dropping the token database"),
        ("Does that really break something", "y"),
        ("Something is really going to break", None),
        ("private: may name the team", "To exercise the orders team"),
        ("Who causes it", "greta"),
        ("In what time range", "2026-03-29T09:00"),
        ("2026-03-29 is past", None),
        ("To \\(public", "2026-03-29T08:00"),
        ("must end after it begins", None),
        ("To \\(public", "2026-03-29T15:00"),
        ("must contain the time of the drill, 2026-03-29T22:30", None),
        ("Which day and time", "2026-03-29T10:30"),
        ("In what time range", "2026-03-29T09:00"),
        ("To \\(public", "2026-03-29T15:00"),
        ("does not name the team", "Dropping the token database is fun"),
        ("tells `how` of the private half", None),
        ("does not name the team", "To exercise our response"),
        ("Where does it take place", "staging"),
        ("In which time zone", "Mars/Olympus"),
        ("is not a time zone", None),
        ("In which time zone", "America/New_York"),
        ("Which services may it affect", "checkout, paiment"),
        ("There is no service 'paiment'", None),
        ("Which services may it affect", "checkout, payment"),
        ("Who gets the announcement", ""),
        ("An inject?", "Support has 30 tickets"),
        ("is not an inject", None),
        ("An inject?", "5m: Support has 30 tickets"),
        ("Another inject", "1h: A journalist: he calls"),
        ("Another inject", ""),
        ("until somebody declares", ""),
        ("until there is a commander", "soon"),
        ("is not a duration", None),
        ("until there is a commander", "2m"),
        ("until the first update", ""),
    ]
    for question, answer in dialogue:
        child.expect(question)
        if answer is not None:
            child.expect(":")
            child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert sorted(each.name for each in (ignoring / "drills").iterdir()) == [
        "q1.private.yaml",
        "q1.yaml",
    ]
    public, private = (
        yaml.safe_load((ignoring / "drills" / name).read_text())
        for name in ("q1.yaml", "q1.private.yaml")
    )
    assert public["simulated"] is False
    assert (public["environment"], public["timezone"]) == ("staging", "America/New_York")
    assert not {"injects", "targets", "services", "distribute_to"} & set(public)
    assert private["injects"] == [
        {"after": "5m", "tell": "Support has 30 tickets"},
        {"after": "1h", "tell": "A journalist: he calls"},
    ]
    assert (private["services"], private["targets"]) == (
        ["checkout", "payment"], {"commander": "2m"},
    )  # fmt: skip


def test_what_was_answered_before_ctrl_c_is_kept_and_continued(ignoring):
    def start(*arguments):
        return program.Terminal(
            "-C", ignoring, "drill", "new", *arguments,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "200"}, timeout=60, encoding="utf-8",
            dimensions=(40, 200),
        )  # fmt: skip

    child = start("q1")
    for question, answer in (("Who should know", "1"), ("What are we going", "The cart")):
        child.expect(question)
        child.expect(":")
        child.sendline(answer)
    child.expect("Who responds")
    child.sendintr()
    child.expect("Your answers are kept")
    child.expect(pexpect.EOF)
    assert child.wait() == 130
    assert not (ignoring / "drills").exists()
    (kept,) = (ignoring / ".git").rglob("drafts/*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    child = start()
    child.expect("Continue with the answers kept for q1")
    child.sendline("y")
    rest = (
        ("Who responds", "orders"), ("Which day", "2099-03-29T10:30"), ("How do we", "We pull it"),
        ("really break", "n"), ("Why do we", "Practice"), ("Who causes it", "greta"),
        ("Where does it", ""),
        ("In which time zone", ""), ("Which services", ""), ("Who gets it", ""),
        ("An inject", ""), ("declares", ""), ("commander", ""), ("first update", ""),
    )  # fmt: skip
    for question, answer in rest:
        child.expect(question)
        child.sendline(answer)
    child.expect(pexpect.EOF)
    assert child.wait() == 0
    assert yaml.safe_load((ignoring / "drills/q1.yaml").read_text())["what"] == "The cart"
    assert not kept.exists()


def test_less_than_a_week_ahead_is_told(run, ignoring):
    past = run("drill", "new", "q1", *PLANNED)
    assert "2026-03-29 is past." in past.err
    near = (datetime.now(UTC) + timedelta(days=3)).date()
    changed = [f"{near}T10:30" if each == "2026-03-29T10:30" else each for each in PLANNED]
    done = run("drill", "new", "q2", *changed)
    assert done.code == 0
    assert f"{near} is in " in done.err
    assert "at least 7 days ahead" in done.err
    assert "Next: send `incidentctl drill plan q2` now to the people" in done.err
    far = [each.replace("2026-", "2099-") for each in PLANNED]
    later = run("drill", "new", "q3", *far).err
    assert "ahead: " not in later
    assert "a week ahead to the people" in later


def test_stakeholders_outside_the_catalog_by_address_or_in_words(run, ignoring):
    given = ("--distribute-to", "press@example.com", "--distribute-to", "The office of the CEO")
    assert run("drill", "new", "q1", *PLANNED, *given).code == 0
    people = {
        each["name"]: each for each in run("drill", "audience", "q1", "--json").json["audience"]
    }
    assert people["press@example.com"]["kind"] == "outside"
    assert people["press@example.com"]["contacts"] == {"email": "press@example.com"}
    assert people["The office of the CEO"]["kind"] == "outside"
    assert "IC120" not in run("catalog", "lint").out
    refused = run("drill", "new", "q2", *PLANNED, "--distribute-to", "pres")
    assert refused.code == 2
    assert "There is no team or person 'pres'" in refused.err


def test_the_private_plan_names_people_and_has_all_that_is_private(run, ignoring):
    more = (
        "--service",
        "checkout",
        "--inject",
        "5m: Support has 30 tickets",
        "--target",
        "commander: 2m",
    )
    run("drill", "new", "q1", *UNPLANNED, *more)
    private = run("drill", "plan", "q1", "--audience", "private", "--format", "text").out
    members = {
        each["name"]: each for each in run("catalog", "list", "people", "--json").json["people"]
    }
    for handle in ("omar", "sanne", "greta"):
        assert f"{members[handle]['person']} ({handle})" in private
    for part in (
        "Services",
        "checkout",
        "Inject 1, after 5m",
        "Support has 30",
        "a commander within 2m",
        "Readers",
    ):
        assert part in private
    public = run("drill", "plan", "q1").out
    assert not [part for part in ("checkout", "tickets", "Readers") if part in public]
    planned = run("drill", "new", "q2", *PLANNED)
    assert planned.code == 0
    assert f"{members['greta']['person']} (greta)" in run("drill", "plan", "q2").out


def test_who_wrote_the_private_half_reads_it_too(run, ignoring, git):
    git(ignoring, "config", "user.email", "kofi@astronomy-shop.example")
    run("drill", "new", "q1", *UNPLANNED)
    private = yaml.safe_load((ignoring / "drills/q1.private.yaml").read_text())
    assert private["readers"][-1] == "kofi"
    assert "greta" in private["readers"]
    run("drill", "new", "q2", *UNPLANNED, "--reader", "omar")
    assert yaml.safe_load((ignoring / "drills/q2.private.yaml").read_text())["readers"] == ["omar"]


def test_injects_targets_and_the_rest_as_options(run, ignoring):
    more = (
        "--environment", "staging", "--distribute-to", "platform", "--distribute-to", "omar",
        "--inject", "5m: Support has 30 tickets", "--inject", "90s : A journalist calls",
        "--target", "First update: 15m", "--target", "declare:5m",
    )  # fmt: skip
    for name, mode, holder in (("q1", PLANNED, "q1.yaml"), ("q2", UNPLANNED, "q2.private.yaml")):
        assert run("drill", "new", name, *mode, *more).code == 0
        public = yaml.safe_load((ignoring / f"drills/{name}.yaml").read_text())
        plan = yaml.safe_load((ignoring / f"drills/{holder}").read_text())
        assert (public["environment"], public["distribute_to"]) == ("staging", ["platform", "omar"])
        assert plan["targets"] == {"declare": "5m", "first_update": "15m"}
        assert [each["after"] for each in plan["injects"]] == ["5m", "1m30s"]
        assert ("injects" in public) == (name == "q1")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--inject", "Support has 30 tickets", "write it as `5m: Support has 30 tickets`"),
        ("--inject", "soon: tickets", "'soon' is not a duration"),
        ("--inject", "5m:", "is not an inject"),
        ("--distribute-to", "5m: Support calls", "is an inject, and nobody to send to"),
        ("--target", "mitigator: 5m", "there are declare, commander, first_update"),
        ("--target", "commander: soon", "'soon' is not a duration"),
        ("--target", "2m", "is not a target"),
    ],
)
def test_an_inject_or_target_that_is_none(run, ignoring, option, value, said):
    result = run("drill", "new", "q1", *PLANNED, option, value)
    assert (result.code, said in result.err) == (2, True), result.err
    assert not (ignoring / "drills").exists()


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_leaving_the_questions_writes_nothing(ignoring, key):
    child = program.Terminal(
        "-C", ignoring, "drill", "new", "q1", "--mode", "unplanned",
        env={**os.environ, "TERM": "dumb"}, timeout=60, encoding="utf-8",
    )  # fmt: skip
    child.expect("What are we going to break")
    child.send(key)
    child.expect("Nothing was written")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not (ignoring / "drills").exists()


def test_the_organisations_own_template(unplanned, run, team):
    folder = team / "templates"
    folder.mkdir()
    (folder / "drill-public.md.j2").write_text(
        "# Ours: {{ title }}\n{% for each in answers %}\n- {{ each.question }} {{ each.answer }}\n"
        "{% endfor %}\x1b\n"
    )
    own = run("drill", "plan", "q1").out
    assert own.startswith("# Ours: Unplanned drill: q1\n- In what time range? 2026-03-29 09:00")
    assert own.count("Top Secret") == 6
    assert "\x1b" not in own
    text = run("drill", "plan", "q1", "--format", "text")
    assert text.out.startswith("Unplanned drill: q1\n==")
    assert (
        "layout of text is built in; templates/drill-public.md.j2 only changes the Markdown"
        in text.err
    )
    assert "built in" in run("drill", "plan", "q1", "--format", "html").err
    assert run("drill", "note", "q1", "--format", "html").err == ""
    assert "# Private plan" in run("drill", "plan", "q1", "--audience", "private").out
    for reaching in (
        "{% include '../drills/q1.private.yaml' %}",
        "{{ title.__class__ }}",
        "{{ x }}",
    ):
        (folder / "drill-public.md.j2").write_text(reaching)
        result = run("drill", "plan", "q1")
        assert (result.code, result.out) == (4, "")
        assert "templates/drill-public.md.j2" in result.err


def test_only_its_owner_reads_the_private_half(unplanned, team):
    assert (team / "drills/q1.private.yaml").stat().st_mode & 0o777 == 0o600


def test_a_drill_of_the_record_is_practice(run, team, git, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T12:00:00Z")
    git(team, "commit", "-q", "--amend", "-m", "Years ago")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    assert "IC212" in run("catalog", "lint").out
    run("declare", "practice", "--drill", "--affects", "checkout", "-s", "SEV3")
    found = run("catalog", "lint").out
    assert "IC212" not in found
    assert "IC213" in found
    run("cancel", "nobody came")
    assert "IC212" in run("catalog", "lint").out
    run("close")
    assert "IC212" in run("catalog", "lint").out


def test_a_drill_of_the_record_practises_its_runbooks(run, team, git, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T12:00:00Z")
    git(team, "commit", "-q", "--amend", "-m", "Years ago")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    run("declare", "practice", "--drill", "--affects", "checkout", "-s", "SEV3")
    answered = set(run("show", "--json").json["runbooks"])

    def told():
        problems = run("catalog", "lint", "--json").json["problems"]
        return {p["path"] for p in problems if p["code"] == "IC214"}

    every = {each["name"] for each in run("catalog", "list", "runbooks", "--json").json["runbooks"]}
    without = told()
    assert answered
    assert len(without) == len(every - answered)
    run("declare", "more practice", "--drill", "--affects", "checkout", "-s", "SEV1")
    assert told() < without


def test_a_time_with_a_space_is_taken_as_everywhere(run, ignoring):
    answers = [each.replace("2026-03-29T", "2026-03-29 ") for each in UNPLANNED]
    assert answers != list(UNPLANNED)
    done = run("drill", "new", "q2", *answers)
    assert done.code == 0, done.err
    written = [(ignoring / "drills" / f"q2{end}.yaml").read_text() for end in ("", ".private")]
    assert "2026-03-29T" in written[0]
    assert "2026-03-29T" in written[1]
    assert "2026-03-29 " not in "".join(written)


def test_paths_are_those_from_where_one_stands(run, team, opened, monkeypatch):
    run("resolve")
    (team / "services" / "deep").mkdir()
    monkeypatch.chdir(team / "services" / "deep")
    assert run("retro", opened).out == f"../../retros/{opened}.md\n"
    assert run("retro", opened, "--json").json["path"] == f"retros/{opened}.md"
    made = run("drill", "new", "q7", *PLANNED)
    assert made.out == "../../drills/q7.yaml\n", made.err
