"""How heavy a page may be for a phone on a slow network."""

from __future__ import annotations

import posixpath
import zlib
from urllib.parse import unquote

from magazine.problems import Report
from magazine.release.gate.about import Budgets
from magazine.release.gate.files import Files
from magazine.release.gate.links import candidates
from magazine.release.gate.markup import Page

QUICK = 5  # of zlib's levels
GZIP = 31  # zlib's window for a gzip header around what is compressed
PICTURES = 300_000  # bytes of all pictures of a page


def tell(path: str, page: Page, data: bytes, budgets: Budgets, files: Files, report: Report) -> None:
    """Tell a page that is too heavy, alone or with the pictures that are loaded with it."""
    weight, text, limit = compressed(data, QUICK), 0, budgets.text_more
    pictures = _pictures(path, page, files)
    most = budgets.with_photo if len(pictures) == 1 else budgets.page + PICTURES
    if weight > limit:
        text = compressed(" ".join(page.visible.split()).encode())
        limit = int(budgets.text_share * text + budgets.text_more)
    if weight > min(limit, budgets.page, most - sum(pictures)):  # only then it matters how hard one tries
        weight = compressed(data)
    if weight > budgets.page:
        report.add("gate-page-heavy", path, size=weight, limit=budgets.page)
    if weight > limit:
        report.add("gate-text-heavy", path, size=weight, text=text, limit=limit)
    if pictures and weight + sum(pictures) > most:
        report.add("gate-photos-heavy", path, size=(weight + sum(pictures)) // 1000, limit=most // 1000)


def compressed(data: bytes, level: int = 9) -> int:
    """The size after ``gzip -9``, or with less effort: then it is hardly ever less, and proves as well that it fits."""
    packer = zlib.compressobj(level, zlib.DEFLATED, GZIP)
    return len(packer.compress(data)) + len(packer.flush())


def _pictures(path: str, page: Page, files: Files) -> list[int]:
    """The size of each picture of a page: of the heaviest that a phone may choose where it knows WebP, or else."""
    folder = posixpath.dirname(path)
    found: list[int] = []
    sources: list[str] = []
    for tag in page.tags:
        if tag.name == "picture":
            sources = []
        elif tag.name == "source" and "srcset" in tag.attributes:
            sources += candidates(tag.attributes["srcset"])
        elif tag.name == "img":
            chosen = sources or candidates(tag.attributes.get("srcset", ""))
            names = [*chosen, tag.attributes.get("src", "")]
            paths = [posixpath.normpath(posixpath.join(folder, unquote(name.partition("#")[0]))) for name in names]
            found.append(max(files.sizes.get(one, 0) for one in paths))
            sources = []
    return [size for size in found if size]
