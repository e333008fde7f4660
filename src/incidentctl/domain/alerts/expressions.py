"""Patterns and paths that the team writes in alerts.yaml, by the libraries of an extra.

RE2 takes time linear in the text, whatever both say. JMESPath has no loops, but a path may double
what it finds again and again: how often is bounded.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from incidentctl.errors import EnvironmentFailedError, InvalidDataError, install_extra

#: The longest pattern or path, in characters.
_LONGEST = 1000
#: How many times what it finds a path may make of that.
_MAX_TIMES = 1024


@cache
def pattern(text: str) -> Any:
    """Compile a pattern of RE2.

    InvalidDataError if it is none, EnvironmentFailedError without the library.
    """
    try:
        import re2  # noqa: PLC0415 (an extra)
    except ImportError:
        raise _missing("pattern", "google-re2") from None
    _ensure_short(text)
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        said = error.args[0] if error.args else "it is no pattern"
        reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise InvalidDataError(f"The pattern cannot be read: {reason}.") from None


@cache
def path(text: str) -> Any:
    """Compile a path of JMESPath; as `pattern`."""
    try:
        import jmespath  # noqa: PLC0415 (an extra)
    except ImportError:
        raise _missing("mapping", "jmespath") from None
    _ensure_short(text)
    try:
        compiled = jmespath.compile(text)
        if _times(compiled.parsed) > _MAX_TIMES:
            raise InvalidDataError("The path multiplies what it finds again and again: shorten it.")
        return compiled
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).splitlines()[0].rstrip(".: ")
        raise InvalidDataError(f"The path cannot be read: {reason}.") from None
    except RecursionError:
        raise InvalidDataError("The path cannot be read: it is nested too deeply.") from None


def _times(node: Any) -> int:
    """Return how many times what it finds a path may make of that at most.

    A list or object of several expressions repeats it; `to_string` doubles quotes.
    """
    each = [_times(child) for child in node["children"] if isinstance(child, dict)]
    if node["type"] in ("multi_select_list", "multi_select_dict"):
        return sum(each)
    return 2 * sum(each) if node["type"] == "function_expression" else math.prod(each)


def look_up(text: str, body: Any) -> Any:
    """Return what a path finds in decoded JSON, None if nothing; errors as of `path`."""
    compiled = path(text)
    import jmespath  # noqa: PLC0415 (an extra, which is there)

    try:
        return compiled.search(body)
    except (jmespath.exceptions.JMESPathError, TypeError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0].rstrip(".: ")
        raise InvalidDataError(f"{text} cannot be applied to the payload: {reason}.") from None


def _ensure_short(text: str) -> None:
    if len(text) > _LONGEST:
        raise InvalidDataError(f"It has more than {_LONGEST} characters.")


def _missing(what: str, library: str) -> EnvironmentFailedError:
    return EnvironmentFailedError(
        f"A {what} in alerts.yaml needs {library}, which is not installed.",
        hint=install_extra("alerts"),
    )
