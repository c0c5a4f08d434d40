"""Edits such as people make, and worse ones: each chooses by its seed what it changes, and tells it in a sentence.

An edit is a function of a desk and a seeded ``Random``; it returns "" where there was nothing to change. Whether the
tree can still be built afterwards is no concern of an edit: what cannot be built must fail warm as it fails cold.
"""

import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

LANGUAGES = ("ru", "ky", "en")
SOURCES = ("content", "theme", "magazine", "pelicanconf.py", "publishconf.py")
NAMES = ("Зоя", "зоя", "Zoia", "Мира", "Мира, Зоя", "Алтынай", "Mira", "Айгүл")
TAGS = ("дорога", "Дорога", "doroga", "дом, дорога", "закон", "закон, дом", "friendship", "жол, үй", "")
WORDS = ("зонт", "улица", "голос", '"письмо"', "дождь", "и в доме", "№ 7", "чай -- вода", "road", "жол", "...")
DAYS = ("2008-12-17", "2008-12-18", "2009-06-01", "2010-01-31", "2012-09-10")


@dataclass
class Desk:
    """A copy of the project that is edited, the folder it is built to, and what the builder's shell sets."""

    root: Path
    output: Path
    cache: Path
    environment: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def content(self) -> Path:
        """The folder of the texts."""
        return self.root / "content"

    def texts(self, pattern: str = "**/*.md") -> list[Path]:
        """The sources that are no answers and no tallies."""
        found = (path for path in self.content.glob(pattern) if path.stem in LANGUAGES)
        return sorted(found)

    def entries(self, *patterns: str) -> list[Path]:
        """The folders of stories, posts, petitions, news and pages, or of those that are named."""
        chosen = patterns or ("magazine/*/*", "blog/*", "petitions/*", "petitions/*/updates/*", "pages/*")
        found = {path for pattern in chosen for path in self.content.glob(pattern) if any(path.glob("??.md"))}
        return sorted(found)

    def shown(self, path: Path) -> str:
        """The path as it may stand in a sentence."""
        bases = (self.root, self.output.parent, self.cache.parent)
        return next(path.relative_to(base) for base in bases if path.is_relative_to(base)).as_posix()


Edit = Callable[[Desk, Random], str]
EDITS: dict[str, Edit] = {}
BREAKING: set[str] = set()  # edits after which a build should fail, or may


def edit(function: Edit) -> Edit:
    """Register an edit under its own name."""
    EDITS[function.__name__.replace("_", "-")] = function
    return function


def breaking(function: Edit) -> Edit:
    """Register an edit that leaves, or may leave, a tree that cannot be built."""
    BREAKING.add(function.__name__.replace("_", "-"))
    return edit(function)


# -- a small magazine with one of each -------------------------------------------------------------


def lay_out(root: Path) -> None:
    """Write the magazine that the edits begin with; lists are short, so that their pages come and go."""
    for name, text in _first_content().items():
        path = root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    conf = root / "pelicanconf.py"
    text = re.sub(r"^LIST_SIZE = \d+", "LIST_SIZE = 2", conf.read_text(encoding="utf-8"), flags=re.MULTILINE)
    conf.write_text(re.sub(r"^FEED_SIZE = \d+", "FEED_SIZE = 4", text, flags=re.MULTILINE), encoding="utf-8")


