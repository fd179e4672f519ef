"""What pytest loads by itself where this package is installed: `pytest grader/checks --submission PATH`."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `pytest grader/checks`."""
    group = parser.getgroup("grader", "grader: judge one submission")
    group.addoption("--submission", metavar="PATH", help="the submission to judge: a folder, an archive or a notebook")
    group.addoption("--seed", type=int, default=1, help="seed of the hidden cases (default 1)")
    group.addoption("--isolation", choices=["walls", "none"], default="walls", help="behind walls, or without")


def pytest_configure(config: pytest.Config) -> None:
    """Collect checks, and hand them the trials of the submission that the command line names."""
    path = config.getoption("submission")
    if path is None:
        return
    from grader import desk, judge

    judge.collect_checks(config)
    config.pluginmanager.register(judge, "grader-judge")
    sitting = desk.SubmissionDesk(Path(path), config.getoption("seed"), config.getoption("isolation"))
    config.stash[judge.DESK] = sitting
    config.add_cleanup(sitting.close)
