"""What all tests share: the cluster fixtures, and files that say what is expected."""

import os
import sys
from pathlib import Path

# The plugin's modules are imported as `tests.controlplane` by commands and by tests alike.
sys.path.insert(0, str(Path(__file__).parents[1]))

# Tests look at what the compiler does, not at what it once did; those of the cache have one of their own.
os.environ["ROSTER_CACHE"] = "off"

pytest_plugins = ["tests.controlplane.plugin", "tests.golden"]
