"""What is written to a partner about her mirror, in three languages, since nobody knows which one she reads."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from magazine.messages import LANGUAGES, marked, say
from magazine.mirrors import Mirror
from magazine.release.monitor.looking import Look
from magazine.slugs import slug_of

STATES = {
    "current": marked("current"),
    "behind": marked("behind"),
    "stale": marked("stale"),
    "wrong key": marked("signed with a wrong key"),
    "tampered": marked("tampered with"),
    "unreachable": marked("unreachable"),
}
BEGIN = marked("Hello! We have looked at the copy of the magazine at %(address)s. It is %(state)s.")
NEXT = {
    "behind": marked("Please run sync.sh or sync.php more often; hourly costs 400 bytes each time."),
    "stale": marked(
        "Please look whether sync.sh or sync.php still runs. If it does, its mirror may be frozen: try another."
    ),
    "wrong key": marked("Please compare the root key in your script with the one on paper, and run the script again."),
    "tampered": marked(
        "Please run verify.sh, take the copy down if it tells the same, and look who can write to your host."
    ),
    "unreachable": marked(
        "Please look whether your host is up. If you do not want to go on, tell us: we take the address out."
    ),
}
HIDDEN = marked("After three days like this readers are not sent to it; after three good ones they are again.")
THANKS = marked("Thank you for keeping the magazine: %(site)s")


def state_name(state: str, language: str | None = None) -> str:
    """A state in words."""
    return say(STATES[state], language)


def file_of(folder: Path, address: str) -> Path:
    """Where the letter about a mirror is kept."""
    parts = urlsplit(address)
    return folder / f"{slug_of(parts.netloc + parts.path)[:80] or 'mirror'}.txt"


def letter(mirror: Mirror, found: Look, site: str) -> str:
    """The text of a mail: what was found, and what to do."""
    return "\n".join("\n".join(_paragraphs(mirror, found, site, language)) + "\n" for language in LANGUAGES)


def _paragraphs(mirror: Mirror, found: Look, site: str, language: str) -> list[str]:
    told = [say(BEGIN, language, address=mirror.address, state=state_name(found.state, language))]
    told += [f"- {finding.said(language)}" for finding in found.findings]
    told += [say(NEXT[found.state], language)] if found.state in NEXT else []
    told += [] if mirror.shown else [say(HIDDEN, language)]
    return [*told, say(THANKS, language, site=site)]
