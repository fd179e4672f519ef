"""A job's work in the process that it is run in, whatever walls stand around it."""

from pathlib import Path, PurePosixPath

from . import evaluator, student, wire


def do(job: wire.Job, root: Path, answers: wire.Answers) -> None:
    """Do a job of either kind in this process, answering on `answers`."""
    if isinstance(job, wire.StudentJob):
        student.serve(job, root, answers)
    else:
        evaluator.serve(job, answers)


def lay_out(files: dict[str, bytes], root: Path) -> None:
    """Write a submission's files below `root`. Their paths were checked when the submission was read."""
    for name, data in files.items():
        path = root / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
