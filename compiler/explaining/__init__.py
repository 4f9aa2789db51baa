"""Explaining: codes, kinds, fields, templates and values -> what there is to say of each."""
