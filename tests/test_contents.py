"""What other pages show of an entry has a stamp; order, neighbours and years come from the dates alone."""

from pathlib import Path

from trees import ANSWER, ISSUE, STORY, TRANSLATION, Files, read, told

from magazine.site.contents import Contents

FILES = {
    "magazine/2008-12/ru.md": ISSUE.replace("\n\n", "\nStories: two, one\n\n", 1),
    "magazine/2008-12/one/ru.md": STORY,
    "magazine/2008-12/two/ru.md": STORY,
    "magazine/2009-06/ru.md": ISSUE.replace("2008-12-01", "2009-06-01"),
    "magazine/2009-06/three/ru.md": STORY.replace("2008-12-02", "2009-06-02"),
    "blog/a/ru.md": STORY.replace("\n\n", "\nAuthor: Мира\nTags: дом\n\n", 1),
    "blog/a/en.md": TRANSLATION,
    "blog/b/ru.md": STORY.replace("2008-12-02", "2010-01-01"),
    "blog/c/ru.md": STORY.replace("2008-12-02", "2010-02-01"),
    "petitions/p/ru.md": STORY.replace("2008-12-02", "2011-01-01"),
    "petitions/p/updates/news/ru.md": STORY.replace("2008-12-02", "2012-01-01"),
    "pages/about/ru.md": "Title: О нас\n\nМы.\n",
}
POST = "blog/a/ru.md"


def contents(root: Path, files: Files) -> Contents:
    library, report = read(root, files)
    assert told(report) == []
    return Contents(library)


def changed(root: Path, name: str, text: str | bytes) -> set[str]:
    """The entries of which something else is shown after one more file, or another one of this name."""
    before = contents(root / "before", FILES)
    after = contents(root / "after", {**FILES, name: text})
    known = before.library.entries
    return {
        key
        for key, entry in after.library.entries.items()
        if key not in known or after.shown(entry) != before.shown(known[key])
    }


def with_header(name: str, line: str) -> str:
    return FILES[name].replace("\n\n", f"\n{line}\n\n", 1)


# What is shown elsewhere


def test_the_same_texts_have_the_same_stamps_wherever_they_lie(tmp_path: Path) -> None:
    assert changed(tmp_path, POST, FILES[POST]) == set()


def test_every_entry_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    made = contents(tmp_path, FILES)
    assert len({made.shown(entry) for entry in made.library.entries.values()}) == len(made.library.entries)


def test_a_title_is_shown_elsewhere(tmp_path: Path) -> None:
    assert changed(tmp_path, POST, FILES[POST].replace("Рассказ", "Письмо")) == {"blog/a"}


def test_the_title_of_a_translation_is_shown_elsewhere(tmp_path: Path) -> None:
    assert changed(tmp_path, "blog/a/en.md", TRANSLATION.replace("Story", "Letter")) == {"blog/a"}


def test_headers_that_readers_see_are_shown_elsewhere(tmp_path: Path) -> None:
    lines = ("Summary: О доме", "Note: violence", "Discreet: Письмо", "Modified: 2012-01-01")
    for number, line in enumerate(lines):
        assert changed(tmp_path / str(number), POST, with_header(POST, line)) == {"blog/a"}, line


def test_another_date_and_another_author_are_shown_elsewhere(tmp_path: Path) -> None:
    for number, (old, new) in enumerate((("2008-12-02", "2008-12-03"), ("Мира", "Зоя"), ("дом", "закон"))):
        assert changed(tmp_path / str(number), POST, FILES[POST].replace(old, new)) == {"blog/a"}, new


def test_a_body_is_not_shown_elsewhere(tmp_path: Path) -> None:
    assert changed(tmp_path, POST, f"{FILES[POST]}\nЕщё слово.\n") == set()


def test_an_answer_is_not_shown_elsewhere(tmp_path: Path) -> None:
    assert changed(tmp_path, "blog/a/comments/1.md", ANSWER) == set()


def test_a_translation_is_shown_elsewhere_by_its_language(tmp_path: Path) -> None:
    assert changed(tmp_path, "blog/b/en.md", TRANSLATION) == {"blog/b"}


def test_a_spelling_found_elsewhere_is_shown_with_every_entry_of_the_name(tmp_path: Path) -> None:
    """Another post tells how Мира is spelt in English."""
    text = STORY.replace("\n\n", "\nAuthor: Мира\n\n", 1)
    files = {**FILES, "blog/d/ru.md": text, "blog/d/en.md": TRANSLATION}
    spelt = {**files, "blog/d/en.md": TRANSLATION.replace("\n\n", "\nAuthor: Mira\n\n", 1)}
    before, after = contents(tmp_path / "before", files), contents(tmp_path / "after", spelt)
    for key, differs in (("blog/a", True), ("blog/d", True), ("blog/b", False)):
        assert (before.shown(before.library.entries[key]) != after.shown(after.library.entries[key])) == differs, key


