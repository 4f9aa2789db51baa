"""Readiness: one file a kind; each takes a live object and its surroundings and gives its Health."""
