"""A class in numbers."""

import pytest
from records import HIDDEN_TEXT, check, exercise, record

from grader.check import Finding, Seen
from grader.inside import wire
from grader.observation import NoModule, Outcome
from grader.reason import Reason, Trouble, reason
from grader.score import DROPPED
from grader.summary import (
    BINS,
    Bin,
    CheckSummary,
    Held,
    Incident,
    Slow,
    discrimination,
    histogram,
    summarize,
)

FAILED, RAISED = Outcome.FAILED, Outcome.RAISED


def said(observation):
    """Return the sentence that a check says of an observation."""
    with pytest.raises(Finding) as finding:
        Seen(wire.Program("one", ()), observation).outcome()
    return finding.value.message


def test_nobody():
    summary = summarize([])
    assert (summary.submissions, summary.mean, summary.median, summary.bins) == (0, None, None, ())
    assert summary.exercises == summary.misconceptions == summary.incidents == ()


def test_means_are_of_graded_submissions_only():
    scores = [exercise(check("a", points=points)) for points in (10.0, 20.0, 60.0)]
    records = [record(f"s{place}", {"conv_2d": found}) for place, found in enumerate(scores)]
    records += [record("r", {}, status="refused"), record("e", {"conv_2d": scores[2]}, status="error")]
    summary = summarize(records)
    assert (summary.submissions, summary.graded, summary.refused, summary.errors) == (5, 3, 1, 1)
    assert (summary.mean, summary.median) == (30.0, 20.0)
    assert sum(one.count for one in summary.bins) == 3
    assert summary.exercises[0].mean == 30.0


def test_histogram_counts_every_total_once():
    bins = histogram([0, 9.99, 10, 82.5, 99.5, 100], 100)
    assert len(bins) == BINS
    assert [one.count for one in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 1, 2]
    assert bins[-1] == Bin(90, 100, 2)


def test_histogram_of_no_points():
    assert histogram([0], 0) == ()


def test_pass_rates_leave_out_what_the_grader_failed_on():
    outcomes = [Outcome.PASSED, FAILED, Outcome.TIMED_OUT, Outcome.GRADER_ERROR]
    records = [record(outcome, {"conv_2d": exercise(check("a", outcome))}) for outcome in outcomes]
    assert summarize(records).exercises[0].checks == (CheckSummary("conv_2d.a", "Title of a", 4.0, True, 1, 3),)


def test_a_misconception_counts_once_a_submission_and_the_most_frequent_comes_first():
    def holder(name, *ids):
        return record(name, {"conv_2d": exercise(*(check(f"c{at}", FAILED, misconceptions=(one,)) for at, one in ids))})

    records = [holder("ada", (1, "x"), (2, "x")), holder("bela", (1, "y")), holder("cyd", (1, "y"), (2, "x"))]
    records.append(holder("dee", (1, "y")))
    assert summarize(records).misconceptions == (
        Held("y", "conv_2d", ("bela", "cyd", "dee")),
        Held("x", "conv_2d", ("ada", "cyd")),
    )


def test_incidents_are_what_was_no_wrong_answer():
    missing = said(NoModule())
    slow = exercise(check("a", Outcome.TIMED_OUT), check("b", Outcome.CRASHED), check("c", Outcome.SKIPPED))
    records = [
        record("ada", {"conv_2d": exercise(check("a", FAILED, message="No.")), "top5": slow}),
        record("bela", {"conv_2d": exercise(check("a", FAILED, message=missing)), "top5": slow}),
        record("cyd", {"top5": exercise(check("a", Outcome.SKIPPED), check("b"))}),
    ]
    assert summarize(records).incidents == (
        Incident(Trouble.TIMED_OUT, "top5", ("ada", "bela")),
        Incident(Trouble.CRASHED, "top5", ("ada", "bela")),
        Incident(Trouble.MISSING, "conv_2d", ("bela",)),
        Incident(Trouble.SKIPPED, "top5", ("cyd",)),
    )


def test_a_dropped_check_is_nothing_that_the_class_did_not_understand():
    broken = check("a", Outcome.TIMED_OUT, score=4.0, message=DROPPED, misconceptions=("x",))
    records = [record("ada", {"conv_2d": exercise(broken, check("b"))}),
               record("bela", {"conv_2d": exercise(check("a"), check("b", FAILED))})]  # fmt: skip
    summary = summarize(records)
    assert summary.misconceptions == summary.incidents == ()
    assert [(one.dropped, one.passed, one.judged) for one in summary.exercises[0].checks] == [
        (True, 1, 2),
        (False, 1, 2),
    ]
    assert summary.exercises[0].checks[0].discrimination is None


@pytest.mark.parametrize("outcome", [FAILED, Outcome.GRADER_ERROR])
def test_a_dropped_check_does_not_hide_why_all_the_others_fail(outcome):
    missing = said(NoModule())
    checks = [check("a", FAILED, message=missing), check("b", outcome, message=DROPPED, score=4.0)]
    assert reason(exercise(*checks)) == Reason(Trouble.MISSING, missing)


