"""The pytest plugin: gives each check its trials, collects what came of it, keeps a session warm for a class.

`pytest grader/checks --submission PATH` runs the checks on one submission (`desk.py`). `Bench` is the same session,
collected once, for `grader grade`: it judges one set of trials after another.
"""

import glob
import queue
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.check import Finding, Trial, Trials
from grader.evidence import asked, exhibit_of
from grader.observation import Outcome
from grader.overtime import Stoppable, TooLong
from grader.phrase import Phrase, Text
from grader.score import Judgement
from grader.speech import example_text
from grader.veil import veiled

CHECKS = Path(__file__).with_name("checks")
_LONGEST_MESSAGE = 2000
_LONGEST_SECONDS = 60.0
"""How long the checks of an exercise may take; a tenth of a second is usual."""
DESK = pytest.StashKey["Desk"]()
"""Where a pytest configuration keeps who hands out trials."""


class Desk:
    """Whoever hands out trials; a plugin's configuration holds one."""

    def trials(self, check_id: str) -> Trials:
        """Return the trials of a check."""
        raise pytest.UsageError("say what to judge: pytest grader/checks --submission PATH")


class JudgeError(Exception):
    """The checks cannot be collected or run: a fault of theirs, with pytest's report."""


def check_id(item: pytest.Item) -> str:
    """Return the id of the check that a pytest item is: `exercise.name`, the exercise being its file's folder."""
    return f"{item.path.parent.name}.{item.name.removeprefix('check_')}"


def title(item: pytest.Item) -> str:
    """Return the first line of a check's docstring, the title that a student reads."""
    text = getattr(item.obj, "__doc__", "") or check_id(item)  # type: ignore[attr-defined]
    return text.strip().splitlines()[0].rstrip(".")


def collect_checks(config: pytest.Config, folder: Path = CHECKS) -> None:
    """Have pytest take `check_` functions for its tests, in all files of a folder.

    Not in files of any place: pytest rewrites the assertions of whatever it takes for a test, and all of TensorFlow,
    if that is imported, takes it twenty seconds.
    """
    config.addinivalue_line("python_files", f"{glob.escape(str(folder))}/*.py")
    config.addinivalue_line("python_functions", "check_*")


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> Trials:
    """Return the trials of the check that asks for them."""
    return request.config.stash.get(DESK, Desk()).trials(check_id(request.node))


