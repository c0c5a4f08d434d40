"""What holds for the sample holds for a magazine that has grown: many posts, a long conversation, languages missing."""

import pytest
import test_links
import test_weight
from site_files import Site
from trees import ANSWER, ISSUE, STORY, TRANSLATION, write

from magazine.site import build

WORDS = (
    "журнал", "улица", "подруга", "закон", "копия", "зонт", "письмо", "голос", "дождь", "дорога", "круг", "бумага",
    "листок", "скамейка", "чай", "паспорт",
)  # fmt: skip


def prose(sentences: int, seed: int) -> str:
    """Text that differs from seed to seed and compresses as text does."""
    rows = (
        [WORDS[(row * seed + 7 * column + row * column) % len(WORDS)] for column in range(12)]
        for row in range(sentences)
    )
    return "\n\n".join(" ".join(row).capitalize() + "." for row in rows)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site of 33 posts on one topic, one of them with 60 answers."""
    folder = tmp_path_factory.mktemp("grown")
    files = {
        "magazine/2008-12/ru.md": ISSUE,
        "magazine/2008-12/one/ru.md": STORY,
        "magazine/2008-12/one/en.md": TRANSLATION,
    }
    for number in range(33):
        date = f"2013-{number % 12 + 1:02}-{number % 27 + 1:02}"
        head = f"Title: Запись {number}\nDate: {date}\nAuthor: Зоя\nTags: дорога\n\n"
        files[f"blog/post-{number}/ru.md"] = head + prose(12, number + 1)
        if number % 3 == 0:
            files[f"blog/post-{number}/en.md"] = TRANSLATION
    for number in range(1, 61):
        reply = f"\nReply-To: {number - 1}\n\n" if number % 4 == 3 else "\n\n"
        head = ANSWER.replace("Соседка", f"Соседка {number}").replace("\n\n", reply)
        files[f"blog/post-6/comments/{number}.md"] = head + prose(5, number + 3)
    assert build.build(write(folder / "content", files), folder / "output") == []
    return Site(folder / "output")


def test_lists_go_on_in_older_pages(grown: Site) -> None:
    expected = {
        "blog/page/1.html",
        "blog/page/2.html",
        "topics/doroga/1.html",
        "credits/zoia/1.html",
        "archive/2013/2.html",
    }
    assert expected <= set(grown.pages)


def test_long_conversations_go_on_in_later_pages(grown: Site) -> None:
    first, second = (grown.pages[f"blog/post-6{suffix}.html"] for suffix in ("", "/answers-2"))
    assert "answer-1" in first.ids
    assert "answer-60" not in first.ids
    assert "answer-60" in {name for address, page in grown.pages.items() if "answers-" in address for name in page.ids}
    assert not first.ids & second.ids & {f"answer-{number}" for number in range(1, 61)}


def test_every_address_leads_to_a_file(grown: Site) -> None:
    links = [link for page in grown.pages.values() for link in page.links]
    test_links.test_every_address_leads_to_a_file_and_a_place_in_it(grown, links)
    test_links.test_relative_addresses_are_normalised_and_name_a_file(grown, links)


def test_every_page_is_reached(grown: Site) -> None:
    test_links.test_every_page_is_reached_from_home(grown)


def test_no_page_is_heavy(grown: Site) -> None:
    test_weight.test_every_page_weighs_at_most_13_kilobytes(grown)
    test_weight.test_a_text_page_weighs_little_more_than_its_text(grown)
