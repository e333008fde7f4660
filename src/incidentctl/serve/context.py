"""What the parts of a receiver share."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.serve.log import Log
from incidentctl.serve.settings import Limits, Settings
from incidentctl.serve.state import State


class Context(NamedTuple):
    """How to serve, where to write what happens, and what is known of it."""

    settings: Settings
    log: Log
    state: State

    @property
    def limits(self) -> Limits:
        """What bounds memory, time and number."""
        return self.settings.limits
