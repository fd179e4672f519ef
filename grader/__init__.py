"""Grade convolution exercises: ask, observe behind walls, judge, score, record, give feedback."""

__version__ = "0.1.0"
