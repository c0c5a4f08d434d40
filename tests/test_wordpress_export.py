"""What `export-wordpress` writes is taken in whole by a real WordPress, and holds nothing that is not public."""

import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image
from site_files import Site
from toolbox import REPOSITORY
from trees import ISSUE, STORY, TRANSLATION, Files, write
from web_server import WebServer
from wordpress_site import WordPress

from magazine.desk.wordpress import export

SPACES = {
    "wp": "http://wordpress.org/export/1.2/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
SITE = "https://copy.example.net/a"
TREE = {
    "magazine/2008-12/ru.md": ISSUE,
    "magazine/2008-12/road/ru.md": STORY.replace("\n\n", "\nAuthor: Мира\nTags: дорога, дружба\n\n", 1),
    "magazine/2008-12/road/en.md": TRANSLATION.replace("\n\n", "\nTags: road, friendship\n\n", 1),
    "blog/post/ru.md": "Title: Запись\nDate: 2009-01-02\n\nТекст.\n",
    # the answer to it is older by a day than what it replies to
    "blog/post/comments/1.md": "Author: Соседка\nDate: 2009-01-05\n\nПервый.\n",
    "blog/post/comments/2.md": "Date: 2009-01-04\nReply-To: 1\nLang: ky\n\nЭкинчи.\n",
    "blog/post/comments/10.md": "Author: Гость\nDate: 2009-01-06\nReply-To: 2\n\nТретий.\n",
    "blog/post/comments/3.md": "Kind: pingback\nAuthor: Газета\nTitle: О них & о нас\nDate: 2009-01-07\n"
    "Source: https://letters.example.org/?a=1&b=2\n\nМы прочли.\n",
    "blog/post/comments/4.md": "Date: 2009-01-07\nStatus: pending\n\nТайна ждёт.\n",
    "petitions/letter/ru.md": "Title: Письмо\nDate: 2009-02-01\nTo: Первый; Второй\nGoal: 5\n\nПросим.\n",
    "petitions/letter/signatures/1.md": "Count: 3\nDate: 2009-02-02\n",
    "petitions/letter/updates/more/ru.md": "Title: Новость\nDate: 2009-03-01\n\nНас трое.\n",
    "pages/about/ru.md": "Title: О нас\n\nМы.\n",
}
WITHHELD = {
    "blog/draft/ru.md": "Title: Тайна\nDate: 2009-01-03\nStatus: draft\n\nТайна черновика.\n",
    "blog/draft/comments/1.md": "Date: 2009-01-05\n\nТайна под черновиком.\n",
    "blog/post/en.md": "Title: Secret\nStatus: draft\n\nTайна перевода.\n",
    "blog/hidden/ru.md": "Title: Тайник\nDate: 2009-01-03\nStatus: hidden\n\nСпрятано.\n",
    "magazine/2009-01/ru.md": "Title: Тайник\nStatus: hidden\n\nСпрятано.\n",
    "magazine/2009-01/inside/ru.md": "Title: Тайник\nDate: 2009-01-03\n\nСпрятано внутри.\n",
}


@pytest.fixture(autouse=True)
def published_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITEURL", SITE)
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def exported(folder: Path, files: Files, *, drafts: bool = False) -> ET.Element:
    """The channel of the export of a tree."""
    file = folder / "magazine.xml"
    assert export.run(file, write(folder / "content", files), drafts) == 0
    return ET.parse(file).getroot()[0]


def items(channel: ET.Element, kind: str = "post") -> dict[str, ET.Element]:
    """The items of a kind by their name in addresses."""
    found = channel.findall("item")
    return {said(one, "wp:post_name"): one for one in found if said(one, "wp:post_type") == kind}


def said(element: ET.Element, name: str) -> str:
    return element.findtext(name, "", SPACES)


def body(text: str, folder: Path, **headers: str) -> str:
    """What becomes of the body of a post."""
    lines = "".join(f"{name}: {value}\n" for name, value in headers.items())
    files = {
        "blog/it/ru.md": f"Title: Запись\nDate: 2009-01-02\n{lines}\n{text}\n",
        "pages/about/ru.md": "Title: О нас\n\nМы.\n",
    }
    return said(items(exported(folder, files))["it"], "content:encoded")


def test_every_version_is_an_item_of_its_kind(tmp_path: Path) -> None:
    channel = exported(tmp_path, TREE)
    assert list(items(channel)) == ["2008-12", "road", "road-en", "post", "letter", "letter-more"]
    assert list(items(channel, "page")) == ["about"]
    assert {said(one, "wp:status") for one in channel.findall("item")} == {"publish"}
    assert said(channel, "wp:wxr_version") == "1.2"
    assert said(channel, "wp:base_site_url") == SITE


def test_all_numbers_and_moments_are_different(tmp_path: Path) -> None:
    channel = exported(tmp_path, TREE | {"blog/other/ru.md": TREE["blog/post/ru.md"]})
    numbers = [
        one.text
        for name in ("post_id", "term_id", "comment_id", "author_id")
        for one in channel.iter(f"{{{SPACES['wp']}}}{name}")
    ]
    assert len(numbers) == len(set(numbers))
    moments = [said(one, "wp:post_date") for one in channel.findall("item")]
    assert len(moments) == len(set(moments))
    assert moments.count("2009-01-02 00:00:00") == moments.count("2009-01-02 00:00:01") == 1
    assert said(items(channel)["road"], "wp:post_date_gmt") == "2008-12-01 18:00:00"


def test_answers_follow_what_they_reply_to(tmp_path: Path) -> None:
    answers = items(exported(tmp_path, TREE))["post"].findall("wp:comment", SPACES)
    texts = {said(one, "wp:comment_id"): said(one, "wp:comment_content") for one in answers}
    assert list(texts) == sorted(texts, key=int)
    parents = {said(one, "wp:comment_content"): texts.get(said(one, "wp:comment_parent")) for one in answers}
    mention = "<strong>О них &amp; о нас</strong>\n\nМы прочли."
    assert parents == {"Первый.": None, "Экинчи.": "Первый.", "Третий.": "Экинчи.", mention: None}
    kinds = {said(one, "wp:comment_content"): said(one, "wp:comment_type") for one in answers}
    assert [kind for text, kind in kinds.items() if text == mention] == ["pingback"]
    assert Counter(kinds.values()) == {"comment": 3, "pingback": 1}
    assert {said(one, "wp:comment_author_url") for one in answers} == {"", "https://letters.example.org/?a=1&b=2"}


def test_nobody_has_a_mail_or_network_address(tmp_path: Path) -> None:
    channel = exported(tmp_path, TREE)
    for name in ("comment_author_email", "comment_author_IP", "author_email"):
        found = [one.text for one in channel.iter(f"{{{SPACES['wp']}}}{name}")]
        assert found
        assert set(found) == {None}
    assert "agent" not in (tmp_path / "magazine.xml").read_text(encoding="utf-8")


def test_nothing_withheld_is_in_it(tmp_path: Path) -> None:
    exported(tmp_path, TREE | WITHHELD)
    text = (tmp_path / "magazine.xml").read_text(encoding="utf-8")
    assert not re.search("Тайн|айна|Secret|[Сс]прятано", text)
    exported(tmp_path / "without", TREE)
    assert text == (tmp_path / "without" / "magazine.xml").read_text(encoding="utf-8")


def test_drafts_are_drafts_where_they_are_asked_for(tmp_path: Path) -> None:
    channel = exported(tmp_path, TREE | WITHHELD, drafts=True)
    drafts = [name for name, one in items(channel).items() if said(one, "wp:status") == "draft"]
    assert drafts == ["post-en", "draft"]
    assert len(items(channel)) == 8
    text = (tmp_path / "magazine.xml").read_text(encoding="utf-8")
    assert "Тайна\u00a0черновика." in text
    assert not re.search("Тайник|[Сс]прятано|ждёт", text)


def test_a_broken_draft_holds_nothing_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = {"blog/draft/ru.md": "Title: Тайна\nDate: 2009-01-03\nStatus: draft\n\n[туда](../nowhere/)\n"}
    channel = exported(tmp_path, TREE | broken, drafts=True)
    assert said(items(channel)["draft"], "wp:status") == "draft"


def test_versions_are_joined_as_polylang_joins_them(tmp_path: Path) -> None:
    channel = exported(tmp_path, TREE)
    posts = items(channel)
    groups = {
        name: [one.get("nicename") for one in post.findall("category") if one.get("domain") == "post_translations"]
        for name, post in posts.items()
    }
    assert groups["road"] == groups["road-en"] != []
    assert groups["post"] == []
    terms = {said(one, "wp:term_slug"): said(one, "wp:term_description") for one in channel.findall("wp:term", SPACES)}
    russian, english = (said(posts[name], "wp:post_id") for name in ("road", "road-en"))
    assert terms[str(groups["road"][0])] == f'a:2:{{s:2:"ru";i:{russian};s:2:"en";i:{english};}}'
    assert 's:6:"locale";s:5:"ru_RU";' in terms["ru"]
    languages = [one.get("nicename") for one in posts["road-en"].findall("category") if one.get("domain") == "language"]
    assert languages == ["en"]


def test_texts_are_filed_under_section_issue_and_topics_in_their_language(tmp_path: Path) -> None:
    posts = items(exported(tmp_path, TREE))
    filed = [(one.get("domain"), one.text) for one in posts["road-en"].findall("category")][:4]
    assert filed == [("category", "Magazine"), ("category", "Выпуск"), ("post_tag", "road"), ("post_tag", "friendship")]
    assert [one.text for one in posts["letter"].findall("category")][:1] == ["Петиции"]
    assert said(posts["road"], "dc:creator") == said(posts["road-en"], "dc:creator") == "mira"
    assert said(posts["post"], "dc:creator") == "magazine"


def test_a_petition_tells_its_state(tmp_path: Path) -> None:
    petition = items(exported(tmp_path, TREE))["letter"]
    fields = {said(one, "wp:meta_key"): said(one, "wp:meta_value") for one in petition.findall("wp:postmeta", SPACES)}
    assert fields == {"state": "open", "goal": "5", "signatures": "3"}
    assert said(petition, "content:encoded").startswith("<ul><li>Первый</li><li>Второй</li></ul>\n\n<p>Просим.</p>")


def test_a_neutral_title_is_the_title_that_others_see(tmp_path: Path) -> None:
    files = {"blog/it/ru.md": STORY.replace("\n\n", "\nDiscreet: Письмо\nSummary: О беде\nNote: death\n\n", 1)}
    post = items(exported(tmp_path, files))["it"]
    assert (said(post, "title"), said(post, "excerpt:encoded")) == ("Письмо", "Письмо")
    assert said(post, "content:encoded").startswith('<h2>Рассказ</h2>\n\n<p class="note" lang="ru"><strong>')


def test_links_lead_to_the_published_magazine(tmp_path: Path) -> None:
    assert f'<a href="{SITE}/pages/about.html">' in body("[Мы](../../pages/about/)", tmp_path)


def test_wordpress_finds_no_line_break_and_no_shortcode_of_its_own(tmp_path: Path) -> None:
    html = body("Один\nдва [gallery] a]]>b <b>.\n\n* раз\n* два\n\n```\na\nb\n```", tmp_path)
    assert html.startswith(
        "<p>Один два &#91;gallery] a]]&gt;b\u00a0&lt;b&gt;.</p>\n<ul> <li>раз</li>\n<li>два</li>\n</ul>\n"
    )
    assert "a\nb\n</code></pre>" in html


def test_signs_that_xml_cannot_hold_are_taken_out(tmp_path: Path) -> None:
    assert body("Так\ufffe\uffff есть 🌂", tmp_path) == "<p>Так есть\u00a0🌂</p>"


def test_pictures_are_one_file_each_at_the_published_address(tmp_path: Path) -> None:
    with io.BytesIO() as stream:
        Image.effect_noise((1500, 900), 40).convert("RGB").save(stream, "JPEG")
        picture = stream.getvalue()
    original = STORY.replace("\n\n", "\nPicture: lead.jpg\nAlt: Зонт\nCaption: На окне\n\n![Ещё](more.jpg)\n\n", 1)
    files = {"blog/it/ru.md": original, "blog/it/en.md": TRANSLATION.replace("\n\n", "\nAlt: Umbrella\n\n", 1)}
    files |= {f"blog/it/{name}.jpg": picture for name in ("lead", "more", "unused")}
    channel = exported(tmp_path, files)
    shown, posts = items(channel, "attachment"), items(channel)
    assert list(shown) == ["it-lead", "it-more", "it-en-lead"]
    address = said(shown["it-more"], "wp:attachment_url")
    assert re.fullmatch(rf"{SITE}/blog/it/more-\w+\.jpg", address)
    html = said(posts["it"], "content:encoded")
    assert f'<figure><img alt="Ещё" height="768" src="{address}" width="1280"></figure>' in html
    assert [said(one, "wp:post_parent") for one in shown.values()] == [
        said(posts[name], "wp:post_id") for name in ("it", "it", "it-en")
    ]
    alternatives = [said(one, "wp:postmeta/wp:meta_value") for one in shown.values()]
    assert alternatives == ["Зонт", "", "Umbrella"]
    leads = [said(posts[name], "wp:postmeta/wp:meta_value") for name in ("it", "it-en")]
    assert leads == [said(shown[name], "wp:post_id") for name in ("it-lead", "it-en-lead")]


def test_the_same_texts_are_the_same_bytes(tmp_path: Path) -> None:
    content = write(tmp_path / "content", TREE | WITHHELD)
    made = []
    for seed in ("1", "2"):
        file, cache = tmp_path / f"{seed}.xml", str(tmp_path / f"cache {seed}")
        command = [sys.executable, "-m", "invoke", "export-wordpress", file, "--content", content, "--drafts"]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "MAGAZINE_CACHE": cache, "TZ": f"UTC-{seed}"}
        subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, capture_output=True)
        made.append(file.read_bytes())
    assert made[0] == made[1]


