"""Random exports: all is counted, nothing private leaks, a second run changes nothing, `check` finds no error."""

# ruff: noqa: E501 (exports stand here as they come)

import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

import pytest
from wordpress_desk import imported
from wordpress_exports import attachment, comment, export, item, note, term

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
UPLOADS = "https://old.example.org/wp-content/uploads/"
KINDS = (
    "post",
    "post",
    "post",
    "post",
    "page",
    "page",
    "nav_menu_item",
    "wpcf7_contact_form",
    "revision",
    "wp_block",
    "custom",
)
STATES = (
    "publish",
    "publish",
    "publish",
    "publish",
    "draft",
    "private",
    "pending",
    "future",
    "trash",
    "auto-draft",
    "odd",
    "",
)
SAID = ("1", "1", "1", "0", "hold", "spam", "trash", "post-trashed", "odd")
PINGS = ("", "comment", "comment", "pingback", "trackback", "webmention", "order_note")
BITS = (
    "слово", "сөз үй", "the word", "*", "_", "`", "[x]", "](", "\\", "#", "- да", "1. два", "| a |", "&amp;", "&lt;b&gt;", "<b>важно</b>",
    "<i>да", "</p>", "<blockquote>цитата</blockquote>", "<ul><li>раз<li>два</ul>", "<h1>Часть</h1>", "<h4>Часть</h4>", "\n", "\n\n",
    "<!--more-->", "<!--nextpage-->", "[gallery]", "[gallery ids='100,101,7']", "[caption]", "[/caption]", "[audio src=x]", "[foo a=b]",
    "<!-- wp:paragraph -->", "<!-- /wp:paragraph -->", '<!-- wp:block {"ref":3} /-->', "<!-- wp:x {bad /-->", "[:ru]", "[:en]", "[:]",
    f'<img src="{UPLOADS}a-300x200.jpg">', f'<img src="{UPLOADS}gone.jpg" alt="нет">', '<img src="http://x.example.net/a.png">',
    '<a href="https://old.example.org/2012/05/zapis-2/">ссылка</a>', '<a href="?p=3">номер</a>', '<a href="javascript:x">плохо</a>',
    '<a href="http://x.example.net/(a)_b">мир</a>', '<a href="../x/">рядом</a>', '<a href="//x.example.net">мир</a>', "http://x.example.net/a_b",
    "<script>x()</script>", "<iframe src='https://v.example.net/1'></iframe>", "<table><tr><td>а|б<td>в</table>", "<pre>код\n  код</pre>",
    "<code>`</code>", "\u202e", "\x0b", "]]>", "🌂", "x<sup>2</sup>", "<figure><img src='/wp-content/uploads/a.jpg'><figcaption>п</figcaption></figure>",
    " mira@people.example.org ", " 192.0.2.77 ",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def words(random: Random, most: int) -> str:
    return random.choice(("", " ")).join(random.choice(BITS) for _ in range(random.randint(0, most)))


def remark(random: Random, number: int) -> str:
    state = random.choice(SAID)
    hidden = "" if state == "1" else "SECRET-WITHHELD "
    return comment(
        number, hidden + words(random, 8), approved=state, type=random.choice(PINGS), parent=random.randint(0, number),
        author=random.choice(("Соседка", "", f"reader{number}@people.example.org", "<b>Имя</b>, да\nStatus: draft", "[x](y)")),
        author_url=random.choice(("", "http://a.example.net/p", "javascript:x", "http://u:p@a.example.net/", "http://192.0.2.77/")),
        agent="SECRET-AGENT", date=random.choice(("2012-05-04 10:11:12", "0000-00-00 00:00:00")),
    )  # fmt: skip


def post(random: Random, number: int) -> str:
    family = f"pll_{random.randint(1, 4)}"
    inside = "".join(remark(random, number * 100 + place) for place in range(random.randint(0, 6)))
    if random.random() < 0.4:
        inside += term("language", random.choice(("ru", "ky", "kg", "en", "de")), "x") + term(
            "post_translations", family, family
        )
    inside += "".join(
        term(random.choice(("category", "post_tag")), f"t{place}", words(random, 2)) for place in range(3)
    )
    inside += note("_thumbnail_id", random.choice((100, 101, "x"))) + note("_edit_last", "SECRET-META")
    slug = random.choice(("", f"zapis-{number}", "odin", "%d0%b4%d0%b0-%d1", "index", "a" * 150, "..%2fx"))
    body = words(random, 30)
    if random.random() < 0.1:
        body += "слово " * 12_000
    return item(
        number, body, title=random.choice(("", words(random, 3))), post_name=slug, inside=inside,
        link=escape(random.choice((f"https://old.example.org/2012/05/{slug}/", f"https://old.example.org/?p={number}", "", "http://[x", f"https://old.example.org/blog/{slug}/"))),
        status=random.choice(STATES), post_type=random.choice(KINDS), excerpt=words(random, 4),
        post_password=random.choice(("", "", "", "SECRET-PASSWORD")),
        post_date=random.choice(("2012-05-03 14:22:11", "0000-00-00 00:00:00", "2013-02-03 01:02:03")),
    )  # fmt: skip


def random_export(seed: int) -> str:
    random = Random(seed)
    items = [post(random, number) for number in range(1, random.randint(3, 16))]
    items += [
        attachment(100, "a.jpg", alt=words(random, 2), post_parent=1, excerpt=words(random, 3)),
        attachment(101, "gone.jpg"),
    ]
    return export(item(99, inside=comment(9900)), *items)  # whose address is known


def uploads_of(folder: Path) -> Path:
    from PIL import Image

    uploads = folder / "uploads"
    uploads.mkdir()
    Image.linear_gradient("L").resize((64, 48)).save(uploads / "a.jpg", comment=b"SECRET-PICTURE")
    return uploads


@pytest.mark.parametrize("seed", range(int(os.environ.get("MAGAZINE_SEEDS", "24"))))
def test_a_random_export(seed: int, tmp_path: Path) -> None:
    text, uploads = random_export(seed), uploads_of(tmp_path)
    done = imported(tmp_path, text, uploads)
    assert done.status == 0
    counted = re.findall(r"(\d+) of (\d+) are accounted for \((\d+) %\)", done.said)
    assert [(found == total, share) for found, total, share in counted] == [(True, "100"), (True, "100")]
    assert int(counted[0][1]) == text.count("<item>\n")
    assert int(counted[1][1]) == text.count("<wp:comment>")
    files = done.files()
    for name, data in [*files.items(), ("the report", done.said.encode())]:
        for secret in (b"SECRET", b"people.example.org", b"192.0.2.77", b"login-mira", b"u:p@"):
            assert secret not in data, name
    assert [problem.text() for problem in done.errors()] == []
    again = imported(tmp_path, text, uploads)
    assert again.files() == files
    assert again.said == done.said.replace(" new\n", " unchanged\n")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_export_builds(seed: int, tmp_path: Path) -> None:
    done = imported(tmp_path, random_export(seed), uploads_of(tmp_path))
    command = [sys.executable, "-m", "magazine.site.build", str(done.content), str(tmp_path / "output")]
    environment = {**os.environ, "MAGAZINE_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    output = b"".join(path.read_bytes() for path in (tmp_path / "output").rglob("*") if path.is_file())
    assert b"SECRET" not in output
