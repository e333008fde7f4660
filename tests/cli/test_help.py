"""Every command says in a sentence what it does, shows how, and names what its options take."""

import re
from typing import Any

import pytest
import typer

from incidentctl.cli.main import _COMMANDS, app


def _walk(command: Any, path: tuple[str, ...] = ()):
    names = command.list_commands(None) if hasattr(command, "list_commands") else []
    if path:
        yield path, command
    for name in names:
        yield from _walk(command.get_command(None, name), (*path, name))


COMMANDS = dict(_walk(typer.main.get_command(app)))
LEAVES = {path: command for path, command in COMMANDS.items() if not hasattr(command, "commands")}


def test_every_command_is_importable_and_none_is_forgotten():
    assert {path[0] for path in COMMANDS} == set(_COMMANDS)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_fits_a_terminal_and_begins_with_a_sentence(command, path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    result = command(*path, "--help")
    assert result.code == 0
    assert result.err == ""
    lines = result.out.splitlines()
    assert lines[0].startswith("Usage: incidentctl " + " ".join(path))
    assert max(map(len, lines)) <= 80
    text = " ".join(lines[1:]).strip()
    assert re.match(r"[A-Z`*][^.:?]+[.:?]", text), text[:100]
    assert "\\b" not in result.out
    assert not [line for line in lines[1:] if re.search(r"\S\.\.\.$", line)]


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_option_says_what_it_takes(path):
    for parameter in LEAVES[path].params:
        assert getattr(parameter, "help", None), f"{parameter.name} has no help"
        if parameter.param_type_name == "option" and not parameter.is_flag:
            shown = parameter.metavar or getattr(parameter.type, "choices", None)
            assert shown, f"{parameter.name} has no metavar"


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_an_example(path):
    assert f"incidentctl {' '.join(path)}" in (LEAVES[path].help or "")


def test_the_root_groups_the_commands(command):
    result = command("--help")
    assert result.code == 0
    for section in ("Prepare:", "Declare and respond:"):
        assert section in result.out
    for name, entry in _COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(entry.help[:20])}", result.out, re.MULTILINE)
        assert not entry.help.endswith(".")


def test_without_arguments_it_is_the_help(command):
    for arguments in ((), ("step",)):
        result = command(*arguments)
        assert result.code == 2
        assert result.err.startswith("Usage: incidentctl")
        assert result.out == ""


def test_what_matters_most_is_the_last_line_and_whole(command, monkeypatch):
    for columns in ("80", "60"):
        monkeypatch.setenv("COLUMNS", columns)
        last = command("--help").out.splitlines()[-1]
        assert last.endswith('incidentctl declare "what is broken"')
        assert len(last) <= 60


@pytest.mark.parametrize("path", [(), ("log",), ("drill",), ("drill", "new")], ids=" ".join)
def test_help_is_given_however_it_is_asked_for(command, path):
    result = command(*path, "--help")
    assert command(*path, "-h") == result
    assert command("help", *path) == result
    assert result.code == 0


def test_help_about_nothing_is_refused(command):
    result = command("help", "declair")
    assert result.code == 2
    assert "`incidentctl declare`" in result.err


@pytest.mark.parametrize(
    "arguments",
    [("-C", "DIR", "list"), ("list", "-C", "DIR"), ("catalog", "list", "-C", "DIR"),
     ("catalog", "-C", "DIR", "list"), ("log", "a text", "-C", "DIR"), ("log", "-C", "DIR", "x")],
    ids=" ".join,
)  # fmt: skip
def test_the_repository_may_be_named_before_or_after_the_command(
    run, opened, team, tmp_path, monkeypatch, arguments
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    result = run(*(str(team) if word == "DIR" else word for word in arguments))
    assert result.code == 0
    assert "repository" not in result.err
    assert opened in result.out or "checkout" in result.out or "recorded" in result.err


def test_the_version(command):
    assert command("version") == command("--version")
    assert re.fullmatch(r"incidentctl \d+\.\d+\S*\n", command("--version").out)


@pytest.mark.parametrize(
    ("word", "meant"), [("declair", "declare"), ("lgo", "log"), ("zzzz", None)]
)
def test_a_command_that_does_not_exist(command, word, meant):
    result = command(word)
    assert result.code == 2
    assert (f"`incidentctl {meant}`" if meant else "--help") in result.err


def test_an_option_that_does_not_exist(command):
    result = command("log", "x", "--pinn")
    assert result.code == 2
    assert "--pin" in result.err
