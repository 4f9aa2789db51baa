"""Patching: an object and the patches of a spec -> the object that is applied."""
