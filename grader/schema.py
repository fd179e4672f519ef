"""The store's tables, their version, and how an older store becomes one of today."""

from pathlib import Path

import sqlalchemy as sa

VERSION = "2"
"""The newest revision in `migrations/versions`."""

_MIGRATIONS = Path(__file__).resolve().with_name("migrations")

metadata = sa.MetaData()
results = sa.Table(
    "results",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("exercise", sa.String(64), nullable=False),
    sa.Column("graded", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
records = sa.Table(
    "records",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("submission", sa.LargeBinary, nullable=False, index=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seconds", sa.Float, nullable=True),
    sa.Column("log", sa.Text, nullable=False, server_default=""),
)
VERSION_TABLE = "grader_version"
"""Not Alembic's usual name: nbgrader's gradebook may be in the same database and has a table of that."""
_version = sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))


class NewerStore(Exception):
    """The store was written by a later grader."""


def bring_up_to_date(engine: sa.Engine) -> None:
    """Make the tables in an empty database, or migrate those of an older grader.

    Raises:
        NewerStore: its version is not one that this grader knows.
    """
    with engine.begin() as connection:
        found = sa.inspect(connection).get_table_names()
        if "results" not in found:
            # The version comes first: SQLite makes a table at once unless something was written before, and whoever is
            # killed between two tables must not leave results without a version.
            _version.create(connection, checkfirst=True)
            connection.execute(sa.delete(_version))
            connection.execute(sa.insert(_version).values(version_num=VERSION))
            metadata.create_all(connection)
            return
        version = connection.scalar(sa.select(_version.c.version_num)) if _version.name in found else None
        if version == VERSION:
            return
        _migrate(connection, version)


def _migrate(connection: sa.Connection, version: str | None) -> None:
    # Alembic takes as long to import as the rest of the store: only who brings an old store pays for it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise NewerStore(f"it has version {version}, and this grader knows up to {VERSION}: update the grader")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    command.upgrade(config, "head")
