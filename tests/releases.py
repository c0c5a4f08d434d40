"""Small releases for the tests of all who check them, whole and damaged in each known way. The keys are made once."""

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import minisign

from magazine.release import keyfile, notes, signing, sums
from magazine.release.codes import Code
from magazine.release.keyfile import Active, Keys
from magazine.release.notes import Release
from magazine.release.seen import Seen

TODAY = dt.datetime.now(dt.UTC).date()
SOON, LONG_AGO = TODAY + dt.timedelta(days=60), TODAY - dt.timedelta(days=400)
SITE = "https://magazine.example.org/"
PAGES = {
    "index.html": "<p>Красный зонт</p>\n",
    "ky/story.html": "<p>Окуя</p>\n",
    "ru/story.html": "<p>История</p>\n",
    "petitions/law.txt": "Мы просим\n",
}


@functools.cache
def secret(name: str) -> minisign.SecretKey:
    """A key of that name, the same all through the tests."""
    return minisign.KeyPair.generate().secret_key


def public(name: str) -> str:
    return signing.public(secret(name))


def ssh(name: str) -> str:
    return signing.ssh_public(secret(name))


@dataclass(frozen=True)
class Press:
    """Who makes releases: with which keys, and what the list of keys says."""

    keys: Keys
    root: str = "root"
    holders: tuple[str, ...] = ("laptop",)
    ssh_holders: tuple[str, ...] = ("laptop-ssh",)

    def print(self, folder: Path, seq: int, pages: dict[str, str] | None = None, **values: object) -> Release:
        """A whole release in a new folder; ``values`` are put into its note."""
        for name, text in (PAGES if pages is None else pages).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        self.put_keys(folder)
        (folder / "allowed_signers").write_bytes(signing.allowed_signers(self.keys))
        listed = sums.of_folder(folder)
        (folder / sums.SUMS).write_bytes(sums.composed(listed))
        release = Release(
            site=SITE,
            seq=seq,
            date=TODAY,
            expires=SOON,
            files=len(listed),
            sha256sums=notes.digest((folder / sums.SUMS).read_bytes()),
            keys=notes.digest((folder / sums.KEYS).read_bytes()),
        )
        release = replace(release, **values)  # type: ignore[arg-type]
        self.sign(folder, release, notes.composed(release))
        return release

    def sign(self, folder: Path, release: Release, note: bytes) -> None:
        (folder / sums.NOTE).write_bytes(note)
        for number, name in enumerate(self.holders, start=1):
            suffix = ".minisig" if number == 1 else f".{number}.minisig"
            made = signing.signed(secret(name), note, release.comment)
            (folder / f"{sums.NOTE}{suffix}").write_bytes(made)
        for number, name in enumerate(self.ssh_holders, start=1):
            suffix = ".sig" if number == 1 else f".{number}.sig"
            (folder / f"{sums.NOTE}{suffix}").write_bytes(signing.ssh_signed(secret(name), note, signing.RELEASES))

    def put_keys(self, folder: Path) -> None:
        data = keyfile.composed(self.keys)
        (folder / sums.KEYS).write_bytes(data)
        signature = signing.signed(secret(self.root), data, self.keys.comment)
        (folder / f"{sums.KEYS}.minisig").write_bytes(signature)
        (folder / f"{sums.KEYS}.sig").write_bytes(signing.ssh_signed(secret(self.root), data, signing.LISTS))


def first_keys(
    active: Sequence[str] = ("laptop",), active_ssh: Sequence[str] = ("laptop-ssh",), expires: dt.date = SOON
) -> Keys:
    return keyfile.first(
        LONG_AGO,
        expires,
        (public("root"), public("second-root")),
        [Active(public(name), name) for name in active],
        [Active(ssh(name), name) for name in active_ssh],
    )


ROOTS = ("root", "second-root")


def pinned(roots: Sequence[str] = ROOTS) -> tuple[str, ...]:
    return tuple(public(name) for name in roots)


@dataclass
class Scene:
    """What a verifier meets: a folder, what it has seen before, and how it must judge."""

    folder: Path
    code: Code
    seen: Seen = field(default_factory=Seen)
    allowed: tuple[str, ...] = ()
    roots: tuple[str, ...] = ROOTS


def remembered(folder: Path) -> Seen:
    """What is remembered of a release that was found good."""
    keys, release = (folder / sums.KEYS).read_bytes(), (folder / sums.NOTE).read_bytes()
    seen = Seen().with_keys(keyfile.parsed(keys), keys)
    return seen.with_release(notes.parsed(release), release)


