"""What stands between the sources and Pelican: everything read, converted, inspected and planned."""

from __future__ import annotations

import atexit
import gettext
import io
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from magazine import messages
from magazine.forbidden import NONE, Forbidden
from magazine.memory import Memory
from magazine.photos import PictureError
from magazine.problems import Report
from magazine.progress import Progress
from magazine.records import Library
from magazine.site import assets, fingerprints, own_files
from magazine.site.bodies import Bodies
from magazine.site.contents import Contents
from magazine.site.copies import Copies, keys_of
from magazine.site.edition import Edition
from magazine.site.gallery import Gallery
from magazine.site.known_pictures import KnownPictures
from magazine.site.ledger import Ledger
from magazine.site.plan import Plan, planned
from magazine.site.templates import compile_templates, compiling
from magazine.site.writer import Press, put
from magazine.stamps import digest
from magazine.tree import Tree


@dataclass(frozen=True)
class Prepared:
    """One site, ready to be rendered. ``main`` is the language at its root."""

    main: str
    held: Library
    editions: Mapping[str, Edition]
    bodies: Bodies
    gallery: Gallery
    plan: Plan
    ledger: Ledger
    memory: Memory
    catalogs: Path
    report: Report
    progress: Progress
    names: Forbidden
    files: Mapping[str, bytes]

    def give_to(self, settings: dict[str, Any], staging: Path) -> None:
        """Put into the main language's settings what all languages share; a language without work is left out."""
        self.progress.expect(self.plan.count)
        settings["PREPARED"] = self
        settings["PLAN"] = self.plan
        settings["PRESS"] = Press(self.ledger, staging, self.plan.keys, settings["PAGE_BUDGET"], self.names)
        settings["JINJA_ENVIRONMENT"] = compiling(settings["JINJA_ENVIRONMENT"], self.memory)
        settings["I18N_GETTEXT_LOCALEDIR"] = str(self.catalogs)
        subsites = settings["I18N_SUBSITES"].items()
        settings["I18N_SUBSITES"] = {language: site for language, site in subsites if self.plan.stale[language]}

    def place_files(self, staging: Path) -> None:
        """Put pictures, own files and those of ``extra/`` into ``staging``, those that do not stand in the output yet.

        Raises OSError.
        """
        for address, (source, _, shape) in sorted(self.gallery.asked.items()):
            try:
                self._place(staging, address, digest(shape.checksum), partial(self.gallery.data, address))
            except PictureError as error:  # it was changed since it was looked at
                self.report.add("picture-bad", source.relative_to(self.held.root), reason=str(error))
        for address, data in self.files.items():
            self._place(staging, address, digest(data), partial(bytes, data))
        taken = {*self.plan.keys, *self.gallery.asked, *self.files}
        for extra in self.held.extras:
            if extra.address in taken:
                self.report.add("extra-taken", extra.path)
                continue
            data = (self.held.root / extra.path).read_bytes()
            self._place(staging, extra.address, digest(data), partial(bytes, data))

    def _place(self, staging: Path, address: str, key: bytes, data: Callable[[], bytes]) -> None:
        key += self.names.stamp
        if self.ledger.fresh(address, key):
            return
        held = data()
        if self.names.tell(address, held, self.report):
            return
        if not self.ledger.stands(address, held):
            put(staging, address, held)
        self.ledger.add(address, key)


def prepared(
    settings: Mapping[str, Any],
    held: Library,
    tree: Tree,
    memory: Memory,
    report: Report,
    ledger: Ledger | None = None,
    stamp: bytes = b"",
    names: Forbidden = NONE,
) -> Prepared | None:
    """Everything up to the rendering; None if a problem stops the build, which is told.

    ``stamp`` is of the program, the theme and the settings, as in ``fingerprints``.
    """
    cache, theme = Path(settings["CACHE_PATH"]), Path(settings["THEME"])
    progress = Progress(0)
    pictures = KnownPictures(held, tree, memory, cache / "pictures")
    pictures.tell(report, progress)
    if report.errors():
        progress.end()
        return None
    gallery = Gallery(held.root, cache / "pictures", digest_of=pictures.digest_of)
    compiled = _compiled(theme, held.languages, memory)
    catalogs = {language: _catalog(compiled.get(language)) for language in held.languages}
    bodies = Bodies(held, gallery, catalogs, memory, digest(fingerprints.program(), held.languages, compiled))
    templates = partial(compile_templates, theme, settings["JINJA_ENVIRONMENT"], memory)
    bodies.prepare(report, progress, meanwhile=templates)
    keys = keys_of(held, report)
    kit = own_files.kit_files(settings, keys.roots if keys else (), assets.script(theme, "exit").source, report)
    copies = Copies(tuple(mirror for mirror in held.mirrors if mirror.shown), keys, tuple(kit))
    if report.errors():
        progress.end()
        return None
    comments = [catalog.gettext(comment) for catalog in catalogs.values() for comment in own_files.COMMENTS]
    files = {**kit, **own_files.others(settings, copies, comments)}
    contents = memory.mind["contents"] = Contents(held, memory.mind.get("contents"))
    editions = {
        language: Edition(
            contents=contents, bodies=bodies, language=language, main=held.languages[0],
            site_url=settings["SITEURL"], catalog=catalogs[language], gallery=gallery, theme=theme,
            region_threshold=settings["REGION_THRESHOLD"], copies=copies, canonical_url=settings["CANONICAL"],
        )
        for language in held.languages
    }  # fmt: skip
    known = ledger or Ledger(Path(settings["OUTPUT_PATH"]), Memory(None))
    plan = planned(editions, stamp, settings["LIST_SIZE"], settings["FEED_SIZE"], known.fresh, report)
    written = _written(cache / "translations", compiled)
    return Prepared(
        held.languages[0], held, editions, bodies, gallery, plan, known, memory, written, report, progress, names, files
    )


def _compiled(theme: Path, languages: tuple[str, ...], memory: Memory) -> dict[str, bytes]:
    """The theme's catalogs as gettext reads them, by language."""
    shelf = memory.shelf("catalog")
    found: dict[str, bytes] = {}
    for language in languages:
        if language != messages.SOURCE_LANGUAGE:
            source = theme / "translations" / language / "LC_MESSAGES" / "messages.po"
            stamp = digest(source.read_bytes())
            known: bytes | None = shelf.recall(language, stamp)
            found[language] = known or messages.compiled(source, language)
            if not known:
                shelf.keep(language, stamp, found[language])
    return found


def _catalog(compiled: bytes | None) -> gettext.NullTranslations:
    return gettext.GNUTranslations(io.BytesIO(compiled)) if compiled else gettext.NullTranslations()


def _written(folder: Path, compiled: Mapping[str, bytes]) -> Path:
    """The folder where i18n-subsites finds the catalogs; it is named after them, so that builds do not disturb it."""
    try:
        return _put_catalogs(folder / digest(sorted(compiled.items())).hex(), compiled)
    except OSError:  # the disk of the cache is full
        temporary = tempfile.TemporaryDirectory(prefix="magazine-")
        atexit.register(temporary.cleanup)
        return _put_catalogs(Path(temporary.name), compiled)


def _put_catalogs(folder: Path, compiled: Mapping[str, bytes]) -> Path:
    for language, data in compiled.items():
        path = folder / language / "LC_MESSAGES" / "messages.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{os.getpid()}.part")
        partial.write_bytes(data)
        partial.replace(path)
    return folder
