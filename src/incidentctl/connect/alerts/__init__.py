"""The formats in which other systems send alerts; a module for each, and `registry`."""
