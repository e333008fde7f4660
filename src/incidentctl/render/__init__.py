"""Text out of state: no clock, no files but the package's own templates."""