def prev(folder: Path) -> str:
    return notes.digest((folder / sums.NOTE).read_bytes())


def _whole(tmp: Path) -> Scene:
    Press(first_keys()).print(tmp / "a", 42)
    return Scene(tmp / "a", Code.FRESH)


def _next(tmp: Path) -> Scene:
    press = Press(first_keys())
    press.print(tmp / "a", 42)
    press.print(tmp / "b", 43, prev=prev(tmp / "a"))
    return Scene(tmp / "b", Code.FRESH, remembered(tmp / "a"))


def _edited(tmp: Path) -> Scene:
    scene = _whole(tmp)
    (scene.folder / "petitions/law.txt").write_text("Мы требуем\n", encoding="utf-8")
    return replace(scene, code=Code.CHANGED)


def _deleted(tmp: Path) -> Scene:
    scene = _whole(tmp)
    (scene.folder / "ky/story.html").unlink()
    return replace(scene, code=Code.MISSING)


def _mixed_pages(tmp: Path) -> Scene:
    scene = _next(tmp)
    (scene.folder / "index.html").write_text("<p>Older</p>\n", encoding="utf-8")
    return replace(scene, code=Code.CHANGED)


def _mixed(tmp: Path) -> Scene:
    press = Press(first_keys())
    press.print(tmp / "a", 42)
    press.print(tmp / "b", 43, {**PAGES, "new.html": "x"})
    (tmp / "a" / sums.SUMS).write_bytes((tmp / "b" / sums.SUMS).read_bytes())
    return Scene(tmp / "a", Code.MIXED)


def _added(tmp: Path) -> Scene:
    scene = _whole(tmp)
    (scene.folder / "ru/sign.html").write_text("<form>", encoding="utf-8")
    return replace(scene, code=Code.ADDED)


def _added_behind_own_name(tmp: Path) -> Scene:
    scene = _whole(tmp)
    (scene.folder / "release.txt.html").write_text("<form>", encoding="utf-8")
    return replace(scene, code=Code.ADDED)


def _hidden_in_two_lines(tmp: Path) -> Scene:
    """One file whose name has two lines passes for two that were deleted, where names are read line by line."""
    scene = _whole(tmp)
    for name in ("index.html", "ru/story.html"):
        (scene.folder / name).unlink()
    (scene.folder / "index.html\nru").mkdir()
    (scene.folder / "index.html\nru/story.html").write_text("x", encoding="utf-8")
    return replace(scene, code=Code.MISSING)


def _added_pack(tmp: Path) -> Scene:
    scene = _whole(tmp)
    (scene.folder / "releases/42").mkdir(parents=True)
    (scene.folder / "releases/42/all.zip").write_text("PK", encoding="utf-8")
    return replace(scene, code=Code.ADDED)


def _rolled_back(tmp: Path) -> Scene:
    scene = _next(tmp)
    return Scene(tmp / "a", Code.ROLLED_BACK, remembered(scene.folder))


def _frozen(tmp: Path) -> Scene:
    Press(first_keys()).print(tmp / "a", 42, date=LONG_AGO, expires=LONG_AGO + dt.timedelta(days=60))
    return Scene(tmp / "a", Code.EXPIRED)


def _last_day(tmp: Path) -> Scene:
    Press(first_keys()).print(tmp / "a", 42, date=LONG_AGO, expires=TODAY + dt.timedelta(days=1))
    return Scene(tmp / "a", Code.FRESH)


def _wrong_key(tmp: Path) -> Scene:
    Press(first_keys(), holders=("stranger",), ssh_holders=("stranger",)).print(tmp / "a", 42)
    return Scene(tmp / "a", Code.BAD_SIGNATURE)


def _wrong_root(tmp: Path) -> Scene:
    Press(first_keys(), root="stranger").print(tmp / "a", 42)
    return Scene(tmp / "a", Code.BAD_SIGNATURE)


def _signed_by_active_key_as_root(tmp: Path) -> Scene:
    Press(first_keys(), root="laptop").print(tmp / "a", 42)
    return Scene(tmp / "a", Code.BAD_SIGNATURE)


def _stolen(tmp: Path) -> Scene:
    """Nothing can tell before the key is revoked: the chain of releases alone shows it to who saw another one."""
    Press(first_keys()).print(tmp / "a", 43, {"index.html": "<p>We give up</p>"})
    return Scene(tmp / "a", Code.FRESH)


