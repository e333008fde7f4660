"""`completion`: what a shell needs to complete commands, options, ids, people and services."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any, Literal

import typer

from incidentctl.domain.common.text import one_line

_SCRIPTS = {
    "bash": """\
_incidentctl() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("${line%%$'\\t'*}")
  done < <(incidentctl completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _incidentctl incidentctl
""",
    "zsh": """\
#compdef incidentctl
_incidentctl() {
  local -a found
  found=("${(@f)$(incidentctl completion zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then _describe incidentctl found; else _files; fi
}
if [[ "$funcstack[1]" == _incidentctl ]]; then
  _incidentctl "$@"
else
  compdef _incidentctl incidentctl
fi
""",
    "fish": """\
function __incidentctl
  set -l words (commandline -opc)
  incidentctl completion fish -- $words[2..] "$(commandline -ct)" 2>/dev/null
end
complete -c incidentctl -k -a '(__incidentctl)'
""",
}

#: The longest text beside a word, in characters.
_MAX_HELP = 70
#: What stands for a word, by its name in the help; first by the command.
_IN_COMMAND = {("drill", "NAME"): ("drill",), ("actions", "NAME"): ()}
_SOURCES: dict[str, tuple[str, ...]] = {
    "INCIDENT": ("incident",),
    "PERSON": ("person",),
    "WHO": ("person",),
    "OWNER": ("person", "team"),
    "SERVICE": ("service",),
    "TEAM": ("team",),
    "AREA": ("area",),
    "WHAT": ("service", "area"),
    "WHAT...": ("service", "area"),
    "SEVERITY": ("severity",),
    "ROLE": ("role", "team", "person"),
    "STEP": ("step",),
    "NAME": ("service", "team", "area", "runbook", "severity"),
}


def completion_command(
    shell: Annotated[
        Literal["bash", "zsh", "fish"], typer.Argument(metavar="SHELL", help="bash, zsh or fish.")
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- WORDS]", help="Complete the last of these; for the script."),
    ] = None,
) -> None:
    """Print the script that completes commands, ids, people, services and steps in a shell.

    incidentctl completion bash > ~/.local/share/bash-completion/completions/incidentctl

    incidentctl completion zsh > ~/.zfunc/_incidentctl

    incidentctl completion fish > ~/.config/fish/completions/incidentctl.fish

    For this shell alone: `source <(incidentctl completion bash)`.
    """
    if words is None:
        print(_SCRIPTS[shell], end="")
        return
    found: list[tuple[str, str]] = []
    with contextlib.suppress(Exception):  # nobody who presses Tab can read an error
        found = _completions(words)
    for value, about in found:
        written, between = (value.replace(":", "\\:"), ":") if shell == "zsh" else (value, "\t")
        if value:
            print(written + (between + about if about else ""))


def _completions(words: list[str]) -> list[tuple[str, str]]:
    """Return what the last word may become, each with what it is."""
    from typer.completion import shell_completion  # type: ignore[attr-defined]  # re-exported

    from incidentctl.cli.main import app

    # How a shell's own words are read and written is not asked of it.
    unasked = dict.fromkeys(("source_vars", "get_completion_args", "format_completion"))
    lines: Any = type("Lines", (shell_completion.ShellComplete,), {"name": "lines", **unasked})
    root: Any = typer.main.get_command(app)
    plain = root.get_command
    root.get_command = lambda ctx, name: _taught(plain(ctx, name), (name,))
    *given, begin = words or [""]
    items = lines(root, {}, "incidentctl", "").get_completions(given, begin)
    return [(item.value, one_line(item.help or "")[:_MAX_HELP]) for item in items]


def _taught(command: Any, path: tuple[str, ...]) -> Any:
    """Let the words of a command know what may stand for them."""
    for parameter in command.params if command else ():
        name = (parameter.metavar or "").strip("[]")
        sources = _IN_COMMAND.get((path[0], name), _SOURCES.get(name, ()))
        if sources:
            parameter._custom_shell_complete = _suggesting(sources)  # noqa: SLF001 (no other way)
    for name, each in getattr(command, "commands", {}).items():
        _taught(each, (*path, name))
    return command


def _suggesting(sources: tuple[str, ...]) -> Any:
    def suggest(ctx: Any, _: Any, begin: str) -> list[Any]:
        from typer.completion import shell_completion  # type: ignore[attr-defined]  # re-exported

        from incidentctl.app.setup import completion
        from incidentctl.app.workspace.workspace import open_workspace

        workspace = open_workspace(_directory(ctx), must=False)
        found: list[completion.Suggestion] = []
        for source in sources:
            if source == "incident":
                found += completion.incidents(workspace, begin)
            elif source == "person":
                found += completion.people(workspace)
            elif source == "step":
                found += completion.steps(workspace, ctx.params.get("incident"))
            else:
                found += completion.CATALOG[source](workspace)
        folded = begin.casefold()
        item = shell_completion.CompletionItem
        return [
            item(value, help=about) for value, about in found if value.casefold().startswith(folded)
        ]

    return suggest


def _directory(ctx: Any) -> str | None:
    """Return the `-C` of a command line that is not run."""
    while ctx is not None:
        if found := ctx.obj or ctx.params.get("directory"):
            return str(found)
        ctx = ctx.parent
    return None
