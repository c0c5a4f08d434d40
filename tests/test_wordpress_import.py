"""An old blog comes home: what other importers lose or spoil is kept here."""

# ruff: noqa: E501 (exports stand here as they come)

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from wordpress_desk import Imported, imported
from wordpress_exports import attachment, comment, export, item, note, term

from magazine.desk.wordpress.place import digest_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
CYRILLIC = "%d0%bc%d0%be%d1%8f-%d0%b8%d1%81%d1%82%d0%be%d1%80%d0%b8%d1%8f"  # моя-история
UPLOADS = "https://old.example.org/wp-content/uploads/"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def body_of(text: str) -> str:
    return text.split("\n\n", 1)[1].rstrip("\n")


def one(folder: Path, body: str, **given: object) -> str:
    """The Markdown of a body, and that it passes."""
    done = imported(folder, export(item(1, body, **given)))
    assert done.status == 0
    assert done.errors() == []
    return body_of(done.text("blog/zapis-1/ru.md"))


def picture(uploads: Path, name: str, size: tuple[int, int] = (64, 48)) -> Path:
    """A photograph that tells where it was taken."""
    path = uploads / name
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    image.save(path, exif=exif)
    return path


# 1: comments, pingbacks, trackbacks

THREAD = (
    comment(1, "Первое."),
    comment(2, "Второе.", parent=1),
    comment(3, "SECRET-PENDING", approved=0, parent=2),
    comment(4, "Четвёртое.", parent=3),
    comment(5, "Пятое.", parent=4),
    comment(6, "SECRET-SPAM", approved="spam"),
    comment(7, "SECRET-TRASH", approved="trash"),
    comment(8, "[&#8230;] слова [&#8230;]", type="pingback", author="Чужая запись", author_url="http://b.example.net/p/"),
    comment(9, "<strong>Имя записи</strong>\n\nСлова", type="trackback", author="Чужой блог", author_url="http://c.example.net/"),
    comment(10, "Без вида.", type=""),
)  # fmt: skip


