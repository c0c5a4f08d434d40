"""Each body is converted once, and again when something it is made of has changed."""

import gettext
import io
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image
from trees import LANGUAGES, STORY, TRANSLATION, Files, read, write

from magazine.memory import Memory
from magazine.problems import Report
from magazine.progress import Progress
from magazine.records import Library
from magazine.site import addresses
from magazine.site.bodies import Bodies
from magazine.site.gallery import Gallery

POST, OTHER = "blog/post/ru.md", "blog/other/ru.md"
FILES = {POST: STORY, OTHER: STORY}
LINKED = {POST: f"{STORY}\n[Сюда](../other/)\n", OTHER: STORY}


@dataclass
class Desk:
    """A content folder that is changed between builds, and what the builds remember."""

    root: Path
    memory: Memory = field(default_factory=lambda: Memory(None))
    converted: int = 0
    report: Report = field(default_factory=Report)

    def library(self, files: Files) -> Library:
        library, self.report = read(self.root / "content", files)
        return library

    def prepared(self, library: Library, stamp: bytes = b"program") -> Bodies:
        """The bodies of a build; ``converted`` tells how many were converted."""
        catalogs = dict.fromkeys(LANGUAGES, gettext.NullTranslations())
        gallery = Gallery(library.root, self.root / "cache")
        bodies = Bodies(library, gallery, catalogs, self.memory, stamp)
        progress = Progress(0, io.StringIO())
        bodies.prepare(self.report, progress)
        assert progress.done == progress.total
        self.converted = progress.done
        return bodies

    def build(self, files: Files, stamp: bytes = b"program") -> Bodies:
        return self.prepared(self.library(files), stamp)

    def told(self) -> list[tuple[str, str]]:
        return [(problem.code, problem.path) for problem in self.report.sorted()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    memory = Memory(tmp_path / "file")
    yield Desk(tmp_path, memory)
    memory.close()


def html(bodies: Bodies, name: str = POST) -> str:
    return bodies.html(bodies.library.texts[name][1])


def stamp(bodies: Bodies, name: str = POST) -> str:
    return bodies.stamp_of(bodies.library.texts[name][1])


def leads_to(address: str) -> str:
    return f'<a href="{addresses.SCHEME}{address}">Сюда</a>'


def picture(width: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, 20)).save(stream, "JPEG")
    return stream.getvalue()


# Converted once


def test_a_body_is_converted_once(desk: Desk) -> None:
    first = desk.build(FILES)
    assert (desk.converted, html(first)) == (2, "<p>Текст.</p>")
    second = desk.build({})
    assert (desk.converted, html(second), stamp(second)) == (0, "<p>Текст.</p>", stamp(first))


def test_a_body_is_remembered_on_the_disk(desk: Desk) -> None:
    desk.memory.save(desk.build(FILES).keys())
    desk.memory.close()
    desk.memory = Memory(desk.root / "file")
    assert html(desk.build({})) == "<p>Текст.</p>"
    assert desk.converted == 0


def test_every_language_has_a_body_of_its_own(desk: Desk) -> None:
    bodies = desk.build({POST: STORY, "blog/post/en.md": TRANSLATION})
    assert (desk.converted, html(bodies, "blog/post/en.md")) == (2, "<p>Text.</p>")


def test_only_the_body_that_has_changed_is_converted_again(desk: Desk) -> None:
    first = desk.build(FILES)
    second = desk.build({POST: f"{STORY}\nЕщё.\n"})
    assert (desk.converted, html(second)) == (1, "<p>Текст.</p>\n<p>Ещё.</p>")
    assert (stamp(second) != stamp(first), stamp(second, OTHER) == stamp(first, OTHER)) == (True, True)


def test_a_title_is_no_part_of_the_body(desk: Desk) -> None:
    desk.build(FILES)
    desk.build({POST: STORY.replace("Рассказ", "Письмо")})
    assert desk.converted == 0


def test_another_program_converts_everything_again(desk: Desk) -> None:
    desk.build(FILES)
    desk.build({}, b"another program")
    assert desk.converted == 2


def test_equal_bodies_of_two_entries_are_two(desk: Desk) -> None:
    bodies = desk.build(FILES)
    assert len(set(bodies.keys())) == 2
    assert stamp(bodies) != stamp(bodies, OTHER)


def test_the_keys_of_all_texts_are_known(desk: Desk) -> None:
    desk.build(FILES)
    bodies = desk.build({POST: f"{STORY}\nЕщё.\n"})
    assert sorted(bodies.keys()) == sorted([stamp(bodies), stamp(bodies, OTHER)])


# What else a body is made of


def test_a_body_is_converted_again_when_what_it_links_to_disappears(desk: Desk) -> None:
    assert leads_to("blog/other.html") in html(desk.build(LINKED))
    assert desk.told() == []
    (desk.root / "content" / OTHER).unlink()
    (desk.root / "content" / OTHER).parent.rmdir()
    desk.build({})
    assert (desk.converted, desk.told()) == (1, [("link-dead", POST)])


def test_a_body_is_converted_again_when_what_it_links_to_comes(desk: Desk) -> None:
    desk.build({POST: LINKED[POST]})
    assert desk.told() == [("link-dead", POST)]
    assert leads_to("blog/other.html") in html(desk.build({OTHER: STORY}))
    assert desk.told() == []


