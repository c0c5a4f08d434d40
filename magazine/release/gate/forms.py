"""What readers write goes to the named intakes and nowhere else; nothing foreign is shown within a page."""

from __future__ import annotations

from urllib.parse import urlsplit

from magazine.problems import Report
from magazine.release.gate.about import About
from magazine.release.gate.markup import Page

FRAMES = {"iframe", "frame", "frameset", "object", "embed", "applet", "portal", "fencedframe", "foreignobject"}
SENT = {"form": "action", "button": "formaction", "input": "formaction"}
WATCHED, WATCHED_ATTRIBUTES = {*FRAMES, *SENT, "base"}, {"srcdoc", "formaction", "ping"}
SHOWN = 120


def tell(path: str, page: Page, about: About, report: Report, *, first: int = 1) -> None:
    """Tell every form, frame and base of a page that leads astray."""
    for tag in page.tags:
        if tag.name not in WATCHED and not WATCHED_ATTRIBUTES & tag.attributes.keys():
            continue
        line = page.line(tag.place) + first - 1
        if tag.name in FRAMES or "srcdoc" in tag.attributes:
            report.add("gate-frame", path, line, name=tag.name)
        if tag.name == "base":
            report.add("gate-base", path, line)
        for name in {"formaction", SENT.get(tag.name, "formaction")}:
            target = tag.attributes.get(name, "" if tag.name == "form" and name == "action" else None)
            if target is not None and not is_intake(target, about.intakes):
                report.add("gate-form-target", path, line, address=target[:SHOWN] or path)
        if "ping" in tag.attributes:
            report.add("gate-form-target", path, line, address=tag.attributes["ping"][:SHOWN])


def is_intake(target: str, intakes: tuple[str, ...]) -> bool:
    """Whether an address is an intake, or stands below one: same scheme, host and port, no user, no way back up."""
    try:
        parts = urlsplit(target)
        for intake in intakes:
            wanted = urlsplit(intake)
            same = (parts.scheme, parts.netloc) == (wanted.scheme, wanted.netloc)
            folder = wanted.path.rstrip("/") + "/"
            if same and (parts.path == wanted.path or parts.path.startswith(folder)) and is_plain(target):
                return True
    except ValueError:
        return False
    return False


def is_plain(target: str) -> bool:
    """Whether an address holds nothing that browsers read in ways of their own."""
    return (
        target.isascii() and target.isprintable() and not any(sign in target for sign in "\\ @%") and ".." not in target
    )
