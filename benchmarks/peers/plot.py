"""The plot that the README shows: seconds a submission, a bar a grader."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path


def draw(walls: Mapping[str, Sequence[float]], path: Path) -> None:
    """Draw medians with their ranges on a logarithmic axis, slowest first; the same numbers make the same bytes.

    Args:
        walls: by grader the seconds a submission, one number a round.
        path: an SVG file.
    """
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "peers", "font.size": 10}
    from matplotlib.figure import Figure

    order = sorted(walls, key=lambda name: statistics.median(walls[name]))
    medians = [statistics.median(walls[name]) for name in order]
    ranges = [
        [median - min(walls[name]) for name, median in zip(order, medians, strict=True)],
        [max(walls[name]) - median for name, median in zip(order, medians, strict=True)],
    ]
    figure = Figure(figsize=(7.5, 0.5 + 0.36 * len(order)), layout="constrained")
    axes = figure.subplots()
    colours = ["#2f6f4f" if name.startswith("ours") else "#9aa5b1" for name in order]
    bars = axes.barh(order, medians, xerr=ranges, color=colours, error_kw={"ecolor": "#444", "elinewidth": 1})
    axes.bar_label(bars, [f" {60 / median:.0f} a minute" for median in medians], padding=6, fontsize=9)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlim(min(medians) / 2, max(medians) * 4)
    axes.set_xlabel("wall time, seconds a submission (less is better; the line is the range)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
