"""What a grader is to us: a room that is prepared, commands that are run in it, points that are read from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peers.classroom import Class
from peers.running import Command

Points = Mapping[str, Mapping[str, float]]
"""By student and exercise what a grader gives, of one point; who isn't in it got no verdict."""


@dataclass(frozen=True)
class Grader:
    """One way to grade a class.

    Attributes:
        name: what the tables call it.
        package: the distribution whose version the tables name.
        prepare: lays out a room with the instructor's files and a class; not timed.
        commands: what is run in a room for a class, given how many processes there may be.
        points: reads what was given; not timed.
        own_home: whether it gets a home of its own, as all but ours do.
        about: what a reader should know of how it is run.
    """

    name: str
    package: str
    prepare: Callable[[Path, Class, int], None]
    commands: Callable[[Path, Class, int], Sequence[Command]]
    points: Callable[[Path, Class], Points]
    own_home: bool = True
    about: str = ""
