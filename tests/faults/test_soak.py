"""What a soak looks for is found; the soak itself is `make soak`."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hostile.corpus import FAMILIES

from faults.soak import Sample, growth, hostile_class, ordinary_class, sample, slices

NAMES = ("grader MiB", "grading MiB", "zygotes MiB", "descriptors", "processes", "temporary files")


def samples(**growing: float) -> list[Sample]:
    """Return samples of a run of a hundred submissions in which some numbers grow by so much a submission."""
    grows = {name.replace("_", " "): by for name, by in growing.items()}
    return [Sample(done, {name: 50 + done * grows.get(name, 0) for name in NAMES}) for done in range(1, 101)]


def test_a_flat_run_is_flat() -> None:
    assert growth(slices(samples(), 100)) == []


def test_what_grows_is_named() -> None:
    found = growth(slices(samples(descriptors=1, temporary_files=0.5), 100))
    assert [line.split(" grew")[0] for line in found] == ["descriptors", "temporary files"]
    assert growth(slices(samples(grading_MiB=2), 100))[0].startswith("grading MiB grew from")


def test_a_run_that_is_too_short_says_so() -> None:
    assert "grade more submissions" in growth(slices(samples()[:30], 100))[0]


def test_every_submission_differs_and_has_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: FAMILIES[name] for name in ("forging verdicts", "lying objects", "hostile text")}
    monkeypatch.setattr("faults.soak.FAMILIES", few)
    numbers = range(300)
    ordinary_class(tmp_path, numbers[::2])
    hostile_class(tmp_path, numbers[1::2], random.Random(1))
    assert len(list(tmp_path.iterdir())) == 300
    modules = [path.read_bytes() for path in tmp_path.glob("*-student/*.py")]
    assert len(set(modules)) == len(modules) == 150


def test_a_sample_sees_memory_and_descriptors(tmp_path: Path) -> None:
    code = "import time; held = bytearray(b'x') * (64 << 20); print('there', flush=True); time.sleep(600)"
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert running.stdout is not None
        running.stdout.readline()
        seen = sample(running.pid, tmp_path, tmp_path)
        assert seen.numbers["grader MiB"] > 64
        assert seen.numbers["descriptors"] >= 3
        assert sample(os.getpid(), tmp_path, tmp_path).numbers["processes"] >= 1
    finally:
        running.kill()
        running.communicate()