@pytest.fixture(scope="module")
def thread(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return imported(tmp_path_factory.mktemp("thread"), export(item(1, inside="".join(THREAD))))


def test_approved_comments_become_answers(thread: Imported) -> None:
    assert thread.text("blog/zapis-1/comments/1.md") == (
        "Author: Соседка\nDate: 2012-05-04\nLang: ru\nKind: comment\n\nПервое.\n"
    )
    numbers = [int(re.findall(r"\d+", name)[-1]) for name in thread.names() if "comments" in name]
    assert sorted(numbers) == [1, 2, 4, 5, 8, 9, 10]
    assert thread.errors() == []


def test_a_reply_to_what_is_withheld_replies_to_the_answer_above(thread: Imported) -> None:
    replies = {
        number: re.findall("Reply-To: (.*)", thread.text(f"blog/zapis-1/comments/{number}.md")) for number in (2, 4, 5)
    }
    assert replies == {2: ["1"], 4: ["2"], 5: ["4"]}


def test_pings_keep_what_they_are(thread: Imported) -> None:
    assert thread.text("blog/zapis-1/comments/8.md") == (
        "Author: b.example.net\nDate: 2012-05-04\nLang: ru\nKind: pingback\nSource: http://b.example.net/p/\n"
        "Title: Чужая запись\n\n[…] слова […]\n"
    )
    assert "Kind: trackback\nSource: http://c.example.net/\nTitle: Имя записи\n\nСлова\n" in thread.text(
        "blog/zapis-1/comments/9.md"
    )


def test_nothing_of_a_person_and_nothing_withheld_is_written(thread: Imported) -> None:
    written = b"".join(thread.files().values()).decode() + thread.said
    for secret in ("people.example.org", "192.0.2.77", "SECRET", "login-mira", "reader1.example.net"):
        assert secret not in written
    assert "blog/zapis-1: 1" in thread.said.split("wait for a decision")[1]


def test_every_comment_is_counted_once(thread: Imported) -> None:
    assert "10 of 10 are accounted for (100 %)" in thread.said


def test_a_circle_of_replies_is_opened(tmp_path: Path) -> None:
    circle = "".join(comment(number, parent=parent) for number, parent in ((1, 3), (2, 1), (3, 2), (4, 4)))
    done = imported(tmp_path, export(item(1, inside=circle)))
    assert done.errors() == []
    assert sum("Reply-To" in done.text(f"blog/zapis-1/comments/{number}.md") for number in (1, 2, 3, 4)) == 2


def test_addresses_in_what_readers_wrote_are_taken_out(tmp_path: Path) -> None:
    text = 'Пишите a.b@mail.example.net, <a href="mailto:c@mail.example.net">мне</a> или на 192.0.2.9 и 2001:db8::7'
    done = imported(tmp_path, export(item(1, inside=comment(1, text, author="d@mail.example.net"))))
    said = done.text("blog/zapis-1/comments/1.md")
    assert "example.net" not in said
    assert "192.0.2" not in said
    assert "db8" not in said
    assert "Author" not in said
    assert "blog/zapis-1/comments/1.md" in done.said


def test_a_known_persons_mail_leaves_texts_and_another_one_is_told(tmp_path: Path) -> None:
    text = "Пишите reader1@people.example.org или office@magazine.example.org."
    done = imported(tmp_path, export(item(1, text, inside=comment(1))))
    assert body_of(done.text("blog/zapis-1/ru.md")) == "Пишите …@… или office@magazine.example.org."
    assert "was taken out of these texts" in done.said
    assert "name an e-mail address" in done.said


def test_hostile_comments_are_only_words(tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">слово</a> <b onclick=x>да</b>'
    done = imported(tmp_path, export(item(1, inside=comment(1, hostile))))
    assert body_of(done.text("blog/zapis-1/comments/1.md")).endswith("слово **да**")
    assert "<" not in done.text("blog/zapis-1/comments/1.md")
    assert "alert(3)" not in done.text("blog/zapis-1/comments/1.md")


def test_a_long_comment_is_divided_and_loses_no_word(tmp_path: Path) -> None:
    words = " ".join(f"слово{number}" for number in range(4_000))
    done = imported(tmp_path, export(item(1, inside=comment(1, words))))
    parts = [name for name in done.names() if "comments" in name]
    said = " ".join(body_of(done.text(name)) for name in sorted(parts, key=lambda name: (len(name), name)))
    assert len(parts) > 3
    assert said.split() == words.split()
    assert done.errors() == []
    assert "1 of 1 are accounted for" in done.said


# 2: addresses


def test_cyrillic_addresses_are_kept(tmp_path: Path) -> None:
    link = f"https://old.example.org/2012/05/{CYRILLIC}/"
    notes = note("_wp_old_slug", "staraya") + note("_wp_old_slug", "%d0%b4%d0%b0")
    done = imported(tmp_path, export(item(7, post_name=CYRILLIC, link=link, inside=notes)))
    assert "Formerly: 2012/05/моя-история/, 2012/05/staraya/, 2012/05/да/\n" in done.text("blog/moia-istoriia/ru.md")


def test_a_slug_cut_through_a_letter_makes_no_broken_name(tmp_path: Path) -> None:
    cut = f"{CYRILLIC}-%d1"
    done = imported(tmp_path, export(item(7, post_name=cut, link=f"https://old.example.org/{cut}/")))
    assert done.names() == ["blog/moia-istoriia/ru.md"]
    assert "Formerly" not in done.text("blog/moia-istoriia/ru.md")
    assert "1  old addresses where another page stands, or which no file can have" in done.said


def test_a_comma_in_an_address_is_written_as_a_number(tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1, link="https://old.example.org/a,b/")))
    assert "Formerly: a%2Cb/\n" in done.text("blog/zapis-1/ru.md")


def test_plain_addresses_are_told(tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1, link="https://old.example.org/?p=1")))
    assert "Formerly" not in done.text("blog/zapis-1/ru.md")
    assert "1  addresses that are a mere number (?p=12)" in done.said


