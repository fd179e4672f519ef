"""nbgrader's gradebook itself: where a course keeps it, and how it is opened."""

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

_CONFIG = "nbgrader_config.py"


class GradebookError(Exception):
    """The gradebook cannot be written; the text says what mends it."""


class Course(msgspec.Struct, frozen=True):
    """Where a course lies, as nbgrader sees it.

    Args:
        folder: the course's root, with `submitted/` and `autograded/`.
        assignment: the assignment's name in nbgrader.
        db: SQLAlchemy URL of the gradebook; "" takes what nbgrader_config.py says, and `gradebook.db` in the root if it
            says nothing.
    """

    folder: Path
    assignment: str
    db: str = ""


def configuration(course: Course) -> Any:
    """Return nbgrader's configuration of a course: what its file says, with root and gradebook as given."""
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    config = Config()
    if (course.folder / _CONFIG).is_file():
        config = PyFileConfigLoader(_CONFIG, path=str(course.folder)).load_config()
    config.CourseDirectory.root = str(course.folder.resolve())
    if course.db:
        config.CourseDirectory.db_url = course.db
    return config


@contextlib.contextmanager
def opened(url: str) -> Iterator[Any]:
    """Open a gradebook, made if it isn't there, and close it in the end.

    Raises:
        GradebookError: its driver is missing, or it cannot be opened.
    """
    from nbgrader.api import Gradebook

    # A new gradebook has nbgrader call `alembic` by its bare name, wherever this interpreter was started from.
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        book = Gradebook(url)
    except ModuleNotFoundError as error:
        raise GradebookError(
            f"the gradebook {shown(url)} needs a driver ({error}): python -m pip install 'psycopg[binary]'"
        ) from error
    except ValueError as error:
        raise GradebookError(f"the gradebook {shown(url)} cannot be opened: {error}") from error
    finally:
        os.environ["PATH"] = before
    with book:
        yield book


def with_driver(url: str) -> str:
    """Return a URL that names the PostgreSQL driver that is installed, if it names none."""
    scheme, colon, rest = url.partition("://")
    if scheme in ("postgres", "postgresql") and importlib.util.find_spec("psycopg2") is None:
        scheme = "postgresql+psycopg"
    return scheme + colon + rest


def shown(url: str) -> str:
    """Return a database's URL without its password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "(its URL cannot be read)"
