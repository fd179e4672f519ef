"""A submission's record: what a grader keeps and a page is made from. The same at every run, byte for byte."""

import hashlib
import re
from pathlib import Path
from typing import Literal

import msgspec

from grader.exhibit import Exhibit
from grader.observation import Outcome
from grader.phrase import Phrase, spoken

SCHEMA = 1
Status = Literal["graded", "refused", "error"]


class RecordError(ValueError):
    """A record that cannot be read; the message says which and what mends it."""


class CheckRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one check. Of a hidden one, message says nothing of its cases, example and exhibit are empty.

    Args:
        phrase, case: what `message` and `example` say, for readers of other languages; None where one text does for
            all, where there is nothing to be said, and in records of old.
    """

    id: str
    title: str
    outcome: Outcome
    score: float
    points: float
    visible: bool
    message: str = ""
    example: str = ""
    misconceptions: tuple[str, ...] = ()
    explanation: str = ""
    hint: str = ""
    exhibit: Exhibit | None = None
    phrase: Phrase | None = None
    case: Phrase | None = None


class ExerciseRecord(msgspec.Struct, frozen=True):
    """The checks of one exercise and what they add up to."""

    score: float
    points: float
    checks: tuple[CheckRecord, ...]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One submission, graded.

    Args:
        submission: its name, exactly; surrogate escapes where it is not UTF-8.
        sha256: of what was read of it.
        cases: which frozen cases were asked.
        score: None where nothing may be published (`error`) or nothing was read (`refused`).
        notes: what was left out of it and why, or why it was refused.
    """

    submission: str
    sha256: str
    assignment: str
    grader: str
    cases: str
    isolation: str
    device: str
    score: float | None
    points: float
    status: Status
    notes: tuple[str, ...] = ()
    exercises: dict[str, ExerciseRecord] = {}
    schema: int = SCHEMA


def sentence(record: CheckRecord) -> str:
    """Return a check's message in the reader's language."""
    from grader.language import translate

    return spoken(record.phrase) if record.phrase else translate(record.message)


def example(record: CheckRecord) -> str:
    """Return the case in which a check failed, in the reader's language; "" where the message names it already."""
    if record.example in record.message:
        return ""
    return spoken(record.case) if record.case else record.example


def earned(record: CheckRecord) -> bool:
    """Return whether a check has its points: it passed, or it was dropped after grading."""
    return record.outcome is Outcome.PASSED or record.score > 0


def said(record: CheckRecord) -> str:
    """Return what a student reads of a check that is not passed: what went wrong, on which case, and what helps."""
    outcome = record.outcome.lower().replace("_", " ")
    lines = [f"{record.title}: {outcome}, {record.score:g} of {record.points:g} points"]
    lines.append(record.message)
    if record.example and record.example not in record.message:
        lines.append(f"in: {record.example}")
    if record.explanation:
        lines.append(record.explanation)
    if record.hint:
        lines.append(f"hint: {record.hint}")
    return "\n".join(line for line in lines if line)


def file_name(submission: str) -> str:
    """Return the name of a record's file: a readable prefix of the submission's name, and a hash of all of it."""
    digest = hashlib.sha256(submission.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", submission)[:40].strip("_-") or "submission"
    return f"{readable}-{digest}.json"


def to_json(record: Record) -> bytes:
    """Return a record as indented JSON; what is not UTF-8 in a name stands as an escaped surrogate."""
    import json

    plain = msgspec.to_builtins(record)
    ordered = {key: plain[key] for key in _ORDER if key in plain}
    try:
        # Indented by msgspec: json's own indentation is written in Python and takes ten times as long.
        return msgspec.json.format(json.dumps(ordered).encode(), indent=1) + b"\n"
    except msgspec.DecodeError:  # a surrogate by itself
        return (json.dumps(ordered, indent=1) + "\n").encode()


_ORDER = (
    "schema", "submission", "sha256", "assignment", "grader", "cases", "isolation", "device", "score", "points",
    "status", "notes", "exercises",
)  # fmt: skip


def from_json(data: bytes) -> Record:
    """Return the record in JSON.

    Raises:
        RecordError: it is of a later schema.
        ValueError: it is none.
    """
    import json

    record = msgspec.convert(json.loads(data), Record)
    if record.schema > SCHEMA:
        raise RecordError(f"the record has schema {record.schema}; this grader reads up to {SCHEMA}: update it")
    return record


def read_all(folder: Path) -> list[Record]:
    """Return the records in an output folder, sorted by submission.

    Raises:
        FileNotFoundError: there is no `records` folder.
        RecordError: one of them cannot be read.
    """
    records = folder / "records"
    if not records.is_dir():
        raise FileNotFoundError(f"{folder} holds no records: run `grader grade PATH --out {folder}` first")
    return sorted(map(_read, records.glob("*.json")), key=lambda record: record.submission)


def _read(path: Path) -> Record:
    try:
        return from_json(path.read_bytes())
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error.strerror}; see that you may read it") from error
    except RecordError as error:
        raise RecordError(f"{path}: {error}") from error
    except ValueError as error:
        raise RecordError(f"{path} is no record: {error}; delete it and grade its submission again") from error
