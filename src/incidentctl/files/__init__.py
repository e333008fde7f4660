"""The team's YAML and Markdown on disk: the only place that knows yaml and GitPython."""
