import re

import pytest

SHOW = {
    "id", "kind", "title", "severity", "status", "declared", "roles", "steps", "timeline",
    "assigned", "links", "updates", "hypotheses", "problems",
}  # fmt: skip


def test_json_has_the_keys_that_others_build_on(run, opened, show):
    run("link", "channel", "https://chat.example/1")
    run("update", "looking")
    run("hypothesis", "a bad deploy")
    run("assign", "--team", "orders")
    run("assign", "--individual", "omar")
    state = show()
    assert state["schema"] == "incidentctl/show/1"
    assert set(state) >= SHOW
    assert set(state["steps"][0]) >= {"id", "title", "state"}
    assert set(state["timeline"][0]) >= {"event", "at", "by", "kind", "text"}
    assert state["assigned"] == {"team": "orders", "individual": "omar"}
    assert state["links"][0]["label"] == "channel"
    assert state["updates"][0]["text"] == "looking"
    assert state["hypotheses"][0]["text"] == "a bad deploy"
    assert state["problems"] == []


def test_any_unambiguous_part_of_the_id_will_do(run, opened, show):
    for part in (opened, opened[-3:], opened[4:12], opened.upper()):
        assert show(part)["id"] == opened
        assert show("-i", part)["id"] == opened


def test_the_variable_names_the_incident(run, opened, show, monkeypatch):
    run("declare", "another")
    monkeypatch.setenv("INCIDENTCTL_INCIDENT", opened[-3:])
    assert show()["id"] == opened
    assert run("log", "x", "--json").json["incident"] == opened


def test_an_unknown_id_is_not_found_with_what_was_probably_meant(run, opened):
    result = run("show", opened[:-1] + "0")
    assert result.code == 3
    assert f"Did you mean '{opened}'?" in result.err
    assert run("log", "lost?", "-i", "zzz").code == 3
    assert "lost?" in run("log", "lost?", "-i", "zzz").err


def test_several_open_incidents_need_a_name_and_the_text_is_echoed(run, opened):
    other = run("declare", "another one", "--drill").out.strip()
    for arguments in (["log", "do not lose me"], ["update", "do not lose me"], ["run"], ["show"]):
        result = run(*arguments)
        assert result.code == 2, arguments
        assert opened in result.err
        assert other in result.err
        if arguments[1:]:
            assert "do not lose me" in result.err
    result = run("log", "do not lose me", "-i", "-20")
    assert result.code == 2
    assert "do not lose me" in result.err
    assert run("log", "x", "-i", "drl").code == 0


@pytest.mark.parametrize("kind", ["drl", "inc"])
def test_a_part_that_fits_one_open_incident_means_that(run, team, show, kind):
    def declared(title):
        drill = ["--drill"] if kind == "drl" else []
        return run("declare", title, "--no-input", "--severity", "SEV4", *drill).out.strip()

    over, second = declared("over"), declared("goes on")
    run("resolve", "-i", over)
    assert show("-i", kind)["id"] == show(kind)["id"] == second
    assert run("log", "x", "-i", kind, "--json").json["incident"] == second
    assert run("reopen", "it is back", "-i", kind, "--json").json["incident"] == over
    third = declared("both are open")
    run("resolve", "-i", over)
    several = run("log", "x", "-i", kind)
    assert (several.code, over in several.err) == (2, True)
    assert several.err.index(third) < several.err.index(second) < several.err.index(over)
    run("resolve", "-i", second)
    assert run("retro", kind).code == 2
    run("resolve", "-i", third)
    assert run("log", "x", "-i", kind).code == 2


def test_a_retrospective_is_of_what_is_over(run, opened, team):
    run("resolve", "-i", opened)
    run("declare", "another", "--no-input")
    written = run("retro", "inc")
    assert (written.code, written.out.splitlines()[0]) == (0, f"retros/{opened}.md"), written.err


def test_show_at_shows_what_was_recorded_then(run, opened, show):
    run("log", "later")
    assert run("show", "--at", "1 hour ago").code == 3
    assert show("--at", "now")["timeline"][-1]["text"] == "later"
    assert run("show", "--at", "teatime").code == 2


