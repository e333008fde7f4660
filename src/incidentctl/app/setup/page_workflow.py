"""The workflow that builds the status page and publishes it on the team's forge.

It lies on the default branch and starts on a schedule, and when it is dispatched. A push of the
incident log cannot start it: that branch holds no workflow.
"""

from __future__ import annotations

from incidentctl.app.setup.workflow_steps import INSTALL

GITHUB = "github"
GITLAB = "gitlab"
#: A page is at most so many minutes older than what it shows, if nobody dispatches.
EVERY = 15

_GITHUB_PATH = ".github/workflows/status-page.yml"
_GITLAB_PATH = ".gitlab/status-page.yml"
#: The file that GitLab reads.
GITLAB_MAIN = ".gitlab-ci.yml"

_GITHUB = """\
# Builds the status page and publishes it with GitHub Pages.
# A push of the incident log starts nothing, since that branch holds no workflow. So the page is
# built every {every} minutes (GitHub is often some minutes late), and at once when this is
# dispatched: by hand, or by an announcement of public updates (docs/page.md).
# Each build takes about a minute of your quota: make the schedule rarer if you dispatch.
# incidentctl is not published as a package yet: set the variable INCIDENTCTL of the repository or
# organisation to what pip should install (a git URL, a wheel). Until then nothing is built.
name: Status page
'on':
  schedule:
    - cron: '*/{every} * * * *'
  workflow_dispatch:
  repository_dispatch:
    types: [public-update]
permissions:
  contents: read
  pages: write
  id-token: write
concurrency:
  group: status-page
  cancel-in-progress: false
jobs:
  publish:
    if: vars.INCIDENTCTL != ''
    runs-on: ubuntu-latest
    timeout-minutes: 10
    environment:
      name: github-pages
      url: ${{{{ steps.deployed.outputs.page_url }}}}
    steps:
{install}
      - run: incidentctl sync  # fails where the record cannot be read: then the old page stays
      - run: incidentctl page build --out public
      - uses: actions/upload-pages-artifact@v3
        with:
          path: public
      - id: deployed
        uses: actions/deploy-pages@v4
"""

_GITLAB = """\
# Builds the status page and publishes it with GitLab Pages.
# A push of the incident log starts nothing, since that branch holds no pipeline. So add a schedule
# (Build, Pipeline schedules) such as `*/{every} * * * *` for the default branch, and let an
# announcement of public updates start it at once by a trigger token (docs/page.md).
# incidentctl is not published as a package yet: set the CI/CD variable INCIDENTCTL of the project
# or group to what pip should install (a git URL, a wheel). Until then nothing is built.
pages:
  image: python:3.12
  variables:
    GIT_DEPTH: '0'
  rules:
    - if: $INCIDENTCTL == null || $CI_COMMIT_BRANCH != $CI_DEFAULT_BRANCH
      when: never
    - if: $CI_PIPELINE_SOURCE =~ /^(schedule|web|api|trigger)$/
  script:
    - pip install "$INCIDENTCTL"
    - incidentctl sync  # fails where the record cannot be read: then the old page stays
    - incidentctl page build --out public
  artifacts:
    paths: [public]
"""

_GITLAB_INCLUDE = f"""\
# The branch incident-log has no file like this, so nothing starts on a push of the record.
include:
  - local: {_GITLAB_PATH}
"""


def forge_of(remote_url: str | None, *, has_gitlab_file: bool) -> str:
    """Return the forge that a repository is on: GitLab if its remote or a file says so."""
    on_gitlab = has_gitlab_file or "gitlab" in (remote_url or "").casefold()
    return GITLAB if on_gitlab else GITHUB


def files(forge: str) -> dict[str, str]:
    """Return the files of a forge by their paths."""
    if forge == GITLAB:
        return {_GITLAB_PATH: _GITLAB.format(every=EVERY), GITLAB_MAIN: _GITLAB_INCLUDE}
    return {_GITHUB_PATH: _GITHUB.format(every=EVERY, install=INSTALL)}


def what_to_do(forge: str, *, kept: bool) -> tuple[str, ...]:
    """Return what is left for a person; `kept` says that the main file of GitLab was there."""
    if forge == GITHUB:
        return ("Publish: in Settings, Pages choose the source GitHub Actions.",)
    include = f"Add to {GITLAB_MAIN}: `include: [{{local: {_GITLAB_PATH}}}]`."
    schedule = f"Publish: add a pipeline schedule `*/{EVERY} * * * *` for the default branch."
    return (include, schedule) if kept else (schedule,)
