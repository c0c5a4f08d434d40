"""The tools speak the editor's language."""

import sys

import pytest

from magazine import messages

NOT_FOUND = "there is no text here to build from"


@pytest.fixture(autouse=True)
def _plain_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"MAGAZINE_LANG": "ky"}, "ky"),
        ({"MAGAZINE_LANG": "RU"}, "ru"),
        ({"MAGAZINE_LANG": "ky", "LC_ALL": "ru_RU.UTF-8", "LANG": "en_US.UTF-8"}, "ky"),
        ({"MAGAZINE_LANG": "", "LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LC_ALL": "ru_RU.UTF-8", "LANG": "en_US.UTF-8"}, "ru"),
        ({"LC_ALL": "", "LC_MESSAGES": "ky_KG.UTF-8", "LANG": "ru_RU"}, "ky"),
        ({"LC_ALL": "C", "LANG": "ru_RU.UTF-8"}, "en"),
        ({"LANG": "ky_KG.UTF-8"}, "ky"),
        ({"LANG": "ru"}, "ru"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"MAGAZINE_LANG": "xx"}, "en"),
        ({"LC_CTYPE": "ru_RU.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_environment(environment: dict[str, str], language: str) -> None:
    assert messages.editor_language(environment) == language


def test_windows_is_asked_for_its_language_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(messages, "_windows_language", lambda: "ky")
    assert messages.editor_language({}) == "ky"
    assert messages.editor_language({"MAGAZINE_LANG": "ru"}) == "ru"


def test_a_sentence_is_said_in_the_language_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    said = set()
    for language in messages.LANGUAGES:
        monkeypatch.setenv("MAGAZINE_LANG", language)
        assert messages.say(NOT_FOUND) == messages.say(NOT_FOUND, language)
        said.add(messages.say(NOT_FOUND))
    assert len(said) == 3
    assert NOT_FOUND in said


def test_values_are_filled_in() -> None:
    assert "«a%b»" in messages.say("the link «%(target)s» leads nowhere", "ru", target="a%b")


def test_a_sentence_unknown_to_the_catalogs_is_said_as_it_is() -> None:
    assert messages.say("nobody translated this", "ky") == "nobody translated this"


@pytest.mark.parametrize(
    ("number", "start"), [(1, "1 ошибка "), (2, "2 ошибки "), (5, "5 ошибок "), (11, "11 ошибок "), (21, "21 ошибка ")]
)
def test_numbers_choose_the_russian_form(number: int, start: str) -> None:
    one = "%(number)d problem stopped the build; the old site stands unchanged."
    many = "%(number)d problems stopped the build; the old site stands unchanged."
    assert messages.say_number(one, many, number, "ru").startswith(start)
    assert messages.say_number(one, many, number, "en") == (one if number == 1 else many) % {"number": number}


def test_a_language_without_a_catalog_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        messages.catalog(messages.CATALOGS, "magazine", "de")
