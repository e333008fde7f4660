"""The network between a clone and its remote, which can be cut: also in the middle of an answer."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def served(folder: Path) -> Iterator[int]:
    """Serve the repositories of a folder as git does; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    programs = subprocess.run(
        ["git", "--exec-path"], check=True, capture_output=True, text=True
    ).stdout.strip()
    daemon = subprocess.Popen(
        [f"{programs}/git-daemon", "--listen=127.0.0.1", f"--port={port}", "--reuseaddr",
         "--export-all", "--enable=receive-pack", f"--base-path={folder}"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        yield port
    finally:
        daemon.terminate()
        daemon.wait(30)


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > until:
            raise SystemExit("git daemon does not listen")
        time.sleep(0.05)


class Network:
    """Leads to a port of this machine while it is not cut."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._whole = threading.Event()
        self._whole.set()
        self._hangs = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, *, hangs: bool) -> None:
        """End all connections; whoever asks from now on is refused, or gets no answer."""
        self._hangs = hangs
        self._whole.clear()
        with self._lock:
            for each in self._open:
                _end(each)

    def repair(self) -> None:
        """Lead there again."""
        self._whole.set()

    def close(self) -> None:
        """Lead nowhere for good."""
        _end(self._server)
        self._server.close()
        self.cut(hangs=False)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(near,), daemon=True).start()

    def _lead(self, near: socket.socket) -> None:
        with near:
            if not self._whole.is_set():
                if self._hangs:
                    self._whole.wait(30)
                return
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self._to)) as far,
                self._held(near, far),
            ):
                back = threading.Thread(target=_pump, args=(far, near), daemon=True)
                back.start()
                _pump(near, far)
                back.join()

    @contextlib.contextmanager
    def _held(self, *both: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.update(both)
        if not self._whole.is_set():  # it was cut at this moment
            for each in both:
                _end(each)
        try:
            yield
        finally:
            with self._lock:
                self._open.difference_update(both)


def _pump(giver: socket.socket, taker: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := giver.recv(65536):
            taker.sendall(data)
        taker.shutdown(socket.SHUT_WR)


def _end(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