def test_show_on_a_screen_tells_what_a_person_needs(run, opened):
    run("assign", "mitigator", "omar")
    run("log", "rolled back")
    result = run("show")
    assert result.code == 0
    for part in (opened, "checkout is down", "SEV2", "triage", "Omar Benhaddou", "in 30m",
                 "Page the on-call engineer", "rolled back", "orders"):  # fmt: skip
        assert part in result.out


def test_list_filters(run, opened):
    other = run("declare", "drilling", "-s", "SEV4", "--drill").out.strip()
    run("resolve", "-i", other)

    def ids(*arguments):
        result = run("list", "--json", *arguments)
        assert result.code == 0
        assert result.json["schema"] == "incidentctl/list/1"
        return [entry["id"] for entry in result.json["incidents"]]

    assert ids() == [opened]
    assert ids("--all") == [other, opened]
    assert ids("--since", "1d") == [other, opened]
    assert ids("--all", "--severity", "sev4") == [other]
    assert ids("--all", "--kind", "drill") == [other]
    assert ids("--service", "checkout") == [opened]
    assert ids("--service", "cart") == []
    assert ids("--text", "CHECKOUT is") == [opened]
    assert run("list", "--since", "teatime").code == 2


def test_the_most_severe_come_first_for_people_and_the_newest_in_json(run, team):
    made = {}
    for title, severity in (("a", "SEV1"), ("b", "SEV3"), ("c", "SEV1"), ("d", "SEV4")):
        made[title] = run("declare", title, "-s", severity, "--no-input").out.strip()
    over = run("declare", "over", "-s", "SEV1", "--no-input").out.strip()
    run("resolve", "-i", over)
    order = [made[title] for title in "cabd"]
    assert [line.split("\t")[0] for line in run("list").out.splitlines()] == order
    listed = [line.split("\t")[0] for line in run("list", "--all").out.splitlines()]
    assert listed == [*order, over]
    for arguments in (["log", "x"], ["log", "x", "-i", "inc"]):
        refused = run(*arguments).err
        assert sorted(order, key=refused.index) == order, arguments
    newest = sorted(made.values(), reverse=True)
    assert sorted(each["id"] for each in run("list", "--json").json["incidents"]) == sorted(newest)
    titles = [each["title"] for each in run("list", "--json").json["incidents"]]
    assert titles.index("d") < titles.index("a")


def test_list_says_that_nothing_is_open(run):
    result = run("list")
    assert (result.code, result.out) == (0, "")
    assert "No incident is open" in result.err


def test_list_has_the_head_of_show(run, opened, show):
    (head,) = run("list", "--json").json["incidents"]
    state = show()
    assert {"id", "kind", "title", "severity", "status", "declared"} <= set(head)
    for key in set(head) & set(state):
        assert head[key] == state[key], key


def test_list_is_one_line_each_when_piped(run, opened):
    (line,) = run("list").out.splitlines()
    assert line.split("\t")[0] == opened


def on_call_line(run, lines):
    (duty,) = run("catalog", "on-call", "orders", "--json").json["teams"]
    expected = ["on", "call", *f"{duty['name']} ({duty['on_call']}) of orders".split()]
    return expected in [line.split() for line in lines.splitlines()]


def test_who_is_on_call_is_told_until_somebody_else_has_a_role(run, opened):
    declared = run("declare", "carts are lost", "--affects", "checkout", "--no-input")
    assert on_call_line(run, declared.err)
    for how in ([], ["--brief"]):
        assert on_call_line(run, run("show", opened, *how).out)
        then = run("show", opened, *how, "--at", "now")
        assert (then.code, "commander      Greta Lindqvist" in then.out) == (0, True)
        assert "on call" not in then.out
    assert on_call_line(run, run("handover", "omar", "-i", opened).out)
    run("assign", "mitigator", "omar", "-i", opened)
    for how in ([], ["--brief"]):
        shown = run("show", opened, *how)
        assert (shown.code, "mitigator      Omar Benhaddou" in shown.out) == (0, True)
        assert "on call" not in shown.out


def test_nobody_is_on_call_for_what_is_over_or_has_no_owner(run, opened):
    assert run("resolve", "-i", opened).code == 0
    over = run("show", opened)
    assert (over.code, "status         resolved" in over.out) == (0, True)
    assert "on call" not in over.out
    unknown = run("declare", "something is odd", "--no-input")
    assert unknown.err.startswith(f"recorded {unknown.out.strip()}: declared")
    assert "on call  " not in unknown.err
    shown = run("show", unknown.out.strip())
    assert (shown.code, "something is odd" in shown.out) == (0, True)
    assert "on call  " not in shown.out


