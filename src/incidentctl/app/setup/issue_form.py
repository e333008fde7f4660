"""The issue form with which a colleague declares on GitHub, and the workflow that then declares."""

from __future__ import annotations

import json
from collections.abc import Iterable

from incidentctl.app.incident.declare import REPORTERS
from incidentctl.app.setup.workflow_steps import INSTALL
from incidentctl.connect.forge.github_issue import MEMBERS, YES
from incidentctl.domain.catalog.severity import Severity
from incidentctl.domain.incident.issue_form import AFFECTED, NOTICED, SEVERITY, TEXT, UNKNOWN

FORM = ".github/ISSUE_TEMPLATE/incident.yml"
WORKFLOW = ".github/workflows/declare.yml"

_FORM = """\
# Declares an incident: {workflow} takes what is written here.
# It finds the fields by their labels, so leave these as they are; you may add fields.
name: Declare an incident
description: Something is broken. The title is enough; leave out what you do not know.
body:
  - type: markdown
    attributes:
      value: |
        Say above, in the title, what is broken in a few words. After a minute or two a comment
        below the issue names the incident. **Without that comment nothing was declared.**
  - type: input
    id: affected
    attributes:
      label: {affected}
      description: Services or product areas, with commas between them.
  - type: dropdown
    id: severity
    attributes:
      label: {severity}
      options: {severities}
      default: 0
  - type: dropdown
    id: noticed
    attributes:
      label: {noticed}
      options: {reporters}
      default: 0
  - type: textarea
    id: text
    attributes:
      label: {text}
      description: What did you do, what did you expect, what happened, and since when?
"""

_WORKFLOW = """\
# Declares an incident from an issue that was written with {form}.
# Its author is an owner, a member or a collaborator of the repository; to the issue of somebody
# else one of these says yes by setting the label `{yes}`, which strangers cannot.
# What the issue says reaches the command by stdin alone: nothing of it stands in a line of shell.
# incidentctl is not published as a package yet: set the variable INCIDENTCTL of the repository or
# organisation to what pip should install (a git URL, a wheel). Until then nothing is declared.
name: Declare an incident
'on':
  issues:
    types: [opened, labeled]
permissions:
  contents: write  # to push the record
  issues: write  # to answer
jobs:
  declare:
    if: >-
      vars.INCIDENTCTL != '' &&
      contains(github.event.issue.body, '### {text}') &&
      ((github.event.action == 'opened' &&
        contains(fromJSON('{members}'),
          github.event.issue.author_association)) ||
       (github.event.action == 'labeled' && github.event.label.name == '{yes}'))
    runs-on: ubuntu-latest
    timeout-minutes: 10
    env:
      GH_TOKEN: ${{{{ github.token }}}}
      ISSUE: ${{{{ github.event.issue.number }}}}
    steps:
{install}
      - name: Declare
        shell: bash
        run: |
          git config user.name "github-actions[bot]"
          git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
          incidentctl sync
          incident=$(incidentctl declare --from-issue - < "$GITHUB_EVENT_PATH")
          incidentctl sync
          gh issue comment "$ISSUE" --body "Declared as \\`$incident\\`."
      - name: Say that it failed
        if: failure()
        shell: bash
        run: |
          run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
          gh issue comment "$ISSUE" --body "This may not be declared: call the person on call. $run"
"""


def files(severities: Iterable[Severity]) -> dict[str, str]:
    """Return the form and the workflow by their paths; the form offers the severities."""
    names = [UNKNOWN, *(severity.name for severity in severities)]
    form = _FORM.format(
        workflow=WORKFLOW,
        affected=AFFECTED,
        severity=SEVERITY,
        noticed=NOTICED,
        text=TEXT,
        severities=json.dumps(names, ensure_ascii=False),
        reporters=json.dumps([UNKNOWN, *REPORTERS]),
    )
    workflow = _WORKFLOW.format(
        form=FORM, yes=YES, text=TEXT, members=json.dumps(MEMBERS), install=INSTALL
    )
    return {FORM: form, WORKFLOW: workflow}
