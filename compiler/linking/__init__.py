"""Linking: what specs want of each other and of the tree, and what there is under the names that they use."""
