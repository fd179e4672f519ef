"""A zygote's memory: what its heap grew too much is given back, and what was allocated meanwhile stays as it was."""

import os
import subprocess
import sys

import pytest

_TRY = """
from pathlib import Path
from grader.inside import memory

def mib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmData:")) >> 10

before = mib()
with memory.in_huge_pages():
    grown = mib()
    kept = [bytes([number % 256]) * 1000 for number in range(50_000)]
print(grown - before, mib() - before, all(one == bytes([number % 256]) * 1000 for number, one in enumerate(kept)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel has huge pages that can be asked for")
def test_the_heap_is_made_large_and_what_is_left_of_it_given_back():
    environment = os.environ | {"PYTHONMALLOC": "malloc"}
    said = subprocess.run([sys.executable, "-c", _TRY], env=environment, capture_output=True, text=True, check=True)
    grown, left, whole = said.stdout.split()
    assert int(grown) >= 400
    assert 45 <= int(left) <= 100
    assert whole == "True"
