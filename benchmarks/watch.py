"""From a save to the verdict: `grader check EXERCISE --watch`, side by side with importing TensorFlow.

A right solution is saved again and again into a folder that is watched; each round is paired with one
`import tensorflow` in a fresh interpreter. Printed: the median of the ratios, and their range. Budget: a tenth.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader import material

EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")
_REST = 3.0  # seconds in which the next forks get ready: nobody saves faster


def importing() -> float:
    """Return the seconds of one `import tensorflow`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import tensorflow"], check=True, capture_output=True)
    return time.perf_counter() - began


class Watched:
    """`grader check EXERCISE --watch` on a folder of its own."""

    def __init__(self, exercise: str, folder: Path) -> None:
        self._path = folder / f"{exercise}.py"
        self._source = (material.solutions() / f"{exercise}.py").read_text("utf-8")
        self._path.write_text(self._source, "utf-8")
        command = [sys.executable, "-u", "-m", "grader", "check", exercise, "--path", str(folder), "--watch"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._saves = 0
        self._until("Watching")

    def save(self) -> float:
        """Save once and return the seconds until the verdict stands there."""
        time.sleep(_REST)
        self._saves += 1
        began = time.perf_counter()
        self._path.write_text(f"{self._source}# {self._saves}\n", "utf-8")
        self._until("visible points; ")
        took = time.perf_counter() - began
        self._until("Watching")
        return took

    def _until(self, words: str) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if words in line:
                return
        raise RuntimeError("the watch ended")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("exercises", nargs="*", default=EXERCISES)
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; save to verdict / import tensorflow")
    for exercise in arguments.exercises:
        with tempfile.TemporaryDirectory() as folder:
            watched = Watched(exercise, Path(folder))
            pairs = [(watched.save(), importing()) for _ in range(arguments.rounds)]
            watched.close()
        ratios = [save / base for save, base in pairs]
        save = statistics.median(save for save, _ in pairs)
        spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
        print(f"{exercise:18} {statistics.median(ratios):.3f} ({spread})   {save:.2f} s a save", flush=True)


if __name__ == "__main__":
    main()
