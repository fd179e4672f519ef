"""Whether a node has what this machine has: a result must not depend on where it was made."""

import importlib.metadata
import sys
from collections.abc import Mapping

COMPARED = ("convolution-grader", "tensorflow", "numpy", "hypothesis")
"""Distributions whose versions must be the same, beside Python's."""


def here() -> Mapping[str, str | None]:
    """Return the versions of this machine, by distribution, and Python's."""
    return {"python": ".".join(map(str, sys.version_info))} | {
        name: importlib.metadata.version(name) for name in COMPARED
    }


def mismatch(ours: Mapping[str, str | None], theirs: Mapping[str, str | None]) -> str:
    """Return why a node of other versions is not used and the command that mends it, "" if it has the same.

    Args:
        ours: as `here` gives it.
        theirs: as Dask reports it; None where a distribution is not installed.
    """
    wanted, found = ours["python"], theirs.get("python")
    if found != wanted:
        return (
            f"it has Python {_short(found)}, and this run has {_short(wanted)}; start its worker with "
            f"python{_short(wanted)}"
        )
    release = ours["convolution-grader"]
    for name in COMPARED:
        wanted, found = ours[name], theirs.get(name)
        if found is None:
            command = f"pip install 'convolution-grader[dask]=={release}'"
            return f"it has no {name}, and this run needs {wanted}; there: {command}, then start its worker again"
        if found != wanted:
            extra = "[dask]" if name == "convolution-grader" else ""
            return (
                f"it has {name} {found}, and this run has {wanted}; there: pip install '{name}{extra}=={wanted}', "
                "then start its worker again"
            )
    return ""


def _short(python: str | None) -> str:
    return ".".join((python or "?").split(".")[:3])
