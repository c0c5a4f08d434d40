"""What an editor would want to know of one text: each rule is a function of a source and tells what it finds.

None of it stops a build: the text is hers.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

from magazine.headers import Source, shown
from magazine.problems import Report
from magazine.site.links import picture_name
from magazine.site.variants import BUDGETS, WIDTHS

# words in a sentence that everybody understands at once: 25 in English (GOV.UK style guide, «Sentence length»); the
# others know no articles, and Kyrgyz says with an ending what Russian says with a preposition
LONGEST = {"en": 25, "ru": 22, "ky": 18}
HEADING = re.compile(r" {0,3}(#{1,6})(?=\s)")
HEADING_LIKE = re.compile(r"^ {0,3}(?:#|[=-]+\s*$)", re.MULTILINE)
# what ends a sentence as a full stop does, if a capital letter follows
SEAMS = (("\n- ", ". A"), ("\n> ", ". A"), ("\n", " "), ("! ", ". "), ("? ", ". "), ("… ", ". "))
HEADING_SIGNS = ("#", "=", "-")
FENCE = re.compile(r" {0,3}(```|~~~)")
UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*")
# code and addresses: nobody reads them as words
UNREAD = re.compile(r"`[^`\n]*`|\]\([^)\n]*\)|\]\[[^\]\n]*\]|<[^>\n]*>|https?://\S+|\[\^[^\]]*\]")
SENTENCE_END = re.compile(
    r"[.!?…](?=[.!?…»”\")*_]*\s+[«“\"(*_—–-]*\s*[A-ZА-ЯЁӨҮҢ0-9])|\n(?=\s*\n|\s*(?:[-*+>|]|\d+\.)\s)"
)
CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁӨҮҢ0123456789")
WORD = re.compile(r"[^\W\d_][\w'’-]*")
SEAM = re.compile(r"[A-Za-z](?:(?=[\u0400-\u04ff])|(?<=[\u0400-\u04ff].))")  # a letter with one of the other alphabet
MIXED = re.compile(r"\w*(?:[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z])\w*")
LATIN = re.compile(r"[A-Za-z]")
# letters that look the same in both alphabets (Unicode's confusables)
TWINS = set("aceopxyijsABCEHKMOPTXYIJS") | set("асеорхуіјѕАВСЕНКМОРТХУІЈЅ")
HEADERS_READ = ("title", "discreet", "summary", "note", "alt", "caption", "author", "tags")
SHOWN = re.compile(r"!\[(?:[^\]\\]|\\.)*\]\(\s*<?([^\s)>]+)")
LARGE_TEXT = 12_000  # bytes
FRAME, SHARE = 3_600, 1.12  # bytes of a page around its text, and what HTML adds to the text


def headings(source: Source, report: Report) -> None:
    """Headings go down one step at a time, and the first is that of the page (WCAG 2.2, 1.3.1 and 2.4.6)."""
    if not HEADING_LIKE.search(source.body):
        return
    before = 1
    for number, level, line in _headings(source):
        if level == 1:
            report.add("heading-first", source.path, number, value=shown(line))
        elif level > before + 1:
            report.add("heading-leap", source.path, number, value=shown(line), wanted="#" * (before + 1))
        before = max(level, 2)


def alphabets(source: Source, report: Report) -> None:
    """No word is of two alphabets by a slip of the keyboard: it cannot be found, and is read aloud as nonsense."""
    lines = [(header.line, header.value) for name, header in source.headers.items() if name in HEADERS_READ]
    if not source.body.isascii() and SEAM.search(source.body):
        lines += enumerate(source.body.split("\n"), start=source.body_line)
    for number, line in lines:
        if not SEAM.search(line):
            continue
        for match in MIXED.finditer(UNREAD.sub(" ", line)):
            latin = LATIN.findall(match[0])
            other = [letter for letter in match[0] if "\u0400" <= letter <= "\u04ff"]
            few, code = (latin, "letters-latin") if len(latin) <= len(other) else (other, "letters-cyrillic")
            if set(few) <= TWINS:
                report.add(code, source.path, number, word=shown(match[0]), letters="".join(dict.fromkeys(few)))


def sentences(source: Source, report: Report) -> None:
    """Sentences are short enough to be understood at once, by language."""
    limit = LONGEST.get(source.path.stem)
    if not limit or len(source.body) < limit * 3:
        return
    line = source.body_line
    for paragraph in _without_fences(source.body).split("\n\n"):
        if _may_be_long(paragraph, limit):
            _paragraph(paragraph, line, limit, source, report)
        line += paragraph.count("\n") + 2


def weight(budget: int, source: Source, report: Report) -> None:
    """The page is one that a phone on 2G can load: told before it is made, as near as it can be told."""
    body = source.body.encode()
    # squeezed in haste first: that takes half the time, and most texts are far below the budget
    if len(body) > LARGE_TEXT and FRAME + SHARE * len(gzip.compress(body, 1, mtime=0)) > budget:
        size = round(FRAME + SHARE * len(gzip.compress(body, 6, mtime=0)))
        if size > budget:
            report.add("page-heavy", source.path, size=size, limit=budget)


def pictures(budget: int, source: Source, report: Report) -> None:
    """The pictures of a page are no more than a phone on 2G can load: each as heavy as the site may make it."""
    body = _without_fences(source.body) if "![" in source.body else ""
    shown = {picture_name(target) for target in SHOWN.findall(body)} | {source.text("picture")} - {""}
    size = len(shown) * BUDGETS[WIDTHS[-1]]
    if size > budget:
        report.add("pictures-heavy", source.path, number=len(shown), size=size // 1000)


def _may_be_long(paragraph: str, limit: int) -> bool:
    """Whether so many words may stand in one sentence; to look closely at every paragraph takes five times as long."""
    if paragraph.count(" ") + paragraph.count("\n") < limit:
        return False
    if "`" in paragraph:
        return True  # what is between them ends no sentence
    for sign, plain in SEAMS:
        paragraph = paragraph.replace(sign, plain)
    spaces = 0
    for part in paragraph.split(". "):
        spaces = part.count(" ") if part[:1] in CAPITALS else spaces + 1 + part.count(" ")
        if spaces >= limit:
            return True
    return False


def _paragraph(paragraph: str, line: int, limit: int, source: Source, report: Report) -> None:
    text, place = UNREAD.sub(lambda match: "\0" * len(match[0]), paragraph), 0
    for end in [*(match.end() for match in SENTENCE_END.finditer(text)), len(text)]:
        start, place = place, end
        if text.count(" ", start, end) + text.count("\n", start, end) < limit:
            continue
        sentence = text[start:end].replace("\0", " ")
        words = WORD.findall(sentence)
        if len(words) > limit:
            start += len(sentence) - len(sentence.lstrip())
            first = " ".join(sentence.split()[:4])
            number = line + text.count("\n", 0, start)
            report.add("sentence-long", source.path, number, value=first, number=len(words), limit=limit)


def _headings(source: Source) -> Iterator[tuple[int, int, str]]:
    """Number of the line, level and words of each heading."""
    before = ""
    for number, line in _lines(source):
        if line.strip()[:1] not in HEADING_SIGNS:
            pass
        elif match := HEADING.match(line):
            yield number, len(match[1]), line.strip()
        elif UNDERLINE.fullmatch(line) and before.strip() and not before.lstrip().startswith(("|", "-", "*", ">", "#")):
            yield number - 1, 1 if "=" in line else 2, before.strip()
        before = line


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    """The lines of a body with their numbers, those of code left out."""
    return ((number, line) for number, line in enumerate(_without_fences(source.body).split("\n"), source.body_line))


def _without_fences(body: str) -> str:
    """The body with empty lines for those of fenced code."""
    if "```" not in body and "~~~" not in body:
        return body
    lines, fence = [], ""
    for line in body.split("\n"):
        match = FENCE.match(line)
        is_inside = bool(fence) or bool(match)
        if match and not fence:
            fence = match[1]
        elif match and match[1] == fence:
            fence = ""
        lines.append("" if is_inside else line)
    return "\n".join(lines)
