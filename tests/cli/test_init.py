"""`incidentctl init` from options, and its questions on a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pexpect
import pytest
import yaml
from tests import program

from incidentctl.files.catalog.loader import load

COMMAND = [sys.executable, "-m", "incidentctl"]


def run(folder, *arguments):
    return program.run(*arguments, cwd=folder)


def test_from_options(tmp_path, git):
    done = run(
        tmp_path,
        "init", "acme", "--organisation", "Acme", "--team", "core", "--services", "auth-api,db",
        "--tier", "per-severity-and-area", "--area", "login=auth-api", "--area", "shop",
        "--timezone", "Europe/Berlin", "--expected-services", "120", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["schema"] == "incidentctl/init/1"
    assert result["kept"] == []
    root = tmp_path / "acme"
    catalog, problems = load(root)
    assert problems == []
    assert len(catalog.runbooks) == 15
    assert git(root, "rev-parse", "--show-toplevel").strip() == str(root.resolve())
    again = run(tmp_path, "init", "acme", "--team", "core")
    assert again.returncode == 0
    assert "kept: acme/teams/core.yaml" in again.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--team", "../core"),
        ("--team", ""),
        ("--services", "a,b/c"),
        ("--services", "a,A"),
        ("--area", "x\x1b[31m"),
        ("--organisation", "a\nb"),
        ("--timezone", "Mars/Olympus"),
        ("--expected-services", "-1"),
        ("--tier", "none"),
        ("--remote", "--upload-pack=x"),
    ],
)
def test_a_hostile_value_is_a_usage_error_and_writes_nothing(tmp_path, arguments):
    done = run(tmp_path, "init", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "\x1b" not in done.stderr
    assert "error:" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_refused(tmp_path):
    (tmp_path / "acme").touch()
    done = run(tmp_path, "init", "acme")
    assert done.returncode == 5
    assert "is not a folder" in done.stderr


@pytest.fixture
def terminal(tmp_path):
    child = program.Terminal(
        "init", "acme",
        cwd=str(tmp_path), env={**os.environ, "TERM": "dumb"}, encoding="utf-8", timeout=60,
    )  # fmt: skip
    yield child
    child.close(force=True)


def test_the_questions(tmp_path, terminal):
    terminal.expect("organisation")
    terminal.sendline("Acme")
    terminal.expect("team called")
    terminal.sendline("a/b")
    terminal.expect("cannot be the name")
    terminal.expect("team called")
    terminal.sendline("core")
    terminal.expect("run in production")
    terminal.sendline("auth-api, db")
    terminal.expect("How many services")
    terminal.sendline("101")
    terminal.expect("How much process")
    terminal.sendline("")
    terminal.expect("Product areas")
    terminal.sendline("login, shop")
    terminal.expect("power login")
    terminal.sendline("auth-api")
    terminal.expect("power shop")
    terminal.sendline("")
    terminal.expect("time zone")
    terminal.sendline("")
    terminal.expect("git repository")
    terminal.sendline("n")
    terminal.expect(pexpect.EOF)
    assert terminal.wait() == 0
    catalog, problems = load(tmp_path / "acme")
    assert problems == []
    assert len(catalog.runbooks) == 15
    assert catalog.settings.tier is None
    assert catalog.settings.expected_services == 101
    assert not (tmp_path / "acme/.git").exists()


def test_a_stray_letter_chooses_no_other_line_of_a_fixed_list(tmp_path, git):
    root = tmp_path / "acme"
    git(tmp_path, "init", "-q", str(root))
    git(root, "remote", "add", "origin", "https://git.example.com/acme.git")
    options = ["--organisation", "Acme", "--team", "core", "--services", "api", "--timezone", "UTC"]
    child = program.Terminal(
        "init", *options, "--expected-services", "1", "--tier", "single",
        cwd=str(root), dimensions=(24, 80), encoding="utf-8", timeout=60,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )  # fmt: skip
    child.expect_exact("How should the record of incidents be shared?")
    child.expect_exact("share it through origin")
    child.send("y\r")
    child.expect(pexpect.EOF)
    assert child.wait() == 0
    assert load(root)[0].settings.record.remote == "origin"


def test_ctrl_c_writes_nothing(tmp_path, terminal):
    terminal.expect("organisation")
    terminal.sendline("Acme")
    terminal.expect("team called")
    terminal.sendintr()
    terminal.expect("Nothing was written")
    terminal.expect(pexpect.EOF)
    assert terminal.wait() == 130
    assert not (tmp_path / "acme").exists()


def test_a_folder_above_is_that_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    run(tmp_path / "sub", "init", "..", "--team", "core", "--no-git")
    assert (tmp_path / "incidentctl.yaml").is_file()
    assert list((tmp_path / "sub").iterdir()) == []


def test_the_checks_look_at_everything(tmp_path):
    """A hook without files to check is skipped, and one commit does not show a repository's age."""
    run(tmp_path, "init", "--no-git")
    config = (tmp_path / ".pre-commit-config.yaml").read_text()
    hook = yaml.safe_load(config)["repos"][0]["hooks"][0]
    assert (hook["always_run"], hook["pass_filenames"], "files" in hook) == (True, False, False)
    workflow = yaml.safe_load((tmp_path / ".github/workflows/incidentctl.yml").read_text())
    checkout, *steps = workflow["jobs"]["lint"]["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    assert "incidentctl actions --overdue" in [step.get("run") for step in steps]


def test_files_of_others_are_excluded_from_the_start(tmp_path):
    root = tmp_path / "mono"
    for name, text in {
        "services/web/Chart.yaml": "apiVersion: v2\nname: web\n",
        "services/web/templates/d.yaml": "{{- if .Values.x }}\n",
        "services/compose.yml": "services: {web: {image: nginx}}\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    done = run(root, "init", "--organisation", "A", "--services", "api", "--no-input")
    assert done.returncode == 0
    assert "`exclude` in incidentctl.yaml names them: services/compose.yml, services/web/." in (
        " ".join(done.stderr.split())
    )
    linted = run(root, "catalog", "lint", "--strict").stdout
    assert linted.endswith("3 excluded, no problems.\n")


def test_the_workflow_is_one(tmp_path):
    run(tmp_path, "init", "--no-git")
    done = subprocess.run(
        [
            sys.executable, "-m", "check_jsonschema",
            "--builtin-schema", "vendor.github-workflows", ".github/workflows/incidentctl.yml",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.fixture
def nobody(monkeypatch):
    """Have neither git nor the system say who runs this."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.delenv("USER")
    monkeypatch.delenv("LOGNAME", raising=False)


def test_without_an_identity_it_says_who_is_on_call_and_what_to_do(nobody, tmp_path):
    output = run(tmp_path, "init", "acme", "--team", "core", "--no-input").stderr
    assert "Git does not know who you are" in output
    assert "me leads the team core and is on call" in output
    assert "teams/core.yaml" in output
    assert "git config user.name" in output
    again = run(tmp_path, "init", "acme", "--team", "core", "--no-input")
    assert again.returncode == 0, again.stderr
    assert "who you are" not in again.stderr


def test_with_an_identity_it_says_nothing_of_it(tmp_path):
    done = run(tmp_path, "init", "acme", "--no-input")
    assert (done.returncode, (tmp_path / "acme/incidentctl.yaml").exists()) == (0, True)
    assert "git config" not in done.stderr


@pytest.mark.parametrize(
    ("answer", "handle", "name"), [("Ann Bell", "ann-bell", "Ann Bell"), ("", "me", None)]
)
def test_without_an_identity_the_name_is_asked(nobody, tmp_path, terminal, answer, handle, name):
    terminal.expect("What is your name")
    terminal.sendline(answer)
    terminal.expect("organisation")
    for question in ("team called", "run in production", "How many", "How much", "zone", "git rep"):
        terminal.sendline("")
        terminal.expect(question)
    terminal.sendline("n")
    terminal.expect(r"git\s+config\s+user.email")
    terminal.expect(pexpect.EOF)
    (team,) = load(tmp_path / "acme")[0].teams.values()
    assert (team.lead, team.on_call.rota) == (handle, (handle,))
    assert team.members[0].name == name


def test_services_and_teams_may_be_named_one_by_one(command, tmp_path):
    root = tmp_path / "x"
    done = command(
        "init", str(root), "--team", "core", "--team", "shop=cart",
        "--services", "api", "--services", "cart,db", "--no-input",
    )  # fmt: skip
    assert done.code == 0, done.err
    catalog, problems = load(root)
    assert problems == []
    owners = {service.name: service.owner for service in catalog.services.values()}
    assert owners == {"api": "core", "cart": "shop", "db": "core"}
    done = command("init", str(root), "--area", "buying=cart", "--no-input")
    assert done.code == 0, done.err
    assert done.out.endswith("/product_areas/buying.yaml\n")
    assert load(root)[0].product_areas["buying"].owner == "shop"


def test_an_area_belongs_to_the_team_of_most_of_its_services(command, tmp_path):
    root = tmp_path / "x"
    done = command(
        "init", str(root), "--team", "core", "--team", "shop=cart", "--services", "cart,api,db",
        "--tier", "critical-split", "--area", "buying=cart,api,db", "--area", "carts=cart",
        "--no-input",
    )  # fmt: skip
    assert done.code == 0, done.err
    areas = load(root)[0].product_areas
    assert (areas["buying"].owner, areas["carts"].owner) == ("core", "shop")
    assert "    incidentctl catalog who buying\n" in (root / "README.md").read_text()
    assert command("-C", str(root), "catalog", "who", "buying").code == 0
    refused = command("init", str(tmp_path / "y"), "--services", "cart,api", "--team", "a=crt,zzz")
    assert "Did you mean 'cart'?" in refused.err


def test_the_questions_tell_every_wrong_name_and_keep_the_others(tmp_path, terminal):
    terminal.expect("organisation")
    terminal.sendline("")
    terminal.expect("team called")
    terminal.sendline("core, shop, pay")
    terminal.expect("run in production")
    terminal.sendline("api, a/b, cart, c d, db, s3, mail")
    terminal.expect("'a/b' cannot be")
    terminal.expect("'c d' cannot be")
    terminal.expect("Kept: api, cart, db, s3, mail. Which others")
    terminal.sendline("queue")
    terminal.expect("does shop own")
    terminal.sendline("cart, apii")
    terminal.expect("Did you mean 'api'")
    terminal.expect("Kept: cart. Which others")
    terminal.sendline("")
    terminal.expect("does pay own")
    terminal.sendline("cart, db")
    terminal.expect("The teams shop and pay both name cart, and a service has one owner.")
    terminal.expect("Kept: db. Which others")
    terminal.sendline("")
    terminal.expect("How many services")
    terminal.sendline("")
    terminal.expect("How much process")
    terminal.sendline("")
    terminal.expect("Product areas")
    terminal.sendline("login, buying")
    terminal.expect("power login")
    terminal.sendline("nope")
    terminal.expect("not one of the services")
    terminal.sendline("api")
    terminal.expect("power buying")
    terminal.sendline("")
    terminal.expect("time zone")
    terminal.sendline("")
    terminal.expect("git repository")
    terminal.sendline("n")
    terminal.expect(pexpect.EOF)
    catalog, problems = load(tmp_path / "acme")
    assert problems == []
    assert list(catalog.services) == ["api", "cart", "db", "mail", "queue", "s3"]
    assert catalog.services["cart"].owner == "shop"
    assert catalog.services["db"].owner == "pay"
    assert catalog.product_areas["login"].services == ("api",)
    assert catalog.product_areas["buying"].services == ()
