"""What pages can say; `python tests/feedback/wording.py` brings the catalogues of it up to date."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from grader.feedback import words
from grader.feedback.translation import DOMAIN, LOCALE

FEEDBACK = Path(words.__file__).resolve().parent
PICTURES = {"Yours", "Expected", "Difference", "Input", "Filter", "batch", "height", "width", "channels"}
"""Names in drawings that are chosen by a variable."""


def messages() -> Iterator[str | tuple[str, str]]:
    """Yield every text, or pair of singular and plural."""
    methods = [(f"templates/{name}.html.j2", "jinja2") for name in ("student", "parts", "class")]
    methods.append(("**.py", "python"))
    options = {"**.j2": {"trimmed": "true", "silent": "false"}}
    for _, _, found, _, _ in extract_from_dir(
        FEEDBACK, methods, options, {"say": None, "_": None, "gettext": None, "ngettext": (1, 2)}
    ):
        yield found
    for told in words.OUTCOMES.values():
        yield told.word
    yield from (*words.TROUBLES.values(), *words.STATUSES.values())
    yield from (words.REFUSED, words.REFUSED_REMEDY, words.ERROR, words.UNWALLED, words.HIDDEN, words.ALL_FULL)
    yield words.DROPPED.word
    yield from sorted(PICTURES)


def read(path: Path) -> Catalog:
    """Return a catalogue."""
    with path.open("rb") as file:
        return read_po(file, domain=DOMAIN)


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    held = io.BytesIO()
    write_mo(held, catalogue)
    return held.getvalue()


def catalogues() -> list[Path]:
    """Return the files that translators write."""
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def update(path: Path) -> None:
    """Bring a catalogue up to date, and compile it."""
    old = read(path)
    new = Catalog(locale=old.locale, domain=DOMAIN, project="convolution-grader", fuzzy=False)
    new.header_comment, new.version = "# What pages say: du, and ss as in Bern.", "0.1.0"
    new.msgid_bugs_address = new.last_translator = new.language_team = ""
    for message in dict.fromkeys(messages()):
        one = message if isinstance(message, str) else message[0]
        known = old.get(one)
        new.add(message, known.string if known else "")
    new.creation_date = new.revision_date = old.revision_date
    with path.open("wb") as file:
        write_po(file, new, omit_header=False, width=118, sort_output=True)
    path.with_suffix(".mo").write_bytes(compiled(read(path)))


if __name__ == "__main__":
    for path in catalogues():
        update(path)
