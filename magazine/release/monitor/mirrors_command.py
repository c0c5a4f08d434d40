"""The command `mirrors`: partners' copies are listed, taken in, looked at, and taken out."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from magazine import mirrors
from magazine.messages import marked, say
from magazine.mirrors import CHECKED, LISTED, Found, Mirror
from magazine.problems import Report
from magazine.release import files
from magazine.release.fetching import Fetcher
from magazine.release.making.setup import of_settings
from magazine.release.making.telling import tell, told
from magazine.release.monitor import checking, register, reports
from magazine.release.monitor.looking import Look
from magazine.release.monitor.office import FOLDER, MirrorsError, Office, Wanted
from magazine.release.monitor.register import Partner, Register

TOKEN, TOKEN_LIMIT = "mirror-token.txt", 1_000
ACTIONS = ("list", "token", "add", "remove", "check", "report")

UNKNOWN = marked("«%(word)s» is none of the actions: %(known)s.")
NO_ADDRESS = marked("%(address)s is no address of a mirror. It is written as https://mirror.example.org/ with a slash.")
NOT_LISTED = marked("%(address)s is no mirror of ours.")
IS_LISTED = marked("%(address)s is in the list already.")
WORD = marked("The partner puts a file %(file)s beside her index.html, with this word alone:")
NO_WORD = marked("%(address)s%(file)s does not hold the word %(word)s: nobody has shown that this site is hers.")
NOT_OURS = marked("%(address)s is not taken in, for it is not the magazine as it should be (%(state)s).")
TAKEN_IN = marked("%(address)s is in the list. It is shown with the next release.")
TAKEN_OUT = marked("%(address)s is out of the list. It is gone from the page with the next release.")
DROPPED = marked("It failed on %(days)d days in a row and is not shown to readers until it is right on as many.")
NOT_LOOKED = marked("not looked at: only web and onion addresses are, and onion ones through a proxy")
NOBODY = marked("There are no mirrors yet. The page «How to make a mirror» tells partners how to become one.")


def run(wanted: Wanted, content: Path | None) -> int:
    """Do what was typed; the exit status is 1 where something is wrong with a mirror, or nothing could be done."""
    from magazine.site.build import said  # noqa: PLC0415 (slow)

    today = dt.datetime.now(dt.UTC).date()
    return done(Office(wanted, of_settings(said(), content), today))


def done(office: Office) -> int:
    """Do what is wanted, and tell what has kept it from being done; the exit status."""
    actions = {"list": _list, "token": _token, "add": _add, "remove": _remove, "check": _check, "report": _report}
    word = office.wanted.action or "list"
    if word not in actions:
        print(say(UNKNOWN, word=word[:40], known=", ".join(ACTIONS)), file=sys.stderr)
        return 1
    try:
        return told(lambda: actions[word](office))
    except (MirrorsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _check(office: Office) -> int:
    looks, held = checking.check(office)
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
    if mirror.kind in checking.SEEN_BY:
        word = register.word(office.home(), address)
        with Fetcher(address, office.proxy, whole=checking.QUICK) as fetcher:
            served = fetcher.whole_file(TOKEN, TOKEN_LIMIT) or b""
        if word.encode() not in served.split():
            raise MirrorsError(NO_WORD, address=address, file=TOKEN, word=word)
        found = checking.look(office, address, office.newest(), office.roots(), full=True)
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
