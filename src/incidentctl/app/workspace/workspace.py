"""The one wiring place: repository, record, user, clock.

Only this module and the terminal read the clock, the environment and the working directory.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from incidentctl.app.workspace import people, places
from incidentctl.app.workspace.first_read import first_read
from incidentctl.app.workspace.machine_zone import machine_zone
from incidentctl.app.workspace.sharing import Sharing
from incidentctl.domain.common.times import moment_of, zone
from incidentctl.domain.incident.ids import incident_id, next_milliseconds, ulid
from incidentctl.errors import EnvironmentFailedError, NotFoundError, Problem
from incidentctl.files.catalog.basics import Basics
from incidentctl.git.author import Author
from incidentctl.git.repository import RepositoryPlace, head_commit, identity, open_repository
from incidentctl.record.local import init_local

if TYPE_CHECKING:  # commands about the team's files do not need the record
    from incidentctl.domain.incident.events import Event
    from incidentctl.domain.incident.head import Head
    from incidentctl.record.record import Flushed
    from incidentctl.record.restricted.pair import RecordPair


def _render(incident: str, events: Sequence[Event], problems: Sequence[Problem]) -> str:
    from incidentctl.domain.incident.head import fold
    from incidentctl.render.incident.log import render_log

    return render_log(fold(incident, events, problems=problems))


def _fold_head(incident: str, events: Sequence[Event]) -> Head:
    from incidentctl.domain.incident.head import fold, head

    return head(fold(incident, events, entries=False))


class Workspace:
    """What a command works with; each part is created on first use."""

    def __init__(self, choice: places.RepositoryChoice, environment: Mapping[str, str]) -> None:
        """Take the chosen repository; `open_workspace` chooses it."""
        self.root = choice.root
        self.source = choice.source
        self.checked_out = choice.checked_out
        self.environment = environment
        self.notes: list[str] = []
        """Notes for the user, for stderr."""
        self.unread: str | None = None
        """Why the settings cannot be read, if so; set when `basics` is read."""
        self.earlier_teams: list[str] = []
        """Files of teams that cannot be read, whose last commit serves; set with `catalog`."""
        self._refusal: EnvironmentFailedError | None = None

    # --- the clock and chance -------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return moment_of(time.time())

    def today(self) -> date:
        """Return today in the organisation's zone."""
        return self.now().astimezone(self.zone).date()

    @property
    def zone(self) -> tzinfo:
        """Return the organisation's time zone; UTC by default."""
        return zone(self.basics.timezone)

    def new_incident_id(self, kind: str, moment: datetime) -> str:
        """Return a new incident id, unique in the record."""
        while True:
            ident = incident_id(kind, moment, _random(3))
            try:
                if not self.record.find(ident):
                    return ident
            except EnvironmentFailedError:
                return ident  # git cannot be read: a random id must do

    def new_id(self) -> str:
        """Return a new ULID."""
        return ulid(next_milliseconds(self.now(), None), _random(10))

    def stamp(
        self,
        facts: Iterable[Any],
        incident: str,
        who: people.Actor,
        *,
        at: datetime | None = None,
        group: str | None = None,
    ) -> tuple[Event, ...]:
        """Make the events of one command: after every event seen, happened `at` or now.

        `group` is that of earlier events of the same command, if it made some.
        """
        from incidentctl.domain.incident.event_ids import sealed
        from incidentctl.domain.incident.events import Event

        now = self.now()
        try:
            newest = self.record.newest_id(incident)
        except EnvironmentFailedError:
            newest = None  # this event must not be lost
        milliseconds = next_milliseconds(now, newest)
        # Random even for one event: the same text at the same moment is another event.
        group = group or ulid(milliseconds, _random(10))
        events = [
            Event(ulid(milliseconds + n, 0), at or now, now, who.handle, fact, who.name, group)
            for n, fact in enumerate(facts)
        ]
        return tuple(map(sealed, events))

    # --- the team's files -----------------------------------------------------------------------

    def team_root(self, *, checked_out: bool = True) -> Path:
        """Return the root of the team's repository; NotFoundError without one.

        With `checked_out` also if its files are not in that folder.
        """
        if self.root is None:
            raise NotFoundError(
                "No team repository found.",
                hint="Name it with `incidentctl -C DIR`, or create one with `incidentctl init`.",
            )
        if checked_out and not self.checked_out:
            raise NotFoundError(
                f"The team's files are not checked out in {self.root}.",
                hint="Check them out there, or name another folder with `incidentctl -C DIR`.",
            )
        return self.root

    @cached_property
    def _cache_folder(self) -> Path | None:
        return self._place.common_dir / "incidentctl" / "cache" if self._place else None

    @cached_property
    def basics(self) -> Basics:
        """Return the settings and people that every command needs; never fails."""
        if self.root is None:
            return Basics()
        folder = self._cache_folder
        read = first_read(self.root, folder, self.environment, checked_out=self.checked_out)
        self.unread = read.unread
        self.notes += [read.note] if read.note else []
        return read.basics

    @cached_property
    def _loaded(self) -> tuple[Any, list[Problem]]:
        if self.root is None:
            from incidentctl.domain.catalog.model import Catalog

            return Catalog(), []
        from incidentctl.app.workspace.last_commit import catalog_at_head, with_earlier

        if not self.checked_out:
            catalog, problems, note = catalog_at_head(self.root)
            self.notes += [note] if note and note not in self.notes else []
            return catalog, problems
        from incidentctl.files.catalog.cached import load_cached

        catalog, problems = load_cached(self.root, self._cache_folder)
        catalog, files = with_earlier(catalog, problems, self.root, self.environment)
        self.earlier_teams = files
        return catalog, problems

    @property
    def catalog(self) -> Any:
        """Return the Catalog: the readable part of the team's files, else the built-in one."""
        return self._loaded[0]

    @property
    def has_read_catalog(self) -> bool:
        """Say whether the catalog was read before: its files may be others by now."""
        return "_loaded" in vars(self)

    @property
    def catalog_problems(self) -> list[Problem]:
        """Return the faults of the team's files."""
        return self._loaded[1]

    def go_by(self, catalog: Any, problems: Iterable[Problem]) -> None:
        """Go by another version of the team's files from now on, in a process that runs for long.

        Where the record is stays as it is.
        """
        from incidentctl.files.catalog.basics import basics_of

        self.__dict__["_loaded"] = catalog, list(problems)
        self.__dict__["basics"] = basics_of(catalog, list(problems))

    def misnamed(self) -> list[tuple[str, str]]:
        """Return what of the root is not read because of its name, and the name probably meant."""
        from incidentctl.files.layout import is_excluded
        from incidentctl.files.misnamed import misnamed

        found = misnamed(self.root) if self.root and self.checked_out else []
        return [each for each in found if not is_excluded(each[0], self.catalog.settings)]

    # --- the record -----------------------------------------------------------------------------

    def repository(self) -> RepositoryPlace | None:
        """Return the git repository of the team's files; refuses if git does."""
        named = self.source != "here"
        return open_repository(self.root, self.environment, named=named) if self.root else None

    @cached_property
    def _place(self) -> RepositoryPlace | None:
        try:
            place = self.repository()
        except EnvironmentFailedError as refusal:
            self._refusal = refusal
            self.notes.append(f"{refusal.message} The record is kept locally.")
            return None
        if place is None and self.root:
            self.notes.append(
                f"{self.root} is not a git repository. The record is kept locally; once you have "
                "run `git init`, `incidentctl adopt` moves it."
            )
        return place

    @property
    def is_local(self) -> bool:
        """Return whether the record is the user's own, in the XDG state folder."""
        return self._place is None

    @property
    def refusal(self) -> EnvironmentFailedError | None:
        """Return why git refuses the team's repository; None if it does not."""
        return self._refusal if self._place is None else None

    @property
    def why_local(self) -> str | None:
        """Return why only the user's own record is here; None if it is the team's."""
        if not self.is_local:
            return None
        if self.root is None:
            return places.NO_TEAM
        what = self.refusal.message if self.refusal else f"{self.root} is not a git repository."
        return f"{what} Only your own local record is shown."

    @cached_property
    def record(self) -> RecordPair:
        """Return the team's record, or the local one without a team repository."""
        place = self._place
        if place is None:
            return self.local_record
        basics = self.basics
        return self._record(place, remote=basics.remote, restricted=basics.usable_restricted_remote)

    @property
    def hides_remote(self) -> str | None:
        """Return which fault of the settings may hide a remote; None if none does."""
        fault = None if self.is_local else self.basics.hides_remote
        if fault is None:
            return None
        return self.unread or f"{fault.path}:{fault.line}: {fault.message}"

    def waiting(self) -> int:
        """Count the events to send, even if no remote is known now."""
        from incidentctl.record.sync.sent import waiting

        sent = waiting(self._place.common_dir) if self._place else 0
        return self.record.pending() + sent

    @cached_property
    def local_record(self) -> RecordPair:
        """Return the record in the XDG state folder; create it if needed."""
        folder = places.state_folder(self.environment) / "record.git"
        place = init_local(folder, self.environment, branch=self.basics.branch)
        return self._record(place, remote=None, restricted=None)

    def _record(
        self, place: RepositoryPlace, *, remote: str | None, restricted: str | None
    ) -> RecordPair:
        from incidentctl.record.restricted.pair import RecordPair
        from incidentctl.record.write.part import Part

        return RecordPair(
            Part(
                place.common_dir,
                work_tree=place.work_tree,
                own_dir=place.git_dir,
                environment=self.environment,
                render=_render,
                fold_head=_fold_head,
                branch=self.basics.branch,
                remote=remote,
                fallback=places.state_folder(self.environment),
                now=self.now,
            ),
            restricted_remote=restricted,
        )

    def flush(self) -> Flushed:
        """Commit what was recorded, and start sending and packing in the background."""
        flushed = self.record.flush()
        if self.record.has_unsent() or self.record.is_due():
            note = self.sharing.share()
            return flushed._replace(notes=(*flushed.notes, *([note] if note else [])))
        return flushed

    @cached_property
    def sharing(self) -> Sharing:
        """Return what syncs the record in the background of a command."""
        return Sharing(
            lambda: self.record, self.root, self.environment, lambda: self.author, self.now
        )

    @property
    def author(self) -> Author:
        """Return the author of the commits that this program makes itself, such as merges."""
        who = self.actor(None)
        return Author(who.author_name, who.author_email)

    def log_text(self, incident: str) -> str:
        """Return the Markdown log of an incident, acknowledged events included."""
        return _render(incident, *self.record.events(incident))

    # --- who ------------------------------------------------------------------------------------

    @cached_property
    def _identity(self) -> tuple[people.KnownIdentity, str | None]:
        place = self._place
        # Of no repository git knows the user alone, asked in any folder that is there.
        state = places.state_folder(self.environment)
        asked = place.git_dir if place else next(filter(Path.is_dir, (state, *state.parents)))
        name, email, fault = identity(asked, self.environment)
        user_at_host = f"{people.user_name(self.environment)}@{os.uname().nodename}"
        return people.KnownIdentity(name, email, user_at_host), fault

    def identity(self) -> people.KnownIdentity:
        """Return what git and this machine call the user."""
        return self._identity[0]

    def actor(self, stated: str | None) -> people.Actor:
        """Return who acts: the stated person, else git's identity here, else user@host."""
        known, fault = self._identity
        who = people.actor(stated, self.basics, known)
        if who.problem and self.root and self.checked_out:
            from incidentctl.app.workspace.last_commit import with_earlier_people

            basics = with_earlier_people(self.basics, self.root, self.environment)
            who = people.actor(stated, basics, known)
        if fault and not stated:
            why = fault.rstrip(".")
            note = f"You are recorded as {who.handle}: {why}. Use `--as PERSON` to say who you are."
            self.notes += [note] if note not in self.notes else []
            return who._replace(problem=None)
        return who

    def speaker_zone(self, who: people.Actor) -> tzinfo:
        """Return the zone of the times that a person types: their own, else this machine's.

        A machine on UTC does not show where people are: then it is the organisation's.
        """
        if who.timezone:
            return zone(who.timezone)
        return machine_zone(self.now()) or self.zone

    def catalog_commit(self) -> str | None:
        """Return the commit of the current catalog, or None without one."""
        return head_commit(self._place, self.environment) if self._place else None


