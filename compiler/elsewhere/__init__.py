"""Elsewhere: another Roster, in a wheel -> what it makes of the same tree."""
