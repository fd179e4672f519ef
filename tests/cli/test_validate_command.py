"""`grader validate`, whole, on one seed: all specimens of all exercises through the walls, as an instructor runs it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from grader import assignment, catalogue, specimens

RUBRIC = assignment.load()


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    command = [sys.executable, "-m", "grader", "validate", "--seeds", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_everything_holds(report: dict[str, Any]) -> None:
    assert report["holds"]
    assert report["faults"] == []
    assert list(report["exercises"]) == list(RUBRIC.exercises)


@pytest.mark.parametrize("exercise", RUBRIC.exercises)
def test_every_specimen_was_tried_and_every_check_lost_by_some(report: dict[str, Any], exercise: str) -> None:
    examined = report["exercises"][exercise]
    tallies = examined["tallies"]
    assert sum(tally["total"] for tally in tallies.values()) == len(specimens.load(exercise))
    assert all(tally["held"] == tally["total"] for tally in tallies.values())
    assert tallies["alternative"]["total"] >= 10
    assert tallies["misconception"]["total"] == len(catalogue.load(exercise))
    assert set(examined["killed"]) == set(RUBRIC.check_ids(exercise))
    assert all(examined["killed"].values())
