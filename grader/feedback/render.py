"""Templates to self-contained pages: style and script inside, and a policy that lets in these two and nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.feedback import text, translation
from grader.record import example, sentence

if TYPE_CHECKING:
    import jinja2

_TEMPLATES = Path(__file__).with_name("templates")


@cache
def _environment() -> "jinja2.Environment":
    # Imported on first use: the command line has to answer `--help` in a moment.
    import jinja2
    from markupsafe import Markup

    def harmless(value: object) -> object:
        return text.marked(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(translation.say, translation.say_count, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        plain=text.printable, points=text.points, percent=text.percent, count=text.count, coded=text.coded
    )
    environment.filters.update(said=translation.say, sentence=sentence, example=example)
    return environment


@cache
def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def policy(style: str, script: str = "") -> str:
    """Return a Content-Security-Policy that allows one inline style and, if there is one, one inline script."""
    allowed = ["default-src 'none'", f"style-src {_hashed(style)}"]
    if script:
        allowed.append(f"script-src {_hashed(script)}")
    return "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])


def _hashed(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def render(
    template: str,
    view: object,
    *,
    script: str = "",
    styles: Sequence[str] = ("page.css",),
    language: str = "en",
) -> bytes:
    """Return a page in UTF-8.

    Args:
        template: its file name.
        view: what it shows, `view` in the template.
        script: file name of the script that it carries; none by default.
        styles: file names of its style sheets.
        language: that it is written in.
    """
    from markupsafe import Markup

    style = "".join(map(_asset, styles))
    code = _asset(script) if script else ""
    page = _environment().get_template(template)
    values = {
        "policy": Markup(policy(style, code)),
        "style": Markup(style),
        "script": Markup(code),
    }
    return page.render(view=view, language=language, **values).encode()
