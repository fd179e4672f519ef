"""The catalogues of translations, brought up to date with the sources: `make words`.

Sentences come from calls of `_` and `phrase` in grader/, what hidden checks say, the commands' help, titles of checks,
hints, and explanations of misconceptions. A translator edits `grader/locale/*/LC_MESSAGES/grader.po` and runs it again.
"""

import io
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from grader import assignment, catalogue, checks, hints, reason, score
from grader.cli import _COMMANDS, help, main

PACKAGE = Path(assignment.__file__).parent
LOCALE = PACKAGE / "locale"
_KEYWORDS = {"_": None, "translate": None, "translate_count": (1, 2), "phrase": None}
_NO_SOURCES = {"misconceptions", "alternatives", "slips", "material_data"}

CLICK = (
    "Usage:", "Options", "Show this message and exit.", "Show the version and exit.", "default: {default}", "required",
    "Error: {message}", "Try '{command} {option}' for help.", "Missing argument", "Missing option", "Missing command.",
    "Choose from:\n\t{choices}",
    "No such option {name!r}.", "No such command {name!r}.", "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}", "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.", "Option {name!r} does not take a value.", "Aborted!",
    "{name} {filename!r} does not exist.", "{name} {filename!r} is a file.", "{name} {filename!r} is a directory.",
    "file", "directory", "path",
)  # fmt: skip
"""What click says itself, as far as our commands make it say so."""

Message = str | tuple[str, str]


def in_code() -> list[Message]:
    """Return what the sources say by themselves."""
    found = extract_from_dir(
        PACKAGE,
        [("**.py", "python")],
        keywords=_KEYWORDS,
        directory_filter=lambda path: Path(path).name not in _NO_SOURCES,
    )
    said = [message for _, _, message, _, _ in found]
    said += [*score.HIDDEN.values(), score.DROPPED, *reason.ADVICE.values()]
    return list(dict.fromkeys([*said, *commands(), *CLICK]))


def commands() -> list[str]:
    """Return what `--help` says of all commands."""
    found = [import_module(f"grader.cli.{name}").command for name in _COMMANDS]
    return [text for command in (main, *found) for text in help.texts(command)]


def in_data() -> list[str]:
    """Return what the commands' summaries and the files of the assignment say."""
    exercises = assignment.load().exercises
    titles = [
        (judge.__doc__ or "").strip().splitlines()[0].rstrip(".")
        for exercise in exercises
        for judge in checks.judges(exercise).values()
    ]
    hinted = [check.hint for one in exercises.values() for check in one.checks.values()]
    ladders = [
        text
        for found in hints.load().values()
        for one in found
        for text in (one.topic, one.question, one.pointer, one.half)
    ]
    explained = [text for one in catalogue.load() for text in (one.explanation, one.idea, one.pointer)]
    named = [one.title for one in exercises.values()]
    return [
        text for text in dict.fromkeys([*_COMMANDS.values(), *named, *titles, *hinted, *ladders, *explained]) if text
    ]


def catalogue_file(language: str) -> Path:
    """Return the file that a translator edits."""
    return LOCALE / language / "LC_MESSAGES" / "grader.po"


def read(language: str) -> Catalog:
    """Return a language's catalogue."""
    return read_po(io.BytesIO(catalogue_file(language).read_bytes()), locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    data = io.BytesIO()
    write_mo(data, catalogue)
    return data.getvalue()


def update(language: str) -> None:
    """Add what is new to a catalogue, drop what is gone, and compile it."""
    old = read(language)
    made = Catalog(locale=language, project="convolution-grader", fuzzy=False, charset="utf-8")
    made.mime_headers, made.header_comment = old.mime_headers, old.header_comment
    # Who changes what, and when, is in the repository's history: the file changes only with its sentences.
    made.creation_date, made.revision_date = old.creation_date, old.revision_date
    for message in [*in_code(), *in_data()]:
        before = old.get(message if isinstance(message, str) else message[0])
        made.add(message, before.string if before else None)
    written = io.BytesIO()
    write_po(written, made, width=120, omit_header=False, sort_output=False)
    catalogue_file(language).write_bytes(written.getvalue())
    catalogue_file(language).with_suffix(".mo").write_bytes(compiled(made))


if __name__ == "__main__":
    for path in LOCALE.glob("*/LC_MESSAGES/grader.po"):
        update(path.parent.parent.name)
