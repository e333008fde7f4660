"""`serve`: the receiver of alerts."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.cli.session import workspace_of
from incidentctl.errors import UsageError


def serve_command(
    ctx: typer.Context,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen.")
    ] = "127.0.0.1:8095",
    secret: Annotated[
        list[str] | None,
        typer.Option(
            "--secret",
            metavar="FORMAT=env:NAME",
            help="A variable with the secret of a format, or of slack; two are valid at once.",
        ),
    ] = None,
    certificate: Annotated[
        str | None,
        typer.Option("--tls-certificate", metavar="FILE", help="Serve TLS, with this certificate."),
    ] = None,
    key: Annotated[
        str | None, typer.Option("--tls-key", metavar="FILE", help="The key of the certificate.")
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            "--proxy", metavar="ADDRESS", help="The proxy that ends TLS; only it may deliver."
        ),
    ] = None,
    probe: Annotated[
        list[str] | None,
        typer.Option("--probe", metavar="ADDRESS", help="Who else may read /readyz and /metrics."),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(
            "--branch",
            metavar="NAME",
            help="The branch with the team's files; by default the one checked out here.",
        ),
    ] = None,
    alone: Annotated[
        bool,
        typer.Option(
            "--alone",
            help="The team's only receiver: restricted alerts may stay in this clone.",
        ),
    ] = False,
    room: Annotated[
        bool, typer.Option("--room", help="Also serve the room: pages for people who sign in.")
    ] = False,
    room_name: Annotated[
        str | None,
        typer.Option("--room-name", metavar="URL", help="The https address of the room."),
    ] = None,
    identity_header: Annotated[
        str | None,
        typer.Option(
            "--identity-header",
            metavar="NAME",
            help="The proxy's header with the e-mail address of the person.",
        ),
    ] = None,
    identity_secret: Annotated[
        str | None,
        typer.Option(
            "--identity-secret",
            metavar="env:NAME",
            help="What the proxy sends as X-Incidentctl-Secret; required if it is on this machine.",
        ),
    ] = None,
    openid_issuer: Annotated[
        str | None,
        typer.Option(
            "--openid-issuer",
            metavar="URL",
            help="Instead of a proxy: the OpenID provider where people sign in.",
        ),
    ] = None,
    openid_client: Annotated[
        str | None,
        typer.Option(
            "--openid-client", metavar="ID", help="The client id of the room at that provider."
        ),
    ] = None,
    openid_secret: Annotated[
        str | None,
        typer.Option("--openid-secret", metavar="env:NAME", help="The secret of that client."),
    ] = None,
) -> None:
    """Receive alerts over HTTP: POST /hooks/SOURCE is answered once they are on disk.

    incidentctl serve

    SOURCE is one of alerts.yaml, or a format such as alertmanager. It
    commits and syncs in the background, and stops on SIGTERM or Ctrl-C.
    See docs/serve.md. With --room it also serves pages where people
    declare and respond: docs/room.md.
    """
    from incidentctl.serve.start import serve

    who = bool(identity_header) + bool(openid_issuer)
    if room != (room_name is not None) or who != room:
        raise UsageError(
            "--room, --room-name and either --identity-header or --openid-issuer belong together.",
            hint="For example: `incidentctl serve --room --room-name https://incidents.example.com "
            "--proxy 10.0.0.7 --identity-header X-Forwarded-Email`.",
        )
    workspace_of(ctx)  # a wrong folder is refused first
    serve(
        lambda: open_workspace(ctx.obj),
        listen=listen,
        certificate=certificate,
        key=key,
        proxies=proxy or [],
        probes=probe or [],
        branch=branch,
        secrets=secret or [],
        alone=alone,
        room_name=room_name,
        identity_header=identity_header,
        identity_secret=identity_secret,
        openid_issuer=openid_issuer,
        openid_client=openid_client,
        openid_secret=openid_secret,
    )
