"""The files of one entry: its versions with their headers, its pictures, its answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from magazine import headers
from magazine.desk.wordpress import convert, language, shortcodes
from magazine.desk.wordpress.answers import Answers, answers
from magazine.desk.wordpress.around import Around, Old
from magazine.desk.wordpress.index import Row
from magazine.desk.wordpress.media import Shelf
from magazine.desk.wordpress.people import anyone, withheld
from magazine.desk.wordpress.plan import with_number
from magazine.desk.wordpress.portions import portions
from magazine.desk.wordpress.records import Item
from magazine.desk.wordpress.text import one_line
from magazine.desk.wordpress.waiting import UNFIT
from magazine.headers import MAX_SOURCE_BYTES
from magazine.intake.submissions import Submission
from magazine.messages import marked, say
from magazine.problems import Report

NO_TITLE, CONTINUED, BEGINNING = marked("Without a title"), marked("To be continued"), marked("The beginning")
ROOM = 12_000  # bytes for the headers
# WordPress's own category for what has none
NO_CATEGORY = ("uncategorized", "без рубрики", "без категории")
MAX_TITLE, MAX_SUMMARY, MAX_TAGS = 300, 1_000, 40
TAGS = ("category", "post_tag")


@dataclass(frozen=True)
class Said:
    """One version of a text before it has headers."""

    row: Row
    item: Item
    language: str
    title: str
    parts: tuple[str, ...]
    summary: str


@dataclass
class Composed:
    """The texts of an entry by folder and name, and what is to be told of it."""

    texts: dict[str, str] = field(default_factory=dict)
    fates: Counter[str] = field(default_factory=Counter)  # of comments
    told: list[tuple[str, str, str]] = field(default_factory=list)  # what, where, value
    waiting: tuple[Submission, ...] = ()  # comments to be decided


def composed(old: Old, entry: int, shelf: Shelf) -> Composed:
    """All files of an entry; its pictures are put on the shelf."""
    folder, _ = old.index.entry(entry)
    rows = list(old.index.rows("entry = ?", entry))
    made = Composed()
    versions = [said for row in rows for said in _versions(old, row, rows, folder, shelf, made)]
    versions.sort(key=lambda said: (not said.row.is_public, said.row.date or "9", said.row.number))
    if versions:
        _write_versions(old, versions, folder, shelf, made)
        comments = [comment for said in {said.row.number: said for said in versions}.values()
                    for comment in said.item.comments]  # fmt: skip
        first = versions[0]
        site = next(iter(old.export.head.addresses), ""), old.address
        said = answers(comments, first.language, first.row.date[:10] or "1970-01-01", folder, site)
        _keep_answers(said, folder, made)
    return made


def _versions(old: Old, row: Row, rows: list[Row], folder: str, shelf: Shelf, made: Composed) -> Iterator[Said]:
    item = old.export.item(row.piece)
    if item is None:  # it was there when the export was surveyed
        raise OSError(f"{old.export.path}: {row.line}")
    codes = language.marked_codes(item.title, item.body) if len(rows) == 1 else ()
    spoken: dict[str, str] = {}
    for code in codes:
        if ours := language.known(code, old.languages):
            spoken.setdefault(ours, code)
    made.told += [("language", folder, code) for code in codes if not language.known(code, old.languages)]
    spoken = spoken or {row.language: ""}
    texts = {ours: language.part(item.body, code) if code else item.body for ours, code in spoken.items()}
    for ours, code in spoken.items():
        if not texts[ours].strip() and any(text.strip() for text in texts.values()):
            continue
        around = Around(old, shelf, folder, item.link, item.id, ours)
        body = convert.text(shortcodes.as_html(texts[ours], around), around)
        body = _without_people(old, body, folder, ours, made)
        if row.is_public and not body:
            made.told.append(("blank", f"{folder}/{ours}.md", ""))
            body = "…"
        title, summary = (one_line(language.part(text, code) if code else text) for text in (item.title, item.excerpt))
        made.told += [(what, f"{folder}/{ours}.md", value) for what, value in around.told]
        parts = tuple(portions(body, MAX_SOURCE_BYTES - ROOM)) or ("",)
        if len(parts) > 1:
            made.told.append(("divided", f"{folder}/{ours}.md", str(len(parts))))
        yield Said(row, item, ours, title, parts, summary[:MAX_SUMMARY])


def _write_versions(old: Old, versions: list[Said], folder: str, shelf: Shelf, made: Composed) -> None:
    section, _, slug = folder.partition("/")
    most = max(len(said.parts) for said in versions)
    folders = [folder, *(f"{section}/{with_number(slug, versions[0].item.id, part)}" for part in range(2, most + 1))]
    for number, place in enumerate(folders):
        fingerprint = ""
        for said in (said for said in versions if len(said.parts) > number):
            path = f"{place}/{said.language}.md"
            dated = {"Original-Version": fingerprint} if fingerprint else _of_original(said)
            own = _headers(old, said, versions[0], folder, shelf, made, number)
            own = {"Title": own.pop("Title"), **dated, **own}
            before = f"[← {say(BEGINNING, said.language)}](../{slug}/)\n\n" if number else ""
            after = f"\n\n[{say(CONTINUED, said.language)} →](../{folders[number + 1].partition('/')[2]}/)" \
                if number + 1 < len(said.parts) else ""  # fmt: skip
            lines = [f"{name}: {value}" for name, value in own.items() if value]
            text = "\n".join([*lines, "", f"{before}{said.parts[number]}{after}"]).rstrip() + "\n"
            made.texts[path] = text
            fingerprint = fingerprint or headers.parse(Path(path), text, Report()).fingerprint


def _headers(
    old: Old, said: Said, first: Said, folder: str, shelf: Shelf, made: Composed, number: int
) -> dict[str, str]:
    item, row = said.item, said.row
    title = said.title[:MAX_TITLE] or one_line(said.parts[0])[:60] or say(NO_TITLE, said.language)
    values = {
        "Title": f"{title} ({number + 1})" if number else title,
        "Author": _commaless(_author(old, item)),
        "Tags": ", ".join(dict.fromkeys(filter(None, map(_commaless, _tags(old, item, said.language))))),
        "Summary": "" if number else said.summary,
        **({} if number else _picture(old, said, first, folder, shelf, made)),
        "Status": "" if row.is_public else "draft",
    }
    values = {name: _without_people(old, value, folder, said.language, made) for name, value in values.items()}
    paths = old.index.claims(row.number) if not number else ()
    if paths and said.language == row.language:
        values["Formerly"] = ", ".join(path.replace(",", "%2C") for path in paths)
    return values


def _of_original(said: Said) -> dict[str, str]:
    row = said.row
    # a draft has never been seen: the hour somebody worked at is nobody's business
    date = row.date if row.is_public else row.date[:10]
    modified = said.item.modified[:10]
    return {"Date": date, "Modified": modified if row.is_public and modified > row.date[:10] else ""}


def _picture(old: Old, said: Said, first: Said, folder: str, shelf: Shelf, made: Composed) -> dict[str, str]:
    """The picture above the text is the original's; each language says what it shows."""
    number = next(iter(first.item.noted("_thumbnail_id")), "")
    known = old.index.attachment(int(number)) if re.fullmatch(r"[0-9]{1,18}", number) else None
    if known is None:
        return {}
    around = Around(old, shelf, folder, first.item.link, first.item.id, said.language)
    placed = around.placed(known.file, known, known.file)
    found = {}
    if placed:
        alt = around.alt("", "", known, placed)
        found = {"Picture": placed if said is first else "", "Alt": alt, "Caption": one_line(known.caption)}
    made.told += [(what, f"{folder}/{said.language}.md", value) for what, value in around.told if said is first]
    return found


