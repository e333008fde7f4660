"""What the workflows of a forge that `init` writes do first."""

#: Checks the repository out and installs incidentctl, which is not published as a package yet.
INSTALL = """\
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: '3.12'
      - run: pip install "$INCIDENTCTL"
        env:
          INCIDENTCTL: ${{ vars.INCIDENTCTL }}"""
