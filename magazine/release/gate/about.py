"""What the gate is told of the magazine: addresses, limits, and what must not be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from magazine.forbidden import NONE, Forbidden

# what a release adds to the site after it has passed
COMING = ("SHA256SUMS.txt", "release.txt*", "keys.txt*", "allowed_signers", "releases/*")


@dataclass(frozen=True)
class Budgets:
    """The heaviest that is allowed, in bytes; pages as ``gzip -9`` sends them."""

    page: int = 13_000
    text_share: float = 1.35  # of a text page, of its own text
    text_more: int = 3 * 1024
    with_photo: int = 60 * 1024  # a page and the picture that a phone loads with it
    file: int = 10_000_000  # the sitemap of thousands of texts, or a paper to print
    total: int = 2_000_000_000


@dataclass(frozen=True)
class Word:
    """Words that must not stand in the site, and what they are: a sentence that is marked for the catalogs."""

    words: str
    what: str


@dataclass(frozen=True)
class About:
    """The settings of the gate.

    ``scripts`` are source expressions (CSP 3, 2.3.1); ``held_back`` the keys of entries that are not published;
    ``allowed`` patterns of files of which only the names are looked at, for example those that were signed before.
    """

    site: str
    intakes: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ru", "ky", "en")
    zone: str = "Asia/Bishkek"
    names: Forbidden = NONE
    budgets: Budgets = field(default_factory=Budgets)
    held_back: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()  # titles that are held back, marks of waiting answers, who works on this computer
    allowed: tuple[str, ...] = ()
    coming: tuple[str, ...] = COMING

    @property
    def root(self) -> str:
        """The address of the site with a slash at its end."""
        return self.site.rstrip("/") + "/"

    def is_allowed(self, path: str) -> bool:
        """Whether only the name of a file is looked at."""
        return any(fnmatchcase(path, pattern) for pattern in self.allowed)

    def is_coming(self, path: str) -> bool:
        """Whether a release will put a file there."""
        return any(fnmatchcase(path, pattern) for pattern in self.coming)


def of_settings(settings: Mapping[str, object], **more: object) -> About:
    """What the settings of the site say; ``more`` are fields of ``About`` that they do not know."""
    given = {"site": settings["SITEURL"], "intakes": settings["INTAKES"], "zone": settings["TIMEZONE"]}
    budgets = Budgets(page=int(str(settings["PAGE_BUDGET"])))
    return About(**{**given, "budgets": budgets, **more})  # type: ignore[arg-type]