def test_names_that_collide_get_their_number(tmp_path: Path) -> None:
    folder = tmp_path / "content/magazine/2008-12/dva"
    folder.mkdir(parents=True)
    (folder.parent / "ru.md").write_text("Title: Выпуск\nDate: 2008-12-01\n\nПривет.\n", "utf-8")
    (folder / "ru.md").write_text("Title: Рассказ\nDate: 2008-12-02\n\nТекст.\n", "utf-8")
    posts = (item(1, post_name="odin"), item(2, post_name="odin", post_type="page"), item(3, post_name="dva"))
    done = imported(tmp_path, export(*posts))
    assert {"blog/odin/ru.md", "pages/odin-2/ru.md", "blog/dva-3/ru.md"} <= set(done.names())
    assert done.errors() == []
    assert imported(tmp_path, export(*posts)).files() == done.files()


def test_links_within_the_blog_lead_to_the_texts_of_today(tmp_path: Path) -> None:
    body = (
        '<a href="https://www.old.example.org/2012/05/vtoraya/#x">вторая</a> <a href="/o-nas/">мы</a> <a href="?p=2">номер</a> '
        '<a href="https://old.example.org/2012/05/lichnoe/">тайна</a> <a href="https://old.example.org/tag/x/">тема</a> '
        '<a href="https://other.example.net/a_b?c=d">мир</a> <a href="#vverh">вверх</a>'
    )
    done = imported(tmp_path, export(
        item(1, body), item(2, post_name="vtoraya"), item(3, post_name="lichnoe", status="private"),
        item(4, post_type="page", post_name="o-nas", link="https://old.example.org/o-nas/"),
    ))  # fmt: skip
    assert body_of(done.text("blog/zapis-1/ru.md")) == (
        "[вторая](../vtoraya/) [мы](../../pages/o-nas/) [номер](../vtoraya/) тайна тема "
        "[мир](https://other.example.net/a_b?c=d) вверх"
    )
    assert done.errors() == []
    assert "https://old.example.org/tag/x/" in done.said


# 3: what was not public


@pytest.mark.parametrize(
    "given",
    [{"status": "draft"}, {"status": "pending"}, {"status": "future"}, {"status": "private"}, {"status": "archive"},
     {"post_password": "SECRET-PASSWORD"}],
)  # fmt: skip
def test_what_was_not_public_is_a_draft(given: dict[str, str], tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1, "Тайна.", **given)))
    text = done.text("blog/zapis-1/ru.md")
    assert "\nStatus: draft\n" in text
    assert "\nDate: 2012-05-03\n" in text
    assert "SECRET-PASSWORD" not in text + done.said
    assert "1 of 1 are accounted for (100 %)" in done.said


@pytest.mark.parametrize("state", ["trash", "auto-draft"])
def test_what_was_thrown_away_is_dropped(state: str, tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1), item(2, "SECRET", status=state)))
    assert done.names() == ["blog/zapis-1/ru.md"]
    assert "2 of 2 are accounted for (100 %)" in done.said


# 4: what is no text


def test_menus_forms_and_other_kinds_are_counted_and_pages_are_pages(tmp_path: Path) -> None:
    kinds = ("nav_menu_item", "wpcf7_contact_form", "portfolio", "portfolio", "revision", "page")
    done = imported(tmp_path, export(*(item(number, post_type=kind) for number, kind in enumerate(kinds))))
    assert done.names() == ["pages/zapis-5/ru.md"]
    for line in ("1  menu entries", "1  forms", "2  items of other kinds", "portfolio: 2", "6 of 6 are accounted for"):
        assert line in done.said


# 5: languages


def spoken(code: str, family: str = "pll_1") -> str:
    return term("language", code, code) + term("post_translations", family, family)


def test_polylang_translations_share_a_folder(tmp_path: Path) -> None:
    done = imported(tmp_path, export(
        item(2, "Англисче.", title="Yes", inside=spoken("en"), post_date="2012-06-01 00:00:00", link="https://old.example.org/en/yes/"),
        item(1, "Русский.", title="Да", inside=spoken("ru") + comment(5)),
        item(3, "Кыргызча.", title="Ооба", inside=spoken("kg"), post_date="2012-07-01 00:00:00"),
        item(4, "Deutsch.", inside=spoken("de", "pll_2")),
    ))  # fmt: skip
    folder = "blog/zapis-1"
    assert done.names() == [f"{folder}/comments/5.md", f"{folder}/en.md", f"{folder}/ky.md", f"{folder}/ru.md"]
    assert "Formerly: en/yes/" in done.text(f"{folder}/en.md")
    assert [language for language in ("ru", "ky", "en") if "\nDate: " in done.text(f"{folder}/{language}.md")] == ["ru"]
    assert "Original-Version: " in done.text(f"{folder}/ky.md")
    assert "1  texts in other languages" in done.said
    assert done.errors() == []


