"""How fast it is, beside what everybody knows: `make bench`, or `python -m bench [names]`."""
