"""Where the course's material lies: beside the package in a checkout, inside it when installed."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _root() -> Path:
    installed = _PACKAGE / "material_data"
    return installed if installed.is_dir() else _PACKAGE.parent


def exercises() -> Path:
    """Return the folder with the students' stubs and `utils/`."""
    return _root() / "exercises"


def solutions() -> Path:
    """Return the folder with the reference solutions (the staff's installation only)."""
    return _root() / "solutions"


def fixtures() -> Path:
    """Return the folder with images, models and labels."""
    return _root() / "fixtures"
