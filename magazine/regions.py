"""Where signers live: the oblasts of Kyrgyzstan, its two cities of republican rank, and abroad; nothing smaller.

A region is chosen from a list: the name of a village could lead to a person.
"""

from __future__ import annotations

from collections.abc import Mapping

REGIONS: Mapping[str, Mapping[str, str]] = {
    "bishkek": {"ru": "Бишкек", "ky": "Бишкек", "en": "Bishkek"},
    "osh-city": {"ru": "Город Ош", "ky": "Ош шаары", "en": "Osh city"},
    "chuy": {"ru": "Чуйская область", "ky": "Чүй облусу", "en": "Chuy"},
    "issyk-kul": {"ru": "Иссык-Кульская область", "ky": "Ысык-Көл облусу", "en": "Issyk-Kul"},
    "naryn": {"ru": "Нарынская область", "ky": "Нарын облусу", "en": "Naryn"},
    "talas": {"ru": "Таласская область", "ky": "Талас облусу", "en": "Talas"},
    "jalal-abad": {"ru": "Джалал-Абадская область", "ky": "Жалал-Абад облусу", "en": "Jalal-Abad"},
    "osh": {"ru": "Ошская область", "ky": "Ош облусу", "en": "Osh region"},
    "batken": {"ru": "Баткенская область", "ky": "Баткен облусу", "en": "Batken"},
    "abroad": {"ru": "Другая страна", "ky": "Башка өлкө", "en": "Another country"},
}
# what is written on paper; who writes «Ош» of people met in the street means the city
SPOKEN = {
    "ош": "osh-city", "osh": "osh-city", "чуй": "chuy", "чүй": "chuy", "chui": "chuy", "иссык-куль": "issyk-kul",
    "ысык-көл": "issyk-kul", "нарын": "naryn", "талас": "talas", "джалал-абад": "jalal-abad",
    "жалал-абад": "jalal-abad", "баткен": "batken", "ошская": "osh",
}  # fmt: skip


def name(code: str, language: str) -> str:
    """The name of a region; empty for no region."""
    return REGIONS[code][language] if code in REGIONS else ""


def code_of(text: str) -> str:
    """The code of a region by its code or a name it has in any language; empty if nothing is known by that."""
    if text in REGIONS:
        return text
    wanted = " ".join(text.casefold().split())
    named = {name.casefold(): code for code, names in REGIONS.items() for name in names.values()}
    return SPOKEN.get(wanted) or named.get(wanted, "")
