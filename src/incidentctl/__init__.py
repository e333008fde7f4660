"""incidentctl: incident management in a terminal, over a git repository of YAML."""

__version__ = "0.1.0"
