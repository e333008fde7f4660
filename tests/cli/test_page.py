"""`page build` from a record with everything in it: what customers read, and what they must not."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests import program

EVIL = "</title></style><script>window.ran=1</script><img src=x onerror=window.ran=1> {{7*7}}"
SECRET = "ZQX"


def public(run, ident, *words):
    done = run("update", "--public", "--yes", "-i", ident, *words)
    assert done.code == 0, done.err


def declared(run, *words):
    done = run("declare", "--no-input", *words)
    assert done.code == 0, done.err
    return done.out.strip()


def now() -> str:
    return datetime.now(UTC).isoformat()


def read(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture
def told(run):
    """A record in which customers were told of one incident, and not of others."""
    ident = declared(run, f"{SECRET} title", "-s", "SEV2")
    run("log", f"{SECRET} note", "-i", ident)
    run("hypothesis", f"{SECRET} thinks so", "-i", ident)
    run("update", f"{SECRET} internal", "-i", ident)
    public(
        run, ident, "--state", "checkout=major", "--headline", "Payments <fail>", "We look & see"
    )
    for kind in (("--drill",), ("--restricted",), ()):
        other = declared(run, f"{SECRET} other", *kind)
        if kind:
            public(run, other, "--state", "cart=major", f"{SECRET} public")
    return ident


def test_only_what_customers_were_told_is_there(run, told, tmp_path):
    out = tmp_path / "out"
    done = run("page", "build", "--out", str(out), "--at", now(), "--json")
    assert (done.code, done.json["incidents"], done.json["open"]) == (0, 1, 1)
    found = read(out)
    assert [path for path in found if path.startswith("incidents/")] == [f"incidents/{told}.html"]
    page = found["index.html"].decode()
    for text in ("Payments &lt;fail&gt;", "We look &amp; see", "Major outage: Checking out"):
        assert text in page
    assert "The next update comes by " in page
    assert "too short for a figure" in page
    assert " % up" not in page
    assert not [path for path, data in found.items() if SECRET.encode() in data]
    assert not [path for path, data in found.items() if b"<script" in data or b"greta" in data]


def test_the_same_moment_gives_the_same_bytes_and_writes_nothing(run, told, tmp_path):
    one, other, at = tmp_path / "one", tmp_path / "other", now()
    run("page", "build", "--out", str(one), "--at", at)
    again = run("page", "build", "--out", str(one), "--at", at, "--json").json
    assert (again["written"], again["removed"]) == (0, 0)
    run("page", "build", "--out", str(other), "--at", at)
    assert read(one) == read(other)


def test_one_more_update_changes_few_files(run, told, tmp_path):
    out = str(tmp_path / "out")
    public(run, told, "--state", "checkout=operational", "It works again")
    run("resolve", "-i", told, "x")
    public(run, told, "All is well")
    run("page", "build", "--out", out, "--at", now())
    before = read(tmp_path / "out")
    another = declared(run, "another")
    public(run, another, "Something else")
    run("page", "build", "--out", out, "--at", now())
    changed = {path for path, data in read(tmp_path / "out").items() if before.get(path) != data}
    assert f"incidents/{another}.html" in changed
    assert f"incidents/{told}.html" not in changed


def test_what_comes_after_the_moment_is_said_and_not_shown(run, told, tmp_path):
    done = run("page", "build", "--out", str(tmp_path / "out"), "--at", "2020-01-01T00:00Z")
    assert "1 public update from after that time not on it" in done.err
    assert "No known problems" in (tmp_path / "out/index.html").read_text()
    assert "Nothing is known of the past" in (tmp_path / "out/index.html").read_text()


def test_a_redacted_update_is_gone_with_its_page(run, told, tmp_path):
    number = run("show", "--json", told).json["timeline"][-1]["number"]
    run("page", "build", "--out", str(tmp_path / "out"), "--at", now())
    assert run("redact", str(number), "-i", told).code == 0
    run("page", "build", "--out", str(tmp_path / "out"), "--at", now())
    assert not [path for path, data in read(tmp_path / "out").items() if b"We look" in data]


def test_foreign_files_are_refused_or_left(run, told, tmp_path):
    (tmp_path / "CNAME").write_text("status.example.com")
    assert run("page", "build", "--out", str(tmp_path)).code == 0
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("ours")
    refused = run("page", "build", "--out", str(other))
    assert (refused.code, "index.html was not written by" in refused.err) == (5, True)
    assert read(other) == {"index.html": b"ours"}
    assert (tmp_path / "CNAME").read_text() == "status.example.com"


def test_the_team_decides_how_it_looks(run, told, team, tmp_path):
    settings = team / "incidentctl.yaml"
    (team / "page").mkdir()
    (team / "page/logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    day = (datetime.now(UTC) - timedelta(days=2)).date()
    look = "logo: page/logo.svg, theme: {accent: '#0a6b3d'}"
    theme = f"page: {{title: Up or down, since: {day}, {look}}}"
    settings.write_text(f"{settings.read_text()}\n{theme}\n")
    assert run("catalog", "lint").code == 0
    assert run("page", "build", "--out", str(tmp_path), "--at", now()).code == 0
    page = (tmp_path / "index.html").read_text()
    for text in (
        "<h1>Up or down</h1>",
        "#0a6b3d",
        'src="logo.svg"',
    ):
        assert text in page
    # Two whole days, and so much of today as has passed.
    assert re.search(r"100 % up in [23] known days", page)
    assert (tmp_path / "logo.svg").read_bytes() == (team / "page/logo.svg").read_bytes()
    (team / "page/logo.svg").unlink()
    refused = run("page", "build", "--out", str(tmp_path))
    assert (refused.code, "page/logo.svg cannot be read" in refused.err) == (4, True)


@pytest.mark.parametrize(
    "value",
    [
        "theme: {accent: 'red; } body { display: none'}",
        "theme: {accent: 'url(//evil.example)'}",
        "logo: ../../etc/logo.png",
        "logo: /etc/logo.png",
        "address: javascript:alert(1)",
        "address: 'https://a.example/\"><script>'",
    ],
)
def test_what_is_no_colour_and_no_address_is_refused(run, team, value):
    settings = team / "incidentctl.yaml"
    settings.write_text(f"{settings.read_text()}\npage: {{{value}}}\n")
    assert run("catalog", "lint").code == 1


def test_an_own_template_makes_the_page_and_gets_text_only(run, told, team, tmp_path):
    (team / "templates").mkdir(exist_ok=True)
    template = (
        "<h1>{{ title }}</h1>{% for it in open %}<p>{{ it.title }}: {{ it.state }}</p>{% endfor %}"
    )
    (team / "templates/status.html.j2").write_text(template)
    assert run("page", "build", "--out", str(tmp_path), "--at", now()).code == 0
    said = (tmp_path / "index.html").read_text()
    assert said == "<h1>Astronomy Shop status</h1><p>Payments &lt;fail&gt;: major outage</p>"
    (team / "templates/status.html.j2").write_text("\n{{ nothing }}")
    refused = run("page", "build", "--out", str(tmp_path))
    assert (refused.code, "templates/status.html.j2:2" in refused.err) == (4, True)


def test_it_is_seen_on_loopback_as_it_is_now(run, told, team):
    serving = program.start("-C", team, "page", "serve", "--port", "0", stdout=subprocess.PIPE)
    address = serving.stdout.readline().decode().strip()

    def get(path, host=None):
        headers = {"Host": host} if host else {}
        request = urllib.request.Request(address + path, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310 (on loopback)
            return answer.headers["Content-Type"], answer.read().decode()

    kind, page = get("")
    assert (kind, "Payments &lt;fail&gt;" in page) == ("text/html; charset=utf-8", True)
    assert json.loads(get("api/v2/status.json")[1])["status"]["indicator"] != "none"
    public(run, told, "It is better")
    time.sleep(1.1)
    assert "It is better" in get("")[1]
    for path, host, code in (
        ("nothing", None, 404),
        ("../secret", None, 404),
        ("", "evil.example", 403),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(path, host)
        assert refused.value.code == code
        refused.value.close()
    serving.send_signal(signal.SIGINT)
    serving.communicate(timeout=60)
    assert serving.returncode == 0


def test_a_hostile_text_is_text(run, told, tmp_path):
    public(run, told, EVIL, "--headline", EVIL[:200])
    run("page", "build", "--out", str(tmp_path / "out"), "--at", now())
    for path, data in read(tmp_path / "out").items():
        assert path.endswith(".json") or b"<img src=x" not in data


@pytest.mark.parametrize(
    "arguments", [("page", "build", "--out", "public"), ("report", "--uptime")]
)
def test_from_the_wrong_folder_nobody_is_told_that_all_is_well(
    command, tmp_path, monkeypatch, arguments
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "public").mkdir()
    refused = command(*arguments)
    assert (refused.code, "No team repository found." in refused.err) == (3, True)
    assert list((tmp_path / "public").iterdir()) == []
