"""The folders of ``content/`` become the records that their writers meant, and only what is published."""

import datetime as dt
from pathlib import Path

import pytest
from trees import ANSWER, ISSUE, STORY, TRANSLATION, Files, read, told

from magazine.records import Entry, Library, Petition

PICTURE = b"any bytes: nobody opens pictures here"
RICH = (
    "Title: Зонт\nDate: 2012-06-03 10:00\nAuthor: Мира, Ласточка\nTags: право, дом\nNote: violence\nSummary: О зонте\n"
    "Discreet: Вещь\nPicture: a.jpg\nAlt: Красный зонт\nCaption: Он самый\nModified: 2012-06-05\n\nТекст.\n"
)
POST = "blog/post/ru.md"


def one(root: Path, files: Files, key: str = "blog/post") -> Entry:
    """The entry of this key in a tree in which nothing is wrong."""
    library, report = read(root, files)
    assert told(report) == []
    return library.entries[key]


def headed(text: str, *lines: str) -> str:
    """The text with more headers."""
    return text.replace("\n\n", "\n" + "\n".join(lines) + "\n\n", 1)


def keys(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.key for entry in entries]


# What a translation says and what it takes from the original


def test_a_translation_inherits(tmp_path: Path) -> None:
    entry = one(tmp_path, {POST: RICH, "blog/post/en.md": TRANSLATION, "blog/post/a.jpg": PICTURE})
    version = entry.versions["en"]
    assert (version.authors, version.tags) == (("Мира", "Ласточка"), ("право", "дом"))
    assert (version.note, version.alt) == ("violence", "Красный зонт")
    assert (entry.picture, entry.pictures) == ("a.jpg", ("a.jpg",))
    assert (entry.date, entry.modified) == (dt.datetime(2012, 6, 3, 10), dt.datetime(2012, 6, 5))


def test_a_translation_takes_nothing_that_is_in_another_language(tmp_path: Path) -> None:
    version = one(tmp_path, {POST: RICH, "blog/post/en.md": TRANSLATION, "blog/post/a.jpg": PICTURE}).versions["en"]
    assert (version.title, version.translators) == ("Story", ("Swallow",))
    assert (version.summary, version.caption) == ("", "")


def test_a_translation_may_say_its_own(tmp_path: Path) -> None:
    own = headed(
        TRANSLATION,
        "Author: Rain, Swallow",
        "Tags: law, home",
        "Note: It rains.",
        "Alt: A red umbrella",
        "Caption: This one",
        "Summary: On umbrellas",
        "Discreet: A thing",
    )
    entry = one(tmp_path, {POST: RICH, "blog/post/en.md": own, "blog/post/a.jpg": PICTURE})
    version, original = entry.versions["en"], entry.versions["ru"]
    assert (version.authors, version.tags) == (("Rain", "Swallow"), ("law", "home"))
    assert (version.note, version.alt, version.caption) == ("It rains.", "A red umbrella", "This one")
    assert (version.summary, version.safe_title) == ("On umbrellas", "A thing")
    assert (original.authors, original.note, original.safe_title) == (("Мира", "Ласточка"), "violence", "Вещь")


def test_a_translation_may_write_a_name_in_its_own_letters(tmp_path: Path) -> None:
    files = {
        POST: headed(STORY, "Author: Мира", "Tags: Бишкек"),
        "blog/post/en.md": headed(TRANSLATION, "Author: Mira", "Tags: Bishkek"),
    }
    assert one(tmp_path, files).versions["en"].authors == ("Mira",)


@pytest.mark.parametrize("original", ["ru", "ky", "en"])
def test_any_language_may_be_the_original(original: str, tmp_path: Path) -> None:
    files = {
        f"blog/post/{language}.md": STORY if language == original else TRANSLATION for language in ("ru", "ky", "en")
    }
    entry = one(tmp_path, files)
    assert entry.original == original
    assert list(entry.versions) == ["ru", "ky", "en"]
    assert entry.date == dt.datetime(2008, 12, 2)
    assert [version.translators for language, version in entry.versions.items() if language != original] == [
        ("Swallow",)
    ] * 2


def test_a_missing_language_is_read_in_the_original(tmp_path: Path) -> None:
    entry = one(tmp_path, {"blog/post/ky.md": STORY, "blog/post/en.md": TRANSLATION})
    assert entry.version("ru").language == "ky"
    assert entry.version("en").language == "en"


