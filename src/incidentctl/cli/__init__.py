"""The terminal: the only place that knows typer, rich and questionary."""
