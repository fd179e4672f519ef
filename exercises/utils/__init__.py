"""What the course gives you: images to try things on, a trained model, and a way to look at a graph.

    from utils import images, inception, gr_disp        # in a script or notebook beside the exercises

You need not change anything here, and your submission is graded with our copy of this folder, not yours.
"""

from pathlib import Path


def fixtures_folder() -> Path:
    """Return the folder that holds `images/` and `models/`: `fixtures` beside the exercises, or `/fixtures` when graded."""
    beside = Path(__file__).resolve().parents[2] / "fixtures"
    return beside if beside.is_dir() else Path("/fixtures")