def test_a_topic_spelt_elsewhere_is_shown_with_every_entry_of_it(tmp_path: Path) -> None:
    text = STORY.replace("\n\n", "\nTags: дом\n\n", 1)
    files = {**FILES, "blog/d/ru.md": text, "blog/d/en.md": TRANSLATION}
    spelt = {**files, "blog/d/en.md": TRANSLATION.replace("\n\n", "\nTags: home\n\n", 1)}
    before, after = contents(tmp_path / "before", files), contents(tmp_path / "after", spelt)
    assert before.shown(before.library.entries["blog/a"]) != after.shown(after.library.entries["blog/a"])


def test_an_issue_shows_its_stories(tmp_path: Path) -> None:
    one = "magazine/2008-12/one"
    title = FILES[f"{one}/ru.md"].replace("Рассказ", "Письмо")
    assert changed(tmp_path / "title", f"{one}/ru.md", title) == {one, "magazine/2008-12"}
    new = "magazine/2008-12/four"
    assert changed(tmp_path / "new", f"{new}/ru.md", STORY) == {new, "magazine/2008-12"}
    body = f"{STORY}\nЕщё слово.\n"
    assert changed(tmp_path / "body", f"{one}/ru.md", body) == set()


def test_an_issue_shows_the_order_of_its_stories(tmp_path: Path) -> None:
    text = FILES["magazine/2008-12/ru.md"].replace("two, one", "one, two")
    assert changed(tmp_path, "magazine/2008-12/ru.md", text) == {"magazine/2008-12"}


def test_signatures_are_shown_elsewhere_and_news_of_a_petition_are_not(tmp_path: Path) -> None:
    tally = "Kind: tally\nCount: 64\nDate: 2012-06-03\n"
    assert changed(tmp_path / "tally", "petitions/p/signatures/1.md", tally) == {"petitions/p"}
    news = FILES["petitions/p/updates/news/ru.md"].replace("Рассказ", "Новость")
    assert changed(tmp_path / "news", "petitions/p/updates/news/ru.md", news) == {"petitions/p/updates/news"}


# What stands where


def neighbours(made: Contents, key: str) -> list[str | None]:
    return [other.slug if other else None for other in made.neighbours(made.library.entries[key])]


def test_stories_and_posts_stand_newest_first(tmp_path: Path) -> None:
    found = [entry.slug for entry in contents(tmp_path, FILES).entries]
    assert found == ["c", "b", "three", "two", "one", "a"]


def test_years_are_those_of_stories_and_posts_newest_first(tmp_path: Path) -> None:
    assert contents(tmp_path, FILES).years == [2010, 2009, 2008]


def test_the_neighbours_of_a_story_are_those_in_its_issue(tmp_path: Path) -> None:
    made = contents(tmp_path, FILES)
    assert neighbours(made, "magazine/2008-12/two") == [None, "one"]
    assert neighbours(made, "magazine/2008-12/one") == ["two", None]
    assert neighbours(made, "magazine/2009-06/three") == [None, None]


def test_the_neighbours_of_a_post_are_the_older_and_the_newer_one(tmp_path: Path) -> None:
    made = contents(tmp_path, FILES)
    assert neighbours(made, "blog/a") == [None, "b"]
    assert neighbours(made, "blog/b") == ["a", "c"]
    assert neighbours(made, "blog/c") == ["b", None]


def test_pages_petitions_and_issues_have_no_neighbours(tmp_path: Path) -> None:
    made = contents(tmp_path, FILES)
    for key in ("pages/about", "petitions/p", "petitions/p/updates/news", "magazine/2008-12"):
        assert neighbours(made, key) == [None, None]


def test_issues_are_found_by_their_slugs(tmp_path: Path) -> None:
    assert contents(tmp_path, FILES).issues.keys() == {"2008-12", "2009-06"}


def test_people_and_topics_are_those_of_everything_that_is_credited(tmp_path: Path) -> None:
    files = {**FILES, "petitions/p/ru.md": with_header("petitions/p/ru.md", "Author: Зоя\nTags: лес")}
    made = contents(tmp_path, files)
    assert [name.in_language("ru") for name in made.people.sorted("ru")] == ["Swallow", "Зоя", "Мира"]
    assert [name.in_language("ru") for name in made.topics.sorted("ru")] == ["дом"]


def test_answers_are_put_into_threads_once(tmp_path: Path) -> None:
    answers = {"blog/a/comments/1.md": ANSWER, "blog/a/comments/2.md": f"Reply-To: 1\n{ANSWER}"}
    made = contents(tmp_path, {**FILES, **answers})
    entry = made.library.entries["blog/a"]
    assert made.responses(entry) is made.responses(entry)
    ((letter,),) = made.responses(entry).pages
    assert (made.responses(entry).count, [reply.answer.id for reply in letter.replies]) == (2, ["2"])
