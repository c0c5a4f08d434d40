"""The catalogs of translated words: the theme's for readers, the tools' for editors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from magazine.messages import say_number

PROJECT = Path(__file__).resolve().parents[2]
TRANSLATED = ("ru", "ky")  # English stands in the code and the templates themselves
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


@dataclass(frozen=True)
class Domain:
    """One catalog: its name, its folder, where its words stand and by which calls they are known."""

    name: str
    folder: Path
    methods: tuple[tuple[str, str], ...]
    keywords: dict[str, tuple[int, ...] | None]


READERS = Domain(
    "messages",
    PROJECT / "theme" / "translations",
    (("theme/templates/**", "jinja2"), ("magazine/site/**.py", "python"), ("magazine/desk/wordpress/**.py", "python")),
    {"_": None, "gettext": None, "ngettext": (1, 2), "for_readers": None},
)
EDITORS = Domain(
    "magazine",
    PROJECT / "magazine" / "translations",
    (("magazine/**.py", "python"), ("magazine/desk/templates/**.html", "jinja2")),
    {"say": None, "marked": None, "say_number": (1, 2)},
)


def run() -> int:
    """Bring all catalogs up to the words that stand in code and templates, and tell what lacks; the exit status."""
    lacking = 0
    for domain in (READERS, EDITORS):
        for language in TRANSLATED:
            catalog = updated(domain, language)
            with path(domain, language).open("wb") as stream:
                write_po(stream, catalog, sort_output=True, width=110, ignore_obsolete=True)
            for words in untranslated(catalog):
                lacking += 1
                print(f"{path(domain, language).relative_to(PROJECT).as_posix()}: {words}")
    print(say_number("%(number)d sentence lacks a translation.", "%(number)d sentences lack a translation.", lacking))
    return 1 if lacking else 0


def path(domain: Domain, language: str) -> Path:
    """The file of a catalog."""
    return domain.folder / language / "LC_MESSAGES" / f"{domain.name}.po"


def updated(domain: Domain, language: str) -> Catalog:
    """The catalog with just the words that stand in code and templates now."""
    with path(domain, language).open("rb") as stream:
        catalog = read_po(stream, locale=language)
    catalog.update(_template(domain), no_fuzzy_matching=True)
    return catalog


def untranslated(catalog: Catalog) -> Iterable[str]:
    """The words without a translation, or without one of their plural forms."""
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (message.fuzzy or not all(forms)):
            yield str(message.id)


def _template(domain: Domain) -> Catalog:
    template = Catalog(project="red-umbrella-magazine", charset="utf-8")
    options: dict[str, dict[str, Any]] = {pattern: JINJA for pattern, method in domain.methods if method == "jinja2"}
    found = extract_from_dir(PROJECT, list(domain.methods), options, domain.keywords)
    for _file, _line, words, _comments, context in found:
        template.add(words, context=context)
    return template
