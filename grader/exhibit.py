"""What the picture of a failed check is drawn from: what came beside what was wanted, small enough for a record.

Numbers are text of four digits: what a person sees, and the same on every machine. Whatever a student's code had to do
with is bounded here, however much of it came.
"""

from typing import Literal

import msgspec

ROWS, COLUMNS = 40, 48
"""How much of a plane of numbers is kept."""
LONGEST_NAME = 80
MOST_NODES = 60
ENOUGH_NODES = 24
MOST_INPUTS = 8
MOST_PAIRS = 10


class Grid(msgspec.Struct, frozen=True):
    """A window of a plane of numbers.

    Args:
        height, width: of the whole plane.
        rows: the window's numbers, separated by blanks; none where only the size is known.
        top, left: where the window begins.
    """

    height: int
    width: int
    rows: tuple[str, ...] = ()
    top: int = 0
    left: int = 0


class Field(msgspec.Struct, frozen=True):
    """The part of an input that one number of the output is computed from; padding may begin before 0."""

    top: int
    left: int
    height: int
    width: int


class Sliding(msgspec.Struct, frozen=True):
    """How a filter slides over an input.

    Args:
        input, kernel: the planes of it that matter for the place that is shown; a kernel may have its size only.
        strides: along the height and along the width.
        stages: how often it slides, each time over what came of the last.
        field: what the marked number is computed from, if a number is marked.
        channel, channels: which of the input's channels `input` is, and how many there are.
    """

    input: Grid
    kernel: Grid
    strides: tuple[int, int] = (1, 1)
    padding: str = "VALID"
    stages: int = 1
    field: Field | None = None
    channel: int = 0
    channels: int = 1


class Planes(msgspec.Struct, frozen=True, tag="planes"):
    """An array that should be another one: where numbers differ, the plane in which the first of these is.

    Args:
        what: it is, as the finding's sentence calls it.
        got_shape, want_shape: of the whole arrays; None: unknown.
        got, want: a plane of each, if there is one; `difference` is one less the other, if the shapes agree.
        wrong: for each row of the windows, `x` where a number is wrong and `.` elsewhere; none if the shapes differ.
        place: row and column of the first wrong number, in the plane.
        index: its place in the whole array.
        count: how many numbers are wrong.
    """

    what: str
    got_shape: tuple[int | None, ...] | None
    want_shape: tuple[int | None, ...] | None
    got: Grid | None = None
    want: Grid | None = None
    difference: Grid | None = None
    wrong: tuple[str, ...] = ()
    place: tuple[int, int] | None = None
    index: tuple[int, ...] = ()
    count: int = 0
    sliding: Sliding | None = None


State = Literal["same", "missing", "extra", "changed", "gone"]


class Node(msgspec.Struct, frozen=True):
    """A node of either graph.

    Args:
        inputs: the nodes that feed it, `:` and an output's number that is not 0; `^` before what it waits for.
        state: `gone` is in neither, and rightly so; `changed` is in both, but not as it should be.
        want, got: the device that it should ask for and the one that it does, where these are compared.
        wanted: the inputs that it should have, if others.
    """

    name: str
    op: str
    inputs: tuple[str, ...] = ()
    state: State = "same"
    want: str = ""
    got: str = ""
    wanted: tuple[str, ...] | None = None


class Graphs(msgspec.Struct, frozen=True, tag="graphs"):
    """Two graphs as one list of nodes, in the order in which they are computed.

    Args:
        devices: whether the nodes' devices are compared.
        exactly: whether a node that was not wanted is wrong.
        left_out: how many more nodes there are.
    """

    nodes: tuple[Node, ...]
    devices: bool = False
    exactly: bool = True
    left_out: int = 0


class Ranking(msgspec.Struct, frozen=True, tag="ranking"):
    """Two lists of (probability, label), as they came; the first few of each."""

    got: tuple[tuple[str, str], ...]
    want: tuple[tuple[str, str], ...]
    in_order: bool = True
    got_count: int = 0
    want_count: int = 0


Exhibit = Planes | Graphs | Ranking


def source(entry: str) -> str:
    """Return the node that an input comes from."""
    return entry.removeprefix("^").partition(":")[0]


def name(text: str) -> str:
    """Return a name that student code may have chosen, at a length that fits."""
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def number(value: float) -> str:
    """Return a number as pictures have it."""
    whole = abs(value) < 1e6 and value == round(value)
    return str(round(value)) if whole else f"{value:.4g}"
