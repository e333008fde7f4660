"""Commit a batch of acknowledged actions with one `git fast-import`, and verify the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.ids import is_group_id, record_folder
from incidentctl.domain.incident.state import is_alert
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs
from incidentctl.git.author import Author
from incidentctl.git.fast_import import Stream, subject
from incidentctl.git.objects import blob_id
from incidentctl.record.store import incident_events, paths
from incidentctl.record.store.crash_points import point
from incidentctl.record.store.incident_events import Folder
from incidentctl.record.store.store import Tips
from incidentctl.record.store.stored_event import (
    Stored,
    check,
    pick_version,
    redacted,
    redaction_targets,
)
from incidentctl.record.write.outbox import Pending
from incidentctl.record.write.part import Part
from incidentctl.record.write.verify import events_in_commit

#: So many groups are named in the message of one commit.
_NAMED = 20
_PROGRAM = Author("incidentctl", "incidentctl@localhost")


class Touched(NamedTuple):
    """An incident after a batch: its events, and the ids of its folder now ("" if unknown)."""

    folder: Folder
    log: str


class BatchResult(NamedTuple):
    """What became of a batch."""

    commits: dict[str, str]
    """The commit of each action that the log ref now holds, by its file's name."""
    done: tuple[Pending, ...]
    touched: dict[str, Touched]
    known: dict[str, Folder]
    """Every incident of the batch with its events, also where none was new."""
    tips: Tips
    absorbed: tuple[str, ...]
    whole: bool
    """Whether the log ref is now exactly what this batch made of it."""
    notes: tuple[str, ...]


