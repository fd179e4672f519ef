"""What memory bombs cost the machine: each graded behind the walls, while somebody watches how much of it is taken.

    PYTHONPATH=tests python benchmarks/bombs.py

Run it on a machine that does nothing else. A harmless attack comes first: it costs what grading itself does.
"""

import subprocess
import sys
import threading
from pathlib import Path

from hostile.corpus import exhausting

HARMLESS = "forge-pytest-skip"
BOMBS = [attack.name for attack in exhausting.ATTACKS if attack.name.startswith("memory-")]
MEMINFO = Path("/proc/meminfo")
KINDS = ("AnonPages", "Shmem", "SUnreclaim", "PageTables", "KernelStack")


def taken() -> int:
    """Return how much memory is taken that the machine can't have back by dropping files that it holds, in MiB."""
    lines = dict(line.split(":") for line in MEMINFO.read_text().splitlines())
    return sum(int(lines[kind].split()[0]) for kind in KINDS) >> 10


def cost(attack: str) -> tuple[int, bool]:
    """Return how many MiB more were taken at the worst moment of grading an attack, and whether the walls held."""
    before = most = taken()
    ended = threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.02):
            most = max(most, taken())

    watcher = threading.Thread(target=watch)
    watcher.start()
    command = [sys.executable, "-m", "hostile.run", "--only", attack, "--jobs", "1"]
    held = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    ended.set()
    watcher.join()
    return most - before, held


if __name__ == "__main__":
    print("attack                  MiB  held")
    for name in (HARMLESS, *BOMBS):
        more, held = cost(name)
        print(f"{name:22} {more:5}  {'yes' if held else 'NO'}", flush=True)
