"""Who is in a course: `roster.csv`, and which submission is whose."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

_REQUIRED = ("id", "name")
_KNOWN = ("id", "name", "email", "group", "login", "section", "canvas_id")


class RosterError(Exception):
    """A roster that cannot be used; the text names file, line and column."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a roster.

    Args:
        id: what the university knows a person by; a submission is usually named so.
        login, section, canvas_id: what Canvas asks for, where it differs from the others.
    """

    id: str
    name: str
    email: str = ""
    group: str = ""
    login: str = ""
    section: str = ""
    canvas_id: str = ""


class Matched(msgspec.Struct, frozen=True):
    """Whose submissions are whose.

    Args:
        people: of those in the roster who handed in, the submission's name by their id.
        missing: ids of those who did not.
        conflicts: a sentence for each submission that is nobody's or one of several.
    """

    people: dict[str, str]
    missing: tuple[str, ...]
    conflicts: tuple[str, ...]


def load(path: Path) -> list[Person]:
    """Read a roster: CSV with a header, columns `id,name` and any of `email,group,login,section,canvas_id`.

    Raises:
        RosterError: it is no such file, a column is unknown or missing, or an id or e-mail address comes twice.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(f"{path}: it is not UTF-8; save it as `CSV UTF-8`") from error
    except OSError as error:
        raise RosterError(f"{path}: {error.strerror}") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
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
        if name in ("id", "email") and given[name]:
            if key in seen:
                raise RosterError(
                    f"{path}, line {line}, column {column}: {name} {given[name]!r} stands in line {seen[key]} already"
                )
            seen[key] = line
    return msgspec.convert(given, Person)


def match(people: Sequence[Person], submissions: Iterable[str]) -> Matched:
    """Say whose each submission is: named by its owner's id or e-mail address, whatever the case.

    A submission that is nobody's, and all of those that are the same person's, are conflicts and nobody's.
    """
    owners = {_key(person.email): person.id for person in people if person.email}
    owners |= {_key(person.id): person.id for person in people}
    theirs: dict[str, list[str]] = {}
    conflicts = []
    for name in sorted(submissions):
        owner = owners.get(_key(name))
        if owner is None:
            conflicts.append(f"{name!r} is nobody's in the roster")
        else:
            theirs.setdefault(owner, []).append(name)
    for owner, names in theirs.items():
        if len(names) > 1:
            conflicts.append(f"{' and '.join(map(repr, names))} are both {owner}'s")
    found = {owner: names[0] for owner, names in theirs.items() if len(names) == 1}
    missing = tuple(person.id for person in people if person.id not in theirs)
    return Matched(found, missing, tuple(conflicts))


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
