"""The files of a new team's repository that are not catalog: ignores, checks, a first README."""

from __future__ import annotations

GITIGNORE = """\
# A view of the record for editors, written by incidentctl; the record is a branch.
incidents/
# Private halves of unannounced drills. Sealed ones (*.private.yaml.age) may be tracked.
drills/*.private.yaml
"""

WORKFLOW = """\
# Checks the catalog on every change, but not on the branch of the incident log.
# incidentctl is not published as a package yet: set the variable INCIDENTCTL of the repository
# or organisation to what pip should install (a git URL, a wheel). Until then nothing is checked.
name: incidentctl
'on':
  push:
    branches-ignore: [incident-log]
  pull_request:
permissions:
  contents: read
jobs:
  lint:
    if: vars.INCIDENTCTL != ''
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0  # rules about drills need to know how old the repository is
      - uses: actions/setup-python@v5
        with:
          python-version: '3.12'
      - run: pip install "$INCIDENTCTL"
        env:
          INCIDENTCTL: ${{ vars.INCIDENTCTL }}
      - run: incidentctl catalog lint
      - run: incidentctl actions --overdue
"""

PRE_COMMIT = """\
# Checks the catalog before each commit. Run `pre-commit install` once in each clone.
repos:
  - repo: local
    hooks:
      - id: incidentctl-lint
        name: incidentctl catalog lint
        entry: incidentctl catalog lint
        language: system
        # Also if the commit only removes files.
        always_run: true
        pass_filenames: false
"""

README = """\
# Incidents{of}

Who owns what, how bad is bad, and what to do when it happens: a repository of YAML for incidentctl.

When something is broken:

    incidentctl declare "what is broken"

Before that:

    # Is everything in order? Who owns it, and who is on call? Which runbook for which severity?
    incidentctl catalog lint
    incidentctl catalog who {word}
    incidentctl process show

The record of incidents is the branch `incident-log`.
"""


def lacking(gitignore: str) -> list[str]:
    """Return the lines of ours that a .gitignore of the team's own does not have."""
    has = {line.strip() for line in gitignore.splitlines()}
    ours = [line for line in GITIGNORE.splitlines() if not line.startswith("#")]
    return [line for line in ours if line not in has]
