"""The checks, a package an exercise and a module a topic. pytest collects them; `grader.judge` runs them."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any


def judges(exercise: str) -> dict[str, Callable[..., Any]]:
    """Return the checks of an exercise, `check_*` functions, by name without `check_`."""
    package = importlib.import_module(f"grader.checks.{exercise}")
    names = [f"{package.__name__}.{one.name}" for one in pkgutil.iter_modules(package.__path__)]
    return {
        name.removeprefix("check_"): judge
        for module in map(importlib.import_module, names)
        for name, judge in vars(module).items()
        if name.startswith("check_")
    }