def rotation() -> Keys:
    """The list after the laptop was taken."""
    keys = keyfile.renewed(first_keys(), TODAY, SOON)
    for gone in (public("laptop"), ssh("laptop-ssh")):
        keys = keyfile.revoked(keys, gone, TODAY, "laptop-taken")
    keys = keyfile.added(keys, Active(public("new"), "new"))
    return keyfile.added(keys, Active(ssh("new-ssh"), "new"))


def _rotated(tmp: Path) -> Scene:
    Press(first_keys()).print(tmp / "a", 42)
    Press(rotation(), holders=("new",), ssh_holders=("new-ssh",)).print(tmp / "b", 43, prev=prev(tmp / "a"))
    return Scene(tmp / "b", Code.FRESH, remembered(tmp / "a"))


def _fast_forwarded(tmp: Path) -> Scene:
    """The thief's release had the highest number there is; after her key is revoked the numbers begin anew."""
    Press(first_keys()).print(tmp / "a", 10**17)
    Press(rotation(), holders=("new",), ssh_holders=("new-ssh",)).print(tmp / "b", 43)
    return Scene(tmp / "b", Code.FRESH, remembered(tmp / "a"))


def _stolen_after_rotation(tmp: Path) -> Scene:
    Press(rotation()).print(tmp / "a", 44)
    return Scene(tmp / "a", Code.REVOKED)


def _stolen_with_replayed_keys(tmp: Path) -> Scene:
    seen = remembered(_rotated(tmp).folder)
    Press(first_keys()).print(tmp / "c", 44)
    return Scene(tmp / "c", Code.OLD_KEYS, seen)


def _keys_expired(tmp: Path) -> Scene:
    """What a reader who never saw another list is told about a stolen key with an old list."""
    Press(first_keys(expires=LONG_AGO + dt.timedelta(days=1))).print(tmp / "a", 44)
    return Scene(tmp / "a", Code.OLD_KEYS)


def _older_release_of_revoked_key(tmp: Path) -> Scene:
    seen = remembered(_rotated(tmp).folder)
    Press(rotation()).put_keys(tmp / "a")
    return Scene(tmp / "a", Code.REVOKED, seen)


def _keys_of_another_release(tmp: Path) -> Scene:
    Press(first_keys()).print(tmp / "a", 42)
    Press(keyfile.renewed(first_keys(), TODAY, SOON)).put_keys(tmp / "a")
    return Scene(tmp / "a", Code.MIXED)


def _fork(tmp: Path) -> Scene:
    press = Press(first_keys())
    press.print(tmp / "a", 42)
    press.print(tmp / "b", 42, {"index.html": "<p>Other</p>"})
    return Scene(tmp / "b", Code.FORK, remembered(tmp / "a"))


def _other_past(tmp: Path) -> Scene:
    press = Press(first_keys())
    press.print(tmp / "a", 42)
    press.print(tmp / "b", 43, prev="0" * 64)
    return Scene(tmp / "b", Code.FORK, remembered(tmp / "a"))


def _keys_fork(tmp: Path) -> Scene:
    Press(first_keys()).print(tmp / "a", 42)
    Press(keyfile.added(first_keys(), Active(public("new"), "new"))).print(tmp / "b", 43)
    return Scene(tmp / "b", Code.FORK, remembered(tmp / "a"))


def _two_of_three(tmp: Path) -> Scene:
    keys = keyfile.needing(first_keys(("one", "two", "three"), ("one-ssh", "two-ssh", "three-ssh")), 2)
    Press(keys, holders=("three", "one"), ssh_holders=("three-ssh", "one-ssh")).print(tmp / "a", 42)
    return Scene(tmp / "a", Code.FRESH)


def _one_of_three(tmp: Path) -> Scene:
    keys = keyfile.needing(first_keys(("one", "two", "three"), ("one-ssh", "two-ssh", "three-ssh")), 2)
    Press(keys, holders=("one",), ssh_holders=("one-ssh",)).print(tmp / "a", 42)
    return Scene(tmp / "a", Code.BAD_SIGNATURE)


def _one_of_three_twice(tmp: Path) -> Scene:
    keys = keyfile.needing(first_keys(("one", "two", "three"), ("one-ssh", "two-ssh", "three-ssh")), 2)
    Press(keys, holders=("one", "one"), ssh_holders=("one-ssh", "one-ssh")).print(tmp / "a", 42)
    return Scene(tmp / "a", Code.BAD_SIGNATURE)