@pytest.mark.parametrize("marks", ["<!--:{}-->", "[:{}]", "{{:{}}}"])
def test_qtranslate_texts_are_divided(marks: str, tmp_path: Path) -> None:
    text = f"{marks.format('ru')}Привет{marks.format('en')}Hello{marks.format('')}"
    done = imported(tmp_path, export(item(1, text, title=text.replace("Привет", "Да").replace("Hello", "Yes"))))
    assert done.names() == ["blog/zapis-1/en.md", "blog/zapis-1/ru.md"]
    assert done.text("blog/zapis-1/ru.md").startswith("Title: Да\nDate: ")
    assert done.text("blog/zapis-1/en.md").startswith("Title: Yes\nOriginal-Version: ")
    assert body_of(done.text("blog/zapis-1/en.md")) == "Hello"


def test_a_title_outside_of_cdata_keeps_its_languages(tmp_path: Path) -> None:
    text = export(item(1, "<!--:ru-->Привет<!--:--><!--:en-->Hello<!--:-->", title="TITLE"))
    text = text.replace("<![CDATA[TITLE]]>", "<!--:ru-->Да<!--:--><!--:en-->Yes<!--:-->")
    done = imported(tmp_path, text)
    assert done.text("blog/zapis-1/ru.md").startswith("Title: Да\n")
    assert done.text("blog/zapis-1/en.md").startswith("Title: Yes\n")


@pytest.mark.parametrize(
    ("body", "language"),
    [("Это слова.", "ru"), ("Бул сөздөр, үй жана көчө.", "ky"), ("These are the words.", "en")],
)
def test_the_language_is_told_by_the_letters(body: str, language: str, tmp_path: Path) -> None:
    assert imported(tmp_path, export(item(1, body))).names() == [f"blog/zapis-1/{language}.md"]


# 6 and 7: what goes with a text


def test_headers(tmp_path: Path) -> None:
    head = (
        "<wp:category><wp:category_nicename>dom</wp:category_nicename><wp:category_parent></wp:category_parent>"
        "<wp:cat_name><![CDATA[Дом]]></wp:cat_name></wp:category>"
        "<wp:category><wp:category_nicename>kuhnya</wp:category_nicename><wp:category_parent>dom</wp:category_parent>"
        "<wp:cat_name><![CDATA[Кухня]]></wp:cat_name></wp:category>"
    )
    filed = (
        term("category", "kuhnya", "Кухня")
        + term("category", "uncategorized", "Без рубрики")
        + term("post_tag", "a", "чай, хлеб")
    )
    given = {
        "excerpt": "<p>Коротко\nо главном</p>",
        "post_modified": "2013-01-02 03:04:05",
        "title": "Имя <i>и</i> &amp; слово",
    }
    done = imported(tmp_path, export(item(1, inside=filed, is_sticky=1, comment_status="closed", **given), more=head))
    assert done.text("blog/zapis-1/ru.md") == (
        "Title: Имя и & слово\nDate: 2012-05-03 14:22\nModified: 2013-01-02\nAuthor: login-mira\nTags: Дом, Кухня, чай хлеб\n"
        "Summary: Коротко о главном\nFormerly: 2012/05/zapis-1/\n\nТекст.\n"
    )
    assert "1  posts that stood on top of the list" in done.said
    assert "1  texts that took no comments" in done.said


def test_the_shown_name_is_the_author_and_a_login_is_nobodys(tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1), item(2, creator="login-other")))
    assert "Author: Мира\n" in done.text("blog/zapis-1/ru.md")
    assert "Author" not in done.text("blog/zapis-2/ru.md")


def test_drafts_without_slug_date_and_title_are_written(tmp_path: Path) -> None:
    zero = "0000-00-00 00:00:00"
    post = item(9, "Слова.", title="", post_name="", status="draft", post_date=zero, post_date_gmt=zero)
    done = imported(tmp_path, export(re.sub("<wp:post_name>.*?</wp:post_name>", "", post)))
    assert done.names() == ["blog/post-9/ru.md"]
    assert done.errors() == []


