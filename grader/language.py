"""The words that people read, in their language: English in the sources, others in catalogues under `locale/`.

The language is that of the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), which `grader --language de` sets.
"""

import functools
import gettext
import os
from pathlib import Path

_FOLDER = Path(__file__).with_name("locale")
_DOMAIN = "grader"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def translate(text: str) -> str:
    """Return a text in the reader's language, as it is where there is no translation."""
    return _catalogue(tuple(os.environ.get(name, "") for name in _VARIABLES)).gettext(text) if text else ""


def translate_count(one: str, many: str, count: int) -> str:
    """Return the text for one or for many, in the reader's language."""
    return _catalogue(tuple(os.environ.get(name, "") for name in _VARIABLES)).ngettext(one, many, count)


def spoken_language() -> str:
    """Return the code of the language that people read, "en" where there is no translation."""
    return _catalogue(tuple(os.environ.get(name, "") for name in _VARIABLES)).info().get("language", "en")


@functools.cache
def _catalogue(_environment: tuple[str, ...]) -> gettext.NullTranslations:
    return gettext.translation(_DOMAIN, str(_FOLDER), fallback=True)


def known() -> list[str]:
    """Return the languages there are, English first."""
    return ["en", *sorted(path.parent.parent.name for path in _FOLDER.glob("*/LC_MESSAGES/grader.mo"))]


def for_libraries() -> None:
    """Have libraries that ask gettext, as click does for what it says itself, find the sentences that are here."""
    gettext.bindtextdomain(_DOMAIN, str(_FOLDER))
    gettext.textdomain(_DOMAIN)


def use(language: str) -> None:
    """Speak a language from now on, in this process and those that it starts."""
    os.environ["LANGUAGE"] = language
