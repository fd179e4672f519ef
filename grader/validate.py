"""Whether the checks do what they promise: right solutions keep all points, each wrong one loses exactly its own.

Specimens are graded as submissions are. Each submission holds one specimen of every exercise, so that it also shows
that what is wrong in one exercise costs nothing in another.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from grader.assignment import Assignment
from grader.contract import Sentence, gaps
from grader.freeze import FrozenPart, questions
from grader.grading import Graded
from grader.observation import Outcome
from grader.oracle import consult
from grader.score import Judgement
from grader.specimens import Specimen
from grader.submission import Submission

Examine = Callable[[int, Sequence[Submission]], Iterable[Mapping[str, Graded]]]
"""Grades submissions on the cases of a seed, every exercise of each, and gives the results in their order."""
Parts = Callable[[int, str], Iterable[FrozenPart]]
"""Gives the frozen cases of a seed and an exercise, once submissions were graded on them."""

_WRONG = ("misconception", "slip")


class Fault(msgspec.Struct, frozen=True):
    """Something that does not hold, of which subject, on which seed (None: whatever the seed)."""

    exercise: str
    subject: str
    message: str
    seed: int | None = None


class Tally(msgspec.Struct, frozen=True):
    """How many there are of something, and how many of them are as they should be."""

    total: int
    held: int


class Examined(msgspec.Struct, frozen=True):
    """What was found of one exercise.

    Args:
        tallies: by kind of specimen.
        killed: by check, the wrong solutions that lose it.
        redundant: checks that no wrong solution loses alone, with those that each of these loses too.
        contract: the sentences, and the checks that cover each.
        compared: by check, how many of the solution's answers were held against an oracle without TensorFlow.
    """

    tallies: dict[str, Tally]
    killed: dict[str, tuple[str, ...]]
    redundant: dict[str, tuple[str, ...]]
    contract: tuple[Sentence, ...]
    compared: dict[str, int]


class Validation(msgspec.Struct, frozen=True):
    """The report."""

    holds: bool
    seeds: tuple[int, ...]
    exercises: dict[str, Examined]
    faults: tuple[Fault, ...]


def validate(
    assignment: Assignment,
    specimens: Mapping[str, Sequence[Specimen]],
    contracts: Mapping[str, Sequence[Sentence]],
    seeds: Sequence[int],
    examine: Examine,
    parts: Parts,
) -> Validation:
    """Grade all specimens on each seed's cases and report what does not hold.

    Args:
        specimens: by exercise; the first is right.
        contracts: by exercise, the sentences of its contract.
        examine: grades them; asked once a seed.
        parts: hands out the cases that they were graded on.

    Raises:
        FreezeError, WorkerDied: whatever `examine` raises when it cannot begin.
    """
    casts = _casts(specimens)
    seen: dict[str, dict[str, dict[int, tuple[Judgement, ...]]]] = {exercise: {} for exercise in specimens}
    compared: dict[str, dict[str, int]] = {exercise: {} for exercise in specimens}
    faults: list[Fault] = []
    for seed in seeds:
        for cast, graded in zip(casts, examine(seed, [_submission(cast) for cast in casts]), strict=True):
            for exercise, specimen in cast.items():
                judgements = graded[exercise].judgements
                seen[exercise].setdefault(str(specimen), {})[seed] = judgements
                wrongs = _misjudged(specimen, judgements, assignment.check_ids(exercise))
                if specimen.kind in _WRONG and not wrongs:
                    wrongs = _misread(specimen, judgements, specimens[exercise])
                faults += [Fault(exercise, str(specimen), message, seed) for message in wrongs]
        for exercise in specimens:
            for consulted in map(consult, parts(seed, exercise)):
                compared[exercise] |= consulted.compared
                faults += [Fault(exercise, "oracle", message, seed) for message in consulted.differences]
    examined = {}
    for exercise, known in specimens.items():
        by_name = {str(one): seen[exercise][str(one)] for one in known}
        said = tuple(contracts.get(exercise, ()))
        faults += [Fault(exercise, name, message) for name, runs in by_name.items() for message in _unsteady(runs)]
        faults += [
            Fault(exercise, "contract", message) for message in gaps(said, _names(assignment.check_ids(exercise)))
        ]
        faults += [Fault(exercise, "rubric", message) for message in _unrated(assignment, exercise)]
        killed = _killed(assignment.check_ids(exercise), known, by_name)
        faults += [
            Fault(exercise, f"check {check}", "no wrong solution loses it: keep one that does in slips/")
            for check, wrong in killed.items()
            if not wrong
        ]
        tallies = _tallies(known, {fault.subject for fault in faults if fault.exercise == exercise})
        examined[exercise] = Examined(tallies, killed, _redundant(killed), said, compared[exercise])
    unique = tuple(dict.fromkeys(faults))
    return Validation(not unique, tuple(seeds), examined, unique)


def _casts(specimens: Mapping[str, Sequence[Specimen]]) -> list[dict[str, Specimen]]:
    """Put specimens of all exercises together, one of each; where an exercise has no more, its first."""
    longest = max(map(len, specimens.values()), default=0)
    return [
        {exercise: known[number] if number < len(known) else known[0] for exercise, known in specimens.items()}
        for number in range(longest)
    ]


def _submission(cast: Mapping[str, Specimen]) -> Submission:
    files = {path: data for specimen in cast.values() for path, data in specimen.files.items()}
    modules = {exercise: f"{exercise}.py" for exercise in cast}
    return Submission(name=" + ".join(map(str, cast.values())), sha256="", files=files, modules=modules)


def _misjudged(specimen: Specimen, judgements: Sequence[Judgement], check_ids: Sequence[str]) -> list[str]:
    """Return what should have been judged otherwise."""
    errors = {one.message: one.id for one in judgements if one.outcome is Outcome.GRADER_ERROR}
    if errors:
        return [f"{check}: the grader failed: {message}" for message, check in errors.items()]
    judged = {one.id for one in judgements}
    if judged != set(check_ids):
        return [f"not judged: {', '.join(sorted(set(check_ids) - judged))}"]
    due = set(check_ids) if specimen.loses is None else specimen.loses
    found = [f"it is said to lose {check}, which is no check" for check in sorted(due - judged)]
    for one in judgements:
        if one.outcome is Outcome.PASSED and one.id in due:
            found.append(f"{one.id}: passed, but it should be lost")
        elif one.outcome is not Outcome.PASSED and one.id not in due:
            found.append(f"{one.id}: lost, but it should be passed: {one.message}")
    return found


def _misread(specimen: Specimen, judgements: Sequence[Judgement], known: Sequence[Specimen]) -> list[str]:
    """Return what is wrong with the diagnosis of a wrong solution.

    A misconception is to be named, itself or a twin with the same explanation, on every check that it loses, except
    where another would lose the check too and all else that the other loses is lost: there nobody can tell. A slip is
    no misconception's.
    """
    found = []
    for one in judgements:
        if one.outcome not in (Outcome.FAILED, Outcome.RAISED) or one.explanation == specimen.explanation:
            continue
        if one.misconceptions:
            found.append(f"{one.id}: diagnosed as {', '.join(one.misconceptions)}")
        elif not any(_explains(other, specimen, one.id) for other in known):
            found.append(f"{one.id}: not diagnosed")
    if specimen.explanation and all(one.explanation != specimen.explanation for one in judgements):
        found.append("its explanation is given nowhere")
    return found


def _explains(other: Specimen, specimen: Specimen, check: str) -> bool:
    """Tell whether another misconception, of other words, may be behind a check that a specimen loses."""
    if not other.loses or not specimen.loses or other.explanation in ("", specimen.explanation):
        return False
    return check in other.loses and other.loses <= specimen.loses


def _unsteady(runs: Mapping[int, Sequence[Judgement]]) -> list[str]:
    """Return in what the judgements of several seeds differ.

    Words and numbers may, and which of the misconceptions that share an explanation it could be.
    """
    (first, reference), *others = runs.items()
    told = [(one.id, one.outcome, one.explanation) for one in reference]
    return [
        f"{mine[0]}: {mine[1].value} on seed {first}, {theirs[1].value} on seed {seed}"
        + (", with another diagnosis" if mine[2] != theirs[2] else "")
        for seed, judgements in others
        for mine, theirs in zip(told, [(one.id, one.outcome, one.explanation) for one in judgements], strict=False)
        if mine != theirs
    ]


def _names(check_ids: Iterable[str]) -> set[str]:
    return {check_id.partition(".")[2] for check_id in check_ids}


def _unrated(assignment: Assignment, exercise: str) -> list[str]:
    """Return which checks have no points, so that nobody runs them."""
    unrated = set(questions(exercise)) - set(assignment.check_ids(exercise))
    return [f"the check {check} is not in the assignment" for check in sorted(unrated)]


def _killed(
    check_ids: Sequence[str],
    known: Sequence[Specimen],
    by_name: Mapping[str, Mapping[int, Sequence[Judgement]]],
) -> dict[str, tuple[str, ...]]:
    """Return which wrong solutions each check is lost by, on every seed."""
    lost = {
        one.name: set.intersection(
            *({j.id for j in run if j.outcome is not Outcome.PASSED} for run in by_name[str(one)].values())
        )
        for one in known
        if one.kind in _WRONG
    }
    return {check: tuple(name for name, checks in lost.items() if check in checks) for check in check_ids}


def _redundant(killed: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the checks that no wrong solution loses alone, and which others are lost whenever each of them is."""
    losers: dict[str, set[str]] = {}
    for check, names in killed.items():
        for name in names:
            losers.setdefault(name, set()).add(check)
    return {
        check: tuple(other for other in killed if other != check and set(names) <= set(killed[other]))
        for check, names in killed.items()
        if names and all(losers[name] != {check} for name in names)
    }


def _tallies(known: Sequence[Specimen], at_fault: set[str]) -> dict[str, Tally]:
    kinds = dict.fromkeys(one.kind for one in known)
    return {
        kind: Tally(
            sum(one.kind == kind for one in known),
            sum(one.kind == kind and str(one) not in at_fault for one in known),
        )
        for kind in kinds
    }
