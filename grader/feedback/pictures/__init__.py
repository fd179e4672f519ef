"""Pictures of failed checks, from their exhibits: vector drawings in panels, with words for who cannot see them."""

from grader.exhibit import Exhibit, Graphs, Planes, Ranking
from grader.feedback.pictures import graphs, planes, ranking
from grader.feedback.pictures.panel import Picture

__all__ = ["Picture", "draw"]


def draw(exhibit: Exhibit) -> Picture:
    """Return the picture of an exhibit."""
    match exhibit:
        case Planes():
            return planes.draw(exhibit)
        case Graphs():
            return graphs.draw(exhibit)
        case Ranking():
            return ranking.draw(exhibit)
