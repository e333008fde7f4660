"""Send one message by Apprise: `python -m` this module, with JSON on standard input.

Every connection that this process opens is checked as those of `http` are, whichever library opens
it. Redirects are not followed, certificates are verified, whatever the address says.
"""

from __future__ import annotations

import json
import logging
import sys
from ipaddress import ip_address
from typing import Any

from incidentctl.connect.actions.addresses import refusal


class _Guard:
    """Refuses connections; a hook of the interpreter, which no library can get round."""

    def __init__(self, *, private: bool) -> None:
        self.private = private
        self.refused = ""

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        address = arguments[1]
        if not isinstance(address, tuple):
            reason = None if address is None else "no address of a network"
        else:
            try:
                ip_address(str(address[0]).partition("%")[0])
            except ValueError:  # a name; what it resolves to is checked where it is connected to
                reason = "a name that was not resolved before"
            else:
                reason = refusal(str(address[0]), named=self.private)
        if reason is not None:
            self.refused = f"it is {address[0] if address else address}, {reason}"
            raise ConnectionRefusedError(self.refused)


class _Said(logging.Handler):
    """Keeps the last thing that Apprise complains about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.last = record.getMessage()


def send(asked: dict[str, Any]) -> dict[str, str]:
    """Return `{"state": "done" | "failed" | "refused", "said": ...}`."""
    import apprise  # noqa: PLC0415 (an extra)
    from apprise.plugins.email.base import NotifyEmail  # noqa: PLC0415 (the same)

    said, log = _Said(), logging.getLogger("apprise")
    log.addHandler(said)
    log.propagate = False
    guard = _Guard(private=asked["private"])
    sys.addaudithook(guard)
    asset = apprise.AppriseAsset(app_id="incidentctl", http_redirects=False, plugin_paths=[])
    target = apprise.Apprise.instantiate(asked["url"], asset=asset, suppress_exceptions=True)
    if target is None:
        return {"state": "refused", "said": said.last or "Apprise does not know such an address"}
    if target.protocol and not target.secure and not asked["private"]:
        named = target.secure_protocol or ()
        secure = named if isinstance(named, str) else next(iter(named), "")
        instead = f"write {secure}://, or " if secure else ""
        return {"state": "refused", "said": f"no TLS; {instead}let the trust name the host"}
    target.redirects, target.verify_certificate = False, True
    if isinstance(target, NotifyEmail):
        target.headers["X-Incidentctl-Key"] = asked["key"]
    manager = apprise.Apprise(asset=asset)
    manager.add(target)
    done = manager.notify(
        asked["body"],
        title=asked["title"],
        notify_type=asked["kind"],
        body_format=apprise.NotifyFormat.TEXT,
    )
    if guard.refused:
        return {"state": "refused", "said": guard.refused}
    return {"state": "done" if done else "failed", "said": said.last}


if __name__ == "__main__":
    json.dump(send(json.load(sys.stdin)), sys.stdout)
