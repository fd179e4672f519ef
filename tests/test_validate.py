"""Validation: an exercise whose checks hold, and what is said when one is broken by hand."""

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from grader import assignment, specimens
from grader.contract import Sentence, contract
from grader.freeze import FrozenPart, frozen
from grader.grading import Graded, code_of, judge_exercise, observe_parts
from grader.judge import CHECKS, Bench
from grader.observation import Observation
from grader.specimens import Specimen
from grader.submission import Submission
from grader.validate import Validation, validate
from grader.walls.worker import Worker

EXERCISE = "convolution_chain"
RUBRIC = assignment.load()
ALL = specimens.load(EXERCISE)
FEW = [one for one in ALL if one.name in (EXERCISE, "generator", "always_from_x", "relu_between", "same_padding")]
LISTED = next(one for one in ALL if one.name == "relu_between")
SOLUTION = ALL[0]


class Examiner:
    """Observes each module once for a seed, and judges it as often as it is asked, by checks of any folder."""

    def __init__(self, worker: Worker, cache: Path) -> None:
        self._worker = worker
        self._cache = cache
        self._observed: dict[tuple[int, bytes], Mapping[str, Sequence[Observation]]] = {}
        self._parts: dict[tuple[int, str], list[FrozenPart]] = {}
        self.bench = Bench()
        self.exercise = EXERCISE

    def parts(self, seed: int, exercise: str) -> list[FrozenPart]:
        if (seed, exercise) not in self._parts:
            self._parts[seed, exercise] = self._frozen(seed, exercise)
        return self._parts[seed, exercise]

    def _frozen(self, seed: int, exercise: str) -> list[FrozenPart]:
        return [
            frozen(
                exercise,
                part,
                RUBRIC.check_ids(exercise, part == "visible"),
                RUBRIC.public_seed if part == "visible" else seed,
                self._worker,
                RUBRIC.limits,
                self._cache,
            )
            for part in ("visible", "hidden")
        ]

    def __call__(self, seed: int, submissions: Sequence[Submission]) -> Iterator[Mapping[str, Graded]]:
        for submission in submissions:
            yield {self.exercise: Graded(self._judged(seed, submission))}

    def _judged(self, seed: int, submission: Submission) -> tuple:  # type: ignore[type-arg]
        parts = self.parts(seed, self.exercise)
        key = seed, submission.files[f"{self.exercise}.py"]
        if key not in self._observed:
            code = code_of(submission, self.exercise)
            self._observed[key], _ = observe_parts(self._worker, code, parts, RUBRIC.limits)
        return judge_exercise(self.bench, RUBRIC, self.exercise, parts, self._observed[key])


@pytest.fixture(scope="module")
def examiner(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examiner]:
    made = Examiner(worker, tmp_path_factory.mktemp("cases"))
    yield made
    made.bench.close()


def run(
    examiner: Examiner,
    known: Sequence[Specimen] = FEW,
    seeds: Sequence[int] = (1,),
    said: Sequence[Sentence] | None = None,
) -> Validation:
    sentences = contract(EXERCISE) if said is None else said
    return validate(RUBRIC, {EXERCISE: known}, {EXERCISE: sentences}, seeds, examiner, examiner.parts)


def faults(found: Validation) -> list[str]:
    """Return what does not hold, beside that a few specimens do not try every check."""
    assert found.holds == (not found.faults)
    return [f"{one.subject}: {one.message}" for one in found.faults if "no wrong solution loses it" not in one.message]


def test_an_exercise_holds(examiner: Examiner) -> None:
    found = run(examiner, ALL)
    assert found.faults == ()
    assert found.holds
    (examined,) = found.exercises.values()
    assert all(tally.held == tally.total for tally in examined.tallies.values())
    assert set(examined.killed) == set(RUBRIC.check_ids(EXERCISE)) == set(examined.compared)
    assert all(examined.killed.values())
    assert "convolution_chain.zero" not in examined.redundant
    assert "convolution_chain.batch" not in examined.redundant
    assert examined.redundant["convolution_chain.shapes"] == ("convolution_chain.combined",)


