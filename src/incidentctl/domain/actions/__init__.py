"""Actions of the team: what a step or an announcement sends to other systems."""
