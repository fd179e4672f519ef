"""A submission's way through an exercise's checks, for tests of the checks: which it loses, and what it is told."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader import freeze, material
from grader.check import Finding, Seen, Trial, Trials
from grader.checks import judges
from grader.draws import draw
from grader.inside import wire
from grader.observation import Observation
from grader.observe import Code, Session
from grader.walls.worker import Worker

SAMPLES = Path(__file__).parents[2] / "fixtures" / "sample_modules"


class Examination:
    """An exercise's checks on the cases of one seed, with what the solution gives."""

    def __init__(self, worker: Worker, exercise: str, seed: int = 5) -> None:
        self.exercise = exercise
        self._worker = worker
        self._judges = judges(exercise)
        self.programs = {
            check_id.partition(".")[2]: draw(check_id, question, seed)
            for check_id, question in freeze.questions(exercise).items()
        }
        self.solution = (material.solutions() / f"{exercise}.py").read_text()
        self.stub = (material.exercises() / f"{exercise}.py").read_text()
        self.reference = self.observe(self.solution)

    def observe(
        self, source: str, files: Mapping[str, bytes] | None = None, asked: Sequence[wire.Program] = ()
    ) -> dict[str, Observation]:
        """Return what a module gives for every program, or for those asked, by the program's id."""
        path = f"{self.exercise}.py"
        code = Code(self.exercise, path, {path: source.encode(), **(files or {})})
        programs = asked or [program for drawn in self.programs.values() for program in drawn]
        found = Session(self._worker, code, wire.Limits()).observe("visible", programs)
        return {program.id: observation for program, observation in zip(programs, found, strict=True)}

    def trials(self, check: str, observed: Mapping[str, Observation]) -> Trials:
        """Return a check's trials."""
        return Trials(
            [
                Trial(program, Seen(program, observed[program.id]), Seen(program, self.reference[program.id]))
                for program in self.programs[check]
            ]
        )

    def lost(self, source: str, files: Mapping[str, bytes] | None = None) -> dict[str, str]:
        """Return the checks that a module loses, with the message of each."""
        observed = self.observe(source, files)
        found = {}
        for check in self.programs:
            try:
                self._judges[check](self.trials(check, observed))
            except Finding as finding:
                found[check] = finding.message
        return found


def sample(exercise: str, name: str) -> str:
    """Return a module of the sample class."""
    return (SAMPLES / exercise / f"{name}.py").read_text()


def helpers() -> dict[str, bytes]:
    """Return the files that the sample modules with helpers import."""
    shapes = (SAMPLES / "helpers" / "chiaras_shapes.py").read_bytes()
    walk = (SAMPLES / "helpers" / "chiaras_walk.py").read_bytes()
    return {"chiaras_shapes.py": shapes, "helpers/chiaras_walk.py": walk}
