"""Which misconceptions explain a failed check: those that gave the very same observations on every one of its cases."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from grader.catalogue import Misconception
from grader.freeze import FrozenCheck
from grader.inside import wire
from grader.observation import Observation, Observed, complaint, trouble

_RELATIVE, _ABSOLUTE = 1e-4, 1e-4

View = Callable[[Observation], Any]


def diagnose(
    failed: Mapping[str, tuple[FrozenCheck, Sequence[Observation], View | None]],
    passed: Mapping[str, FrozenCheck],
    known: Sequence[Misconception],
) -> dict[str, tuple[Misconception, ...]]:
    """Return, for each failed check of an exercise, the misconceptions to name; none where it is not clear.

    A misconception is a candidate for a check when it loses that check and none that was passed, and all the check's
    observations are the same. Where there is no candidate, checks that were passed speak only about the functions that
    they ask, for who returns the wrong list may well have written another function so that it copes; the misconception
    must then explain all that was lost in these functions, and that must be more than one check. One that explains all
    that it loses is named rather than one that loses only a part of that. If several explain it in different words,
    nothing is said. Where nothing at all looks the same, a misconception that is told by what it
    loses is named if exactly that was lost.

    Args:
        failed: by check id, its frozen cases, the student's observations and what of them is compared (None: all).
        passed: by check id, the frozen cases of those that were passed; those that were not run are in neither.
        known: the misconceptions of the exercise.
    """

    @cache
    def seen(check_id: str) -> list[Any] | None:
        _, got, view = failed[check_id]
        return _seen(got, view)

    @cache
    def alike(check_id: str, one: Misconception) -> bool:
        check, _, view = failed[check_id]
        theirs = check.misconceptions.get(one.id) if check_id in one.loses else None
        ours = seen(check_id) if theirs is not None else None
        return theirs is not None and ours is not None and _resembles(ours, theirs, view)

    found: dict[str, tuple[Misconception, ...]] = {}
    for check_id, (check, *_) in failed.items():
        candidates = [one for one in known if not set(one.loses) & set(passed) and alike(check_id, one)]
        if not candidates:
            asked = _functions(check)
            related = {other for other, frozen in passed.items() if _functions(frozen) & asked}
            lost = [other for other, (frozen, *_) in failed.items() if _functions(frozen) <= asked]
            candidates = [
                one
                for one in known
                if len(lost) > 1 and not set(one.loses) & related and all(alike(other, one) for other in lost)
            ]
        whole = [one for one in candidates if all(other in failed and alike(other, one) for other in one.loses)]
        candidates = [one for one in candidates if not any(set(one.loses) < set(other.loses) for other in whole)]
        if len({one.explanation for one in candidates}) == 1:
            found[check_id] = tuple(candidates)
    return found or _by_what_is_lost(set(failed), set(passed), known)


def _functions(check: FrozenCheck) -> set[str]:
    return {call.function for program in check.programs for call in program.calls}


def _by_what_is_lost(
    failed: Collection[str], passed: Collection[str], known: Sequence[Misconception]
) -> dict[str, tuple[Misconception, ...]]:
    every = {check_id for one in known for check_id in one.loses}
    if not every <= {*failed, *passed}:  # what was not run may be lost too
        return {}
    telling = tuple(one for one in known if one.telling and set(one.loses) == set(failed))
    return dict.fromkeys(failed, telling) if len({one.explanation for one in telling}) == 1 else {}


def _seen(got: Sequence[Observation], view: View | None) -> list[Any] | None:
    """Return what is compared of observations, looked at once: there may be much of it. None: nothing can be."""
    try:
        return [one if view is None else view(one) for one in got]
    except Exception:  # what a student's process claims may be anything; it then resembles nothing
        return None


def _resembles(seen: Sequence[Any], theirs: Sequence[Observation], view: View | None) -> bool:
    if view is None:
        return all(map(same_observation, seen, theirs))
    return all(same_value(one, view(other)) for one, other in zip(seen, theirs, strict=True))


def same_observation(got: Observation, theirs: Observation) -> bool:
    """Tell whether two observations show the same behaviour: values, shapes, exceptions' classes, returned graphs.

    What a graph is made of inside, names of its nodes and words of an exception are the author's own, and not compared.
    What TensorFlow says when it refuses an operation is compared, for a ValueError can be anything.
    """
    if not isinstance(got, Observed) or not isinstance(theirs, Observed):
        return False
    if len(got.calls) != len(theirs.calls) or len(got.runs) != len(theirs.runs):
        return False
    return all(map(_same_call, got.calls, theirs.calls)) and all(map(_same_run, got.runs, theirs.runs))


def _same_call(got: wire.Outcome, theirs: wire.Outcome) -> bool:
    match got, theirs:
        case wire.Returned(), wire.Returned():
            return (
                got.touched == theirs.touched
                and (got.grown > 0) == (theirs.grown > 0)
                and same_value(got.value, theirs.value)
            )
        case wire.Raised(), wire.Raised():
            return got.types[:1] == theirs.types[:1] and complaint(got) == complaint(theirs)
    return isinstance(got, wire.Unmade) and isinstance(theirs, wire.Unmade)


def _same_run(got: wire.Ran | wire.Problem, theirs: wire.Ran | wire.Problem) -> bool:
    if isinstance(got, wire.Problem) or isinstance(theirs, wire.Problem):
        return isinstance(got, wire.Problem) and isinstance(theirs, wire.Problem) and trouble(got) == trouble(theirs)
    if len(got.values) != len(theirs.values) or got.devices != theirs.devices:
        return False
    return all(map(same_value, got.values, theirs.values))


def same_value(got: Any, theirs: Any) -> bool:
    """Tell whether two values are the same: numbers closely, tensors by shape and type, graphs as sets of nodes."""
    if isinstance(got, wire.Array):
        return isinstance(theirs, wire.Array) and _same_array(got, theirs)
    if isinstance(got, wire.Items):
        return isinstance(theirs, wire.Items) and _same_sequence(got.items, theirs.items)
    if isinstance(got, list | tuple):
        return isinstance(theirs, list | tuple) and _same_sequence(got, theirs)
    if isinstance(got, wire.Tensor | wire.Variable):
        like = isinstance(theirs, wire.Tensor | wire.Variable)
        return like and (got.shape, got.dtype) == (theirs.shape, theirs.dtype)
    if isinstance(got, wire.Nodes):
        return isinstance(theirs, wire.Nodes) and _node_set(got) == _node_set(theirs)
    if isinstance(got, float | int) and isinstance(theirs, float | int):
        return bool(np.isclose(got, theirs, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True))
    return bool(type(got) is type(theirs) and got == theirs)


def _same_sequence(got: Sequence[Any], theirs: Sequence[Any]) -> bool:
    return len(got) == len(theirs) and all(map(same_value, got, theirs))


def _same_array(got: wire.Array, theirs: wire.Array) -> bool:
    try:
        a, b = wire.numpy(got), wire.numpy(theirs)
    except wire.WireError:
        return False
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True))


def _node_set(nodes: wire.Nodes) -> tuple[set[bytes], dict[str, str]]:
    return {wire.encode(node) for node in nodes.nodes}, nodes.functions
