"""What students' pages say, in their language: English in the sources, others in `locale/*/LC_MESSAGES/pages.po`.

The language is that of the environment, as everywhere in gettext: LANGUAGE, LC_ALL, LC_MESSAGES, LANG.
"""

import gettext
import os
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "pages"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def say(text: str) -> str:
    """Return a text in the reader's language, or as it is where nobody has translated it."""
    return _catalogue(_asked()).gettext(text) if text else ""


def say_count(one: str, many: str, number: int) -> str:
    """Return the text for one or for many in the reader's language."""
    return _catalogue(_asked()).ngettext(one, many, number)


def language() -> str:
    """Return the code of the language that pages speak."""
    return _catalogue(_asked()).info().get("language", "en")


def _asked() -> tuple[str, ...]:
    return tuple(os.environ.get(name, "") for name in _VARIABLES)


@cache
def _catalogue(_environment: tuple[str, ...]) -> gettext.NullTranslations:
    found = gettext.translation(DOMAIN, str(LOCALE), fallback=True)
    # Titles, hints and explanations are the grader's own.
    found.add_fallback(gettext.translation("grader", str(LOCALE.parents[1] / "locale"), fallback=True))
    return found
