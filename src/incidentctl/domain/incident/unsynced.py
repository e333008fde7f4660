"""What the remote lacks of the record, as screens tell it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Unsynced(NamedTuple):
    """How many events are not yet on the remote, and when the oldest of them was written."""

    events: int
    since: datetime | None
