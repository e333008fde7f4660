"""A broken catalog never stops a declaration; lint says where it is broken."""

import re

import pytest

BROKEN = {
    "broken yaml": ("services/bad.yaml", "name: [unclosed\n"),
    "wrong types": ("services/bad.yaml", "name: 7\nowner: [a]\nimportance: high\n"),
    "duplicate keys": ("services/bad.yaml", "name: a\nname: b\nowner: orders\n"),
    "an alias": ("services/bad.yaml", "name: &a b\nowner: *a\n"),
    "a bomb": ("services/bad.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nname: *b\n"),
    "a tag": ("services/bad.yaml", "name: !!python/object/apply:os.system [id]\n"),
    "very deep": ("services/bad.yaml", "name: " + "[" * 100_000 + "\n"),
    "2 MiB": ("services/bad.yaml", "description: " + "x" * (2 << 20) + "\n"),
    "no utf-8": ("services/bad.yaml", b"name: \xff\xfe\n"),
    "controls": ("services/bad.yaml", 'name: "\\e[31mred"\nowner: "\\u202e"\n'),
    "unknown key": ("services/bad.yaml", "name: bad\nowner: orders\nownr: x\n"),
    "no mapping": ("services/bad.yaml", "- just\n- words\n"),
    "a scalar": ("severities.yaml", "nothing\n"),
    "severities": ("severities.yaml", "severities: [{name: SEV1, critical: perhaps}]\n"),
    "settings": ("incidentctl.yaml", "organisation: [Acme\n"),
    "a long number as key": ("services/bad.yaml", f"identifiers: {{{'9' * 20}: x}}\nname: bad\n"),
    "one in a team": ("teams/bad.yaml", f"name: bad\n{'9' * 20}: x\n"),
    "one in the settings": ("incidentctl.yaml", f"organisation: Acme\n{'9' * 19}: x\n"),
    "ten thousand unknown keys": (
        "incidentctl.yaml",
        "".join(f"k{number}: 1\n" for number in range(10_000)),
    ),
    "zone": ("incidentctl.yaml", "timezone: Mars/Olympus\n"),
    "runbook": ("runbooks/critical.yaml", "name: critical\nsteps: {id: x}\n"),
    "team": ("teams/orders.yaml", "name: orders\nmembers: alice\n"),
}


def write(team, path, content):
    data = content if isinstance(content, bytes) else content.encode()
    (team / path).write_bytes(data)


@pytest.mark.parametrize(("path", "content"), BROKEN.values(), ids=list(BROKEN))
def test_everybody_can_still_work(run, team, path, content):
    write(team, path, content)
    result = run("declare", "x", "--json")
    assert result.code == 0, result.err
    assert result.json["severity"]
    assert result.json["runbooks"]
    assert path in result.err
    assert len(result.err) < 4000
    assert "\x1b" not in result.err
    assert run("log", "y").code == 0
    assert run("show").code == 0
    assert run("severity", "SEV1").code == 0
    if path != "teams/orders.yaml":
        who = run("catalog", "who", "kafka", "--json")
        assert who.code == 0, who.err
        assert who.json["matches"][0]["owner"] == "platform"


@pytest.mark.parametrize(("path", "content"), BROKEN.values(), ids=list(BROKEN))
def test_lint_says_where(run, team, path, content):
    write(team, path, content)
    result = run("catalog", "lint")
    assert result.code == 1
    place = r"" if len(content) > 1 << 20 else r":\d+:\d+"  # it is not even read
    assert re.search(rf"^{re.escape(path)}{place}: ", result.out, re.MULTILINE), result.out
    assert "\x1b" not in result.out + result.err
    assert len(result.out) < 25_000
    problems = run("catalog", "lint", "--json").json["problems"]
    assert any(p["path"] == path and ((p["line"] and p["column"]) or not place) for p in problems)


def test_no_is_the_name_of_a_service(run, team, show):
    write(team, "services/no.yaml", "name: no\nowner: orders\n")
    assert run("declare", "x", "--affects", "no").code == 0
    assert show()["services"] == ["no"]
    assert show()["owner"] == "orders"


@pytest.mark.parametrize("kind", ["missing", "folder", "loop"])
def test_a_file_that_cannot_be_read(run, team, kind):
    file = team / "services" / "bad.yaml"
    if kind == "folder":
        file.mkdir()
    elif kind == "loop":
        file.symlink_to(file)
    else:
        file.symlink_to("nowhere.yaml")
    assert run("declare", "x").code == 0
    assert run("log", "y").code == 0
    assert run("catalog", "lint").code in (0, 1)


def test_no_catalog_at_all_is_the_built_in_one(run, team):
    for folder in ("services", "teams", "runbooks", "product_areas"):
        for file in (team / folder).iterdir():
            file.unlink()
    (team / "severities.yaml").unlink()
    result = run("declare", "x", "--json")
    assert result.code == 0
    assert result.json["runbooks"]
    assert run("assign", "mitigator", "anybody").code == 0


def test_thousands_of_teams_do_not_keep_anybody_waiting(run, team):
    for number in range(2100):
        write(team, f"teams/{number}.yaml", "name: x\nmembers: [{handle: a}]\n" * 3)
    done = run("declare", "x", "--no-input")
    assert done.code == 0
    assert done.err.index("recorded") < done.err.index("catalog has errors")
    assert run("log", "y").code == 0
