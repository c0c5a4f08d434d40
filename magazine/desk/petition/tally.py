"""Signatures counted on paper or in the street: «47, Osh, paper, 2012-06-03» becomes a file beside the petition."""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from magazine import regions
from magazine.desk.moderation import files
from magazine.desk.petition.chosen import Chosen, PetitionError
from magazine.headers import Source, shown
from magazine.messages import editor_language, say
from magazine.places import SIGNATURES
from magazine.problems import Report, closest, did_you_mean
from magazine.regions import REGIONS
from magazine.signatures import TALLY, WAYS

EXAMPLE = "47, Osh, paper, 2012-06-03"
MOST = 1_000_000
WORDS = {
    "paper": ("paper", "бумага", "на бумаге", "кагаз", "кагазда", "on paper"),
    "street": ("street", "улица", "на улице", "көчө", "көчөдө", "in the street"),
    "online": ("online", "онлайн", "в сети", "интернет", "интернетте", "on the web"),
}
NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+")
DAY = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)\.(\d\d?)\.(\d{4})")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
RUNNING = re.compile(r"\d{4}-\d\d-\d\d-(\d{1,6})(?:-[a-z]+)?")


@dataclass(frozen=True)
class Counted:
    """What was counted in one place on one day; ``place`` is what was said of it where no region is known by that."""

    count: int
    date: dt.date
    way: str = "paper"
    region: str = ""
    place: str = ""

    def text(self) -> str:
        """Its file."""
        region = f"Region: {self.region}\n" if self.region else ""
        return f"Kind: {TALLY}\nCount: {self.count}\nDate: {self.date}\nWay: {self.way}\n{region}"


def counted(words: str, today: dt.date) -> Counted:
    """What an organiser said, in any order and language. Raises PetitionError."""
    count, date, way, region, place = None, None, "", "", ""
    for part in (" ".join(part.split()) for part in re.split(r"[,;]", words)):
        if not part:
            continue
        if NUMBER.fullmatch(part) and count is None:
            count = int(re.sub(r"\s", "", part))
        elif (match := DAY.fullmatch(part)) and date is None:
            date = _date(match, part)
        elif (found := _way(part)) and not way:
            way = found
        elif not region and not place and not re.search(r"\d", part):
            region = regions.code_of(part)
            place = "" if region else part
        else:
            raise PetitionError(_form(part))
    if count is None or date is None:
        raise PetitionError(_form(words))
    if not 0 < count <= MOST:
        raise PetitionError(say("%(count)d cannot be: a tally holds from 1 to %(most)d signatures.",
                                count=count, most=MOST))  # fmt: skip
    if date > today:
        told = say("%(day)s is yet to come. Write the day on which the signatures were counted.", day=date)
        raise PetitionError(told)
    if place and (guess := _guess(place)):
        raise PetitionError(say("«%(value)s» is no region%(hint)s. There are: %(known)s.", value=shown(place),
                                hint=did_you_mean(guess, None), known=known_regions()))  # fmt: skip
    return Counted(count, date, way or "paper", region, place)


def known_regions() -> str:
    """The names of all regions, in the organiser's language."""
    return ", ".join(say_region(code) for code in REGIONS)


def say_region(code: str, language: str | None = None) -> str:
    """The name of a region in this language, or in the organiser's."""
    return regions.name(code, language or editor_language(os.environ))


def twins(chosen: Chosen, tally: Counted) -> list[Path]:
    """The tallies that stand there already with just the same number, day, way and region."""
    wanted = (tally.count, tally.date.isoformat(), tally.way, tally.region)
    return [chosen.library.root / source.path for source in chosen.sources() if _said(source) == wanted]


def recorded(chosen: Chosen, tally: Counted) -> Path:
    """The new file of a tally, whole on the disk, under a name that nobody else gives. Raises OSError."""
    names = [path.stem for path in chosen.files()]
    same_day = (match[1] for name in names if name.startswith(f"{tally.date}") and (match := RUNNING.fullmatch(name)))
    number = max(map(int, same_day), default=0) + 1
    letters = "".join(secrets.choice(LETTERS) for _ in range(5))
    path = chosen.folder / SIGNATURES / f"{tally.date}-{number}-{letters}.md"
    files.written(path, tally.text().encode())
    return path


def _said(source: Source) -> tuple[int | None, str, str, str] | None:
    if (source.text("kind") or TALLY).casefold() != TALLY:
        return None
    count, date = source.number("count", Report()), source.text("date")[:10]
    return count, date, source.text("way").casefold() or WAYS[0], regions.code_of(source.text("region"))


def _date(match: re.Match[str], part: str) -> dt.date:
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        raise PetitionError(say("There is no day %(value)s.", value=part)) from None


def _way(part: str) -> str:
    return next((way for way, words in WORDS.items() if part.casefold() in words), "")


def _guess(place: str) -> str:
    names = {name.casefold(): name for names in REGIONS.values() for name in names.values()}
    found = closest(place.casefold(), names)
    return names[found] if found else ""


def _form(part: str) -> str:
    return say("«%(value)s» is no tally. Say how many, where, how and when, for example: \"%(example)s\". How is one "
               "of %(ways)s; when is a day.", value=shown(part), example=EXAMPLE, ways=", ".join(WORDS))  # fmt: skip
