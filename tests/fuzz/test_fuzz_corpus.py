"""The kept inputs of every target: what fuzzing once reached, and what it once broke."""

import pytest

from fuzz.__main__ import CORPUS, NAMES
from fuzz.targets import TARGETS

INPUTS = sorted(path for path in CORPUS.glob("*/*") if path.is_file())


def test_every_target_has_kept_inputs() -> None:
    assert {path.parent.name for path in INPUTS} == set(NAMES)
    assert sum(path.stat().st_size for path in INPUTS) < 1 << 20


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_kept_inputs_do_what_is_promised(name: str) -> None:
    for path in INPUTS:
        if path.parent.name == name:
            TARGETS[name](path.read_bytes())


def test_kept_graphs_do_what_is_promised() -> None:
    from fuzz.graphs import fuzz_graph

    for path in INPUTS:
        if path.parent.name == "graph":
            fuzz_graph(path.read_bytes())


def test_a_target_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.targets.safe_path", lambda name: f"../{name}")
    with pytest.raises(AssertionError):
        TARGETS["names"](b"a")
