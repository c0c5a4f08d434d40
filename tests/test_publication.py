"""What is not approved reaches no file of the site, and what is approved carries no power over it."""

import base64
import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element

import feedparser
import html5lib
import pytest
from PIL import Image
from trees import ANSWER, ISSUE, STORY, TRANSLATION, write

from magazine.site import build

BIDI = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
FOREIGN = (255, 0, 255)  # the colour of every picture that must not appear
ANSWER_EN = "Author: Neighbour\nDate: 2008-12-04\nLang: en\n\nThank you.\n"


def picture(colour: tuple[int, int, int], behind: bytes = b"") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(stream, "JPEG")
    return stream.getvalue() + behind


def headed(text: str, *lines: str) -> str:
    return text.replace("\n\n", "\n" + "\n".join(lines) + "\n\n", 1)


def secret(name: str, status: str) -> dict[str, str | bytes]:
    """A folder that is not published, every part of it marked with a word of its own."""
    text = (
        f"Title: Canary{name}title\nDate: 2010-01-01\nAuthor: Canary{name}author\nTags: canary{name}tag\n"
        f"Note: Canary{name}note\n"
        f"Summary: Canary{name}summary\nPicture: canary{name}lead.jpg\nAlt: Canary{name}alt\nStatus: {status}\n\n"
        f"Canary{name}body ![canary{name}](canary{name}body.jpg)\n"
    )
    translation = (
        f"Title: Canary{name}en\nTranslator: Canary{name}translator\nTags: canary{name}entag\n\nCanary{name}text.\n"
    )
    guest = f"Author: Canary{name}guest\nDate: 2010-01-02\n\nCanary{name}answer.\n"
    return {
        f"canary{name}/ru.md": text,
        f"canary{name}/en.md": translation,
        f"canary{name}/canary{name}lead.jpg": picture(FOREIGN, b"Canarybytes"),
        f"canary{name}/canary{name}body.jpg": picture(FOREIGN),
        f"canary{name}/comments/canary{name}id.md": guest,
    }


