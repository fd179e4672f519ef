"""The result store: what was graded is looked up instead of run again; prints and timings are kept for who debugs.

SQLite by default, any database that SQLAlchemy knows by URL. A submission's results are one transaction.
"""

import datetime
import hashlib
import importlib.metadata
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from grader import __version__, schema
from grader.freeze import JUDGING, sources
from grader.grading import Graded
from grader.inside import wire
from grader.observation import Outcome
from grader.observe import Code
from grader.record import Record, from_json, to_json

_BUSY_SECONDS = 60
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""Insertions that can replace what is there, by dialect."""


class StoreError(Exception):
    """The store cannot be opened, read or written; the message says which and what to do."""


class Attempt(msgspec.Struct, frozen=True):
    """One grading of a submission: when, how long it took, what went wrong in the grader, the record."""

    at: datetime.datetime
    seconds: float | None
    log: str
    record: Record


class Store:
    """An open result store; use it as a context manager."""

    def __init__(self, url: str | sa.URL) -> None:
        try:
            self._url = sa.make_url(url).render_as_string()
            self._engine = sa.create_engine(url, pool_pre_ping=True)
            if self._engine.dialect.name == "sqlite":
                sa.event.listen(self._engine, "connect", _tune)
            schema.bring_up_to_date(self._engine)
        except ImportError as error:
            raise StoreError(
                f"the result store {hidden(url)} needs a package that is not installed ({error}); for PostgreSQL: "
                "pip install 'convolution-grader[postgresql]'"
            ) from error
        except (SQLAlchemyError, schema.NewerStore) as error:
            raise _failed("opened", hidden(url), error) from error
        name = self._engine.url.database if self._engine.dialect.name == "sqlite" else None
        self._file = Path(name) if name and name != ":memory:" else None

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Return the store that an output folder holds by default."""
        return cls(sa.URL.create("sqlite", database=str(folder / "store.sqlite")))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def look_up(self, keys: Mapping[str, str]) -> dict[str, Graded]:
        """Return what was graded before, by exercise.

        Args:
            keys: by exercise, the result's key.
        """
        query = sa.select(schema.results.c.key, schema.results.c.graded).where(
            schema.results.c.key.in_(list(keys.values()))
        )
        try:
            with self._engine.connect() as connection:
                found = {row.key: row.graded for row in connection.execute(query)}
        except SQLAlchemyError as error:
            raise _failed("read", self._url, error) from error
        return {exercise: wire.decode(found[key], Graded) for exercise, key in keys.items() if key in found}

    def keep(
        self, record: Record, keys: Mapping[str, str], fresh: Mapping[str, Graded], seconds: float | None = None
    ) -> None:
        """Keep a record and the results that were run for it, in the place of older ones, all or nothing.

        Results with failures of our own are not kept, but what they say is, in the record's log. A record that was
        looked up, and says what the last one said, is no news.

        Args:
            seconds: how long the grading took, from plan to record.
        """
        now = datetime.datetime.now(datetime.UTC)
        rows = [
            {"key": keys[exercise], "exercise": exercise, "graded": wire.encode(graded), "at": now}
            for exercise, graded in fresh.items()
            if not any(judgement.outcome is Outcome.GRADER_ERROR for judgement in graded.judgements)
        ]
        document = {
            "submission": _name(record.submission),
            "sha256": record.sha256,
            "document": to_json(record),
            "at": now,
            "seconds": seconds,
            "log": _storable("\n".join(_log(fresh))),
        }
        try:
            with self._engine.begin() as connection:
                if rows:
                    _replace(connection, rows)
                if fresh or _last(connection, document["submission"]) != document["document"]:
                    connection.execute(sa.insert(schema.records), document)
        except SQLAlchemyError as error:
            raise _failed("written", self._url, error) from error
        if self._file is not None and not self._file.exists():
            raise _failed("written", self._url, FileNotFoundError("its file is gone"))

    def history(self, submission: str) -> list[Attempt]:
        """Return every record that was written of a submission, oldest first.

        Raises:
            StoreError: the store cannot be read.
        """
        table = schema.records
        query = sa.select(table).where(table.c.submission == _name(submission)).order_by(table.c.id)
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
        except SQLAlchemyError as error:
            raise _failed("read", self._url, error) from error
        return [Attempt(row.at, row.seconds, row.log, from_json(row.document)) for row in rows]

    def durations(self) -> dict[str, float]:
        """Return the longest that a grading of a submission took, in seconds, by name; a look-up takes next to none.

        Raises:
            StoreError: the store cannot be read.
        """
        table = schema.records
        longest = sa.func.max(table.c.seconds).label("longest")
        query = sa.select(table.c.submission, longest).group_by(table.c.submission).where(table.c.seconds.is_not(None))
        try:
            with self._engine.connect() as connection:
                found = connection.execute(query).all()
        except SQLAlchemyError as error:
            raise StoreError(f"the result store {self._url} cannot be read: {error}") from error
        return {row.submission.decode("utf-8", "surrogateescape"): row.longest for row in found}

    def submissions(self) -> list[str]:
        """Return the names of all submissions that have a record, sorted."""
        try:
            with self._engine.connect() as connection:
                found = connection.scalars(sa.select(schema.records.c.submission).distinct()).all()
        except SQLAlchemyError as error:
            raise _failed("read", self._url, error) from error
        return sorted(name.decode("utf-8", "surrogateescape") for name in found)


