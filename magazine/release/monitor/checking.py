"""A look at all mirrors, several at a time, and what is written of it: the public table, and letters to partners."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from magazine import mirrors
from magazine.messages import marked
from magazine.mirrors import CHECKED, Found, Mirror
from magazine.progress import Progress
from magazine.release import files
from magazine.release.codes import Code, ReleaseError
from magazine.release.fetching import Fetcher
from magazine.release.monitor import looking, register, reports
from magazine.release.monitor.looking import Look, Newest
from magazine.release.monitor.office import FOLDER, Office
from magazine.release.monitor.register import Register

AT_ONCE = 16
QUICK, WHOLE = 60.0, 900.0  # seconds for one mirror, without its texts and with them
# a mirror must not tell a look from a reader
LIKE_A_READER = {
    "User-Agent": (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
        "Mobile Safari/537.36"
    ),
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ru,en;q=0.8",
    "Accept-Encoding": "gzip",
}
SEEN_BY = ("web", "onion")

STRANGE = marked("What it serves could not be understood (%(what)s).")


def check(office: Office) -> tuple[dict[Mirror, Look], Register]:
    """Look at all mirrors and write down what was found; that, and what is known of the partners.

    Raises MirrorsError, ReleaseError, OSError.
    """
    listed, newest, roots, home = office.listed(), office.newest(), office.roots(), office.home()
    held = register.read(home)
    looked = [one for one in listed if one.kind in SEEN_BY and (one.kind == "web" or office.proxy)]
    progress = Progress(len(looked), sys.stderr)

    def see(mirror: Mirror) -> Look:
        full = office.wanted.full or held.of(mirror.address).full != str(office.today)
        found = look(office, mirror.address, newest, roots, full=full)
        progress.step()
        return found

    register.word(home, "")  # makes the secret, which several looks would make at once
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = looking.compared(dict(zip(looked, pool.map(see, looked), strict=True)), newest)
    progress.end()
    rows = {one.address: Found(one.address, one.state, one.checked, one.seq, one.shown)
            for one in listed if one.checked}  # fmt: skip
    for mirror, found in looks.items():
        partner = register.looked(held.of(mirror.address), office.today, is_good=found.is_good, was_full=found.was_full)
        held.partners[mirror.address] = partner
        shown = register.is_shown(partner, before=mirror.shown)
        rows[mirror.address] = Found(mirror.address, found.state, office.today, found.seq, shown)
        _write_letter(home, replace(mirror, shown=shown), found, office.setup.site)
    register.keep(home, held)
    files.written(office.tables / CHECKED, mirrors.checks_of(rows.values()))
    return looks, held


def look(office: Office, address: str, newest: Newest, roots: Sequence[str], *, full: bool) -> Look:
    """Look at one mirror, whatever it serves."""
    probe = register.word(office.home(), f"{address} {office.today}").partition("-")[2]
    try:
        with Fetcher(address, office.proxy, whole=WHOLE if full else QUICK, headers=LIKE_A_READER) as fetcher:
            return looking.look(fetcher, newest, roots, office.today, full=full, probe=probe)
    except ReleaseError as error:
        return Look("unreachable", 0, (error,))
    except Exception as error:  # noqa: BLE001 (whatever one of them serves, the others are looked at)
        return Look("tampered", 0, (ReleaseError(Code.MALFORMED, STRANGE, what=type(error).__name__),))


def _write_letter(home: Path, mirror: Mirror, found: Look, site: str) -> None:
    path = reports.file_of(home / FOLDER, mirror.address)
    if mirror.shown and not found.asks_for_more:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.written(path, reports.letter(mirror, found, site).encode(), 0o600)
