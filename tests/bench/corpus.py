"""The corpus that every tool builds: stories as records that know of no tool, the same on every machine."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .prose import Prose
from .words import LANGUAGES, NAMES, TAGS

SEED = 7
FIRST_DAY, DAYS = dt.datetime(2016, 1, 1, 8), 3650
ADDED_DAY = dt.datetime(2026, 1, 1, 8)  # later than every story of the corpus
MISSING_LANGUAGE, PRINTED = 0.15, 0.6  # shares of the stories
MOST_COMMENTS = 10
CHANGES = ("body", "comment", "title")
LINK = "story:"  # a link to another story is this and the story's number, until a layout writes it


@dataclass(frozen=True)
class Frame:
    """What is known of a story before its text: enough to link to it. ``issue`` is empty for a post of the blog."""

    number: int
    moment: dt.datetime
    issue: str
    languages: tuple[str, ...]
    tags: tuple[str, ...]
    photographs: int = 0

    @property
    def slug(self) -> str:
        """Its folder name, address and key."""
        return f"story-{self.number:05}"

    @property
    def original(self) -> str:
        """The language it was written in."""
        return self.languages[0]


@dataclass(frozen=True)
class Text:
    """A story in one language."""

    title: str
    summary: str
    body: str


@dataclass(frozen=True)
class Comment:
    """One answer to a story."""

    author: str
    day: dt.date
    language: str
    text: str


@dataclass(frozen=True)
class Story:
    """A whole story."""

    frame: Frame
    texts: Mapping[str, Text]
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class Corpus:
    """So many stories over ten years, with so many photographs shared out among them."""

    stories: int
    photographs: int = 0

    def __iter__(self) -> Iterator[Story]:
        return (self.story(number) for number in range(self.stories))

    def frame(self, number: int) -> Frame:
        """The frame of a story; a number beyond the corpus is a story added to the newest issue."""
        chance = random.Random(f"{SEED} {number} frame")
        minutes = DAYS * 1440 * number // max(self.stories, 1) + chance.randint(0, 600)
        moment = FIRST_DAY + dt.timedelta(minutes=minutes)
        languages = list(LANGUAGES)
        if chance.random() < MISSING_LANGUAGE:
            languages.remove(chance.choice(languages))
        issue = f"{moment:%Y-%m}" if chance.random() < PRINTED or number == 0 else ""
        tags = tuple(sorted(chance.sample(TAGS, 3)))
        if number >= self.stories:
            moment = ADDED_DAY + dt.timedelta(days=number - self.stories)
            return Frame(number, moment, self.newest_issue, LANGUAGES, tags)
        photographs = self.first_photograph(number + 1) - self.first_photograph(number)
        return Frame(number, moment, issue, tuple(languages), tags, photographs)

    def first_photograph(self, number: int) -> int:
        """The number of a story's first photograph among all of the corpus."""
        return number * self.photographs // max(self.stories, 1)

    @property
    def newest_issue(self) -> str:
        """The issue that was printed last."""
        return next(filter(None, (self.frame(number).issue for number in reversed(range(self.stories)))))

    def issues(self) -> list[str]:
        """All issues, oldest first."""
        return sorted({self.frame(number).issue for number in range(self.stories)} - {""})

    def story(self, number: int) -> Story:
        """A whole story with up to ten comments; it links to an older one."""
        frame = self.frame(number)
        chance = random.Random(f"{SEED} {number} comments")
        other = chance.randrange(max(min(number, self.stories), 1))
        texts = {language: _text(number, language, other) for language in frame.languages}
        days = range(1, chance.randint(0, MOST_COMMENTS) + 1)
        comments = (_comment(frame.moment.date() + dt.timedelta(days=day), chance, frame.languages) for day in days)
        return Story(frame, texts, tuple(comments))

    def edited(self, number: int, change: str, serial: int) -> Story:
        """The story after a change of its body, its title or its comments; no two serial numbers give the same."""
        story = self.story(number)
        original, chance = story.frame.original, random.Random(f"{SEED} {change} {serial}")
        prose, text = Prose(original, chance), story.texts[original]
        if change == "comment":
            return replace(story, comments=(*story.comments, _comment(ADDED_DAY.date(), chance, (original,))))
        if change == "title":
            text = replace(text, title=prose.title())
        elif change == "body":
            text = replace(text, body=f"{text.body}\n{prose.paragraph(2)}\n")
        else:
            raise ValueError(change)
        return replace(story, texts={**story.texts, original: text})


def _text(number: int, language: str, other: int) -> Text:
    prose = Prose(language, random.Random(f"{SEED} {number} {language}"))
    links = [f"https://example.org/{language}/{prose.chance.randrange(500)}", f"{LINK}{other}"]
    return Text(prose.title(), prose.plain(), prose.body(links))


def _comment(day: dt.date, chance: random.Random, languages: tuple[str, ...]) -> Comment:
    language = chance.choice(languages)
    prose = Prose(language, chance)
    return Comment(chance.choice(NAMES[language]), day, language, prose.plain(chance.randint(1, 3)))
