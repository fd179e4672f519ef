"""The trials of one submission, observed when pytest asks for them: `pytest grader/checks --submission PATH`."""

from pathlib import Path

import pytest

from grader.check import Trials
from grader.grading import code_of, observe_parts, trials
from grader.judge import Desk
from grader.submission import Submission, SubmissionError, find, read
from grader.walls.worker import Isolation
from grader.workbench import Setup, Workbench, cache_folder


def read_one(path: Path, tools: Workbench) -> Submission:
    """Return the one submission at `path`.

    Raises:
        SubmissionError: there is none, or more than one.
    """
    exercises = list(tools.assignment.exercises)
    found, _ = find([path], exercises)
    if len(found) != 1:
        raise SubmissionError(f"{path} holds {len(found)} submissions; name one of them")
    return read(found[0], exercises, tools.assignment.sizes, imports=tools.assignment.imports)


class SubmissionDesk(Desk):
    """Observes an exercise of the submission when the first of its checks asks for its trials."""

    def __init__(self, path: Path, seed: int, isolation: Isolation) -> None:
        self._tools = Workbench(Setup(seed, isolation, str(cache_folder())))
        try:
            self._submission = read_one(path, self._tools)
        except SubmissionError as error:
            raise pytest.UsageError(str(error)) from error
        self._observed: dict[str, Trials] = {}

    def close(self) -> None:
        """End the worker."""
        self._tools.close()

    def trials(self, check_id: str) -> Trials:
        """Return the trials of a check."""
        if check_id not in self._observed:
            exercise = check_id.partition(".")[0]
            parts = self._tools.parts(exercise)
            code = code_of(self._submission, exercise)
            observed, _ = observe_parts(self._tools.worker, code, parts, self._tools.assignment.limits)
            checks = [check for part in parts for check in part.checks]
            self._observed |= {check.id: Trials(trials(check, observed[check.id])) for check in checks}
        return self._observed[check_id]
