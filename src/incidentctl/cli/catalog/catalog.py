"""`incidentctl catalog`: check the catalog, and ask who owns what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from incidentctl.cli.catalog.graph import graph
from incidentctl.cli.catalog.score import score
from incidentctl.cli.session import open_catalog, practice, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, Json
from incidentctl.cli.terminal.places import from_here
from incidentctl.domain.common.text import one_line
from incidentctl.render.lint.output import Style
from incidentctl.render.lint.registry import OUTPUTS

#: So many of several possible answers are shown in full.
_FEW = 3

app = typer.Typer(help="Check the catalog, and ask who owns what.", no_args_is_help=True, **PLAIN)

if TYPE_CHECKING:
    _Output = str
else:
    _Output = Literal[tuple(OUTPUTS)]

_What = Literal[
    "services", "teams", "people", "areas", "product-areas", "severities", "runbooks",
    "maintenance",
]  # fmt: skip


@app.command()
def lint(
    ctx: typer.Context,
    *,
    output: Annotated[
        _Output, typer.Option("--format", help="How to print what was found.")
    ] = "text",
    json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings as well.")] = False,
) -> None:
    """Check everything: syntax, keys and values, and the rules across files.

    incidentctl catalog lint --strict
    """
    from incidentctl.app.lint.cached import checked

    workspace = workspace_of(ctx)
    report = checked(workspace)
    if workspace.source == "default":
        console.say(f"Checked: {workspace.root}, your default repository (`incidentctl use`).")
    elif report.root is None:
        console.say(
            "There is no incidentctl.yaml in this folder: the files of HEAD were checked, and none "
            "of those here.",
            "warning",
        )
    style = Style(console.styled, console.fitted_out, from_here)
    print(OUTPUTS["json" if json else output](report, style))
    if report.fails(strict=strict):
        raise typer.Exit(1)


@app.command()
def who(
    ctx: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS",
            help="A question, a name, or an alert's labels: service=auth-api.",
        ),
    ],
    *,
    json: Json = False,
) -> None:
    """Who owns it: team, the person on call now, contacts, services and runbooks.

    incidentctl catalog who nobody can log in
    """
    from incidentctl.app.catalog.who import as_json
    from incidentctl.app.catalog.who import who as ask

    workspace = open_catalog(ctx)
    matches = ask(workspace.catalog, words, now=workspace.now())
    if not json:
        # What is asked for by its very name stands alone: the owner may not scroll out of sight.
        shown = [match for match in matches if match.exact] or matches[:_FEW]
        _print_entries([_match_lines(match, workspace.environment) for match in shown], indent=12)
        if rest := [match.name for match in matches if match not in shown]:
            console.out()
            console.out(f"Also like it: {', '.join(map(one_line, rest))}", indent=2)
        return
    console.print_json("catalog-who", {"matches": [as_json(match) for match in matches]})


def _print_entries(entries: Iterable[Iterable[str]], *, indent: int | None = None) -> None:
    """Print the lines of each entry, with an empty line between entries.

    A long line goes on at `indent`, or else a little further in than it begins.
    """
    for number, lines in enumerate(entries):
        if number:
            console.out()
        for line in lines:
            begin = len(line) - len(line.lstrip(" -"))
            console.out(line, indent=begin + 2 if indent is None else indent)


def _match_lines(match: Any, environment: Mapping[str, str]) -> list[str]:
    from incidentctl.app.catalog.who import reached

    kind = match.kind.replace("_", " ")
    of = f" of {match.product_area}" if match.product_area else ""
    called = f": {match.person}" if match.person else ""
    lines = [f"{match.name} ({kind}{of}{called})", f"  team      {match.owner}"]
    lines.append(f"  on call   {_duty_text(match.on_call, match.on_call_unknown)}")
    contacts = [
        f"{key} {reached(value, environment)}"
        + (f" ({match.contact_purposes[key]})" if key in match.contact_purposes else "")
        for key, value in match.contacts.items()
    ]
    lines += [f"  contacts  {'; '.join(contacts) or 'none'}"]
    if match.services:
        lines += [
            f"  services  {', '.join(_powered(each, match.owner) for each in match.services)}"
        ]
    lines += [f"  runbooks  {', '.join(match.runbooks) or 'none'}"]
    return lines


def _powered(service: Any, team: str) -> str:
    """Name a service, and its owner where that is another team."""
    if service.owner is None:
        return f"{service.name} (not in the catalog)"
    return service.name if service.owner == team else f"{service.name} (team {service.owner})"


def _duty_text(duty: Any, unknown: str | None) -> str:
    from incidentctl.domain.common.times import show as show_time
    from incidentctl.domain.common.times import zone

    if duty is None:
        return f"unknown: {one_line(unknown)}" if unknown else "nobody"
    texts = [" and ".join(map(_person, duty.first))]
    if duty.until:
        texts[0] += f" until {show_time(duty.until, zone(duty.timezone))}"
        texts.append(f"next turn: {' and '.join(map(_person, duty.next)) or 'nobody'}")
    later = [f"{each.layer} {' and '.join(map(_person, each.people))}" for each in duty.then]
    later += [f"the team {duty.escalate_to}"] if duty.escalate_to else []
    texts += [f"no answer: {', then '.join(later)}"] if later else []
    return "; ".join(texts)


def _person(person: Any) -> str:
    return f"{person.handle} ({person.name})" if person.name else str(person.handle)


@app.command("list")
def list_command(
    ctx: typer.Context,
    what: Annotated[
        _What,
        typer.Argument(
            metavar="[WHAT]",
            help="services, teams, people, product-areas (areas), severities, runbooks or "
            "maintenance.",
        ),
    ] = "services",
    *,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="TEAM", help="Owned by this team.")
    ] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Services of this type.")
    ] = None,
    lifecycle: Annotated[
        str | None,
        typer.Option("--lifecycle", metavar="STAGE", help="Services in this lifecycle stage."),
    ] = None,
    tag: Annotated[
        str | None, typer.Option("--tag", metavar="TAG", help="Services with this tag.")
    ] = None,
    json: Json = False,
) -> None:
    """List services, teams, people, product areas, severities, runbooks or maintenance.

    incidentctl catalog list teams
    """
    from incidentctl.app.catalog.listing import Filters, What, listed

    workspace = open_catalog(ctx)
    what = "areas" if what == "product-areas" else what
    rows = listed(workspace.catalog, What(what), Filters(owner, type_, lifecycle, tag))
    if json:
        console.print_json("catalog-list", {what: rows})
    elif rows:
        columns = list(rows[0])
        local = workspace.catalog.settings.timezone
        cells = [[_listed_cell(column, row[column], local) for column in columns] for row in rows]
        console.table(columns, cells)
    else:
        console.say(f"No {what} match.")


@app.command()
def show(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A service, team, person, area, runbook, severity, role or maintenance.",
        ),
    ],
    *,
    json: Json = False,
) -> None:
    """Show one entry in full; for a service, also its blast radius.

    incidentctl catalog show auth-api
    """
    from incidentctl.app.catalog.listing import shown

    workspace = open_catalog(ctx)
    entries = shown(
        workspace.catalog, name, now=workspace.now(), played=lambda: practice(workspace)
    )
    if json:
        console.print_json("catalog-show", {"entries": entries})
        return
    _print_entries([_entry_lines(entry) for entry in entries])


def _entry_lines(entry: dict[str, Any], indent: str = "") -> list[str]:
    lines = []
    for key, value in entry.items():
        words = key.replace("_", " ")
        if isinstance(value, dict) and value:
            lines += [f"{indent}{words}", *_entry_lines(value, indent + "  ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{indent}{words}")
            for item in value:
                told = {key: each for key, each in item.items() if each not in (None, [], {}, "")}
                first, *others = _entry_lines(told, f"{indent}    ")
                lines += [f"{indent}  - {first.lstrip()}", *others]
        else:
            lines.append(f"{indent}{words}: {_cell(value) or 'none'}")
    return lines


def _listed_cell(column: str, value: Any, zone_name: str) -> str:
    """Write a value of a list: a moment in the organisation's zone."""
    if column not in ("begins", "ends"):
        return _cell(value)
    from incidentctl.domain.common.times import from_iso, show, zone

    moment = from_iso(value)
    return show(moment, zone(zone_name)) if moment else _cell(value)


