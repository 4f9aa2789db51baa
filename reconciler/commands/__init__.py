"""The commands that need a target, one file each; which there are is said in `reconciler/cli.py`."""
