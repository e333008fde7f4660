"""The team's YAML and Markdown on disk: the only place that imports yaml and GitPython."""
