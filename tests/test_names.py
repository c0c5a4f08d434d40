"""A topic or a pen name has one page, whatever it is called in each language."""

import datetime as dt
import itertools
from pathlib import Path

import pytest
from trees import STORY, TRANSLATION, Files, read, told

from magazine.records import Entry
from magazine.site.names import Names
from magazine.slugs import is_slug, slug_of

LANGUAGES = ("ru", "ky", "en")


def posts(root: Path, *rows: dict[str, str], header: str = "Tags") -> list[Entry]:
    """A post for each row of names by language, newest first; the first language of a row is the original's."""
    files: dict[str, str] = {}
    for number, row in enumerate(rows):
        for place, (language, names) in enumerate(row.items()):
            text = TRANSLATION if place else STORY
            line = f"\n{header}: {names}\n\n" if names else "\n\n"
            files[f"blog/p{number}/{language}.md"] = text.replace("\n\n", line, 1)
    return told_nothing(root, files)


def told_nothing(root: Path, files: Files) -> list[Entry]:
    library, report = read(root, files)
    assert told(report) == []
    return list(library.posts)


def topics(entries: list[Entry]) -> Names:
    return Names.of_topics(entries, LANGUAGES)


def spelt(names: Names, language: str = "ru") -> list[str]:
    return [name.in_language(language) for name in names.sorted(language)]


def test_names_at_one_place_are_one_topic(tmp_path: Path) -> None:
    names = topics(posts(tmp_path, {"ru": "право, дом", "ky": "укук, үй", "en": "law, home"}))
    assert [(name.slug, dict(name.spelt)) for name in names.sorted("ru")] == [
        ("dom", {"ru": "дом", "ky": "үй", "en": "home"}),
        ("pravo", {"ru": "право", "ky": "укук", "en": "law"}),
    ]
    assert (spelt(names, "ky"), spelt(names, "en")) == (["укук", "үй"], ["home", "law"])


def test_the_address_is_that_of_the_first_language_whatever_the_original(tmp_path: Path) -> None:
    names = topics(posts(tmp_path, {"en": "law, home", "ru": "право, дом"}))
    assert [name.slug for name in names.sorted("en")] == ["dom", "pravo"]


def test_lists_of_two_lengths_are_not_joined(tmp_path: Path) -> None:
    names = topics(posts(tmp_path, {"ru": "право, дом", "en": "law"}))
    assert sorted(name.slug for name in names.sorted("ru")) == ["dom", "law", "pravo"]


def test_what_one_story_joins_is_joined_in_all(tmp_path: Path) -> None:
    entries = posts(tmp_path, {"ru": "дом", "en": "home"}, {"en": "home"}, {"ky": "үй", "en": "home"})
    (name,) = topics(entries).sorted("ru")
    assert dict(name.spelt) == {"ru": "дом", "ky": "үй", "en": "home"}
    assert topics(entries).entries(name) == entries


def test_inherited_topics_say_nothing_of_the_spelling(tmp_path: Path) -> None:
    names = topics(posts(tmp_path, {"ru": "дом", "en": ""}, {"ru": "дом", "en": "home"}))
    (name,) = names.sorted("en")
    assert dict(name.spelt) == {"ru": "дом", "en": "home"}


def test_a_topic_without_a_spelling_is_shown_in_the_first_there_is(tmp_path: Path) -> None:
    (name,) = topics(posts(tmp_path, {"ru": "дом", "en": ""})).sorted("en")
    assert (name.in_language("en"), name.in_language("ky")) == ("дом", "дом")


def test_kyrgyz_letters_do_not_collapse(tmp_path: Path) -> None:
    pairs = [("көл", "кол"), ("үй", "уй"), ("таң", "тан"), ("Көл", "Кол"), ("ТАҢ", "ТАН")]
    assert [slug_of(one) != slug_of(other) for one, other in pairs] == [True] * len(pairs)
    names = topics(posts(tmp_path, {"ky": "көл, кол, үй, уй, таң, тан"}))
    assert len(names.sorted("ky")) == 6


