"""How a git repository is asked and written; knows nothing of incidents."""
