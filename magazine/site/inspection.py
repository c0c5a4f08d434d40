"""What a build would tell of every text and picture, found out without making a page or a smaller picture."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from magazine import headers
from magazine.headers import Source
from magazine.memory import Memory
from magazine.problems import Problem, Report
from magazine.progress import Progress
from magazine.records import Entry, Library, Version
from magazine.site.gallery import Gallery, Picture, Variant
from magazine.site.known_pictures import KnownPictures
from magazine.site.links import Place
from magazine.site.markup import Markup, leads, without_comments
from magazine.site.variants import WIDTHS
from magazine.stamps import digest
from magazine.tree import Tree
from magazine.workers import spread

Rule = Callable[[Source, Report], None]
NONE = Variant("none", 0, 0, 0)


class Unmade(Gallery):
    """Pictures of which nothing is needed but that they are there."""

    def picture(self, entry: Entry, name: str) -> Picture:  # noqa: ARG002
        """Of any picture, the same."""
        return Picture((NONE,), (NONE,), None)


@dataclass(frozen=True)
class Seen:
    """What is remembered of one text: where its links led, and what was told of it."""

    links: tuple[tuple[str, str | None], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass
class Inspection:
    """Looks at the texts of a library; ``rules`` are asked of each source, ``stamp`` is of the program.

    Texts at the paths ``passed_over`` are not looked at.
    """

    library: Library
    rules: Iterable[Rule]
    memory: Memory
    stamp: bytes
    passed_over: Container[str] = ()
    _markups: Mapping[str, Markup] = field(default_factory=dict, init=False)

    def tell(self, tree: Tree, report: Report, progress: Progress) -> None:
        """Tell every problem of every text and picture."""
        pictures = KnownPictures(self.library, tree, self.memory, None)
        pictures.tell(report, progress)
        self._tell_small(pictures, report)
        known = self.memory.shelf("seen")
        stale = []
        for entry, version in self.library.texts.values():
            if version.source in self.passed_over:
                continue
            seen: Seen | None = known.recall(version.source, self._stamp(entry, version))
            if seen and all(leads(to, self._place(entry, version, Report())) == there for to, there in seen.links):
                report.found.update(dict.fromkeys(seen.problems))
            else:
                stale.append((entry, version))
        progress.expect(len(stale))
        self._markups = {language: Markup(language, makes_html=False) for language in self.library.languages}
        for (entry, version), (seen, is_whole) in spread(self._seen, stale):
            report.found.update(dict.fromkeys(seen.problems))
            if is_whole:
                known.keep(version.source, self._stamp(entry, version), seen)
            progress.step()

    def _tell_small(self, pictures: KnownPictures, report: Report) -> None:
        """Tell pictures above a text that are narrower than a phone shows them."""
        for entry in self.library.entries.values():
            path = Path(entry.key) / entry.picture
            if entry.picture and 0 < pictures.width_of(path) < WIDTHS[-1]:
                report.add("picture-small", path, width=pictures.width_of(path), limit=WIDTHS[-1])

    def _stamp(self, entry: Entry, version: Version) -> bytes:
        return digest(self.stamp, version.body, entry.face, entry.pictures)

    def _place(self, entry: Entry, version: Version, report: Report) -> Place:
        return Place(
            entry=entry, version=version, library=self.library, main=self.library.languages[0],
            gallery=Unmade(self.library.root, Path()), report=report, gettext=str,
        )  # fmt: skip

    def _seen(self, text: tuple[Entry, Version]) -> tuple[Seen, bool]:
        """What was seen, and whether it is of the text that the library knows."""
        entry, version = text
        report = Report()
        source = headers.read(self.library.root, version.path, report)
        if source is None:
            return Seen(problems=tuple(report.found)), False
        links = self._markups[version.language].convert(source, self._place(entry, version, report)).links
        read = replace(source, body=without_comments(source.body))
        for rule in self.rules:
            rule(read, report)
        return Seen(links, tuple(report.found)), digest(source.body_line, source.body) == version.body
