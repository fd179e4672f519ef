"""A store of any age opens as one of today."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from grader import schema
from grader.schema import NewerStore, bring_up_to_date


@pytest.fixture
def engine(tmp_path: Path):
    made = sa.create_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield made
    made.dispose()


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        return list(compare_metadata(context, schema.metadata))


def version(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(sa.text(f"SELECT version_num FROM {schema.VERSION_TABLE}")))


def first_form(engine: sa.Engine) -> None:
    """Make a store as the first version of the grader made it, which counted no versions."""
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE results (key VARCHAR(64) NOT NULL PRIMARY KEY, exercise VARCHAR(64) NOT NULL, "
                "graded BLOB NOT NULL, at DATETIME NOT NULL)"
            )
        )
        connection.execute(
            sa.text(
                "CREATE TABLE records (id INTEGER NOT NULL PRIMARY KEY, submission BLOB NOT NULL, "
                "sha256 VARCHAR(64) NOT NULL, document BLOB NOT NULL, at DATETIME NOT NULL)"
            )
        )
        connection.execute(sa.text("CREATE INDEX ix_records_submission ON records (submission)"))
        connection.execute(sa.text("INSERT INTO records VALUES (1, x'616461', 'ab', x'7b7d', '2026-01-01 00:00:00')"))


def test_an_empty_database_gets_todays_tables(engine: sa.Engine) -> None:
    bring_up_to_date(engine)
    assert differences(engine) == []
    assert version(engine) == schema.VERSION


def test_the_first_form_is_migrated_and_keeps_its_records(engine: sa.Engine) -> None:
    first_form(engine)
    bring_up_to_date(engine)
    assert differences(engine) == []
    assert version(engine) == schema.VERSION
    with engine.connect() as connection:
        (row,) = connection.execute(sa.select(schema.records)).all()
    assert (row.submission, row.seconds, row.log) == (b"ada", None, "")


def test_opening_twice_changes_nothing(engine: sa.Engine) -> None:
    bring_up_to_date(engine)
    bring_up_to_date(engine)
    assert version(engine) == schema.VERSION


def test_a_later_graders_store_is_left_alone(engine: sa.Engine) -> None:
    bring_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '99'"))
    with pytest.raises(NewerStore, match="version 99, and this grader knows up to"):
        bring_up_to_date(engine)


def test_nbgraders_gradebook_may_be_in_the_same_database(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('50a4d84c131a')"))
    bring_up_to_date(engine)
    assert version(engine) == schema.VERSION
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "50a4d84c131a"
