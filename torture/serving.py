"""The command with short waits, and with a fault planted: python -m torture.serving MUTANT WORDS...

What is waited for in minutes because people and remotes are slow is waited for in seconds here.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from typing import Any

from incidentctl.__main__ import main as command
from incidentctl.app.actions import run
from incidentctl.domain.incident import unsent
from incidentctl.record.sync import claims
from incidentctl.serve import server, upkeep
from torture import mutants

#: How long a claim without an outcome stands, in seconds, instead of a minute.
PATIENCE = "TORTURE_PATIENCE"
#: How long the remote is away before a page goes out without a claim, in seconds, instead of 30.
WITHOUT_CLAIM = "TORTURE_WITHOUT_CLAIM"


def hurry() -> None:
    """Make the waits short."""
    patience = timedelta(seconds=int(os.environ[PATIENCE]))
    mutants.replace(claims, "PATIENCE", patience)
    mutants.replace(unsent, "AT_MOST", patience)
    if alone := os.environ.get(WITHOUT_CLAIM):
        mutants.replace(run, "_WITHOUT_CLAIM", timedelta(seconds=float(alone)))
    mutants.replace(upkeep, "_ACT", 0.3)
    mutants.replace(upkeep, "_PAUSE", 0.3)
    begin = server.Server.__init__

    def hurried(self: Any, open_workspace: Any, settings: Any, *more: Any) -> None:
        limits = settings.limits._replace(gather=0.1, look_every=1.5)
        begin(self, open_workspace, settings._replace(limits=limits), *more)

    mutants.replace(server.Server, "__init__", hurried)


if __name__ == "__main__":
    name, *words = sys.argv[1:]
    sys.argv[1:] = words
    hurry()
    mutants.apply("" if name == "-" else name)
    command()
