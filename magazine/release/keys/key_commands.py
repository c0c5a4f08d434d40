"""The command `keys`: makes keys, and the list of those that releases are to be believed by.

Only a root key changes the list, and it is asked for each time: it lies on a stick, not on this computer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from magazine.messages import marked, say
from magazine.problems import closest, did_you_mean
from magazine.release import keyfile
from magazine.release.keyfile import Active, Keys
from magazine.release.keys import asking, key_files, own_keys, vault
from magazine.release.keys.asking import Ask
from magazine.release.keys.key_bench import Bench, Wanted
from magazine.release.keys.key_files import Root
from magazine.release.keys.vault import VaultError
from magazine.release.making.setup import of_settings
from magazine.release.making.telling import tell, told
from magazine.site import fingerprints
from magazine.site.build import said

__all__ = ["Bench", "Wanted", "done", "run"]

ROOT, SECOND = "root", "second-root"
LABEL = "first"  # of the first keys: a word that tells of nobody
SHORTEST = 8  # signs of a key that are enough to name it

THERE_IS_ONE = marked(
    "There is a list of keys already. New keys for this computer: python3 tasks.py keys rotate --root FOLDER"
)
NO_SUCH_KEY = marked("«%(value)s» is no key of the list, neither its beginning nor its label.")
MANY_KEYS = marked("«%(value)s» is the beginning of several keys. Write more of it.")
LACKING = marked("Here something is missing: %(usage)s")
NO_KEY = marked("«%(value)s» is no public key: those for minisign begin with RW, the others with ssh-ed25519.")
NO_LABEL = marked("«%(value)s» cannot stand for a key or a reason: Latin letters, digits, dots and hyphens can.")
NOT_ITSELF = marked("This root key cannot sign that it is revoked itself. Name another one with --root.")
HAS_KEYS = marked("The keys of this computer are there already:")


def run(wanted: Wanted, content: Path | None = None, ask: Ask | None = None) -> int:
    """Do what is wanted and say what became of it; the exit status."""
    bench = Bench(wanted, of_settings(said(), content), ask or asking.usual(), fingerprints.day())
    return done(bench)


def done(bench: Bench) -> int:
    """Do what is wanted on a bench; the exit status."""
    return told(partial(_do, bench))


def _do(bench: Bench) -> int:
    _action(bench.wanted.action)(bench)
    return 0


def _action(name: str) -> Callable[[Bench], None]:
    if name in ACTIONS:
        return ACTIONS[name]
    guess = closest(name, ACTIONS)
    hint = did_you_mean(guess, None) if guess else ""
    known = ", ".join(ACTIONS)
    raise VaultError(marked("«%(value)s» is none of %(known)s%(hint)s."), value=name, known=known, hint=hint)


def _make(bench: Bench) -> None:
    if key_files.is_there(bench.folder):
        raise VaultError(THERE_IS_ONE)
    homes = [(bench.root_folder(), ROOT, asking.NEW_ROOT, asking.ROOT)]
    if bench.wanted.second:
        homes.append((bench.wanted.second, SECOND, asking.NEW_SECOND, asking.SECOND))
    roots = [_root(bench, *one[:3]) for one in homes]
    home = bench.home()
    mine = own_keys.public(home) if own_keys.are_there(home) else own_keys.make(home, bench.ask)
    active, ssh = [Active(mine.key, LABEL)], [Active(mine.ssh, LABEL)]
    keys = keyfile.first(bench.today, bench.expires(), roots, active, ssh)
    with asking.unlocked(homes[0][0], ROOT, bench.ask, asking.ROOT) as secret:
        key_files.write(bench.folder, keys, secret)
    tell(say("The list of keys is written: %(file)s. Keep it in git.", file=bench.folder / keyfile.FILE))
    _tell_roots(keys)
    if len(roots) == 1:
        tell(say("There is one root key. If it is lost, nobody can change the list any more: let a second one lie "
                  "with somebody else: %(command)s",
                  command="python3 tasks.py keys root-add --second FOLDER --root FOLDER"))  # fmt: skip


def _root(bench: Bench, place: Path, name: str, question: str) -> str:
    """A root key in a folder, made unless one that is there was left by a run that was cut short."""
    home = vault.folder(place, bench.setup.public)
    if (home / name).with_suffix(vault.SECRET).exists():
        return vault.public(home, name)
    return vault.make(home, name, *bench.ask.new(question))


def _list(bench: Bench) -> None:
    keys = key_files.read(bench.folder)
    for line in key_files.shown(keys):
        tell(line)
    if keys.is_expired(bench.today):
        tell(say("It is expired: python3 tasks.py keys renew --root FOLDER"))
    _tell_roots(keys)


def _rotate(bench: Bench) -> None:
    home, keys = bench.home(), key_files.read(bench.folder)
    own_keys.settle(home, keys)
    key_files.root_in(bench.root_folder(), keys)  # before a passphrase is asked for
    old = own_keys.public(home) if own_keys.are_there(home) else own_keys.Public("", "")
    label = bench.wanted.what or next((one.label for one in keys.active if one.key == old.key), LABEL)
    _checked_label(label)
    new = own_keys.make_next(home, bench.ask)

    def change(keys: Keys, root: Root) -> Keys:
        del root
        for before, after in ((old.key, new.key), (old.ssh, new.ssh)):
            is_active = before in {one.key for one in (*keys.active, *keys.active_ssh)}
            one = Active(after, label)
            keys = keyfile.rotated(keys, before, one) if is_active else keyfile.added(keys, one)
        return keys

    own_keys.settle(home, bench.change(change))


def _revoke(bench: Bench) -> None:
    if not bench.wanted.word:
        raise VaultError(LACKING, usage="keys revoke KEY REASON --root FOLDER")
    why = _checked_label(bench.wanted.word)

    def change(keys: Keys, root: Root) -> Keys:
        for key in _found(keys, bench.wanted.what):
            if key == root.key:
                raise VaultError(NOT_ITSELF)
            keys = keyfile.revoked(keys, key, bench.today, why)
        return keys

    keys = bench.change(change)
    if not keys.active:
        tell(say("No key can sign releases now. Make new ones: %(command)s",
                  command="python3 tasks.py keys rotate --root FOLDER"))  # fmt: skip


def _renew(bench: Bench) -> None:
    bench.change(lambda keys, _: keys)


def _needs(bench: Bench) -> None:
    if not bench.wanted.what.isdecimal():
        raise VaultError(LACKING, usage="keys needs 2 --root FOLDER")
    bench.change(lambda keys, _: keyfile.needing(keys, int(bench.wanted.what)))


def _add(bench: Bench) -> None:
    key = " ".join(bench.wanted.what.split()[:2])  # OpenSSH writes a remark behind it
    if not bench.wanted.word:
        raise VaultError(LACKING, usage="keys add KEY LABEL --root FOLDER")
    one = Active(_checked_key(key), _checked_label(bench.wanted.word))
    bench.change(lambda keys, _: keyfile.added(keys, one))


def _holder(bench: Bench) -> None:
    home = bench.home()
    if own_keys.are_there(home):
        tell(say(HAS_KEYS))
        mine = own_keys.public(home)
    else:
        mine = own_keys.make(home, bench.ask)
        tell(say("Your keys are made. Keep %(folder)s, and a copy of it elsewhere.", folder=home))
    for key in (mine.key, mine.ssh):
        tell(f"    {key}")
    tell(say("Whoever keeps a root key adds both, with a word for them that tells of nobody: %(command)s",
              command=f'python3 tasks.py keys add "{mine.key}" LABEL --root FOLDER'))  # fmt: skip


def _root_add(bench: Bench) -> None:
    if not bench.wanted.what and not bench.wanted.second:
        raise VaultError(LACKING, usage="keys root-add --second FOLDER --root FOLDER")
    keys = key_files.read(bench.folder)
    key_files.root_in(bench.root_folder(), keys)
    if bench.wanted.second:
        key = _root(bench, bench.wanted.second, SECOND, asking.NEW_SECOND)
    else:
        key = _checked_key(bench.wanted.what)
    _tell_roots(bench.change(lambda keys, _: keyfile.rooted(keys, key)))


ACTIONS: dict[str, Callable[[Bench], None]] = {
    "make": _make,
    "list": _list,
    "rotate": _rotate,
    "revoke": _revoke,
    "renew": _renew,
    "needs": _needs,
    "add": _add,
    "holder": _holder,
    "root-add": _root_add,
}


def _found(keys: Keys, value: str) -> list[str]:
    """The keys that are meant: one by itself or its beginning, all by their label. Raises VaultError."""
    active = (*keys.active, *keys.active_ssh)
    of_label = [one.key for one in active if one.label == value]
    known = [*(one.key for one in active), *keys.roots]
    begun = [key for key in known if len(value) >= SHORTEST and key.startswith(value)]
    if of_label:
        return of_label
    if value in known:
        return [value]
    if len(begun) > 1:
        raise VaultError(MANY_KEYS, value=value)
    if begun:
        return begun
    if keyfile.MINISIGN.fullmatch(value) or keyfile.SSH.fullmatch(value):
        return [value]  # of an earlier list
    raise VaultError(NO_SUCH_KEY, value=value)


def _checked_key(value: str) -> str:
    if not keyfile.MINISIGN.fullmatch(value) and not keyfile.SSH.fullmatch(value):
        raise VaultError(NO_KEY, value=value)
    return value


def _checked_label(value: str) -> str:
    if not re.fullmatch(keyfile.LABEL, value):
        raise VaultError(NO_LABEL, value=value)
    return value


def _tell_roots(keys: Keys) -> None:
    tell(say("What partners pin, to be read out and printed on paper:"))
    for root in keys.roots:
        tell(f"\n    {key_files.large(root)}")
        tell(f"    {keyfile.as_ssh(root)}\n")
