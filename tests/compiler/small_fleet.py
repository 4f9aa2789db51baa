"""Small fleet: the least environment, and the least spec in it, as texts that a test may change."""

ENVIRONMENT = """\
apiVersion: roster.dev/v1alpha1
kind: Environment
metadata: {name: NAME}
spec:
  fleet: acme
  target: {directory: {path: NAME}}
  namespace: agents
"""
PROVIDER = """\
apiVersion: roster.dev/v1alpha1
kind: Provider
metadata: {name: echo}
spec: {type: mock, models: {any: {}}}
"""
BROKEN = PROVIDER.replace("type: mock", "typ: mock")
"""The same with a slip."""
