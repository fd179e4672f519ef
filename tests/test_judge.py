"""The pytest session that judges: outcomes from what a check raises, and one subject after another."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.check import Seen, Trial, kind_of
from grader.inside import wire
from grader.judge import Bench, JudgeError
from grader.observation import Died, NoModule, Observed, Outcome

CHECKS = '''
from grader.check import Finding


def check_value(trials):
    """The value is right.

    More words, for nobody.
    """
    for trial in trials:
        if trial.got.returned() != trial.want.returned():
            raise Finding(f"expected {trial.want.returned()}, got {trial.got.returned()}")


def check_broken(trials):
    """A check with a mistake of its own."""
    raise KeyError("ours")


def not_a_check():
    raise AssertionError("collected")
'''


def trial(got: object, want: object = 1) -> Trial:
    program = wire.Program("p", (wire.Call("f", (2,)),))

    def seen(value: object, ours: bool) -> Seen:
        if isinstance(value, int):
            value = Observed((wire.Returned(value),))
        return Seen(program, value, ours)  # type: ignore[arg-type]

    return Trial(program, seen(got, False), seen(want, True))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "sums").mkdir()
    (tmp_path / "sums" / "adding.py").write_text(CHECKS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    with Bench(tmp_path) as ready:
        yield ready


def test_a_message_is_cut_whatever_it_quotes(bench: Bench) -> None:
    judged = bench.judge({"sums.value": [trial(Observed((wire.Returned("x" * 100_000),)))]})
    assert len(judged["sums.value"].message) == 2002
    assert judged["sums.value"].message.endswith("x …")


def test_a_right_answer_passes_under_its_title(bench: Bench) -> None:
    judged = bench.judge({"sums.value": [trial(1)]})
    assert judged["sums.value"].outcome is Outcome.PASSED
    assert judged["sums.value"].title == "The value is right"


def test_a_wrong_answer_fails_with_the_sentence_and_the_case(bench: Bench) -> None:
    judged = bench.judge({"sums.value": [trial(1), trial(3)]})["sums.value"]
    assert (judged.outcome, judged.message, judged.example) == (Outcome.FAILED, "expected 1, got 3", "f(2)")


def test_one_session_judges_many_subjects(bench: Bench) -> None:
    outcomes = [bench.judge({"sums.value": [trial(n % 2)]})["sums.value"].outcome for n in range(6)]
    assert outcomes == [Outcome.FAILED, Outcome.PASSED] * 3


@pytest.mark.parametrize(
    ("observation", "outcome", "words"),
    [
        (
            Observed((wire.Raised(("ValueError", "Exception"), "no", "m.py, line 3: x"),)),
            Outcome.RAISED,
            "f(2) raised ValueError: no (m.py, line 3: x)",
        ),
        (Observed((wire.Raised(("MemoryError",), ""),)), Outcome.OUT_OF_MEMORY, "f(2) raised MemoryError"),
        (
            Died(Outcome.TIMED_OUT, "your code used more than 6 seconds of CPU in one step"),
            Outcome.TIMED_OUT,
            "While running f(2), your code used more than 6 seconds",
        ),
        (NoModule(), Outcome.FAILED, "There is no such module"),
        (
            NoModule(wire.Raised(("ImportError",), "no numpie")),
            Outcome.RAISED,
            "Importing the module failed: ImportError: no numpie",
        ),
    ],
)
def test_code_that_gave_nothing_gets_no_points_and_a_reason(
    bench: Bench, observation: object, outcome: Outcome, words: str
) -> None:
    judged = bench.judge({"sums.value": [trial(observation)]})["sums.value"]
    assert judged.outcome is outcome
    assert words in judged.message


def test_a_mistake_in_a_check_is_a_grader_error(bench: Bench) -> None:
    judged = bench.judge({"sums.broken": [trial(1)], "sums.value": [trial(1)]})
    assert judged["sums.broken"].outcome is Outcome.GRADER_ERROR
    assert "ours" in judged["sums.broken"].message
    assert judged["sums.value"].outcome is Outcome.PASSED


def test_a_reference_that_raised_is_a_grader_error(bench: Bench) -> None:
    judged = bench.judge({"sums.value": [trial(1, Observed((wire.Raised(("ValueError",)),)))]})["sums.value"]
    assert judged.outcome is Outcome.GRADER_ERROR


def test_a_check_that_is_not_there_is_named(bench: Bench) -> None:
    with pytest.raises(JudgeError, match=r"sums\.gone"):
        bench.judge({"sums.gone": [trial(1)]})


def test_checks_that_cannot_be_imported_are_reported(tmp_path: Path) -> None:
    (tmp_path / "unimportable.py").write_text("import nothing_of_that_name\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    with Bench(tmp_path) as bench, pytest.raises(JudgeError, match="nothing_of_that_name"):
        bench.judge({"sums.value": [trial(1)]})


PHRASES = '''
from grader.check import Finding
from grader.phrase import phrase


def check_value(trials):
    """The value is right."""
    for trial in trials:
        raise Finding(phrase("{call} raised {error}", call="f()", error=trial.got.returned()))
'''


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_recorded_is_the_same_in_every_language(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    (tmp_path / "telling").mkdir()
    (tmp_path / "telling" / "raising.py").write_text(PHRASES)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    with Bench(tmp_path) as bench:
        short = bench.judge({"telling.value": [trial(Observed((wire.Returned("E"),)))]})["telling.value"]
        long = bench.judge({"telling.value": [trial(Observed((wire.Returned("E" * 3000),)))]})["telling.value"]
    assert (short.message, str(short.phrase)) == ("f() raised E", "f() raised E")
    assert short.case is None
    # What is cut is not kept in full beside it.
    assert (len(long.message), long.phrase) == (2002, None)


def test_a_check_that_never_ends_costs_its_own_record_only(tmp_path: Path) -> None:
    (tmp_path / "sums").mkdir()
    endless = '\n\ndef check_endless(trials):\n    """It ends."""\n    while True:\n        pass\n'
    (tmp_path / "sums" / "waiting.py").write_text(CHECKS + endless)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    with Bench(tmp_path, seconds=2.0) as bench:
        assert bench.judge({"sums.value": [trial(1)]})["sums.value"].outcome is Outcome.PASSED
        judged = bench.judge({"sums.value": [trial(1)], "sums.endless": [trial(1)]})
        assert judged["sums.endless"].outcome is Outcome.GRADER_ERROR
        assert "did not come to an end" in judged["sums.endless"].message
        assert bench.judge({"sums.value": [trial(1)]})["sums.value"].outcome is Outcome.PASSED


ENDLESS_FINDING = '''

class Endless(Finding):
    @property
    def said(self):
        while True:
            pass

    @said.setter
    def said(self, text):
        pass


def check_endless(trials):
    """It ends."""
    raise Endless("no")
'''


def test_a_finding_that_takes_forever_to_tell_costs_its_own_record_only(tmp_path: Path) -> None:
    (tmp_path / "sums").mkdir()
    (tmp_path / "sums" / "telling.py").write_text(CHECKS + ENDLESS_FINDING)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    with Bench(tmp_path, seconds=1.0) as bench:
        judged = bench.judge({"sums.value": [trial(1)], "sums.endless": [trial(1)]})
        assert judged["sums.endless"].outcome is Outcome.GRADER_ERROR
        assert "did not come to an end" in judged["sums.endless"].message
        assert bench.judge({"sums.value": [trial(1)]})["sums.value"].outcome is Outcome.PASSED


LOUD = '''

class Loud:
    """What is quoted nowhere: in full it may be gigabytes."""

    def __repr__(self):
        raise SystemExit("somebody wrote it out")


def check_loud(trials, loud=Loud()):
    """It is quiet."""
    raise Finding("no")
'''


def test_nothing_that_was_returned_is_written_out_for_a_report_that_nobody_reads(tmp_path: Path) -> None:
    (tmp_path / "sums").mkdir()
    (tmp_path / "sums" / "quiet.py").write_text(CHECKS + LOUD)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    with Bench(tmp_path) as bench:
        assert bench.judge({"sums.loud": [trial(1)]})["sums.loud"].message == "no"


@pytest.mark.parametrize("held", ["\x01" * 1000, [1.5] * 1000, {"a": {"b": 1}}])
def test_a_dictionary_is_not_written_out_to_say_that_it_is_one(held: object) -> None:
    assert str(kind_of({"a": held})) == "a dict of 1"


class JustTooLate(queue.Queue):  # type: ignore[type-arg]
    """A queue at which patience ends, once, when the answer has just come."""

    waited = False

    def get(self, block: bool = True, timeout: float | None = None) -> object:
        answer = super().get()
        if self.waited:
            return answer
        self.waited = True
        self.put(answer)
        raise queue.Empty


def test_a_check_that_ends_as_time_is_up_costs_nobody_anything(bench: Bench) -> None:
    bench._outbox = JustTooLate()
    for _ in range(3):
        assert bench.judge({"sums.value": [trial(1)]})["sums.value"].outcome is Outcome.PASSED
