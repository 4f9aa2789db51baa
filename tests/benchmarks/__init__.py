"""Benchmarks: each measures Roster beside a peer or a physical bound in one run, and prints the ratio."""
