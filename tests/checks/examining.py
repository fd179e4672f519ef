"""Judges modules by an exercise's checks, on freshly drawn cases and behind the walls."""

from collections.abc import Mapping

from grader import material
from grader.check import Finding, Seen, Trial, Trials
from grader.checks import judges
from grader.draws import draw
from grader.freeze import questions
from grader.inside import wire
from grader.observation import Observation
from grader.observe import Code, Session
from grader.walls.worker import Worker


class Examiner:
    """One exercise's checks with the cases of a seed."""

    def __init__(self, worker: Worker, exercise: str, seed: int = 1) -> None:
        self.exercise = exercise
        self._worker = worker
        self._judges = judges(exercise)
        self._programs = {name: draw(name, question, seed) for name, question in questions(exercise).items()}
        self._want = self._observe((material.solutions() / f"{exercise}.py").read_bytes(), {})

    def _observe(self, source: bytes, helpers: Mapping[str, bytes]) -> dict[str, Observation]:
        programs = [program for drawn in self._programs.values() for program in drawn]
        path = f"{self.exercise}.py"
        session = Session(self._worker, Code(self.exercise, path, {path: source, **helpers}), wire.Limits())
        found = session.observe("test", programs)
        return {program.id: observation for program, observation in zip(programs, found, strict=True)}

    def findings(self, source: bytes, helpers: Mapping[str, bytes] | None = None) -> dict[str, str]:
        """Return what each check that is not passed says, by its name without the exercise."""
        got = self._observe(source, helpers or {})
        lost: dict[str, str] = {}
        for check_id, programs in self._programs.items():
            name = check_id.partition(".")[2]
            trials = [
                Trial(program, Seen(program, got[program.id]), Seen(program, self._want[program.id]))
                for program in programs
            ]
            try:
                self._judges[name](Trials(trials))
            except Finding as finding:
                lost[name] = finding.message
        return lost

    def names(self) -> set[str]:
        """Return the names of all checks."""
        return {check_id.partition(".")[2] for check_id in self._programs}


def edited(source: str, *changes: tuple[str, str]) -> bytes:
    """Return a module with changes made, each in exactly one place."""
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source.encode()