def _cell(value: Any) -> str:
    """Write a value of JSON for people, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_cell(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    return str(value)


@app.command("on-call")
def on_call(
    ctx: typer.Context,
    team: Annotated[
        str | None, typer.Argument(metavar="[TEAM]", help="The team; by default every team.")
    ] = None,
    *,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="At this time, in the rota's zone: 2026-03-29T10:30."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Who is on call, now or at another time.

    incidentctl catalog on-call --at "2026-12-24T18:00"
    """
    from incidentctl.app.catalog.who import layers_as_json, rotas, why_unknown
    from incidentctl.domain.common.times import iso

    workspace = open_catalog(ctx)
    found = rotas(workspace.catalog, team, at=at, now=workspace.now())
    unknown = {name: why_unknown(workspace.catalog, name) for name, _ in found}
    if json:
        rows = [
            {
                "team": name,
                "on_call": duty.handle if duty else None,
                "name": duty.name if duty else None,
                "until": iso(duty.until) if duty and duty.until else None,
                "escalate_to": duty.escalate_to if duty else None,
                "layers": layers_as_json(duty),
                "on_call_unknown": unknown[name],
            }
            for name, duty in found
        ]
        console.print_json("catalog-on-call", {"teams": rows})
        return
    lines = [(name, _duty_text(duty, unknown[name])) for name, duty in found]
    console.table(("team", "on call"), lines)


app.command()(graph)
app.command()(score)
