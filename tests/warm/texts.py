"""Edits of texts and their headers."""

import os
import re
from random import Random

from warm.desk import LANGUAGES, Desk, add, breaking, change, dated, edit, read, save, sentence, set_header

NAMES = ("Зоя", "зоя", "Zoia", "Мира", "Мира, Зоя", "Алтынай", "Mira", "Айгүл")
TAGS = ("дорога", "Дорога", "doroga", "дом, дорога", "закон", "закон, дом", "friendship", "жол, үй", "")
DAYS = ("2008-12-17", "2008-12-18", "2009-06-01", "2010-01-31", "2012-09-10")


@edit
def title(desk: Desk, random: Random) -> str:
    return set_header(desk, random, desk.texts(), "Title", sentence(random))


@edit
def title_of_a_page(desk: Desk, random: Random) -> str:
    return set_header(desk, random, desk.texts("pages/*/*.md"), "Title", sentence(random))


@edit
def title_of_an_issue(desk: Desk, random: Random) -> str:
    return set_header(desk, random, desk.texts("magazine/*/*.md"), "Title", sentence(random))


@edit
def body(desk: Desk, random: Random) -> str:
    return add(desk, random, desk.texts(), sentence(random))


@edit
def one_letter_unseen(desk: Desk, random: Random) -> str:
    """Size and time are as before."""
    path = random.choice(desk.texts() + sorted(desk.content.glob("**/comments/*.md")))
    before, text = path.stat(), read(path)
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
    value = random.choice((sentence(random), sentence(random), ""))
    return set_header(desk, random, desk.texts(), name, value or ("Зонт" if name == "Alt" else ""))


@edit
def known_note(desk: Desk, random: Random) -> str:
    return set_header(desk, random, desk.texts(), "Note", random.choice(("violence", "Death", "police violence", "")))


@edit
def neutral_title(desk: Desk, random: Random) -> str:
    return set_header(desk, random, dated(desk), "Discreet", random.choice((sentence(random), "")))


@edit
def pen_name(desk: Desk, random: Random) -> str:
    return set_header(desk, random, desk.texts(), "Author", random.choice(NAMES))


@edit
def topics(desk: Desk, random: Random) -> str:
    return set_header(desk, random, desk.texts(), "Tags", random.choice(TAGS))


@edit
def topic_left_out(desk: Desk, random: Random) -> str:
    return set_header(desk, random, [path for path in desk.texts() if "\nTags:" in read(path)], "Tags", "")


@edit
def date(desk: Desk, random: Random) -> str:
    return set_header(desk, random, dated(desk), "Date", random.choice((*DAYS, "2012-09-10 12:00")))


@edit
def modified(desk: Desk, random: Random) -> str:
    return set_header(desk, random, dated(desk), "Modified", random.choice((*DAYS, "")))


@edit
def markup(desk: Desk, random: Random) -> str:
    more = random.choice((
        "<i>html</i>", "`<code>`", "Слово[^1]\n\n[^1]: Сноска", "| a | b |\n|---|---|\n| 1 | 2 |", "<!-- note -->",
        "```\n<b>\n```", "> чужое", "\u202eзнак", "\u200b", "[site](https://example.org/)",
        "[выпуски](../../magazine/)",
    ))  # fmt: skip
    return f"{more!r} in {add(desk, random, desk.texts(), more)}"


@edit
def line_ends(desk: Desk, random: Random) -> str:
    ends = random.choice((lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\r\n", "\n")))
    return change(desk, random, desk.texts(), ends)


@edit
def unknown_header(desk: Desk, random: Random) -> str:
    return set_header(desk, random, desk.texts(), "Colour", random.choice(("red", "blue", "")))


@edit
def translation(desk: Desk, random: Random) -> str:
    entry = random.choice(desk.entries() + desk.entries("magazine/*"))
    language = random.choice(LANGUAGES)
    path = entry / f"{language}.md"
    if path.exists() and "Translator:" in read(path):
        path.unlink()
        return f"without {desk.shown(path)}"
    if path.exists():
        return ""
    head = f"Title: {sentence(random)}\nTranslator: {random.choice(NAMES)}\nTags: {random.choice(TAGS)}\n"
    return save(desk, path, f"{head}\n{sentence(random)}\n", random)


@edit
def version_of_the_original(desk: Desk, random: Random) -> str:
    translations = [path for path in desk.texts() if "Translator:" in read(path)]
    version = random.choice(("", "0123456789ab", "ba9876543210"))
    return set_header(desk, random, translations, "Original-Version", version)


@breaking
def dead_link(desk: Desk, random: Random) -> str:
    targets = ("../alhpa/", "../../blog/gama/", "nothing.jpg", "../first/ky.md", "javascript:x", "../../x/")
    target = random.choice(targets)
    return f"{target} in {add(desk, random, desk.texts(), f'[слово]({target})')}"


@breaking
def bad_header(desk: Desk, random: Random) -> str:
    slips = (("Titel", "x"), ("Date", "soon"), ("Status", "ready"), ("Date", "2010-01-01"), ("Lang", "kg"))
    return set_header(desk, random, desk.texts(), *random.choice(slips))


@breaking
def not_utf8(desk: Desk, random: Random) -> str:
    return save(desk, random.choice(desk.texts()), "Title: Зонт\n\nТекст\n".encode("cp1251"), random)


@edit
def link(desk: Desk, random: Random) -> str:
    entries = desk.entries("magazine/*/*", "blog/*", "pages/*", "petitions/*")
    target, source = random.choice(entries), random.choice(entries)
    way = os.path.relpath(target, source)
    return f"link to {way} in {add(desk, random, sorted(source.glob('??.md')), f'[туда]({way}/)')}"


@edit
def links_left_out(desk: Desk, random: Random) -> str:
    linking = [path for path in desk.texts() if "](" in read(path)]
    return change(desk, random, linking, lambda text: re.sub(r"!?\[(\w+)\]\([^)]*\)", r"\1", text))
