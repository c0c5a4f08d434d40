"""The command `mirrors`: partners' copies are listed, taken in, looked at, and taken out."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from magazine import mirrors
from magazine.messages import marked, say
from magazine.mirrors import CHECKED, LISTED, Found, Mirror
from magazine.problems import Report
from magazine.progress import Progress
from magazine.release import files, keyfile, notes, sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.fetching import Fetcher
from magazine.release.keys import vault
from magazine.release.making import chain
from magazine.release.making.setup import Setup, of_settings
from magazine.release.making.telling import tell, told
from magazine.release.monitor import looking, register, reports
from magazine.release.monitor.looking import Look, Newest
from magazine.release.monitor.register import Partner, Register

FOLDER = "mirrors"  # below the content, and in the private folder
AT_ONCE = 16
QUICK, WHOLE = 60.0, 900.0  # seconds for one mirror, without its texts and with them
TOKEN, TOKEN_LIMIT = "mirror-token.txt", 1_000
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
ACTIONS = ("list", "token", "add", "remove", "check", "report")
SEEN_BY = ("web", "onion")

UNKNOWN = marked("«%(word)s» is none of the actions: %(known)s.")
NO_ADDRESS = marked("%(address)s is no address of a mirror. It is written as https://mirror.example.org/ with a slash.")
NOT_LISTED = marked("%(address)s is no mirror of ours.")
IS_LISTED = marked("%(address)s is in the list already.")
NO_RELEASE = marked("There is no release at %(folder)s to compare with: python3 tasks.py release makes one.")
BAD_TABLE = marked("The tables of mirrors have mistakes: python3 tasks.py check tells them.")
WORD = marked("The partner puts a file %(file)s beside her index.html, with this word alone:")
NO_WORD = marked("%(address)s%(file)s does not hold the word %(word)s: nobody has shown that this site is hers.")
NOT_OURS = marked("%(address)s is not taken in, for it is not the magazine as it should be (%(state)s).")
TAKEN_IN = marked("%(address)s is in the list. It is shown with the next release.")
TAKEN_OUT = marked("%(address)s is out of the list. It is gone from the page with the next release.")
DROPPED = marked("It failed on %(days)d days in a row and is not shown to readers until it is right on as many.")
NOT_LOOKED = marked("not looked at: only web and onion addresses are, and onion ones through a proxy")
STRANGE = marked("What it serves could not be understood (%(what)s).")
NOBODY = marked("There are no mirrors yet. The page «How to make a mirror» tells partners how to become one.")


@dataclass(frozen=True)
class Wanted:
    """What was typed after ``mirrors``; empty where nothing was."""

    action: str = ""
    address: str = ""
    operator: str = ""
    link: str = ""
    country: str = ""
    contact: str = ""
    full: bool = False
    proxy: str = ""


class MirrorsError(Exception):
    """Something an editor can mend; the message is for her."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(say(sentence, **values))


@dataclass(frozen=True)
class Office:
    """Where mirrors are looked after, on which day."""

    wanted: Wanted
    setup: Setup
    today: dt.date

    @property
    def tables(self) -> Path:
        """The folder of both tables."""
        return self.setup.content / FOLDER

    @property
    def proxy(self) -> str:
        """What other hosts are asked through; empty where they learn this computer's own address."""
        return self.wanted.proxy or self.setup.text("PROXY")

    def home(self) -> Path:
        """The private folder of this computer."""
        return vault.folder(published=self.setup.public)

    def listed(self) -> tuple[Mirror, ...]:
        """The mirrors of both tables; raises MirrorsError where one is broken, OSError."""
        report = Report()
        found = mirrors.read(_bytes(self.tables / LISTED), _bytes(self.tables / CHECKED), Path(FOLDER), report)
        if report.found:
            raise MirrorsError(BAD_TABLE)
        return found

    def roots(self) -> tuple[str, ...]:
        """The root keys of the magazine; raises ReleaseError, OSError."""
        return keyfile.parsed((self.setup.lists / keyfile.FILE).read_bytes()).roots

    def newest(self) -> Newest:
        """The release that stands here; raises MirrorsError, ReleaseError, OSError."""
        folder = self.setup.published
        try:
            note = (folder / notes.FILE).read_bytes()
        except FileNotFoundError:
            raise MirrorsError(NO_RELEASE, folder=folder) from None
        release = notes.parsed(note)
        past = chain.past(self.home(), notes.digest(note), release.seq)
        if release.prev:
            past.setdefault(release.seq - 1, release.prev)
        return Newest(release, note, sums.parsed((folder / sums.SUMS).read_bytes()), folder, past)


def run(wanted: Wanted, content: Path | None) -> int:
    """Do what was typed; the exit status is 1 where something is wrong with a mirror, or nothing could be done."""
    from magazine.site.build import said  # noqa: PLC0415 (slow)

    today = dt.datetime.now(dt.UTC).date()
    return done(Office(wanted, of_settings(said(), content), today))


