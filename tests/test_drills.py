"""What the editors rehearse: a laptop is taken, a root key or the domain is lost, nobody renews what expires."""

import datetime as dt
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from toolbox import need
from workshop import PAGES, Workshop, files

from magazine.release import notes, sources, verification
from magazine.release.codes import Code
from magazine.release.keys import key_files, own_keys, vault
from magazine.release.making import signatures
from magazine.release.publishing import publish_command
from magazine.release.publishing.publish_command import Counter
from magazine.release.seen import Seen
from magazine.release.verification import Verdict

pytestmark = pytest.mark.slow

KIT = Path(verification.__file__).parents[1] / "kit" / "scripts"


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(tmp_path, monkeypatch).first_keys()
    made.print()
    return made


def judged(workshop: Workshop, seen: Seen, folder: Path | None = None, roots: tuple[str, ...] = ()) -> Verdict:
    """What a partner finds, who has pinned the roots and remembers what she has seen."""
    source = sources.Folder(folder or workshop.published)
    return verification.verify(source, roots or workshop.roots, seen, workshop.day)


def stolen(workshop: Workshop, folder: Path, key_home: Path) -> Path:
    """A release of whoever has the taken laptop, its passphrase, and the release that stood then."""
    shutil.copytree(workshop.published, folder)
    (folder / "story.html").write_text("<p>Мы сдаёмся</p>\n", encoding="utf-8")
    for path in folder.glob("release.txt*"):
        path.unlink() if path.name != "release.txt" else None
    before = notes.parsed((folder / "release.txt").read_bytes())
    listed = sums_of(folder)
    (folder / "SHA256SUMS.txt").write_bytes(listed)
    prev = notes.digest(workshop.note)
    forged = replace(before, seq=before.seq + 1, prev=prev, sha256sums=notes.digest(listed), changed=("story.html",))
    (folder / "release.txt").write_bytes(notes.composed(forged))
    with own_keys.unlocked(key_home, key_files.read(folder), workshop.ask) as pair:
        signatures.sign(folder, forged, pair)
    return folder


def sums_of(folder: Path) -> bytes:
    return verification.sums.composed(verification.sums.of_folder(folder))


def test_a_laptop_is_taken(workshop: Workshop, tmp_path: Path) -> None:
    """The key is revoked and another one made, on another computer, with the root key that lay elsewhere."""
    seen = judged(workshop, Seen()).seen
    taken = workshop.desk
    forged = stolen(workshop, tmp_path / "forged", taken)
    assert judged(workshop, seen, forged).code == Code.FRESH, "before it is revoked nobody can tell"

    workshop.at("new-desk")
    workshop.key("revoke", "first", "laptop-taken")
    workshop.key("rotate", "second")
    release = workshop.print()
    assert release.seq == 2, "the numbers go on"
    after = judged(workshop, seen)
    assert after.code == Code.FRESH
    assert judged(workshop, after.seen, forged).code in (Code.OLD_KEYS, Code.REVOKED)

    shutil.rmtree(tmp_path / "forged")
    again = stolen_with_new_list(workshop, tmp_path / "forged", taken)
    assert judged(workshop, after.seen, again).code == Code.REVOKED
    assert judged(workshop, Seen(), again).code == Code.REVOKED, "also for whoever never saw another one"


def stolen_with_new_list(workshop: Workshop, folder: Path, key_home: Path) -> Path:
    """The thief takes the new list along, and signs with the old key."""
    shutil.copytree(workshop.published, folder)
    release = notes.parsed((folder / "release.txt").read_bytes())
    forged = replace(release, seq=release.seq + 1, prev=notes.digest(workshop.note))
    for path in folder.glob("release.txt*"):
        path.unlink()
    (folder / "release.txt").write_bytes(notes.composed(forged))
    key = vault.unlocked(key_home, own_keys.NAME, workshop.ask.release)
    signatures.sign(folder, forged, (key, None))
    return folder


