"""Translations are complete where code speaks, say the same names, and are what is shipped."""

import os
import re
import subprocess
import sys

import pytest
import words

from grader import language

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
