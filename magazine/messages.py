"""What the tools say to an editor, in Russian, Kyrgyz or English.

The sentences stand in the code in English and in ``translations/<language>/LC_MESSAGES/magazine.po``
in the other two. The catalogs are read as they are: nothing has to be compiled first.
"""

from __future__ import annotations

import ctypes
import gettext
import io
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("ru", "ky", "en")
SOURCE_LANGUAGE = "en"
CATALOGS = Path(__file__).parent / "translations"


def marked(sentence: str) -> str:
    """The sentence unchanged: marks it for the catalogs where it stands as data."""
    return sentence


def for_readers(sentence: str) -> str:
    """The sentence unchanged: marks it for the theme's catalogs, where what readers see is translated."""
    return sentence


def say(sentence: str, language: str | None = None, /, **values: object) -> str:
    """The sentence in the editor's language with its ``%(name)s`` filled in."""
    return catalog(CATALOGS, "magazine", language or editor_language(os.environ)).gettext(sentence) % values


def say_number(one: str, many: str, number: int, language: str | None = None) -> str:
    """The plural form that CLDR asks for, with ``%(number)d`` filled in."""
    chosen = catalog(CATALOGS, "magazine", language or editor_language(os.environ))
    return chosen.ngettext(one, many, number) % {"number": number}


def editor_language(environment: Mapping[str, str]) -> str:
    """The language ``MAGAZINE_LANG`` names, or else the system; English where it is none of ours."""
    asked = [environment.get(name, "") for name in ("MAGAZINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    if sys.platform == "win32":
        asked.append(_windows_language())
    for name in asked:
        if name and name[:2].lower() in LANGUAGES:
            return name[:2].lower()
        if name:
            break
    return SOURCE_LANGUAGE


@cache
def catalog(folder: Path, domain: str, language: str) -> gettext.NullTranslations:
    """The catalog ``folder/<language>/LC_MESSAGES/<domain>.po``; an empty one for the language of the code.

    Raises FileNotFoundError if another language has no catalog.
    """
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    return gettext.GNUTranslations(io.BytesIO(compiled(folder / language / "LC_MESSAGES" / f"{domain}.po", language)))


def compiled(source: Path, language: str) -> bytes:
    """The bytes of the ``.mo`` catalog that belongs to a ``.po`` file."""
    # not needed where English is spoken and nothing is to be built
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with source.open("rb") as stream:
        read = read_po(stream, locale=language)
    result = io.BytesIO()
    write_mo(result, read)
    return result.getvalue()


def _windows_language() -> str:
    primary = ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF  # type: ignore[attr-defined,unused-ignore]
    return {0x19: "ru", 0x40: "ky"}.get(primary, "en")
