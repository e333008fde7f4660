"""The two channels for what goes wrong: a Problem in data, and a refusal that ends the command.

A fault in the user's data is a value (`Problem`): collected, sorted, printed together. A refusal
is an `IncidentctlError`: raised anywhere, caught once in `cli/main.py`. Anything else is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Level = Literal["error", "warning", "info"]


class Problem(NamedTuple):
    """One fault in the user's data, and where it is.

    `path` is relative to the repository's root with forward slashes; `line` and `column` count
    from 1; all three are None when the fault has no place in a file.
    """

    code: str
    severity: Level
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None


class Hint(NamedTuple):
    """What to do about a refusal, by a name: who shows it has a sentence for each name.

    `domain` knows no commands and no options, so it names the advice and what the sentence needs.
    """

    name: str
    values: Mapping[str, str | int] = MappingProxyType({})


def install_extra(name: str) -> Hint:
    """Return how to install an optional extra of this package."""
    return Hint("install-extra", {"extra": name})


class IncidentctlError(Exception):
    """A refusal: what is wrong, what to do about it, and the exit code of the process."""

    exit_code = 70

    def __init__(
        self, message: str, *, hint: str | Hint | None = None, echo: str | None = None
    ) -> None:
        """Build the refusal; `echo` is what the user typed, to be shown back so nothing is lost."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.echo = echo

    @property
    def reason(self) -> str:
        """The message as a part of another sentence."""
        return self.message.removesuffix(".")


class UsageError(IncidentctlError):
    """The command line does not say enough, or says what cannot be."""

    exit_code = 2


class NotFoundError(IncidentctlError):
    """What was named does not exist."""

    exit_code = 3


class InvalidDataError(IncidentctlError):
    """The user's data cannot be used as it is."""

    exit_code = 4


class RefusedError(IncidentctlError):
    """Not allowed in this state."""

    exit_code = 5


class EnvironmentFailedError(IncidentctlError):
    """Disk, permission, git or the remote failed; nothing acknowledged is lost by it."""

    exit_code = 6
