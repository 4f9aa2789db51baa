"""Records: how an environment and its specs are, as the cluster keeps it."""