LOOP = "    for trial in trials:\n"
SHAPES = LOOP + "        got, want = stages.first(trial), trial.want.fetched()[0]\n        images"
LAST_IMPORT = "from grader.phrase import Text, phrase\n"
ZERO = LOOP + "        stages.all_of(trial.got, 0)"
BREAKAGES = {
    "a judge that never fails": (
        (SHAPES, f"    return\n{SHAPES}"),
        [
            "misconception convolution_chain/same_padding: convolution_chain.shapes: passed, but it should be lost",
            "stub convolution_chain/convolution_chain: convolution_chain.shapes: passed, but it should be lost",
        ],
    ),
    "a judge that always fails": (
        ('phrase("Stage 1 of a batch of 3 images"), FLOAT32)', '"Stage 1", FLOAT32)\n    raise Finding("Never.")'),
        [f"{one}: convolution_chain.batch: lost, but it should be passed: Never." for one in FEW if one.kind != "stub"],
    ),
    "a tolerance of ten": (
        (LAST_IMPORT, f"{LAST_IMPORT}FLOAT32 = type(FLOAT32)(10, 10, 'none')\n"),
        [
            "misconception convolution_chain/always_from_x: convolution_chain.chained: passed, but it should be lost",
        ],
    ),
    "a mistake of its own": (
        (ZERO, ZERO.replace("trial.got", "trial.gone")),
        [
            f"{one}: convolution_chain.zero: the grader failed: AttributeError: 'Trial' object has no attribute 'gone'"
            for one in FEW
        ],
    ),
}


def broken(folder: Path, monkeypatch: pytest.MonkeyPatch, module: str, old: str, new: str) -> Bench:
    """Return a bench whose checks are ours but for a change in one place of a module."""
    shutil.copytree(CHECKS / EXERCISE, folder / EXERCISE)
    shutil.copy(CHECKS / "pytest.ini", folder)
    path = folder / EXERCISE / f"{module}.py"
    source = path.read_text()
    assert source.count(old) == 1
    path.write_text(source.replace(old, new))
    for known in (EXERCISE, f"{EXERCISE}.chain", f"{EXERCISE}.pictures"):
        monkeypatch.delitem(sys.modules, known, raising=False)  # pytest would take the last change's
    return Bench(folder)


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_check_is_noticed(
    examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breakage: str
) -> None:
    (old, new), noticed = BREAKAGES[breakage]
    whole = examiner.bench
    with broken(tmp_path, monkeypatch, "chain", old, new) as examiner.bench:
        found = faults(run(examiner))
    examiner.bench = whole
    assert sorted(found) == sorted(noticed)


WRONG = (
    "always_from_x", "each_stage_all_over_again", "same_padding", "flipped_filter", "brighter_further_down",
    "relu_between", "first_image_only", "image_among_stages", "float64_pictures", "normalizes_in_place",
)  # fmt: skip
"""What a judge that looks at a little less than it should lets through; stubs still lose."""
SLACK = {
    "chained": ("range(2)", "range(1)"),
    "depends": ("if number is not None:", "if False:"),
    "shapes": (
        "got, want = stages.first(trial), trial.want.fetched()[0]\n        images",
        "got = want = stages.first(trial)\n        images",
    ),
    "correlation": (" or not np.allclose(got, want, atol=FLOAT32.absolute)", ""),
    "equivariant": ("same_array(after[:, rows:, columns:], before[:, :-rows, :-columns]", "same_array(after, after"),
    "linear": ("        same_array(numbers[0]", "        continue\n        same_array(numbers[0]"),
    "batch": (
        'stages.first(trial), trial.want.fetched()[0], phrase("Stage 1 of a b',
        'stages.first(trial)[:1], trial.want.fetched()[0][:1], phrase("Stage 1 of a b',
    ),
    "zero": ("        stages.all_of(trial.got, 0)\n", ""),
    "combined": ("zip(stages.numbers(trial), want", "zip(stages.numbers(trial)[:1], want[:1]"),
    "types": ("stage.dtype != np.float32", 'stage.dtype.kind != "f"'),
    "untouched": ("if touched:", "if len(touched) > 1:"),
    "photograph": ("[image, *(stage[0, :, :, 0] for stage in stages)]", "[image]"),
}


