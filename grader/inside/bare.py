"""One job in one process without walls and without fork, for systems that cannot fork: Windows, for a student's check.

The job comes in on standard input, answers go out on what was standard output, and whatever is printed to standard
error.
"""

import os
import sys
import tempfile
from pathlib import Path

from . import frames, wire, zygote


def main() -> None:
    """Do the job on standard input; the first argument says where the given helpers lie."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    zygote.warm(Path(sys.argv[1]))
    from . import work

    job = wire.decode(sys.stdin.buffer.read(), wire.Job)
    with tempfile.TemporaryDirectory(prefix="exercise-", ignore_cleanup_errors=True) as room:
        root = Path(room)
        if isinstance(job, wire.StudentJob):
            work.lay_out(job.files, root)
        frames.write(answers, wire.Prepared())
        work.do(job, root, answers)
    answers.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