def _first_content() -> dict[str, str | bytes]:
    def story(title: str, date: str, author: str = "Зоя", tags: str = "дорога", more: str = "", body: str = "") -> str:
        head = f"Title: {title}\nDate: {date}\nAuthor: {author}\nTags: {tags}\n{more}"
        return f"{head}\nРассказ о том, как {title.lower()}.\n\n{body}\n"

    def translation(title: str, more: str = "") -> str:
        return f"Title: {title}\nTranslator: Swallow\n{more}\nA text by the name of «{title}».\n"

    return {
        "magazine/2008-12/ru.md": story("Первый выпуск", "2008-12-17", more="Number: 1\nStories: second, first\n"),
        "magazine/2008-12/en.md": translation("The first issue"),
        "magazine/2008-12/first/ru.md": story(
            "Первая", "2008-12-18", more="Picture: photo.jpg\nAlt: Зонт\n", body="[дальше](../second/)"
        ),
        "magazine/2008-12/first/en.md": translation("The first", "Original-Version: 0123456789ab\nTags: road\n"),
        "magazine/2008-12/first/photo.jpg": picture(Random(1)),
        "magazine/2008-12/second/ru.md": story(
            "Вторая", "2008-12-17", "Мира", more="Note: violence\nDiscreet: Письмо\n"
        ),
        "magazine/2008-12/second/ky.md": translation("Экинчи"),
        "magazine/2008-12/second/comments/1.md": "Author: Соседка\nDate: 2009-01-02\n\nСпасибо.\n",
        "magazine/2009-06/ru.md": story("Второй выпуск", "2009-06-01", more="Number: 2\n"),
        "magazine/2009-06/third/en.md": story("Third", "2009-06-02", "Mira", "road, home"),
        "magazine/2009-06/third/ru.md": translation("Третья", "Tags: дорога, дом\nAuthor: Мира\n"),
        "blog/alpha/ru.md": story("Альфа", "2010-01-02", tags="дом", body="![Зонт](photo.png)\n\n<b>жирно</b>"),
        "blog/alpha/en.md": translation("Alpha"),
        "blog/alpha/photo.png": picture(Random(2), form="PNG"),
        "blog/alpha/comments/1.md": "Author: Соседка\nDate: 2010-01-03\n\nДа.\n",
        "blog/alpha/comments/2.md": "Date: 2010-01-04\nReply-To: 1\nLang: en\n\nYes.\n",
        "blog/alpha/comments/3.md": "Kind: pingback\nDate: 2010-02-01\nSource: https://example.org/a\n\n…\n",
        "blog/beta/ru.md": story(
            "Бета", "2010-03-04", "Мира", "закон", body="[раньше](../alpha/#answers), [в](../../blog/)"
        ),
        "blog/gamma/ky.md": story("Гамма", "2011-03-04", "Айгүл", "жол, үй"),
        "blog/gamma/ru.md": translation("Гамма по-русски"),
        "blog/delta/ru.md": story("Дельта", "2011-05-04", tags="закон, дом", body="[файл](../../extra/key.txt)"),
        "petitions/letter/ru.md": story(
            "Письмо", "2012-06-03", more="To: Парламент; Министр\nGoal: 900\nDeadline: 2013-01-01\n"
        ),
        "petitions/letter/en.md": translation("A letter"),
        "petitions/letter/signatures/1.md": "Kind: tally\nCount: 64\nDate: 2012-06-03\nWay: street\n",
        "petitions/letter/updates/news/ru.md": story("Новость", "2012-07-03"),
        "pages/about/ru.md": "Title: О нас\n\nМы. [Письмо](../../petitions/letter/)\n",
        "pages/about/en.md": translation("About us"),
        "pages/safety/ru.md": "Title: Безопасность\n\nОсторожно.\n",
        "extra/key.txt": "a key\n",
    }  # fmt: skip


def picture(random: Random, size: tuple[int, int] = (330, 40), form: str = "JPEG", **options: Any) -> bytes:
    """A picture of 4,000 bytes, whatever it shows: zeros behind its end make up the rest."""
    colours = [(random.randrange(256), random.randrange(256), random.randrange(256)) for _ in range(4)]
    image = Image.new("RGB", (2, 2))
    image.putdata(colours)
    stream = io.BytesIO()
    image.resize(size, Image.Resampling.NEAREST).save(stream, form, **options)
    return stream.getvalue().ljust(4000, b"\0")


# -- how a file is saved ---------------------------------------------------------------------------


