"""A folder and a source for a new text or translation, with the headers it needs; it begins as a draft.

What was not said with the command is asked for, if there is somebody to ask.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from magazine import cache, headers
from magazine import library as shelves
from magazine.desk import originals
from magazine.entries import Folder, original_of
from magazine.headers import Source
from magazine.messages import say
from magazine.places import Place, Places
from magazine.problems import Report, closest
from magazine.records import BLOG, MAGAZINE, PAGES, PETITIONS
from magazine.site import fingerprints
from magazine.site.build import languages_of, said
from magazine.slugs import MAX_SLUG_LENGTH, is_slug, slug_of

STORY, ISSUE, POST, PETITION, PAGE, TRANSLATION = KINDS = ("story", "issue", "post", "petition", "page", "translation")
SECTIONS = {STORY: MAGAZINE, ISSUE: MAGAZINE, POST: BLOG, PETITION: PETITIONS, PAGE: PAGES}
# below the title; a value that is not there is for the editor to write
HEADERS: Mapping[str, tuple[str, ...]] = {
    STORY: ("Date", "Author", "Tags", "Summary"),
    ISSUE: ("Date", "Number", "Stories"),
    POST: ("Date", "Author", "Tags", "Summary"),
    PETITION: ("Date", "To", "Goal", "Deadline"),
    PAGE: (),
}


class NewError(Exception):
    """It cannot be made; the message is for the editor."""


@dataclass(frozen=True)
class Wanted:
    """What was said with the command; empty where it is to be asked for."""

    kind: str
    name: str = ""
    title: str = ""
    language: str = ""


def run(wanted: Wanted, content: Path | None = None) -> int:
    """Make what is wanted and say what is next; the exit status."""
    try:
        made = make(wanted, content or cache.PROJECT / said()["PATH"])
    except (NewError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except EOFError:
        print(file=sys.stderr)
        return 1
    print(say("Ready: %(file)s", file=made))
    print(say("Write the text below the headers. When it may be published, delete the line `Status: draft`."))
    return 0


def make(wanted: Wanted, content: Path) -> Path:
    """The source that was made. Raises NewError, OSError, or EOFError if a question finds no answer."""
    if wanted.kind not in KINDS:
        known = ", ".join(KINDS)
        raise NewError(say("«%(value)s» cannot be made. Choose one of %(known)s.", value=wanted.kind, known=known))
    if not content.is_dir():
        raise NewError(say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content))
    places = {place.key: place for place in Places(shelves.scanned(content), Report()).entries()}
    if wanted.kind == TRANSLATION:
        return _translation(wanted, content, places)
    languages = languages_of(said())
    language = _chosen(wanted.language or languages[0], languages)
    title = wanted.title or _asked(say("Title"))
    folder = _folder(wanted, title, places)
    path = content / folder / f"{language}.md"
    lines = [f"Title: {title}", *(f"{name}: {_value(name)}".rstrip() for name in HEADERS[wanted.kind])]
    _write(path, [*lines, "Status: draft"], "")
    return path


def _folder(wanted: Wanted, title: str, places: Mapping[str, Place]) -> str:
    """The folder of a new entry below the content folder; a story is named with its issue: 2012-12/its-name."""
    section = SECTIONS[wanted.kind]
    issue, _, name = wanted.name.removeprefix(f"{section}/").rpartition("/")
    if wanted.kind != STORY:
        name = f"{issue}/{name}" if issue else name
    else:
        issues = sorted(place.slug for place in places.values() if place.section == MAGAZINE and not place.issue)
        issue = issue or (name if name in issues else "") or _asked(say("Issue"), issues[-1] if issues else "")
        name = "" if name == issue else name
        if issue not in issues:
            known = ", ".join(issues) or "–"
            raise NewError(say("There is no issue «%(value)s». There are: %(known)s.", value=issue, known=known))
        section = f"{section}/{issue}"
    if wanted.kind == ISSUE:
        name = name or _asked(say("Year and month, as 2012-12"), f"{fingerprints.day():%Y-%m}")
    name = name or _asked(say("Folder name, which becomes the address"), slug_of(title))
    if not is_slug(name):
        raise NewError(
            say("«%(value)s» cannot be an address. Use small Latin letters, digits and hyphens, at most %(limit)d.",
                value=name, limit=MAX_SLUG_LENGTH)
        )  # fmt: skip
    for place in places.values():
        if place.slug == name:
            raise NewError(say("«%(value)s» is there already: %(folder)s. Choose another name.",
                               value=name, folder=place.key))  # fmt: skip
    return f"{section}/{name}"


def _translation(wanted: Wanted, content: Path, places: Mapping[str, Place]) -> Path:
    """A translation that remembers the version of the original it starts from, and holds the text to be replaced."""
    name = wanted.name.strip("/") or _asked(say("Folder of the text to be translated"))
    found = [place for place in places.values() if name in (place.key, place.slug) or place.key.endswith(f"/{name}")]
    if not found:
        guess = closest(name, [one for place in places.values() for one in (place.key, place.slug)]) or "–"
        raise NewError(say("There is no text «%(value)s». The nearest name is «%(guess)s».", value=name, guess=guess))
    place, languages = found[0], languages_of(said())
    sources = _sources(content, place, languages)
    lacking = [language for language in languages if language not in sources]
    if not lacking or not sources:
        raise NewError(say("«%(value)s» is there in all languages.", value=place.key))
    usual = lacking[0] if len(lacking) == 1 else ""
    language = _chosen(wanted.language or usual or _asked(say("Language"), lacking[0]), languages)
    if language in sources:
        raise NewError(say("«%(value)s» is there already: %(folder)s. Choose another name.",
                           value=language, folder=place.key))  # fmt: skip
    folder = Folder(Path(place.key), place.section, place.kind, sources, ())
    original = sources[original_of(folder, Report()) or next(iter(sources))]
    title = wanted.title or _asked(say("Title in the language of the translation"), original.text("title"))
    path = content / place.key / f"{language}.md"
    originals.put_aside(content, original)
    lines = [f"Title: {title}", "Translator:", f"Original-Version: {original.fingerprint}", "Status: draft"]
    _write(path, lines, original.body)
    return path


def _sources(content: Path, place: Place, languages: tuple[str, ...]) -> dict[str, Source]:
    paths = {language: Path(place.key) / f"{language}.md" for language in languages}
    read = {one: headers.read(content, path, Report()) for one, path in paths.items() if (content / path).exists()}
    return {language: source for language, source in read.items() if source}


def _write(path: Path, lines: list[str], body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + f"\n\n{body}".rstrip() + "\n")


def _value(header: str) -> str:
    return fingerprints.day().isoformat() if header == "Date" else ""


def _chosen(language: str, languages: tuple[str, ...]) -> str:
    if language not in languages:
        known = ", ".join(languages)
        raise NewError(say("«%(value)s» is no language of this magazine. Choose one of %(known)s.",
                           value=language, known=known))  # fmt: skip
    return language


def _asked(question: str, usual: str = "") -> str:
    """What the editor types, or the usual answer. Raises NewError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise NewError(say("Say more with the command, for example: %(example)s",
                           example='python3 tasks.py new post --title "…"'))  # fmt: skip
    typed = ""
    while not typed:
        typed = input(f"{question} [{usual}]: " if usual else f"{question}: ").strip() or usual
    return typed
