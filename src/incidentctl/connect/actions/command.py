"""`command`: run a program of this machine, without a shell.

It gets the values as JSON on its standard input, and those that are named as arguments after `--`.
It sees a few plain variables and those of the settings; secrets reach it in no other way.
"""

from __future__ import annotations

import json
import shutil
from pathlib import PurePosixPath

from incidentctl.connect.actions.child import run
from incidentctl.connect.actions.key import key_text
from incidentctl.connect.actions.session import Session, address_of, seconds
from incidentctl.domain.actions.request import Outcome, Plan, Request, Run
from incidentctl.domain.catalog.action_settings import CommandSettings

#: Seconds for a program, where the settings do not say.
_TIMEOUT = 30.0
#: Where programs are looked for.
PATH = "/usr/local/bin:/usr/bin:/bin"
_LONGEST = 10_000


def plan(request: Request, settings: CommandSettings) -> Plan:
    """Return the one program."""
    named = [request.values.get(name, "") for name in settings.values]
    arguments = [value[:_LONGEST] for value in named]  # the kernel takes none of any length
    step = Run(
        argv=(*settings.run, *(["--", *arguments] if arguments else [])),
        stdin={"event": request.event, "key": request.key, **request.values},
        environment=(
            *settings.environment.items(),
            ("INCIDENTCTL_KEY", (key_text(request.key),)),
        ),
        key_honoured=settings.honours_key,
    )
    return Plan(settings=settings, to=settings.run[0], key=request.key, steps=(step,))


def perform(session: Session) -> Outcome:
    """Run it; exit code 0 means done, and a last line that is an address is the link."""
    [step] = (step for step in session.plan.steps if isinstance(step, Run))
    vault, name = session.vault, PurePosixPath(step.argv[0]).name
    program = shutil.which(step.argv[0], path=PATH)
    if program is None:
        return Outcome("failed", f"{step.argv[0]} is no program that can be run on this machine.")
    plain = {"PATH": PATH, "HOME": "/", "LANG": "C.UTF-8"}
    ended = run(
        [program, *step.argv[1:]],
        stdin=json.dumps(vault.fill(step.stdin, {})).encode(),
        environment=plain | {key: vault.text(value) for key, value in step.environment},
        timeout=(limit := seconds(session.plan.settings, _TIMEOUT)),
    )
    out = vault.kept(ended.out.decode(errors="replace"), cut=ended.cut)
    err = vault.kept(ended.err.decode(errors="replace"), cut=ended.cut)
    output = "\n".join(filter(None, (out, err)))
    if ended.code == 0:
        link = address_of(out.rpartition("\n")[2].strip())
        return Outcome("done", link=link, output=output)
    again = step.key_honoured
    if ended.code is None:
        reason = f"{name} took longer than {limit:g} seconds and was killed."
        return Outcome("unknown", reason, may_retry=again, output=output)
    how = f"with {ended.code}" if ended.code > 0 else f"by signal {-ended.code}"
    said = vault.said((err or out).rpartition("\n")[2])
    reason = f"{name} ended {how}{f': {said}' if said else ''}."
    return Outcome("failed", reason, may_retry=again, output=output)
