"""The invariants of a record, checked from outside: with git, and with what a reader is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.events import EventError, decode
from incidentctl.domain.redaction import REDACTED
from incidentctl.record import outbox, paths
from incidentctl.record.paths import event_name
from torture.actor import Setting, now_at, open_record
from torture.deeds import SECRET
from torture.journal import Journal
from torture.world import MIRROR, TRUTH, Clone, git


class Violation(NamedTuple):
    """What is wrong: the invariant by its name, and for people."""

    invariant: str
    text: str


def events_in(folder: Path, ref: str) -> dict[str, str]:
    """Return the path of each event's id at a ref; of two paths with one id the last."""
    listed = git(folder, "ls-tree", "-r", "-z", "--name-only", ref, "--", "incidents", check=False)
    return {path.rpartition("/")[2][:26]: path for path in listed.split("\0") if "/events/" in path}


def spooled(clone: Clone) -> set[str]:
    """Return the ids in outbox, sent and fallback of a clone."""
    found: set[str] = set()
    boxes = [clone.state / "outbox", clone.state / "sent", *clone.fallback.glob("outbox-*")]
    for path in outbox.paths(boxes):
        try:
            action = outbox.read(path)
        except EventError:
            continue
        if action is not None:
            found.update(name[:26] for name in action.entries)
    return found


def waiting(clone: Clone) -> list[str]:
    """Return what is in the outboxes of a clone."""
    boxes = [clone.state / "outbox", *clone.fallback.glob("outbox-*")]
    return [path.name for path in outbox.paths(boxes)]


def kept(clone: Clone, journal: Journal, on_remote: set[str], *, lost: bool) -> list[Violation]:
    """I1 at this moment: what a clone has acknowledged is in it, and spooled until it is shared."""
    mine = {ident for ident, number in journal.acknowledged.items() if number == clone.number}
    held = spooled(clone)
    found = []
    if not lost and (gone := mine - held - set(events_in(clone.path, TRUTH))):
        found.append(Violation("I1", f"clone {clone.number} has lost {_few(gone)}"))
    if gone := mine - held - on_remote:
        text = f"clone {clone.number} has forgotten {_few(gone)}, which the remote never had"
        found.append(Violation("I1-sent", text))
    return found


def blanked(clone: Clone, journal: Journal, targets: Iterable[str]) -> list[Violation]:
    """Nothing in the truth still says what was redacted there."""
    return [
        Violation("redaction", f"clone {clone.number} still holds the text of {ident}")
        for ident in targets
        if git(clone.path, "grep", "-l", "-F", "-e", _text(ident, journal), TRUTH, check=False)
    ]


def stacked(remote: Path) -> list[Violation]:
    """Merges upon merges that the remote has refused: only where nothing but contention was."""
    found = []
    listed = git(remote, "rev-list", "--parents", MIRROR, "--", check=False).splitlines()
    parents = {words[0]: words[1:] for words in (line.split() for line in listed)}
    for commit, above in parents.items():
        if len(above) == 2 and len(parents[above[0]]) == 2:
            done = git(remote, "rev-list", "--count", above[0], f"^{above[1]}").strip()
            if done != "0":
                found.append(Violation("stacked", f"{commit[:10]} merges a refused merge again"))
    return found


def healed(
    root: Path, clones: list[Clone], journal: Journal, *, stated: Iterable[str], lost: bool
) -> list[Violation]:
    """Everything that must hold once all have exchanged."""
    remote = root / "remote.git"
    places = [(f"clone {clone.number}", clone.path, TRUTH) for clone in clones]
    places.append(("the remote", remote, MIRROR))
    found: list[Violation] = []
    checked: dict[str, list[Violation]] = {}
    must = set(journal.acknowledged) | set(stated)
    for name, folder, ref in places:
        tree = git(folder, "rev-parse", "-q", "--verify", f"{ref}^{{tree}}", check=False).strip()
        if not tree:
            if must:
                found.append(Violation("I1", f"{name} has no record"))
            continue
        if tree not in checked:
            checked[tree] = list(_tree(folder, tree, journal, must))
        found += [each._replace(text=f"{name}: {each.text}") for each in checked[tree]]
    found += _same_bytes(root, clones, journal)
    if not lost:
        reachable = set(git(remote, "rev-list", MIRROR, "--", check=False).split())
        if gone := set(journal.commits) - reachable:
            found.append(Violation("reachable", f"not on the remote: {_few(gone)}"))
    for clone in clones:
        left = waiting(clone)
        if left:
            found.append(Violation("I1-waits", f"clone {clone.number} has not committed {left}"))
        if spool := spooled(clone):
            found.append(Violation("I12", f"clone {clone.number} still keeps {_few(spool)}"))
    return found


