"""For every rule of the gate the smallest site that must not pass, and its mended twin."""

import base64
import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from magazine.forbidden import Forbidden
from magazine.messages import LANGUAGES
from magazine.problems import Problem
from magazine.release.gate import drafts, gate, traces
from magazine.release.gate.about import About, Budgets, Word
from magazine.rules.release import OF_RELEASE

SITE, INTAKE = "https://magazine.example.org", "https://intake.example.org/"
SCRIPT, STYLE = "leave()", "p{color:red}"


def source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


ABOUT = About(
    SITE,
    (INTAKE,),
    (source(SCRIPT),),
    names=Forbidden(("Гульнара Вымышленная",)),
    held_back=("blog/held",),
    words=(
        *drafts.words(["Ночь, о которой молчат", "Наш дом"], [], ["9f3ab2c4d5"]),
        Word("asel-k", traces.USER),
        Word("/srv/people/asel", traces.PLACE),
    ),
)
POLICY = (
    f"default-src 'none'; base-uri 'none'; img-src 'self' data:; style-src {source(STYLE)}; "
    f"script-src {source(SCRIPT)}; form-action {INTAKE}"
)
HEAD = f"""<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="referrer" content="no-referrer">
<title>Зонт</title>
<style>{STYLE}</style>"""


def page(body: str = "", head: str = HEAD) -> str:
    text = f"<head>\n{head}\n</head>\n<body id=a>\n{body}\n<script>{SCRIPT}</script>\n</body>"
    return f'<!DOCTYPE html>\n<html lang="ru">\n{text}\n</html>\n'


def picture(form: str = "JPEG", size: int = 8, **more: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (size, size), "red").save(stream, form, **more)
    return stream.getvalue()


def with_author() -> Image.Exif:
    exif = Image.Exif()
    exif[0x013B] = "Swallow"
    return exif


def with_words() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", "Swallow")
    return info


def packed(name: str = "letter.txt", comment: bytes = b"", extra: bytes = b"", text: str = "Письмо") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.extra = extra
        archive.writestr(entry, text)
        archive.comment = comment
    return stream.getvalue()


