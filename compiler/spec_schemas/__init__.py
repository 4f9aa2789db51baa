"""Spec schemas: the models of specs -> JSON Schemas for editors, and definitions for clusters."""
