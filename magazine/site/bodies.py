"""The bodies of all texts as HTML, each converted once for all pages that show it, and remembered between builds."""

from __future__ import annotations

import contextlib
import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from magazine import headers
from magazine.memory import Memory
from magazine.photos import PictureError
from magazine.problems import Problem, Report
from magazine.progress import Progress
from magazine.records import Entry, Library, Version
from magazine.site.gallery import Gallery
from magazine.site.links import Place
from magazine.site.markup import Markup, leads
from magazine.stamps import digest
from magazine.workers import spread


@dataclass(frozen=True)
class Body:
    """What is remembered of one: the key of its HTML, what its links led to, its pictures, what was told of it."""

    key: str
    links: tuple[tuple[str, str | None], ...] = ()
    pictures: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Bodies:
    """The bodies of one library. ``stamp`` is of the program and its settings, ``catalogs`` are the theme's."""

    def __init__(
        self,
        library: Library,
        gallery: Gallery,
        catalogs: Mapping[str, gettext.NullTranslations],
        memory: Memory,
        stamp: bytes,
    ) -> None:
        self.library, self.gallery, self.catalogs, self.memory = library, gallery, catalogs, memory
        self.stamp = stamp
        self._known = memory.shelf("body")
        self._found: dict[str, Body] = {}

    def prepare(self, report: Report, progress: Progress, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Convert what is not known yet, on all cores, and tell every problem of every body.

        ``meanwhile`` is done here while other processes convert, if there is so much that they do.
        """
        texts = [(entry, version) for entry in self.library.entries.values() for version in entry.versions.values()]
        stale = []
        for entry, version in texts:
            known: Body | None = self._known.recall(version.source, self._stamp(entry, version))
            if known and all(leads(to, self._place(entry, version, Report())) == there for to, there in known.links):
                self._found[version.source] = known
            else:
                stale.append((entry, version))
        markups = {language: Markup(language) for language in self.library.languages}
        progress.expect(len(stale))
        converted = spread(partial(self._converted, markups), stale, meanwhile=meanwhile)
        for (entry, version), (html, body, whole) in converted:
            name = version.source
            self._found[name] = body
            self.memory.keep_text(body.key, html)
            if whole:
                self._known.keep(name, self._stamp(entry, version), body)
            progress.step()
        self.memory.save_texts()  # the pages take them from the disk: thousands are too much to hold
        for entry, version in texts:
            body = self._found[version.source]
            report.found.update(dict.fromkeys(body.problems))
            for picture in {*body.pictures, entry.picture} - {""}:
                with contextlib.suppress(PictureError):  # told when the picture itself was inspected
                    self.gallery.picture(entry, picture)

    def html(self, version: Version) -> str:
        """The HTML of a body with ``site:`` addresses. Raises KeyError if it is none of the library."""
        name = version.source
        html = self.memory.text(self._found[name].key)
        if html is None:  # the disk lost it
            entry, version = self.library.texts[version.source]
            html, _, _ = self._converted({version.language: Markup(version.language)}, (entry, version))
        return html

    def stamp_of(self, version: Version) -> str:
        """A stamp of the HTML of a body."""
        return self._found[version.source].key

    def keys(self) -> list[str]:
        """The keys of all texts that are in use."""
        return [body.key for body in self._found.values()]

    def _stamp(self, entry: Entry, version: Version) -> bytes:
        pictures = [(name, self.gallery.digest(entry, name)) for name in entry.pictures]
        return self.stamp + version.body + (digest(pictures) if pictures else b"")

    def _place(self, entry: Entry, version: Version, report: Report) -> Place:
        return Place(
            entry=entry, version=version, library=self.library, main=self.library.languages[0], gallery=self.gallery,
            report=report, gettext=self.catalogs[version.language].gettext,
        )  # fmt: skip

    def _converted(self, markups: Mapping[str, Markup], text: tuple[Entry, Version]) -> tuple[str, Body, bool]:
        """The HTML, what to remember of it, and whether it may be remembered."""
        entry, version = text
        report = Report()
        source = headers.read(self.library.root, version.path, report)
        if source is None:
            return "", Body(_key(version, ""), problems=tuple(report.found)), False
        own = replace(self.gallery, made={}, asked={})  # holds no picture but those of this body
        place = replace(self._place(entry, version, report), gallery=own)
        made = markups[version.language].convert(source, place)
        # what is saved while a build runs is shown, but not taken for what was there when it began
        unchanged = digest(source.body_line, source.body) == version.body
        pictures = tuple(sorted(name for _, name in own.made))
        body = Body(_key(version, made.html), made.links, pictures, tuple(report.found))
        return made.html, body, unchanged and not report.errors()


def _key(version: Version, html: str) -> str:
    return digest(version.source, html).hex()
