"""Translations are complete where code speaks, say the same names, and are what is shipped."""

import ast
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import words
from rich.console import Console

from grader import graphfile, handin, hints, language, notes, panels
from grader.cli import report
from grader.observation import Outcome
from grader.phrase import phrase
from grader.record import CheckRecord, ExerciseRecord
from grader.selfcheck import Checked

CODE = {message if isinstance(message, str) else message[0] for message in words.in_code()}
FIELD = re.compile(r"\{\w+\}|--\w+|`[^`]+`")


@pytest.fixture(scope="module", params=sorted(path.parent.parent.name for path in words.LOCALE.glob("*/*/grader.po")))
def catalogue(request: pytest.FixtureRequest) -> object:
    return words.read(request.param)


def test_german_is_there() -> None:
    assert language.known() == ["en", "de"]


def test_what_is_shipped_is_what_the_translator_wrote(catalogue) -> None:
    path = words.catalogue_file(str(catalogue.locale)).with_suffix(".mo")
    assert path.read_bytes() == words.compiled(catalogue), "make words"


def test_nothing_that_code_says_is_left_out_and_nothing_is_stale(catalogue) -> None:
    data = words.in_data()
    translated = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id}
    assert CODE - translated == set(), "make words, then translate"
    assert translated - CODE - set(data) == set(), "make words"
    unsaid = {message.id for message in catalogue if message.id and not message.string}
    assert not unsaid & CODE
    # A new check may come in English first; most of what students read is translated.
    assert sum(text in unsaid or text not in translated for text in data) <= 0.15 * len(data)


def test_translations_name_the_same_things(catalogue) -> None:
    for message in catalogue:
        if not message.id or not message.string:
            continue
        one, said = (message.id, message.string) if isinstance(message.id, str) else (message.id[0], message.string[0])
        assert sorted(set(FIELD.findall(one))) == sorted(set(FIELD.findall(said))), one


