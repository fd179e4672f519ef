"""The benchmarks are programs, no part of the package: their folder is put where they are imported from."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "benchmarks"))
