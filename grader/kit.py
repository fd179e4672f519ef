"""What platforms run by themselves: Gradescope's autograder zip, GitHub Classroom's workflow."""

import tempfile
import zipfile
from pathlib import Path

from grader import material, wheel
from grader.release import ReleaseError, release

_KITS = Path(__file__).with_name("kits")
# The first moment that a zip archive can hold: the same sources give the same zip.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def gradescope(dest: Path, seed: int) -> Path:
    """Write `DEST/autograder.zip`, which holds everything, answers too: for Gradescope and the staff alone.

    Args:
        dest: a folder, made if need be.
        seed: of the hidden cases.

    Raises:
        ReleaseError: the zip is there already, or the staff's wheel cannot be built here.
    """
    path = dest / "autograder.zip"
    if path.exists():
        raise ReleaseError(f"{path} is there already; remove it, or name another folder")
    root = material.solutions().parent
    if not (root / "pyproject.toml").is_file():
        raise ReleaseError("Gradescope gets the staff's wheel, which is built from a checkout: run the command in one")
    with tempfile.TemporaryDirectory(prefix="staff-wheel-") as folder:
        try:
            built = wheel.build_staff(root, Path(folder))
        except wheel.WheelError as error:
            raise ReleaseError(str(error)) from error
        dest.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("run_autograder", "setup.sh"):
                _add(archive, name, (_KITS / "gradescope" / name).read_bytes(), 0o755)
            _add(archive, "constraints.txt", (root / "constraints.txt").read_bytes(), 0o644)
            _add(archive, "seed", f"{seed}\n".encode(), 0o644)
            _add(archive, built.name, built.read_bytes(), 0o644)
    return path


def github(dest: Path, visible_cases: bytes | None = None) -> list[Path]:
    """Write the students' release with GitHub Classroom's workflow in it: the template repository.

    Raises:
        ReleaseError: as for `release`.
    """
    files = release(dest, visible_cases)
    workflow = dest / ".github" / "workflows" / "classroom.yml"
    script = dest / ".github" / "classroom_result.py"
    workflow.parent.mkdir(parents=True)
    workflow.write_bytes((_KITS / "github" / workflow.name).read_bytes())
    script.write_bytes((_KITS / "github" / script.name).read_bytes())
    return sorted([*files, workflow, script])


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100000 | mode) << 16
    info.create_system = 3
    archive.writestr(info, content)