def test_a_body_is_converted_again_when_what_it_links_to_moves(desk: Desk) -> None:
    """A link leads to the reader's language, and to the original's when it names the source."""
    files = {POST: f"{STORY}\n[Сюда](../other/en.md)\n", OTHER: STORY, "blog/other/en.md": TRANSLATION}
    assert leads_to("en/blog/other.html") in html(desk.build(files))
    (desk.root / "content/blog/other/en.md").unlink()
    desk.build({})
    assert (desk.converted, desk.told()) == (1, [("link-dead", POST)])


def test_a_body_is_converted_again_when_what_it_links_to_becomes_a_draft(desk: Desk) -> None:
    desk.build(LINKED)
    desk.build({OTHER: STORY.replace("\n\n", "\nStatus: draft\n\n", 1)})
    assert (desk.converted, desk.told()) == (1, [("link-unpublished", POST)])


def test_a_body_stays_when_what_it_links_to_is_only_written_anew(desk: Desk) -> None:
    desk.build(LINKED)
    desk.build({OTHER: f"{STORY.replace('Рассказ', 'Письмо')}\nЕщё.\n"})
    assert desk.converted == 1  # the other one


def test_a_body_is_converted_again_when_its_picture_is_another(desk: Desk) -> None:
    text = f"{STORY}\n![Зонт](photo.jpg)\n"
    first = html(desk.build({POST: text, "blog/post/photo.jpg": picture(40)}))
    assert 'width="40"' in first
    second = html(desk.build({"blog/post/photo.jpg": picture(50)}))
    assert (desk.converted, 'width="50"' in second) == (1, True)
    desk.build({})
    assert desk.converted == 0


def test_the_pictures_of_remembered_bodies_are_asked_for_too(desk: Desk) -> None:
    """And the lead pictures: all of them belong to the site."""
    head = STORY.replace("\n\n", "\nPicture: lead.jpg\nAlt: Зонт\n\n", 1)
    files: Files = {
        POST: f"{head}\n![Зонт](photo.jpg)\n",
        "blog/post/lead.jpg": picture(40),
        "blog/post/photo.jpg": picture(50),
        "blog/post/unused.jpg": picture(60),
    }
    cold = desk.build(files).gallery.asked.keys()
    warm = desk.build({}).gallery.asked.keys()
    assert (desk.converted, warm) == (0, cold)
    assert {Path(address).stem.partition("-")[0] for address in warm} == {"lead", "photo"}


# What is told, and what is not remembered


def test_what_was_told_of_a_remembered_body_is_told_again(desk: Desk) -> None:
    desk.build({POST: f"{STORY}\n<b>жирно</b>\n"})
    first = desk.told()
    desk.build({})
    assert (desk.converted, desk.told(), first) == (0, first, [("html-shown", POST)])


def test_a_body_with_an_error_is_not_remembered(desk: Desk) -> None:
    for _ in range(2):
        desk.build({POST: LINKED[POST]})
        assert (desk.converted, desk.told()) == (1, [("link-dead", POST)])


def test_lines_above_the_body_move_what_is_told_of_it(desk: Desk) -> None:
    text = f"{STORY}\n<b>жирно</b>\n"
    desk.build({POST: text})
    before = [problem.line for problem in desk.report.sorted()]
    desk.build({POST: f"Summary: О доме\n{text}"})
    assert [problem.line - 1 for problem in desk.report.sorted()] == before


def test_what_is_saved_while_a_build_runs_is_never_taken_for_what_was_there(desk: Desk) -> None:
    """Whichever of the two the first build shows."""
    library = desk.library(FILES)
    write(library.root, {POST: STORY.replace("Текст", "Позже")})
    assert html(desk.prepared(library)) in ("<p>Текст.</p>", "<p>Позже.</p>")
    assert html(desk.build({})) == "<p>Позже.</p>"
    assert html(desk.build({POST: STORY})) == "<p>Текст.</p>"


# What the disk lost


def test_what_the_disk_lost_is_made_anew(desk: Desk) -> None:
    bodies = desk.build(LINKED)
    known = html(bodies)
    desk.memory.save(bodies.keys())
    connection = sqlite3.connect(desk.root / "file", isolation_level=None)
    assert connection.execute("DELETE FROM texts").rowcount == 2
    connection.close()
    assert html(bodies) == known
    again = desk.build({})
    assert (desk.converted, html(again)) == (0, known)


def test_what_is_none_of_the_library_has_no_body(desk: Desk) -> None:
    bodies, library = desk.build(FILES), desk.library({"blog/new/ru.md": STORY})
    with pytest.raises(KeyError):
        bodies.html(library.entries["blog/new"].versions["ru"])


def test_many_bodies_come_out_as_few_do(desk: Desk) -> None:
    """That many are converted in several processes."""
    files = {f"blog/p{number}/ru.md": f"{STORY}\n[Сюда](../p{number}/)\n" for number in range(90)}
    bodies = desk.build(files)
    assert desk.converted == 90
    for number in range(90):
        assert leads_to(f"blog/p{number}.html") in html(bodies, f"blog/p{number}/ru.md")
