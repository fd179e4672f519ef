"""Scores as other programs read them: `scores.csv`, and the rows of all tables that are CSV."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from grader.record import Record

_FORMULA = frozenset("=+-@")
_LINE = frozenset("\t\r\n")
_OTHER_SEPARATORS = frozenset(";|\t\r\n")


def scores_csv(records: Sequence[Record], exercises: Sequence[str]) -> str:
    """Return one row a submission, sorted by name: `submission,total,<exercises>,status`.

    A `refused` submission has 0 everywhere: nothing of it could be graded. An `error` leaves its scores blank: the
    grader failed, and a number would pass for a result.

    Args:
        records: the class.
        exercises: names, in the order of the columns.
    """
    rows: list[Sequence[object]] = [["submission", "total", *exercises, "status"]]
    for record in sorted(records, key=lambda record: record.submission):
        rows.append([cell(record.submission), *_scores(record, exercises), record.status])
    return table(rows)


def table(rows: Iterable[Sequence[object]], end: str = "\n") -> str:
    """Return rows as CSV, texts in them as `cell` makes them.

    A spreadsheet whose locale separates by semicolons would cut a bare `a;=1` into two cells, the second a formula: a
    row with such a text is quoted throughout.

    Args:
        end: of a line.
    """
    out = io.StringIO()
    plain = csv.writer(out, lineterminator=end)
    quoted = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL)
    for row in rows:
        cut = any(isinstance(one, str) and not _OTHER_SEPARATORS.isdisjoint(one) for one in row)
        (quoted if cut else plain).writerow(row)
    return out.getvalue()


def cell(text: str) -> str:
    """Return text as a CSV cell: what a spreadsheet would take for a formula gets an apostrophe in front.

    Spreadsheets differ in what they skip before the sign, so white space and invisible characters are looked through,
    and full-width and other variants of the signs count. Lone surrogates become `\\udcXX` escapes, characters that a
    terminal obeys `\\x1b` and the like.
    """
    written = "".join(ascii(one)[1:-1] if _obeyed(one) else one for one in text)
    return f"'{written}" if _is_formula(written) else written


def _obeyed(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in _LINE


def _is_formula(text: str) -> bool:
    if text[:1] in _LINE:
        return True
    for character in text:
        if not character.isspace() and character.isprintable():
            return unicodedata.normalize("NFKC", character)[:1] in _FORMULA or character == "\N{MINUS SIGN}"
    return False


def _scores(record: Record, exercises: Sequence[str]) -> list[str]:
    if record.status == "error":
        return [""] * (1 + len(exercises))
    if record.status == "refused":
        return ["0"] * (1 + len(exercises))
    found = [record.exercises.get(name) for name in exercises]
    return [_number(record.score), *(_number(exercise.score if exercise else None) for exercise in found)]


def _number(score: float | None) -> str:
    return "" if score is None else f"{score:.10g}"
