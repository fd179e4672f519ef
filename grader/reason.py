"""Why an exercise failed where that is one thing, and what can be done about it: on pages, in terminals, notebooks."""

from enum import StrEnum

import msgspec

from grader.language import translate as _
from grader.observation import Outcome
from grader.record import ExerciseRecord, earned


class Trouble(StrEnum):
    """What kept an exercise, or a part of it, from being answered: not a wrong answer."""

    MISSING = "MISSING"
    BROKEN = "BROKEN"
    UNWRITTEN = "UNWRITTEN"
    TIMED_OUT = "TIMED_OUT"
    CRASHED = "CRASHED"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    TOO_LARGE = "TOO_LARGE"
    SKIPPED = "SKIPPED"
    GRADER_ERROR = "GRADER_ERROR"


class Reason(msgspec.Struct, frozen=True):
    """Why all checks of an exercise failed, where that is one thing.

    Args:
        trouble: None where the checks say the same, whatever that is.
        message: what the checks say.
    """

    trouble: Trouble | None
    message: str


ADVICE = {
    Outcome.FAILED: "Your code ran, but its answer is another one than asked for.",
    Outcome.RAISED: "An exception ended the call before it could give an answer.",
    Outcome.TIMED_OUT: "Your code was stopped when its time was up: look for a loop that does not end.",
    Outcome.CRASHED: "Your code took the whole Python process down with it, so there was no answer to read.",
    Outcome.OUT_OF_MEMORY: "Your code wanted more memory than it may have: look for something that keeps growing.",
    Outcome.TOO_LARGE: "What your code gave back is larger than an answer can be: look at its shape first.",
    Outcome.SKIPPED: "Your code was ended twice in this exercise, so the rest was not run: mend that first.",
    Outcome.GRADER_ERROR: "This is our fault, not yours, and it will be mended.",
}
"""What an outcome means and what to look at; nothing need be said of what passed."""

_PLAIN = (Outcome.FAILED, Outcome.RAISED)
_ENDS = (Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.OUT_OF_MEMORY)
_MISSING = "There is no such module"
_BROKEN = "Importing the module failed"
_UNWRITTEN = "NotImplementedError"


def reason(exercise: ExerciseRecord) -> Reason | None:
    """Return the one reason why every check of an exercise failed, None if there is no such.

    Either the code died alike in whatever was run, or the checks say the same. Hidden ones say nothing of their cases,
    so only what the visible ones say is compared; a dropped one says nothing at all.
    """
    if any(check.outcome is Outcome.PASSED for check in exercise.checks):
        return None
    lost = [check for check in exercise.checks if not earned(check)]
    died = {check.outcome for check in lost} - {Outcome.SKIPPED}
    if len(died) == 1 and died <= {*_ENDS}:
        told = [check.message for check in lost if check.visible and check.outcome in died and check.message]
        return Reason(Trouble(died.pop()), told[0]) if told else None
    messages = [check.message for check in lost if check.visible]
    if not messages or not all(messages) or any(check.outcome is Outcome.GRADER_ERROR for check in lost):
        return None
    if all(_UNWRITTEN in message for message in messages):
        return Reason(Trouble.UNWRITTEN, messages[0])
    if len(set(messages)) > 1:
        return None
    for trouble, beginning in ((Trouble.MISSING, _MISSING), (Trouble.BROKEN, _BROKEN)):
        if messages[0].startswith(beginning):
            return Reason(trouble, messages[0])
    return Reason(None, messages[0]) if len(messages) > 1 else None


def headline(trouble: Trouble | None, exercise: str) -> str:
    """Return what is said once, on top of an exercise, when all its checks fail for one reason."""
    match trouble:
        case Trouble.MISSING:
            return _("There is no {exercise}.py in your submission.").format(exercise=exercise)
        case Trouble.BROKEN:
            return _("{exercise}.py could not be imported.").format(exercise=exercise)
        case Trouble.UNWRITTEN:
            return _("This exercise is not written yet.")
        case Trouble.TIMED_OUT:
            return _("No check got an answer: your code did not come to an end.")
        case Trouble.CRASHED:
            return _("No check got an answer: your code crashed.")
        case Trouble.OUT_OF_MEMORY:
            return _("No check got an answer: your code ran out of memory.")
    return _("All checks of this exercise fail in the same way.")


def remedy(trouble: Trouble | None, exercise: str) -> str:
    """Return what to do about it."""
    match trouble:
        case Trouble.MISSING:
            return _(
                "Name the file exactly {exercise}.py and put it at the top of your submission or into exercises/; "
                "in a notebook, use the cell that came with the grade id {exercise}."
            ).format(exercise=exercise)
        case Trouble.BROKEN:
            return _(
                "None of its functions could be called. Mend the line named above first; the rest may be fine already."
            )
        case Trouble.UNWRITTEN:
            return _("It still raises NotImplementedError. Put your code in its place, one function after the other.")
    return _("Mend this first; the rest may be fine already.")


def meaning(exercise: ExerciseRecord) -> str:
    """Return what the outcome that all its visible checks share means, if it is not plain from what they say."""
    died = {check.outcome for check in exercise.checks if check.visible and not earned(check)} - {*_PLAIN}
    died = died - {Outcome.SKIPPED} or died
    return ADVICE[min(died)] if len(died) == 1 else ""


def advice(outcome: Outcome, message: str) -> str:
    """Return what is to be said of an outcome beside a check's own message; "" where that says it."""
    return "" if message and outcome in (*_PLAIN, Outcome.SKIPPED) else ADVICE.get(outcome, "")
