"""What other clones may push onto the branch: everything still works, and says what it left out."""

import json
import subprocess

import pytest

ID = "01KB00000000000000000000{:02d}"
FUTURE = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"


def event(ident, kind="noted", **fields):
    fields = {"text": "hello"} if kind == "noted" and not fields else fields
    return json.dumps(
        {
            "v": 1,
            "id": ident,
            "kind": kind,
            "at": "2026-11-24T10:00:00.000Z",
            "recorded": "2026-11-24T10:00:00.000Z",
            "by": "mallory",
            **fields,
        }
    )


def named(ident, kind="noted"):
    return f"{ident}-{kind}.json"


#: Name, content, mode, and what is said of it.
HOSTILE = {
    "huge": (named(ID.format(1)), event(ID.format(1), text="x" * 70_000), "100644", "64 kB"),
    "misnamed": ("../../x.json", event(ID.format(2)), "100644", None),
    "another name": (named(ID.format(3)), event(ID.format(4)), "100644", "named otherwise"),
    "a link": (named(ID.format(5)), "/etc/passwd", "120000", "not a plain file"),
    "a program": (named(ID.format(6)), event(ID.format(6)), "100755", "not a plain file"),
    "many lines": (
        named(ID.format(20)),
        json.dumps(json.loads(event(ID.format(20))), indent=2) + "\n\n",
        "100644",
        None,
    ),
    "no json": (named(ID.format(7)), "{", "100644", "not JSON"),
    "deep json": (named(ID.format(8)), "[" * 60_000, "100644", "nested too deeply"),
    "a list": (named(ID.format(9)), "[]", "100644", "not a JSON object"),
    "no author": (named(ID.format(10)), event(ID.format(10), by=""), "100644", "no author"),
    "wrong time": (named(ID.format(11)), event(ID.format(11), at="noon"), "100644", "time"),
    "year 1": (
        named(ID.format(12)),
        event(ID.format(12), at="0001-01-01T00:00:00+14:00"),
        "100644",
        "time",
    ),
    "year 9999": (
        named(ID.format(13)),
        event(ID.format(13), at="9999-12-31T23:59:59-14:00"),
        "100644",
        "time",
    ),
    "the future": (named(FUTURE), event(FUTURE), "100644", "48 hours ahead"),
    "unknown kind": (
        named(ID.format(14), "teleported"),
        event(ID.format(14), "teleported", to="\x1b[31mMars"),
        "100644",
        None,
    ),
    "wrong fields": (
        named(ID.format(15), "severity-set"),
        event(ID.format(15), "severity-set", severity=["SEV1"], critical="yes"),
        "100644",
        None,
    ),
    "no step": (
        named(ID.format(16), "step-done"),
        event(ID.format(16), "step-done", step="no-such"),
        "100644",
        "no-such",
    ),
    "controls": (
        named(ID.format(17)),
        event(ID.format(17), text="\x1b]52;c;x\x07 \u202e <img src=x>", by="\x1b[31mm"),
        "100644",
        None,
    ),
    "huge numbers": (
        named(ID.format(18), "severity-set"),
        event(ID.format(18), "severity-set", severity="S", critical=True, update_every=10**300),
        "100644",
        None,
    ),
    "a cadence of centuries": (
        named("7YZZZZZZZZZZZZZZZZZZZZZZZZ", "severity-set"),
        event(
            "7YZZZZZZZZZZZZZZZZZZZZZZZZ",
            "severity-set",
            severity="SEV3",
            update_every=130_000_000_000,
        ),
        "100644",
        "48 hours ahead",
    ),
    "a zone": (
        named(ID.format(19), "declared"),
        event(ID.format(19), "declared", title="x", timezone="../../etc", utc_offset=10**9),
        "100644",
        None,
    ),
}


def plant(folder, ident, files):
    """Commit files into an incident's `events` on the branch, as another clone could push them."""
    base = f"incidents/{ident[4:8]}/{ident[8:10]}/{ident}/events/"
    tip = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "incident-log"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    stream = b"commit refs/heads/incident-log\ncommitter M <m@x> 1 +0000\ndata 1\nx\n"
    stream += f"from {tip}\n".encode()
    for name, content, mode in files:
        data = content.encode()
        path = base + name if "/" not in name else f"incidents/{name.replace('../', 'up/')}"
        stream += f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet", "--force"], input=stream, check=True
    )


def check(run, ident, told):
    """Everything works before a flush and after it; what was left out is told until it is gone."""
    for arguments in (["list"], ["list", "--all"], ["show", ident], ["log", "-i", ident], ["due"],
                      ["step", "list", "-i", ident], ["status", "-i", ident], ["doctor"],
                      ["watch", "--once"], ["report"]):  # fmt: skip
        result = run(*arguments)
        assert result.code in (0, 1), (arguments, result.err)
        assert "\x1b" not in result.out + result.err
        assert "\u202e" not in result.out + result.err
    if told:
        problems = run("show", "--json", ident).json["problems"]
        assert any(told in problem for problem in problems), problems
        assert told in run("show", ident).out
    assert run("log", "still here", "-i", ident).code == 0
    state = run("show", "--json", ident).json
    assert "still here" in [entry["text"] for entry in state["timeline"]]


@pytest.mark.parametrize(("name", "content", "mode", "told"), HOSTILE.values(), ids=list(HOSTILE))
def test_one_hostile_event(run, team, opened, name, content, mode, told):
    plant(team, opened, [(name, content, mode)])
    check(run, opened, told)


def test_all_of_them_at_once(run, team, opened):
    plant(team, opened, [entry[:3] for entry in HOSTILE.values()])
    check(run, opened, None)
    second = run("declare", "another")
    assert second.code == 0
    assert second.out.strip() > "inc-2026"


def test_an_incident_that_is_only_hostile(run, team, opened):
    ident = "inc-20200101-0000-xyz"
    plant(team, ident, [entry[:3] for entry in HOSTILE.values() if "up" not in entry[0]])
    for arguments in (["list", "--all"], ["show", ident], ["log", "-i", ident], ["list"]):
        result = run(*arguments)
        assert result.code in (0, 2, 3), (arguments, result.err)
        assert "\x1b" not in result.out + result.err


@pytest.mark.parametrize("group", ["w w w", "../../../evil", "alr-", "", "x" * 9000])
def test_an_attachment_of_what_is_no_alert_can_be_taken_back(run, team, opened, group):
    ident = ID.format(30)
    plant(
        team,
        opened,
        [(named(ident, "alert-attached"),
          event(ident, "alert-attached", group=group, incident=opened), "100644")],
    )  # fmt: skip
    entries = run("show", "--json", opened).json["timeline"]
    [number] = [each["number"] for each in entries if each["kind"] == "alert-attached"]
    for word in ("retract", "undo"):
        done = run(word, *([str(number)] if word == "retract" else []), "-i", opened)
        assert done.code == 0, done.err
    assert not (team.parent / "evil").exists()
    check(run, opened, None)
