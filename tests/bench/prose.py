"""Invented prose: sentences, titles and Markdown bodies whose words are as frequent as words in a language are."""

from __future__ import annotations

import random
from functools import cache
from itertools import accumulate

from .words import ENDINGS, READ_MORE, SMALL, STEMS

MIN_WORDS, MAX_WORDS = 600, 900


class Prose:
    """Writes in one language; the same source of chance gives the same text."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self.language, self.chance = language, chance
        self.forms, self.weights = _vocabulary(language)

    def words(self, number: int) -> list[str]:
        """Words in a row, more than a third of them small ones."""
        rare = self.chance.choices(self.forms, cum_weights=self.weights, k=number)
        small = SMALL[self.language]
        return [self.chance.choice(small) if self.chance.random() < 0.38 else word for word in rare]

    def title(self) -> str:
        """Three to six words."""
        return _capital(" ".join(self.words(self.chance.randint(3, 6))))

    def sentence(self) -> str:
        """A sentence, now and then with a comma, a quotation, a dash or emphasis."""
        words = self.words(self.chance.randint(6, 17))
        if len(words) > 8:
            words[4] += ","
        kind = self.chance.random()
        if kind < 0.08:
            words[2:4] = ['"' + " ".join(words[2:4]).strip(",") + '"']
        elif kind < 0.13:
            words.insert(3, "--")
        elif kind < 0.20:
            words[1] = f"*{words[1]}*"
        elif kind < 0.24:
            words[2] = f"**{words[2].strip(',')}**"
        return _capital(" ".join(words)) + self.chance.choice([".", ".", ".", ".", "?", "!", "..."])

    def plain(self, sentences: int = 1) -> str:
        """Sentences without any mark of Markdown."""
        return self.paragraph(sentences).replace("*", "").replace('"', "")

    def paragraph(self, sentences: int = 0) -> str:
        """So many sentences, or three to six."""
        return " ".join(self.sentence() for _ in range(sentences or self.chance.randint(3, 6)))

    def body(self, links: list[str]) -> str:
        """A text of 600 to 900 words with headings, lists, quotations and one of the links in each section."""
        wanted = self.chance.randint(MIN_WORDS, MAX_WORDS)
        blocks, sections = [self.paragraph()], 0
        while sum(len(block.split()) for block in blocks) < wanted:
            sections += 1
            blocks += [f"## {self.title()}", self.paragraph(), self._paragraph_with(self.chance.choice(links))]
            blocks += self._special_block()
            if sections % 3 == 0:
                blocks.append(f"### {self.title()}")
            blocks.append(self.paragraph())
        return "\n\n".join(blocks) + "\n"

    def _paragraph_with(self, link: str) -> str:
        return f"{self.paragraph()} [{READ_MORE[self.language]}]({link})."

    def _special_block(self) -> list[str]:
        kind = self.chance.random()
        if kind < 0.35:
            return ["\n".join(f"- {self.sentence()}" for _ in range(self.chance.randint(3, 5)))]
        if kind < 0.5:
            return ["\n".join(f"{number}. {self.sentence()}" for number in range(1, self.chance.randint(4, 6)))]
        if kind < 0.8:
            return [f"> {self.paragraph(2)}"]
        return []


@cache
def _vocabulary(language: str) -> tuple[list[str], list[float]]:
    """All forms in an order of their own, and the sums of their frequencies."""
    forms = [stem + ending for stem in STEMS[language] for ending in ENDINGS[language]]
    random.Random(f"vocabulary {language}").shuffle(forms)
    return forms, list(accumulate(1 / (place + 3) ** 0.85 for place in range(len(forms))))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