def _random(size: int) -> int:
    # `secrets` does the same, but imports hmac, base64 and random: 2 ms per command.
    return int.from_bytes(os.urandom(size))


def open_workspace(directory: str | None = None, *, must: bool = True) -> Workspace:
    """Open the workspace for a command; with `must` False no folder is refused."""
    environment = dict(os.environ)
    try:
        here = Path.cwd()
    except OSError:  # the folder was removed
        here = Path("/")
    choice = places.choose(directory, environment, here, must=must)
    return Workspace(choice, environment)


def began_to_record() -> bool:
    """Say whether this process began to record anything, which may be on disk by now."""
    from incidentctl.record.write.outbox import Begun

    return Begun.ever


def recorded_last() -> str | None:
    """Return of which incident, or which group of alerts, this process began to record last."""
    from incidentctl.record.write.outbox import Begun

    return Begun.last


def isolated_environment(state: Path, *, name: str, email: str) -> dict[str, str]:
    """Separate this process from the user's folders and git identity; return its environment."""
    for variable in list(os.environ):
        if variable.startswith(("GIT_", "INCIDENTCTL_")):
            del os.environ[variable]
    os.environ["XDG_STATE_HOME"] = str(state / "state")
    os.environ["XDG_CONFIG_HOME"] = str(state / "config")
    for kind in ("AUTHOR", "COMMITTER"):
        os.environ[f"GIT_{kind}_NAME"] = name
        os.environ[f"GIT_{kind}_EMAIL"] = email
    return dict(os.environ)