def _author(old: Old, item: Item) -> str:
    """The name that the old site showed, never the one for logging in; none that holds an address."""
    authors = old.export.head.authors
    # the oldest exports have no list of authors, and the shown name with each item
    name = one_line(authors.get(item.author, "") if authors else item.author)
    return name if withheld(name, anyone)[1] == 0 else ""


def _tags(old: Old, item: Item, spoken: str) -> Iterator[str]:
    """Categories with those above them, then tags."""
    head = old.export.head
    for term in (term for domain in TAGS for term in item.filed(domain)):
        if term.slug.lower() in NO_CATEGORY or one_line(term.name).lower() in NO_CATEGORY:
            continue
        above, passed = head.above.get(term.slug, "") if term.domain == "category" else "", {term.slug}
        names = [term.name]
        while above and above not in passed:
            passed.add(above)
            names.append(head.names.get(above, ""))
            above = head.above.get(above, "")
        yield from (one_line(language.part(name, spoken)) for name in reversed(names))


def _without_people(old: Old, text: str, folder: str, spoken: str, made: Composed) -> str:
    text, count, others = withheld(text, old.index.is_known)
    if count:
        made.told.append(("withheld", f"{folder}/{spoken}.md", ""))
    made.told += [("email", f"{folder}/{spoken}.md", "") for _ in others[:1]]
    return text


def _keep_answers(said: Answers, folder: str, made: Composed) -> None:
    made.fates += said.fates
    made.texts |= {f"{folder}/comments/{name}.md": text for name, text in said.files.items()}
    made.told += [("answer-divided", f"{folder}/comments/{name}.md", "") for name in said.divided]
    made.told += [("answer-withheld", f"{folder}/comments/{name}.md", "") for name in said.withheld]
    made.waiting = said.waiting
    if unfit := said.fates[UNFIT]:
        made.told.append(("unfit", folder, str(unfit)))


def _commaless(name: str) -> str:
    return name.replace(",", " ").replace("  ", " ").strip()