def test_broken_texts_leave_the_old_export_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported(tmp_path, TREE)
    before = (tmp_path / "magazine.xml").read_bytes()
    content = write(
        tmp_path / "content", {"blog/post/ru.md": "Title: Запись\nDate: 2009-01-02\n\n[туда](../nowhere/)\n"}
    )
    assert export.run(tmp_path / "magazine.xml", content) == 1
    told = capsys.readouterr().err
    assert "blog/post/ru.md:4" in told
    assert "1 problem is to be mended first; nothing was written." in told
    assert (tmp_path / "magazine.xml").read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["content", "magazine.xml"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("content/magazine.xml", "among your texts"),
        ("letter.txt", "is no export"),
        ("nowhere/magazine.xml", "cannot be written"),
        ("folder", "cannot be written"),
    ],
)
def test_nothing_else_is_written_over(
    name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = write(tmp_path / "content", TREE)
    (tmp_path / "folder").mkdir()
    (tmp_path / "letter.txt").write_text("Письмо.", encoding="utf-8")
    assert export.run(tmp_path / name, content) == 1
    assert words in capsys.readouterr().err
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "Письмо."
    assert not (tmp_path / "content" / "magazine.xml").exists()


def answers_of_files(content: Path) -> list[tuple[str, str, str]]:
    """Name, day and what it replies to of every answer, as the files have them."""
    found = {}
    for file in sorted(content.glob("**/comments/*.md")):
        lines = file.read_text(encoding="utf-8").split("\n\n")[0].splitlines()
        headers = dict(line.split(": ", 1) for line in lines)
        found[file.parent, file.stem] = headers
    return sorted(
        (own.get("Author", ""), own["Date"], found.get((folder, own.get("Reply-To", "")), {}).get("Date", ""))
        for (folder, _), own in found.items()
    )


@pytest.mark.slow
def test_a_real_wordpress_takes_in_this_magazine(
    wordpress: WordPress, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, file = REPOSITORY / "content", tmp_path / "magazine.xml"
    with WebServer(site.root) as published:
        monkeypatch.setenv("SITEURL", published.address)
        assert export.run(file, content) == 0
        wordpress.empty()
        assert "Failed" not in wordpress.take_in(file)
    found = wordpress.items()
    kinds = Counter(one["kind"] for one in found)
    sources = [path for path in content.rglob("*.md") if path.parent.name not in ("comments", "signatures")]
    pages = [path for path in sources if path.parts[len(content.parts)] == "pages"]
    assert (kinds["post"], kinds["page"]) == (len(sources) - len(pages), len(pages))
    assert {one["state"] for one in found if one["kind"] != "attachment"} == {"publish"}
    answers = {one["id"]: one for text in found for one in text["answers"]}
    dates = {number: one["date"][:10] for number, one in answers.items()}
    taken_in = sorted((one["author"], one["date"][:10], dates.get(one["parent"], "")) for one in answers.values())
    assert taken_in == answers_of_files(content)
    assert {one["traces"] for one in answers.values()} == {""}
    assert Counter(one["language"] for one in found if one["kind"] != "attachment") == Counter(
        path.stem for path in sources
    )
    attachments = {one["id"] for one in found if one["kind"] == "attachment"}
    leads = {one["picture"] for one in found} - {0}
    assert leads
    assert leads <= attachments


@pytest.mark.slow
def test_a_real_wordpress_takes_in_deep_threads(wordpress: WordPress, tmp_path: Path) -> None:
    exported(tmp_path, TREE)
    wordpress.empty()
    assert "Failed" not in wordpress.take_in(tmp_path / "magazine.xml")
    (post,) = (one for one in wordpress.items() if one["name"] == "post")
    texts = {one["id"]: one["text"] for one in post["answers"]}
    parents = [(one["text"][:8], texts.get(one["parent"]), one["kind"]) for one in post["answers"]]
    assert parents == [
        ("Первый.", None, "comment"),
        ("Экинчи.", "Первый.", "comment"),
        ("Третий.", "Экинчи.", "comment"),
        ("<strong>", None, "pingback"),
    ]
