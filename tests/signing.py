"""Forms of signatures as pages of the site send them, and forms of any page as a browser would send them back."""

import datetime as dt
from typing import Any

import html5lib

from magazine.intake.submissions import form_key
from magazine.signatures import COUNTED

PETITION = "petitions/plea"
TODAY = dt.datetime.now(dt.UTC).date()
YESTERDAY, TOMORROW, NEXT_YEAR = (str(TODAY + dt.timedelta(days)) for days in (-2, 2, 365))
REASON = "Потому что мы тоже люди. Биз да адамбыз: ң, ө, ү."


def signature(level: str = COUNTED, language: str = "ru", until: str = NEXT_YEAR, **more: str) -> dict[str, str]:
    """The fields of a form that somebody has filled in whole."""
    given = {"name": "Ласточка", "region": "Нарынская область", "contact": "canary@example.org", "text": REASON}
    key = form_key(PETITION, language, "umbrella", until)
    return {"entry": key, "kind": "signature", "level": level, **given, **more}


def sent_back(page: str) -> dict[str, str]:
    """What a browser sends of the only form on a page."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    (form,) = tree.iter("form")
    fields: dict[str, str] = {}
    for found in form.iter():
        name: Any = found.get("name")
        if found.tag not in ("input", "textarea", "select"):
            continue
        if found.tag == "textarea":
            fields[name] = (found.text or "").removeprefix("\n")
        elif found.tag == "select":
            options = list(found.iter("option"))
            chosen = next((option for option in options if option.get("selected") is not None), options[0])
            fields[name] = chosen.get("value", "".join(chosen.itertext()))
        elif found.get("type") != "radio" or found.get("checked") is not None:
            fields[name] = found.get("value", "")
    return fields
