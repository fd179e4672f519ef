"""Pairs of submissions that share unusual passages: fingerprints by copydetect, which works as Stanford's MOSS does.

compare50 was looked at first: it wants an `attrs` older than Jupyter's, so the two cannot be installed together. Dolos
needs Node. copydetect computes Winnowing fingerprints of tokens (names and numbers do not count).

Source: S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import msgspec

NOISE = 25
"""Passages shorter than this many characters, names aside, are noise."""

LONGEST = 200_000
"""How many characters of a module are compared."""

# Pygments takes the third power of the length of some lines: hours for a string of "%" and 100,000 zeros.
_LONG_LINE = re.compile(r".{500}(?=.)")
# And the square of the length of lines that are blank but for blanks: at each it looks behind all that follow.
_BLANK_LINE = re.compile(r"^[^\S\n]+$", re.MULTILINE)
_COMMON = 0.2
_FEW = 5


class SimilarityError(Exception):
    """What compares is not installed."""


class Passage(msgspec.Struct, frozen=True):
    """A piece of a module's text, shared with the other or not."""

    text: str
    shared: bool


class Pair(msgspec.Struct, frozen=True):
    """Two submissions' modules of one exercise.

    Args:
        first, second: the submissions' names.
        shared: characters in shared passages, names and blanks aside.
        parts: which part of each module's own text that is, 0 to 1.
        texts: both modules, cut where sharing begins and ends.
    """

    exercise: str
    first: str
    second: str
    shared: int
    parts: tuple[float, float]
    texts: tuple[tuple[Passage, ...], tuple[Passage, ...]]


def pairs(
    exercise: str,
    modules: Mapping[str, str],
    given: Sequence[str],
    least: float,
    most: int,
    owner: Callable[[str], str] = lambda name: name,
) -> list[Pair]:
    """Return the most similar pairs of one exercise's modules, most first.

    Left out are passages that stand in `given`, and those that a fifth of the class has (and more than five): what
    everybody writes tells nothing.

    Args:
        modules: text by submission; the first 200,000 characters of each are compared, long lines broken.
        given: texts that everybody has: the stub, the solution.
        least: the part of a module, 0 to 1, that has to be shared.
        most: how many pairs.
        owner: whose a submission is; pairs of one owner are left out.

    Raises:
        SimilarityError: copydetect is not installed.
    """
    compare_files, fingerprint = _library()
    known = {int(one) for text in given for one in fingerprint(text, 1).hashes}
    compared = {name: _within_reach(text) for name, text in sorted(modules.items())}
    prints = {name: fingerprint(text, NOISE // 2) for name, text in compared.items()}
    held = {(owner(name), one) for name, found in prints.items() for one in map(int, found.hashes)}
    holders = Counter(one for _, one in held)
    widespread = max(_FEW, _COMMON * len(set(map(owner, prints))))
    known |= {one for one, number in holders.items() if number > widespread}
    for found in prints.values():
        found.hashes = {one for one in found.hashes if int(one) not in known}
    together: Counter[tuple[str, str]] = Counter()
    owners = {name: owner(name) for name in prints}
    for names in _by_hash(prints).values():
        if len({owners[name] for name in names}) > 1:
            together.update(pair for pair in combinations(names, 2) if owners[pair[0]] != owners[pair[1]])
    made = []
    for (first, second), _ in together.most_common(20 * most):
        shared, parts, slices = compare_files(prints[first], prints[second])
        if max(parts) >= least:
            texts = tuple(_cut(compared[name], where) for name, where in zip((first, second), slices, strict=True))
            known_parts = (min(1.0, float(parts[0])), min(1.0, float(parts[1])))
            made.append(Pair(exercise, first, second, int(shared), known_parts, (texts[0], texts[1])))
    return sorted(made, key=lambda pair: (-pair.shared, pair.first, pair.second))[:most]


def _within_reach(text: str) -> str:
    """Return what is compared of a text, so that the lexer comes to an end."""
    # The lexer takes a carriage return for the end of a line, too.
    lines = _LONG_LINE.sub(r"\g<0>\n", text[:LONGEST].replace("\r", "\n"))
    return _BLANK_LINE.sub("", lines)


def _library() -> tuple[Any, Callable[[str, int], Any]]:
    try:
        from copydetect import CodeFingerprint, compare_files
    except ImportError as error:
        raise SimilarityError(
            "copydetect compares submissions and is not installed: pip install 'convolution-grader[similar]'"
        ) from error

    def fingerprint(text: str, window: int) -> Any:
        return CodeFingerprint("module.py", k=NOISE, win_size=window, language="python", fp=io.StringIO(text))

    return compare_files, fingerprint


def _by_hash(prints: Mapping[str, Any]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for name, found in prints.items():
        for one in set(map(int, found.hashes)):
            names.setdefault(one, []).append(name)
    return names


def _cut(text: str, slices: Any) -> tuple[Passage, ...]:
    """Return a text in pieces, from arrays of where shared passages begin and end."""
    pieces, at = [], 0
    for begin, end in sorted(zip(map(int, slices[0]), map(int, slices[1]), strict=True)):
        begin, end = max(begin, at), min(end, len(text))
        if end > begin:
            pieces += [Passage(text[at:begin], False), Passage(text[begin:end], True)]
            at = end
    pieces.append(Passage(text[at:], False))
    return tuple(piece for piece in pieces if piece.text)
