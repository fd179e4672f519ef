"""The corpus: one module a family, each with its `ATTACKS`."""

from hostile.attack import Attack
from hostile.corpus import (
    archives,
    escaping,
    exhausting,
    forging,
    frames,
    graphs,
    lying,
    messages,
    poisoning,
    reading_answers,
    reading_neighbours,
    signals,
    text,
)

FAMILIES: dict[str, tuple[Attack, ...]] = {
    "forging verdicts": forging.ATTACKS,
    "reading answers": reading_answers.ATTACKS,
    "reading neighbours": reading_neighbours.ATTACKS,
    "escaping": escaping.ATTACKS,
    "exhausting": exhausting.ATTACKS,
    "lying objects": lying.ATTACKS,
    "poisoning": poisoning.ATTACKS,
    "signals and persistence": signals.ATTACKS,
    "forged frames": frames.ATTACKS,
    "hostile graphs": graphs.ATTACKS,
    "hostile text": text.ATTACKS,
    "archives and files": archives.ATTACKS,
    "messages for the next": messages.ATTACKS,
}
