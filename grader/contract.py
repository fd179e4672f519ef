"""Which checks cover which sentence of an exercise's contract, as the docstrings of the check modules say."""

import importlib
import inspect
import re

import msgspec

_ITEM = re.compile(r"(?P<sentence>.+): (?P<checks>`\w+`(, `\w+`)*)")


class ContractError(Exception):
    """A line of the list cannot be read; the message quotes it."""


class Sentence(msgspec.Struct, frozen=True):
    """What the contract says, and the names of the checks that cover it, without the exercise."""

    text: str
    checks: tuple[str, ...]


def sentences(docstring: str) -> tuple[Sentence, ...]:
    """Return the list in a docstring: items ``- what is said: `check`, `check` ``, which may go on in indented lines.

    Raises:
        ContractError: an item does not end with a colon and checks.
    """
    found = []
    for item in re.findall(r"^- (.*(?:\n  .*)*)", inspect.cleandoc(docstring), re.MULTILINE):
        line = " ".join(item.split())
        match = _ITEM.fullmatch(line)
        if match is None:
            raise ContractError(f"{line!r} names no checks: end it with a colon and them, like `: `one`, `other``")
        found.append(Sentence(match["sentence"], tuple(re.findall(r"`(\w+)`", match["checks"]))))
    return tuple(found)


def contract(exercise: str) -> tuple[Sentence, ...]:
    """Return the sentences of an exercise's contract."""
    return sentences(importlib.import_module(f"grader.checks.{exercise}").__doc__ or "")


def gaps(said: tuple[Sentence, ...], checks: set[str]) -> list[str]:
    """Return what is wrong with a list of sentences: checks that there are not, checks that cover nothing."""
    named = {name for sentence in said for name in sentence.checks}
    unknown = [
        f"{sentence.text!r} is covered by {name!r}, which is no check"
        for sentence in said
        for name in sentence.checks
        if name not in checks
    ]
    return unknown + [f"the check {name!r} covers no sentence of the contract" for name in sorted(checks - named)]
