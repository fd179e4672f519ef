"""The sentences that a page says by itself, in one place: kind, exact, short, second person."""

import msgspec

from grader.feedback.translation import say
from grader.observation import Outcome
from grader.summary import Trouble


class Words(msgspec.Struct, frozen=True):
    """How an outcome is told.

    Args:
        symbol: for the eye, beside the word; never alone.
        word: what became of the check.
        sentence: what that means, for the student; empty where nothing needs to be said.
        tone: the colour: `good`, `bad`, `ours` (the grader's fault) or `quiet`.
    """

    symbol: str
    word: str
    sentence: str
    tone: str


OUTCOMES = {
    Outcome.PASSED: Words("✓", "Passed", "", "good"),
    Outcome.FAILED: Words("✗", "Not yet", "Your code ran, but its answer is another one than asked for.", "bad"),
    Outcome.RAISED: Words("!", "Exception", "An exception ended the call before it could give an answer.", "bad"),
    Outcome.TIMED_OUT: Words(
        "◷", "Too slow", "Your code was stopped when its time was up: look for a loop that does not end.", "bad"
    ),
    Outcome.CRASHED: Words(
        "↯", "Crashed", "Your code took the whole Python process down with it, so there was no answer to read.", "bad"
    ),
    Outcome.OUT_OF_MEMORY: Words(
        "▲",
        "Out of memory",
        "Your code wanted more memory than it may have: look for something that keeps growing.",
        "bad",
    ),
    Outcome.TOO_LARGE: Words(
        "▲", "Too large", "What your code gave back is larger than an answer can be: look at its shape first.", "bad"
    ),
    Outcome.SKIPPED: Words(
        "–", "Not run", "Your code was ended twice in this exercise, so the rest was not run: mend that first.", "quiet"
    ),
    Outcome.GRADER_ERROR: Words("?", "Grader failed", "This is our fault, not yours, and it will be mended.", "ours"),
}

TROUBLES = {
    Trouble.MISSING: "Module missing",
    Trouble.BROKEN: "Module could not be imported",
    Trouble.UNWRITTEN: "Not written yet",
    Trouble.TIMED_OUT: "Too slow",
    Trouble.CRASHED: "Crashed",
    Trouble.OUT_OF_MEMORY: "Out of memory",
    Trouble.TOO_LARGE: "Answer too large",
    Trouble.SKIPPED: "Not run any more",
    Trouble.GRADER_ERROR: "Grader failed",
}

STATUSES = {"graded": "graded", "refused": "refused", "error": "grader failed"}

REFUSED = "Your submission could not be taken as it is, so nothing in it was run."
REFUSED_REMEDY = (
    "Put your modules into one folder, pack it as .zip or .tar.gz with nothing else in it, and hand it in again."
)
ERROR = (
    "The grader failed on your submission, so your score is held back. This is our fault, not yours: once it is "
    "mended, your submission is graded again, and you need to do nothing."
)
UNWALLED = "Graded without walls (--isolation none): nothing kept this code from reading or changing what it liked."
HIDDEN = "These ask with other inputs than the ones you have at home, which stay secret."
ALL_FULL = "Everything passed. Well done!"


def headline(trouble: Trouble | None, exercise: str) -> str:
    """Return what is said once, on top of an exercise, when all its checks fail for one reason."""
    match trouble:
        case Trouble.MISSING:
            return say("There is no {exercise}.py in your submission.").format(exercise=exercise)
        case Trouble.BROKEN:
            return say("{exercise}.py could not be imported.").format(exercise=exercise)
        case Trouble.UNWRITTEN:
            return say("This exercise is not written yet.")
    return say("All checks of this exercise fail in the same way.")


def remedy(trouble: Trouble | None, exercise: str) -> str:
    """Return what to do about it."""
    match trouble:
        case Trouble.MISSING:
            return say(
                "Name the file exactly {exercise}.py and put it at the top of your submission or into exercises/; "
                "in a notebook, use the cell that came with the grade id {exercise}."
            ).format(exercise=exercise)
        case Trouble.BROKEN:
            return say(
                "None of its functions could be called. Mend the line named above first; the rest may be fine already."
            )
        case Trouble.UNWRITTEN:
            return say("It still raises NotImplementedError. Put your code in its place, one function after the other.")
    return say("Mend this first; the rest may be fine already.")
