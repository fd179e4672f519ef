"""Why a submission was refused and what was left out of it, in the reader's language: records hold these in English."""

import re
from functools import cache

from grader.language import translate as _
from grader.phrase import Phrase, phrase, spoken

_FIELD = re.compile(r"\{(\w+)\}")
_SENTENCES = (
    phrase("it is a link"),
    phrase("it is a link, a pipe or a device, not a file"),
    phrase("its folder cannot be read ({reason})"),
    phrase("its file cannot be read ({reason})"),
    phrase("its file is larger than {most}"),
    phrase("its notebooks are larger than {most}"),
    phrase("its files lie in more than {most} folders"),
    phrase("it holds more than {most} members"),
    phrase("it holds more than {most} files"),
    phrase("more than {most} come out of it"),
    phrase("{name} is larger than {most}"),
    phrase("it is no readable zip: damaged, cut short or something else"),
    phrase("{name} is packed by method {method}; pack it as an ordinary zip"),
    phrase("{name} in it is damaged or cut short"),
    phrase("packed, its members are larger than its file: they overlap, or it is damaged"),
    phrase("its name ends as a gzip's does, but it is none"),
    phrase("it is a tar with an extended header of more than {most}"),
    phrase("it is a tar whose extended headers hold more than {most}"),
    phrase("it is a gzip that is damaged"),
    phrase("it is a gzip that is cut short"),
    phrase("no code cell of it has a grade id of {exercises}"),
    phrase("nothing in it can be graded"),
    phrase("none of its files is a module of {exercises}, at its root or under exercises/"),
    phrase("the cells of {exercise} are larger than {most} bytes"),
    phrase("the import cells are larger than {most} bytes"),
    phrase("it is no notebook: its text isn't UTF-8"),
    phrase("it is no notebook: its JSON is damaged or cut short"),
    phrase("it is JSON, but no notebook of format 4"),
    phrase("it is a notebook of format {format}, not 4; open it in Jupyter and save it again"),
    phrase("it has more than {most} cells"),
    phrase("it has more than {most} surrogates"),
    phrase("it has more than {most} numbers that are none"),
    phrase("the cells of {exercise} have more than {most} lines"),
    phrase("the extra fields of its members are larger than {most} bytes"),
    phrase("taken in their order: {count} cells with the grade id {name}"),
    phrase("and {count} more"),
    phrase("{path}: {reason}; go to the folder that holds exercises/, or name it: --path FOLDER"),
    phrase("fixtures, wheels (given)"),
    phrase("utils (given)"),
    phrase("archive {name}"),
    phrase("link {name}"),
    phrase("pipe {name}"),
    phrase("socket {name}"),
    phrase("device {name}"),
    phrase("absolute path {name}"),
    phrase("climbing path {name}"),
    phrase("control character in the name of {name}"),
    phrase("backslash in the name of {name}"),
    phrase("name that isn't UTF-8: {name}"),
    phrase("name too long: {name}"),
    phrase("earlier copy of {name}"),
    phrase("what lies below a file: {name}"),
    phrase("what cannot be read: {name}"),
    phrase("folders deeper than {depth}"),
    phrase("notebook {name}: {reason}"),
    phrase("cells of {exercise} that are not Python, but a cell magic's"),
    phrase("halves of surrogate pairs in the notebook, now '?'"),
    phrase("solution cell {name}"),
    phrase("{count} code cells without a grade id"),
    phrase("{count} code cell without a grade id"),
    phrase("manifest: {name} cannot be read"),
    phrase("manifest: {name} was handed in, but is not here"),
    phrase("manifest: {name} is not as it was handed in"),
    phrase("manifest: {name} was not handed in with the rest"),
    phrase("{path}: {reason}"),
)


def told(note: str) -> str:
    """Return a note (without its `left out: `) or a reason in the reader's language; as it is if nobody knows it."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(note):
            values = found.groupdict()
            if "reason" in values:
                values["reason"] = told(values["reason"])
            if "exercises" in values:
                values["exercises"] = values["exercises"].replace(" or ", _(" or "))
            return spoken(Phrase(template, values))
    return note


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((one.template, re.compile(_pattern(one.template), re.DOTALL)) for one in _SENTENCES)


def _pattern(template: str) -> str:
    """Return what a sentence looks like when it is filled."""
    return "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(_FIELD.split(template)))