def noise(size: int) -> bytes:
    stream = io.BytesIO()
    data = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(size * size * 3 // 32 + 1))
    Image.frombytes("RGB", (size, size), data[: size * size * 3]).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def words(count: int) -> str:
    return " ".join(hashlib.sha256(str(number).encode()).hexdigest()[:9] for number in range(count))


def svg(inside: str = "", more: str = "") -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"{more}>{inside}<path d="M0 0"/></svg>'


def pdf(info: str = "") -> bytes:
    return f"%PDF-1.4\n1 0 obj\n<< /Title (Зонт) {info} >>\nendobj\ntrailer << /Info 1 0 R >>\n%%EOF\n".encode()


def feed(entry: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>\n'


def entry(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return feed(f'<entry><content type="html">{escaped}</content></entry>')


Made = dict[str, str | bytes | Callable[[Path], object]]
LINK, FORM = '<a href="{}">дальше</a>', '<form method="post" action="{}"><input name="a"></form>'
LETTER: Made = {"blog/letter.html": page('<p id="b">Письмо</p>')}
RIGHT: Made = {"index.html": page(LINK.format("blog/letter.html#b")), **LETTER}


def linked(address: str) -> Made:
    return {"index.html": page(LINK.format(address)), **LETTER}


def shown(markup: str) -> Made:
    return {"index.html": page(markup)}


def headed(head: str) -> Made:
    return {"index.html": page("", head)}


# rule: sites that break it and nothing else, and a site like them that does not
CASES: dict[str, tuple[list[Made], Made]] = {
    "gate-base": ([shown('<base href="https://example.org/">'), shown('<base target="_top">')], shown("")),
    "gate-comment": (
        [shown("<!-- ask Swallow -->"), {"feeds/all.xml": feed("<!-- x -->")}, {"a.xml": feed("<?note x?>")}],
        {"feeds/all.xml": feed("")},
    ),
    "gate-damaged": (
        [
            {"a.jpg": picture()[:200]},
            {"a.jpg": "text"},
            {"a.zip": b"PK"},
            {"a.svg": "<svg"},
            {"a.pdf": b"%!PS"},
            {"index.html": page().encode("cp1251")},
            {"feeds/all.xml": feed("<b>")},
            {"a.ico": b"\x89PNG"},
            {"sitemap.xml": '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        ],
        {"a.jpg": picture(), "a.zip": packed(), "a.svg": svg(), "a.pdf": pdf(), "feeds/all.xml": feed("")},
    ),
    "gate-feed-relative": (
        [
            {**RIGHT, "feeds/all.xml": feed('<link href="../index.html"/>')},
            {**RIGHT, "feeds/all.xml": entry('<a href="../blog/letter.html">a</a>')},
        ],
        {**RIGHT, "feeds/all.xml": entry(f'<a href="{SITE}/blog/letter.html#b">a</a>')},
    ),
    "gate-file-large": ([{"a.txt": "а" * 6000}], {"a.txt": "а" * 400}),
    "gate-file-unknown": (
        [
            {"a.mp3": b"ID3\xff"},
            {"a.bin": b"\0\1"},
            {"a.gif": b"GIF89a\xff"},
            {"a.woff2": b"wOF2\0\xff"},
            {"a.zip": packed("a.mp3", text="\udcff".encode("utf-8", "surrogateescape").decode("latin-1") + "\0")},
        ],
        {"keys.txt": "a"},
    ),
    "gate-foreign": (
        [
            shown('<img src="https://example.org/a.jpg" alt="">'),
            shown('<img src="//example.org/a.jpg" alt="">'),
            shown('<p style="background:url(https://example.org/a)">a</p>'),
            shown('<p style="background:\\75rl(https://example.org/a)">a</p>'),
            headed(HEAD + '<link rel="stylesheet" href="https://example.org/a.css">'),
            headed(HEAD + '<link rel="dns-prefetch" href="https://example.org/">'),
            headed(HEAD + '<meta http-equiv="refresh" content="0; url=https://example.org/">'),
            {"a.jpg": picture(), **shown('<img src="a.jpg" srcset="a.jpg 1x, https://example.org/b.jpg 2x" alt="">')},
            {"a.css": "@import 'https://example.org/a.css';"},
            shown('<video src="http://example.org/a"></video>'),
            {"feeds/all.xml": entry('<img src="https://example.org/a.png" alt="">')},
        ],
        {"a.jpg": picture(), **shown('<img src="a.jpg" alt=""><a href="https://example.org/">a</a>')},
    ),
    "gate-form-target": (
        [
            shown(FORM.format("https://intake.example.org.evil.example/")),
            shown(FORM.format("send.php")),
            shown(FORM.format("http://intake.example.org/")),
            shown(FORM.format("https://intake.example.org@evil.example/")),
            shown(FORM.format("https://intake.example.org:444/")),
            shown("<form><input name=a></form>"),
            shown(FORM.format(INTAKE) + '<button formaction="https://example.org/">a</button>'),
            shown('<a href="index.html" ping="https://example.org/">a</a>'),
            shown(FORM.format(INTAKE + "../evil")),
            {"feeds/all.xml": entry(FORM.format("https://example.org/"))},
        ],
        shown(FORM.format(INTAKE) + FORM.format(INTAKE + "sign")),
    ),
    "gate-frame": (
        [shown("<iframe></iframe>"), shown("<object></object>"), shown("<embed>"), shown('<p srcdoc="a">a</p>')],
        shown(""),
    ),
    "gate-handler": (
        [
            shown('<p onclick="a()">a</p>'),
            shown("<p ONMOUSEOVER=a()>a</p>"),
            shown('<svg><a><animate attributeName="href" values="b"/></a></svg>'),
            {"feeds/all.xml": entry('<p onclick="a()">a</p>')},
        ],
        shown("<p>onclick</p>"),
    ),
    "gate-leftover": (
        [
            {".DS_Store": "a"},
            {"blog/Thumbs.db": "a"},
            {"a.html~": "a"},
            {".git/config": "a"},
            {"a.txt.swp": "a"},
            {"._a.jpg": picture()},
            {"#a#": "a"},
            {"a.bak": "a"},
            {"a.zip": packed("__MACOSX/.DS_Store")},
        ],
        {".nojekyll": "", ".htaccess": "", "robots.txt": "User-agent: *\n"},
    ),
    "gate-link-case": ([linked("blog/Letter.html"), linked("Blog/letter.html")], RIGHT),
    "gate-link-dead": (
        [
            linked("blog/leter.html"),
            linked("blog"[:3] + "/x.html"),
            linked(f"{SITE}/blog/leter.html"),
            shown('<img src="a.jpg" alt="">'),
            {"robots.txt": f"Sitemap: {SITE}/sitemap.xml\n"},
            headed(HEAD + '<link rel="canonical" href="https://magazine.example.org/x.html">'),
            headed(HEAD + '<meta http-equiv="refresh" content="0; url=x.html">'),
            shown('<p style="background:url(a)">a</p>'),
            {"sitemap.xml": f"<?xml version='1.0'?><urlset><url><loc>{SITE}/x.html</loc></url></urlset>"},
        ],
        {
            **RIGHT,
            "robots.txt": f"Sitemap: {SITE}/sitemap.xml\nList: {SITE}/SHA256SUMS.txt.\n",
            "sitemap.xml": f"<?xml version='1.0'?><urlset><url><loc>{SITE}/blog/letter.html</loc></url></urlset>",
        },
    ),
    "gate-link-folder": ([linked("blog/"), linked("blog"), linked("."), linked(f"{SITE}/blog/")], RIGHT),
    "gate-link-fragment": ([linked("blog/letter.html#c"), linked("#b"), linked(f"{SITE}/blog/letter.html#c")], RIGHT),
    "gate-link-place": (
        [
            linked("/blog/letter.html"),
            linked("../blog/letter.html"),
            linked("blog\\letter.html"),
            linked("//magazine.example.org/blog/letter.html"),
            linked("blog/letter.html?a=b"),
        ],
        RIGHT,
    ),
    "gate-link-scheme": (
        [
            linked("javascript:a()"),
            linked(" java\nscript:a()"),
            linked("&#106;avascript:a()"),
            linked("data:text/html,a"),
            linked("vbscript:a"),
            shown('<img src="data:image/svg+xml,a" alt="">'),
            linked("ftp://example.org/"),
        ],
        {
            "index.html": page(
                LINK.format("mailto:a@example.org") + LINK.format("tel:+996") + '<img src="data:," alt="">'
            )
        },
    ),
    "gate-markup": (
        [
            shown('<a href="index.html"title="a">a</a>'),
            shown("a < b"),
            shown("<p title='a>b</p>"),
            shown('<p id="x" id="y">a</p>'),
            shown("<plaintext>"),
            shown("<title><b></title>"),
            shown("a\x01b"),
            {"index.html": page().removeprefix("<!DOCTYPE html>\n")},
            shown("<p title=a`b>a</p>"),
            shown("<!-->-->"),
        ],
        shown('<a href="index.html" title="a">a &lt; b</a>'),
    ),
    "gate-metadata": (
        [
            {"a.jpg": picture(exif=with_author())},
            {"a.jpg": picture(comment=b"Swallow")},
            {"a.png": picture("PNG", pnginfo=with_words())},
            {"a.webp": picture("WEBP", exif=with_author())},
            {"a.jpg": picture() + b"hidden"},
            {"a.png": picture("PNG", icc_profile=b"x" * 200)},
            {"a.jpg": picture().replace(b"\xff\xdb", b"\xff\xed\x00\x07hello\xff\xdb", 1)},
            {"a.svg": svg("<!-- a -->")},
            {"a.svg": svg("<metadata/>")},
            {"a.svg": svg('<a href="https://example.org/"/>')},
            {"a.svg": svg(more=' xmlns:i="http://www.inkscape.org/namespaces/inkscape" i:version="1"')},
            {"a.pdf": pdf("/Author (Swallow)")},
            {"a.pdf": pdf("/Creat#6fr (Swallow)")},
            {"a.pdf": pdf("/Encrypt 2 0 R")},
            {"a.pdf": pdf("/OpenAction 2 0 R")},
            {"a.pdf": pdf() + pdf()},
            {"a.zip": packed(comment=b"Swallow")},
            {"a.zip": packed(extra=b"ux\x00\x00")},
            {"a.zip": packed("a.svg", text=svg("<metadata/>"))},
            headed(HEAD + '<meta name="author" content="a">'),
            headed(HEAD + '<meta name="generator" content="a 4.12">'),
        ],
        {
            "a.jpg": picture(),
            "a.png": picture("PNG"),
            "a.webp": picture("WEBP"),
            "a.svg": svg("<title>a</title>"),
            "a.pdf": pdf("/Producer ()"),
            "a.zip": packed("a.svg", text=svg()),
            **headed(HEAD + '<meta name="generator" content="a">'),
        },
    ),
    "gate-page-heavy": ([shown(f"<p>{words(4000)}</p>")], shown(f"<p>{words(400)}</p>")),
    "gate-path-case": ([{"a.txt": "a", "A.txt": "a"}, {"a/b.txt": "a", "A/c.txt": "a"}], {"a.txt": "a", "b.txt": "a"}),
    "gate-path-odd": (
        [
            {"con.txt": "a"},
            {"aux/a.txt": "a"},
            {"a.": "a"},
            {"a ": "a"},
            {"a:b": "a"},
            {"a\\b": "a"},
            {"a\u202eb": "a"},
            {"a\nb": "a"},
            {"a" * 100 + "/" + "b" * 101: "a"},
            {"и\u0306.txt": "a"},
            {"b" * 90 + "/" + "c" * 120: "a"},
        ],
        {"console.txt": "a", "й.txt": "a"},
    ),
    "gate-photos-heavy": (
        [
            {"a.jpg": noise(256), **shown('<img src="a.jpg" alt="">')},
            {
                "a.jpg": picture(),
                "b.jpg": noise(256),
                **shown('<img src="a.jpg" srcset="a.jpg 320w, b.jpg 640w" alt="">'),
            },
        ],
        {"a.jpg": noise(80), **shown('<img src="a.jpg" alt="">')},
    ),
    "gate-policy": (
        [
            headed(HEAD.replace(POLICY, wide))
            for wide in (
                "",
                POLICY.replace("default-src 'none'", "default-src 'self'"),
                POLICY.replace("base-uri 'none'; ", ""),
                POLICY.replace("script-src ", "script-src 'unsafe-inline' "),
                POLICY.replace(source(STYLE), "*"),
                POLICY + " https://example.org/",
                POLICY + "; connect-src https:",
                POLICY.replace("data:", "https:"),
                POLICY + "; script-src-elem 'unsafe-inline'",
            )
        ]
        + [
            {"index.html": page(FORM.format(INTAKE), HEAD.replace(f"; form-action {INTAKE}", ""))},
            headed('<link rel="icon" href="data:,">' + HEAD),
            headed(HEAD.replace("Content-Security-Policy", "x")),
        ],
        shown(FORM.format(INTAKE)),
    ),
    "gate-referrer": (
        [headed(HEAD.replace("no-referrer", "origin")), headed(HEAD.replace('"referrer"', '"x"'))],
        headed(HEAD),
    ),
    "gate-script": (
        [
            shown("<script>other()</script>"),
            shown(f'<script src="index.html">{SCRIPT}</script>'),
            {"a.js": "a()"},
            {"feeds/all.xml": entry(f"<script>{SCRIPT}</script>")},
            shown('<script type="application/ld+json">{}</script>'),
        ],
        shown(""),
    ),
    "gate-special": (
        [
            {"a.txt": lambda path: path.symlink_to("/etc/hostname")},
            {"a": lambda path: path.symlink_to("..")},
            {"a.txt": os.mkfifo},
        ],
        {"a.txt": "a"},
    ),
    "gate-text-heavy": ([shown(f'<p title="{words(900)}">a</p>')], shown(f"<p>{words(900)}</p>")),
    "gate-total-large": ([{f"{number}.txt": "а" * 4000 for number in range(4)}], {"1.txt": "а" * 4000}),
    "gate-trace-path": (
        [
            shown("<p>/home/asel/magazine</p>"),
            {"a.txt": "C:\\Users\\Asel\\a"},
            shown(LINK.replace("дальше", "file:///srv/a").format("#a")),
            {"a.json": '"/Users/asel/a"'},
        ],
        shown("<p>дома/home и https://example.org/home/a</p>"),
    ),
    "gate-trace-word": (
        [
            shown("<p>Asel-K</p>"),
            {"a.txt": "asel\u200b-k"},
            {"a.txt": "/srv/people/asel/output"},
            {"asel-k.txt": "a"},
            {"a.pdf": pdf("/Subject (asel-k)")},
            shown('<p title="asel&#45;k">a</p>'),
        ],
        shown("<p>Асель-К. и kasel-kb</p>"),
    ),
    "gate-trace-zone": (
        [
            {"a.txt": "2012-06-03T10:00:00+01:00"},
            {"a.txt": "Sun, 3 Jun 2012 10:00:00 +0300"},
            {"a.txt": "1338717600 -0500"},
            {"feeds/all.xml": feed("<updated>2012-06-03T00:00:00+02:00</updated>")},
            {"a.txt": "2012-06-03T10:00:00+05:00"},
            {"a.pdf": pdf("/CreationDate (D:20120603100000+01'00')")},
            {"a.txt": "3 Jun 2012 10:00:00 CEST"},
        ],
        {"a.txt": "2012-06-03T00:00:00+06:00 2012-06-03T10:00Z Sun, 3 Jun 2012 10:00:00 GMT 2004-12-03T00:00:00+05:00"},
    ),
    "gate-unpublished": (
        [
            {"blog/held.html": page()},
            {"en/blog/held.html": page()},
            {"blog/held/a-320.jpg": picture()},
            shown("<p>Ночь, о&nbsp;которой <b>молчат</b></p>"),
            shown('<p id="answer-9f3ab2c4d5">a</p>'),
            {"sitemap.txt": "blog/held.html"},
        ],
        {"blog/held-up.html": page("<p>Наш дом</p>")},
    ),
    "forbidden-name": (
        [
            shown("<p>Гульнары Вымышленной</p>"),
            {"gulnara-vymyshlennaya.txt": "a"},
            {"a.zip": packed(text="Гульнара Вымышленная")},
        ],
        shown("<p>Гульнара</p>"),
    ),
}
SMALL = {
    "gate-file-large": Budgets(file=10_000),
    "gate-total-large": Budgets(total=10_000),
    "gate-page-heavy": Budgets(text_more=50_000),
    "gate-photos-heavy": Budgets(with_photo=40_000),
}


def made(root: Path, files: Made) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(data):
            data(path)
        else:
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return root


def found(root: Path, rule: str = "") -> list[Problem]:
    return gate.problems(root, replace(ABOUT, budgets=SMALL.get(rule, Budgets())))


def test_every_rule_has_its_sites() -> None:
    assert set(CASES) == set(OF_RELEASE) | {"forbidden-name"}


@pytest.mark.parametrize(("rule", "files"), [(rule, site) for rule, (broken, _) in CASES.items() for site in broken])
def test_a_broken_site_is_told_and_nothing_else_of_it(rule: str, files: Made, tmp_path: Path) -> None:
    problems = found(made(tmp_path, files), rule)
    assert {problem.code for problem in problems} == {rule}
    assert all(problem.stops for problem in problems)
    for language in LANGUAGES:
        assert all("%(" not in problem.text(language) for problem in problems)


@pytest.mark.parametrize("rule", CASES)
def test_its_mended_twin_passes(rule: str, tmp_path: Path) -> None:
    assert found(made(tmp_path, CASES[rule][1]), rule) == []


def test_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    files = shown('\n<p onclick="a()">a</p>\n' + LINK.format("x.html") + "\n<p>Asel-K</p>")
    told = found(made(tmp_path, {**files, "a.jpg": picture(exif=with_author()), "con": "a"}))
    assert [(one.path, one.line, one.code) for one in told] == [
        ("a.jpg", 0, "gate-metadata"), ("con", 0, "gate-path-odd"), ("index.html", 12, "gate-handler"),
        ("index.html", 13, "gate-link-dead"), ("index.html", 14, "gate-trace-word"),
    ]  # fmt: skip


def test_what_may_not_be_told_stands_in_no_report(tmp_path: Path) -> None:
    files = {
        "Asel-K.txt": "a",
        **shown("<p>Гульнара Вымышленная, 9f3ab2c4d5, asel-k</p>" + LINK.format("Гульнара Вымышленная.html")),
    }
    told = "\n".join(problem.text() for problem in found(made(tmp_path, files)))
    for word in ("Гульнара", "9f3ab2c4d5"):
        assert word not in told


def test_a_file_that_is_allowed_is_known_by_its_name_alone(tmp_path: Path) -> None:
    made(tmp_path, {"releases/1/a-1.zim": b"ZIM\xff", "releases/1/asel-k.zim": b"ZIM\xff"})
    told = gate.problems(tmp_path, replace(ABOUT, allowed=("releases/*",)))
    assert [(one.path, one.code) for one in told] == [("releases/1/asel-k.zim", "gate-trace-word")]


def test_an_unreadable_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, {"a.txt": "a"})
    whole = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert [one.code for one in found(tmp_path)] == ["file-unreadable"]


def test_this_computer_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOGNAME", "aselk")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text("[user]\nname = Ласточка Ночная\nemail = swallow@example.org\n")
    monkeypatch.chdir(tmp_path)
    words = {word.words for word in traces.of_this_computer([tmp_path / "site"], public=["Ласточка ночная"])}
    assert {"aselk", str(tmp_path), str(tmp_path / "site"), "swallow@example.org"} <= words
    assert "Ласточка Ночная" not in words


def test_a_dead_link_is_told_of_each_page_that_has_it(tmp_path: Path) -> None:
    twice = page(LINK.format("x.html") * 2)
    told = found(made(tmp_path, {"index.html": twice, "other.html": twice}))
    assert [(one.path, one.code) for one in told] == [
        ("index.html", "gate-link-dead"),
        ("other.html", "gate-link-dead"),
    ]


def test_a_name_in_a_style_sheet_is_told_with_the_line_of_one_below_it(tmp_path: Path) -> None:
    style = "<style>p::after{\ncontent:'Гульнара Вымышленная'}</style>"
    clean = "<style>p{\ncolor:red}</style>"
    name = "\n<p>Гульнара Вымышленная</p>"
    made(tmp_path, {"a.html": page(style), "b.html": page(clean + name)})
    told = [(one.path, one.line) for one in found(tmp_path) if one.code == "forbidden-name"]
    assert told == [("a.html", 12), ("b.html", 13)]
