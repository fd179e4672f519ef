"""Who is in a course: `roster.csv`, and which submission is whose."""

import csv
import datetime
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from grader.schedule import ScheduleError, parse_time

_REQUIRED = ("id", "name")
_DISTINCT = ("id", "email", "login", "canvas_id")
# `lovelaceada_LATE_901_55512_work`: a name, the person's id, the file's.
_CANVAS = re.compile(r"[^_]+(?:_LATE)?_([0-9]+)_[0-9]+_")
# `Ada Lovelace_1815_assignsubmission_file_`: the number is a person's, in that download only.
_MOODLE = re.compile(r"((.+)_[0-9]+)_assignsubmission_")
_KNOWN = ("id", "name", "email", "group", "login", "section", "canvas_id", "extension", "grace_days")


class RosterError(Exception):
    """A roster that cannot be used; the text names file, line and column."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a roster.

    Args:
        id: what the university knows a person by; a submission is usually named so.
        login, section, canvas_id: what Canvas asks for, where it differs from the others.
        extension: until when this person may hand in, None like everybody.
        grace_days: late days that cost this person nothing, None like everybody.
    """

    id: str
    name: str
    email: str = ""
    group: str = ""
    login: str = ""
    section: str = ""
    canvas_id: str = ""
    extension: datetime.datetime | None = None
    grace_days: int | None = None


def load(path: Path) -> list[Person]:
    """Read a roster: CSV with a header, columns `id,name` and any of those that `Person` has.

    Semicolons and tabs will do for commas.

    Raises:
        RosterError: it is no such file, a column is unknown or missing, or what belongs to one person comes twice.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(f"{path}: it is not UTF-8; save it as `CSV UTF-8`") from error
    except OSError as error:
        raise RosterError(f"{path}: {error.strerror}") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(path, header)
        people: list[Person] = []
        seen: dict[str, int] = {}
        for cells in reader:
            if any(cell.strip() for cell in cells):
                people.append(_person(path, reader.line_num, header, cells, seen))
    except csv.Error as error:
        raise RosterError(f"{path}, line {reader.line_num}: {error}") from error
    return people


def separator(text: str) -> str:
    """Return what stands between the cells of a table: a semicolon, say, where a comma is a decimal sign."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _check_header(path: Path, header: Sequence[str]) -> None:
    for column, name in enumerate(header, 1):
        if name not in _KNOWN:
            raise RosterError(f"{path}, line 1, column {column}: unknown column {name!r}; known: {', '.join(_KNOWN)}")
        if header.index(name) != column - 1:
            raise RosterError(f"{path}, line 1, column {column}: {name!r} comes twice")
    for name in _REQUIRED:
        if name not in header:
            raise RosterError(f"{path}, line 1: there is no column {name!r}; begin with `id,name,email,group`")


def _person(path: Path, line: int, header: Sequence[str], cells: Sequence[str], seen: dict[str, int]) -> Person:
    if len(cells) != len(header):
        raise RosterError(f"{path}, line {line}: it has {len(cells)} cells, the header {len(header)}")
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    for column, name in enumerate(header, 1):
        if name in _REQUIRED and not given[name]:
            raise RosterError(f"{path}, line {line}, column {column}: {name!r} is empty")
        key = f"{name}:{_key(given[name])}"
        if name in _DISTINCT and given[name]:
            if key in seen:
                raise RosterError(
                    f"{path}, line {line}, column {column}: {name} {given[name]!r} stands in line {seen[key]} already"
                )
            seen[key] = line
    values: dict[str, object] = {}
    for column, name in enumerate(header, 1):
        if name in _VALUES and given[name]:
            try:
                values[name] = _VALUES[name](given[name])
            except (ScheduleError, ValueError) as error:
                raise RosterError(f"{path}, line {line}, column {column}: {name}: {error}") from error
    return msgspec.convert({name: text for name, text in given.items() if name not in _VALUES} | values, Person)


def _days(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no number of days")
    return int(text)


_VALUES = {"extension": parse_time, "grace_days": _days}
"""How the cells are read that are not text."""


def owners(people: Sequence[Person]) -> Callable[[str], str | None]:
    """Return a function that says whose id a submission's name means, None if it is nobody's.

    A submission is named by its owner's id or e-mail address, whatever the case; or as the files are that Canvas and
    Moodle give who downloads all submissions: by the id in Canvas, by a full name that only one person has.
    """
    known = {_key(person.email): person.id for person in people if person.email}
    known |= {_key(person.id): person.id for person in people}
    in_canvas = {person.canvas_id: person.id for person in people if person.canvas_id}
    names = Counter(_key(person.name) for person in people)
    by_name = {_key(person.name): person.id for person in people if names[_key(person.name)] == 1}

    def owner(name: str) -> str | None:
        if found := known.get(_key(name)):
            return found
        if canvas := _CANVAS.match(name):
            return in_canvas.get(canvas[1])
        moodle = _MOODLE.match(name)
        return by_name.get(_key(moodle[2])) if moodle else None

    return owner


def named_by(submission: str) -> str:
    """Return what in a submission's name says whose it is: all of it, or the part that Canvas or Moodle put there."""
    found = _CANVAS.match(submission) or _MOODLE.match(submission)
    return unicodedata.normalize("NFC", found[1] if found else submission)


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
