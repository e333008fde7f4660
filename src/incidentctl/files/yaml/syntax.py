"""Say of a file that is not YAML what is wrong, where that begins, and what to write instead.

libyaml tells where it gave up, which may be forty lines below the quote that was not closed.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.errors import Problem

# YAML 1.2.2, section 5.1: the characters that a file may hold.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff"
)
#: The marks of a merge, in this order, each at the beginning of a line.
_CONFLICT = tuple(
    re.compile(mark, re.MULTILINE) for mark in (rb"^<{7}[ \r\n]", rb"^={7}\r?$", rb"^>{7}[ \r\n]")
)
_LFS = b"version https://git-lfs.github.com/spec/"
_BOM = "\ufeff"
#: A comment that was meant as a text, behind what a value may follow.
_HASH = re.compile(r"(?:[:,-][ \t]+|[\[{][ \t]*)(#[^\s,\]}]+)")
#: The value on a line: what follows its last key or dash.
_VALUE = re.compile(r"""[ \t]*(?:-[ \t]+)*(?:[^\s:#'"\[{][^:#]*:[ \t]+)?(?P<value>\S.*)""")
_NO_SPACE = re.compile(r"^[ \t]*(?:-[ \t]+)*[\w.-]+:(?=[^\s:/])")
#: A longer text is not shown in advice: a part of it would be another text.
_LONGEST = 100
_CLOSING = {"[": "]", "{": "}"}


class _Fault(NamedTuple):
    """What is wrong, where from the beginning of the text, and what to do."""

    message: str
    at: int
    hint: str


def quoted(text: str) -> str:
    """Write a text in the quotes of YAML that change nothing in it."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def in_quotes(text: str) -> str:
    """Advise to write a text in quotes: as it was written, or without it if it is too long."""
    whole = len(text) <= _LONGEST and one_line(text) == text
    return f"Write it in quotes: {quoted(text)}." if whole else "Write it in quotes."


def unresolved_merge(data: bytes, path: str) -> Problem | None:
    """Return the problem of a file with the marks of a merge that is not resolved."""
    if b"<<<<<<<" not in data:
        return None
    begin, at = 0, 0
    for number, mark in enumerate(_CONFLICT):
        found = mark.search(data, at)
        if found is None:
            return None
        at = found.end() - 1
        begin = begin if number else found.start()
    line = data.count(b"\n", 0, begin) + 1
    message = "A merge that is not resolved begins here."
    hint = "Keep one side, and delete the lines that begin with <<<<<<<, =======, >>>>>>>."
    return Problem("IC001", "error", message, path, line, 1, hint)


def lfs_pointer(data: bytes, path: str) -> Problem | None:
    """Return the problem of a file whose content Git LFS has not fetched."""
    if not data.startswith(_LFS):
        return None
    message = "The file is a pointer of Git LFS: its content is not here."
    return Problem("IC007", "error", message, path, 1, 1, "Fetch it: `git lfs pull`.")


def not_yaml(data: bytes, path: str, error: Exception) -> Problem:
    """Return the problem of a file in which PyYAML found an error."""
    text = data.decode().removeprefix(_BOM)
    if bad := _FORBIDDEN.search(text):
        line, column = place(text, bad.start())
        message = f"The file has the control character {one_line(bad[0])}."
        hint = "Leave it out."
        if bad[0] == _BOM:
            message = "A byte order mark (U+FEFF) stands in the middle of the file."
            hint = "Delete it: it begins here, where two files were joined."
        return Problem("IC009", "error", message, path, line, column, hint)
    if merge := unresolved_merge(data, path):
        return merge
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "context", None) or str(error)
    found = _cause(text, error, said) if mark is not None else None
    if found is not None:
        line, column = place(text, found.at)
        message = f"Not YAML: {found.message}."
        return Problem("IC001", "error", message, path, line, column, found.hint)
    line, column = place(text, mark.index) if mark else (1, 1)
    hint = "Check quotes, colons and indentation here and in the line before."
    return Problem("IC001", "error", f"Not YAML: {one_line(said)}.", path, line, column, hint)


def place(text: str, index: int) -> tuple[int, int]:
    """Return line and column, from 1, of a place in a text."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1


def _cause(text: str, error: Any, said: str) -> _Fault | None:
    """Return what probably led to an error, by what the parser was reading."""
    context = getattr(error, "context", None) or ""
    here = _index(error, "problem_mark", "context_mark")
    began = _index(error, "context_mark", "problem_mark")
    at = text[here : here + 1]
    if "tab character" in said or ("cannot start any token" in said and at == "\t"):
        return _Fault("a tab indents the line", here, "Indent with spaces, not with tabs.")
    if "quoted scalar" in context and "unexpected" in said:
        hint = f"Close it with {text[began : began + 1]} where the text ends."
        return _Fault("the quote that opens here is not closed", began, hint)
    if "flow" in context:
        return _in_brackets(text, began, here)
    if "cannot start any token" in said or "scanning an alias" in context or "anchor" in context:
        return _first(text, began)
    if "block scalar" in context:
        return _first(text, began)
    if "escape" in said:
        hint = "Write it twice, or use single quotes."
        return _Fault("a backslash in double quotes begins an escape", here - 1, hint)
    if "mapping values are not allowed" in said:
        return _second_colon(text, here)
    if "expected key" in said and text[:here].rstrip(" ")[-1:] in tuple("\"']}"):
        return _more_than_quoted(text, here)
    if "<document start>" in said or "expected key" in said or "'-' indicator" in said:
        hint = "Begin all keys of a mapping, and all dashes of a list, in one column."
        return _Fault("this line does not belong to what stands above", here, hint)
    if "block sequence entries" in said:
        hint = "Begin the list on the next line, or write a text in quotes."
        return _Fault("a list cannot begin here", here, hint)
    if "expected ':'" in said:
        return _Fault("this line has no colon", began, "Write `key: value`.")
    return None


def _index(error: Any, *names: str) -> int:
    """Return the place of an error's first mark that it has."""
    mark = next(mark for name in names if (mark := getattr(error, name, None)) is not None)
    return int(mark.index)


def _line(text: str, index: int) -> tuple[int, int]:
    """Return where the line of a place begins and ends."""
    end = text.find("\n", index)
    return text.rfind("\n", 0, index) + 1, len(text) if end < 0 else end


def _in_brackets(text: str, began: int, here: int) -> _Fault | None:
    """A list or mapping in brackets: not closed, or its end became a comment."""
    if text[began : began + 1] not in _CLOSING:  # told at the item, behind the bracket
        began = max(text.rfind(bracket, 0, here) for bracket in _CLOSING)
    if began < 0:
        return None
    first, _ = _line(text, began)
    if hashed := _HASH.search(text, first, here):
        return _Fault("what follows # is a comment", hashed.start(1), in_quotes(hashed[1]))
    bracket, closing = text[began], _CLOSING[text[began]]
    if text.count(closing, began) >= text.count(bracket, began):
        return None
    message = f"the bracket {bracket} that opens here is not closed"
    return _Fault(message, began, f"Close it with {closing}.")


def _first(text: str, began: int) -> _Fault:
    """A text that begins with a character that means something."""
    _, end = _line(text, began)
    word = text[began:end].rstrip()
    if not re.match(r"[ \t]*(-[ \t]|[^\s:]+:[ \t])[^\[{]*$", text[_line(text, began)[0] : began]):
        word = re.split(r"[,\]}]|\s#", word)[0].rstrip()
    return _Fault(f"a text that begins with {word[0]} needs quotes", began, in_quotes(word))


def _value(text: str, start: int, end: int) -> tuple[str, int]:
    """Return the value on a line, without a comment, and where it begins; empty without one."""
    found = _VALUE.match(text, start, end)
    if found is None:
        return "", end
    return re.split(r"[ \t]#", found["value"])[0].rstrip(), found.start("value")


def _second_colon(text: str, here: int) -> _Fault | None:
    """A colon where none may stand: inside a text, behind a line without, or indented too far."""
    start, end = _line(text, here)
    value, begins = _value(text, start, end)
    if begins < here and ":" in text[start:begins]:
        return _Fault("a text with a colon and a space needs quotes", here, in_quotes(value))
    if not start:
        return None
    above = text.rfind("\n", 0, start - 1) + 1
    before = text[above:start]
    if short := _NO_SPACE.match(before):
        return _Fault("a space is missing after the colon", above + short.end() - 1, "Add it.")
    indent = len(before) - len(before.lstrip(" "))
    if before.strip() and ":" not in before and before.lstrip(" ")[0] not in "-#":
        return _Fault("this line has no colon", above + indent, "Write `key: value`.")
    line = text[start:end]
    deeper = len(line) - len(line.lstrip(" "))
    if deeper > indent:
        hint = "Begin all keys of a mapping in one column."
        return _Fault("this line is indented further than the one above", start + deeper, hint)
    return None


def _more_than_quoted(text: str, here: int) -> _Fault | None:
    """A value goes on behind its closing quote or bracket."""
    start, end = _line(text, here)
    value, begins = _value(text, start, end)
    if begins >= here:
        return None
    quote = value[0]
    if here == begins + 1:  # what seems to open is what closes
        return _opened_above(text, start, quote) if quote in "\"'" else None
    if quote in "\"'" and value[-1] == quote:
        value = value[1:-1]
    closing = text[:here].rstrip(" ")[-1]
    return _Fault(f"the value goes on after its {closing}", here, in_quotes(value))


def _opened_above(text: str, start: int, quote: str) -> _Fault | None:
    """The last quote above that its own line does not close."""
    while start > 0:
        end = start - 1
        start = text.rfind("\n", 0, end) + 1
        value, begins = _value(text, start, end)
        if value.startswith(quote) and (len(value) == 1 or value[-1] != quote):
            hint = f"Close it with {quote} where the text ends."
            return _Fault("the quote that opens here is not closed", begins, hint)
    return None
