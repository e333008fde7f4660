"""Write a `git fast-import` stream: commits of the record, and questions about their content.

Every payload is sent with its length, so that no text can end its field (git-fast-import).
"""

from __future__ import annotations

import re
import threading
from datetime import datetime
from types import TracebackType

from incidentctl.domain.common.text import one_line
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import keep_files
from incidentctl.git.author import Author
from incidentctl.git.run import Git, Result, finish, kill

# Forges turn these into links and notifications, wherever the text came from.
_CALLS = re.compile(r"([@#](?=\w)|[!&$](?=\d)|\bGH-(?=\d))", re.IGNORECASE)
_REPORT = r"\bfast_import_crash_\d+\b"
_TIMEOUT = 60.0


def subject(text: str) -> str:
    """Turn any text into a commit's first line without controls, mentions and references."""
    line = _CALLS.sub(r"\1 ", one_line(text))
    return line if len(line) <= 120 else f"{line[:119]}…"


def _identity(author: Author, moment: datetime) -> str:
    name = re.sub(r"[<>]", "", one_line(author.name)).strip()
    email = re.sub(r"[<>\s]", "", one_line(author.email))
    return f"{name or 'unknown'} <{email}> {max(0, int(moment.timestamp()))} +0000"


class Stream:
    """Commits on one ref, in order. Git starts with this object and ends with the `with` block."""

    def __init__(
        self, git: Git, ref: str, base: str | None, *, force: bool = False, packed: bool = False
    ) -> None:
        """Start on the commit `base`, or with a new root; `force` is for temporary refs only.

        A running prune may delete new loose objects, but not those that are written `packed`.
        """
        options = ("--force",) if force else ()
        packing = ("-c", "fastimport.unpackLimit=1") if packed else ()
        self._git = git
        self._command = (*packing, "fast-import", "--quiet", *options)
        self._child = git.start(self._command, feed=True)
        self._worker = threading.Thread(target=self._import)
        self._result: Result | EnvironmentFailedError | None = None
        self._ref = ref
        self._base = base
        self._parts: list[bytes] = [b"feature done\n"]
        self._asked = 0
        self.marks = 0

    def commit(
        self, author: Author, moment: datetime, message: str, *, merge: str | None = None
    ) -> int:
        """Begin a commit, with `merge` as its second parent; return its mark. Files follow."""
        self.marks += 1
        who, text = _identity(author, moment), message.encode()
        head = f"commit {self._ref}\nmark :{self.marks}\nauthor {who}\ncommitter {who}\n"
        self._parts += [head.encode(), b"data %d\n" % len(text), text, b"\n"]
        if self.marks == 1 and self._base is not None:
            self._parts.append(f"from {self._base}\n".encode())
        if merge is not None:
            self._parts.append(f"merge {merge}\n".encode())
        return self.marks

    def file(self, path: str, data: bytes) -> None:
        """Put a file into the commit."""
        self._parts += [f"M 100644 inline {path}\ndata {len(data)}\n".encode(), data, b"\n"]

    def object(self, path: str, oid: str) -> None:
        """Put a file that git already has into the commit."""
        self._parts.append(f"M 100644 {oid} {path}\n".encode())

    def folder(self, path: str, oid: str) -> None:
        """Put a folder that git already has into the commit."""
        self._parts.append(f"M 040000 {oid} {path}\n".encode())

    def remove(self, path: str) -> None:
        """Leave a file out of the commit; its name may have any characters."""
        quoted = "".join(f"\\{byte:03o}" for byte in path.encode(errors="surrogateescape"))
        self._parts.append(f'D "{quoted}"\n'.encode())

    def ask_commit(self, mark: int) -> int:
        """Ask for the id of a commit; returns the number of the answer."""
        return self._ask(f"get-mark :{mark}\n")

    def ask_path(self, path: str) -> int:
        """Ask what the newest commit holds at a path; returns the number of the answer."""
        return self._ask(f"ls :{self.marks} {path}\n")

    def _ask(self, question: str) -> int:
        self._parts.append(question.encode())
        self._asked += 1
        return self._asked - 1

    def move(self, ref: str) -> None:
        """Move another ref to the newest commit, if that is a fast-forward."""
        self._parts.append(f"reset {ref}\nfrom :{self.marks}\n\n".encode())

    def send(self) -> None:
        """Start the import; the caller can do something else meanwhile."""
        self._parts.append(b"done\n")
        try:
            self._worker.start()
        except RuntimeError:  # the system allows no more threads
            self._import()

    def _import(self) -> None:
        data = b"".join(self._parts)
        try:
            self._result = self._finish(data)
            if self._result.code and keep_files.is_in_the_way(self._result.err):
                self._child = self._git.start(self._command, feed=True)
                self._result = self._finish(data)
        except EnvironmentFailedError as error:
            self._result = error

    def _finish(self, data: bytes) -> Result:
        """Feed git and wait until it ends; a failed one leaves nothing in the way of the next."""
        done = None
        try:
            done = finish(self._child, "fast-import", data, timeout=_TIMEOUT)
            return done
        finally:
            if done is None or done.code:
                keep_files.sweep(self._git)

    def answers(self) -> tuple[Result, list[str]]:
        """Wait for git; return how it ended, and the answers: object ids, or "" for nothing."""
        if self._worker.is_alive():
            self._worker.join()
        if not isinstance(self._result, Result):
            raise self._result or EnvironmentFailedError(
                "Git stopped before it had read everything."
            )
        for name in re.findall(_REPORT, self._result.err):  # git leaves this report if it fails
            (self._git.git_dir / name).unlink(missing_ok=True)
        lines = self._result.out.decode(errors="replace").splitlines()
        found = [_oid(line) for line in lines] + [""] * (self._asked - len(lines))
        return self._result, found

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._child.returncode is None and not self._worker.is_alive():
            kill(self._child)


def _oid(line: str) -> str:
    words = line.partition("\t")[0].split()
    return words[-1] if words and words[0] != "missing" else ""