class Batch:
    """One attempt; the caller holds the clone's lock."""

    def __init__(self, part: Part) -> None:
        """Take the part of the record to commit to."""
        self._store = part.store
        self._render = part.render
        self._move_mirror = part.mirror_is_free()
        self._now = part.now
        self._folders: dict[str, Folder] = {}
        self._fresh: dict[str, dict[str, Stored]] = {}
        self._blanked: dict[str, dict[str, Stored]] = {}
        self._notes: list[str] = []

    def commit(
        self, pending: Sequence[Pending], found: Mapping[str, dict[str, Stored]] | None = None
    ) -> BatchResult:
        """Commit the actions, the events that a repair `found`, and those that a branch adds."""
        tips = self._store.tips()
        base = self._base(tips)
        absorbed = self._find_additions(tips, base)
        for incident, stored in (found or {}).items():
            self._merge(incident, stored, base)
        groups = {action.incident for action in pending if is_group_id(action.incident)}
        sources = (base,) if base else ()
        self._folders |= self._store.group_folders(groups - self._folders.keys(), sources)
        for action in pending:
            self._merge(action.incident, _checked(action), base)
        for incident in self._fresh:
            self._blank(incident)
        if not self._fresh:  # all committed already: the last process died before forgetting
            return self._already_there(pending, tips, absorbed)
        # Git starts while log.md is rendered, and what the commit does not need is rendered while
        # git works: this saves 10 ms of a `log` with 1,000 events.
        with Stream(self._store.git, self._store.log_ref, base) as stream:
            return self._import(stream, pending, tips, absorbed)

    def _import(
        self, stream: Stream, pending: Sequence[Pending], tips: Tips, absorbed: tuple[str, ...]
    ) -> BatchResult:
        """Write the commits, and check what the log ref holds then."""
        late = {
            i
            for i, fresh in self._fresh.items()
            if not is_group_id(i) and incident_events.may_lag(self._folders[i], fresh)
        }
        logs = self._render_logs(self._fresh.keys() - late)
        marks = self._write_commits(stream, pending, logs)
        commit_answers = {name: stream.ask_commit(mark) for name, mark in marks.items()}
        last = stream.ask_commit(stream.marks)
        blob_answers = {
            (incident, name): stream.ask_path(paths.event_path(incident, name))
            for incident, stored in self._fresh.items()
            for name in stored
        }
        folder_answers = {i: stream.ask_path(record_folder(i)) for i in self._fresh}
        if self._move_mirror:
            stream.move(self._store.mirror)
        point("flush.prepared")
        stream.send()
        logs |= self._render_logs(late)
        result, answers = stream.answers()
        point("flush.imported")
        after = self._store.tips()
        whole = bool(answers[last]) and after.log_tip == answers[last]
        if whole:
            held = {
                key for key, number in blob_answers.items()
                if answers[number] == blob_id(self._fresh[key[0]][key[1]].data, answers[last])
            }  # fmt: skip
        else:
            if answers[last] and after.mirror == answers[last]:  # the log ref was locked
                refs.move(self._store.git, (self._store.mirror, tips.mirror, after.mirror))
            held = events_in_commit(self._store.git, after.log_tip, self._fresh)
        done = tuple(
            action
            for action in pending
            if all(
                (action.incident, name) in held or name not in self._fresh.get(action.incident, {})
                for name in action.entries
            )
        )
        if not done and pending:
            raise EnvironmentFailedError(f"Git did not take the events: {_reason(result.err)}.")
        point("flush.verified")
        commits = {
            action.path.name: answers[commit_answers[action.path.name]]
            for action in done
            if whole and action.path.name in commit_answers
        }
        touched = {
            incident: Touched(
                self._folders[incident]._replace(key=answers[folder_answers[incident]]),
                logs.get(incident, ""),
            )
            for incident in self._fresh
        }
        return BatchResult(
            commits, done, touched, self._folders, after, absorbed, whole, tuple(self._notes)
        )

    def _already_there(
        self, pending: Sequence[Pending], tips: Tips, absorbed: tuple[str, ...]
    ) -> BatchResult:
        """Return the outcome if no event is new; start the log ref at the base if it is missing."""
        base = self._base(tips)
        if tips.log_tip is None and base is not None:
            self._store.git.run("update-ref", self._store.log_ref, base, "0" * len(base))
            tips = self._store.tips()
            if tips.log_tip is None:
                raise EnvironmentFailedError("Git could not start the record.")
        return BatchResult(
            {}, tuple(pending), {}, self._folders, tips, absorbed, True, tuple(self._notes)
        )

    def _base(self, tips: Tips) -> str | None:
        """Return the commit that the record continues from; None for a new root.

        Without a log ref that is the branch of the remote or the mirror, if it holds the record
        and nothing else: it might be a branch of the team's own files, which must stay untouched.
        """
        if tips.log_tip is not None:
            return tips.log_tip
        # Most commands find nothing to compare, and save 2 ms.
        from incidentctl.record.store.compare import holds_only_the_record  # noqa: PLC0415

        found = [tip for tip in (tips.tracking, tips.mirror) if tip is not None]
        ours = [tip for tip in found if holds_only_the_record(self._store.git, tip)]
        if found and not ours:
            self._notes.append(
                f"{self._store.mirror} holds other files than the record and is left alone. "
                "Name a branch for the record in incidentctl.yaml: record: {branch: ...}."
            )
        return ours[0] if ours else None

    def _find_additions(self, tips: Tips, base: str | None) -> tuple[str, ...]:
        """Take in what people committed on the mirror; return the tips that add nothing more.

        The remote's branch is not taken in here. Readers read it beside the log ref until the
        exchange merges it: else each clone would commit the events of the others once more.
        """
        last = self._store.valid_index(tips)
        known = last.absorbed if last else ()
        for other in self._store.beside(tips):
            if other == base or (base is not None and other == tips.tracking):
                continue
            from incidentctl.record.store.changes import TooManyError  # noqa: PLC0415 (the same)
            from incidentctl.record.store.compare import compare  # noqa: PLC0415 (the same)

            try:
                more = compare(self._store.git, base, other)
            except TooManyError as error:  # acknowledged actions are committed nevertheless
                self._notes.append(f"Commit {other[:10]}: {error.message}")
                continue
            for incident, stored in more.added.items():
                self._merge(incident, stored, base)
            if more.left_out:
                self._notes.append(
                    f"Left out {len(more.left_out)} file(s) of commit {other[:10]} that are no "
                    f"events of the record, such as {one_line(more.left_out[0])[:100]}."
                )
            known = (*known, other)
        return (*known, base) if base else known

    def _merge(self, incident: str, stored: dict[str, Stored], base: str | None) -> None:
        """Add events to an incident; those that it already has are not fresh."""
        folder = self._folders.get(incident)
        if folder is None:
            index = self._store.valid_index(self._store.tips())
            index = index if index and not index.beside else None
            if index and incident not in index.ids and not is_group_id(incident):  # just declared
                folder = incident_events.EMPTY
            else:
                known = index.open.get(incident) if index else None
                folder = self._store.folder_at(incident, (base,) if base else (), known)
        fresh = {name: event for name, event in stored.items() if _is_wanted(event, name, folder)}
        if fresh:
            self._fresh.setdefault(incident, {}).update(fresh)
        self._folders[incident] = folder._replace(stored={**folder.stored, **fresh})

    def _blank(self, incident: str) -> None:
        """Blank redacted texts in the commit's tree; the history still has them."""
        folder = self._folders[incident]
        forms = redacted(folder.stored)
        if forms:
            self._blanked[incident] = forms
            self._folders[incident] = folder._replace(stored={**folder.stored, **forms})
            fresh = self._fresh[incident]
            fresh.update({name: form for name, form in forms.items() if name in fresh})

    def _write_commits(
        self, stream: Stream, pending: Sequence[Pending], logs: dict[str, str]
    ) -> dict[str, int]:
        """Write a commit per action; log.md goes into the last one of each incident."""
        # Actions that are committed already get no commit: a process died before forgetting them.
        fresh = [action for action in pending if self._fresh_of(action)]
        last = {action.incident: action.path.name for action in fresh}
        own = {(action.incident, name) for action in pending for name in action.entries}
        found = [
            (incident, name, event)
            for incident, stored in self._fresh.items()
            for name, event in stored.items()
            if (incident, name) not in own
        ]
        if found:
            moment = max(event.event.recorded for _, _, event in found)
            stream.commit(_PROGRAM, moment, f"Add {len(found)} event(s) found on a branch\n")
            for incident, name, event in found:
                stream.file(paths.event_path(incident, name), event.data)
            for incident in {incident for incident, _, _ in found} - last.keys():
                self._complete(stream, incident, logs)
        marks: dict[str, int] = {}
        storm = [action for action in fresh if _is_of_a_storm(action)]
        if storm:
            marks |= self._write_storm(stream, storm, last)
        for action in fresh:
            if action.path.name in marks:
                continue
            files = self._fresh_of(action)
            moment = self._fresh[action.incident][next(iter(files))].event.recorded
            message = f"{subject(action.summary)}\n\nIncident: {action.incident}\n"
            marks[action.path.name] = stream.commit(action.author, moment, message)
            for name, data in files.items():
                stream.file(paths.event_path(action.incident, name), data)
            if last[action.incident] == action.path.name:
                self._complete(stream, action.incident, logs)
        return marks

    def _write_storm(
        self, stream: Stream, storm: Sequence[Pending], last: Mapping[str, str]
    ) -> dict[str, int]:
        """Write what receivers recorded of alert groups in one commit: they may be thousands."""
        groups = dict.fromkeys(action.incident for action in storm)
        moment = max(
            self._fresh[action.incident][name].event.recorded
            for action in storm
            for name in self._fresh_of(action)
        )
        named = "".join(f"Alerts: {group}\n" for group in list(groups)[:_NAMED])
        message = f"{len(storm)} action(s) in {len(groups)} alert group(s)\n\n{named}"
        mark = stream.commit(storm[0].author, moment, message)
        for action in storm:
            for name, data in self._fresh_of(action).items():
                stream.file(paths.event_path(action.incident, name), data)
            if last[action.incident] == action.path.name:
                self._complete(stream, action.incident, {})
        return dict.fromkeys((action.path.name for action in storm), mark)

    def _fresh_of(self, action: Pending) -> dict[str, bytes]:
        fresh = self._fresh.get(action.incident, {})
        return {name: data for name, data in action.entries.items() if name in fresh}

    def _complete(self, stream: Stream, incident: str, logs: dict[str, str]) -> None:
        """Put into the last commit of an incident what follows from its events."""
        blanked = self._blanked.get(incident, {})
        for name, form in blanked.items():
            stream.file(paths.event_path(incident, name), form.data)
        # A log.md of a newer version stays, unless it has a redacted text.
        if incident in logs and (
            blanked or incident_events.knows_all(self._folders[incident].events())
        ):
            stream.file(paths.log_path(incident), logs[incident].encode())

    def _render_logs(self, incidents: Iterable[str]) -> dict[str, str]:
        logs = {}
        for incident in incidents:
            if is_group_id(incident):
                continue  # people read it with `alert show`
            folder = self._folders[incident]
            problems = incident_events.problems(paths.log_path(incident), folder, now=self._now())
            logs[incident] = self._render(incident, folder.events(), problems)
        return logs


def _is_of_a_storm(action: Pending) -> bool:
    """Say whether a receiver recorded something of an alert group."""
    return is_group_id(action.incident) and is_alert(action.author.name)


def _is_wanted(event: Stored, name: str, folder: Folder) -> bool:
    """Say whether an event is to be written: it is missing, or somebody overwrote it."""
    held = folder.stored.get(name)
    if held is None or held.data == event.data:
        return held is None
    return pick_version(held, event, named=redaction_targets(folder.stored.values()))[0] is event


def _checked(action: Pending) -> dict[str, Stored]:
    return {name: check(name, data) for name, data in action.entries.items()}


def _reason(err: str) -> str:
    lines = [line for line in err.splitlines() if line.startswith(("fatal:", "error:", "warning:"))]
    return lines[0].partition(": ")[2] if lines else "no reason was given"
