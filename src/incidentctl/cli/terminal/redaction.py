"""Redactions in the terminal: the question before one, and what it leaves."""

from __future__ import annotations

from incidentctl.cli.terminal import console


def confirm_redaction(what: str, *, json: bool) -> bool:
    """Show what is about to be redacted, and ask for it on a terminal: it cannot be undone."""
    if not console.is_terminal() or json:
        console.say(f"Redacting {what}")
        return True
    from incidentctl.cli.terminal.prompts import ask_confirm

    return ask_confirm(f"Redact {what}?", default=False)


def report_history(*, holds_text: bool) -> None:
    """Say how the text leaves the history of the branch, if that holds it."""
    if holds_text:
        console.say(
            "note: The git history still holds the text; `incidentctl purge` removes it.", "warning"
        )
