"""Damaged and hostile exports: a plain sentence, or what could be saved is saved and the rest is told."""

# ruff: noqa: E501 (exports stand here as they come)

import re
import time
from pathlib import Path

import pytest
from wordpress_desk import imported
from wordpress_exports import TAIL, comment, export, item, note

from magazine.desk.wordpress import wxr

pytestmark = pytest.mark.slow

BOMB = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE, "<!DOCTYPE rss>"])
def test_a_document_type_is_refused(declared: str, tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1, "&a;")).replace("<rss", f"{declared}<rss", 1))
    assert done.status == 1
    assert done.said.startswith("The file defines words of its own (DOCTYPE), as no WordPress does")
    assert not done.content.exists()


def test_an_entity_within_an_item_is_never_carried_out(tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1), item(2)).replace("<item>\n", f"<item>{BOMB}\n", 1))
    assert done.status == 1
    assert not any(b"ha" in data for data in done.files().values())


@pytest.mark.parametrize(
    "data", [b"", b"\x1f\x8b\x08 packed", b"PK\x03\x04 packed", b"<html><body>no</body></html>", b"Title: x\n\nText\n"]
)
def test_what_is_no_export_is_told(data: bytes, tmp_path: Path) -> None:
    done = imported(tmp_path, data)
    assert done.status == 1
    assert done.said.startswith("This is no WordPress export. In WordPress choose «Tools», «Export», «All content»")


def test_another_encoding_is_told(tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1)).encode("utf-16"))
    assert (done.status, done.said) == (
        1, "The file is not written in UTF-8. Export it again, or save it with that encoding.\n",
    )  # fmt: skip


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from magazine.desk.wordpress import importing

    assert importing.run(tmp_path / "none.xml", tmp_path / "content") == 1
    assert capsys.readouterr().err.startswith("The import could not be finished: No such file or directory.")
    assert importing.run(tmp_path / "none.xml", tmp_path / "content", tmp_path / "none") == 1
    assert capsys.readouterr().err.endswith("is no folder. Name the copy of wp-content/uploads with --uploads.\n")


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_namespace_is_read(version: str, scheme: str, tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1, inside=comment(1)), version=version, scheme=scheme))
    assert done.names() == ["blog/zapis-1/comments/1.md", "blog/zapis-1/ru.md"]


def test_prefixes_that_nobody_declared_are_read(tmp_path: Path) -> None:
    text = re.sub(r"\sxmlns:\w+=\"[^\"]*\"", "", export(item(1, inside="<other:x>y</other:x>" + comment(1))))
    assert imported(tmp_path, text).names() == ["blog/zapis-1/comments/1.md", "blog/zapis-1/ru.md"]


def test_other_prefixes_are_read(tmp_path: Path) -> None:
    text = export(item(1)).replace("<wp:", "<x:").replace("</wp:", "</x:").replace("xmlns:wp=", "xmlns:x=")
    assert imported(tmp_path, text).names() == ["blog/zapis-1/ru.md"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Запись</", "Запись & &nbsp; &#0; &#x1F; &hellip;</"),
        ("Текст.", "Тек\x0b\x08ст."),
        ("<wp:post_name><![CDATA[zapis-2]]></wp:post_name>", ""),
        ("<wp:status><![CDATA[publish]]></wp:status>", "<wp:status>publish</wp:status>"),
        ("2012-05-03 14:22:11", "2012-13-45 99:99"),
        ("<wp:post_id><![CDATA[2]]></wp:post_id>", ""),
    ],
)
def test_small_damage_is_mended(old: str, new: str, tmp_path: Path) -> None:
    text = export(item(1), item(2).replace("<![CDATA[Запись]]>", "Запись"), item(3)).replace(old, new)
    assert new in text
    done = imported(tmp_path, text)
    assert done.status == 0
    assert "3 of 3 are accounted for (100 %)" in done.said
    assert done.errors() == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("</title>", "", 1),
        lambda text: text.replace("<title>", "<title><b>", 1),
        lambda text: text.replace("]]></content:encoded>", "</content:encoded>", 1),
        lambda text: text.replace("</item>", "", 1),
        lambda text: text.replace("<wp:post_type>", "<<wp:post_type>", 1),
    ],
)
def test_a_damaged_item_costs_no_other(damage: object, tmp_path: Path) -> None:
    done = imported(
        tmp_path, export(item(1, "SECRET"), item(2), item(3)).replace(item(1, "SECRET"), damage(item(1, "SECRET")))
    )
    assert done.status == 1
    assert "3 of 3 are accounted for (100 %)" in done.said
    assert "1  damaged items that cannot be read" in done.said
    assert re.search(r"Damaged items begin at these lines of the export: \d+\. Export it again", done.said)
    assert done.names() == ["blog/zapis-2/ru.md", "blog/zapis-3/ru.md"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_of_a_file_that_was_cut_off_the_whole_items_are_saved(share: float, tmp_path: Path) -> None:
    text = export(*(item(number, "Слово. " * 50) for number in range(1, 11)))
    done = imported(tmp_path, text[: int(len(text) * share)])
    assert done.status == 1
    found = int(re.search(r"Items in export.xml: (\d+)", done.said)[1])
    assert len(done.names()) == found - 1
    assert f"{found} of {found} are accounted for (100 %)" in done.said


def test_letters_that_are_no_utf8_cost_only_themselves(tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1, "Слово QQ слово")).encode().replace(b"QQ", b"\xff\xfe\xd0"))
    assert "слово" in done.text("blog/zapis-1/ru.md")
    assert done.status == 0


