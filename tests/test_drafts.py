"""Drafts are looked at as if they were to be published, and built into no folder but their own."""

import shutil
from pathlib import Path

import pytest
from trees import LANGUAGES, STORY, TODAY, TRANSLATION, Files, write
from trees import read as read_tree

from magazine import cache, library
from magazine.desk import check
from magazine.problems import Report
from magazine.site import build

DRAFT = "Title: Черновик\nDate: 2009-01-02\nStatus: draft\n\n{}\n"
TREE: Files = {
    "blog/post/ru.md": STORY,
    "blog/post/en.md": TRANSLATION.replace("\n\n", "\nStatus: draft\n\n", 1),
    "blog/draft/ru.md": DRAFT.format("[Туда](../other/)"),
    "blog/other/ru.md": DRAFT.format("Сюда."),
    "magazine/2009-01/ru.md": DRAFT.format("Выпуск."),
    "magazine/2009-01/story/ru.md": STORY,
}
OF_STATUS = ("blog/draft/ru.md", "blog/other/ru.md", "blog/post/en.md", "magazine/2009-01/ru.md")


def looked_at(root: Path, files: Files) -> tuple[list[tuple[str, str, str]], dict[str, bool]]:
    found = check.looked_through(write(root, files))
    problems = [(one.code, one.severity, one.path) for one in found.problems if one.code != "translation-missing"]
    return problems, {draft.path: draft.is_broken for draft in found.drafts}


def test_a_library_names_its_drafts_and_holds_them_when_asked_alone(tmp_path: Path) -> None:
    held, _ = read_tree(tmp_path, TREE)
    assert held.drafts == OF_STATUS
    assert list(held.texts) == ["blog/post/ru.md"]
    whole = library.read(tmp_path, LANGUAGES, Report(), TODAY, drafts=OF_STATUS[1:])
    assert sorted(whole.texts) == [*OF_STATUS[1:3], "blog/post/ru.md", OF_STATUS[3], "magazine/2009-01/story/ru.md"]
    assert list(whole.issues[0].stories) == [whole.entries["magazine/2009-01/story"]]
    assert whole.unpublished == {"blog/draft"}


def test_all_texts_that_are_not_in_the_site_are_listed(tmp_path: Path) -> None:
    problems, drafts = looked_at(tmp_path, TREE)
    assert problems == []  # not even of the link from one draft to another
    assert drafts == dict.fromkeys([*OF_STATUS, "magazine/2009-01/story/ru.md"], False)
    found = {draft.path: draft for draft in check.looked_through(tmp_path).drafts}
    assert (found["blog/post/en.md"].address, found["blog/post/en.md"].title) == ("en/blog/post.html", "Story")
    assert found["magazine/2009-01/story/ru.md"].address == "magazine/2009-01/story.html"


def test_what_is_wrong_in_a_draft_is_told_and_stops_nothing(tmp_path: Path) -> None:
    files = {"blog/draft/ru.md": DRAFT.format("[Туда](../nowhere/)"), "blog/post/ru.md": STORY}
    problems, drafts = looked_at(tmp_path, files)
    assert problems == [("link-dead", "warning", "blog/draft/ru.md")]
    assert drafts == {"blog/draft/ru.md": True}
    assert check.run(tmp_path) == 0


def test_a_text_without_a_draft_in_it_is_told_as_before(tmp_path: Path) -> None:
    """A link into a draft stops the build, although a check knows the draft."""
    files = {"blog/post/ru.md": STORY + "\n[Туда](../draft/)\n", "blog/draft/ru.md": DRAFT.format("Сюда.")}
    assert looked_at(tmp_path, files)[0] == [("link-unpublished", "error", "blog/post/ru.md")]
    assert check.run(tmp_path) == 1


def test_a_picture_beside_a_draft_is_looked_at(tmp_path: Path) -> None:
    files: Files = {"blog/draft/ru.md": DRAFT.format("Т."), "blog/draft/a.jpg": b"?", "blog/post/ru.md": STORY}
    problems, drafts = looked_at(tmp_path, files)
    assert problems == [("picture-bad", "warning", "blog/draft/a.jpg")]
    assert drafts == {"blog/draft/ru.md": True}


def test_a_draft_may_be_without_a_text_and_is_told_that_it_has_no_date(tmp_path: Path) -> None:
    files = {"blog/draft/ru.md": "Title: Б\nStatus: draft\n\n[Туда](../nowhere/)\n", "blog/post/ru.md": STORY}
    assert [code for code, *_ in looked_at(tmp_path, files)[0]] == ["date-missing", "link-dead"]
    write(tmp_path, {"blog/draft/ru.md": DRAFT.format("")})
    assert looked_at(tmp_path, {})[0] == []


def test_news_of_a_draft_petition_are_shown_on_its_page(tmp_path: Path) -> None:
    files = {"petitions/p/ru.md": DRAFT.format("Т."), "petitions/p/updates/n/ru.md": STORY, "blog/post/ru.md": STORY}
    found = check.looked_through(write(tmp_path, files)).drafts
    assert {draft.path: draft.address for draft in found} == {
        "petitions/p/ru.md": "petitions/p.html", "petitions/p/updates/n/ru.md": "petitions/p.html"
    }  # fmt: skip


def test_drafts_are_built_into_their_own_folder_alone(tmp_path: Path) -> None:
    content = write(tmp_path / "content", TREE)
    with pytest.raises(ValueError, match="output"):
        build.build(content, tmp_path / "output", drafts=OF_STATUS)
    assert not (tmp_path / "output").exists()


@pytest.mark.slow
def test_a_site_with_drafts_leaves_no_trace_in_the_other(tmp_path: Path) -> None:
    content = write(tmp_path / "content", TREE)
    place = build.place_of_drafts(content)
    assert place.is_relative_to(cache.folder())
    for output, drafts in ((tmp_path / "output", ()), (place, OF_STATUS), (tmp_path / "output", ()), (place, ())):
        assert [one for one in build.build(content, output, drafts=drafts) if one.stops] == []
        assert (output / "blog/draft.html").exists() == bool(drafts)
        assert (output / "magazine/2009-01/story.html").exists() == bool(drafts)
        assert ("Черновик" in (output / "index.html").read_text(encoding="utf-8")) == bool(drafts)
    shutil.rmtree(place)
