"""The commands that need no target, one module each: a fleet's folder or commits in, text and an exit code out."""