def speak(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    command = [sys.executable, "-m", "grader", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=plain | environment)


def test_the_command_speaks_the_language_of_the_system_or_the_one_that_is_asked_for() -> None:
    german = "Prüfe deine eigene Arbeit auf den sichtbaren Fällen."
    english = "Check your own work on the visible cases."
    utf8 = {"PYTHONUTF8": "1"}
    assert english in speak("--help", **utf8).stdout
    assert german in speak("--help", LANG="de_CH.UTF-8", **utf8).stdout
    assert german in speak("--language", "de", "--help", **utf8).stdout
    assert english in speak("--language", "en", "--help", LANG="de_DE.UTF-8", **utf8).stdout
    assert english in speak("--help", LANG="fr_CH.UTF-8", **utf8).stdout
    assert (
        "Bleiben und nach jedem Speichern wieder prüfen." in speak("--language", "de", "check", "--help", **utf8).stdout
    )


def test_a_language_that_there_is_not_is_said() -> None:
    done = speak("--language", "tlh", "--help")
    assert done.returncode == 2
    assert "there is no language 'tlh'; there are en, de" in done.stderr


@pytest.mark.parametrize("command", ["check", "grade", "models"])
def test_help_speaks_german_throughout(command: str) -> None:
    """Also what click says; of examples only what stands beside them."""
    german, english = (speak("--language", one, command, "--help", PYTHONUTF8="1").stdout for one in ("de", "en"))
    same = {line.strip() for line in german.splitlines()} & {line.strip() for line in english.splitlines()}
    assert {line for line in same if line and not line.startswith("grader ")} <= {"--course TEXT"}
    assert german.startswith("Aufruf: ")
    examples = [line.partition("  ")[0] for line in english.split("Options:")[0].splitlines()[1:]]
    assert all(line in german for line in examples if line.strip().startswith("grader "))


def test_an_error_of_a_command_speaks_german() -> None:
    done = speak("--language", "de", "grade", PYTHONUTF8="1")
    assert done.returncode == 2
    assert "Hilfe gibt 'grader grade --help'." in done.stderr
    assert "Fehler: Es fehlt das Argument 'PATHS...'." in done.stderr


def test_what_click_says_is_what_we_translate() -> None:
    source = "".join(path.read_text() for path in Path(click.__file__).parent.glob("*.py"))
    assert [text for text in words.CLICK if ascii(text)[1:-1] not in source] == []


def test_the_terminal_tells_a_failed_check_in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    said = phrase("{call} raised {error}", call="f()", error="ValueError: [red]no[/red]")
    record = CheckRecord(
        id="conv_2d.bias", title="Each output channel gets its own bias", outcome=Outcome.RAISED, score=0, points=3,
        visible=True, message=str(said), phrase=said, example="f() raised",
        case=phrase("{call}, called {count} times,", call="f()", count=2),
    )  # fmt: skip
    other = CheckRecord(id="conv_2d.padding", title="T", outcome=Outcome.PASSED, score=1, points=1, visible=True)
    checked = Checked("conv_2d", "A convolutional layer", ExerciseRecord(1, 4, (record, other)), {}, "")

    def shown() -> str:
        text = io.StringIO()
        report.show(Console(file=text, width=200, markup=False), checked)
        return text.getvalue()

    monkeypatch.setenv("LANGUAGE", "en")
    assert "f() raised ValueError: [red]no[/red]" in shown()
    monkeypatch.setenv("LANGUAGE", "de")
    assert "f() hat eine Ausnahme ausgelöst: ValueError: [red]no[/red]" in shown()
    assert "Jeder Ausgabekanal bekommt seinen eigenen Bias" in shown()


SAYING = {"RefusedError", "NotebookError", "note", "append"}


def said_of_submissions() -> list[str]:
    """Return what reading a submission can say of it, its fields filled: from the sources, where it is put together."""
    said = []
    for path in sorted((words.PACKAGE / "submission").glob("[!d]*.py")):  # discovery speaks to graders
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SAYING:
                said += [filled(one) for one in node.args if isinstance(one, ast.Constant | ast.JoinedStr)]
    return [one for one in said if one]


def filled(text: ast.expr) -> str:
    """Return a text with each field as "s" where it makes a plural, else as a reason that is known."""
    match text:
        case ast.Constant(value=str() as said):
            return said
        case ast.JoinedStr(values=parts):
            return "".join(map(filled, parts))
        case ast.FormattedValue(value=ast.IfExp(body=ast.Constant(value=said))):
            return str(said)
        case ast.FormattedValue():
            return "it is a link"
    return ""


def test_what_is_said_of_a_submission_is_known_in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    found = {text.removeprefix("left out: ") for text in said_of_submissions()}
    assert len(found) > 30
    # What they speak of is a field as well.
    subjects = {"it is a link it is a link", "it is a link are larger than it is a link bytes"}
    assert {text for text in found if notes.told(text) == text} == subjects
    for said in ("the import cells are larger than 8 bytes", "the cells of top5 are larger than 8 bytes", "link 'a'"):
        assert notes.told(said) != said
    assert notes.told("link '{name}<b>'") == "Link '{name}<b>'"
    assert notes.told("none of its files is a module of a or b, at its root or under exercises/").endswith(
        "von a oder b, weder zuoberst noch unter exercises/"
    )
    nothing = "/x/y: nothing in it can be graded; go to the folder that holds exercises/, or name it: --path FOLDER"
    assert notes.told(nothing).startswith("/x/y: nichts darin lässt sich bewerten; geh in den Ordner")
    monkeypatch.setenv("LANGUAGE", "en")
    assert {text for text in found if notes.told(text) != text} == set()


def test_a_page_of_pictures_and_an_error_name_their_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    assert '<html lang="en">' in panels.page("x", [])
    monkeypatch.setenv("LANGUAGE", "de")
    assert '<html lang="de">' in panels.page("x", [])
    with pytest.raises(graphfile.GraphFileError, match="lässt sich nicht lesen"):
        graphfile.read(tmp_path / "none.pb")
    with pytest.raises(hints.HintError, match="gibt es keine Prüfung 'order'"):
        hints.following("conv_2d", "order")
    with pytest.raises(handin.HandInError, match="enthält keinen Kurs"):
        handin.hand_over({}, tmp_path, None, "convolutions", "ada")
