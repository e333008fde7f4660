"""The sentences of hints: one for each name that is given anywhere, with what it needs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from incidentctl.cli.hints import SENTENCES, worded
from incidentctl.domain.lint.rules.registry import RULES
from incidentctl.errors import Hint, IncidentctlError
from incidentctl.render.incident import board
from incidentctl.render.lint.hint import COMMANDS

SOURCE = Path(__file__).parent.parent.parent / "src" / "incidentctl"


def calls(folder: Path, of: set[str]) -> Iterator[tuple[Path, ast.Call]]:
    """Yield the calls of some names below a folder; no tree stays in memory for other tests."""
    word = re.compile(rf"\b(?:{'|'.join(sorted(of))})\(")
    for path in folder.rglob("*.py"):
        if word.search(text := path.read_text()):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", None) in of:
                    yield path, node


def given() -> dict[str, set[frozenset[str]]]:
    """Return the names of the hints of the source, and the names of the values given with each."""
    found: dict[str, set[frozenset[str]]] = {}
    for path, node in calls(SOURCE, {"Hint"}):
        name, *values = node.args
        names = [name.body, name.orelse] if isinstance(name, ast.IfExp) else [name]
        keys = values[0].keys if values else []
        for each in names:
            assert isinstance(each, ast.Constant), f"{path}:{node.lineno}"
            found.setdefault(each.value, set()).add(frozenset(key.value for key in keys))
    return found


def test_each_name_has_a_sentence_with_just_the_values_given():
    needed = {
        name: {frozenset(key for _, key, _, _ in Formatter().parse(text) if key)}
        for name, text in SENTENCES.items()
    }
    assert given() == needed


@pytest.mark.parametrize("text", SENTENCES.values())
def test_a_sentence_has_the_form_of_all_hints(text):
    assert re.fullmatch(r"[A-Z].*\.", text)
    bare = re.sub("`[^`]*`", "", text)
    assert "incidentctl" not in bare
    assert "--" not in bare


def test_values_are_put_in_inert():
    hint = Hint("reopen-step", {"step": "a\n\x1b[2J{b}"})
    assert worded(hint) == "Reopen it with `incidentctl step reopen a ⏎ \\u{1b}[2J{b}`."
    assert (worded("As it is."), worded(None)) == ("As it is.", None)
    with pytest.raises(KeyError):
        worded(Hint("no such name"))


def refusals():
    """Yield each text of domain that is given to an error: its message, and a hint in words."""
    errors = {each.__name__ for each in _below(IncidentctlError)}
    for path, node in calls(SOURCE / "domain", errors):
        hints = [each.value for each in node.keywords if each.arg == "hint"]
        for text in (*node.args[:1], *hints):
            if isinstance(text, ast.Constant | ast.JoinedStr):
                yield pytest.param(text, id=f"{path.name}:{node.lineno}")


def _below(cls):
    return {cls}.union(*map(_below, cls.__subclasses__()))


@pytest.mark.parametrize("text", list(refusals()))
def test_a_refusal_of_domain_is_a_sentence(text):
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    written = "".join(part.value if isinstance(part, ast.Constant) else "X" for part in parts)
    assert re.fullmatch(r"[A-Z].*(\.|\?|: X|\? X)", written), written


def test_commands_for_rules_and_reminders_fit_what_there_is():
    assert COMMANDS.keys() <= RULES.keys()
    known = {"update", "silent", "commander", "roles", "command", "offer", "severity", "action"}
    assert known == board._COMMANDS.keys()
