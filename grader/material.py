"""Where the course's material lies: beside the package in a checkout, inside it when installed."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

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


def given(name: str) -> ModuleType:
    """Return one of the given helpers in `exercises/utils`, such as `gr_disp`, loaded by itself.

    Only those that import no TensorFlow are for the grader's own process.
    """
    known = f"{__name__}.given.{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, exercises() / "utils" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[known] = module
    return sys.modules[known]
