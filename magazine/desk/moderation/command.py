"""The command `moderate`: unlocks the editor's key, fetches what was sent, and shows it in the browser or terminal."""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magazine import cache
from magazine.desk.moderation import keyring, terminal, words
from magazine.desk.moderation.keyring import Keyring, ModerationError, NotForUsError, WrongPassphraseError
from magazine.desk.moderation.server import Desk
from magazine.desk.moderation.session import Session
from magazine.intake.sealing import KeysError
from magazine.messages import say
from magazine.site.build import said

TRIES = 3
FEWEST = 16  # letters of a token


@dataclass(frozen=True)
class Wanted:
    """What was said with the command: where else to fetch from, and what to do instead of moderating."""

    spool: Path | None = None
    in_terminal: bool = False
    new_key: bool = False
    token: bool = False


def run(wanted: Wanted, content: Path | None = None) -> int:
    """Moderate until the editor ends it; the exit status."""
    settings = said()
    content = content or cache.PROJECT / settings["PATH"]
    try:
        _check_folders(content, wanted.spool)
        if wanted.new_key:
            return _make_key(content)
        if wanted.token:
            return _keep_token(settings, content)
        return _moderate(wanted, settings, content)
    except KeysError as error:
        print(say(error.sentence, key=error.key), file=sys.stderr)
    except NotForUsError:
        print(say("What is kept in %(folder)s cannot be opened with your key.", folder=keyring.folder(content)),
              file=sys.stderr)  # fmt: skip
    except (ModerationError, OSError) as error:
        print(error, file=sys.stderr)
    except EOFError:
        print(say("There was nobody to answer the question."), file=sys.stderr)
    return 1


def _check_folders(content: Path, spool: Path | None) -> None:
    if not content.is_dir():
        told = say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content)
        raise ModerationError(told)
    if spool and not spool.is_dir():
        raise ModerationError(say("%(folder)s is no folder.", folder=spool))


def _moderate(wanted: Wanted, settings: Mapping[str, Any], content: Path) -> int:
    ring = _unlocked(settings, content)
    if ring.is_trial:
        print(say("This is a trial: EDITOR_KEYS in pelicanconf.py names nobody, so a key without a passphrase on this "
                  "computer is used."), flush=True)  # fmt: skip
    with Session(ring, settings, content, dt.datetime.now(dt.UTC).date()) as session:
        print(say("Fetching …"), file=sys.stderr, flush=True)
        found = session.fetch(_tell, [wanted.spool] if wanted.spool else [])
        for line in [*words.fetched(found), *session.warnings()]:
            print(words.harmless(line), flush=True)
        if wanted.in_terminal:
            return terminal.work(session)
        return _serve(Desk(session))


def _serve(desk: Desk) -> int:
    try:
        address = desk.address
        print(say("Moderation is open on this computer alone, at an address that works once: %(address)s — Ctrl-C ends "
                  "it.", address=address), flush=True)  # fmt: skip
        _open(address)
        if not desk.serve():
            print(say("Moderation has ended: nobody had asked for anything for half an hour. "
                      "All decisions are kept."))  # fmt: skip
    except KeyboardInterrupt:
        print()
    _count_open(desk.session)
    return 0


def _open(address: str) -> None:
    """Open a browser with a window of its own: one that works in this terminal would take it away from the command."""
    with contextlib.suppress(webbrowser.Error):
        browser = webbrowser.get()
        if type(browser) is not webbrowser.GenericBrowser:
            browser.open(address)


def _count_open(session: Session) -> None:
    print(", ".join(words.counted(session.items())))


def _unlocked(settings: Mapping[str, Any], content: Path) -> Keyring:
    for left in reversed(range(TRIES)):
        try:
            return keyring.unlocked(settings, lambda: getpass.getpass(say("Passphrase of your key: ")), content)
        except WrongPassphraseError as error:
            if not left:
                raise
            print(error, file=sys.stderr)
    raise AssertionError


def _make_key(content: Path) -> int:
    public = keyring.make(_asked_twice, content)
    print(say("Your key is made. Keep %(file)s, and a copy of it elsewhere: without it and its passphrase nobody can "
              "open what is sealed to you.", file=keyring.folder(content) / keyring.KEY))  # fmt: skip
    print(say("Let this line stand in EDITOR_KEYS in pelicanconf.py, here and at every intake:"))
    print(f'    "{public}",')
    return 0


def _asked_twice() -> tuple[str, str]:
    return getpass.getpass(say("A new passphrase: ")), getpass.getpass(say("The same once more: "))


def _keep_token(settings: Mapping[str, Any], content: Path) -> int:
    ring = _unlocked(settings, content)
    known = tuple(settings.get("INTAKES") or ())
    for number, address in enumerate(known, start=1):
        print(f"{number}. {address}")
    asked = input(say("Address of the intake, or its number: ")).strip()
    address = known[int(asked) - 1] if asked.isdecimal() and 0 < int(asked) <= len(known) else asked
    if "://" not in address:
        raise ModerationError(say("«%(value)s» is no address of an intake.", value=words.harmless(address)))
    token = getpass.getpass(say("Its token for picking up (nothing takes the old one away): ")).strip()
    if token and (len(token) < FEWEST or not token.isascii() or not token.isprintable()):
        raise ModerationError(say("This is no token: it has at least %(count)d letters and digits.", count=FEWEST))
    ring.keep_token(address, token)
    print(say("The token for %(address)s is kept, sealed to your key.", address=address) if token
          else say("No token is kept for %(address)s any more.", address=address))  # fmt: skip
    return 0


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words.harmless(line)}", end="", file=sys.stderr, flush=True)
