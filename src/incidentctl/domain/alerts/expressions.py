"""Patterns and paths that the team writes in alerts.yaml, by the libraries of an extra.

RE2 takes time linear in the text, whatever both say. JMESPath has no loops, but a path may double
what it finds again and again: only the team writes paths, and trusts them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from incidentctl.errors import EnvironmentFailedError, InvalidDataError, install_extra

#: The longest pattern or path, in characters.
_LONGEST = 1000


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
        return jmespath.compile(text)
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).splitlines()[0].rstrip(".: ")
        raise InvalidDataError(f"The path cannot be read: {reason}.") from None


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
