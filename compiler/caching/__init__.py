"""Caching: what a compile read -> what it yielded, remembered for as long as nothing of that changes."""