def _one_of_three_and_a_stranger(tmp: Path) -> Scene:
    keys = keyfile.needing(first_keys(("one", "two", "three"), ("one-ssh", "two-ssh", "three-ssh")), 2)
    Press(keys, holders=("one", "stranger"), ssh_holders=("one-ssh", "stranger")).print(tmp / "a", 42)
    return Scene(tmp / "a", Code.BAD_SIGNATURE)


def _root_lost(tmp: Path) -> Scene:
    keys = keyfile.revoked(keyfile.renewed(first_keys(), TODAY, SOON), public("root"), TODAY, "lost")
    Press(first_keys()).print(tmp / "a", 42)
    Press(keys, root="second-root").print(tmp / "b", 43, prev=prev(tmp / "a"))
    return Scene(tmp / "b", Code.FRESH, remembered(tmp / "a"))


def _root_stolen(tmp: Path) -> Scene:
    seen = remembered(_root_lost(tmp).folder)
    keys = keyfile.renewed(keyfile.renewed(first_keys(), TODAY, SOON), TODAY, SOON)
    Press(keys, root="root").print(tmp / "c", 44)
    return Scene(tmp / "c", Code.REVOKED, seen)


def _root_not_pinned(tmp: Path) -> Scene:
    return replace(_root_lost(tmp), code=Code.BAD_SIGNATURE, roots=("root",))


def _unsafe(tmp: Path, *names: str) -> Scene:
    """Signed by the magazine's own key: even then no file may be written outside of a partner's folder."""
    scene = _whole(tmp)
    data = "".join(f"{'0' * 64}  {name}\n" for name in sorted(names)).encode()
    (scene.folder / sums.SUMS).write_bytes(data)
    release = notes.parsed((scene.folder / sums.NOTE).read_bytes())
    release = replace(release, sha256sums=notes.digest(data), files=len(names))
    Press(first_keys()).sign(scene.folder, release, notes.composed(release))
    return replace(scene, code=Code.UNSAFE)


def _link(tmp: Path) -> Scene:
    scene = _whole(tmp)
    (scene.folder / "index.html").rename(tmp / "moved")
    (scene.folder / "index.html").symlink_to(tmp / "moved")
    return replace(scene, code=Code.UNSAFE)


def _malformed(tmp: Path, file: str, before: bytes, after: bytes) -> Scene:
    """Signed by the magazine's own keys, but not written as it must be."""
    scene = _whole(tmp)
    data = (scene.folder / file).read_bytes()
    changed = data.replace(before, after, 1)
    assert changed != data
    (scene.folder / file).write_bytes(changed)
    if file == sums.SUMS:
        release = notes.parsed((scene.folder / sums.NOTE).read_bytes())
        release = replace(release, sha256sums=notes.digest(changed))
        Press(first_keys()).sign(scene.folder, release, notes.composed(release))
    else:
        release = notes.parsed(data)
        Press(first_keys()).sign(scene.folder, release, changed)
    return replace(scene, code=Code.MALFORMED)


