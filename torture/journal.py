"""What a history has promised so far: read from the lines that its processes wrote."""

from __future__ import annotations

from pathlib import Path

from torture.plan import RESTRICTED


class Journal:
    """The lines of one history, and what follows from them."""

    def __init__(self, path: Path) -> None:
        """Take the file."""
        self.path = path
        path.touch()
        path.chmod(0o666)  # several accounts may write it
        self._read = 0
        self.begun: dict[str, tuple[int, str, str]] = {}
        """By id: the clone, the incident and the kind."""
        self.actions: list[tuple[str, ...]] = []
        self.acknowledged: dict[str, int] = {}
        """By id, the clone that promised it."""
        self.notes: list[str] = []
        """Acknowledged notes, which may be redacted."""
        self.redacted: dict[str, None] = {}
        self._redactions: dict[str, str] = {}
        self.targets: set[str] = set()
        """What somebody at least tried to redact."""
        self.markers: dict[str, str] = {}
        """The text of each note."""
        self.commits: dict[str, int] = {}
        self._shown: dict[tuple[str, str], set[str]] = {}
        self.vanished: list[str] = []
        """What a clone has shown in an earlier step, and does not any more."""
        self.bad: list[tuple[str, str]] = []
        self.lines: list[str] = []

    def is_restricted(self, ident: str) -> bool:
        """Say whether an event is of the restricted incident."""
        return ident in self.begun and self.begun[ident][1] == RESTRICTED

    def acknowledged_in(self, clone: int, *, restricted: bool) -> set[str]:
        """Return the ids that a clone acknowledged, of restricted incidents or of the others."""
        return {
            ident for ident, number in self.acknowledged.items()
            if number == clone and self.is_restricted(ident) == restricted
        }  # fmt: skip

    def read(self) -> list[list[str]]:
        """Read what is new."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        whole = data.rfind(b"\n") + 1
        fresh = data[self._read : whole].decode(errors="replace").splitlines()
        self._read = whole
        self.lines += fresh
        found = [line.split(" ") for line in fresh]
        before = {key: set(idents) for key, idents in self._shown.items()}
        for words in found:
            self._take(words)
            if words[0] == "SHOWN" and words[3]:
                key, now = (words[1], words[2]), set(words[3].split(","))
                gone = sorted(before.get(key, set()) - now)
                self.vanished += [f"clone {words[1]} does not show {ident}" for ident in gone]
                self._shown.setdefault(key, set()).update(now)
        return found

    def _take(self, words: list[str]) -> None:
        if words[0] == "BEGIN":
            _, clone, incident, kind, named, target, mark = words
            idents = tuple(named.split(","))
            self.actions.append(idents)
            self.begun |= {ident: (int(clone), incident, kind) for ident in idents}
            if kind == "redact":
                self._redactions[idents[0]] = target
                self.targets.add(target)
            if kind == "say":
                texts = [f"note {mark}-{n}-end" for n in range(len(idents))]
                self.markers |= dict(zip(idents, texts, strict=True))
        elif words[0] == "ACK":
            for ident in words[2].split(","):
                self.acknowledged[ident] = int(words[1])
                if self.begun[ident][2] == "say":
                    self.notes.append(ident)
                if ident in self._redactions:
                    self.redacted[self._redactions[ident]] = None
        elif words[0] == "FLUSHED" and words[2] != "None":
            self.commits[words[2]] = int(words[1])
        elif words[0] == "BAD":
            self.bad.append((words[1], " ".join(words[2:])))
