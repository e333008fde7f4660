"""Serve from the command line: alerts, and the room."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import UsageError, install_extra
from incidentctl.serve.settings import Settings, listen_at, network, secret

_NEEDED = ("starlette", "uvicorn", "prometheus_client")
_NEEDED_FOR_OPENID = ("authlib", "requests")


def serve(
    open_workspace: Callable[[], Workspace],
    *,
    listen: str,
    certificate: str | None,
    key: str | None,
    proxies: list[str],
    probes: list[str],
    branch: str | None,
    secrets: list[str],
    alone: bool,
    room_name: str | None = None,
    identity_header: str | None = None,
    identity_secret: str | None = None,
    openid_issuer: str | None = None,
    openid_client: str | None = None,
    openid_secret: str | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; with `room_name` also the room, by that address.

    UsageError if the extra is not installed.
    """
    _ensure_installed()
    from incidentctl.serve.server import Server  # noqa: PLC0415 (the extra)

    host, port = listen_at(listen)
    settings = Settings(
        host, port, certificate, key, tuple(map(network, proxies)), tuple(map(network, probes)),
        branch, alone=alone, secrets=tuple(map(secret, secrets)),
    )  # fmt: skip
    room = None
    if room_name is not None:
        from incidentctl.serve.room import settings as of_room  # noqa: PLC0415 (only a room needs it)

        environment = open_workspace().environment
        identity: of_room.ProxyIdentity | of_room.OpenIdClient
        if openid_issuer is not None:
            if not all(map(find_spec, _NEEDED_FOR_OPENID)):
                raise UsageError(
                    "The libraries to sign in by OpenID Connect are not installed.",
                    hint=install_extra("openid"),
                )
            identity = of_room.openid_client(
                openid_issuer, openid_client, openid_secret, environment
            )
            of_room.ensure_secure(room_name)
        else:
            identity = of_room.proxy_identity(
                identity_header, identity_secret, settings.proxies, environment
            )
        room = of_room.TeamRoom(of_room.named(room_name), identity)
    Server(open_workspace, settings, room).run()


def room(
    open_workspace: Callable[[], Workspace],
    *,
    listen: str,
    ready: Callable[[Callable[[], str]], None],
) -> None:
    """Serve the room of one's own clone until SIGTERM or Ctrl-C.

    `ready` gets a function that returns a link, which signs in once. UsageError if the extra is not
    installed.
    """
    _ensure_installed()
    from incidentctl.serve.room.server import RoomServer  # noqa: PLC0415 (the extra)

    server = RoomServer(open_workspace, Settings(*listen_at(listen)))
    ready(server.link)
    server.run()


def status_page(
    file: Callable[[str], bytes | None], *, port: int, ready: Callable[[str], None]
) -> None:
    """Serve the files of the status page on loopback until Ctrl-C; needs no extra."""
    from incidentctl.serve import status_page as page  # noqa: PLC0415 (only who looks at it)

    page.serve(file, port=port, ready=ready)


def _ensure_installed() -> None:
    if not all(map(find_spec, _NEEDED)):
        raise UsageError(
            "The libraries of the receiver and the room are not installed.",
            hint=install_extra("server"),
        )
