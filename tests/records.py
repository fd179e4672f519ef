"""Records made by hand."""

import msgspec

from grader.catalogue import Misconception
from grader.observation import Outcome
from grader.record import CheckRecord, ExerciseRecord, Record

HOSTILE = "<script>alert(1)</script>'\"&\x1b[31m\u202eexe.gpj\udcff{{ 7 * 7 }}"


def check(name, outcome=Outcome.PASSED, points=4.0, visible=True, **more):
    """Return a check of conv_2d, passed if nothing else is said."""
    score = more.pop("score", points if outcome is Outcome.PASSED else 0.0)
    title = f"Title of {name}"
    return CheckRecord(
        id=f"conv_2d.{name}", title=title, outcome=outcome, score=score, points=points, visible=visible, **more
    )


def exercise(*checks):
    """Return an exercise with these checks, its sums right."""
    return ExerciseRecord(sum(one.score for one in checks), sum(one.points for one in checks), checks)


def record(name, exercises, **more):
    """Return a record, graded if nothing else is said."""
    status = more.pop("status", "graded")
    score = sum(one.score for one in exercises.values()) if status == "graded" else None
    whole = Record(
        submission=name, sha256="ab" * 32, assignment="convolutions", grader="0.1.0", cases="cd" * 32,
        isolation="walls", device="cpu", score=score, points=100.0, status=status, exercises=exercises,
    )  # fmt: skip
    return msgspec.structs.replace(whole, **more)


STRIDES = Misconception(
    id="strides_on_wrong_axes",
    exercise="conv_2d",
    idea="The strides of height and width come last.",
    explanation="In NHWC the last axis holds the channels.",
    pointer="Tutorial IV, section 2",
    loses=("conv_2d.strides",),
)
HIDDEN_TEXT = "On a hidden case, your code does not do this."
