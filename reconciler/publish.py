"""Report -> records and their status on the target: what `kubectl get agents.roster.dev` and `roster status` show."""
