"""What `--help` says, in the reader's language; translated when it is asked for, paragraph by paragraph."""

import copy
import inspect
import re
from collections.abc import Callable, Iterator

import click

from grader.language import translate

_AS_IT_IS = "\b\n"
"""How click marks a paragraph whose lines it leaves alone."""
_BESIDE = re.compile(r"^(\S.*?\S {2,})(\S.*)$", re.MULTILINE)


def in_language(command: click.Command) -> click.Command:
    """Return a command whose help is in the reader's language."""
    told = copy.copy(command)
    told.help = _each_paragraph(command.help, translate)
    told.epilog = _each_paragraph(command.epilog, translate)
    told.params = [_parameter(one) for one in command.params]
    told._help_option = None  # made anew, in that language
    if isinstance(command, click.Group):
        told.commands = {name: in_language(one) for name, one in command.commands.items()}  # type: ignore[attr-defined]
    return told


def _parameter(parameter: click.Parameter) -> click.Parameter:
    told = copy.copy(parameter)
    if isinstance(told, click.Option) and told.help:
        told.help = translate(told.help)
    return told


def texts(command: click.Command) -> Iterator[str]:
    """Yield each text of a command's help that is to be translated."""
    for text in (command.help, command.epilog):
        found: list[str] = []
        _each_paragraph(text, lambda paragraph, found=found: found.append(paragraph) or "")  # type: ignore[misc]
        yield from found
    yield from (one.help for one in command.params if isinstance(one, click.Option) and one.help)
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        yield from texts(one)


def _each_paragraph(text: str | None, change: Callable[[str], str]) -> str | None:
    """Return a text with each paragraph changed; of examples, what is said beside them."""
    if text is None:
        return None
    changed = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith(_AS_IT_IS):
            changed.append(_BESIDE.sub(lambda found: found[1] + change(found[2]), paragraph))
        else:
            changed.append(change(" ".join(paragraph.split())))
    return "\n\n".join(changed)