def test_entries_of_a_name_newest_first_and_once(tmp_path: Path) -> None:
    entries = posts(tmp_path, {"ru": "дом, право", "en": "home, law"}, {"ru": "право"}, {"ru": "дом"})
    names = topics(entries)
    found = {name.slug: [entry.slug for entry in names.entries(name)] for name in names.sorted("ru")}
    assert found == {"dom": ["p2", "p0"], "pravo": ["p1", "p0"]}


def test_the_names_of_a_text_keep_its_order(tmp_path: Path) -> None:
    entries = posts(tmp_path, {"ru": "право, дом, бег", "en": "law, home, run"})
    names = topics(entries)
    assert [name.slug for name in names.named(entries[0].versions["en"].tags)] == ["pravo", "dom", "beg"]


def test_order_and_addresses_do_not_depend_on_the_order_of_the_texts(tmp_path: Path) -> None:
    entries = posts(
        tmp_path,
        {"ru": "дом, ель", "ky": "үй, карагай", "en": "home, fir"},
        {"ky": "үй", "en": "house"},
        {"ru": "Ель, бег", "en": "tree, run"},
        {"ky": "карагай, үй"},
    )
    seen = set()
    for order in itertools.permutations(entries):
        names = topics(list(order))
        seen.add(tuple((language, name.slug) for language in LANGUAGES for name in names.sorted(language)))
    assert len(seen) == 1


def test_spelling_does_not_depend_on_the_order_of_the_texts(tmp_path: Path) -> None:
    """Of two spellings that differ in capitals alone, always the same one is shown."""
    entries = posts(tmp_path, {"ru": "дом"}, {"ru": "Дом"})
    assert spelt(topics(entries)) == spelt(topics(entries[::-1]))


def test_capitals_do_not_decide_the_order(tmp_path: Path) -> None:
    assert spelt(topics(posts(tmp_path, {"ru": "ящик, Ель, арбуз, Ёлка, бег"})))[:3] == ["арбуз", "бег", "Ель"]


def test_people_are_those_who_wrote_and_those_who_translated(tmp_path: Path) -> None:
    entries = posts(tmp_path, {"ru": "Дождь, Чайка", "en": "Rain, Gull"}, {"ru": "Дождь"}, header="Author")
    people = Names.of_people(entries, LANGUAGES)
    found = {name.in_language("en"): [entry.slug for entry in people.entries(name)] for name in people.sorted("en")}
    assert found == {"Gull": ["p0"], "Rain": ["p1", "p0"], "Swallow": ["p0"]}


def test_a_translator_is_not_taken_for_the_author(tmp_path: Path) -> None:
    files = {
        "blog/a/ru.md": STORY.replace("\n\n", "\nAuthor: Мира\n\n", 1),
        "blog/a/en.md": TRANSLATION,
        "blog/a/ky.md": TRANSLATION.replace("Swallow", "Асел"),
    }
    people = Names.of_people(told_nothing(tmp_path, files), LANGUAGES)
    assert spelt(people, "en") == ["Swallow", "Асел", "Мира"]


def test_a_name_of_signs_alone_has_an_address_too() -> None:
    assert slug_of("☂") != slug_of("☔")
    assert all(letter in "0123456789abcdef" for letter in slug_of("☂"))


def test_addresses_of_names_are_plain_letters() -> None:
    for name in ("Право на дом", "Ы-ы!", "O'Нил", "C++", "  a  ", "ж" * 300, "İstanbul"):
        slug = slug_of(name)
        assert slug
        assert slug == slug.strip("-")
        assert len(slug) <= 80
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize("name", ["Index", "Индех", "Con", "Кон", "NUL", "com1"])
def test_no_name_takes_an_address_that_is_ours_or_that_windows_forbids(name: str) -> None:
    assert is_slug(slug_of(name))


def test_entries_of_one_moment_are_told_apart_by_their_keys(tmp_path: Path) -> None:
    entries = posts(tmp_path, {"ru": "дом"}, {"ru": "дом"}, {"ru": "дом"})
    assert {entry.date for entry in entries} == {dt.datetime(2008, 12, 2)}
    assert [entry.slug for entry in entries] == ["p2", "p1", "p0"]
