"""The result store: what was graded is looked up instead of run again; prints and timings are kept for who debugs.

SQLite by default, any database that SQLAlchemy knows by URL. A submission's results are one transaction.
"""

import datetime
import hashlib
import importlib.metadata
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from grader import __version__
from grader.freeze import JUDGING, sources
from grader.grading import Graded
from grader.inside import wire
from grader.observation import Outcome
from grader.observe import Code
from grader.record import Record, to_json

_metadata = sa.MetaData()
_results = sa.Table(
    "results",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("exercise", sa.String(64), nullable=False),
    sa.Column("graded", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
_records = sa.Table(
    "records",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("submission", sa.LargeBinary, nullable=False, index=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)


class StoreError(Exception):
    """The store cannot be opened, read or written; the message says which and what to do."""


class Store:
    """An open result store; use it as a context manager."""

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self._engine = sa.create_engine(url)
            _metadata.create_all(self._engine)
        except (SQLAlchemyError, ImportError) as error:
            raise StoreError(f"the result store {url} cannot be opened: {error}") from error

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Return the store that an output folder holds by default."""
        return cls(f"sqlite:///{folder / 'store.sqlite'}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def look_up(self, keys: Mapping[str, str]) -> dict[str, Graded]:
        """Return what was graded before, by exercise.

        Args:
            keys: by exercise, the result's key.
        """
        query = sa.select(_results.c.key, _results.c.graded).where(_results.c.key.in_(list(keys.values())))
        try:
            with self._engine.connect() as connection:
                found = {row.key: row.graded for row in connection.execute(query)}
        except SQLAlchemyError as error:
            raise StoreError(f"the result store {self._url} cannot be read: {error}") from error
        return {exercise: wire.decode(found[key], Graded) for exercise, key in keys.items() if key in found}

    def keep(self, record: Record, keys: Mapping[str, str], fresh: Mapping[str, Graded]) -> None:
        """Keep a record and the results that were not there before, all or nothing. Our own failures are not kept."""
        now = datetime.datetime.now(datetime.UTC)
        rows = [
            {"key": keys[exercise], "exercise": exercise, "graded": wire.encode(graded), "at": now}
            for exercise, graded in fresh.items()
            if not any(judgement.outcome is Outcome.GRADER_ERROR for judgement in graded.judgements)
        ]
        document = {
            "submission": record.submission.encode("utf-8", "surrogateescape"),
            "sha256": record.sha256,
            "document": to_json(record),
            "at": now,
        }
        try:
            with self._engine.begin() as connection:
                known = _known(connection, [row["key"] for row in rows])
                new = [row for row in rows if row["key"] not in known]
                if new:
                    connection.execute(sa.insert(_results), new)
                connection.execute(sa.insert(_records), document)
        except SQLAlchemyError as error:
            raise StoreError(f"the result store {self._url} cannot be written: {error}") from error


def _known(connection: sa.Connection, keys: Iterable[object]) -> set[str]:
    return set(connection.scalars(sa.select(_results.c.key).where(_results.c.key.in_(list(keys)))))


def result_key(
    exercise: str, code: Code, cases: Iterable[str], limits: wire.Limits, isolation: str, device: str
) -> str:
    """Return the key of an exercise's result: a digest of all that can change it.

    Args:
        cases: digests of the frozen cases that are asked.
    """
    hashed = hashlib.sha256()
    versions = (__version__, importlib.metadata.version("tensorflow"), sys.version)
    settings = (exercise, code.path, tuple(cases), limits, isolation, device, versions, sources(exercise, JUDGING))
    hashed.update(wire.encode(settings))
    for name, data in sorted(code.files.items()):
        hashed.update(name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(data).digest())
    return hashed.hexdigest()
