"""A test hook: die as with `kill -9` at a named point, so that tests can prove the record safe.

With `INCIDENTCTL_CRASH_AT=<name>` in the environment the process kills itself when it reaches
`point("<name>")`. Without it, a point costs one dictionary lookup. The names are below.
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
    "exchange.reconciled",
    "exchange.pushed",
    "exchange.taken",
    "background.unlocked",
)
#: The point in writing the view of a work tree.
VIEW_POINT = "view.noted"


def point(name: str) -> None:
    """Kill this process here if the environment names this point."""
    if os.environ.get("INCIDENTCTL_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
