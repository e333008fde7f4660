"""A test hook: die as by `kill -9` at a named point of the record, so that tests can prove it safe.

With `INCIDENTCTL_CRASH_AT=<name>` in the environment the process kills itself when it comes to
`point("<name>")`. Unset, a point costs one look into a dictionary. The names are below.
"""

from __future__ import annotations

import os
import signal

#: Every point, in the order in which a command passes them.
FLUSH_POINTS = (
    "outbox.written",
    "outbox.synced",
    "outbox.linked",
    "outbox.acknowledged",
    "flush.locked",
    "flush.prepared",
    "flush.imported",
    "flush.verified",
    "flush.forgetting",
    "flush.forgotten",
    "flush.cached",
    "flush.unlocked",
)
#: Every point of an exchange, in its order.
EXCHANGE_POINTS = (
    "exchange.fetched",
    "exchange.united",
    "exchange.pushed",
    "exchange.taken",
    "background.unlocked",
)
#: Where a work tree has a view of the record.
VIEW_POINT = "view.noted"


def point(name: str) -> None:
    """Kill this process here if the environment names this point."""
    if os.environ.get("INCIDENTCTL_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
