"""Where the modules lie among the files of a submission."""

from collections.abc import Collection, Sequence

_PLACES = ("", "exercises/")


def root(paths: Collection[str], exercises: Sequence[str]) -> str:
    """The folder that holds everything, with its slash: students pack the folder around their work.

    Args:
        paths: of all files, as `safe_path` gives them.
        exercises: names of the exercises, such as `conv_2d`.
    """
    found = ""
    while not any(f"{found}{place}{exercise}.py" in paths for place in _PLACES for exercise in exercises):
        rests = [path[len(found) :].partition("/") for path in paths]
        tops = {top for top, _, _ in rests}
        if len(tops) != 1 or not all(slash for _, slash, _ in rests):
            break
        found += f"{tops.pop()}/"
    return found


def module(exercise: str, paths: Collection[str]) -> str | None:
    """The path of an exercise's module among a submission's files, None if there is none."""
    return next((path for place in _PLACES if (path := f"{place}{exercise}.py") in paths), None)


def is_at_hand(path: str) -> bool:
    """Whether a notebook at this path of a submission is looked into for modules."""
    return path.rpartition("/")[0] in ("", "exercises")
