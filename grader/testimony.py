"""What a student's process says, cut to a form that the rest of the house may rely on. It stays a claim, never a fact.

Frames can be forged, so nothing that code inside promised (short messages, shallow lists, arrays whose bytes fit their
shape, only kinds of values that calls return) is taken for granted here.
"""

from typing import TypeVar

import msgspec

from grader.inside import wire

_LONGEST_MESSAGE = 600
_LONGEST_NAME = 300
_MOST_TYPES = 32
_PLAIN = (bool, int, float, str)
_OneT = TypeVar("_OneT")


def heard(message: wire.Imported | wire.Traced) -> wire.Imported | wire.Traced:
    """Return a message with its texts cut and cleaned.

    Raises:
        WireError: it holds what no call returns.
    """
    if isinstance(message, wire.Imported):
        return wire.Imported(message.failure and _raised(message.failure))
    return msgspec.structs.replace(message, calls=tuple(map(_outcome, message.calls)))


def answered(message: wire.Evaluated) -> wire.Evaluated:
    """Return an evaluator's answer with its texts cleaned: TensorFlow quotes what stands in a graph."""
    return msgspec.structs.replace(
        message, graphs=tuple(map(_without_control, message.graphs)), runs=tuple(map(_without_control, message.runs))
    )


def _without_control(one: _OneT) -> _OneT:
    if not isinstance(one, wire.Problem):
        return one
    return msgspec.structs.replace(one, message=clean(one.message, _LONGEST_MESSAGE))


def _outcome(outcome: wire.Outcome) -> wire.Outcome:
    match outcome:
        case wire.Raised():
            return _raised(outcome)
        case wire.Unmade():
            return wire.Unmade(clean(outcome.reason, _LONGEST_MESSAGE))
    _inspect(outcome.value, wire.DEEPEST)
    touched = tuple(clean(name, _LONGEST_NAME) for name in outcome.touched[:_MOST_TYPES])
    return msgspec.structs.replace(outcome, touched=touched)


def _raised(raised: wire.Raised) -> wire.Raised:
    return wire.Raised(
        tuple(clean(name, _LONGEST_NAME) for name in raised.types[:_MOST_TYPES]) or ("BaseException",),
        clean(raised.message, _LONGEST_MESSAGE),
        clean(raised.where, _LONGEST_MESSAGE),
    )


def _inspect(value: wire.Value, deepest: int) -> None:
    if deepest < 0:
        raise wire.WireError("lists nested too deeply")
    match value:
        case None | wire.Graph():
            return
        case wire.Array():
            wire.numpy(value)
        case wire.Items():
            for item in value.items:
                _inspect(item, deepest - 1)
        case wire.Table():
            for item in value.entries.values():
                _inspect(item, deepest - 1)
        case wire.Tensor() | wire.Variable():
            if value.shape is not None and len(value.shape) > _MOST_TYPES:
                raise wire.WireError("a tensor of too many axes")
        case wire.Other():
            if len(value.kind) > _LONGEST_NAME or clean(value.kind, _LONGEST_NAME) != value.kind:
                raise wire.WireError("a type with no proper name")
        case _ if not isinstance(value, _PLAIN):
            raise wire.WireError(f"a {type(value).__name__}, which no call returns")


def clean(text: str, longest: int) -> str:
    """Return the first characters of a text, without control characters other than line ends and tabs."""
    cut = text[:longest]
    return "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in cut)