def save(desk: Desk, path: Path, data: str | bytes, random: Random) -> str:
    """Save as some program would: in place or by a rename, its time kept, set back, ahead or cut to the second."""
    way = random.choice(("in place", "in place", "by a rename", "time kept", "time back", "time ahead", "whole second"))
    before = path.stat() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_name(f".{path.name}.tmp") if way == "by a rename" else path
    target.write_bytes(data if isinstance(data, bytes) else data.encode())
    target.replace(path)
    now = path.stat().st_mtime_ns
    if path.suffix == ".py":
        # Python itself tells a changed module by its size and second
        stamp = (now // 10**9 - 10**6 + 2 * next(desk.numbers)) * 10**9
    elif way == "time kept" and before:
        stamp = before.st_mtime_ns
    else:
        stamp = {"time back": 10**18, "time ahead": 2 * 10**18, "whole second": now // 10**9 * 10**9}.get(way, now)
    os.utime(path, ns=(stamp, stamp))
    return f"{desk.shown(path)} ({way})"


def with_header(text: str, name: str, value: str) -> str:
    """The source with a header set, or left out where the value is empty."""
    head, gap, body = text.partition("\n\n")
    lines = [line for line in head.split("\n") if not line.lower().startswith(f"{name.lower()}:")]
    return "\n".join([*lines, f"{name}: {value}"] if value else lines) + gap + body


def _set(desk: Desk, random: Random, paths: list[Path], name: str, value: str) -> str:
    if not paths:
        return ""
    path = random.choice(paths)
    return f"{name}: «{value}» in {save(desk, path, with_header(_read(path), name, value), random)}"


def _change(desk: Desk, random: Random, paths: list[Path], change: Callable[[str], str]) -> str:
    if not paths:
        return ""
    path = random.choice(paths)
    return save(desk, path, change(_read(path)), random)


def _add(desk: Desk, random: Random, paths: list[Path], more: str) -> str:
    return _change(desk, random, paths, lambda text: f"{text}\n{more}\n")


def _read(path: Path) -> str:
    return path.read_bytes().decode()


def _sentence(random: Random) -> str:
    return " ".join(random.choice(WORDS) for _ in range(random.randint(2, 6))) + f" {random.randrange(1000)}"


def _dated(desk: Desk, *patterns: str) -> list[Path]:
    sources = (path for folder in desk.entries(*patterns) for path in sorted(folder.glob("??.md")))
    return [path for path in sources if "\nDate:" in _read(path)]


# -- texts -----------------------------------------------------------------------------------------


@edit
def title(desk: Desk, random: Random) -> str:
    return _set(desk, random, desk.texts(), "Title", _sentence(random))


@edit
def title_of_a_page(desk: Desk, random: Random) -> str:
    return _set(desk, random, desk.texts("pages/*/*.md"), "Title", _sentence(random))


@edit
def title_of_an_issue(desk: Desk, random: Random) -> str:
    return _set(desk, random, desk.texts("magazine/*/*.md"), "Title", _sentence(random))


@edit
def body(desk: Desk, random: Random) -> str:
    return _add(desk, random, desk.texts(), _sentence(random))


@edit
def one_letter_unseen(desk: Desk, random: Random) -> str:
    """Size and time are as before."""
    path = random.choice(desk.texts() + sorted(desk.content.glob("**/comments/*.md")))
    before, text = path.stat(), _read(path)
    head, gap, rest = text.partition("\n\n")
    places = [place for place, sign in enumerate(rest) if sign in "оае"]
    if not places:
        return ""
    place = random.choice(places)
    path.write_bytes(f"{head}{gap}{rest[:place]}{'оае'['аео'.index(rest[place])]}{rest[place + 1 :]}".encode())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return f"one letter of {desk.shown(path)}, size and time kept"


@edit
def words_of_a_header(desk: Desk, random: Random) -> str:
    name = random.choice(("Summary", "Caption", "Alt", "Translator", "Note", "Discreet"))
    value = random.choice((_sentence(random), _sentence(random), ""))
    return _set(desk, random, desk.texts(), name, value or ("Зонт" if name == "Alt" else ""))


@edit
def known_note(desk: Desk, random: Random) -> str:
    return _set(desk, random, desk.texts(), "Note", random.choice(("violence", "Death", "police violence", "")))


@edit
def neutral_title(desk: Desk, random: Random) -> str:
    return _set(desk, random, _dated(desk), "Discreet", random.choice((_sentence(random), "")))


@edit
def pen_name(desk: Desk, random: Random) -> str:
    return _set(desk, random, desk.texts(), "Author", random.choice(NAMES))


@edit
def topics(desk: Desk, random: Random) -> str:
    return _set(desk, random, desk.texts(), "Tags", random.choice(TAGS))


@edit
def topic_left_out(desk: Desk, random: Random) -> str:
    return _set(desk, random, [path for path in desk.texts() if "\nTags:" in _read(path)], "Tags", "")


@edit
def date(desk: Desk, random: Random) -> str:
    return _set(desk, random, _dated(desk), "Date", random.choice((*DAYS, "2012-09-10 12:00")))


@edit
def modified(desk: Desk, random: Random) -> str:
    return _set(desk, random, _dated(desk), "Modified", random.choice((*DAYS, "")))


@edit
def markup(desk: Desk, random: Random) -> str:
    more = random.choice((
        "<i>html</i>", "`<code>`", "Слово[^1]\n\n[^1]: Сноска", "| a | b |\n|---|---|\n| 1 | 2 |", "<!-- note -->",
        "```\n<b>\n```", "> чужое", "\u202eзнак", "\u200b", "[site](https://example.org/)",
        "[выпуски](../../magazine/)",
    ))  # fmt: skip
    return f"{more!r} in {_add(desk, random, desk.texts(), more)}"


@edit
def line_ends(desk: Desk, random: Random) -> str:
    change = random.choice((lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\r\n", "\n")))
    return _change(desk, random, desk.texts(), change)


@edit
def unknown_header(desk: Desk, random: Random) -> str:
    return _set(desk, random, desk.texts(), "Colour", random.choice(("red", "blue", "")))


@edit
def translation(desk: Desk, random: Random) -> str:
    entry = random.choice(desk.entries() + desk.entries("magazine/*"))
    language = random.choice(LANGUAGES)
    path = entry / f"{language}.md"
    if path.exists() and "Translator:" in _read(path):
        path.unlink()
        return f"without {desk.shown(path)}"
    if path.exists():
        return ""
    head = f"Title: {_sentence(random)}\nTranslator: {random.choice(NAMES)}\nTags: {random.choice(TAGS)}\n"
    return save(desk, path, f"{head}\n{_sentence(random)}\n", random)


@edit
def version_of_the_original(desk: Desk, random: Random) -> str:
    translations = [path for path in desk.texts() if "Translator:" in _read(path)]
    return _set(desk, random, translations, "Original-Version", random.choice(("", "0123456789ab", "ba9876543210")))


@edit
def new_post(desk: Desk, random: Random) -> str:
    head = f"Title: {_sentence(random)}\nDate: {random.choice(DAYS)}\nAuthor: {random.choice(NAMES)}\n"
    path = desk.content / "blog" / f"post-{random.randrange(1000)}" / f"{random.choice(LANGUAGES)}.md"
    return save(desk, path, f"{head}Tags: {random.choice(TAGS)}\n\n{_sentence(random)}\n", random)


@edit
def three_new_posts(desk: Desk, random: Random) -> str:
    return "; ".join(new_post(desk, random) for _ in range(3))


@edit
def post_removed(desk: Desk, random: Random) -> str:
    posts = [path for path in desk.entries("blog/*") if path.name != "alpha"]
    return _remove(desk, random.choice(posts)) if len(posts) > 1 else ""


@edit
def new_page(desk: Desk, random: Random) -> str:
    path = desk.content / "pages" / random.choice(("mirror", "rules", "thanks")) / "ru.md"
    if path.exists():
        return _remove(desk, path.parent)
    return save(desk, path, f"Title: {_sentence(random)}\n\n{_sentence(random)}\n", random)


@edit
def post_renamed(desk: Desk, random: Random) -> str:
    posts = [path for path in desk.entries("blog/*") if path.name != "alpha"]
    return _rename(desk, random.choice(posts), f"renamed-{random.randrange(100)}") if posts else ""


@edit
def two_texts_exchanged(desk: Desk, random: Random) -> str:
    """Each keeps its time, its size and its place on the disk; only the names change."""
    texts = desk.texts("magazine/*/*/ru.md") + desk.texts("blog/*/ru.md")
    if len(texts) < 2:
        return ""
    one, other = random.sample(texts, 2)
    aside = one.with_name(".aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return f"{desk.shown(one)} and {desk.shown(other)} exchanged"


@edit
def story_to_another_issue(desk: Desk, random: Random) -> str:
    stories, issues = desk.entries("magazine/*/*"), desk.entries("magazine/*")
    loose = [path for path in stories if path.name not in ("first", "second")] or stories
    if not loose or not issues:
        return ""
    story, issue = random.choice(loose), random.choice(issues)
    return "" if (issue / story.name).exists() else _move(desk, story, issue / story.name)


@edit
def order_of_an_issue(desk: Desk, random: Random) -> str:
    issues = desk.entries("magazine/*")
    if not issues:
        return ""
    issue = random.choice(issues)
    names = sorted(path.name for path in issue.iterdir() if path.is_dir() and path.name != "comments")
    chosen = ", ".join(random.sample(names, random.randint(0, len(names))))
    if not chosen:
        return _set(desk, random, sorted(issue.glob("??.md")), "Number", random.choice(("7", "")))
    return _set(desk, random, sorted(issue.glob("??.md")), "Stories", chosen)


@edit
def new_issue(desk: Desk, random: Random) -> str:
    issue = desk.content / "magazine" / f"2011-{random.randint(1, 12):02}"
    if issue.exists():
        return _remove(desk, issue)
    told = save(desk, issue / "ru.md", f"Title: {_sentence(random)}\nNumber: 3\n\n{_sentence(random)}\n", random)
    slug = f"story-{random.randrange(1000)}"
    text = f"Title: {_sentence(random)}\nDate: 2011-03-02\nAuthor: {random.choice(NAMES)}\n\n{_sentence(random)}\n"
    return f"{told}; {save(desk, issue / slug / 'ru.md', text, random)}"


@edit
def draft_and_back(desk: Desk, random: Random) -> str:
    drafts = [path for path in desk.texts() if "\nStatus:" in _read(path)]
    if drafts and random.random() < 0.7:
        return _set(desk, random, drafts, "Status", random.choice(("", "published")))
    return _set(desk, random, desk.texts("blog/*/*.md"), "Status", random.choice(("draft", "hidden", "skip")))


@breaking
def any_draft(desk: Desk, random: Random) -> str:
    return _set(desk, random, desk.texts(), "Status", "draft")


@breaking
def any_entry_renamed(desk: Desk, random: Random) -> str:
    return _rename(desk, random.choice(desk.entries()), f"other-{random.randrange(100)}")


@breaking
def any_entry_removed(desk: Desk, random: Random) -> str:
    return _remove(desk, random.choice(desk.entries()))


@breaking
def dead_link(desk: Desk, random: Random) -> str:
    targets = ("../alhpa/", "../../blog/gama/", "nothing.jpg", "../first/ky.md", "javascript:x", "../../x/")
    target = random.choice(targets)
    return f"{target} in {_add(desk, random, desk.texts(), f'[слово]({target})')}"


@breaking
def bad_header(desk: Desk, random: Random) -> str:
    slips = (("Titel", "x"), ("Date", "soon"), ("Status", "ready"), ("Date", "2010-01-01"), ("Lang", "kg"))
    return _set(desk, random, desk.texts(), *random.choice(slips))


@breaking
def not_utf8(desk: Desk, random: Random) -> str:
    return save(desk, random.choice(desk.texts()), "Title: Зонт\n\nТекст\n".encode("cp1251"), random)


@edit
def link(desk: Desk, random: Random) -> str:
    entries = desk.entries("magazine/*/*", "blog/*", "pages/*", "petitions/*")
    target, source = random.choice(entries), random.choice(entries)
    way = os.path.relpath(target, source)
    return f"link to {way} in {_add(desk, random, sorted(source.glob('??.md')), f'[туда]({way}/)')}"


@edit
def links_left_out(desk: Desk, random: Random) -> str:
    linking = [path for path in desk.texts() if "](" in _read(path)]
    return _change(desk, random, linking, lambda text: re.sub(r"!?\[(\w+)\]\([^)]*\)", r"\1", text))


# -- answers and petitions -------------------------------------------------------------------------


@edit
def answer(desk: Desk, random: Random) -> str:
    entry = random.choice(desk.entries("magazine/*/*", "blog/*", "pages/*"))
    known = sorted(path.stem for path in entry.glob("comments/*.md"))
    head = f"Author: {random.choice(NAMES)}\nDate: {random.choice(DAYS)}\n"
    reply = f"Reply-To: {random.choice(known)}\n" if known else ""
    head += random.choice(("", "Lang: en\n", reply, "Kind: webmention\n"))
    return save(desk, entry / "comments" / f"{random.randint(1, 99)}.md", f"{head}\n{_sentence(random)}\n", random)


@edit
def long_answers(desk: Desk, random: Random) -> str:
    """So many that they need a second page, or the same ones away again."""
    folder = desk.content / "blog" / "alpha" / "comments"
    long = sorted(folder.glob("long-*.md"))
    for path in long:
        path.unlink()
    if long:
        return f"without the {len(long)} long answers of {desk.shown(folder)}"
    for number in range(3):
        text = "\n\n".join(_sentence(random) * 3 for _ in range(40))
        save(desk, folder / f"long-{number}.md", f"Author: Соседка\nDate: 2010-0{number + 5}-01\n\n{text}\n", random)
    return f"3 long answers in {desk.shown(folder)}"


@edit
def answer_changed(desk: Desk, random: Random) -> str:
    return _add(desk, random, sorted(desk.content.glob("**/comments/*.md")), _sentence(random))


@edit
def answer_of_another_state(desk: Desk, random: Random) -> str:
    answers = sorted(desk.content.glob("**/comments/*.md"))
    parents = {match[1] for path in answers for match in re.finditer(r"Reply-To: (\S+)", _read(path))}
    free = [path for path in answers if path.stem not in parents]
    return _set(desk, random, free, "Status", random.choice(("pending", "approved", "spam", "")))


@edit
def kind_of_an_answer(desk: Desk, random: Random) -> str:
    kind = random.choice(("comment", "pingback", "trackback"))
    return _set(desk, random, sorted(desk.content.glob("**/comments/*.md")), "Kind", kind)


@edit
def first_or_last_answer_removed(desk: Desk, random: Random) -> str:
    folders = sorted(path for path in desk.content.glob("**/comments") if any(path.iterdir()))
    if not folders:
        return ""
    answers = sorted(random.choice(folders).iterdir())
    parents = {match[1] for path in answers for match in re.finditer(r"Reply-To: (\S+)", _read(path))}
    path = random.choice((answers[0], answers[-1]))
    if path.stem in parents:
        return ""
    path.unlink()
    return f"without {desk.shown(path)}"


@breaking
def answer_to_nobody(desk: Desk, random: Random) -> str:
    answers = sorted(desk.content.glob("**/comments/*.md"))
    return _set(desk, random, answers, "Reply-To", random.choice(("77", "1", "2")))


@edit
def tally(desk: Desk, random: Random) -> str:
    folder = desk.content / "petitions" / "letter" / "signatures"
    path = folder / f"{random.randint(1, 3)}.md"
    if path.exists() and random.random() < 0.4:
        path.unlink()
        return f"without {desk.shown(path)}"
    text = f"Kind: tally\nCount: {random.randrange(2000)}\nDate: {random.choice(DAYS)}\nWay: online\n"
    return save(desk, path, text, random)


@edit
def news_of_a_petition(desk: Desk, random: Random) -> str:
    path = desk.content / "petitions" / "letter" / "updates" / f"news-{random.randint(1, 2)}" / "ru.md"
    if path.exists():
        return _remove(desk, path.parent)
    return save(desk, path, f"Title: {_sentence(random)}\nDate: {random.choice(DAYS)}\n\n{_sentence(random)}\n", random)


@edit
def terms_of_a_petition(desk: Desk, random: Random) -> str:
    name, value = random.choice((
        ("Deadline", "2012-01-01"), ("Deadline", "2030-01-01"), ("Deadline", ""), ("State", "open"),
        ("State", "delivered"), ("State", ""), ("Goal", "10"), ("Goal", ""), ("To", "Парламент"),
    ))  # fmt: skip
    return _set(desk, random, _dated(desk, "petitions/*"), name, value)


# -- pictures and other files ----------------------------------------------------------------------


@edit
def new_picture(desk: Desk, random: Random) -> str:
    """Its name may differ from another one's in the suffix alone."""
    entry = random.choice(desk.entries("magazine/*/*", "blog/*"))
    name = random.choice(("photo.jpg", "photo.png", "Photo.webp"))
    form = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[name.rsplit(".")[-1]]
    size = random.choice(((330, 40), (200, 30), (700, 20)))
    told = save(desk, entry / name, picture(random, size, form) if form != "WEBP" else _webp(random, size), random)
    shown = f"![Зонт]({name} 'зонт {random.randrange(100)}')"
    return f"{told}, shown in {_add(desk, random, sorted(entry.glob('??.md')), shown)}"


@edit
def picture_replaced_unseen(desk: Desk, random: Random) -> str:
    """Another picture of the same size and time."""
    pictures = sorted(path for path in desk.content.glob("**/*") if path.suffix in (".jpg", ".png"))
    if not pictures:
        return ""
    path = random.choice(pictures)
    before = path.stat()
    path.write_bytes(picture(random, random.choice(((330, 40), (400, 60))), "PNG" if path.suffix == ".png" else "JPEG"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return f"another picture in {desk.shown(path)}, size and time kept"


@edit
def lead_picture(desk: Desk, random: Random) -> str:
    pictures = sorted(path for path in desk.content.glob("**/*") if path.suffix in (".jpg", ".png"))
    if not pictures:
        return ""
    path = random.choice(pictures)
    sources = [source for source in sorted(path.parent.glob("??.md")) if "\nDate:" in _read(source)]
    for source in sources:
        text = with_header(with_header(_read(source), "Picture", path.name), "Alt", "Зонт")
        return f"lead picture {path.name} in {save(desk, source, text, random)}"
    return ""


@edit
def lead_picture_left_out(desk: Desk, random: Random) -> str:
    return _set(desk, random, [path for path in desk.texts() if "\nPicture:" in _read(path)], "Picture", "")


@edit
def unused_picture(desk: Desk, random: Random) -> str:
    """Beside those that are shown: it may take the name of their variants."""
    path = random.choice(desk.entries("magazine/*/*", "blog/*")) / random.choice(("a.jpg", "PHOTO.jpg", "photo-2.jpg"))
    if path.exists():
        path.unlink()
        return f"without {desk.shown(path)}"
    return save(desk, path, picture(random, comment=random.choice((b"", b"CREATOR: gd-jpeg v1.0"))), random)


@breaking
def picture_removed_or_private(desk: Desk, random: Random) -> str:
    pictures = sorted(path for path in desk.content.glob("**/*.jpg"))
    if not pictures:
        return ""
    path = random.choice(pictures)
    if random.random() < 0.5:
        path.unlink()
        return f"without {desk.shown(path)}"
    return f"private: {save(desk, path, random.choice((picture(random, comment=b'Zoya'), b'no picture')), random)}"


@edit
def extra_file(desk: Desk, random: Random) -> str:
    path = desk.content / "extra" / random.choice(("robots.txt", "icon.svg", "below/a.txt", "key.txt"))
    if path.exists() and path.name != "key.txt":
        path.unlink()
        return f"without {desk.shown(path)}"
    return save(desk, path, _sentence(random), random)


@breaking
def extra_takes_a_page(desk: Desk, random: Random) -> str:
    names = ("index.html", "blog/beta.html", "blog/alpha/answers-2.html", "topics/index.html", "blog/page/1.html")
    return save(desk, desk.content / "extra" / random.choice(names), _sentence(random), random)


@edit
def stray_file(desk: Desk, random: Random) -> str:
    path = random.choice(desk.entries()) / random.choice((".ru.md.swp", "ru.md~", "Thumbs.db", "notes.txt"))
    if path.exists():
        path.unlink()
        return f"without {desk.shown(path)}"
    return save(desk, path, "left behind", random)


@edit
def touched(desk: Desk, random: Random) -> str:
    """Another time or mode, the same bytes."""
    paths = sorted(path for name in ("content", "theme") for path in (desk.root / name).rglob("*") if path.is_file())
    chosen = paths if random.random() < 0.3 else random.sample(paths, min(3, len(paths)))
    stamp = random.choice((10**18, 2 * 10**18, 1_500_000_000_123_456_789))
    for path in chosen:
        os.utime(path, ns=(stamp, stamp))
        path.chmod(random.choice((0o644, 0o600, 0o755)))
    return f"{len(chosen)} files touched"


# -- theme, catalogs, settings, code, the shell ----------------------------------------------------


@edit
def style_sheet(desk: Desk, random: Random) -> str:
    sheets = sorted((desk.root / "theme/static").glob("*.css"))
    return _change(desk, random, sheets, lambda text: f"{text}\n.x{random.randrange(99)}{{color:red}}\n")


@edit
def script(desk: Desk, random: Random) -> str:
    scripts = sorted((desk.root / "theme/static").glob("*.js"))
    return _change(desk, random, scripts, lambda text: f"{text}\nvar x{random.randrange(99)};\n")


@edit
def template(desk: Desk, random: Random) -> str:
    """A word behind some line of HTML; in a macro, in a part, in a feed, wherever it falls."""
    number, paths = random.randrange(1000), sorted((desk.root / "theme/templates").rglob("*.*ml"))
    end = re.compile(r"</(p|a|h1|ul|section|article|entry|url)>$")

    def marked(text: str) -> str:
        lines = text.split("\n")
        places = [place for place, line in enumerate(lines) if end.search(line)]
        if places:
            place = random.choice(places)
            lines[place] += f"<!-- {number} -->"
        return "\n".join(lines)

    return _change(desk, random, paths, marked)


@edit
def catalog_of_the_theme(desk: Desk, random: Random) -> str:
    return _word_of(desk, random, "theme/translations/*/LC_MESSAGES/*.po")


@edit
def catalog_of_the_tools(desk: Desk, random: Random) -> str:
    return _word_of(desk, random, "magazine/translations/*/LC_MESSAGES/*.po")


def _word_of(desk: Desk, random: Random, pattern: str) -> str:
    number = random.randrange(100)

    def changed(text: str) -> str:
        places = list(re.finditer(r'^msgstr(?:\[\d\])? "[^"\n]+(?=")', text, re.MULTILINE))
        chosen = random.sample(places, min(9, len(places)))
        for match in sorted(chosen, key=re.Match.start, reverse=True):
            text = f"{text[: match.end()]} {number}{text[match.end() :]}"
        return text

    return _change(desk, random, sorted(desk.root.glob(pattern)), changed)


@edit
def setting(desk: Desk, random: Random) -> str:
    return _setting(desk, random, random.choice((
        ("LIST_SIZE", str(random.randint(1, 4))), ("FEED_SIZE", str(random.randint(1, 5))),
        ("PAGE_BUDGET", random.choice(("3_000", "13_000"))), ("MAIL", f'"m{random.randrange(99)}@example.org"'),
        ("INTAKES", random.choice(("()", '("https://intake.example.org",)'))),
        ("SITEURL", f'"https://{random.choice(("magazine", "other"))}.example.org"'),
        ("LICENCE, LICENCE_ADDRESS", f'"CC {random.randrange(9)}", "https://example.org/licence"'),
    )))  # fmt: skip


@edit
def size_of_lists(desk: Desk, random: Random) -> str:
    return _setting(desk, random, ("LIST_SIZE", str(random.randint(1, 4))))


@edit
def names_of_the_site(desk: Desk, random: Random) -> str:
    name = random.choice(("SITENAMES", "SUBTITLES", "EXIT_ADDRESSES"))

    def changed(text: str) -> str:
        head, opening, rest = text.partition(f"\n{name} = {{")
        return head + opening + re.sub(r'("ru": ".*?)(?=")', rf"\g<1>{random.randrange(10)}", rest, count=1)

    return f"{name}: {_change(desk, random, [desk.root / 'pelicanconf.py'], changed)}"


def _setting(desk: Desk, random: Random, pair: tuple[str, str]) -> str:
    name, value = pair
    path = desk.root / "pelicanconf.py"
    text = re.sub(rf"^({re.escape(name)}(?:: [^=\n]*)?) = [^#\n]*", rf"\1 = {value}  ", _read(path), flags=re.MULTILINE)
    return f"{name} = {value} in {save(desk, path, text, random)}"


@edit
def code(desk: Desk, random: Random) -> str:
    """A comment in some module, or a number that is seen on the pages."""
    numbers = (
        ("site/lists.py", r"^HOME_POSTS = \d+", f"HOME_POSTS = {random.randint(1, 4)}"),
        ("site/feeds.py", r"^ANSWERS_PER_ENTRY = \d+", f"ANSWERS_PER_ENTRY = {random.randint(1, 3)}"),
        ("site/responses.py", r"^MAX_DEPTH = \d+", f"MAX_DEPTH = {random.randint(2, 4)}"),
        ("site/edition.py", r"\+0\d:00", f"+0{random.randint(1, 9)}:00"),
        ("site/run.py", r"tells of (a )?death\b", "tells of a death"),
    )
    name, pattern, new = random.choice(numbers)
    path = desk.root / "magazine" / name
    if not path.exists() or random.random() < 0.3:
        path = random.choice(sorted((desk.root / "magazine").rglob("*.py")))
        pattern, new = r"\Z", f"# {random.randrange(100)}\n"
    return f"{new.strip()} in {save(desk, path, re.sub(pattern, new, _read(path), flags=re.MULTILINE), random)}"


@edit
def day(desk: Desk, random: Random) -> str:
    desk.environment["SOURCE_DATE_EPOCH"] = random.choice(("1325376000", "1351728000", "1893456001", "1924992000"))
    return f"the day is {desk.environment['SOURCE_DATE_EPOCH']}"


@edit
def shell(desk: Desk, random: Random) -> str:
    name, values = random.choice((
        ("MAGAZINE_LANG", LANGUAGES), ("TZ", ("UTC", "Asia/Bishkek", "America/Lima")), ("LC_ALL", ("C", "C.UTF-8")),
    ))  # fmt: skip
    desk.environment[name] = random.choice(values)
    return f"{name}={desk.environment[name]}"


# -- the output, touched by hand -------------------------------------------------------------------


@edit
def page_changed_by_hand(desk: Desk, random: Random) -> str:
    """Cut, grown, or changed in one letter with its size and time kept."""
    path = _made(desk, random)
    if path is None:
        return ""
    before, data = path.stat(), bytearray(path.read_bytes())
    way = random.choice(("cut", "grown", "unseen", "unseen"))
    if way == "unseen":
        data[-3 if len(data) > 3 else 0] ^= 1
    path.write_bytes(data[: len(data) // 2] if way == "cut" else bytes(data) + b"more" * (way == "grown"))
    if way == "unseen":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return f"{desk.shown(path)} {way} by hand"


@edit
def page_touched_by_hand(desk: Desk, random: Random) -> str:
    path = _made(desk, random)
    if path is None:
        return ""
    os.utime(path, ns=(10**18, 10**18))
    path.chmod(random.choice((0o644, 0o444, 0o600)))
    return f"{desk.shown(path)} touched by hand"


@edit
def page_removed_by_hand(desk: Desk, random: Random) -> str:
    path = _made(desk, random)
    if path is None:
        return ""
    return _remove(desk, path if random.random() < 0.6 or path.parent == desk.output else path.parent)


@edit
def page_replaced_by_hand(desk: Desk, random: Random) -> str:
    """By a folder, or by a link to a copy with the same bytes."""
    path = _made(desk, random)
    if path is None:
        return ""
    data = path.read_bytes()
    path.unlink()
    if random.random() < 0.5:
        path.mkdir()
        (path / "inside.txt").write_text("foreign")
        return f"a folder at {desk.shown(path)}"
    aside = desk.output.parent / f"copy-{random.randrange(1000)}"
    aside.write_bytes(data)
    path.symlink_to(aside)
    return f"a link at {desk.shown(path)}"


@edit
def foreign_file_in_the_output(desk: Desk, random: Random) -> str:
    names = ("foreign.html", "blog/foreign.html", "ky/a/b/c.txt", ".hidden", "blog/page/99.html", "empty/")
    name = random.choice(names)
    path = desk.output / name
    if not desk.output.is_dir() or not all(parent.is_dir() for parent in path.parents if parent.exists()):
        return ""
    if name.endswith("/"):
        path.mkdir(exist_ok=True)
        return f"an empty folder {desk.shown(path)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("foreign")
    return f"{desk.shown(path)} added by hand"


@edit
def output_removed(desk: Desk, random: Random) -> str:
    return _remove(desk, desk.output) if desk.output.is_dir() else ""


@edit
def cache_removed(desk: Desk, random: Random) -> str:
    """All of it, or a single file."""
    files = sorted(path for path in desk.cache.rglob("*") if path.is_file())
    if not files:
        return ""
    path = desk.cache if random.random() < 0.3 else random.choice(files)
    _remove(desk, path)
    return f"{path.name} removed from the cache" if path != desk.cache else "the cache removed"


def _made(desk: Desk, random: Random) -> Path | None:
    """A file of the output but for the home page, by which the output is known as a site."""
    files = sorted(path for path in desk.output.rglob("*") if path.is_file() and not path.is_symlink())
    free = [path for path in files if path != desk.output / "index.html"]
    return random.choice(free) if free else None


def _remove(desk: Desk, path: Path) -> str:
    told = f"without {desk.shown(path)}"
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    return told


def _rename(desk: Desk, path: Path, name: str) -> str:
    return "" if path.with_name(name).exists() else _move(desk, path, path.with_name(name))


def _move(desk: Desk, path: Path, target: Path) -> str:
    told = f"{desk.shown(path)} is now {desk.shown(target)}"
    path.rename(target)
    return told


def _webp(random: Random, size: tuple[int, int]) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, (random.randrange(256), 9, 9)).save(stream, "WEBP")
    return stream.getvalue()
