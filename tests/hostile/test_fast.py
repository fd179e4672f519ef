"""A few of each family, graded for real; and that the corpus and its runner can fail."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.observation import Outcome
from grader.phrase import phrase
from grader.record import CheckRecord, ExerciseRecord, Record
from hostile.attack import EXERCISES, Attack
from hostile.corpus import FAMILIES
from hostile.run import ClassRun, judge, leaks

TESTS = Path(__file__).parent.parent
ATTACKS = [attack for attacks in FAMILIES.values() for attack in attacks]


def record(name: str, *, score: float = 1.0, outcome: Outcome = Outcome.PASSED, **said: Any) -> Record:
    check = CheckRecord(id="x.y", title="", outcome=outcome, score=score, points=1.0, visible=False, **said)
    exercises = dict.fromkeys(EXERCISES, ExerciseRecord(score, 1.0, (check,)))
    return Record(
        submission=name, sha256="", assignment="", grader="", cases="", isolation="walls", device="cpu",
        score=4 * score, points=4.0, status="graded", exercises=exercises,
    )  # fmt: skip


def lost(attack: Attack, found: Record, data: bytes = b"", prints: bytes = b"") -> list[str]:
    run = ClassRun({found.submission.encode(): (found, data)}, prints, "", 0, 0.0)
    return judge(attack, run).lost


def test_the_corpus_is_large_and_every_family_has_a_fast_part():
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names)) > 250
    assert [family for family, attacks in FAMILIES.items() if not any(one.fast for one in attacks)] == []


def test_what_does_not_hold_is_found():
    harmless, forging = Attack("a", ""), Attack("a", "", earns=dict.fromkeys(EXERCISES, "zero"))
    assert lost(harmless, record("a")) == []
    assert "top5 earns 1 of 1, not zero" in lost(forging, record("a"))
    assert "top5 earns 0 of 1, not full" in lost(harmless, record("a", score=0.0))
    assert lost(harmless, record("b")) == ["it has no record"]
    assert lost(Attack("a", "", prints="TRIED"), record("a")) == ["it never printed 'TRIED'"]
    assert "its status should be graded" in lost(harmless, msgspec.structs.replace(record("a"), status="error"))
    telling = record("a", outcome=Outcome.RAISED, message="inputs: 1, 2")
    assert "the hidden check x.y says 'inputs: 1, 2'" in lost(harmless, telling)
    for values, holds in (({}, True), ({"a": "1"}, False), ({"error": "SecretError"}, False)):
        inner = phrase("{a} raised {error}", **{"a": "top_k(…)", "error": "TypeError", **values})
        said = phrase("On a hidden case: {what}", what=inner)
        assert (lost(harmless, record("a", outcome=Outcome.RAISED, message=str(said), phrase=said)) == []) is holds
    assert lost(harmless, record("a"), bytes(1 << 20)) == ["its record has 1048576 bytes"]


@pytest.mark.parametrize("mark", ["### BEGIN SOLUTION", "canary-4b1d-password", str(TESTS.parent)])
def test_leaks_are_found(mark):
    assert len(leaks("record", f"... {mark} ...".encode())) == 1


def test_a_few_of_each_family_get_nothing():
    command = [sys.executable, "-m", "hostile.run", "--fast"]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "everything held" in done.stdout