# 8: litter


def test_classic_text_becomes_paragraphs(tmp_path: Path) -> None:
    assert (
        one(tmp_path, "Один\nдва\n\n<b>Три</b>\n<!--more-->\n\nЧетыре<!--nextpage-->")
        == "Один  \nдва\n\n**Три**\n\nЧетыре"
    )


def test_blocks_leave_no_trace(tmp_path: Path) -> None:
    body = (
        '<!-- wp:heading {"level":3} -->\n<h3>Часть</h3>\n<!-- /wp:heading -->\n\n<!-- wp:list -->\n<ul><li>раз</li></ul>\n'
        '<!-- /wp:list --><!-- wp:embed {"url":"https://video.example.net/v"} -->\n<figure class="wp-block-embed">'
        '<div class="wp-block-embed__wrapper">\nhttps://video.example.net/v\n</div></figure>\n<!-- /wp:embed -->'
        '<!-- wp:calendar {"a":{"b":1}} /-->'
    )
    done = imported(tmp_path, export(item(1, body)))
    assert body_of(done.text("blog/zapis-1/ru.md")) == "## Часть\n\n-   раз\n\n<https://video.example.net/v>"
    assert "blog/zapis-1/ru.md: calendar" in done.said


def test_reusable_blocks_are_put_into_the_text(tmp_path: Path) -> None:
    block = item(5, "<!-- wp:paragraph --><p>Общее.</p><!-- /wp:paragraph -->", post_type="wp_block")
    done = imported(tmp_path, export(item(1, '<!-- wp:block {"ref":5} /-->'), block))
    assert body_of(done.text("blog/zapis-1/ru.md")) == "Общее."


def test_shortcodes_become_markdown_or_are_told(tmp_path: Path) -> None:
    body = (
        "[embed]https://video.example.net/v[/embed]\n\n[audio src='https://sound.example.net/a.mp3']\n\n"
        '[contact-form-7 id="5"]\n\n[su_box title="x"]Слова в рамке[/su_box]\n\n[sic] и [1], [[gallery]]'
    )
    done = imported(tmp_path, export(item(1, body)))
    assert body_of(done.text("blog/zapis-1/ru.md")) == (
        "<https://video.example.net/v>\n\n<https://sound.example.net/a.mp3>\n\nСлова в рамке\n\n[sic] и [1], [gallery]"
    )
    assert "blog/zapis-1/ru.md: contact-form-7" in done.said
    assert "blog/zapis-1/ru.md: su_box" in done.said


def test_no_html_is_left(tmp_path: Path) -> None:
    body = (
        '<div style="x"><font color=red>А</font> <u>Б</u> <span>В</span> x<sup>2</sup> &lt;b&gt; <del>Г</del></div>'
        '<iframe src="https://video.example.net/e"></iframe><form>Имя: <input name=x></form><style>p{}</style><center>Д</center>'
        "<table><tr><th>a|b</th></tr><tr><td><p>1</p><p>2</p></td></tr></table><object><embed src='/x.swf'></object>"
    )
    text = one(tmp_path, body)
    assert "А Б В x² &lt;b> Г" in text
    assert not re.search(r"<(?!https://video\.example\.net/e>)", text)
    assert "| a&#124;b |\n| --- |\n| 1 2 |" in " ".join(text.split(" ")).replace("1  2", "1 2")


# 9: pictures


