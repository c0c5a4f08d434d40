"""What stands where in the whole magazine, whatever the language: order, neighbours, names, threads of answers."""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter
from typing import Any

from magazine.records import Answer, Entry, Issue, Library
from magazine.site.names import Name, Names
from magazine.site.responses import Responses, fit_one_page, responses
from magazine.stamps import digest

# what is made of faces alone; entries in it may be of the library before
KEPT = ("years", "topics", "people", "plans", "_shown")
Neighbours = tuple[Entry | None, Entry | None]


class Contents:
    """The contents of one library, for all its languages.

    What is in ``before``, the contents of an earlier library, stays where no face has changed since.
    """

    def __init__(self, library: Library, before: Contents | None = None) -> None:
        self.library = library
        self.plans: dict[bytes, Any] = {}  # see ``plan``
        self._responses: dict[str, Responses] = {}
        self._shown: dict[str, bytes] = {}
        self.faces = [(entry.face, *_stories(entry)) for entry in library.entries.values()]
        if before and before.faces == self.faces:
            kept = {name: value for name, value in vars(before).items() if name in KEPT}
            vars(self).update(kept)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Stories and posts, newest first."""
        return tuple(sorted((*self.library.stories, *self.library.posts), key=attrgetter("order"), reverse=True))

    @cached_property
    def years(self) -> list[int]:
        """The years something came out in, newest first."""
        return sorted({entry.date.year for entry in self.entries}, reverse=True)

    @cached_property
    def topics(self) -> Names:
        """Topics, with the stories and posts on each."""
        return Names.of_topics(self.entries, self.library.languages)

    @cached_property
    def people(self) -> Names:
        """Pen names, with what each wrote or translated."""
        library = self.library
        credited = sorted((*self.entries, *library.petitions, *library.issues), key=attrgetter("order"), reverse=True)
        return Names.of_people(credited, library.languages)

    @cached_property
    def issues(self) -> dict[str, Issue]:
        """The issues by slug."""
        return {issue.slug: issue for issue in self.library.issues}

    def neighbours(self, entry: Entry) -> Neighbours:
        """What is printed before and after it: stories in their issue, posts by time."""
        return self._neighbours.get(entry.key, (None, None))

    @cached_property
    def _neighbours(self) -> dict[str, Neighbours]:
        rows = [issue.stories for issue in self.library.issues] + [tuple(reversed(self.library.posts))]
        return {
            entry.key: (before, after)
            for row in rows
            for entry, before, after in zip(row, (None, *row), (*row[1:], None), strict=False)
        }

    @cached_property
    def newest_answers(self) -> list[tuple[Answer, Entry]]:
        """All answers with their entries, the newest first."""
        answered = [(answer, entry) for entry in self.library.entries.values()
                    for answer in entry.answers if not answer.is_removed]  # fmt: skip
        return sorted(answered, key=lambda pair: (pair[0].date, pair[1].key, pair[0].id), reverse=True)

    @cached_property
    def crowded(self) -> tuple[Entry, ...]:
        """The entries with more answers than one page may hold."""
        return tuple(entry for entry in self.library.entries.values() if not fit_one_page(entry.answers))

    def responses(self, entry: Entry) -> Responses:
        """The answers to an entry."""
        if entry.key not in self._responses:
            self._responses[entry.key] = responses(entry.answers)
        return self._responses[entry.key]

    def shown(self, entry: Entry) -> bytes:
        """A stamp of all that other pages show of an entry: its face, its names as they are spelt, its stories."""
        if entry.key not in self._shown:
            stories = entry.stories if isinstance(entry, Issue) else ()
            names = [name.spelt for name in self._names(entry)]
            self._shown[entry.key] = digest(entry.face, names, *(self.shown(story) for story in stories))
        return self._shown[entry.key]

    def _names(self, entry: Entry) -> list[Name]:
        versions = entry.versions.values()
        written = dict.fromkeys(name for version in versions for name in (*version.authors, *version.translators))
        about = dict.fromkeys(tag for version in versions for tag in version.tags)
        return [*self.people.named(written), *self.topics.named(about)]


def _stories(entry: Entry) -> list[str]:
    """The keys of an issue's stories in their printed order."""
    return [story.key for story in entry.stories] if isinstance(entry, Issue) else []
