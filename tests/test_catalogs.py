"""Every word that readers and editors see is there in Russian and Kyrgyz, whole and well formed."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from magazine import messages
from magazine.desk import catalogs
from magazine.desk.catalogs import EDITORS, READERS, TRANSLATED, Domain

PLACEHOLDER = re.compile(r"%\((\w+)\)([^a-z%]*[a-z])|%(?!\()")
HEADING = ("%(count)s answer to “%(title)s”", "%(count)s answers to “%(title)s”")
CASES = [
    pytest.param(domain, language, id=f"{domain.name}-{language}")
    for domain in (READERS, EDITORS)
    for language in TRANSLATED
]

both = pytest.mark.parametrize(("domain", "language"), CASES)


def held(domain: Domain, language: str) -> Catalog:
    """The catalog as it lies in the repository."""
    with catalogs.path(domain, language).open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def entries(catalog: Catalog) -> list[Message]:
    found = [message for message in catalog if message.id]
    assert len(found) > 20
    return found


def words(domain: Domain) -> frozenset[object]:
    """The words that stand in code and templates now, whatever language they are translated into."""
    return searched(domain.name)


@cache
def searched(name: str) -> frozenset[object]:
    """The same, looked for once: a domain cannot be remembered, its name can."""
    domain = {one.name: one for one in (READERS, EDITORS)}[name]
    return frozenset(message.id for message in catalogs.updated(domain, TRANSLATED[0]) if message.id)


def forms(words: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def pairs(domain: Domain, language: str) -> Iterator[tuple[Message, str, str]]:
    """Each translated form with the English one it stands for."""
    for message in entries(held(domain, language)):
        originals = forms(message.id)
        for index, form in enumerate(forms(message.string)):
            yield message, originals[min(index, len(originals) - 1)], form


@both
def test_the_catalog_holds_just_the_words_of_code_and_templates(domain: Domain, language: str) -> None:
    assert {message.id for message in entries(held(domain, language))} == words(domain)


def test_words_of_every_kind_are_found() -> None:
    readers, editors = words(READERS), words(EDITORS)
    assert {HEADING, "Archive", "larger picture, %(size)s KB", "This text tells of a death."} <= readers
    assert {"Error:", "the link «%(target)s» leads nowhere"} <= editors


@cache
def calls() -> frozenset[tuple[str, str]]:
    """Name and sentence of every call, as Python itself reads the code."""
    found = set()
    for path in sorted((catalogs.PROJECT / "magazine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add((node.func.id, first.value))
    return frozenset(found)


def called(names: set[str]) -> set[str]:
    """The sentences in calls of these names."""
    return {sentence for name, sentence in calls() if name in names}


def test_no_sentence_of_the_code_escapes_the_search() -> None:
    editors, readers = (
        {words if isinstance(words, str) else words[0] for words in held}
        for held in (words(EDITORS), words(READERS))
    )
    sentences = called({"say", "marked", "say_number"})
    assert len(sentences) > 80
    assert sentences - editors == set()
    assert called({"for_readers"}) - readers == set()


def test_no_word_of_the_templates_escapes_the_search() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in sorted((catalogs.PROJECT / "theme" / "templates").rglob("*.*"))
    ]
    called = {match[2] for text in texts for match in re.finditer(r"""\b_\(\s*(["'])(.+?)\1""", text)}
    assert len(called) > 40
    assert called - words(READERS) == set()


@both
def test_nothing_lacks_a_translation(domain: Domain, language: str) -> None:
    assert list(catalogs.untranslated(held(domain, language))) == []
    assert [message.id for message, _, form in pairs(domain, language) if not form.strip()] == []


@both
def test_nothing_is_fuzzy_and_nothing_left_over(domain: Domain, language: str) -> None:
    catalog = held(domain, language)
    assert [message.id for message in entries(catalog) if message.fuzzy] == []
    assert list(catalog.obsolete) == []


@both
def test_placeholders_are_those_of_the_english_words(domain: Domain, language: str) -> None:
    wrong = [
        form
        for _, original, form in pairs(domain, language)
        if sorted(PLACEHOLDER.findall(form)) != sorted(PLACEHOLDER.findall(original))
    ]
    assert wrong == []


@both
def test_space_around_is_that_of_the_english_words(domain: Domain, language: str) -> None:
    wrong = [
        form
        for _, original, form in pairs(domain, language)
        if [part.isspace() for part in (original[0], original[-1])] != [part.isspace() for part in (form[0], form[-1])]
    ]
    assert wrong == []


@both
def test_no_word_mixes_latin_and_cyrillic_letters(domain: Domain, language: str) -> None:
    mixed = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
    plain = [PLACEHOLDER.sub(" ", form) for _, _, form in pairs(domain, language)]
    assert [form for form in plain if mixed.search(form)] == []
    assert [
        message.id for message in entries(held(domain, language)) if re.search(r"[\u0400-\u04ff]", str(message.id))
    ] == []


@both
def test_only_letters_of_the_language_stand_there(domain: Domain, language: str) -> None:
    alphabet = set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя") | (set("ңөү") if language == "ky" else set())
    used = {
        letter for _, _, form in pairs(domain, language) for letter in form.lower() if "\u0400" <= letter <= "\u04ff"
    }
    assert used <= alphabet


@both
def test_every_plural_has_as_many_forms_as_the_language(domain: Domain, language: str) -> None:
    catalog = held(domain, language)
    counts = {len(message.string) for message in entries(catalog) if message.pluralizable}
    assert counts == {catalog.num_plurals}


@both
def test_plural_forms_are_those_of_cldr(domain: Domain, language: str) -> None:
    """Numbers that CLDR keeps apart are kept apart, and those it joins are joined."""
    chosen = messages.catalog(domain.folder, domain.name, language)
    one, many = next(message.id for message in entries(held(domain, language)) if message.pluralizable)
    rule = Locale.parse(language).plural_form
    catalog = held(domain, language)
    index = {form: number for number, form in enumerate(catalog.get(one).string)}
    numbers = {(rule(number), index[chosen.ngettext(one, many, number)]) for number in range(300)}
    assert len(numbers) == len({rule(number) for number in range(300)}) == catalog.num_plurals
    assert chosen.ngettext(one, many, 1) == catalog.get(one).string[0]


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("ru", 1, "1 ответ на"),
        ("ru", 2, "2 ответа на"),
        ("ru", 5, "5 ответов на"),
        ("ru", 11, "11 ответов на"),
        ("ru", 21, "21 ответ на"),
        ("ru", 0, "0 ответов на"),
        ("ru", 112, "112 ответов на"),
        ("ru", 1002, "1002 ответа на"),
        ("ky", 1, "1 жооп"),
        ("ky", 2, "2 жооп"),
        ("ky", 5, "5 жооп"),
        ("ky", 21, "21 жооп"),
        ("en", 1, "1 answer to"),
        ("en", 2, "2 answers to"),
        ("en", 11, "11 answers to"),
        ("en", 21, "21 answers to"),
    ],
)
def test_the_heading_of_answers(language: str, number: int, words: str) -> None:
    heading = messages.catalog(READERS.folder, READERS.name, language).ngettext(*HEADING, number)
    told = heading % {"count": number, "title": "Зонт"}
    assert re.search(rf"(?<!\w){words}(?!\w)", told)
    assert "Зонт" in told


def test_what_lacks_is_told() -> None:
    catalog = Catalog(locale="ru")
    catalog.add("said", "сказано")
    catalog.add("not said", "")
    catalog.add(("one", "many"), ("один", "два", ""))
    catalog.add("guessed", "угадано", flags=["fuzzy"])
    assert len(list(catalogs.untranslated(catalog))) == 3
