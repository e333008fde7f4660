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
    hook_of,
    parse,
    read_payload,
)
from incidentctl.app.alerts.replay import replay
from incidentctl.cli.alerts import inbox
from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, Json
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.group import RESOLVED
from incidentctl.domain.common.text import count
from incidentctl.domain.common.times import format_duration, show

app = typer.Typer(
    help="The inbox of alerts: see them, declare, attach, dismiss or redact. And read alerts "
    "of Alertmanager, Grafana, PagerDuty, Datadog, Opsgenie, CloudEvents.",
    no_args_is_help=True,
    **PLAIN,
)

app.command("inbox")(inbox.inbox_command)
app.command("show")(inbox.show_command)
app.command("declare")(inbox.declare_command)
app.command("attach")(inbox.attach_command)
app.command("dismiss")(inbox.dismiss_command)
app.command("redact")(inbox.redact_command)

PayloadFile = Annotated[
    str, typer.Argument(metavar="FILE", help="What the sender posts, as JSON; `-` is stdin.")
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="Its format, such as grafana; detected if not named."
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source", metavar="NAME", help="Its source in alerts.yaml: read as the receiver does."
    ),
]


@app.command("parse")
def parse_command(
    ctx: typer.Context,
    payload: PayloadFile,
    form: Format = None,
    source: Source = None,
    *,
    json: Json = False,
) -> None:
    """Show the alerts in a payload as incidentctl reads them. It records nothing.

    incidentctl alert parse payload.json
    """
    hook = hook_of(open_catalog(ctx).catalog, source) if source else None
    alerts = parse(read_payload(payload, sys.stdin.buffer), form, hook)
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
    ctx: typer.Context,
    payload: PayloadFile,
    form: Format = None,
    source: Source = None,
    *,
    json: Json = False,
) -> None:
    """Show what the alerts in a payload mean here: what is affected, how bad it is, and why.

    incidentctl alert explain payload.json

    incidentctl alert explain --source checks payload.json

    It records nothing; `incidentctl declare --from-alert` declares with these answers.
    """
    data = read_payload(payload, sys.stdin.buffer)
    catalog = open_catalog(ctx).catalog
    alerts = parse(data, form, hook_of(catalog, source) if source else None)
    found = explain(catalog, alerts)
    if json:
        rows = [as_json(each.alert) | {"means": decision_as_json(each.means)} for each in found]
        console.print_json("alert-explain", {"alerts": rows})
        return
    for number, each in enumerate(found):
        if number:
            console.out("")
        _explain(each)
    console.say(count(len(found), "alert"))


@app.command("replay")
def replay_command(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Payloads, one a file or one a line; `-` is stdin."),
    ],
    form: Format = None,
    source: Source = None,
    *,
    json: Json = False,
) -> None:
    """Show what the rules of alerts.yaml would do with some payloads. It records nothing.

    incidentctl alert replay monday/*.json
    """
    catalog = open_catalog(ctx).catalog
    given = [(name, read_payload(name, sys.stdin.buffer)) for name in files]
    found = replay(catalog, given, form, hook_of(catalog, source) if source else None)
    if json:
        rows = [row._asdict() for row in found.rows]
        console.print_json("alert-replay", {"rules": rows, "unused": list(found.unused)})
        return
    console.table(
        ("rule", "mode", "alerts", "groups", "incidents"),
        [
            (row.rule or "(none)", row.mode, *map(str, (row.alerts, row.groups, row.incidents)))
            for row in found.rows
        ],
    )
    for name in found.unused:
        console.say(f"The rule {name} matched nothing.")
    incidents = sum(row.incidents for row in found.rows)
    console.say(f"{count(incidents, 'incident')} would have been declared.")


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
    console.out(f"then       {_outcome(each.means)}", indent=11)
    if each.means.mode == "heartbeat" and each.alert.state == RESOLVED:
        console.out("but        its state is resolved: that is no heartbeat", indent=11)
    for reason in each.means.reasons:
        console.out(f"because    {reason}", indent=11)


def _outcome(means: Decision) -> str:
    """Say what becomes of an alert that a receiver takes."""
    after = f" once it has fired for {format_duration(means.after)}" if means.after else ""
    group = ", ".join(f"{name} {value}".rstrip() for name, value in means.group)
    within = f"joins an open incident of {group} within {format_duration(means.window)}"
    said = {
        "inbox": "it waits in the inbox",
        "declare": f"an incident is declared{after}, or it {within}",
        "ignore": "nothing is recorded",
        "heartbeat": "it is noted; its absence is an alert",
    }[means.mode]
    return f"{said}, restricted" if means.restricted and means.mode != "ignore" else said