class Bench(Desk):
    """A pytest session in a thread of its own, collected once; use it as a context manager."""

    def __init__(self, checks: Path = CHECKS, seconds: float = _LONGEST_SECONDS) -> None:
        self._checks = checks
        self._seconds = seconds
        self._inbox: queue.Queue[Mapping[str, Sequence[Trial]] | None] = queue.Queue()
        self._outbox: queue.Queue[dict[str, Judgement] | JudgeError] = queue.Queue()
        self._subject: Mapping[str, Sequence[Trial]] = {}
        self._judged: dict[str, Judgement] = {}
        self._handed: dict[str, Trials] = {}
        self._failures: list[str] = []
        self._stoppable = Stoppable()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def judge(self, subject: Mapping[str, Sequence[Trial]]) -> dict[str, Judgement]:
        """Return a judgement for each check of `subject`, in the order in which the checks are written.

        Raises:
            JudgeError: the checks cannot be collected, or one of the subject's is not among them.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="judge", daemon=True)
            self._thread.start()
        self._inbox.put(subject)
        answer = self._answer()
        if isinstance(answer, JudgeError):
            self._thread = None
            raise answer
        missing = set(subject) - set(answer)
        if missing:
            raise JudgeError(f"there are no checks {', '.join(sorted(missing))}")
        return answer

    def _answer(self) -> "dict[str, Judgement] | JudgeError":
        """Return what the session says; a check that never ends costs its own record, not the class."""
        seconds = self._seconds
        while True:
            try:
                return self._outbox.get(timeout=seconds)
            except queue.Empty:
                self._stoppable.stop()
                seconds = self._seconds / 10  # the record is held back already

    def close(self) -> None:
        """End the session."""
        if self._thread is not None:
            self._inbox.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        arguments = [
            str(self._checks), "-c", str(self._checks / "pytest.ini"), "--rootdir", str(self._checks),
            "--disable-plugin-autoload", "-p", "no:terminal", "-p", "no:faulthandler", "-p", "no:unraisableexception",
            "-p", "no:threadexception", "-p", "no:logging", "-p", "no:cacheprovider", "--capture=no", "--assert=plain",
            "--import-mode=importlib",
        ]  # fmt: skip
        # Numbers that a student's graph gives may be infinite, or none at all: judges compare them all the same.
        with np.errstate(all="ignore"):
            code = pytest.main(arguments, plugins=[self, sys.modules[__name__]])
        if code != pytest.ExitCode.OK:
            self._outbox.put(JudgeError("\n".join(self._failures) or f"pytest ended with {code!r}"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Be the desk of this session."""
        collect_checks(config, self._checks)
        config.stash[DESK] = self

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected."""
        if report.failed:
            self._failures.append(report.longreprtext)

    def trials(self, check_id: str) -> Trials:
        """Return the trials of a check of the present subject."""
        self._handed[check_id] = Trials(self._subject[check_id])
        return self._handed[check_id]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Judge subject after subject instead of running every item once."""
        if session.testsfailed:
            return None
        while (subject := self._inbox.get()) is not None:
            self._subject, self._judged, self._handed = subject, {}, {}
            items = [item for item in session.items if check_id(item) in subject]
            for item, following in zip(items, [*items[1:], None], strict=False):
                item.repr_failure = _unwritten  # type: ignore[method-assign]
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._outbox.put(self._judged)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run a check, which may be stopped; pytest's own work around it may not."""
        self._stoppable.run(lambda: pyfuncitem.obj(pyfuncitem.funcargs["trials"]))
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[Any]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn what a check raised, or that it did not, into its judgement."""
        report = yield
        name = check_id(item)
        if call.excinfo is not None:
            error, handed = call.excinfo.value, self._handed.get(name)
            try:
                self._judged[name] = self._stoppable.run(lambda: _judgement(item, error, handed))
            except TooLong as late:
                self._judged[name] = _judgement(item, late, handed)
        elif call.when == "call":
            self._judged[name] = Judgement(name, title(item), Outcome.PASSED)
        return report


def _unwritten(*_: object, **__: object) -> str:
    """Stand for pytest's report of a failure, which nobody reads: it would quote in full what was returned."""
    return ""


def _judgement(item: pytest.Item, error: BaseException, handed: Trials | None) -> Judgement:
    name = check_id(item)
    if isinstance(error, Finding):
        trial = handed.current if handed else None
        if trial is None:
            return Judgement(name, title(item), error.outcome, _cut(error.message), phrase=_phrase(error.said))
        shown = exhibit_of(error.evidence, trial.program)
        if error.evidence is None and error.outcome in (Outcome.FAILED, Outcome.RAISED):
            shown = asked(trial.program, trial.want.observation)
        example = example_text(trial.program)
        functions = [call.function for call in trial.program.calls]
        return Judgement(
            name, title(item), error.outcome, _cut(error.message), str(example), exhibit=shown,
            phrase=_phrase(error.said), case=_phrase(example), veiled=veiled(error.said, functions),
        )  # fmt: skip
    return Judgement(name, title(item), Outcome.GRADER_ERROR, _cut(f"{type(error).__name__}: {error}"))


def _phrase(said: Text) -> Phrase | None:
    """Return what is kept beside a text, so that others than English can be made of it; None where there is no need."""
    # One that is too long is cut, and stays in English: its parts would be as long.
    return said if isinstance(said, Phrase) and said.values and len(str(said)) <= _LONGEST_MESSAGE else None


def _cut(message: str) -> str:
    """Return a message, cut: what it quotes of a student's answer may be as long as the answer."""
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]} …"
