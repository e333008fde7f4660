"""`python -m incidentctl` is `incidentctl`."""

from incidentctl.cli.main import main

if __name__ == "__main__":
    main()
