"""Addresses for names: small Latin letters, digits and hyphens."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from unidecode import unidecode

MAX_SLUG_LENGTH = 80
# index and page are file names of ours; the others cannot be file names on Windows
DEVICES = {f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10)}
RESERVED = {"index", "page", "con", "prn", "aux", "nul"} | DEVICES
SLUG = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
# Unidecode folds these into о, у, н; «көл» and «кол» must not share a page
KYRGYZ = str.maketrans({"ө": "oe", "ү": "ue", "ң": "ng", "Ө": "oe", "Ү": "ue", "Ң": "ng"})


def is_slug(name: str) -> bool:
    """Whether a folder name may stand in an address."""
    return len(name) <= MAX_SLUG_LENGTH and name not in RESERVED and SLUG.fullmatch(name) is not None


@lru_cache(maxsize=65536)
def slug_of(name: str) -> str:
    """The slug of a topic or a pen name; a name without any letter gets a short hash."""
    latin = unidecode(name.translate(KYRGYZ)).lower().replace("'", "")
    slug = re.sub(r"[^a-z0-9]+", "-", latin)[:MAX_SLUG_LENGTH].strip("-")
    if slug in RESERVED:
        return f"{slug}-1"
    return slug or hashlib.sha256(name.encode()).hexdigest()[:8]
