"""Render state as text: no clock, no files except the package's own templates."""