def below(folder: str, files: dict[str, str | bytes]) -> dict[str, str | bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


def withheld(status: str) -> str:
    words = f"Canary{status}words https://canary{status}.example/\n"
    return f"Author: Canary{status}author\nDate: 2009-01-01\nStatus: {status}\n\n{words}"


TREE: dict[str, str | bytes] = {
    "blog/post/ru.md": headed(STORY, "Author: Мира", "Tags: дом") + "\n<!-- Canarycomment -->\n\n![Зонт](shown.jpg)\n",
    "blog/post/ky.md": headed(TRANSLATION, "Review: native reader Canaryreview")
    + "\n<!-- Canarykycomment\n\nдалее -->\n",
    "blog/post/en.md": headed(TRANSLATION, "Status: draft", "Tags: canarydrafttag", "Summary: Canarydraftsummary")
    + "\nCanarydraftlanguage.\n",
    "blog/post/shown.jpg": picture((0, 255, 0)),
    "blog/post/canaryunlisted.jpg": picture(FOREIGN),
    "blog/post/.canaryhidden.md": "Canarydotfile",
    "blog/post/ru.md~": "Canarybackup",
    "blog/post/comments/1.md": ANSWER,
    "blog/post/comments/2.md": headed(ANSWER_EN, "Reply-To: 1", "Status: approved"),
    "blog/post/comments/3.md": withheld("pending"),
    "blog/post/comments/4.md": withheld("held"),
    "blog/post/comments/canaryrefusedid.md": withheld("refused"),
    "magazine/2008-12/ru.md": headed(ISSUE, "Stories: canaryskip, one"),
    "magazine/2008-12/one/ru.md": STORY,
    "petitions/p/ru.md": STORY,
    "petitions/p/signatures/canarytally.md": "Count: 3\nDate: 2009-01-01\nRegion: Canaryregion\n",
    "pages/about/ru.md": "Title: О нас\n\nМы.\n",
    "extra/keys/ours.asc": b"\x00\xffKEY\r\n\x80",
    "extra/icon.bin": bytes(range(256)),
    "extra/.DS_Store": "Canarystore",
    **below("blog", secret("draft", "draft")),
    **below("blog", secret("hidden", "hidden")),
    **below("magazine/2008-12", secret("skip", "skip")),
    **below("pages", secret("page", "hidden")),
    **below("petitions/p/updates", secret("update", "draft")),
    **below("magazine/canaryissue", {"ru.md": headed(ISSUE, "Status: draft"), **secret("instory", "published")}),
    **below(
        "petitions",
        {**secret("petition", "draft"), "canarypetition/signatures/1.md": "Count: 97583\nDate: 2009-01-01\n"},
    ),
}


class Output:
    """The files of a finished site."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = {
            path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
        }

    def text(self, name: str) -> str:
        return self.files[name].decode()

    def pages(self) -> Iterator[tuple[str, Element]]:
        for name, data in self.files.items():
            if name.endswith(".html"):
                yield name, html5lib.parse(data, namespaceHTMLElements=False, transport_encoding="utf-8")

    def heading(self, name: str) -> str:
        page = html5lib.parse(self.files[name], namespaceHTMLElements=False, transport_encoding="utf-8")
        found = page.find(".//*[@id='answers']//h2")
        return "" if found is None else " ".join("".join(found.itertext()).split())


def built(root: Path, files: dict[str, str | bytes]) -> Output:
    """The site of a tree in which no error is."""
    problems = build.build(write(root / "content", files), root / "output")
    assert [problem.text("en") for problem in problems if problem.severity == "error"] == []
    return Output(root / "output")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Output:
    return built(tmp_path_factory.mktemp("publication"), TREE)


def forms(word: bytes) -> set[bytes]:
    """A word as it could lie in a file: in UTF-16, hex, quoted, reversed, in base64 at each of three places."""
    text = word.decode()
    found = {word, text.encode("utf-16-le"), word.hex().encode(), quote(text).encode(), word[::-1]}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + word).rstrip(b"=")
        found.add(coded[(0, 2, 3)[shift] : -1])
    return found


def contents(data: bytes) -> Iterator[bytes]:
    """The bytes of a file, and what is packed in them."""
    yield data
    for start in (match.start() for match in re.finditer(rb"\x1f\x8b\x08", data)):
        try:
            yield gzip.decompress(data[start:])
        except (OSError, EOFError):
            continue


def test_the_search_would_find_what_it_looks_for() -> None:
    word = b"canary"
    hidden = [
        b"a" + word,
        base64.b64encode(b"x" + word + b"yz"),
        base64.b64encode(b"xy" + word),
        base64.b64encode(word + b"a"),
        b"ab" + gzip.compress(word),
    ]
    for data in hidden:
        assert any(form in part for form in forms(word) for part in contents(data))
    assert not any(form in part for form in forms(word) for part in contents(base64.b64encode(b"another bird")))


def test_the_site_is_there(site: Output) -> None:
    for name in (
        "index.html",
        "blog/post.html",
        "ky/blog/post.html",
        "en/blog/post.html",
        "magazine/2008-12/one.html",
        "petitions/p.html",
    ):
        assert name in site.files
    assert "Рассказ" in site.text("blog/post.html")
    assert "blog/post/shown-320.jpg" in site.files


def test_no_name_of_a_file_tells_what_is_not_published(site: Output) -> None:
    assert [name for name in site.files if "canary" in name.lower()] == []


@pytest.mark.parametrize("word", [b"canary", b"Canary", b"CANARY", b"97583", b"97,583", "97\u00a0583".encode()])
def test_no_byte_of_a_file_tells_what_is_not_published(word: bytes, site: Output) -> None:
    looked_for = forms(word)
    found = {
        name for name, data in site.files.items() for part in contents(data) if any(form in part for form in looked_for)
    }
    assert found == set()


def test_no_picture_shows_what_is_not_published(site: Output) -> None:
    shown = {name for name in site.files if name.endswith((".jpg", ".webp", ".png"))}
    assert shown == {"blog/post/shown-320.jpg", "blog/post/shown-320.webp"}
    for name in shown:
        with Image.open(io.BytesIO(site.files[name])) as image:
            red, green, _ = image.convert("RGB").getpixel((9, 9))
        assert green > 200 > 50 > red


def test_a_language_in_draft_is_shown_as_not_there(site: Output) -> None:
    assert 'content="noindex"' in site.text("en/blog/post.html")
    assert 'content="noindex"' not in site.text("ky/blog/post.html")


def test_only_approved_answers_are_counted(site: Output) -> None:
    assert site.heading("blog/post.html") == "2 ответа на «Рассказ»"
    assert "2" in site.heading("ky/blog/post.html")
    assert site.text("blog/post.html").count('<li id="answer-') == 2


@pytest.mark.parametrize("language", ["", "ky/", "en/"])
def test_the_feed_of_answers_holds_approved_ones_alone(language: str, site: Output) -> None:
    feed = feedparser.parse(site.files[f"{language}feeds/answers.xml"])
    assert not feed.bozo
    found = {
        (entry.link.rpartition("#")[2], re.sub("<[^>]+>", "", entry.content[0].value).strip()) for entry in feed.entries
    }
    everything = {("answer-1", "Спасибо."), ("answer-2", "Thank you.")}
    assert found == (set() if language == "en/" else everything)


def test_extras_are_copied_byte_by_byte(site: Output) -> None:
    for name, data in TREE.items():
        if name.startswith("extra/") and "DS_Store" not in name:
            assert site.files[name.removeprefix("extra/")] == data
    assert ".DS_Store" not in site.files


@pytest.mark.parametrize("name", ["index.html", "blog/post.html", "en/feeds/all.xml"])
def test_an_extra_takes_the_place_of_no_page_in_silence(name: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"blog/post/ru.md": STORY, f"extra/{name}": "foreign"}
    problems = build.build(write(tmp_path / "content", files), tmp_path / "output")
    assert f"extra/{name}" in {problem.path for problem in problems}


def test_a_robots_txt_of_the_editors_is_taken(tmp_path: Path) -> None:
    site = built(tmp_path, {"blog/post/ru.md": STORY, "extra/robots.txt": "User-agent: *"})
    assert site.files["robots.txt"] == b"User-agent: *"


# What readers send


HOSTILE = (
    "<script>alert('evil')</script><img src=x onerror=alert(1)><iframe src=//evil.example></iframe>\n\n"
    "[Да](javascript:alert(1)) ![Да](https://evil.example/pixel.gif)\n\n"
    "<a href='https://x.org' onclick=alert(1)>там</a>\n\n"
    "</div></li></ol></section></main><h1>Чужое</h1><style>*{display:none}</style><base href=//evil.example>\n\n"
    "Слово \u202eзадом наперёд\u202c и \u200bеще\u2066 {{ 7 * 191 }} {% raw %} site:example.org\n"
)
NAME = "<script>alert(1)</script>\"'><b>\u202eМира{{ 7 * 191 }}"


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Output:
    comment = f"Author: {NAME}\nDate: 2008-12-03\n\n{HOSTILE}"
    mention = f"Title: {NAME}\nSource: https://x.org/?a=1&b=%22%3E\nKind: pingback\n{comment}"
    named = "".join(f"{header}: {NAME}\n" for header in ("Title", "Author", "Tags", "Note", "Summary", "Discreet"))
    story = f"{named}Date: 2008-12-02\n\nТекст {{{{ 7 * 191 }}}}.\n"
    files: dict[str, str | bytes] = {
        "blog/post/ru.md": STORY,
        "blog/post/comments/1.md": comment,
        "blog/post/comments/2.md": mention,
        "blog/odd/ru.md": story,
    }
    return built(tmp_path_factory.mktemp("harmless"), files)


def test_every_page_keeps_its_one_script_and_no_handler(harmless: Output) -> None:
    for name, page in harmless.pages():
        tags = [element.tag for element in page.iter() if isinstance(element.tag, str)]
        assert (name, tags.count("script"), tags.count("style")) == (name, 1, 1)
        assert not {"iframe", "base", "object", "embed", "img"} & set(tags)
        assert [
            attribute for element in page.iter() for attribute in element.attrib if str(attribute).startswith("on")
        ] == []


def test_an_answer_does_not_leave_its_place(harmless: Output) -> None:
    pages = dict(harmless.pages())
    page = pages["blog/post.html"]
    assert len(page.findall(".//h1")) == 1
    assert page.find(".//main//*[@id='answers']") is not None
    assert page.find("body/footer") is not None
    assert page.find(".//*[@id='reply']") is not None


def test_no_link_of_an_answer_carries_code(harmless: Output) -> None:
    for _, page in harmless.pages():
        for link in page.iter("a"):
            assert re.match(r"(https?|mailto|sms):|[#./\w-]", link.get("href", "#"))
            assert not re.match(r"\s*(javascript|data|vbscript):", link.get("href", ""), re.IGNORECASE)
            assert link.get("href", "") != "https://x.org" or {"nofollow", "ugc", "noopener", "noreferrer"} <= set(
                link.get("rel", "").split()
            )


def test_no_file_holds_invisible_controls(harmless: Output) -> None:
    assert [name for name, data in harmless.files.items() if BIDI.search(data.decode("utf-8", "replace"))] == []


def test_no_template_is_carried_out(harmless: Output) -> None:
    assert [name for name, data in harmless.files.items() if b"1337" in data] == []
    assert "{{ 7 * 191 }}" in harmless.text("blog/post.html").replace("\u00a0", " ")


def test_names_are_shown_as_they_were_written(harmless: Output) -> None:
    page = dict(harmless.pages())["blog/post.html"]
    names = ["".join(line.itertext()) for line in page.findall(".//p[@class='from']")]
    assert len(names) == 2
    assert all(name.startswith(NAME.replace("\u202e", "")) for name in names)


def test_words_of_an_answer_that_look_like_our_addresses_stay_words(harmless: Output) -> None:
    assert "site:example.org" in harmless.text("blog/post.html")


def test_feeds_stay_whole(harmless: Output) -> None:
    for name, data in harmless.files.items():
        if name.endswith(".xml") and "feeds/" in name:
            feed = feedparser.parse(data)
            assert not feed.bozo
            assert feed.entries or name.startswith(("ky/", "en/", "feeds/magazine"))
            for entry in feed.entries:
                assert "<script" not in entry.content[0].value
                assert "evil.example" not in entry.content[0].value


def test_a_text_may_speak_of_addresses(tmp_path: Path) -> None:
    body = "Ищите так: site:example.org зонт.\n"
    site = built(tmp_path, {"blog/post/ru.md": f"Title: А\nDate: 2008-12-02\n\n{body}"})
    assert "site:example.org" in site.text("blog/post.html")
    assert "site:example.org" in site.text("feeds/all.xml")
