"""Read YAML strictly, for every file of the team: YAML 1.2 scalars, no aliases, tags, duplicates.

libyaml composes the nodes and a small converter types the scalars. That takes 0.6 of the time of
yaml.CSafeLoader and keeps the position of everything. Without libyaml the pure Python parser does
the same, nine times slower.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.nodes import Node, ScalarNode, SequenceNode

from incidentctl.domain.common.text import one_line
from incidentctl.domain.lint.problem_limit import MAX_REPORTED, gave_up
from incidentctl.domain.lint.rule import Loc
from incidentctl.domain.lint.rules.secrets import secrets_below
from incidentctl.errors import Problem
from incidentctl.files.yaml.breaks import hide, restore
from incidentctl.files.yaml.syntax import in_quotes, lfs_pointer, not_yaml, place, unresolved_merge

if yaml.__with_libyaml__:
    from yaml import CBaseLoader as _Loader
else:  # a platform without a wheel of PyYAML
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]  # the same in Python

#: What reads YAML as it is written: it gives no value a type.
Loader = _Loader
MAX_DEPTH = 20

# YAML 1.2.2, section 10.3.2 (the core schema).
_WORDS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
# Python refuses to read numbers of thousands of digits; longer numbers than this stay text.
_LONGEST_NUMBER = 100
# Numeric keys are small: those of the matrix go from 1 to 5.
_MAX_KEY = 1_000_000

# A possible anchor, alias or tag: after white space or another indicator.
_MAYBE_MARK = re.compile(rb"(?:^|[^\x21-\x7e]|[\[\]{},:?\-])[&*!]")
# Deep nesting of blocks: a line that begins with this much indentation, or this many dashes.
_MAYBE_DEEP = re.compile(rb"^[ \t?:-]{100}", re.MULTILINE)
_MAX_BRACKETS = 100
#: What ends a document.
_DOCUMENT = re.compile(r"^(?:---|\.\.\.)(?:\s|\Z)", re.MULTILINE)

FAULTS = (yaml.YAMLError, ValueError, OverflowError, RecursionError)
"""The errors that composing a file without YAML raises."""


class _Composer(Loader):
    """Composes nodes, and resolves no tag: the converter types the scalars."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:  # noqa: ARG002 (PyYAML's hook)
        return ""

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Do nothing: no path has a type of its own."""

    def ascend_resolver(self) -> None:
        """Do nothing."""


Secrets = list[tuple[int, Loc, str]]
"""What is secret under keys that begin with `x-`: the document, the place in it, and the sort."""


class _File:
    """What is collected while the values of a file are typed."""

    def __init__(self, path: str, problems: list[Problem], secrets: Secrets | None) -> None:
        self.path = path
        self.problems = problems
        self.places: list[tuple[Loc, str]] | None = None if secrets is None else []


def parse(
    data: bytes, path: str, *, secrets: Secrets | None = None
) -> tuple[tuple[Any, ...], list[Problem]]:
    """Return the documents of a file and what is wrong with it; bad content never raises.

    Mappings become dict, sequences tuple; a document without content is None, so that the index
    of a document is its place in the file. Keys beginning with `x-` are checked and left out,
    except in an action's settings (`with`), where a header may have such a name; what seems secret
    below them is added to `secrets`. A syntax error, or too many faults, end the file there; the
    documents before it are returned.
    """
    problems = _refused(data, path)
    if problems:
        return (), problems
    documents: list[Any] = []
    ends = 0
    file = _File(path, problems, secrets if b"x-" in data else None)
    try:
        for node in compose(data):
            documents.append(_value(node, file, 1, False))
            ends = node.end_mark.index
            if secrets is not None and file.places:
                secrets += [(len(documents) - 1, *found) for found in file.places]
                file.places.clear()
    except _TooDeepError as error:
        problems.append(_too_deep(path, error.node.start_mark))
    except _TooManyError:
        problems.append(gave_up(path))
    except FAULTS as error:
        problems.append(_not_yaml(data, path, error))
        if documents and not _DOCUMENT.search(data.decode(), ends - 1, _where(error, data)):
            documents.pop()  # what follows it belongs to it, so it is not whole
    else:
        if merge := unresolved_merge(data, path):  # in brackets its marks are texts
            return (), [merge]
    return tuple(documents), problems


def compose(data: bytes) -> Iterator[Node]:
    """Yield the root node of each document; raises PyYAML's errors.

    libyaml limits the depth; `parse` has a lower limit.
    """
    text, hidden = hide(data.removeprefix(b"\xef\xbb\xbf"))
    composer = _Composer(text)
    try:
        while composer.check_node():
            node = composer.get_node()
            if node is not None:
                if hidden:
                    restore(node, hidden)
                yield node
    finally:
        composer.dispose()


def _refused(data: bytes, path: str) -> list[Problem]:
    """Find faults before the file is composed: encoding, anchors, aliases, tags, depth."""
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            before = data[: error.start].decode()
            line, column = place(before, len(before))
            hint = "Save the file as UTF-8."
            return [
                Problem("IC007", "error", "The file is not UTF-8 text.", path, line, column, hint)
            ]
    if pointer := lfs_pointer(data, path):
        return [pointer]
    if (
        yaml.__with_libyaml__
        and not _MAYBE_MARK.search(data)
        and data.count(b"[") + data.count(b"{") < _MAX_BRACKETS
        and not _MAYBE_DEEP.search(data)
    ):
        return []
    # Parsing the events costs as much as composing, so do it only if something may be wrong.
    problems: list[Problem] = []
    depth = 0
    try:
        for event in _events(data):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    return [*problems, _too_deep(path, event.start_mark)]
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if isinstance(event, yaml.NodeEvent):
                problems += _marks(event, path)
                if len(problems) > MAX_REPORTED:
                    return [*problems[:MAX_REPORTED], gave_up(path)]
    except FAULTS as error:
        # A syntax error, with or without a mark before it: nothing of the file is used then.
        problems.append(_not_yaml(data, path, error))
    return problems


def _events(data: bytes) -> Iterator[Any]:
    composer = _Composer(hide(data.removeprefix(b"\xef\xbb\xbf"))[0])
    try:
        while composer.check_event():
            yield composer.get_event()
    finally:
        composer.dispose()


def _marks(event: Any, path: str) -> Iterator[Problem]:
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    if event.anchor is not None:
        sign, word = ("*", "alias") if isinstance(event, yaml.AliasEvent) else ("&", "anchor")
        message = f"The {word} {one_line(sign + event.anchor)!r} is not allowed."
        hint = f"Write the value out; a text that begins with {sign} needs quotes."
        yield Problem("IC003", "error", message, path, line, column, hint)
    if getattr(event, "tag", None) is not None:
        message = f"The tag {one_line(event.tag)!r} is not allowed."
        hint = "Leave the tag out; a text that begins with ! needs quotes."
        yield Problem("IC004", "error", message, path, line, column, hint)


class _TooDeepError(Exception):
    def __init__(self, node: Node) -> None:
        self.node = node


class _TooManyError(Exception):
    """The file has more faults than are reported."""


def _tell(problem: Problem, file: _File) -> None:
    if len(file.problems) >= MAX_REPORTED:
        raise _TooManyError
    file.problems.append(problem)


def _value(node: Node, file: _File, depth: int, keep: bool) -> Any:
    if type(node) is ScalarNode:
        value: str = node.value
        if node.style:
            if node.style == '"' and not value.isprintable():
                _control(node, file)
            return value
        return plain(value)
    if depth > MAX_DEPTH:
        raise _TooDeepError(node)
    places = file.places
    if type(node) is SequenceNode:
        if places is None:
            return tuple([_value(item, file, depth + 1, keep) for item in node.value])
        items = []
        for number, item in enumerate(node.value):
            before = len(places)
            items.append(_value(item, file, depth + 1, keep))
            _below(number, places, before)
        return tuple(items)
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = plain(key_node.value) if _is_plain(key_node) else key_node.value
        if type(key) is not str and not (type(key) is int and abs(key) <= _MAX_KEY):
            _tell(_odd_key(key_node, file.path), file)
            _value(value_node, file, depth + 1, keep)
            continue
        before = len(places) if places is not None else 0
        value = _value(value_node, file, depth + 1, keep or key == "with")
        own = not keep and isinstance(key, str) and key.startswith("x-")
        if places is not None:
            if own:
                places += secrets_below(value, str(key))
            _below(key, places, before)
        if key in result or _other_form(key) in result:
            _tell(_duplicate(key_node, file.path), file)
        elif not own:
            result[key] = value
    return result


def _below(part: str | int, places: list[tuple[Loc, str]], before: int) -> None:
    """Put a key, or a place in a list, in front of the places that were found below it."""
    for number in range(before, len(places)):
        loc, what = places[number]
        places[number] = ((part, *loc), what)


def _other_form(key: Any) -> Any:
    """Return the text of a number, and the number of a text: to JSON they are one key."""
    if type(key) is int:
        return str(key)
    return int(key) if key.isdecimal() and key.isascii() and len(key) < 8 else None


def _is_plain(node: Node) -> bool:
    return type(node) is ScalarNode and not node.style


def plain(text: str) -> Any:
    """Return the value of a plain scalar by the core schema of YAML 1.2: `no` is text."""
    if text in _WORDS:
        return _WORDS[text]
    if (text[0].isdigit() or text[0] in "+-.") and len(text) <= _LONGEST_NUMBER:
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
        if _BASED.match(text):
            return int(text[2:], 8 if text[1] == "o" else 16)
        if _SPECIAL.match(text):
            return float(text.replace(".", "", 1))
    return text


def _control(node: Node, file: _File) -> None:
    r"""Refuse characters that act on a terminal: an escape such as `\e` may bring them in."""
    for char in node.value:
        if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs"):
            mark = node.start_mark
            message = f"A text has the control character {one_line(char) or ascii(char)}."
            hint = "Leave it out: texts are shown on terminals and pages."
            place = mark.line + 1, mark.column + 1
            _tell(Problem("IC009", "error", message, file.path, *place, hint), file)
            return


def _odd_key(node: Node, path: str) -> Problem:
    what = repr(one_line(node.value)) if type(node) is ScalarNode else "is a list or a mapping and"
    mark = node.start_mark
    hint = (
        in_quotes(node.value)
        if type(node) is ScalarNode
        else ("A text that begins with { or [ needs quotes.")
    )
    return Problem(
        "IC008", "error", f"The key {what} is not text.", path, mark.line + 1, mark.column + 1, hint
    )


def _duplicate(node: Node, path: str) -> Problem:
    mark = node.start_mark
    message = f"The key {one_line(node.value)!r} is written twice in one mapping."
    hint = "Keep one of them."
    return Problem("IC002", "error", message, path, mark.line + 1, mark.column + 1, hint)


def _too_deep(path: str, mark: Any) -> Problem:
    message = f"Lists and mappings are nested more than {MAX_DEPTH} deep."
    return Problem(
        "IC005", "error", message, path, mark.line + 1, mark.column + 1, "Nothing here needs that."
    )


def _not_yaml(data: bytes, path: str, error: Exception) -> Problem:
    """Return the problem of a syntax error; libyaml looks ahead, and stops at a depth of 1,000."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if (
        mark
        and "nesting depth" in f"{getattr(error, 'problem', '')}{getattr(error, 'context', '')}"
    ):
        return _too_deep(path, mark)
    return not_yaml(data, path, error)


def _where(error: Exception, data: bytes) -> int:
    """Return where the parser gave up, from the beginning of the file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.index + 1 if mark else len(data)
