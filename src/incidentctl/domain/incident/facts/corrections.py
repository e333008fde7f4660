"""What puts earlier events right, and what this program does not know."""

from typing import NamedTuple


class Retracted(NamedTuple):
    """An earlier event does not hold; it stays in the record."""

    event: str
    reason: str | None = None


class Amended(NamedTuple):
    """The text of an earlier event, put right; None leaves text or moment as it was."""

    event: str
    text: str | None = None
    moment: str | None = None


class Redacted(NamedTuple):
    """The free text of an earlier event must not be shown any more."""

    event: str
    reason: str | None = None


class Unknown(NamedTuple):
    """A kind or a form that this program does not know; kept, and shown as it is."""

    kind: str
    fields: str
    """The other fields, as JSON."""
