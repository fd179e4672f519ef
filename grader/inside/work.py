"""A job's work in the process that it is run in, whatever walls stand around it."""

import sys
from pathlib import Path, PurePosixPath

from . import evaluator, frames, student, wire


def do(job: wire.Job, root: Path, answers: frames.Answers) -> None:
    """Do a job of either kind in this process, answering on `answers`."""
    if isinstance(job, wire.StudentJob):
        student.serve(job, root, answers)
    else:
        evaluator.serve(job, answers)


def lay_out(files: dict[str, bytes], root: Path) -> None:
    """Write a submission's files below `root`.

    Their paths were checked when the submission was read. One that still cannot be written (a name that this file
    system does not take, a file where another needs a folder) is left out, and said so in what is printed.
    """
    for name, data in files.items():
        path = root / PurePosixPath(name)
        try:
            if ".." in path.parts or not path.is_relative_to(root):
                raise ValueError("it leads out of the submission")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except (OSError, ValueError) as error:
            print(f"{name!a} was left out: {error!a}", file=sys.stderr)
