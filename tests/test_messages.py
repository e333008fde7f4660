"""Messages and hints have one form: a sentence with an upper-case first letter and a full stop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parent.parent / "src" / "incidentctl"
#: A message of these is a fragment, which others put into a sentence.
FRAGMENTS = {"DamagedError", "TooManyError"}


class Text(NamedTuple):
    """What a message is as far as the source shows it; None where a value begins or ends it."""

    begin: str | None
    end: str | None
    module: str
    line: int

    @property
    def has_the_form(self) -> bool:
        begins = not (self.begin and self.begin[0].islower())
        return begins and (self.end is None or self.end.rstrip("'\")").endswith((".", "?", "!")))


def errors_in(trees: Iterable[ast.Module]) -> dict[str, list[str]]:
    """Return the parameters of IncidentctlError and each of its subclasses, by name."""
    classes = [each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.ClassDef)]
    found = {"IncidentctlError": ["message"]}
    while new := {
        each.name: _parameters(each) or found[base.id]
        for each in classes
        for base in each.bases
        if isinstance(base, ast.Name) and base.id in found and each.name not in found
    }:
        found |= new
    return found


def _parameters(cls: ast.ClassDef) -> list[str]:
    for each in cls.body:
        if isinstance(each, ast.FunctionDef) and each.name == "__init__":
            return [argument.arg for argument in each.args.args[1:]]
    return []


def texts(
    tree: ast.AST, module: str, parameters: Mapping[str, list[str]], of: str = ""
) -> Iterator[Text]:
    """Yield each literal message and hint of a module; `of` is the class that the tree is in."""
    for node in ast.iter_child_nodes(tree):
        within = node.name if isinstance(node, ast.ClassDef) else of
        yield from texts(node, module, parameters, within)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "hint":
            for begin, end in _ends(node.value):
                yield Text(begin, end, module, node.lineno)
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            if name == "__init__" and within in parameters:  # it words its own message
                name, names = within, ["message"]
            else:
                names = parameters.get(name, [])
            given = [*zip(names, node.args, strict=False)]
            given += [(each.arg or "", each.value) for each in node.keywords]
            for parameter, value in given:
                if parameter == "hint" or (parameter == "message" and name not in FRAGMENTS):
                    for begin, end in _ends(value):
                        yield Text(begin, end, module, value.lineno)


def _ends(value: ast.expr) -> Iterator[tuple[str | None, str | None]]:
    """Yield how each text that an expression can be begins and ends."""
    match value:
        case ast.Constant(str(text)) if text:
            yield text, text
        case ast.JoinedStr(values=[first, *_]):
            yield _literal(first), _literal(value.values[-1])
        case ast.IfExp():
            yield from _ends(value.body)
            yield from _ends(value.orelse)
        case ast.BoolOp():
            for each in value.values:
                yield from _ends(each)
        case ast.BinOp(op=ast.Add()):
            begins = [begin for begin, _ in _ends(value.left)] or [None]
            ends = [end for _, end in _ends(value.right)] or [None]
            yield from ((begin, end) for begin in begins for end in ends)


def _literal(part: ast.expr) -> str | None:
    return str(part.value) if isinstance(part, ast.Constant) else None


def all_texts(modules: Mapping[str, ast.Module]) -> list[Text]:
    parameters = errors_in(modules.values())
    parameters["Finding"] = ["code", "message", "source", "loc", "hint"]
    parameters["Check"] = ["name", "state", "found", "hint"]  # what it found stands in a table
    return [text for name, tree in modules.items() for text in texts(tree, name, parameters)]


def test_every_message_and_hint_is_a_sentence() -> None:
    modules = {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text())
        for path in sorted(SOURCE.rglob("*.py"))
    }
    found = all_texts(modules)
    assert len(found) > 300
    assert [text for text in found if not text.has_the_form] == []


def test_a_message_of_another_form_is_found() -> None:
    planted = """\
class UsageError(IncidentctlError): ...
class WhichError(UsageError):
    def __init__(self, known, message, hint):
        super().__init__(f"not {known}.")
class DamagedError(IncidentctlError): ...
raise UsageError("Say which.", hint="say it again")
raise UsageError("No such day" if day else f"{day} is no day")
raise WhichError([], "which one?", "Name it" + where)
raise DamagedError("commit 1 is missing")
Finding("IC101", "There is no owner", source, (), "Write one.")
Finding("IC101", "There is no owner.", source, (), "write one.")
raise UsageError("Fine.", hint=f"`sync` sends {them}.")
Check("clock", "bad", "it is slow", "turn on NTP")
hint = None if fine else "look at it"
"""
    found = all_texts({"planted.py": ast.parse(planted)})
    wrong = [text.line for text in found if not text.has_the_form]
    assert wrong == [4, 6, 7, 7, 8, 10, 11, 13, 14]


#: How a name that is meant is asked for, and a command.
MEANT = re.compile(r"Did you mean (\{\w+(\.\w+)*(\(\))?!r\}|`incidentctl \{\w+\}`)\?")


def source_lines() -> Iterator[tuple[str, str]]:
    """Yield each line of the source that is in a literal, with its place."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) not in prose and isinstance(node, ast.Constant | ast.JoinedStr):
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", ast.unparse(node)


def test_a_spelling_that_is_guessed_is_asked_for_in_one_form() -> None:
    asked = [(at, text) for at, text in source_lines() if "you mean" in text]
    assert len(asked) > 8
    assert [each for each in asked if "{" in each[1] and not MEANT.search(each[1])] == []


#: How nobody says it in English; beside it what to write.
STILTED = {
    r"\bit was none\b": "it was not an incident",
    r"\bin step with\b": "up to date with",
    r"\bis there already\b|\bis here already\b": "already exists",
    r"\bmends?\b|\bmended\b": "fix, repair",
    r"(?<!There )\bis no (address|branch|folder|key|link|list|path|place|rule)\b": "is not a",
    r"\bcommands already\b": "is already in command",
    r"\bthat nothing bears\b|\bis gone there\b": "does not exist",
}


def test_messages_are_in_plain_english() -> None:
    said = [(at, text) for at, text in source_lines() if " " in text]
    assert len(said) > 3000
    assert [each for each in said if re.search("|".join(STILTED), each[1], re.IGNORECASE)] == []