def test_pictures_come_from_the_uploads_cleaned(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    picture(uploads, "2012/05/road.jpg", (640, 480))
    picture(uploads, "2012/05/road-300x200.jpg", (300, 200))
    picture(uploads, "2012/05/cut-e1337.jpg")
    picture(uploads, "2012/05/big-scaled.jpg")
    picture(uploads, "2012/05/Моё фото.PNG")
    body = (
        f'[caption width="300"]<a href="{UPLOADS}2012/05/road.jpg"><img class="wp-image-20" src="{UPLOADS}2012/05/road-300x200.jpg" '
        f'alt="" /></a> Дорога "домой"[/caption]\n\n<img src="{UPLOADS}2012/05/cut-e1337-150x150.jpg" alt="Вырезано">\n\n'
        f'<img src="{UPLOADS}2012/05/big.jpg" alt="Большая">\n\n<img src="{UPLOADS}2012/05/%D0%9C%D0%BE%D1%91%20%D1%84%D0%BE%D1%82%D0%BE.png">\n\n'
        f'Слова <a href="{UPLOADS}2012/05/gone.jpg"><img src="{UPLOADS}2012/05/gone-100x100.jpg" alt="Нет"></a> и <a href="{UPLOADS}a.pdf">лист</a>.'
        '<img src="http://other.example.net/x.jpg" alt="чужая">'
    )
    done = imported(tmp_path, export(
        item(1, body, inside=note("_thumbnail_id", 21)), attachment(20, "2012/05/road.jpg", alt="Пыльная дорога"),
        attachment(21, "2012/05/big-scaled.jpg", alt="Много"),
    ), uploads)  # fmt: skip
    text = done.text("blog/zapis-1/ru.md")
    assert body_of(text) == (
        '![Пыльная дорога](road.jpg "Дорога «домой»")\n\n![Вырезано](cut-e1337.jpg)\n\n![Большая](big-scaled.jpg)\n\n'
        "![Снимок без описания](moio-foto.jpg)\n\nСлова  и лист."
    )
    assert "Picture: big-scaled.jpg\nAlt: Много\n" in text
    with Image.open(done.content / "blog/zapis-1/road.jpg") as placed:
        assert placed.size == (640, 480)
    assert not any(b"SECRET-PLACE" in data for data in done.files().values())
    for line in ("2012/05/gone-100x100.jpg", "http://other.example.net/x.jpg", "a.pdf", "moio-foto.jpg"):
        assert f"blog/zapis-1/ru.md: {line}" in done.said
    assert done.errors() == []


def test_galleries(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    picture(uploads, "a.jpg")
    picture(uploads, "b.jpg")
    files = [
        attachment(20, "a.jpg", alt="А", post_parent=1, excerpt="Подпись"),
        attachment(21, "b.jpg", alt="Б", post_parent=1),
    ]
    done = imported(tmp_path, export(item(1, "[gallery]"), item(2, '[gallery ids="21, 99"]'), *files), uploads)
    assert body_of(done.text("blog/zapis-1/ru.md")) == '![А](a.jpg "Подпись")\n\n![Б](b.jpg)'
    assert body_of(done.text("blog/zapis-2/ru.md")) == "![Б](b.jpg)"
    assert "blog/zapis-2/ru.md: #99" in done.said


@pytest.mark.parametrize(
    "name", ["../secret.jpg", "2012/../../secret.jpg", "..%2Fsecret.jpg", "/etc/passwd", "link/secret.jpg"]
)
def test_nothing_outside_of_the_uploads_is_read(name: str, tmp_path: Path) -> None:
    picture(tmp_path / "outside", "secret.jpg")
    picture(tmp_path, "secret.jpg")
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "link").symlink_to(tmp_path / "outside")
    done = imported(tmp_path, export(item(1, f'Слова <img src="{UPLOADS}{name}" alt="х">')), uploads)
    assert done.names() == ["blog/zapis-1/ru.md"]


def test_a_file_that_is_no_picture_is_told(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "a.jpg").write_bytes(b"GIF89a nonsense")
    done = imported(tmp_path, export(item(1, f'Слова <img src="{UPLOADS}a.jpg" alt="х">')), uploads)
    assert done.names() == ["blog/zapis-1/ru.md"]
    assert "Pictures that cannot be read:\n  blog/zapis-1/ru.md: a.jpg" in done.said


# again and again


def test_a_second_run_changes_nothing_and_says_the_same(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    picture(uploads, "a.jpg")
    text = export(
        item(1, f'Слова <img src="{UPLOADS}a.jpg" alt="А">', inside="".join(THREAD)),
        item(2, "", title="Пусто", status="draft", post_name=""), item(3, "[:ru]Да[:en]Yes[:]"),
    )  # fmt: skip
    first = imported(tmp_path, text, uploads)
    times = {name: (first.content / name).stat().st_mtime_ns for name in first.names()}
    again = imported(tmp_path, text, uploads)
    assert again.files() == first.files()
    assert {name: (again.content / name).stat().st_mtime_ns for name in again.names()} == times
    assert again.said == first.said.replace(" new\n", " unchanged\n")


def test_what_the_editor_has_changed_or_taken_away_stays_so(tmp_path: Path) -> None:
    text = export(item(1, inside="".join(THREAD)), item(2))
    done = imported(tmp_path, text)
    changed, removed = done.content / "blog/zapis-1/ru.md", done.content / "blog/zapis-1/comments/10.md"
    changed.write_text(changed.read_text("utf-8").replace("Текст.", "Лучший текст."), "utf-8")
    removed.unlink()
    before = done.files()
    again = imported(tmp_path, text)
    assert again.files() == before
    assert "left as they are:\n  blog/zapis-1/ru.md" in again.said
    assert "since the last import:\n  blog/zapis-1/comments/10.md" in again.said


def test_what_nobody_has_changed_is_renewed_when_the_uploads_are_found(tmp_path: Path) -> None:
    text = export(item(1, f'Слова <img src="{UPLOADS}a.jpg" alt="А">'))
    imported(tmp_path, text)
    picture(tmp_path / "uploads", "a.jpg")
    done = imported(tmp_path, text, tmp_path / "uploads")
    assert done.names() == ["blog/zapis-1/a.jpg", "blog/zapis-1/ru.md"]
    assert "1  written again" in done.said


def test_a_folder_that_was_emptied_is_filled_again(tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1)))
    (done.content / "blog/zapis-1/ru.md").unlink()
    assert imported(tmp_path, export(item(1))).names() == ["blog/zapis-1/ru.md"]


