"""Markdown becomes HTML whose links reach the right version and which carries no code of its own."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import html5lib
import pytest
from PIL import Image
from trees import ISSUE, STORY, TRANSLATION, read, told

from magazine import headers
from magazine.problems import Report
from magazine.records import Library
from magazine.site import addresses
from magazine.site.gallery import Gallery
from magazine.site.links import Place
from magazine.site.markup import Converted, Markup, leads

OPEN = ("http", "https", "mailto", "tel", "sms", "site", "")


def picture(width: int, height: int, form: str = "JPEG") -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(stream, form)
    return stream.getvalue()


@dataclass
class Desk:
    """A library and what converts its bodies; every body starts in line 3 of its source."""

    library: Library
    gallery: Gallery

    def place(self, report: Report, language: str = "ru", key: str = "blog/post") -> Place:
        entry = self.library.entries[key]
        version = replace(entry.version(language), language=language)
        return Place(
            entry=entry,
            version=version,
            library=self.library,
            main="ru",
            gallery=self.gallery,
            report=report,
            gettext=lambda words: words,
        )

    def converted(self, body: str, place: Place) -> Converted:
        parsed = headers.parse(place.version.path, f"Title: А\n\n{body}\n", Report())
        return Markup(place.version.language).convert(parsed, place)

    def convert(self, body: str, language: str = "ru", key: str = "blog/post") -> tuple[str, list[tuple[str, int]]]:
        """HTML, and rule and line of all that was told."""
        report = Report()
        html = self.converted(body, self.place(report, language, key)).html
        return html, [(problem.code, problem.line) for problem in report.sorted()]

    def html(self, body: str, language: str = "ru", key: str = "blog/post") -> str:
        """The HTML of a body in which nothing is wrong."""
        html, problems = self.convert(body, language, key)
        assert problems == []
        return html

    def link(self, target: str, language: str = "ru", key: str = "blog/post") -> str:
        """Where a link leads."""
        (address,) = re.findall(r'<a href="([^"]*)"', self.html(f"[сюда]({target})", language, key))
        return address


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    root = tmp_path_factory.mktemp("desk")
    files: dict[str, str | bytes] = {
        "blog/post/ru.md": STORY,
        "blog/post/en.md": TRANSLATION,
        "blog/post/large.jpg": picture(1400, 700),
        "blog/post/small.png": picture(200, 100, "PNG"),
        "blog/post/шина.webp": picture(400, 100, "WEBP"),
        "blog/other/ru.md": STORY,
        "blog/other/en.md": TRANSLATION,
        "blog/alone/ru.md": STORY,
        "blog/draft/ru.md": STORY.replace("\n\n", "\nStatus: draft\n\n"),
        "magazine/2008-12/ru.md": ISSUE,
        "magazine/2008-12/one/ru.md": STORY,
        "magazine/2008-12/one/ky.md": TRANSLATION,
        "pages/about/ru.md": "Title: О нас\n\nМы.\n",
        "petitions/p/ru.md": STORY,
        "extra/keys/key.asc": "x",
    }
    library, report = read(root / "content", files)
    assert told(report) == []
    return Desk(library, Gallery(root / "content", root / "cache"))


def elements(html: str, tag: str) -> Iterator[dict[str, str]]:
    """Attributes of all elements of this tag, in document order."""
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter(tag):
        yield dict(element.attrib)


# Links within the magazine


@pytest.mark.parametrize(
    ("target", "ru", "en"),
    [
        ("../other/", "blog/other.html", "en/blog/other.html"),
        ("../other", "blog/other.html", "en/blog/other.html"),
        ("../other/#part", "blog/other.html#part", "en/blog/other.html#part"),
        ("../other/en.md", "en/blog/other.html", "en/blog/other.html"),
        ("../other/ru.md#part", "blog/other.html#part", "blog/other.html#part"),
        ("{filename}../other/en.md", "en/blog/other.html", "en/blog/other.html"),
        ("{filename}/blog/other/ru.md", "blog/other.html", "blog/other.html"),
        ("|filename|../other/ru.md", "blog/other.html", "blog/other.html"),
        ("/blog/other/", "blog/other.html", "en/blog/other.html"),
        ("../../magazine/2008-12/one/", "magazine/2008-12/one.html", "en/magazine/2008-12/one.html"),
        ("../../magazine/2008-12/", "magazine/2008-12.html", "en/magazine/2008-12.html"),
        ("../../pages/about/", "pages/about.html", "en/pages/about.html"),
        ("../../petitions/p/", "petitions/p.html", "en/petitions/p.html"),
        ("../", "blog/index.html", "en/blog/index.html"),
        ("/magazine/", "magazine/index.html", "en/magazine/index.html"),
        ("/petitions", "petitions/index.html", "en/petitions/index.html"),
        ("../post/", "blog/post.html", "en/blog/post.html"),
        ("en.md", "en/blog/post.html", "en/blog/post.html"),
        ("/extra/keys/key.asc", "keys/key.asc", "keys/key.asc"),
    ],
)
def test_a_link_leads_to_the_language_of_its_page_or_to_the_one_it_names(
    target: str, ru: str, en: str, desk: Desk
) -> None:
    assert (desk.link(target, "ru"), desk.link(target, "en")) == (f"\x11site:{ru}", f"\x11site:{en}")


def test_a_folder_that_lacks_the_language_leads_to_the_page_that_says_so(desk: Desk) -> None:
    assert desk.link("../alone/", "en") == "\x11site:en/blog/alone.html"
    assert desk.link("../one/", "ky", "magazine/2008-12/one") == "\x11site:ky/magazine/2008-12/one.html"


def test_stories_of_one_issue_are_neighbours(desk: Desk) -> None:
    assert desk.link("../../2008-12/", key="magazine/2008-12/one") == "\x11site:magazine/2008-12.html"
    assert desk.link("one/", key="magazine/2008-12") == "\x11site:magazine/2008-12/one.html"


def test_a_fragment_stays_on_its_page(desk: Desk) -> None:
    assert desk.link("#answers") == "#answers"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("../otter/", "link-dead"),
        ("../other/de.md", "link-dead"),
        ("../alone/en.md", "link-dead"),
        ("../../../etc/", "link-dead"),
        ("nowhere.jpg", "link-dead"),
        ("../draft/", "link-unpublished"),
        ("../draft/ru.md", "link-unpublished"),
        ("/", "link-dead"),
        ("//other.example/", "link-scheme"),
        ("data:text/html,a", "link-scheme"),
        ("file:///etc/passwd", "link-scheme"),
    ],
)
def test_a_link_that_leads_nowhere_is_told_with_its_line(target: str, code: str, desk: Desk) -> None:
    assert desk.convert(f"Раз\n\nДва [сюда]({target})")[1] == [(code, 5)]


def test_a_link_by_reference_and_in_a_note_is_followed_too(desk: Desk) -> None:
    html = desk.html(
        "[сюда][r] и ещё[^1]\n\n[r]: ../other/\n\n[^1]: См. [там](../alone/).\n\n| а |\n|---|\n| [т](../other/) |"
    )
    assert html.count('href="\x11site:blog/other.html"') == 2
    assert html.count('href="\x11site:blog/alone.html"') == 1


# What a conversion depended on


def test_a_conversion_tells_its_internal_links_and_where_they_led(desk: Desk) -> None:
    body = (
        "[а](../other/en.md#part) [б][r] [в](/extra/keys/key.asc) [г](../otter/) [д](../draft/) "
        "[а](../other/en.md#part) [е](https://x.org/) <a@x.org> [ж](#here) [з](//x.org) сноска[^1]\n\n"
        "[^1]: [и](../alone/)\n\n[r]: /magazine/"
    )
    assert dict(desk.converted(body, desk.place(Report())).links) == {
        "../other/en.md#part": "en/blog/other.html#part",
        "/magazine/": "magazine/index.html",
        "/extra/keys/key.asc": "keys/key.asc",
        "../otter/": None,
        "../draft/": None,
        "../alone/": "blog/alone.html",
    }


def test_each_body_has_its_own_links(desk: Desk) -> None:
    place, markup = desk.place(Report()), Markup("ru")
    bodies = ["[а](../other/)", "Раз", "[б](../alone/)"]
    sources = [headers.parse(place.version.path, f"Title: А\n\n{body}\n", Report()) for body in bodies]
    links = [markup.convert(source, place).links for source in sources]
    assert links == [(("../other/", "blog/other.html"),), (), (("../alone/", "blog/alone.html"),)]


def test_pictures_are_no_links_of_a_conversion(desk: Desk) -> None:
    assert desk.converted("[а](large.jpg) ![Зонт](small.png)", desk.place(Report())).links == ()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_link_leads_where_it_led_and_nothing_is_told(language: str, desk: Desk) -> None:
    place = desk.place(Report(), language)
    targets = ["../other/", "../other/ru.md", "en.md", "../alone/en.md", "../otter/", "../draft/", "../", "/extra/x"]
    links = desk.converted(" ".join(f"[а]({target})" for target in targets), place).links
    assert [target for target, _ in links] == targets
    report = Report()
    later = desk.place(report, language)
    assert all(leads(target, later) == address for target, address in links)
    assert not report.found


def test_a_link_to_what_is_gone_or_has_come_leads_elsewhere(desk: Desk, tmp_path: Path) -> None:
    place = desk.place(Report())
    links = desk.converted("[а](../other/en.md) [б](../otter/) [в](new.png)", place).links
    tree: dict[str, str | bytes] = {
        "blog/post/ru.md": STORY,
        "blog/post/new.png": picture(200, 100, "PNG"),
        "blog/other/ru.md": STORY,
        "blog/otter/ru.md": STORY,
    }
    library, _ = read(tmp_path / "content", tree)
    gallery = Gallery(tmp_path / "content", tmp_path / "cache")
    later = replace(place, library=library, entry=library.entries["blog/post"], gallery=gallery)
    assert [leads(target, later) for target, _ in links] == [None, "blog/otter.html", "blog/post/new-320.jpg"]


# Links elsewhere


@pytest.mark.parametrize(
    "written",
    ["[там](https://x.org/a?b=c#d)", "<https://x.org/a>", "[там][x]\n\n[x]: HTTP://x.org/", "[там](http://x.org)"],
)
def test_links_elsewhere_tell_no_referrer(written: str, desk: Desk) -> None:
    assert [link["rel"] for link in elements(desk.html(written), "a")] == ["noreferrer"]


@pytest.mark.parametrize("target", ["mailto:a@x.org", "tel:+996700000000", "sms:123"])
def test_other_kinds_of_links_stay(target: str, desk: Desk) -> None:
    assert desk.link(target) == target


def test_a_mail_address_in_brackets_is_a_link(desk: Desk) -> None:
    assert [link["href"] for link in elements(desk.html("Пишите: <a@x.org>"), "a")] == ["mailto:a@x.org"]


BAD_LINKS = [
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert)",
    "[a](<javascript:alert(1)>)",
    "[a](<  javascript:alert(1)>)",
    "[a](&#106;avascript:alert(1))",
    "[a](&#x6A;avascript:x)",
    "[a](java&#115;cript:x)",
    "[a](java&Tab;script:x)",
    "[a](javascript&colon;x)",
    "[a](<java\tscript:x>)",
    "[a](\\javascript:x)",
    "[a](j\\avascript:x)",
    "[a](vbscript:x)",
    "[a](data:text/html;base64,PHN2Zz4=)",
    "[a](blob:x)",
    "[a][b]\n\n[b]: javascript:x",
    '[a]\n\n[a]: <javascript:x> "t"',
    "<javascript:alert(1)>",
    "<javascript:x@y.z>",
    "![a](javascript:x)",
    "[a](//evil.example)",
    "[a](\\\\evil.example)",
    "[a](/\\evil.example)",
    "[![a](x)](javascript:x)",
    "[a](file:///etc)",
    "[a](feed:javascript:x)",
    "[a](site:../../x)",
    "[a](view-source:https://x.org)",
    "[a](%6Aavascript:x)",
    "[a](https:javascript:x)",
]


@pytest.mark.parametrize("body", BAD_LINKS)
def test_no_link_of_a_text_carries_code(body: str, desk: Desk) -> None:
    """What a browser would follow has an open scheme, or the build stops."""
    html, problems = desk.convert(body)
    for link in elements(html, "a"):
        target = re.sub(r"[\x00-\x20]", "", unquote(link.get("href", "")).replace("\\", "/"))
        scheme, colon, _ = target.partition(":")
        is_open = not target.startswith("//") and (scheme.lower() if colon else "") in OPEN
        assert is_open or {code for code, _ in problems} & {"link-dead", "link-scheme"}


# HTML


@pytest.mark.parametrize(
    "raw",
    [
        "<script>alert(1)</script>",
        "<b>",
        "</div>",
        '<img src="x" onerror="alert(1)">',
        "<iframe src=x></iframe>",
        "<svg/onload=x>",
        "<br/>",
        "<!DOCTYPE html>",
        "<?php x ?>",
        "<STYLE>p{}</STYLE>",
        "<a href='x'>",
        "&lt;script&gt;",
    ],
)
@pytest.mark.parametrize(
    "form", ["{}", "Раз {} два", "- {}", "> {}", "| а |\n|---|\n| {} |", "# {}", "Раз[^1]\n\n[^1]: {}", "*{}*"]
)
def test_html_is_shown_as_text(raw: str, form: str, desk: Desk) -> None:
    html, _ = desk.convert(form.format(raw))
    plain = {
        "p",
        "ul",
        "li",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "h1",
        "sup",
        "a",
        "div",
        "ol",
        "em",
        "hr",
    }
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    assert {element.tag for element in tree.iter() if element.tag != "DOCUMENT_FRAGMENT"} <= plain
    assert {name for element in tree.iter() for name in element.attrib} <= {"href", "class", "id", "title"}
    assert "script" not in raw or "script" in "".join(tree.itertext())


def test_html_is_told_with_its_line(desk: Desk) -> None:
    assert desk.convert('Раз\nдва <b>три</b>\n\n<div class="x">')[1] == [("html-shown", 4), ("html-shown", 6)]


@pytest.mark.parametrize(
    "body",
    [
        "`<b>`",
        "``<b> ` </b>``",
        "    <b>",
        "```\n<b>\n```",
        "~~~ html\n<b>\n~~~",
        "5 < 6 > 4",
        "<https://x.org>",
        "<a@x.org>",
        "a<b",
    ],
)
def test_html_in_code_and_signs_are_no_html(body: str, desk: Desk) -> None:
    desk.html(body)


@pytest.mark.parametrize(
    "body",
    [
        "Раз <!-- тайна --> два",
        "<!-- тайна\n\nтайна -->\n\nРаз",
        "Раз\n<!-- тайна -- -->",
        "<!--тайна--><!--тайна-->Раз",
    ],
)
def test_comments_of_editors_vanish(body: str, desk: Desk) -> None:
    html = desk.html(body)
    assert "тайна" not in html
    assert "Раз" in html
    assert "--" not in html


def test_a_comment_without_an_end_is_shown(desk: Desk) -> None:
    assert "тайна" in desk.convert("Раз <!-- тайна")[0]


def test_html_within_a_comment_is_not_told(desk: Desk) -> None:
    assert desk.convert("Раз <!-- <b>нет</b> -->")[1] == []


def test_a_comment_within_code_is_shown(desk: Desk) -> None:
    assert "&lt;!-- так --&gt;" in desk.html("Раз `<!-- так -->` два")


def test_a_line_below_a_comment_is_told_with_its_own_number(desk: Desk) -> None:
    assert desk.convert("<!--\n\n-->\n\n[а](../otter/)")[1] == [("link-dead", 7)]


# Pictures


def test_a_picture_alone_is_a_figure_with_caption_and_large_link(desk: Desk) -> None:
    html = desk.html("Раз\n\n![Зонт](large.jpg \"Наш 'зонт'\")\n\nДва")
    (figure,) = html5lib.parseFragment(html, namespaceHTMLElements=False).findall("figure")
    (caption,) = figure.findall("figcaption")
    assert [child.tag for child in figure] == ["picture", "figcaption"]
    assert (caption.text or "").strip() == "Наш „зонт“"
    assert [link.get("href") for link in caption] == ["\x11site:blog/post/large-1280.jpg"]
    assert "<p></p>" not in html


def test_a_picture_has_both_formats_both_widths_and_its_size(desk: Desk) -> None:
    html = desk.html("![Зонт](large.jpg)")
    (source,), (img,) = elements(html, "source"), elements(html, "img")
    assert source["type"] == "image/webp"
    assert source["srcset"] == "\x11site:blog/post/large-320.webp 320w, \x11site:blog/post/large-640.webp 640w"
    assert img["srcset"] == "\x11site:blog/post/large-320.jpg 320w, \x11site:blog/post/large-640.jpg 640w"
    assert (img["src"], img["alt"]) == ("\x11site:blog/post/large-320.jpg", "Зонт")
    assert (img["width"], img["height"]) == ("640", "320")
    assert source["sizes"] == img["sizes"]


def test_a_picture_in_a_paragraph_stays_there(desk: Desk) -> None:
    html = desk.html("Раз ![Зонт](large.jpg) два")
    assert html.startswith("<p>Раз <picture>")
    assert re.search(r"</picture>\sдва</p>$", html)
    assert "<figure" not in html


@pytest.mark.parametrize(
    "body",
    ["- ![Зонт](small.png)", "[![Зонт](small.png)](../other/)", "![Зонт](small.png)\nслово", "**![Зонт](small.png)**"],
)
def test_a_picture_among_others_is_no_figure(body: str, desk: Desk) -> None:
    html = desk.html(body)
    assert len(list(elements(html, "picture"))) == 1
    assert list(elements(html, "figure")) == []


def test_a_small_picture_has_no_large_link_and_no_empty_caption(desk: Desk) -> None:
    html = desk.html("![Зонт](small.png)")
    assert "<figcaption" not in html
    assert next(elements(html, "img"))["width"] == "200"


@pytest.mark.parametrize(
    "name", ["large.jpg", "./large.jpg", "{filename}large.jpg", "{static}large.jpg", "{attach}large.jpg"]
)
def test_a_picture_is_found_by_each_of_its_names(name: str, desk: Desk) -> None:
    assert "large-320.jpg" in desk.html(f"![Зонт]({name})")


def test_a_picture_named_in_other_letters_has_a_plain_address(desk: Desk) -> None:
    sources = [img["src"] for img in elements(desk.html("![Шина](шина.webp)"), "img")]
    assert sources == ["\x11site:blog/post/shina-320.jpg"]


def test_a_link_to_a_picture_leads_to_its_large_version(desk: Desk) -> None:
    assert desk.link("large.jpg") == "\x11site:blog/post/large-1280.jpg"
    assert desk.link("small.png") == "\x11site:blog/post/small-320.jpg"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("![Зонт](lorge.jpg)", "picture-dead"),
        ("![Зонт](../other/large.jpg)", "picture-dead"),
        ("![](large.jpg)", "picture-alt"),
        ("![ ](large.jpg)", "picture-alt"),
        ("![Зонт](https://x.org/a.jpg)", "picture-dead"),
        ("![Зонт](data:image/png;base64,x)", "picture-dead"),
    ],
)
def test_what_is_wrong_with_a_picture_is_told_and_loads_nothing(body: str, code: str, desk: Desk) -> None:
    html, problems = desk.convert(f"Раз\n\n{body}")
    assert problems == [(code, 5)]
    assert "x.org" not in html
    assert "data:" not in html


# Other forms


def test_tables_notes_lists_and_definitions(desk: Desk) -> None:
    html = desk.html(
        "| а | б |\n|---|---|\n| 1 | 2 |\n\nСноска[^1].\n\n1. раз\n2. два\n\n- три\n\n"
        "Термин\n:   смысл\n\n[^1]: Вот она.\n"
    )
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    assert [cell.text for row in tree.iter("tr") for cell in row] == ["а", "б", "1", "2"]
    assert [[item.text for item in row] for row in (tree.findall("ol")[0], tree.findall("ul")[0])] == [
        ["раз", "два"],
        ["три"],
    ]
    assert tree.find("dl/dd").text == "смысл"
    assert tree.find("p/sup/a").get("href") == "#fn:1"
    assert "Вот она." in "".join(tree.find("div").itertext()).replace("\u00a0", " ")


def test_notes_of_one_text_do_not_enter_another(desk: Desk) -> None:
    desk.html("Раз[^1]\n\n[^1]: Тайна.")
    assert desk.html("Раз[^1]") == "<p>Раз[^1]</p>"


def test_one_body_gives_one_html(desk: Desk) -> None:
    body = "# Раз\n\n[к](../other/) и ![Зонт](large.jpg)[^1]\n\n[^1]: Два."
    assert desk.html(body) == desk.html(body)


def test_words_that_look_like_our_own_addresses_stay_words(desk: Desk) -> None:
    """Bodies hold ``site:`` addresses until their page is known: a reader's own words must not become one."""
    html = desk.html("Ищите так: site:example.org зонт")
    assert addresses.SITE_LINK.findall(html) == []
