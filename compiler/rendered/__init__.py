"""An environment as files to commit: a bundle -> one YAML file an object, and a manifest that says whose they are."""
