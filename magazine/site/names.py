"""Topics and pen names: one name in several languages has one page address.

A translation may state its own `Tags:`; where both lists are of one length, the names at one place are
one topic. The same holds for `Author:`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from magazine.records import Entry
from magazine.slugs import slug_of

Row = Mapping[str, tuple[str, ...]]  # names by language
Used = Callable[[Entry], Iterable[str]]


@dataclass(frozen=True)
class Name:
    """A topic or a pen name; ``spelt`` is its spelling by language."""

    slug: str
    spelt: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """Its spelling there, else in whatever language there is."""
        return self.spelt.get(language) or next(iter(self.spelt.values()))


class Names:
    """All topics, or all pen names, of a list of entries that comes newest first."""

    def __init__(self, rows: Iterable[tuple[Entry, Row]], languages: Iterable[str], used: Used) -> None:
        listed = list(rows)
        self._by_slug = _gathered([row for _, row in listed], tuple(languages))
        self._rows: dict[tuple[str, ...], list[Name]] = {}
        self._entries: dict[str, dict[str, Entry]] = {}
        for entry, _ in listed:
            for name in self.named(used(entry)):
                self._entries.setdefault(name.slug, {}).setdefault(entry.key, entry)

    @classmethod
    def of_topics(cls, entries: Iterable[Entry], languages: Iterable[str]) -> Names:
        """What the entries are about."""
        return cls([(entry, _own(entry, "tags")) for entry in entries], languages, lambda entry: _all(entry, "tags"))

    @classmethod
    def of_people(cls, entries: Iterable[Entry], languages: Iterable[str]) -> Names:
        """Who wrote and who translated the entries."""
        rows: list[tuple[Entry, Row]] = []
        for entry in entries:
            rows.append((entry, _own(entry, "authors")))
            rows.extend((entry, {language: one.translators}) for language, one in entry.versions.items())
        return cls(rows, languages, lambda entry: (*_all(entry, "authors"), *_all(entry, "translators")))

    def named(self, spelt: Iterable[str]) -> list[Name]:
        """The names behind some spellings, each once; one that stands nowhere else is itself."""
        row = tuple(spelt)
        if row not in self._rows:  # most texts share their row with others
            found = (self._by_slug.get(slug_of(one)) or Name(slug_of(one), {"": one}) for one in row)
            self._rows[row] = list({name.slug: name for name in found}.values())
        return self._rows[row]

    def entries(self, name: Name) -> list[Entry]:
        """The entries that bear a name, newest first."""
        return list(self._entries[name.slug].values())

    def sorted(self, language: str) -> list[Name]:
        """All names, by their spelling in a language."""
        names = {name.slug: name for name in self._by_slug.values()}.values()
        return sorted(names, key=lambda name: (name.in_language(language).casefold(), name.slug))


def _all(entry: Entry, field: str) -> tuple[str, ...]:
    return tuple(name for version in entry.versions.values() for name in getattr(version, field))


def _own(entry: Entry, field: str) -> dict[str, tuple[str, ...]]:
    """What each language states itself: an inherited list says nothing of that language's spelling."""
    stated = {language: getattr(version, field) for language, version in entry.versions.items()}
    first = stated.get(entry.original)
    return {language: names for language, names in stated.items() if language == entry.original or names != first}


def _gathered(rows: Iterable[Row], languages: tuple[str, ...]) -> dict[str, Name]:
    leader: dict[str, str] = {}
    spelt: dict[str, dict[str, Counter[str]]] = {}

    def find(slug: str) -> str:
        while leader[slug] != slug:
            slug = leader[slug]
        return slug

    for row in rows:
        lengths = {len(names) for names in row.values()}
        for language, names in row.items():
            for name in names:
                leader.setdefault(slug_of(name), slug_of(name))
                spelt.setdefault(slug_of(name), {}).setdefault(language, Counter())[name] += 1
        if len(lengths) == 1:
            for names in zip(*row.values(), strict=True):
                slugs = sorted({find(slug_of(name)) for name in names})
                leader.update(dict.fromkeys(slugs, slugs[0]))
    members: dict[str, list[str]] = {}
    for slug in sorted(leader):
        members.setdefault(find(slug), []).append(slug)
    return {slug: name for group in members.values() for name in [_name(group, spelt, languages)] for slug in group}


def _name(group: list[str], spelt: Mapping[str, Mapping[str, Counter[str]]], languages: Iterable[str]) -> Name:
    """The address is the slug of the first language's spelling, so that it never depends on reading order."""
    chosen: dict[str, str] = {}
    for language in languages:
        counted: Counter[str] = sum((spelt[slug].get(language, Counter()) for slug in group), Counter())
        if counted:
            chosen[language] = min(counted, key=lambda name: (-counted[name], name))
    return Name(slug_of(next(iter(chosen.values()))), chosen)
