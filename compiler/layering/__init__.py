"""Layering: how the layers of one spec become one document, and which layer set what."""
