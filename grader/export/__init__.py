"""Records in the formats of other programs: one module a format."""

from grader.export.spreadsheet import scores_csv

__all__ = ["scores_csv"]
