"""A real SMTP server on loopback, which keeps what it gets."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from aiosmtpd.controller import Controller


class Mailbox:
    """Mails as they came, each with whom it is for; with `refuse` none is taken."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.refuse = False
        self.port = 0

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        if self.refuse:
            return "554 No"
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def to(self, address: str) -> list[str]:
        return [content.decode() for whom, content in self.mails if address in whom]


@contextlib.contextmanager
def smtp_server() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()
