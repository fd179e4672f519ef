"""The graders, one module a program; the order is the tables'."""

from peers.grader import Grader
from peers.graders import check50, gradescope, nbgrader, otter, ours, pytest

GRADERS: tuple[Grader, ...] = (
    ours.GRADER, nbgrader.SERIAL, nbgrader.SPLIT, otter.GRADER, check50.GRADER, gradescope.GRADER, pytest.FRESH,
    pytest.EXIT_CODE, pytest.XDIST,
)  # fmt: skip