@pytest.mark.parametrize("check", SLACK)
def test_a_check_that_looks_at_too_little_is_noticed(
    examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    old, new = SLACK[check]
    (module,) = (path.stem for path in (CHECKS / EXERCISE).glob("*.py") if f"def check_{check}(" in path.read_text())
    whole = examiner.bench
    with broken(tmp_path, monkeypatch, module, old, new) as examiner.bench:
        found = faults(run(examiner, [one for one in ALL if one.kind == "stub" or one.name in (EXERCISE, *WRONG)]))
    examiner.bench = whole
    assert found
    assert all(one.endswith(f": {EXERCISE}.{check}: passed, but it should be lost") for one in found)
    assert not any(one.startswith("stub") for one in found)


def test_a_right_solution_that_is_none_is_noticed(examiner: Examiner) -> None:
    wrong = msgspec.structs.replace(LISTED, kind="alternative", loses=frozenset(), explanation="")
    found = faults(run(examiner, [SOLUTION, wrong]))
    lost = sorted(message.split(": ")[1] for message in found)
    assert lost == sorted(LISTED.loses or ())
    assert all("alternative convolution_chain/relu_between" in message for message in found)


def test_a_list_that_is_not_what_is_lost_is_noticed(examiner: Examiner) -> None:
    other = (LISTED.loses or frozenset()) - {"convolution_chain.linear"} | {"convolution_chain.zero", "gone"}
    found = faults(run(examiner, [SOLUTION, msgspec.structs.replace(LISTED, loses=other)]))
    subject = "misconception convolution_chain/relu_between: "
    assert found[0] == f"{subject}it is said to lose gone, which is no check"
    assert f"{subject}convolution_chain.zero: passed, but it should be lost" in found
    assert any(one.startswith(f"{subject}convolution_chain.linear: lost, but it should be passed: ") for one in found)


def test_a_stub_that_earns_is_noticed(examiner: Examiner) -> None:
    filled = msgspec.structs.replace(SOLUTION, kind="stub", loses=None)
    found = faults(run(examiner, [SOLUTION, filled]))
    assert len(found) == len(RUBRIC.check_ids(EXERCISE))
    assert found[0] == f"stub {EXERCISE}/{EXERCISE}: convolution_chain.count: passed, but it should be lost"


def test_another_diagnosis_is_noticed(examiner: Examiner) -> None:
    found = faults(run(examiner, [SOLUTION, msgspec.structs.replace(LISTED, explanation="Another.")]))
    subject = "misconception convolution_chain/relu_between: "
    assert f"{subject}convolution_chain.linear: diagnosed as relu_between" in found
    assert f"{subject}its explanation is given nowhere" in found


def test_a_slip_that_is_taken_for_a_misconception_is_noticed(examiner: Examiner) -> None:
    slip = msgspec.structs.replace(LISTED, kind="slip", explanation="")
    assert "slip convolution_chain/relu_between: convolution_chain.linear: diagnosed as relu_between" in faults(
        run(examiner, [SOLUTION, slip])
    )


def test_a_sentence_without_its_check_is_noticed(examiner: Examiner) -> None:
    said = [one for one in contract(EXERCISE) if one.checks != ("zero",)]
    assert faults(run(examiner, [SOLUTION], said=said)) == [
        "contract: the check 'zero' covers no sentence of the contract"
    ]


def test_a_check_that_no_wrong_solution_loses_is_noticed(examiner: Examiner) -> None:
    found = run(examiner, FEW)
    assert "check convolution_chain.types: no wrong solution loses it: keep one that does in slips/" in [
        f"{one.subject}: {one.message}" for one in found.faults
    ]


def test_what_differs_between_seeds_is_noticed(examiner: Examiner) -> None:
    def unsteady(seed: int, submissions: Sequence[Submission]) -> Iterator[Mapping[str, Graded]]:
        moody = LISTED.files if seed == 2 else SOLUTION.files
        return examiner(1, [msgspec.structs.replace(one, files=moody) for one in submissions])

    found = validate(RUBRIC, {EXERCISE: [SOLUTION]}, {EXERCISE: contract(EXERCISE)}, [1, 2], unsteady, lambda *_: [])
    steady = [one.message for one in found.faults if one.seed is None and one.subject == str(SOLUTION)]
    assert steady == [
        f"{check}: PASSED on seed 1, FAILED on seed 2, with another diagnosis"
        for check in RUBRIC.check_ids(EXERCISE)
        if check in (LISTED.loses or ())
    ]