def done(office: Office) -> int:
    """Do what is wanted, and tell what has kept it from being done; the exit status."""
    actions = {"list": _list, "token": _token, "add": _add, "remove": _remove, "check": check, "report": _report}
    word = office.wanted.action or "list"
    if word not in actions:
        print(say(UNKNOWN, word=word[:40], known=", ".join(ACTIONS)), file=sys.stderr)
        return 1
    try:
        return told(lambda: actions[word](office))
    except (MirrorsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def check(office: Office) -> int:
    """Look at all mirrors, at several at a time, and write down what was found; 1 if one of them is not good."""
    listed, newest, roots, home = office.listed(), office.newest(), office.roots(), office.home()
    held = register.read(home)
    looked = [one for one in listed if one.kind in SEEN_BY and (one.kind == "web" or office.proxy)]
    progress = Progress(len(looked), sys.stderr)

    def see(mirror: Mirror) -> Look:
        full = office.wanted.full or held.of(mirror.address).full != str(office.today)
        found = _look(office, mirror.address, newest, roots, full=full)
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
    _tell(office.listed(), looks, held)
    return int(any(not found.is_good for found in looks.values()))


def _list(office: Office) -> int:
    listed = office.listed()
    if not listed:
        tell(say(NOBODY))
    _tell(listed, {}, register.read(office.home()))
    return 0


def _token(office: Office) -> int:
    tell(say(WORD, file=TOKEN))
    tell(register.word(office.home(), _address(office)))
    return 0


def _add(office: Office) -> int:
    address, listed, wanted = _address(office), office.listed(), office.wanted
    if address in {one.address for one in listed}:
        raise MirrorsError(IS_LISTED, address=address)
    mirror = Mirror(address, mirrors.kind_of(address), wanted.operator, wanted.link, wanted.country, office.today)
    report = Report()
    if not mirrors.read(mirrors.list_of([mirror]), None, Path(FOLDER), report):
        raise MirrorsError("\n".join(problem.text() for problem in report.sorted()).replace("%", "%%"))
    if mirror.kind in SEEN_BY:
        word = register.word(office.home(), address)
        with Fetcher(address, office.proxy, whole=QUICK) as fetcher:
            served = fetcher.whole_file(TOKEN, TOKEN_LIMIT) or b""
        if word.encode() not in served.split():
            raise MirrorsError(NO_WORD, address=address, file=TOKEN, word=word)
        found = _look(office, address, office.newest(), office.roots(), full=True)
        if not found.is_good:
            tell("\n".join(finding.said() for finding in found.findings))
            raise MirrorsError(NOT_OURS, address=address, state=reports.state_name(found.state))
    office.tables.mkdir(parents=True, exist_ok=True)
    files.written(office.tables / LISTED, mirrors.list_of((*listed, mirror)))
    held = register.read(office.home())
    held.partners[address] = replace(held.of(address), contact=wanted.contact)
    register.keep(office.home(), held)
    tell(say(TAKEN_IN, address=address))
    return 0


def _remove(office: Office) -> int:
    address, listed = _address(office), office.listed()
    if address not in {one.address for one in listed}:
        raise MirrorsError(NOT_LISTED, address=address)
    left = [one for one in listed if one.address != address]
    files.written(office.tables / LISTED, mirrors.list_of(left))
    rows = [Found(one.address, one.state, one.checked, one.seq, one.shown) for one in left if one.checked]
    files.written(office.tables / CHECKED, mirrors.checks_of(rows))
    held = register.read(office.home())
    held.partners.pop(address, None)
    register.keep(office.home(), held)
    reports.file_of(office.home() / FOLDER, address).unlink(missing_ok=True)
    tell(say(TAKEN_OUT, address=address))
    return 0


def _report(office: Office) -> int:
    wanted = [office.wanted.address] if office.wanted.address else [one.address for one in office.listed()]
    for address in wanted:
        path = reports.file_of(office.home() / FOLDER, address)
        if path.exists():
            tell(path.read_text(encoding="utf-8"))
    return 0


def _look(office: Office, address: str, newest: Newest, roots: Sequence[str], *, full: bool) -> Look:
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
    if found.is_good and found.state == "current" and mirror.shown:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.written(path, reports.letter(mirror, found, site).encode(), 0o600)


def _tell(listed: Iterable[Mirror], looks: dict[Mirror, Look], held: Register) -> None:
    """A line for each mirror, with what was found just now, and what to do about it."""
    by_address = {mirror.address: found for mirror, found in looks.items()}
    for mirror in listed:
        state = reports.state_name(mirror.state) if mirror.state else say(NOT_LOOKED)
        when = f", {mirror.checked}" if mirror.checked else ""
        tell(f"{mirror.address}  {state}{when}")
        found = by_address.get(mirror.address)
        for finding in found.findings if found else ():
            tell(f"    {finding.said()}")
        if not mirror.shown:
            tell(f"    {say(DROPPED, days=register.DAYS)}")
        partner: Partner = held.of(mirror.address)
        if found and not found.is_good and partner.contact:
            tell(f"    {partner.contact}: python3 tasks.py mirrors report {mirror.address}")


def _address(office: Office) -> str:
    address = office.wanted.address
    if not mirrors.kind_of(address):
        raise MirrorsError(NO_ADDRESS, address=ascii(address)[1:-1][:100])
    return address


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
