"""Names of nodes and functions: a seed turns them into others, so that nobody knows beforehand which ones are kept."""

import re
from collections.abc import Iterable

import numpy as np

WORDS = {
    length: tuple(words.split())
    for length, words in {
        3: "arm bit box cap dot fan gap hub jet key lag log map mix net orb pad peg rib row sky sum tap vat way "
        "web zip",
        4: "arch band base bead both bowl call cell conv core cube dial disk dome duct echo eddy edge fade flow "
        "fold fork fuse gain gate glow grid half halo head hook horn init iris join kink knob knot left lens "
        "link loop mask maze mesh more moss neck node norm oval pair path peak pipe plug pond pool quad ramp "
        "reed rest ring rung seam seed side silo skip slab slot stem step tile tree tube turn twin unit vane "
        "veil view vine wall wave well wing yard zone",
        5: "after angle array batch blend block brick chain clamp cycle delta dense depth digit extra field "
        "finer flare focus frame glyph grain guide image index inner layer level light motif noise outer "
        "panel parts patch phase photo pixel plane point prism probe pulse query queue range ratio route "
        "scale scene shape shift slice slope space spike split stack stage strip sweep table theme token "
        "tower trace track tuple twist value vault voxel width",
        6: "anchor beacon branch bridge bucket canvas carpet column corner double engine fabric factor filter "
        "garden hidden hollow jigsaw kernel ladder linear marble memory mirror module mosaic needle pepper "
        "pillar pocket quartz saddle shadow signal socket spiral stride temple tensor tunnel valley vector "
        "velvet window",
    }.items()
}
"""Words by their length. None is part of another: cases ask what becomes of names that are.

Named cases are written with them; what is no word of these stays: `input` and `output`, `loss`, by which somebody may
think that he knows a dead node.
"""
_COMPUTING = (3, 4, 6)
"""Lengths of names of nodes that compute something, if they have one input."""
_WORD = re.compile("(?<![a-zA-Z])[a-z]+(?![a-zA-Z])")


def renamed(texts: Iterable[tuple[str, ...]], seed: int, same_length: bool = True) -> list[tuple[str, ...]]:
    """Return texts in which each of `WORDS` is another one of them, the same everywhere, as `seed` decides.

    Slots, carets, slashes and numbers stay, and so does what names have in common: conv, conv_1 and mix/conv become
    gate, gate_1 and hub/gate.

    Args:
        same_length: words are as long as before, as what a node computes follows from how long its name is. If not,
            each of `_COMPUTING` may become one of another length.
    """
    random = np.random.default_rng(seed)
    groups = [*WORDS.values()] if same_length else [[word for length in _COMPUTING for word in WORDS[length]]]
    other = {word: new for group in groups for word, new in zip(group, random.permutation(group).tolist(), strict=True)}
    return [tuple(_WORD.sub(lambda word: other.get(word[0], word[0]), line) for line in text) for text in texts]
