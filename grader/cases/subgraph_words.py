"""Names of nodes and functions that a seed decides, so that nobody knows beforehand which ones are kept."""

import re
from collections.abc import Iterable

import numpy as np

FIXED = ("output", "loss")
"""Names that stay: the default of `output_names`, and the one by which somebody may think that he knows a dead node."""
WORDS = {
    length: tuple(words.split())
    for length, words in {
        3: "arm bit box cap dot fan fin gap hub jet key lag log map net orb pad peg rib row sky sum tap vat web zip",
        4: "arch band base bead bowl cell conv core cube dial disk dome duct echo eddy edge fade flow fold fork "
        "fuse gain gate glow grid halo head hook horn iris join kink knob knot lens link loop mask maze mesh "
        "moss neck node norm oval pair path peak pipe plug pond pool quad ramp reed rest ring rung seam silo "
        "skip slab slot stem tile tree tube turn twin unit vane veil view vine wall wave well wing yard zone",
        5: "angle array batch blend block brick chain clamp cycle delta dense depth digit field flare focus "
        "frame glyph grain guide image index layer level light motif noise panel patch phase photo pixel "
        "plane point prism probe pulse query queue range ratio route scale scene shape shift slice slope "
        "space spike split stack stage strip sweep table theme token tower trace track tuple twist value "
        "vault voxel width",
        6: "anchor beacon branch bridge bucket canvas carpet column corner engine fabric factor filter garden "
        "hidden hollow jigsaw kernel ladder linear marble memory mirror module mosaic needle pepper pillar "
        "pocket quartz saddle shadow signal socket spiral stride temple tensor tunnel valley vector velvet "
        "window",
    }.items()
}
"""Words by their length. None is part of another or of a fixed name: cases ask what becomes of names that are."""
_WORD = re.compile("(?<![a-zA-Z])[a-z]{3,6}(?![a-zA-Z])")


def renamed(
    texts: Iterable[tuple[str, ...]], seed: int, fixed: tuple[str, ...] = FIXED, same_length: bool = True
) -> list[tuple[str, ...]]:
    """Return texts in which each word is another one, the same everywhere, as `seed` decides.

    Slots, carets, slashes and numbers stay, and so does what names have in common: conv, conv_1 and mix/conv become
    gate, gate_1 and hub/gate.

    Args:
        same_length: words are as long as before: what a node computes follows from how long its name is.
    """
    held = [tuple(one) for one in texts]
    random = np.random.default_rng(seed)
    drawn = {length: random.permutation(words).tolist() for length, words in WORDS.items()}
    lengths = random.choice((3, 4, 6), 100).tolist()
    found = dict.fromkeys(word for text in held for line in text for word in _WORD.findall(line) if word not in fixed)
    words = {word: drawn[len(word) if same_length else lengths.pop()].pop() for word in found}
    return [tuple(_WORD.sub(lambda word: words.get(word[0], word[0]), line) for line in text) for text in held]