def test_without_memory_a_text_of_the_editor_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = imported(tmp_path, export(item(1)))
    path = done.content / "blog/zapis-1/ru.md"
    path.write_text(path.read_text("utf-8") + "\nЕщё.\n", "utf-8")
    kept = digest_of(path.read_bytes())
    monkeypatch.setattr("magazine.cache.remembered", lambda kind, *_: tmp_path / "other" / f"{kind}.sqlite")
    again = imported(tmp_path, export(item(1)))
    assert digest_of(path.read_bytes()) == kept
    assert again.names() == ["blog/zapis-1/ru.md"]


def test_a_text_too_long_for_a_page_is_divided(tmp_path: Path) -> None:
    words = "\n\n".join(f"Абзац {number}: " + "слово " * 200 for number in range(150))
    done = imported(tmp_path, export(item(7, words)))
    parts = [name for name in done.names() if name.endswith("ru.md")]
    assert parts == ["blog/zapis-7-7-2/ru.md", "blog/zapis-7-7-3/ru.md", "blog/zapis-7-7-4/ru.md", "blog/zapis-7/ru.md"]
    assert sum(done.text(name).count("Абзац") for name in parts) == 150
    assert "](../zapis-7-7-2/)" in done.text("blog/zapis-7/ru.md")
    assert done.errors() == []


def test_what_it_writes_builds(tmp_path: Path) -> None:
    done = imported(tmp_path, export(
        item(1, '<a href="/2012/05/zapis-2/">да</a> <b>нет</b>', inside="".join(THREAD)), item(2, "[:ru]Да[:en]Yes[:]"),
        item(3, status="private"), item(4, post_type="page"),
    ))  # fmt: skip
    command = [sys.executable, "-m", "magazine.site.build", str(done.content), str(tmp_path / "output")]
    environment = {**os.environ, "MAGAZINE_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    page = (tmp_path / "output/blog/zapis-1.html").read_text("utf-8")
    assert "Четвёртое." in page
    assert "zapis-2.html" in page
    assert not (tmp_path / "output/blog/zapis-3.html").exists()


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "e.xml").write_text(export(item(1)), "utf-8")
    command = [
        sys.executable,
        "-m",
        "invoke",
        "import-wordpress",
        str(tmp_path / "e.xml"),
        "--content",
        str(tmp_path / "texts"),
    ]
    environment = {**os.environ, "MAGAZINE_CACHE": str(tmp_path / "cache"), "MAGAZINE_LANG": "en"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 are accounted for (100 %)" in done.stdout
    assert (tmp_path / "texts/blog/zapis-1/ru.md").exists()
