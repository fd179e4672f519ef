"""One row a check of each submission: for analysis, as CSV or Parquet."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.export.printable import printable
from grader.export.spreadsheet import cell, table
from grader.record import Record

COLUMNS = (
    "submission", "status", "exercise", "check", "visible", "outcome", "score", "points", "misconceptions",
)  # fmt: skip


def rows(records: Sequence[Record]) -> Iterator[tuple[str, str, str, str, bool, str, float | None, float, str]]:
    """Return the rows, sorted by submission; scores that are held back are None."""
    for record in sorted(records, key=lambda one: one.submission):
        for exercise, found in record.exercises.items():
            for check in found.checks:
                score = None if record.status == "error" else check.score
                yield (
                    printable(record.submission), record.status, exercise, check.id, check.visible,
                    check.outcome.value, score, check.points, " ".join(check.misconceptions),
                )  # fmt: skip


def table_csv(records: Sequence[Record]) -> str:
    """Return the rows as CSV, formulas defused."""
    found = (
        [cell(one) if isinstance(one, str) else "" if one is None else one for one in row] for row in rows(records)
    )
    return table([COLUMNS, *found])


def write_parquet(records: Sequence[Record], path: Path) -> None:
    """Write the rows as Parquet; an empty class gives a table of no rows with the same columns.

    Raises:
        ImportError: pyarrow is not installed, or does not go with this NumPy.
    """
    import pyarrow
    from pyarrow import parquet

    kinds: list[Any] = [pyarrow.string()] * 4 + [pyarrow.bool_(), pyarrow.string(), pyarrow.float64()]
    kinds += [pyarrow.float64(), pyarrow.string()]
    schema = pyarrow.schema(list(zip(COLUMNS, kinds, strict=True)))
    found = list(rows(records))
    columns = list(zip(*found, strict=True)) if found else [()] * len(COLUMNS)
    arrays = [pyarrow.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), path)
