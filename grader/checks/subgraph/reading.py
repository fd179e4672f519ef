"""What several checks of subgraph ask about, and read."""

from grader.cases.subgraph_kept import Kept
from grader.cases.subgraph_lines import CPU
from grader.check import Trial

NOTED = Kept(("x-note", "y-note", "z-note"), ("/gpu:1", CPU, ""))
"""A chain whose nodes have notes and devices of their own."""


def fetched_names(trial: Trial) -> list[str]:
    """Return the nodes whose values the first run fetched."""
    return [str(name).removesuffix(":0") for name in trial.program.runs[0].fetches]