def test_the_original_of_a_page_without_a_date_is_the_one_without_a_translator(tmp_path: Path) -> None:
    entry = one(
        tmp_path, {"pages/about/ru.md": TRANSLATION, "pages/about/ky.md": "Title: Биз\n\nБиз.\n"}, "pages/about"
    )
    assert entry.original == "ky"


# Which version a translation was made from


def test_a_translation_knows_whether_its_original_has_changed(tmp_path: Path) -> None:
    version = one(tmp_path / "a", {POST: STORY}).versions["ru"].fingerprint
    made = headed(TRANSLATION, f"Original-Version: {version.upper()}")
    assert not one(tmp_path / "b", {POST: headed(STORY, "Tags: дом"), "blog/post/en.md": made}).is_older("en")
    library, report = read(tmp_path / "c", {POST: STORY.replace("Текст.", "Другой."), "blog/post/en.md": made})
    entry = library.entries["blog/post"]
    assert entry.is_older("en")
    assert not entry.is_older("ru")
    assert told(report) == [("version-older", "blog/post/en.md", 3)]


def test_a_translation_of_no_known_version_is_not_older(tmp_path: Path) -> None:
    assert not one(tmp_path, {POST: STORY, "blog/post/en.md": TRANSLATION}).is_older("en")


# Order


def dated(day: str) -> str:
    return STORY.replace("2008-12-02", day)


def test_stories_stand_as_the_issue_names_them_and_the_rest_by_date(tmp_path: Path) -> None:
    stories = {"a": "2008-12-01", "b": "2008-12-05", "c": "2008-12-03", "d": "2008-12-04", "e": "2008-12-03"}
    files = {f"magazine/2008-12/{slug}/ru.md": dated(day) for slug, day in stories.items()}
    library, report = read(tmp_path, {"magazine/2008-12/ru.md": headed(ISSUE, "Stories: d, b"), **files})
    assert told(report) == []
    assert [story.slug for story in library.issues[0].stories] == ["d", "b", "a", "c", "e"]
    assert library.stories == library.issues[0].stories
    assert {story.issue for story in library.stories} == {"2008-12"}


def test_the_newest_comes_first(tmp_path: Path) -> None:
    days = {"a": "2012-06-03", "c": "2012-06-04", "b": "2012-06-03", "d": "2012-06-03 10:00", "e": "2008-01-01"}
    files = {
        f"{section}/{section}-{slug}/ru.md": dated(day)
        for section in ("blog", "petitions")
        for slug, day in days.items()
    }
    library, report = read(tmp_path, files)
    assert told(report) == []
    assert [post.slug for post in library.posts] == ["blog-c", "blog-d", "blog-b", "blog-a", "blog-e"]
    assert [petition.slug[-1] for petition in library.petitions] == ["c", "d", "b", "a", "e"]


def test_the_newest_issue_comes_first_and_its_name_dates_it(tmp_path: Path) -> None:
    undated = "Title: Выпуск\nNumber: 2\n\nПривет.\n"
    library, report = read(
        tmp_path, {f"magazine/{name}/ru.md": undated for name in ("2008-12", "2012-06", "2012-06-15", "2010-01")}
    )
    assert told(report) == []
    assert [issue.slug for issue in library.issues] == ["2012-06-15", "2012-06", "2010-01", "2008-12"]
    assert library.issues[2].date == dt.datetime(2010, 1, 1)
    assert library.issues[0].number == 2


def test_answers_come_oldest_first_and_by_number(tmp_path: Path) -> None:
    answers = {f"blog/post/comments/{name}.md": ANSWER for name in ("10", "9", "1-a", "2")}
    entry = one(
        tmp_path, {POST: STORY, **answers, "blog/post/comments/0.md": ANSWER.replace("2008-12-03", "2009-01-01")}
    )
    assert [answer.id for answer in entry.answers] == ["1-a", "2", "9", "10", "0"]


# What is not published


@pytest.mark.parametrize("status", ["draft", "hidden", "skip", "Draft"])
def test_an_unpublished_original_hides_all(status: str, tmp_path: Path) -> None:
    library, report = read(
        tmp_path,
        {
            POST: headed(STORY, f"Status: {status}"),
            "blog/post/en.md": headed(TRANSLATION, "Status: published"),
            "blog/post/a.jpg": PICTURE,
            "blog/post/comments/1.md": ANSWER,
            "blog/other/ru.md": STORY,
        },
    )
    assert told(report) == []
    assert list(library.entries) == ["blog/other"]
    assert keys(library.posts) == ["blog/other"]
    assert library.unpublished == {"blog/post"}


