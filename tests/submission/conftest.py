"""Builders of real archives and notebooks, and a reader of bytes as a submission."""

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.submission import Found, SizeLimits, Submission, find, read

EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")

Read = Callable[..., Submission]


@pytest.fixture(scope="session")
def exercises():
    return EXERCISES


@pytest.fixture(scope="session")
def zip_of():
    """Packs `(name or ZipInfo, content)` pairs."""

    def pack(*members, compression=zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return buffer.getvalue()

    return pack


@pytest.fixture(scope="session")
def tar_of():
    """Packs `(name, content)` pairs and ready `TarInfo`s."""

    def pack(*members, mode="w", fmt=tarfile.PAX_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode=mode, format=fmt, errors="surrogateescape") as archive:
            for member in members:
                if isinstance(member, tarfile.TarInfo):
                    archive.addfile(member, io.BytesIO(bytes(member.size)) if member.isreg() else None)
                    continue
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
        return buffer.getvalue()

    return pack


@pytest.fixture(scope="session")
def cell():
    """A code cell with nbgrader's metadata."""

    def make(grade_id, source, **flags):
        grading = {"grade_id": grade_id, "grade": False, "solution": True, "locked": False, "schema_version": 3}
        return {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"nbgrader": grading | flags},
            "outputs": [],
            "source": source,
        }

    return make


@pytest.fixture(scope="session")
def notebook_of():
    """A notebook of format 4 with the given cells."""

    def make(*cells, **top):
        return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | top).encode()

    return make


@pytest.fixture(scope="session")
def read_bytes(tmp_path_factory) -> Read:
    """Reads bytes as the file of a submission of that file name."""
    folder = tmp_path_factory.mktemp("packed")

    def take(file_name: str, packed: bytes, limits: SizeLimits = SizeLimits(), imports: str | None = None):  # noqa: B008
        path = folder / file_name
        path.write_bytes(packed)
        (found,), _ = find([path], EXERCISES)
        return read(found, EXERCISES, limits, imports)

    return take


@pytest.fixture(scope="session")
def read_folder() -> Read:
    """Reads a folder as one submission."""

    def take(path: Path, limits: SizeLimits = SizeLimits()):  # noqa: B008
        return read(Found(path.name, path, "folder"), EXERCISES, limits)

    return take