def test_unwalled_submissions_are_counted():
    records = [record("ada", {}), record("bela", {}, isolation="none")]
    assert summarize(records).unwalled == 1


@pytest.mark.parametrize(
    ("observation", "trouble"),
    [
        (NoModule(), Trouble.MISSING),
        (NoModule(wire.Raised(("SyntaxError",), "never closed", "conv_2d.py, line 3")), Trouble.BROKEN),
    ],
)
def test_the_sentences_of_a_module_that_is_not_there_are_known(observation, trouble):
    message = said(observation)
    checks = [check("a", FAILED, message=message), check("b", FAILED, message=HIDDEN_TEXT, visible=False)]
    assert reason(exercise(*checks)) == Reason(trouble, message)


def test_a_stub_is_not_written_yet():
    messages = [f"conv_2D(x, {n}) raised NotImplementedError: your turn" for n in (1, 2)]
    checks = [check(f"c{n}", RAISED, message=message) for n, message in enumerate(messages)]
    assert reason(exercise(*checks)) == Reason(Trouble.UNWRITTEN, messages[0])


@pytest.mark.parametrize(
    "checks",
    [
        [],
        [check("a", FAILED, message="One."), check("b", FAILED, message="Two.")],
        [check("a", FAILED, message="Alone.")],
        [check("a", FAILED, message="Same."), check("b", FAILED, message="Same."), check("c")],
        [check("a", FAILED, message="Same."), check("b", FAILED, message="Same."), check("c", Outcome.GRADER_ERROR)],
        [check(name, FAILED, message=HIDDEN_TEXT, visible=False) for name in "ab"],
        [check("a", FAILED), check("b", FAILED)],
    ],
)  # fmt: skip
def test_no_common_reason(checks):
    assert reason(exercise(*checks)) is None


@pytest.mark.parametrize(
    ("outcome", "trouble"),
    [
        (Outcome.TIMED_OUT, Trouble.TIMED_OUT),
        (Outcome.CRASHED, Trouble.CRASHED),
        (Outcome.OUT_OF_MEMORY, Trouble.OUT_OF_MEMORY),
    ],
)
def test_code_that_dies_alike_in_all_that_was_run_is_one_reason(outcome, trouble):
    ends = [check("a", Outcome.SKIPPED, message="Not run."), check("b", outcome, message="While running f(1)")]
    ends += [check("c", outcome, message="While running f(2)"), check("d", outcome, visible=False)]
    assert reason(exercise(*ends)) == Reason(trouble, "While running f(1)")
    assert reason(exercise(*ends, check("e"))) is None
    assert reason(exercise(*ends, check("e", FAILED, message="Wrong."))) is None
    assert reason(exercise(*ends, check("e", Outcome.GRADER_ERROR))) is None
    assert reason(exercise(*ends[3:])) is None


def test_the_same_sentence_everywhere_is_one_reason():
    checks = [check(name, FAILED, message="Same.") for name in "ab"]
    assert reason(exercise(*checks)) == Reason(None, "Same.")


def test_discrimination_is_the_correlation_with_all_the_rest():
    def graded(name, a, b, c):
        outcomes = [Outcome.PASSED if passed else FAILED for passed in (a, b, c)]
        points = (1.0, 2.0, 5.0)
        checks = [check(n, outcome, points=p) for n, outcome, p in zip("abc", outcomes, points, strict=True)]
        return record(name, {"conv_2d": exercise(*checks)})

    records = [graded("s1", 1, 1, 1), graded("s2", 0, 0, 1), graded("s3", 1, 0, 1), graded("s4", 0, 1, 1)]
    a, b, c = summarize(records).exercises[0].checks
    assert a.discrimination == b.discrimination == 0
    assert (c.discrimination, c.difficulty, a.difficulty) == (None, 0, 0.5)
    with_another = [*records, graded("s5", 1, 1, 0)]
    assert summarize(with_another).exercises[0].checks[2].discrimination == pytest.approx(-1.2 / (0.8 * 6.8) ** 0.5)


def test_discrimination_of_what_is_constant_is_unknown():
    assert discrimination([]) is None
    assert discrimination([(True, 1.0), (True, 2.0)]) is None
    assert discrimination([(True, 1.0), (False, 1.0)]) is None
    assert discrimination([(True, 5.0), (False, 1.0)]) == pytest.approx(1)


def test_the_slowest_come_first_and_only_those_of_the_class():
    records = [record("ada", {}), record("bela", {}), record("cyd", {})]
    slowest = summarize(records, {"ada": 1.0, "cyd": 3.0, "gone": 9.0}).slowest
    assert slowest == (Slow("cyd", 3.0), Slow("ada", 1.0))
