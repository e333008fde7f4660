"""`incidentctl alert`: the inbox of alerts; what an alert says, and what it means here."""

from __future__ import annotations

import sys
from datetime import UTC
from typing import Annotated

import typer

from incidentctl.app.alerts.parse import (
    Explained,
    as_json,
    decision_as_json,
    explain,
    parse,
    read_payload,
)
from incidentctl.cli.alerts import inbox
from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, Json
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.common.text import count
from incidentctl.domain.common.times import show

app = typer.Typer(
    help="The inbox of alerts: see them, declare, attach or dismiss. And read alerts of "
    "Alertmanager, Grafana, PagerDuty, Datadog, Opsgenie, CloudEvents.",
    no_args_is_help=True,
    **PLAIN,
)

app.command("inbox")(inbox.inbox_command)
app.command("show")(inbox.show_command)
app.command("declare")(inbox.declare_command)
app.command("attach")(inbox.attach_command)
app.command("dismiss")(inbox.dismiss_command)

PayloadFile = Annotated[
    str, typer.Argument(metavar="FILE", help="What the sender posts, as JSON; `-` is stdin.")
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="Its format, such as grafana; detected if not named."
    ),
]


@app.command("parse")
def parse_command(payload: PayloadFile, form: Format = None, *, json: Json = False) -> None:
    """Show the alerts in a payload as incidentctl reads them. It records nothing.

    incidentctl alert parse payload.json
    """
    alerts = parse(read_payload(payload, sys.stdin.buffer), form)
    if json:
        console.print_json("alert-parse", {"alerts": [as_json(alert) for alert in alerts]})
        return
    for number, alert in enumerate(alerts):
        if number:
            console.out("")
        _show(alert)
    console.say(count(len(alerts), "alert"))


@app.command("explain")
def explain_command(
    ctx: typer.Context, payload: PayloadFile, form: Format = None, *, json: Json = False
) -> None:
    """Show what the alerts in a payload mean here: what is affected, how bad it is, and why.

    incidentctl alert explain payload.json

    It records nothing; `incidentctl declare --from-alert` declares with these answers.
    """
    alerts = parse(read_payload(payload, sys.stdin.buffer), form)
    found = explain(open_catalog(ctx).catalog, alerts)
    if json:
        rows = [as_json(each.alert) | {"means": decision_as_json(each.means)} for each in found]
        console.print_json("alert-explain", {"alerts": rows})
        return
    for number, each in enumerate(found):
        if number:
            console.out("")
        _explain(each)
    console.say(count(len(found), "alert"))


def _show(alert: Alert) -> None:
    console.out(f"{alert.state:<10} {alert.title}")
    rows = [
        ("from", alert.source),
        ("severity", alert.severity),
        ("started", show(alert.started, UTC, seconds=True) if alert.started else None),
        ("ended", show(alert.ended, UTC, seconds=True) if alert.ended else None),
        ("text", alert.text),
        ("labels", "  ".join(f"{name}={value}" for name, value in alert.labels.items())),
        *alert.links.items(),
        ("runbook", alert.runbook),
        ("key", alert.key),
        ("group", alert.group if alert.group != alert.key else None),
    ]
    for name, value in rows:
        if value:
            console.out(f"{name:<10} {value}", indent=11)


def _explain(each: Explained) -> None:
    console.out(f"{each.alert.state:<10} {each.alert.title}")
    console.out(f"affects    {each.means.affects or 'unknown'}")
    console.out(f"severity   {each.means.severity or 'unknown'}")
    for reason in each.means.reasons:
        console.out(f"because    {reason}", indent=11)
