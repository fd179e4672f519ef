"""The sentences that a page says by itself, in one place: kind, exact, short, second person."""

import msgspec

from grader.observation import Outcome
from grader.reason import ADVICE, Trouble


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
    Outcome.FAILED: Words("✗", "Not yet", ADVICE[Outcome.FAILED], "bad"),
    Outcome.RAISED: Words("!", "Exception", ADVICE[Outcome.RAISED], "bad"),
    Outcome.TIMED_OUT: Words("◷", "Too slow", ADVICE[Outcome.TIMED_OUT], "bad"),
    Outcome.CRASHED: Words("↯", "Crashed", ADVICE[Outcome.CRASHED], "bad"),
    Outcome.OUT_OF_MEMORY: Words("▲", "Out of memory", ADVICE[Outcome.OUT_OF_MEMORY], "bad"),
    Outcome.TOO_LARGE: Words("▲", "Too large", ADVICE[Outcome.TOO_LARGE], "bad"),
    Outcome.SKIPPED: Words("–", "Not run", ADVICE[Outcome.SKIPPED], "quiet"),
    Outcome.GRADER_ERROR: Words("?", "Grader failed", ADVICE[Outcome.GRADER_ERROR], "ours"),
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
HIDDEN = "These are other checks than those at home: `grader check` does not run them, and what they ask stays secret."
DROPPED = Words("✓", "Dropped", "", "quiet")
ALL_FULL = "Everything passed. Well done!"