def test_an_old_encoding_is_read(tmp_path: Path) -> None:
    text = export(item(1, "Привет.")).replace('encoding="UTF-8"', 'encoding="windows-1251"')
    assert "Привет." in imported(tmp_path, text.encode("cp1251")).text("blog/zapis-1/ru.md")


def test_marks_of_items_within_texts_are_words(tmp_path: Path) -> None:
    done = imported(tmp_path, export(item(1, "Слово &lt;item&gt; <item> </item> ]]> <!-- x -->"), item(2)))
    assert "Items in export.xml: 2" in done.said
    assert done.status == 0


def test_an_item_too_large_to_be_true_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wxr, "MAX_ITEM", 100_000)
    done = imported(tmp_path, export(item(1, "слово " * 50_000), item(2)))
    assert done.names() == ["blog/zapis-2/ru.md"]
    assert "1  damaged items" in done.said


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 5_000 + "Слово" + "</div>" * 5_000, "<b>" * 3_000 + "Слово", "<blockquote>" * 2_000 + "Слово",
        "<ul><li>" * 1_000 + "Слово", "[caption]" * 3_000 + "Слово", "[" * 20_000 + "Слово", "<" * 20_000 + "Слово",
        "*" * 20_000 + " Слово", "`" * 20_000 + "Слово", "((((" * 5_000 + "Слово", "\\" * 20_000 + "Слово",
        "<a href='" + "x" * 50_000 + "'>Слово</a>", "Слово" + "\n\n" * 20_000, "<table>" * 500 + "<tr><td>Слово",
        "<!--" * 10_000 + "Слово", "&" * 30_000 + "Слово", "a@" * 20_000 + "Слово", "1." * 20_000 + "Слово", "[x" * 9_000,
        "Слово" + "\u202e\u200b\ufeff", "<code>" + "`" * 5_000 + "</code>Слово", "<a href='http://[x'>Слово</a>",
    ],
    ids=range(22),
)  # fmt: skip
def test_hostile_bodies_take_no_time_and_pass(body: str, tmp_path: Path) -> None:
    started = time.monotonic()
    done = imported(tmp_path, export(item(1, body, inside=comment(1, body)), item(2)))
    assert time.monotonic() - started < 20
    assert done.status == 0
    assert done.errors() == []


def test_headers_cannot_be_forged(tmp_path: Path) -> None:
    title = "Имя\nStatus: published\n\nТекст"
    done = imported(tmp_path, export(item(1, title=title, status="private", excerpt=title,
                                          inside=note("_wp_old_slug", "a\nStatus: published"))))  # fmt: skip
    assert re.findall("^Status: .*", done.text("blog/zapis-1/ru.md"), re.MULTILINE) == ["Status: draft"]


def test_names_of_files_cannot_leave_the_folder(tmp_path: Path) -> None:
    bad = "..%2f..%2fevil"
    done = imported(
        tmp_path, export(item(1, post_name=bad, link=f"https://old.example.org/{bad}/", inside=comment("../../x")))
    )
    assert done.names() == ["blog/evil/comments/c1.md", "blog/evil/ru.md"]
    assert "Formerly" not in done.text("blog/evil/ru.md")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["content", "export.xml"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    import tracemalloc

    from magazine.desk.wordpress.wxr import Export

    file = tmp_path / "export.xml"
    with file.open("w", encoding="utf-8") as stream:
        stream.write(export().removesuffix(TAIL))
        one = item(1, "Слово. " * 5_000)
        for _ in range(30_000_000 // len(one.encode())):
            stream.write(one)
        stream.write(TAIL)
    tracemalloc.start()
    read = Export(file)
    assert sum(read.item(piece) is not None for piece in read.pieces()) > 400
    assert tracemalloc.get_traced_memory()[1] < 12_000_000
    tracemalloc.stop()
