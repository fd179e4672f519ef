"""Sentences that are said in the reader's language when they are read, not in that of whoever graded.

    phrase("{what} should have shape {want}, but it has shape {got}.", what=phrase("The first stage"), ...)

`str` of one is English, the same for everybody: what a record keeps as its message. Beside it the record keeps the
phrase, and `spoken` fills the translation of its template.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

_FIELD = re.compile(r"\{(\w+)\}")
LONGEST_VALUE = 4000
"""How much of a text is kept in a phrase: more than of any message that is made of it."""


class Phrase(msgspec.Struct, frozen=True):
    """A template and what its fields stand for: phrases, or texts that are the same in every language."""

    template: str
    values: dict[str, "str | Phrase"] = {}

    def __str__(self) -> str:
        return _filled(self, lambda template: template)


Text = str | Phrase


def phrase(template: str, /, **values: object) -> Phrase:
    """Return a phrase. The template is looked for by those who translate, so it stands in the call as it is."""
    return _made(template, {name: one if isinstance(one, Phrase) else str(one) for name, one in values.items()})


def _made(template: str, values: dict[str, Text]) -> Phrase:
    """Return a phrase with its values in the order in which the store gives them back: a record is the same bytes."""
    kept = {name: one[:LONGEST_VALUE] if isinstance(one, str) else one for name, one in values.items()}
    return Phrase(template, dict(sorted(kept.items())))


def quoted(text: str) -> str:
    """Return a text in quotes; of a long one, whose escapes would take forty times its room, as much as is read."""
    return repr(text[:LONGEST_VALUE])


def joined(parts: Sequence[Text], between: Text = ", ") -> Text:
    """Return texts after each other; a phrase if one of them is."""
    if isinstance(between, str) and all(isinstance(part, str) for part in parts):
        return between.join(map(str, parts))
    fields = {f"part{number}": part for number, part in enumerate(parts)}
    template = "{between}".join(f"{{{name}}}" for name in fields)
    return _made(template, {**fields, "between": between} if len(parts) > 1 else fields)


def spoken(text: Text) -> str:
    """Return a text in the reader's language; English where there is no translation."""
    # Only now: what judges has no language, and no result is another in another one.
    from grader.language import translate

    return _filled(text, translate) if isinstance(text, Phrase) else text


def _filled(one: Phrase, said: Callable[[str], str]) -> str:
    """Return a phrase in full. What fields stand for is never looked at for fields: a student may have chosen it."""

    def field(found: "re.Match[str]") -> str:
        value = one.values.get(found[1], found[0])
        return _filled(value, said) if isinstance(value, Phrase) else value

    return _FIELD.sub(field, said(one.template))
