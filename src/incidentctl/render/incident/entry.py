"""What every log says of an entry beside its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from incidentctl.domain.incident.state import Entry


def entry_notes(entry: Entry, written: Callable[[datetime], str]) -> Iterator[str]:
    """Yield what became of an entry, in one or two words each; `written` writes a moment."""
    for is_so, word in (
        (entry.retracted, "retracted"),
        (entry.redacted, "redacted"),
        (entry.amended, "amended"),
        (entry.pinned, "pinned"),
    ):
        if is_so:
            yield word
    if entry.told_afterwards:
        yield f"recorded {written(entry.recorded)}"