def _tree(folder: Path, tree: str, journal: Journal, must: set[str]) -> Iterable[Violation]:
    listed = git(folder, "ls-tree", "-r", "-z", tree)
    entries = [line.partition("\t") for line in listed.split("\0") if line]
    events: dict[str, tuple[str, str]] = {}
    counted: Counter[str] = Counter()
    for head, _, path in entries:
        mode, _, oid = head.split(" ")
        if place := paths.parse(path):
            counted[place.name[:26]] += 1
            events[oid] = (path, place.name)
        elif paths.parse_log(path) is None or mode != "100644":
            yield Violation("foreign", f"holds {path}")
        if place and mode != "100644":
            yield Violation("foreign", f"{path} has mode {mode}")
    if gone := must - set(counted):
        yield Violation("I1", f"lacks {_few(gone)}")
    if twice := [ident for ident, count in counted.items() if count > 1]:
        yield Violation("I2", f"has twice {_few(twice)}")
    for action in journal.actions:
        held = [ident for ident in action if ident in counted]
        if held and len(held) < len(action):
            yield Violation("I6", f"has {len(held)} of the {len(action)} events of {action[0]}")
    yield from _contents(folder, events, journal)
    hidden = [_text(ident, journal) for ident in journal.redacted]
    for text in (SECRET, *hidden):
        if git(folder, "grep", "-l", "-F", "-e", text, tree, check=False):
            what = "foreign" if text == SECRET else "redaction"
            yield Violation(what, f"holds the text {text}")


def _text(ident: str, journal: Journal) -> str:
    """Return the marker in a note's text."""
    return journal.markers.get(ident, f"no marker of {ident}")


def _contents(
    folder: Path, events: dict[str, tuple[str, str]], journal: Journal
) -> Iterable[Violation]:
    asked = "".join(f"{oid}\n" for oid in events).encode()
    blobs = git(folder, "cat-file", "--batch", data=asked)
    for (path, name), blob in zip(events.values(), _split(blobs), strict=True):
        try:
            event = decode(blob.encode())
        except EventError as error:
            yield Violation("I3", f"{path} is no event: {error}")
            continue
        if event_name(event) != name:
            yield Violation("I3", f"{path} holds {event_name(event)}")
        marker = journal.markers.get(event.id)
        text = getattr(event.fact, "text", None)
        blanked = event.id in journal.targets and text == REDACTED
        if marker and text is not None and marker != text and not blanked:
            yield Violation("I3", f"{path} says {text!r} for {marker!r}")


def _split(batch: str) -> Iterable[str]:
    """Split what cat-file prints; all is ASCII."""
    start = 0
    while start < len(batch):
        head, _, _ = batch[start:].partition("\n")
        if head.endswith("missing"):
            yield ""
            start += len(head) + 1
            continue
        size = int(head.split(" ")[2])
        begin = start + len(head) + 1
        yield batch[begin : begin + size]
        start = begin + size + 1


def _same_bytes(root: Path, clones: list[Clone], journal: Journal) -> Iterable[Violation]:
    """I4: what `log` prints is the same in every clone; and each has every acknowledged event."""
    from incidentctl.domain.incident import fold
    from incidentctl.render.log import render_log

    moment = now_at(0)
    printed: dict[str, dict[str, list[int]]] = {}
    for clone in clones:
        setting = Setting(str(clone.path), str(clone.fallback), str(root / "nobody"), 0)
        record = open_record(setting, now=lambda: moment)
        for incident, events, problems in record.many_events(record.ids()):
            text = render_log(fold(incident, events, problems=problems))
            printed.setdefault(incident, {}).setdefault(text, []).append(clone.number)
            mine = {i for i in journal.acknowledged if journal.begun[i][1] == incident}
            if gone := mine - {event.id for event in events}:
                yield Violation("I1", f"clone {clone.number} does not show {_few(gone)}")
    for incident, texts in printed.items():
        if len(texts) > 1:
            yield Violation("I4", f"{incident} is printed differently in {list(texts.values())}")


def _few(names: Iterable[str]) -> str:
    every = sorted(names)
    return f"{len(every)}: {' '.join(every[:3])}{' ...' if len(every) > 3 else ''}"


def shown(clone: Clone, journal: Journal) -> list[Violation]:
    """The view shows nothing that was redacted."""
    return [
        Violation("redaction", f"the view {path} shows {ident}")
        for path in (clone.path / "incidents").rglob("log.md")
        for ident in journal.redacted
        if _text(ident, journal) in path.read_text()
    ]


def silent(root: Path) -> list[Violation]:
    """I8: nothing ran that the user has configured; and nobody pushed by force."""
    forced = root / "remote.git" / "forced"
    if forced.exists():
        return [Violation("forced", f"pushed by force: {forced.read_text()}")]
    return [
        Violation("I8", f"clone {mark.name} ran {mark.read_text().splitlines()[0]}")
        for mark in (root / "ran").iterdir()
    ]


def untouched(clone: Clone, before: dict[str, str], after: dict[str, str]) -> list[Violation]:
    """I7: what is the user's is as it was."""
    changed = sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
    if not changed:
        return []
    return [Violation("I7", f"clone {clone.number}: changed {', '.join(changed[:4])}")]


def no_litter(clone: Clone) -> list[Violation]:
    """I10: no file in the git directory but git's own and the folder of the record's state."""
    strange = clone.git_dir.glob("fast_import_crash_*")
    return [Violation("I10", f"clone {clone.number}: left {path.name}") for path in strange]
