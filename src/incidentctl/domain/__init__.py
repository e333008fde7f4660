"""Rules and facts, pure: no files, no git, no network, no clock, no terminal."""