@pytest.mark.parametrize("status", ["draft", "hidden", "skip"])
def test_an_unpublished_translation_hides_only_itself(status: str, tmp_path: Path) -> None:
    files = {POST: STORY, "blog/post/en.md": headed(TRANSLATION, f"Status: {status}"), "blog/post/ky.md": TRANSLATION}
    assert list(one(tmp_path, files).versions) == ["ru", "ky"]


@pytest.mark.parametrize("status", ["draft", "hidden", "skip"])
def test_an_unpublished_issue_hides_its_stories(status: str, tmp_path: Path) -> None:
    files = {
        "magazine/2008-12/ru.md": headed(ISSUE, f"Status: {status}"),
        "magazine/2008-12/one/ru.md": STORY,
        POST: STORY,
    }
    library, report = read(tmp_path, files)
    assert told(report) == []
    assert (library.issues, library.stories) == ((), ())
    assert list(library.entries) == ["blog/post"]
    assert library.unpublished == {"magazine/2008-12", "magazine/2008-12/one"}


def test_an_unpublished_petition_hides_its_news(tmp_path: Path) -> None:
    files = {"petitions/p/ru.md": headed(STORY, "Status: draft"), "petitions/p/updates/n/ru.md": STORY, POST: STORY}
    library, _ = read(tmp_path, files)
    assert list(library.entries) == ["blog/post"]


def test_an_unpublished_story_is_in_no_issue(tmp_path: Path) -> None:
    files = {
        "magazine/2008-12/ru.md": headed(ISSUE, "Stories: two, one"),
        "magazine/2008-12/one/ru.md": STORY,
        "magazine/2008-12/two/ru.md": headed(STORY, "Status: draft"),
    }
    library, report = read(tmp_path, files)
    assert told(report) == []
    assert keys(library.stories) == ["magazine/2008-12/one"]


@pytest.mark.parametrize("status", ["pending", "held", "refused", "spam", "draft"])
def test_an_answer_that_is_not_approved_is_not_there(status: str, tmp_path: Path) -> None:
    entry = one(
        tmp_path,
        {
            POST: STORY,
            "blog/post/comments/1.md": headed(ANSWER, f"Status: {status}"),
            "blog/post/comments/2.md": ANSWER,
        },
    )
    assert [answer.id for answer in entry.answers] == ["2"]


def test_a_draft_without_a_date_is_no_mistake(tmp_path: Path) -> None:
    library, report = read(tmp_path, {POST: "Title: А\nStatus: draft\n\nТ.\n", "blog/other/ru.md": STORY})
    assert told(report) == []
    assert list(library.entries) == ["blog/other"]


# Petitions


def petition(root: Path, *lines: str, **tallies: str) -> Petition:
    """A petition with more headers, and tallies by name."""
    files = {f"petitions/p/signatures/{name}.md": text for name, text in tallies.items()}
    found = one(root, {"petitions/p/ru.md": headed(STORY, *lines), **files}, "petitions/p")
    assert isinstance(found, Petition)
    return found


def test_signatures_are_added_up(tmp_path: Path) -> None:
    found = petition(
        tmp_path,
        "Goal: 10 000",
        a="Kind: tally\nCount: 1 200\nDate: 2012-09-10\nWay: street\nRegion: Ош\n",
        b="Count: 34\nDate: 2012-06-03\n",
        c="Count: 0\nDate: 2012-07-01\nWay: online\n",
    )
    assert (found.signed, found.goal) == (1234, 10_000)
    assert found.counted_on == dt.date(2012, 9, 10)
    assert [(tally.id, tally.way, tally.region) for tally in found.tallies] == [
        ("b", "paper", ""),
        ("c", "online", ""),
        ("a", "street", "Ош"),
    ]


def test_a_petition_that_nobody_signed(tmp_path: Path) -> None:
    found = petition(tmp_path)
    assert (found.signed, found.counted_on, found.goal, found.deadline) == (0, None, None, None)
    assert found.state == "open"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (["Deadline: 2012-11-30"], "closed"),
        (["Deadline: 2012-12-01"], "open"),
        (["Deadline: 2012-12-02"], "open"),
        (["Deadline: 2012-12-02", "State: closed"], "closed"),
        (["Deadline: 2012-11-30", "State: delivered"], "delivered"),
        (["State: Delivered"], "delivered"),
    ],
)
def test_the_state_of_a_petition_on_the_first_of_december(lines: list[str], state: str, tmp_path: Path) -> None:
    assert petition(tmp_path, *lines).state == state