def _failed(done: str, url: str, error: Exception) -> StoreError:
    """Return an error that says why, without the statement and the data that SQLAlchemy would show."""
    reason = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    return StoreError(
        f"the result store {url} cannot be {done}: {reason[0]}. What was recorded before is kept: see that the store "
        "is there, may be written and has room, then run the same command again"
    )


def _last(connection: sa.Connection, submission: object) -> bytes | None:
    """Return the newest record of a submission."""
    table = schema.records
    query = sa.select(table.c.document).where(table.c.submission == submission).order_by(table.c.id.desc())
    found = connection.scalar(query.limit(1))
    return None if found is None else bytes(found)


def hidden(url: str | sa.URL) -> str:
    """Return a database's URL without its password."""
    try:
        return sa.make_url(url).render_as_string()
    except SQLAlchemyError:
        return "(no URL of a database)"


def _name(submission: str) -> bytes:
    return submission.encode("utf-8", "surrogateescape")


def _tune(connection: Any, _: object) -> None:
    """Let others read while one writes, and wait for a writer instead of failing."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _replace(connection: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert results, in the place of those that have the same keys."""
    table = schema.results
    if make := _INSERTS.get(connection.dialect.name):
        insertion = make(table)
        newer = {name: insertion.excluded[name] for name in ("graded", "at")}
        connection.execute(insertion.on_conflict_do_update(index_elements=["key"], set_=newer), rows)
    else:
        connection.execute(sa.delete(table).where(table.c.key.in_([row["key"] for row in rows])))
        connection.execute(sa.insert(table), rows)


def _log(fresh: Mapping[str, Graded]) -> Iterator[str]:
    """Yield what the grader said of its own failures."""
    for exercise, graded in fresh.items():
        messages = (one.message for one in graded.judgements if one.outcome is Outcome.GRADER_ERROR)
        yield from (f"{exercise}: {message}" for message in dict.fromkeys(messages))


def _storable(text: str) -> str:
    """Return text that every database takes: an error of ours may quote what a student said."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def result_basis(exercise: str, cases: Iterable[str], limits: wire.Limits, isolation: str, device: str) -> str:
    """Return a digest of all that can change an exercise's results, but for the code: worked out once a run.

    Args:
        cases: digests of the frozen cases that are asked.
    """
    versions = (__version__, importlib.metadata.version("tensorflow"), sys.version)
    settings = (exercise, tuple(cases), limits, isolation, device, versions, sources(exercise, JUDGING))
    return hashlib.sha256(wire.encode(settings)).hexdigest()


def result_key(basis: str, code: Code) -> str:
    """Return the key of an exercise's result: a digest of `result_basis` and of the code."""
    hashed = hashlib.sha256(wire.encode((basis, code.path)))
    for name, data in sorted(code.files.items()):
        hashed.update(name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(data).digest())
    return hashed.hexdigest()
