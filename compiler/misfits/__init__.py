"""Misfits: a value and the model that it should fit -> what is wrong with it, in words."""
