"""Templating: a template and its values -> one object, or what is wrong with the template; sandboxed and bounded."""
