"""`incidentctl init`: ask, or take the options, and write a repository that lints clean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from incidentctl.app.setup import init as use_case
from incidentctl.app.setup import init_input
from incidentctl.app.setup.catalog import Request
from incidentctl.cli.boundary import INTERRUPTED
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json, NoInput
from incidentctl.cli.terminal.places import from_here
from incidentctl.domain.catalog.settings import TierName
from incidentctl.errors import RefusedError


def init_command(
    ctx: typer.Context,
    directory: Annotated[
        str | None, typer.Argument(metavar="[DIR]", help="The folder; by default the current one.")
    ] = None,
    *,
    organisation: Annotated[
        str | None, typer.Option(metavar="NAME", help="Shown in documents.")
    ] = None,
    team: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=A,B]",
            help="A team, and services that it owns; you become a member. Repeatable: the first "
            "one owns the rest.",
        ),
    ] = None,
    services: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="What runs in production. Repeatable."),
    ] = None,
    tier: Annotated[
        TierName | None, typer.Option(help="How much process; by default as recommended.")
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=A,B]", help="What customers see, and the services behind it. Repeatable."
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="The zone of local times in documents; by default UTC."),
    ] = None,
    expected_services: Annotated[
        int | None,
        typer.Option(min=0, metavar="COUNT", help="How many services there will be in the end."),
    ] = None,
    remote: Annotated[
        str | None,
        typer.Option(
            metavar="REMOTE", help="The git remote that shares the record; by default none."
        ),
    ] = None,
    git_init: Annotated[
        bool | None,
        typer.Option("--git/--no-git", help="Make it a git repository if it is not one yet."),
    ] = None,
    issue_form: Annotated[
        bool,
        typer.Option(
            "--issue-form", help="An issue form for GitHub, and the workflow that declares from it."
        ),
    ] = False,
    page: Annotated[
        bool,
        typer.Option(
            "--page", help="The workflow for GitHub or GitLab that publishes the status page."
        ),
    ] = False,
    no_input: NoInput = False,
    as_json: Json = False,
) -> None:
    """Write a repository that lints clean; never overwrites a file.

    incidentctl init incidents --organisation Acme --team core --services api,db --no-input
    """
    import os
    from datetime import UTC, datetime

    root = (Path.cwd() / (directory or ctx.obj or ".")).resolve()
    if os.path.lexists(root) and not root.is_dir():
        raise RefusedError(f"{root} is not a folder.", hint="Name a folder, or a new one.")
    there = use_case.services_at(root)
    request = _read(
        organisation=organisation,
        team=team or [],
        services=services or [],
        there=there or [],
        area=area or [],
        timezone=timezone,
        remote=remote,
    )._replace(tier=tier, expected_services=expected_services, issue_form=issue_form, page=page)
    existing = next(folder for folder in (root, *root.parents) if folder.is_dir())
    founder = use_case.founder_at(existing, os.environ)
    if console.is_terminal() and not no_input and there is None:
        from incidentctl.cli.setup.wizard import ask, ask_founder
        from incidentctl.cli.terminal.prompts import ask_confirm

        try:
            founder = ask_founder(founder)
            request = ask(request, root, use_case.remotes_at(existing, os.environ))
            if git_init is None and not use_case.in_repository(root):
                git_init = ask_confirm("Make it a git repository?", default=True)
        except KeyboardInterrupt:
            console.say("")
            console.say("Nothing was written.")
            raise typer.Exit(INTERRUPTED) from None
    done = use_case.initialise(
        root,
        request,
        founder,
        now=datetime.now(UTC),
        environment=None if git_init is False else os.environ,
    )
    if as_json:
        payload = {
            "root": str(root),
            "written": list(done.written),
            "kept": list(done.kept),
            "notes": list(done.notes),
        }
        console.print_json("init", payload)
        return
    for path in done.written:
        console.out(from_here(root, path))
    for path in done.kept:
        console.say(f"kept: {from_here(root, path)}")
    for note in done.notes:
        console.say(note)
    console.say("Next: `incidentctl catalog lint`, then commit the new files.")


def _read(
    *,
    organisation: str | None,
    team: list[str],
    services: list[str],
    there: list[str],
    area: list[str],
    timezone: str | None,
    remote: str | None,
) -> Request:
    """Check all options before anything is asked or written; `there` are services that exist."""
    named = init_input.read_names(",".join(services), "service") if services else ()
    known = [*there, *named]
    return Request(
        organisation=init_input.read_organisation(organisation)
        if organisation is not None
        else None,
        teams=init_input.read_groups(team, known, "team"),
        services=named,
        areas=init_input.read_groups(area, known, "product area"),
        timezone=init_input.read_zone(timezone) if timezone is not None else None,
        remote=init_input.read_name(remote, "remote") if remote is not None else None,
    )
