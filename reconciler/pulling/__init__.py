"""Pulling: what a cluster defines -> schemas in the fleet's repository."""
