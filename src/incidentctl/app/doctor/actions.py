"""Whether the actions of the repository could be sent from here: trust, variables, programs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from incidentctl.app.actions.trust import ensure_trusted
from incidentctl.app.doctor.setup import Setup
from incidentctl.connect.actions.command import PATH
from incidentctl.domain.actions.reach import reach
from incidentctl.domain.actions.trust import senders
from incidentctl.domain.common.text import count
from incidentctl.domain.doctor.checks import Check
from incidentctl.errors import RefusedError

_NAME = "actions"
_SET = "Set it for those who respond and for the receiver; who has no secrets can ignore this."


def actions(setup: Setup) -> Iterator[Check]:
    """Check what actions need; nothing is sent, and no host is asked."""
    workspace = setup.workspace
    if workspace.root is None:
        return
    found = list(senders(workspace.catalog))
    if not found:
        return
    try:
        ensure_trusted(workspace)
    except RefusedError as refusal:
        yield Check(_NAME, "warn", refusal.reason, refusal.hint)
    else:
        yield Check(_NAME, "ok", f"{count(len(found), 'action')} trusted")
    missing: dict[str, list[str]] = {}
    for sender in found:
        place = reach(sender.settings)
        for name in place.secrets:
            if not workspace.environment.get(name, "").strip():
                missing.setdefault(f"{name} is not set in the environment", []).append(sender.name)
        if place.program and shutil.which(place.program, path=PATH) is None:
            fault = f"{place.program} is no program that can be run on this machine"
            missing.setdefault(fault, []).append(sender.name)
    for fault, names in missing.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        hint = _SET if "environment" in fault else "Install it, or correct `run`."
        yield Check(_NAME, "warn", f"{fault}: not sent is {names[0]}{more}", hint)
