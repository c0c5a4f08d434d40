"""What must never appear is found however it is spelt, what only looks like it is not, and no report tells it.

All names are invented, all numbers belong to nobody.
"""

import io
import itertools
import random
import sqlite3
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from site_files import Site
from trees import ANSWER, STORY, Files, write

from magazine import cache, forbidden
from magazine.desk import check
from magazine.desk.wordpress import export
from magazine.forbidden import Forbidden, listed, places_below
from magazine.problems import Report
from magazine.site import build
from magazine.sought import Search, is_common

pytestmark = pytest.mark.slow

NAMES = Forbidden(
    (
        "Айгүл Асанова", "Жылдыз", "Юлия Цой", "Djamilya Shamshieva", "Алёна Щербакова", "Иван Чернов", "Hypa Kim",
        "+996 (555) 01-02-03", "ул. Липовая 17-3", "aigul.b@example.org",
    )
)  # fmt: skip
SPELLINGS = [
    "Айгүл Асанова", "АЙГҮЛ АСАНОВА", "айгул асанова", "Асанова Айгүл", "Айгүлгө Асановага", "с Айгүл Асановой",
    "Aigul Asanova", "Aygül Asanova", "Aigyul Asanovoi", "Асановой Айгүлдүн", "Айгүлдөн Асановадан",
    "Айгүл Бакытовна Асанова", "AIGUL  ASANOVA'S", "Aisha Aigul Asanova",
    "Жылдыз", "Zhyldyz", "Jyldyz", "Žyldyz", "жылдыздын", "Жылдызом", "J-y-l-d-y-z",
    "Юлия Цой", "Yulia Tsoy", "Iuliia Tsoi", "Julia Tsoy", "Julija Coj", "Yuliya Tsoi", "Юлии Цой", "юлияцой",
    "Джамиля Шамшиева", "Жамиля Шамшиева", "Jamila Shamshiyeva", "Dzhamilia Shamshieva", "Шамшиевой Джамиле",
    "Alyona Shcherbakova", "Алене Щербаковой", "Aljona Scherbakova", "Alena Ŝerbakova",
    "Ivan Chernoff", "Иваном Черновым", "Ivan Tchernov", "Нура Ким", "Нуре Ким",
]  # fmt: skip
DISGUISES = [
    "А й г ү л   А с а н о в а", "А.й.г.ү.л_А.с.а.н.о.в.а", "Айгүл\nАсанова", "Айгүл — Асанова", "Айгүл,\u00a0Асанова",
    "Ай\u00adгүл Аса\u00adнова", "А\u200bйгүл Аса\u2060нова", "Aйгүл Acaнова", "Аsаnоvа Аigul", "aigul-asanova",
    "aigulasanova", "#АйгүлАсанова", "IMG_AigulAsanova.jpg", "А\u0438\u0306гүл Асанова", "Аса-\nновой Айгүл",
    "Ас анова Айгүл", "**Ай**гүл _Асанова_", "[Айгүл](../a/) [Асанова](../b/)", "Айгүл&nbsp;Асанова",
    "&#1040;йгүл Асанова", "&#x410;йгүл Асанова", "Ай&shy;гүл Асанова", "Ай<em>гүл</em> Асанова",
    "<b>Айгүл</b> <i class='x'>Асанова</i>", "<li>она</li><li>Айгүл</li><li>Асанова</li>",
    '<meta name="author" content="Айгүл Асанова">', "&lt;b&gt;Айгүл&lt;/b&gt; Асанова", "\\u0410йгүл Асанова",
    "%D0%90%D0%B9%D0%B3%D2%AF%D0%BB%20%D0%90%D1%81%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0", "../aigul%2Dasanova/",
]  # fmt: skip
NUMBERS = [
    "0555 010203", "+996555010203", "996-555-01-02-03", "(0555)01 02 03", "0 (555) 01.02.03", "555.01.02.03",
    "0555\u00a001\u00a002\u00a003", "00996 555 010 203", "tel:+996555010203", "0555<b>01</b>0203",
    "ул. Липовая 17-3", "ул Липовая, 17, 3", "ul. Lipovaya 17/3", "на ул. Липовой 17 - 3", "Липовая, д. 17, кв. 3",
    "mailto:Aigul.B@example.org", "aigul.b &#64; example . org",
]  # fmt: skip
INNOCENT = [
    "", "Асан и Айгүл", "Асанова пришла", "Айгүл пришла", "звёзды", "жыл", "июль, цой-цой", "Июлия", "Шамши", "Джаз",
    "Сайгүл Асанова", "Айгүлчөк Асан", "Мы не боимся своих имён. Айгүл и Анар Асановы дети",
    "555 01 02", "0555 01-02-04", "ул. Липовая 17-2", "ул. Липовая 173", "липовая улица", "17-3",
    "2008-12-17 и 2012-12-17", "a5550102033f", "155501020304", "цена 55 501 020 сом",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No list of the one who runs the tests, and a cache that can be looked through."""
    monkeypatch.delenv(forbidden.VARIABLE, raising=False)
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "cache")


def list_of(folder: Path, *lines: str) -> Path:
    """A list that stands for more than two seconds and that only its owner reads."""
    path = folder / "list.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)
    return path


def told(problems: list) -> list[tuple[str, str, int]]:
    return [(one.code, one.path, one.line) for one in problems if one.code != "translation-missing"]


@pytest.mark.parametrize("text", SPELLINGS + DISGUISES + NUMBERS)
def test_every_spelling_is_found(text: str) -> None:
    assert NAMES.is_in(text)
    assert min(NAMES.lines_in(f"Первая строка.\n\nЗдесь {text}, и дальше.".encode())) >= 3


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_it_is_not_found(text: str) -> None:
    assert not NAMES.is_in(text)


@given(
    st.text("бгджзклмнпрстфшаеоуы", min_size=6, max_size=10),
    st.sampled_from(["", " ", "-", ". ", "_", "\u00ad", "\u200b", "\n", " • ", "<i>"]),
    st.sampled_from([str.upper, str.title, str.lower]),
)
def test_any_name_is_found_in_any_case_with_anything_between_its_letters(name: str, between: str, case: object) -> None:
    names = Forbidden((name,))
    assert names.is_in(f"до {case(between.join(name))} после") or not forbidden.is_long_enough(name)  # type: ignore[operator]


def test_the_texts_and_the_pages_of_the_magazine_hold_none_of_two_hundred_invented_names(site: Site) -> None:
    first = """Алина Айгерим Бермет Венера Гульнара Динара Елена Жанна Зарина Ирина Камила Лариса Мадина Наталья Оксана
        Полина Светлана Умут Чынара Юлия Анна Мария Ольга Нургуль Айгүл Асель Марина Надежда Вера Роза Лилия"""
    last = """Иванова Петрова Кузнецова Ким Цой Ли Пак Асанова Токтосунова Бакирова Садыкова Исакова Осмонова Волкова
        Морозова Новикова Козлова Абдыкадырова Шевченко Попова Мороз Коваль Алиева Юсупова Рахимова"""
    pairs = random.Random(1).sample([" ".join(pair) for pair in itertools.product(first.split(), last.split())], 200)
    names = Forbidden((*pairs, *(f"+996 55{n % 10} {n:02} 01 {7 * n % 100:02}" for n in range(40))))
    for folder in (cache.PROJECT / "content", cache.PROJECT / "theme", cache.PROJECT / "docs", site.root):
        assert list(places_below(folder, names)) == []


def test_pictures_are_looked_through_in_the_usual_encodings(tmp_path: Path) -> None:
    image = Image.frombytes("RGB", (64, 64), random.Random(1).randbytes(64 * 64 * 3))
    exif = Image.Exif()
    exif[0x9C9D] = "Жылдыз\0".encode("utf-16-le")  # XPAuthor
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "Zhyldyz", zip=True)
    for kind, options in [
        ("JPEG", {"comment": "Жылдыз".encode()}), ("JPEG", {"comment": "Снимала Жылдыз".encode("cp1251")}),
        ("JPEG", {"exif": exif}), ("PNG", {"pnginfo": text}), ("WEBP", {"xmp": "<a>Жылдыз</a>".encode()}),
    ]:  # fmt: skip
        held, plain = io.BytesIO(), io.BytesIO()
        image.save(held, kind, **options)
        image.save(plain, kind)
        assert NAMES.lines_in(held.getvalue()) == [0], (kind, options)
        assert NAMES.lines_in(plain.getvalue()) == []
    assert NAMES.lines_in(plain.getvalue() + "Айгүл Асанова".encode("utf-16-be")) == [0]
    assert NAMES.lines_in("Пишет Юлия Цой".encode("cp1251")) == [0]


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (["# no name", ""], ["forbidden-empty"]),
        (["Ян", "Юлия Цой"], ["forbidden-short"]),
        (["Жылдыз # a first name"], ["forbidden-common"]),
        (["\ufeffЮлия Цой", "", "# that is all"], []),
    ],
)
def test_the_list_is_told_by_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], rules: list[str]
) -> None:
    monkeypatch.setenv(forbidden.VARIABLE, str(list_of(tmp_path, *lines)))
    report = Report()
    listed({}, tmp_path / "tree", report)
    assert [one.code for one in report.sorted()] == rules
    assert all(one.path == forbidden.VARIABLE for one in report.found)


def test_a_list_that_cannot_be_used_stops_check_and_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = write(tmp_path / "tree", {"blog/post/ru.md": STORY})
    damaged = tmp_path / "damaged.txt"
    damaged.write_bytes("Юлия Цой".encode("cp1251"))
    inside = list_of(tree, "Юлия Цой")
    for path, rule in [
        (tmp_path / "none.txt", "forbidden-unreadable"), (tmp_path, "forbidden-unreadable"),
        (damaged, "forbidden-not-utf8"), (inside, "forbidden-inside"), (cache.PROJECT / "a.txt", "forbidden-inside"),
        (list_of(tmp_path), "forbidden-empty"),
    ]:  # fmt: skip
        monkeypatch.setenv(forbidden.VARIABLE, str(path))
        assert [one.code for one in check.checked(tree)] == [rule]
        assert [one.code for one in build.build(tree, tmp_path / "output")] == [rule]
        assert not (tmp_path / "output").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_a_list_that_others_can_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = list_of(tmp_path, "Юлия Цой")
    path.chmod(0o644)
    monkeypatch.setenv(forbidden.VARIABLE, str(path))
    report = Report()
    assert listed({}, tmp_path / "tree", report)
    assert [(one.code, one.stops) for one in report.found] == [("forbidden-open", False)]


def test_the_environment_names_the_list_before_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not listed({forbidden.SETTING: ""}, tmp_path / "tree", Report())
    said = {forbidden.SETTING: str(list_of(tmp_path, "Юлия Цой"))}
    assert listed(said, tmp_path / "tree", Report()).entries == ("Юлия Цой",)
    monkeypatch.setenv(forbidden.VARIABLE, str(tmp_path / "none.txt"))
    assert not listed(said, tmp_path / "tree", Report())


POST, COMMENT = "blog/post/ru.md", "blog/post/comments/1.md"


def picture() -> bytes:
    exif, held = Image.Exif(), io.BytesIO()
    exif[0x0131] = "Aigul Asanova"  # Software: nothing that stops a build by itself
    Image.new("RGB", (8, 8), "red").save(held, "JPEG", exif=exif)
    return held.getvalue()


HITS: list[tuple[Files, tuple[str, int]]] = [
    ({POST: STORY + "\nАйгүл\nАсанова\n"}, (POST, 6)),
    ({POST: STORY.replace("Рассказ", "Айгүл Асанова")}, (POST, 1)),
    ({POST: STORY.replace("Date", "Status: draft\nAuthor: Асанова Айгуль\nDate")}, (POST, 3)),
    ({POST: STORY, COMMENT: ANSWER.replace("Соседка", "A. Asanova Aigul")}, (COMMENT, 1)),
    ({POST: STORY, "blog/aigul-asanova/ru.md": STORY}, ("blog/…", 0)),
    ({POST: STORY, "blog/post/aigulasanova.jpg": b"?"}, ("blog/post/….jpg", 0)),
    ({POST: STORY, "blog/post/photo.jpg": picture()}, ("blog/post/photo.jpg", 0)),
    ({POST: STORY, "extra/humans.txt": "Thanks to\nAigul Asanova"}, ("extra/humans.txt", 2)),
]


@pytest.mark.parametrize(("files", "place"), HITS)
def test_a_name_stops_check_and_build_and_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Files, place: tuple[str, int]
) -> None:
    tree = write(tmp_path / "tree", {"blog/other/ru.md": STORY, **files})
    monkeypatch.setenv(forbidden.VARIABLE, str(list_of(tmp_path, "Айгүл Асанова")))
    for problems in (check.checked(tree), check.checked(tree), build.build(tree, tmp_path / "output")):
        assert (forbidden.RULE, *place) in told(problems)
        assert {one.path for one in problems if one.code == forbidden.RULE} == {place[0]}
        for language in ("ru", "ky", "en"):
            assert not NAMES.is_in("\n".join(one.text(language) for one in problems))
    assert not (tmp_path / "output").exists()
    monkeypatch.delenv(forbidden.VARIABLE)
    assert forbidden.RULE not in {one.code for one in check.checked(tree)}


def test_no_other_message_tells_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "Date: 2008-12-02 " + "когда нибудь потом " * 2 + "Айгүл Асанова"
    tree = write(
        tmp_path / "tree",
        {
            POST: STORY.replace("Date: 2008-12-02", long) + "\n[раз](../aigul-asanova/)\n",
            "blog/two/ru.md": STORY + "\n[два](../Aigul_Asanov/)\n",
            "blog/Айгүл-Асанова/ru.md": STORY,
            "blog/three/Асанова Айгүл.docx": "?",
        },
    )
    monkeypatch.setenv(forbidden.VARIABLE, str(list_of(tmp_path, "Айгүл Асанова")))
    problems = check.checked(tree)
    assert {"date-bad", "slug-bad", "file-unused", forbidden.RULE} <= {one.code for one in problems}
    said = "\n".join(one.text(language) for one in problems for language in ("ru", "ky", "en")).lower()
    assert not any(part in said for part in ("айг", "асан", "aigul", "asan"))
    assert check.run(tree, "json") == 1


def test_a_word_of_the_settings_or_the_theme_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = write(tmp_path / "tree", {POST: STORY})
    assert not any(one.stops for one in build.build(tree, tmp_path / "output"))
    before = (tmp_path / "output" / "index.html").read_bytes()
    site_name = build.said()["SITENAME"]
    monkeypatch.setenv(forbidden.VARIABLE, str(list_of(tmp_path, site_name)))
    assert forbidden.RULE not in {one.code for one in check.checked(tree)}
    problems = build.build(tree, tmp_path / "output")
    assert (forbidden.RULE, "index.html") in {(one.code, one.path) for one in problems}
    assert site_name not in "\n".join(one.text("ru") for one in problems)
    assert (tmp_path / "output" / "index.html").read_bytes() == before
    assert {one.path for one in places_below(tmp_path / "output", Forbidden((site_name,)))} >= {"index.html"}


def test_what_stands_is_not_looked_at_again_until_the_list_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = write(tmp_path / "tree", {POST: STORY, "extra/robots.txt": "User-agent: *\n"})
    path = list_of(tmp_path, "Айгүл Асанова")
    monkeypatch.setenv(forbidden.VARIABLE, str(path))
    monkeypatch.setattr(forbidden, "_stamp", lambda state: state.st_size.to_bytes(16, "big"))
    monkeypatch.setattr("magazine.stamps.YOUNG", 0)
    assert not any(one.stops for one in build.build(tree, tmp_path / "output"))
    looked = []
    look = Search.lines_in
    monkeypatch.setattr(Search, "lines_in", lambda self, text: looked.append(text) or look(self, text))
    build.build(tree, tmp_path / "output")
    assert [text for text in looked if "<html" in text or "User-agent" in text] == []
    list_of(tmp_path, "Айгүл Асанова", "Юлия Цой")
    build.build(tree, tmp_path / "output")
    assert sum("<html" in text for text in looked) == len(list((tmp_path / "output").rglob("*.html")))
    assert sum("User-agent" in text for text in looked) == 2  # the source, and what is put into the site


def test_the_cache_tells_nothing_of_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = write(tmp_path / "tree", {POST: STORY})
    path = list_of(tmp_path, "Айгүл Асанова")
    monkeypatch.setattr("magazine.stamps.YOUNG", 0)
    monkeypatch.setenv(forbidden.VARIABLE, str(path))
    check.checked(tree)
    build.build(tree, tmp_path / "output")
    kept = b"".join(file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file())
    assert not any(word.encode() in kept for word in ("Айгүл", "Асанова", "asanov", "agul", str(path)))
    rows = [
        row
        for file in (tmp_path / "cache").rglob("*.sqlite")
        for row in sqlite3.connect(file).execute("SELECT key FROM rows WHERE kind = 'clean'")
    ]
    assert ("blog/post",) in rows


def test_a_single_short_word_is_common() -> None:
    assert [is_common(entry) for entry in ("Вера", "Вера Ким", "Абдыкадырова", "0555 010203")] == [
        True, False, False, False
    ]  # fmt: skip


def test_an_export_is_not_written_with_a_hit_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Айгүл Асанова\n", encoding="utf-8")
    monkeypatch.setenv(forbidden.VARIABLE, str(names))
    tree = write(tmp_path / "tree", {"blog/post/ru.md": STORY + "\nПишет Асанова Айгул.\n"})
    assert export.run(tmp_path / "out.xml", tree) == 1
    assert not (tmp_path / "out.xml").exists()
    said = capsys.readouterr().err
    assert "blog/post/ru.md:6" in said
    assert "Асанова" not in said
