"""The students' wheel asks for nothing that the repository doesn't, and starts the same command."""

import tomllib
from pathlib import Path

from grader import material, wheel


def project() -> dict[str, object]:
    return tomllib.loads((material.exercises().parent / "pyproject.toml").read_text("utf-8"))["project"]


def test_dependencies_are_among_the_repositorys() -> None:
    assert set(wheel.DEPENDENCIES) <= set(project()["dependencies"])


def test_the_command_is_the_repositorys(tmp_path: Path) -> None:
    generated = tomllib.loads(wheel.pyproject())
    assert generated["project"]["scripts"] == project()["scripts"]
    assert generated["project"]["requires-python"] == project()["requires-python"]


def test_what_stays_with_the_staff_exists_or_may_be_written() -> None:
    package = Path(wheel.__file__).parent
    written = {"material_data/", "visible.cases"}
    assert [name for name in wheel.STAFF_ONLY if name not in written and not (package / name).exists()] == []
