"""What may be read of a finding on a hidden case: its words, which stand in our sources, and none of its values.

A value comes from the case, or from a student's code, which may have put into it what it was asked.
"""

from collections.abc import Sequence

from grader.phrase import Phrase, Text, phrase

_VALUE = "…"
_NAMES = frozenset(("op", "h", "W", "b", "None"))
EXCEPTIONS = frozenset(
    (
        "AttributeError", "ImportError", "IndexError", "InvalidArgumentError", "KeyError", "ModuleNotFoundError",
        "NameError", "NotImplementedError", "SyntaxError", "SystemExit", "TypeError", "ValueError",
    )
)  # fmt: skip
"""Kinds of exceptions that may be named: few, because code may choose by what it was asked which of them it raises."""


def veiled(said: Text, functions: Sequence[str]) -> Phrase | None:
    """Return a finding's phrase with its values covered; None if it is no phrase, so that nothing is known of it.

    Args:
        functions: the names of the functions that the case calls, in order.
    """
    return _veiled(said, functions) if isinstance(said, Phrase) else None


def _veiled(one: Phrase, functions: Sequence[str]) -> Phrase:
    return Phrase(one.template, {name: _value(name, value, functions) for name, value in one.values.items()})


def _value(field: str, value: Text, functions: Sequence[str]) -> Text:
    if field in ("call", "calls"):
        one = [function for function in functions if field == "call" and str(value).startswith(f"{function}(")]
        return ", ".join(f"{function}(…)" for function in dict.fromkeys(one or functions))
    if field == "error":
        kind = str(value).partition(":")[0]
        return kind if kind in EXCEPTIONS else phrase("an exception")
    if isinstance(value, Phrase):
        put_together = value.template.startswith("{part0}")  # of texts, by `joined`
        return _VALUE if put_together else _veiled(value, functions)
    return value if value in _NAMES or not value else _VALUE
