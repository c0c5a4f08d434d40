"""Exactly those pages are rendered again that show something that has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from trees import ANSWER, ISSUE, STORY, TRANSLATION, Files, read, told

from magazine.library import scanned
from magazine.memory import Memory
from magazine.site.build import settings
from magazine.site.plan import Plan, planned
from magazine.site.preparation import prepared
from magazine.site.responses import PAGE_WEIGHT
from magazine.site.support import NAMES_SIZE

SIZE = 2  # entries on a list page and in a feed


def dated(date: str, text: str = STORY, *lines: str) -> str:
    """The text of another day, with more headers."""
    text = text.replace("2008-12-02", date).replace("2008-12-01", date)
    return text.replace("\n\n", "".join(f"\n{line}" for line in lines) + "\n\n", 1)


FILES = {
    "magazine/2009-01/ru.md": dated("2009-01-01", ISSUE),
    "magazine/2009-01/one/ru.md": dated("2009-01-01"),
    "magazine/2009-01/two/ru.md": dated("2009-01-02"),
    "magazine/2009-01/two/ky.md": TRANSLATION,
    "magazine/2009-01/three/ru.md": dated("2009-01-03"),
    **{f"blog/p{day}/ru.md": dated(f"2010-01-0{day}") for day in range(1, 7)},
    "blog/p3/en.md": TRANSLATION.replace("Swallow", "Gull"),
    "petitions/p/ru.md": dated("2011-01-01"),
    "petitions/p/updates/news/ru.md": dated("2011-02-01"),
    "pages/about/ru.md": "Title: О нас\n\nМы.\n",
}
OWN = {"blog/p3.html", "ky/blog/p3.html", "en/blog/p3.html"}
NEIGHBOURS = {"blog/p2.html", "blog/p4.html"}  # as posts; where they are missing, they have none
YEAR = {"archive/2010/2.html"}
LISTS = {"blog/page/2.html", *YEAR}
CREDITS = {"credits/gull.html"}
FEEDS = {"feeds/all.xml", "feeds/blog.xml"}


@dataclass
class Desk:
    """A small magazine in several states, each in a folder of its own."""

    folder: Path
    memory: Memory = field(default_factory=lambda: Memory(None))
    expected: list[tuple[str, str, int]] = field(default_factory=list)  # what is told of the next tree

    def plan(
        self, files: Files, known: Mapping[str, bytes], stamp: bytes = b"theme", size: int = SIZE, feed_size: int = SIZE
    ) -> Plan:
        """The plan of a tree where pages with these keys stand already."""
        root = self.folder / str(len(list(self.folder.iterdir()))) / "content"
        library, report = read(root, files)
        chosen = settings(PATH=str(root), CACHE_PATH=str(self.folder / "0"), OUTPUT_PATH=str(self.folder / "output"))
        made = prepared(chosen, library, scanned(root), self.memory, report)
        assert told(report) == self.expected
        assert made
        return planned(made.editions, stamp, size, feed_size, lambda address, key: known.get(address) == key, report)

    def stale(self, changes: Mapping[str, str | None], before: Files = FILES) -> set[str]:
        """The addresses of all pages to render after some files have changed; None for one that is removed."""
        files = {name: text for name, text in {**before, **changes}.items() if text is not None}
        return addresses(self.plan(files, self.plan(before, {}).keys))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "0").mkdir()
    return Desk(tmp_path)


def addresses(plan: Plan) -> set[str]:
    """The places below the root of the site of all stale pages."""
    found = [
        page.address if language == "ru" else f"{language}/{page.address}"
        for language, pages in plan.stale.items()
        for page in pages
    ]
    assert len(set(found)) == len(found) == plan.count
    assert plan.keys.keys() >= set(found)
    return set(found)


def everywhere(*places: set[str]) -> set[str]:
    """The same pages in each language."""
    return {f"{folder}{address}" for folder in ("", "ky/", "en/") for place in places for address in place}


def test_a_first_build_renders_everything(desk: Desk) -> None:
    plan = desk.plan(FILES, {})
    assert addresses(plan) == plan.keys.keys()
    assert plan.keys.keys() >= OWN | everywhere(LISTS, CREDITS, FEEDS, {"index.html", "404.html"}) | {"sitemap.xml"}


def test_without_a_change_nothing_is_rendered_wherever_the_tree_lies(desk: Desk) -> None:
    assert desk.stale({}) == set()


def test_every_page_has_a_key_of_its_own(desk: Desk) -> None:
    keys = desk.plan(FILES, {}).keys
    assert len(set(keys.values())) == len(keys)


def test_news_of_a_petition_have_no_page(desk: Desk) -> None:
    assert not any("news" in address for address in desk.plan(FILES, {}).keys)


# What is told of one text


def test_a_body_is_on_its_own_page_and_in_the_feeds_that_hold_it(desk: Desk) -> None:
    assert desk.stale({"blog/p3/ru.md": f"{FILES['blog/p3/ru.md']}\nЕщё.\n"}) == {"blog/p3.html"}
    assert desk.stale({"blog/p6/ru.md": f"{FILES['blog/p6/ru.md']}\nЕщё.\n"}) == {"blog/p6.html"} | FEEDS


def test_the_body_of_a_translation_is_in_its_language_alone(desk: Desk) -> None:
    text = f"{FILES['blog/p3/en.md']}\nMore.\n"
    assert desk.stale({"blog/p3/en.md": text}) == {"en/blog/p3.html", "en/feeds/all.xml", "en/feeds/blog.xml"}


def test_a_changed_original_makes_its_translation_an_older_one(desk: Desk) -> None:
    library, _ = read(desk.folder / "first", FILES)
    made_from = f"Original-Version: {library.entries['blog/p3'].versions['ru'].fingerprint}"
    before = {**FILES, "blog/p3/en.md": FILES["blog/p3/en.md"].replace("\n\n", f"\n{made_from}\n\n", 1)}
    known = desk.plan(before, {}).keys
    desk.expected = [("version-older", "blog/p3/en.md", 3)]
    plan = desk.plan({**before, "blog/p3/ru.md": f"{FILES['blog/p3/ru.md']}\nЕщё.\n"}, known)
    assert addresses(plan) == {"blog/p3.html", "en/blog/p3.html"}


def test_a_title_is_wherever_the_text_is_listed(desk: Desk) -> None:
    found = desk.stale({"blog/p3/ru.md": FILES["blog/p3/ru.md"].replace("Рассказ", "Письмо")})
    in_english = {"en/feeds/all.xml", "en/feeds/blog.xml"}
    home = {"index.html"}  # holds the newest four
    assert found == OWN | NEIGHBOURS | everywhere(LISTS, CREDITS, home) | in_english


def test_an_answer_is_on_the_pages_of_its_text_and_in_the_feeds_of_answers(desk: Desk) -> None:
    feeds = {"feeds/answers.xml", "en/feeds/answers.xml"}
    assert desk.stale({"blog/p3/comments/1.md": ANSWER}) == {"blog/p3.html", "en/blog/p3.html"} | feeds


def test_an_answer_that_begins_a_page_brings_it_and_is_on_the_map(desk: Desk) -> None:
    long = {f"blog/p3/comments/{number}.md": f"{ANSWER}{'слово ' * (PAGE_WEIGHT // 12)}\n" for number in (1, 2)}
    found = desk.stale({"blog/p3/comments/3.md": long["blog/p3/comments/2.md"]}, {**FILES, **long})
    pages = everywhere({"blog/p3/answers-2.html", "blog/p3/answers-3.html"})
    feeds = {"feeds/answers.xml", "en/feeds/answers.xml"}
    assert found == {"sitemap.xml", "blog/p3.html", "en/blog/p3.html"} | feeds | pages


def test_a_translation_is_on_every_page_that_tells_the_languages_of_its_text(desk: Desk) -> None:
    found = desk.stale({"blog/p3/ky.md": TRANSLATION.replace("Swallow", "Gull")})
    feeds = {"feeds/all.xml", "feeds/blog.xml", "feeds/answers.xml"}
    assert found - everywhere(feeds, {"index.html"}) == OWN | NEIGHBOURS | {"sitemap.xml"} | everywhere(LISTS, CREDITS)
    assert {"ky/feeds/all.xml", "ky/feeds/blog.xml"} <= found


def test_a_new_post_leaves_the_old_lists_and_posts_alone(desk: Desk) -> None:
    """But for the newest post, which it follows, and the newest list page that is closed."""
    found = desk.stale({"blog/p7/ru.md": dated("2010-01-07")})
    own, newer = {"blog/p7.html"}, {"blog/index.html", "archive/2010.html", "index.html"}
    assert found == everywhere(own, newer) | {"blog/p6.html", "sitemap.xml"} | FEEDS


def test_a_removed_post_is_missed_by_its_neighbours(desk: Desk) -> None:
    found = desk.stale({"blog/p5/ru.md": None})
    assert found >= {"blog/p4.html", "blog/p6.html", "blog/index.html", "index.html", "sitemap.xml", "feeds/blog.xml"}
    assert not found & {"blog/p5.html", "blog/p3.html", "magazine/2009-01/one.html", "feeds/magazine.xml"}


# Stories, issues, petitions


def test_a_title_of_a_story_is_in_its_issue_and_beside_it(desk: Desk) -> None:
    text = FILES["magazine/2009-01/three/ru.md"].replace("Рассказ", "Письмо")
    found = desk.stale({"magazine/2009-01/three/ru.md": text})
    shown = {"magazine/2009-01/three.html", "magazine/2009-01.html", "magazine/index.html", "index.html"}
    before = {"magazine/2009-01/two.html", "ky/magazine/2009-01/two.html"}
    assert found == everywhere(shown, {"archive/2009.html"}) | before | {"feeds/magazine.xml"}


def test_a_new_order_of_the_stories_is_on_all_their_pages(desk: Desk) -> None:
    text = FILES["magazine/2009-01/ru.md"].replace("\n\n", "\nStories: three, one, two\n\n", 1)
    found = desk.stale({"magazine/2009-01/ru.md": text})
    stories = {f"magazine/2009-01/{name}.html" for name in ("one", "two", "three")}
    assert found >= stories | {"ky/magazine/2009-01/two.html", "magazine/2009-01.html", "index.html"}
    assert not any("blog" in address for address in found)


def test_the_title_of_an_issue_is_on_the_pages_of_its_stories(desk: Desk) -> None:
    found = desk.stale({"magazine/2009-01/ru.md": FILES["magazine/2009-01/ru.md"].replace("Выпуск", "Номер")})
    stories = {f"magazine/2009-01/{name}.html" for name in ("one", "two", "three")} | {"ky/magazine/2009-01/two.html"}
    listed = everywhere({"magazine/2009-01.html", "magazine/index.html", "index.html"})
    assert found == stories | listed


def test_a_story_printed_first_gives_all_others_another_number(desk: Desk) -> None:
    found = desk.stale({"magazine/2009-01/none/ru.md": dated("2008-12-31")})
    assert found >= {f"magazine/2009-01/{name}.html" for name in ("none", "one", "two", "three")}


def test_news_and_signatures_are_on_the_page_of_the_petition(desk: Desk) -> None:
    news = f"{FILES['petitions/p/updates/news/ru.md']}\nЕщё.\n"
    told = {"petitions/p.html", "petitions/p/p.html", "feeds/petition-p.xml"}
    assert desk.stale({"petitions/p/updates/news/ru.md": news}) == told
    tally = "Kind: tally\nCount: 64\nDate: 2012-06-03\n"
    found = desk.stale({"petitions/p/signatures/1.md": tally})
    lists = {"petitions/index.html", "index.html"}
    counted = {"petitions/p/count.html", "petitions/p/badge.svg"}
    own = {"petitions/p/p.html", "feeds/all.xml", "sitemap.xml"}
    assert found == everywhere({"petitions/p.html"}, lists, counted) | own


def test_a_name_is_on_the_last_page_of_names_alone(desk: Desk) -> None:
    head, line = "Kind: signatures\nDate: 2012-01-01\n\n", "2012-01-{:02d} pen-name {:032x} - | Мира {} | -\n"
    full = head + "".join(line.format(1 + number // 20, number, number) for number in range(NAMES_SIZE + 1))
    before = {**FILES, "petitions/p/signatures/1.md": full}
    found = desk.stale({"petitions/p/signatures/1.md": full + line.format(30, 999, "последняя")}, before)
    assert {address for address in found if "names" in address} == everywhere({"petitions/p/names-2.html"})
    assert not any("share" in address or "feeds/petition" in address or "qr" in address for address in found)


def test_a_petition_without_signatures_has_no_page_of_them(desk: Desk) -> None:
    keys = desk.plan(FILES, {}).keys
    assert not [address for address in keys if "names" in address or "count" in address]


# Names


def test_another_spelling_of_a_pen_name_is_on_all_that_the_person_wrote(desk: Desk) -> None:
    author = {f"blog/p{day}/ru.md": dated(f"2010-01-0{day}", STORY, "Author: Мира") for day in (1, 3)}
    before = {**FILES, **author, "blog/p1/en.md": TRANSLATION, "blog/p3/en.md": dated("", TRANSLATION, "Author: Mira")}
    found = desk.stale({"blog/p3/en.md": before["blog/p3/en.md"].replace("Mira", "Myra")}, before)
    assert found >= {"en/blog/p3.html", "en/blog/p1.html", "en/credits/mira.html", "en/credits/index.html"}
    assert not found & {"en/blog/p2.html", "blog/p5.html", "credits/index.html"}


def test_a_new_topic_has_a_page_and_stands_in_the_index(desk: Desk) -> None:
    found = desk.stale({"blog/p3/ru.md": dated("2010-01-03", STORY, "Tags: дом")})
    assert found >= everywhere({"topics/dom.html", "topics/index.html"}) | OWN | {"sitemap.xml"}
    assert "credits/index.html" not in found


# What stands on every page


def test_the_title_of_a_standing_page_is_on_every_page(desk: Desk) -> None:
    found = desk.stale({"pages/about/ru.md": "Title: Кто мы\n\nМы.\n"})
    assert found == desk.plan(FILES, {}).keys.keys()


def test_the_body_of_a_standing_page_is_on_no_other(desk: Desk) -> None:
    assert desk.stale({"pages/about/ru.md": "Title: О нас\n\nЭто мы.\n"}) == {"pages/about.html"}


def test_another_theme_or_setting_is_on_every_page(desk: Desk) -> None:
    plan = desk.plan(FILES, desk.plan(FILES, {}).keys, stamp=b"another theme")
    assert addresses(plan) == plan.keys.keys()


def test_another_size_of_the_lists_leaves_the_texts_alone(desk: Desk) -> None:
    found = addresses(desk.plan(FILES, desk.plan(FILES, {}).keys, size=3))
    assert found >= everywhere({"blog/page/1.html", "blog/index.html", "archive/2010/1.html"})
    assert not found & {"index.html", "blog/p3.html", "magazine/2009-01/one.html", "feeds/all.xml"}


def test_another_size_of_the_feeds_leaves_all_else_alone(desk: Desk) -> None:
    found = addresses(desk.plan(FILES, desk.plan(FILES, {}).keys, feed_size=1))
    assert found <= everywhere({f"feeds/{name}.xml" for name in ("all", "blog", "magazine", "answers")})
    assert "feeds/blog.xml" in found


# What Pelican reads


def test_the_sources_are_those_of_the_stale_pages_by_who_reads_them(desk: Desk) -> None:
    plan = desk.plan(FILES, {})
    articles, pages = plan.sources("ru")
    assert sorted(pages) == ["magazine/2009-01/ru.md", "pages/about/ru.md"]
    is_article = [name for name in FILES if name.endswith("/ru.md") and name not in pages and "updates" not in name]
    assert sorted(articles) == sorted(is_article)
    assert plan.sources("en") == (["blog/p3/en.md"], [])
    assert plan.sources("ky") == (["magazine/2009-01/two/ky.md"], [])


def test_only_the_sources_of_stale_pages_are_read(desk: Desk) -> None:
    known = desk.plan(FILES, {}).keys
    plan = desk.plan({**FILES, "blog/p3/ru.md": f"{FILES['blog/p3/ru.md']}\nЕщё.\n"}, known)
    assert [plan.sources(language) for language in ("ru", "ky", "en")] == [(["blog/p3/ru.md"], []), ([], []), ([], [])]
    plan = desk.plan({**FILES, "pages/about/ru.md": "Title: О нас\n\nЭто мы.\n"}, known)
    assert plan.sources("ru") == ([], ["pages/about/ru.md"])


def test_pages_without_a_source_of_their_own_are_none_of_the_sources(desk: Desk) -> None:
    before = desk.plan(FILES, {}).keys
    plan = desk.plan(FILES, {address: key for address, key in before.items() if address != "ky/blog/p3.html"})
    assert (addresses(plan), plan.sources("ky")) == ({"ky/blog/p3.html"}, ([], []))