def test_the_deadline_closes_a_petition_whose_state_is_still_open(tmp_path: Path) -> None:
    library, report = read(tmp_path, {"petitions/p/ru.md": headed(STORY, "Deadline: 2012-11-30", "State: open")})
    assert library.petitions[0].state == "closed"
    assert told(report) == [("deadline-past", "petitions/p/ru.md", 3)]


def test_recipients_are_divided_by_semicolons_and_inherited(tmp_path: Path) -> None:
    files = {
        "petitions/p/ru.md": headed(STORY, "To: Министр, лично; Омбудсмен"),
        "petitions/p/en.md": TRANSLATION,
        "petitions/p/ky.md": headed(TRANSLATION, "To: Министр; Акыйкатчы"),
    }
    versions = one(tmp_path, files, "petitions/p").versions
    assert versions["ru"].recipients == versions["en"].recipients == ("Министр, лично", "Омбудсмен")
    assert versions["ky"].recipients == ("Министр", "Акыйкатчы")


def test_news_of_a_petition_newest_first(tmp_path: Path) -> None:
    files = {
        "petitions/p/ru.md": STORY,
        "petitions/p/updates/a/ru.md": dated("2012-01-01"),
        "petitions/p/updates/a/en.md": TRANSLATION,
        "petitions/p/updates/b/ru.md": dated("2012-02-01"),
        "petitions/p/updates/c/ru.md": headed(dated("2012-03-01"), "Status: draft"),
        "petitions/q/ru.md": STORY,
        "petitions/q/updates/a/ru.md": STORY,
    }
    library, report = read(tmp_path, files)
    assert told(report) == []
    found = next(petition for petition in library.petitions if petition.slug == "p")
    assert keys(found.updates) == ["petitions/p/updates/b", "petitions/p/updates/a"]
    assert list(found.updates[1].versions) == ["ru", "en"]
    assert "petitions/p/updates/c" not in library.entries


# Files beside the texts


def test_files_that_programs_leave_are_not_seen(tmp_path: Path) -> None:
    names = (
        ".#ru.md",
        "ru.md~",
        "~$ru.md",
        ".ru.md.swp",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        ".git/ru.md",
        "__MACOSX/ru.md",
    )
    folders = ("", "blog/", "blog/post/", "blog/post/comments/", "extra/")
    left = {f"{folder}{name}": "Title: Чужое\n" for folder in folders for name in names}
    library, report = read(tmp_path, {**left, POST: STORY, "blog/post/comments/1.md": ANSWER, "extra/key.txt": "x"})
    assert told(report) == []
    assert list(library.entries) == ["blog/post"]
    assert [extra.address for extra in library.extras] == ["key.txt"]
    assert len(library.entries["blog/post"].answers) == 1


def test_extras_keep_their_folders(tmp_path: Path) -> None:
    library, _ = read(
        tmp_path, {POST: STORY, "extra/a.txt": "x", "extra/.well-known/b.txt": "x", "extra/keys/c.asc": "x"}
    )
    assert {extra.address: extra.path.as_posix() for extra in library.extras} == {
        "a.txt": "extra/a.txt",
        "keys/c.asc": "extra/keys/c.asc",
    }


def test_a_text_is_found_by_its_source(tmp_path: Path) -> None:
    library, _ = read(tmp_path, {POST: STORY, "blog/post/en.md": TRANSLATION})
    entry, version = library.texts["blog/post/en.md"]
    assert (entry.key, version.language) == ("blog/post", "en")
    with pytest.raises(KeyError):
        library.texts["blog/post/ky.md"]


def test_the_same_tree_gives_the_same_records(tmp_path: Path) -> None:
    files = {
        "magazine/2008-12/ru.md": ISSUE,
        "magazine/2008-12/one/ru.md": STORY,
        POST: RICH,
        "blog/post/a.jpg": PICTURE,
        "blog/post/comments/1.md": ANSWER,
        "petitions/p/ru.md": STORY,
    }

    def written(name: str, order: list[str]) -> Library:
        return read(tmp_path / name / "content", {path: files[path] for path in order})[0]

    first, second = written("a", sorted(files)), written("b", sorted(files, reverse=True))
    assert list(first.entries.items()) == list(second.entries.items())


def test_a_neutral_title_covers_the_translations_too(tmp_path: Path) -> None:
    original = "Title: Рассказ\nDate: 2008-12-02\nDiscreet: Письмо\n\nТекст.\n"
    library, _ = read(tmp_path, {"blog/post/ru.md": original, "blog/post/en.md": TRANSLATION})
    assert library.posts[0].versions["en"].safe_title == "Письмо"