@pytest.mark.judge
@pytest.mark.slow
def test_partners_scripts_see_the_same_when_a_laptop_is_taken(workshop: Workshop, tmp_path: Path) -> None:
    need("minisign")
    roots = [word for root in workshop.roots for word in ("--root", root)]

    def asked(folder: Path, state: Path) -> int:
        words = ["python3", str(KIT / "verify.py"), *roots, "--state", str(state), str(folder)]
        return subprocess.run(words, capture_output=True, check=False).returncode

    state = tmp_path / "seen.txt"
    assert asked(workshop.published, state) == Code.FRESH
    taken = workshop.desk
    workshop.at("new-desk")
    workshop.key("revoke", "first", "laptop-taken")
    workshop.key("rotate", "second")
    workshop.print()
    assert asked(workshop.published, state) == Code.FRESH
    forged = stolen_with_new_list(workshop, tmp_path / "forged", taken)
    assert asked(forged, state) == Code.REVOKED
    assert asked(forged, tmp_path / "never-seen.txt") == Code.REVOKED


def test_a_root_key_is_lost(workshop: Workshop) -> None:
    """The second one signs; who has pinned both goes on, who has pinned the lost one alone has to be told by voice."""
    seen, (lost, left) = judged(workshop, Seen()).seen, workshop.roots
    workshop.key("revoke", lost, "lost", workshop.second)
    workshop.key("root-add", root=workshop.second, second=workshop.tmp / "third")
    workshop.print()
    verdict = judged(workshop, seen)
    assert verdict.code == Code.FRESH
    assert len(verdict.unpinned) == 1, "partners are told to pin the new one"
    assert judged(workshop, seen, roots=(left,)).code == Code.FRESH
    assert judged(workshop, seen, roots=(lost,)).code == Code.BAD_SIGNATURE

    workshop.stick.rename(workshop.tmp / "found")
    with pytest.raises(AssertionError):
        workshop.key("renew", root=workshop.tmp / "found")


def test_the_domain_is_lost(workshop: Workshop) -> None:
    """One setting is changed, and packs, whose seeds are named after the domain, are made anew."""
    seen = judged(workshop, Seen()).seen
    workshop.settings |= {"SITEURL": "https://zont.example.net", "CANONICAL": ""}
    release = workshop.print()
    assert (release.site, release.seq) == ("https://zont.example.net/", 2)
    assert judged(workshop, seen).code == Code.FRESH
    holding = {name for name, data in files(workshop.published).items() if b"magazine.example.org" in data}
    assert holding == set(), "a reader is led to whoever has bought the name"
    feed = (workshop.published / "feeds/releases.xml").read_bytes()
    assert b"https://zont.example.net/releases/2/magazine-2.zip" in feed


def test_nobody_renews_what_expires(workshop: Workshop, tmp_path: Path) -> None:
    """Pages go on opening, verifiers warn, and a second editor signs anew from her own computer."""
    seen = judged(workshop, Seen()).seen
    home = workshop.at("second-desk")
    workshop.key("holder")
    mine = own_keys.public(home)
    workshop.key("add", mine.key, "second")
    workshop.key("add", mine.ssh, "second")
    workshop.print()
    before = files(workshop.published)

    workshop.day += dt.timedelta(days=61)
    verdict = judged(workshop, seen)
    assert (verdict.code, verdict.is_whole) == (Code.EXPIRED, True)
    assert {name: before[name] for name in PAGES} == {name: text.encode() for name, text in PAGES.items()}
    counter = Counter(publish_command.Wanted(), workshop.setup, workshop.day)
    assert publish_command.done(counter) == 1, "what is stale is not sent"

    shutil.rmtree(tmp_path / "desk")  # of the editor who is ill
    release = workshop.print()
    assert (release.seq, release.expires) == (3, workshop.day + dt.timedelta(days=60))
    assert judged(workshop, verdict.seen).code == Code.FRESH
    assert {name: data for name, data in files(workshop.published).items() if name in PAGES} == {
        name: text.encode() for name, text in PAGES.items()
    }


def test_nobody_renews_the_list_of_keys(workshop: Workshop) -> None:
    seen = judged(workshop, Seen()).seen
    workshop.day += dt.timedelta(days=366)
    verdict = judged(workshop, seen)
    assert (verdict.code, verdict.is_whole) == (Code.OLD_KEYS, True)
    workshop.key("renew")
    workshop.print()
    assert judged(workshop, verdict.seen).code == Code.FRESH
