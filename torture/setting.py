"""Where an act takes place, and how the record is opened there."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.domain.incident.head import fold, head
from incidentctl.record.record import Part, Record
from incidentctl.record.restricted.pair import RecordPair
from incidentctl.render.incident.log import render_log
from torture.world import ENVIRONMENT


class Setting(NamedTuple):
    """Where an act takes place."""

    clone: str
    fallback: str
    journal: str
    shift: int
    mutant: str = ""
    redact: str = ""
    """The id of the event to redact."""
    home: str = "/dev/null"
    """The configuration of the user."""
    path: str = ""
    """Where git is looked for, if not where it is."""
    vault: str | None = None
    """The remote for restricted incidents, "" for none; None where no incident is restricted."""
    knows: bool = False
    """Whether something of the restricted incident was acknowledged in the clone."""
    account: bool = False
    """Whether the process belongs to one of two accounts."""
    alone: bool = False
    """Whether the record of the clone is shared with nobody."""

    @property
    def variables(self) -> dict[str, str]:
        """Return what the environment of git has for this act."""
        path = {"PATH": self.path} if self.path else {}
        return ENVIRONMENT | {"GIT_CONFIG_GLOBAL": self.home} | path


def open_record(setting: Setting, **more: Any) -> Record | RecordPair:
    """Open the record of a clone with the renderer and the fold that the commands use."""
    git_dir = Path(setting.clone) / ".git"
    given: dict[str, Any] = {
        "work_tree": Path(setting.clone),
        "environment": os.environ | setting.variables,
        "render": lambda i, e, p: render_log(fold(i, e, problems=p)),
        "fold_head": lambda i, e: head(fold(i, e, entries=False)),
        "now": lambda: now_at(setting.shift),
        "remote": None if setting.alone else "origin",
        **more,
    }
    part = Part(git_dir, fallback=Path(setting.fallback), **given)
    if setting.vault is None:
        return Record(part)
    return RecordPair(part, restricted_remote=setting.vault or None)


def now_at(shift: int) -> datetime:
    """Return what a clock shows that is so many seconds off."""
    return datetime.now(UTC) + timedelta(seconds=shift)