def _truncated(tmp: Path) -> Scene:
    scene = _whole(tmp)
    note = (scene.folder / sums.NOTE).read_bytes()
    (scene.folder / sums.NOTE).write_bytes(note[: len(note) // 2])
    return replace(scene, code=Code.BAD_SIGNATURE)


def _truncated_signature(tmp: Path) -> Scene:
    scene = _whole(tmp)
    for name in ("release.txt.minisig", "release.txt.sig"):
        (scene.folder / name).write_bytes((scene.folder / name).read_bytes()[:90])
    return replace(scene, code=Code.MALFORMED)


def _unsigned(tmp: Path) -> Scene:
    scene = _whole(tmp)
    for name in ("release.txt.minisig", "release.txt.sig"):
        (scene.folder / name).unlink()
    return replace(scene, code=Code.BAD_SIGNATURE)


def _packs(tmp: Path, data: bytes) -> Scene:
    pack = notes.Pack("releases/42/all-42.zip", 4, notes.digest(b"PK42"))
    Press(first_keys()).print(tmp / "a", 42, packs=(pack, notes.Pack("releases/42/none-42.zip", 9, "0" * 64)))
    (tmp / "a/releases/42").mkdir(parents=True)
    (tmp / "a" / pack.path).write_bytes(data)
    signature = signing.signed(secret("laptop"), data, "all-42.zip")
    (tmp / "a" / f"{pack.path}.minisig").write_bytes(signature)
    return Scene(tmp / "a", Code.FRESH if data == b"PK42" else Code.CHANGED)


def _partner(tmp: Path) -> Scene:
    """A clone of the branch, with the word that proves whose the mirror is."""
    scene = _whole(tmp)
    (scene.folder / ".git").mkdir()
    (scene.folder / ".git/config").write_text("x", encoding="utf-8")
    (scene.folder / "mirror-token.txt").write_text("umbrella", encoding="utf-8")
    return replace(scene, allowed=("mirror-token.txt",))


SCENES: dict[str, Callable[[Path], Scene]] = {
    "whole": _whole,
    "next": _next,
    "edit": _edited,
    "delete": _deleted,
    "mix pages": _mixed_pages,
    "mix lists": _mixed,
    "add": _added,
    "add behind an own name": _added_behind_own_name,
    "add a pack": _added_pack,
    "name of two lines": _hidden_in_two_lines,
    "roll back": _rolled_back,
    "freeze": _frozen,
    "last day": _last_day,
    "wrong key": _wrong_key,
    "wrong root": _wrong_root,
    "release key as root": _signed_by_active_key_as_root,
    "stolen key before revocation": _stolen,
    "rotation": _rotated,
    "fast forward": _fast_forwarded,
    "stolen key after rotation": _stolen_after_rotation,
    "stolen key, replayed list": _stolen_with_replayed_keys,
    "stolen key, old list, first reader": _keys_expired,
    "old release of a revoked key": _older_release_of_revoked_key,
    "keys of another release": _keys_of_another_release,
    "fork": _fork,
    "other past": _other_past,
    "fork of keys": _keys_fork,
    "two of three": _two_of_three,
    "one of three": _one_of_three,
    "one of three, twice": _one_of_three_twice,
    "one of three and a stranger": _one_of_three_and_a_stranger,
    "root lost": _root_lost,
    "root stolen": _root_stolen,
    "root not pinned": _root_not_pinned,
    "outside": lambda tmp: _unsafe(tmp, "../x"),
    "outside within": lambda tmp: _unsafe(tmp, "a/../../x"),
    "absolute": lambda tmp: _unsafe(tmp, "/tmp/x"),
    "backslash": lambda tmp: _unsafe(tmp, "..\\x"),
    "control sign": lambda tmp: _unsafe(tmp, "a\x1b[2Jb"),
    "letter case": lambda tmp: _unsafe(tmp, "A.html", "a.html"),
    "folders in letter case": lambda tmp: _unsafe(tmp, "A/x.html", "a/y.html"),
    "twice": lambda tmp: _unsafe(tmp, "a.html", "a.html"),
    "file and folder": lambda tmp: _unsafe(tmp, "a", "a/b"),
    "Windows name": lambda tmp: _unsafe(tmp, "ru/aux.txt"),
    "dot at the end": lambda tmp: _unsafe(tmp, "ru./a"),
    "option": lambda tmp: _unsafe(tmp, "-rf"),
    "own name": lambda tmp: _unsafe(tmp, "keys.txt"),
    "too long": lambda tmp: _unsafe(tmp, "/".join(["x" * 60] * 4)),
    "Cyrillic": lambda tmp: _unsafe(tmp, "имя.html"),
    "link": _link,
    "note without seq": lambda tmp: _malformed(tmp, sums.NOTE, b"seq 42\n", b""),
    "note with two seqs": lambda tmp: _malformed(tmp, sums.NOTE, b"seq 42\n", b"seq 42\nseq 43\n"),
    "note in another order": lambda tmp: _malformed(tmp, sums.NOTE, b"prev -\n", b"mirror http://x/\nprev -\n"),
    "sums with a remark": lambda tmp: _malformed(tmp, sums.SUMS, b"", b"# remark\n"),
    "sums unsorted": lambda tmp: _malformed(tmp, sums.SUMS, b"", b"0" * 64 + b"  zzz\n"),
    "sums cut": lambda tmp: _malformed(tmp, sums.SUMS, b".txt\n", b".txt\n" + b"0" * 64),
    "note cut": _truncated,
    "signature cut": _truncated_signature,
    "no signature": _unsigned,
    "packs": lambda tmp: _packs(tmp, b"PK42"),
    "pack changed": lambda tmp: _packs(tmp, b"PK43"),
    "partner": _partner,
}
