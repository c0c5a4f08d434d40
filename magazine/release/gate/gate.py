"""The gate: everything that is wrong with a finished site, all at once; a site with one problem is not released."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from magazine.messages import marked, say
from magazine.problems import Problem, Report
from magazine.progress import Progress
from magazine.release.gate import budgets, drafts, feeds, files, forms, links, markup, metadata, scripts, traces
from magazine.release.gate.about import About
from magazine.release.gate.files import Files
from magazine.release.gate.links import Links, Wanted
from magazine.release.gate.wording import Wording
from magazine.workers import spread

PAGES, FEEDS, PROGRAMS = (
    (".html", ".htm"),
    (".xml", ".atom", ".rss"),
    (".js", ".mjs", ".wasm", ".swf", ".xhtml", ".xht"),
)
STYLES = (".css",)
DEEPEST = 3  # a file in a file in a file
TELLING_META = {"author", "publisher", "owner", "copyright", "date", "revised", "progid"}
ENCODING = marked("it is not written in UTF-8")


@dataclass
class Seen:
    """What one file tells: problems, places in it, and the places that it wants in others."""

    problems: tuple[Problem, ...] = ()
    ids: frozenset[str] = frozenset()
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True)
class Look:
    """Looks at one file; given to each process."""

    about: About
    files: Files
    links: Links = field(init=False)
    wording: Wording = field(init=False)
    clean: set[str] = field(default_factory=set)  # style sheets and scripts that hold nothing of the list of names

    def __post_init__(self) -> None:
        object.__setattr__(self, "links", Links(self.about, self.files))
        object.__setattr__(self, "wording", Wording(self.about.words))

    def prepare(self) -> None:
        """Make what all processes share."""
        _ = self.links.folded, self.links.names, self.wording.patterns
        self.about.names.prepare()

    def __call__(self, path: str) -> Seen:
        """What one file tells."""
        report = Report()
        if drafts.is_held_back(path, self.about):
            report.add("gate-unpublished", path, what=say(drafts.DRAFT))
        for what in self.wording.in_text(path):
            self._tell_word(path, 0, what, report)
        # one that is too large is told already, and would take the memory
        if self.about.is_allowed(path) or self.files.sizes[path] > self.about.budgets.file:
            return Seen(tuple(report.found))
        try:
            data = (self.files.root / path).read_bytes()
        except OSError as error:
            report.add("file-unreadable", path, reason=error.strerror or type(error).__name__)
            return Seen(tuple(report.found))
        seen = self._data(path, data, report)
        return replace(seen, problems=tuple(report.found))

    def _data(self, path: str, data: bytes, report: Report, depth: int = 0) -> Seen:
        """Tell what is wrong in the bytes of a file."""
        suffix = PurePosixPath(path).suffix.lower()
        if suffix not in PAGES:
            self.about.names.tell(path, data, report)
        if suffix in PROGRAMS:
            report.add("gate-script", path)
        if metadata.is_known(path):
            self._tell_inside(path, metadata.tell(path, data, report), report, depth)
            for text in metadata.texts(data):
                self._tell_words(path, text, report, is_text=False)
            return Seen()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            self.about.names.tell(path, data, report)
            is_text = suffix in (*PAGES, *FEEDS, *STYLES, ".txt")
            told = {"reason": say(ENCODING)} if is_text else {}
            report.add("gate-damaged" if is_text else "gate-file-unknown", path, **told)
            return Seen()
        return self._text(path, data, text, report)

    def _text(self, path: str, data: bytes, text: str, report: Report) -> Seen:
        """Tell what is wrong in a text of any kind."""
        suffix = PurePosixPath(path).suffix.lower()
        if "\0" in text:
            report.add("gate-file-unknown", path)
        self._tell_words(path, text, report)
        if suffix in PAGES:
            return self._page(path, data, text, report)
        if suffix in FEEDS or text.lstrip("\ufeff \n").startswith("<?xml"):
            wanted, words = feeds.tell(path, data, self.about, self.links, report)
            self._tell_found(path, text, words, report)
            return Seen(wanted=tuple(wanted))
        if suffix in STYLES:
            for address in links.of_style(text):
                self.links.tell(path, 0, address, report, is_fetched=True)
        self.links.tell_mentions(path, text, report)
        self._tell_found(path, text, text, report)
        return Seen()

    def _page(self, path: str, data: bytes, text: str, report: Report) -> Seen:
        page = markup.read(text)
        self.about.names.tell(path, self._unseen_before(page).encode(), report)
        for place, what in page.odd:
            report.add("gate-markup", path, page.line(place), value=what)
        for place, what in page.comments:
            report.add("gate-comment", path, page.line(place), value=what[:60])
        for tag in page.tags:
            name = tag.attributes.get("name", "").lower()
            is_version = name == "generator" and re.search(r"\d", tag.attributes.get("content", ""))
            if tag.name == "meta" and (name in TELLING_META or is_version):
                report.add("gate-metadata", path, page.line(tag.place), found=name)
        scripts.tell(path, page, self.about, report)
        forms.tell(path, page, self.about, report)
        budgets.tell(path, page, data, self.about.budgets, self.files, report)
        self._tell_found(path, text, page.words, report)
        ids, wanted = page.ids(), self.links.tell_page(path, page, report)
        links.tell_fragments((one for one in wanted if one.target == path), {path: ids}, report)
        return Seen((), ids, tuple(one for one in wanted if one.target != path))

    def _unseen_before(self, page: markup.Page) -> str:
        """The source without style sheets and scripts that hold nothing of the list: the same stand on all pages."""
        text = page.source
        for tag in reversed(page.tags if self.about.names else ()):
            if tag.name not in ("style", "script") or not tag.text:
                continue
            if tag.text not in self.clean:
                if self.about.names.is_in(tag.text):
                    continue
                self.clean.add(tag.text)
            start = page.source.index(tag.text, tag.place)
            text = text[:start] + "\n" * tag.text.count("\n") + text[start + len(tag.text) :]
        return text

    def _tell_inside(self, path: str, inside: Iterable[tuple[str, bytes]], report: Report, depth: int) -> None:
        for name, data in inside:
            within = f"{path}/{name}"
            if depth == DEEPEST:
                report.add("gate-file-unknown", within)
                continue
            for what in self.wording.in_text(name):
                self._tell_word(within, 0, what, report)
            if files.LEFTOVER.fullmatch(PurePosixPath(name).name):
                report.add("gate-leftover", within)
            if PurePosixPath(name).suffix.lower() in PAGES:  # judged where it stands by itself
                self._tell_words(within, data.decode("utf-8", "replace"), report)
                self._tell_found(within, "", data.decode("utf-8", "replace"), report)
                self.about.names.tell(within, data, report)
            else:
                self._data(within, data, report, depth + 1)

    def _tell_words(self, path: str, text: str, report: Report, *, is_text: bool = True) -> None:
        """Tell what the words of a file give away by their form."""
        told = Report()
        traces.tell(path, text, self.about.zone, told)
        drafts.tell(path, text, self.about, told)
        if not is_text:
            told.found = {replace(problem, line=0): None for problem in told.found}
            for what in self.wording.in_text(text):
                self._tell_word(path, 0, what, told)
        report.found.update(told.found)

    def _tell_found(self, path: str, source: str, words: str, report: Report) -> None:
        """Tell words that must not stand here, with their line in the source where they stand there as they are."""
        for what in self.wording.in_text(words):
            self._tell_word(path, self.wording.line(source, what), what, report)

    def _tell_word(self, path: str, line: int, what: str, report: Report) -> None:
        is_draft = what in (drafts.DRAFT, drafts.TITLE, drafts.WAITING)
        report.add("gate-unpublished" if is_draft else "gate-trace-word", path, line, what=say(what))


def problems(output: Path, about: About) -> list[Problem]:
    """Everything that is wrong with a finished site, by file and line."""
    report = Report()
    look = Look(about, files.found(output, about, report))
    look.prepare()
    ids: dict[str, frozenset[str]] = {}
    every: list[Wanted] = []
    progress = Progress(len(look.files.sizes), sys.stderr)
    try:
        for path, seen in spread(look, list(look.files.sizes)):
            report.found.update(dict.fromkeys(seen.problems))
            ids[path] = seen.ids
            every.extend(seen.wanted)
            progress.step()
    finally:
        progress.end()
    links.tell_fragments(iter(every), ids, report)
    return about.names.masked(report.sorted())