@pytest.mark.parametrize(
    ("zone", "told"),
    [("UTC", "UTC"), ("Africa/Accra", "UTC"), ("Asia/Tokyo", r"Asia/Tokyo \(\+09:00\)")],
)
def test_the_zone_of_the_entries_is_called_as_elsewhere(run, team, zone, told):
    settings = team / "incidentctl.yaml"
    text = re.sub("^timezone: .*$", f"timezone: {zone}", settings.read_text(), flags=re.MULTILINE)
    settings.write_text(text)
    run("declare", "x", "--no-input")
    assert re.search(rf"^Last entries, {told}$", run("show").out, re.MULTILINE)


def test_list_searches_what_was_written_and_says_what_it_leaves_out(run, opened, team):
    run("log", "the connection pool is exhausted")
    run("update", "We restart the Café service")
    run("hypothesis", "a leak in release 1.4")
    other = run("declare", "search is slow", "--no-input").out.strip()

    def found(*words):
        return [each["id"] for each in run("list", "--json", *words).json["incidents"]]

    for text in ("Connection POOL", "cafe\u0301 service", "leak in", "checkout"):
        assert found("--text", text) == [opened], text
    assert found("--text", "search") == [other]
    run("resolve", "-i", opened)
    run("retro", opened)
    retro = team / "retros" / f"{opened}.md"
    retro.write_text(retro.read_text() + "\nThe limit of the proxy was never tested.\n")
    said = run("list", "--text", "pool")
    assert said.out == ""
    assert "No open incident matches." in said.err
    assert "--all searches" in said.err
    for _ in ("cold", "warm"):
        assert found("--all", "--text", "pool") == [opened]
    assert found("--all", "--text", "proxy was never") == [opened]
    assert found("--all", "--text", "nobody wrote this") == []
    retro.unlink()  # it holds the timeline of before
    run("redact", str(entry_of(run, opened, "pool")), "-i", opened)
    assert found("--all", "--text", "pool") == []


def test_a_long_search_shows_how_far_it_is(run, opened, monkeypatch):
    monkeypatch.setattr("incidentctl.cli.session._SLOW", 1)
    monkeypatch.setattr("incidentctl.cli.session._EACH", 1)
    said = run("list", "--text", "nobody wrote this").err
    assert said.count("Reading the logs of 1 incidents, once.") == 1  # in a script: once
    run("log", "more")
    run("declare", "search is slow", "--no-input")
    monkeypatch.setattr("incidentctl.cli.terminal.console.is_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    said = run("list", "--all", "--text", "nobody wrote this").err
    assert "\r\x1b[KReading the logs of 2 incidents, once: 1\r\x1b[K" in said


def entry_of(run, ident, text):
    timeline = run("show", ident, "--json").json["timeline"]
    return next(entry["number"] for entry in timeline if text in entry["text"])


def test_a_page_is_written_and_written_anew_and_replaces_nothing_else(run, opened, team):
    run("log", "rolled back")
    result = run("show", opened, "--html", "page.html")
    assert (result.code, result.out) == (0, "page.html\n")
    assert "rolled back" in (team / "page.html").read_text()
    run("log", "and forth")
    assert run("show", "--html", "page.html").code == 0
    text = (team / "page.html").read_text()
    assert "and forth" in text
    assert run("show", "--html", "-").out.startswith(text[:100])
    for other in ("incidentctl.yaml", "report.html"):
        run("report", "--html", "report.html")
        before = (team / other).read_bytes()
        refused = run("show", "--html", other)
        assert (refused.code, refused.out) == (5, "")
        assert "left alone" in refused.err
        assert (team / other).read_bytes() == before


def test_a_page_is_also_as_of_a_moment_and_no_other_format(run, opened):
    moment = run("show", "--json").json["timeline"][-1]["recorded"]
    run("log", "rolled back")
    page = run("show", "--html", "-", "--at", moment)
    assert page.code == 0, page.err
    assert "rolled back" not in page.out
    assert "It is open: this is how it stood at" in page.out
    for other in ("--json", "--brief", "--all"):
        assert run("show", "--html", "x.html", other).code == 2
