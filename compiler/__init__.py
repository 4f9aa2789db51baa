"""The compiler: a Tree of specs in, a Bundle of Kubernetes objects out; a pure function that knows no cluster.

`pipeline.py` names the stages in order: read it first. A file named by a verb is a stage with one public function of
that name; a file named by a noun is a frozen type that passes between stages. `kinds/` holds one entry a kind,
`dialects/` one file a foreign system, `trees/` where a Tree comes from, `review/` what changed between two bundles,
`reports/` how findings are shown, `rendered/` objects as files to commit.
"""

__version__ = "0.1.0"
"""Version of the distribution, for `roster --version` and for environments that pin one; no object holds it."""
