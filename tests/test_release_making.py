"""A release is whole or is not there, moves what changed and nothing else, and follows the one before it."""

import datetime as dt
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
import trees
from toolbox import need, run
from workshop import PAGES, QUICK, TODAY, Workshop, all_in_one, files, times

from magazine.forbidden import Forbidden
from magazine.mirrors import Mirror
from magazine.problems import Problem
from magazine.release import keyfile, notes, sources, sums, verification
from magazine.release.codes import Code, ReleaseError
from magazine.release.keys import own_keys
from magazine.release.making import (
    current,
    feeds,
    finishing,
    making,
    release_commands,
    release_desk,
    signatures,
    standing,
)
from magazine.release.making.making import GateError, UnchangedError
from magazine.release.making.release_commands import Desk, Wanted
from magazine.release.packs.every import Makers
from magazine.release.packs.source import MissingLibraryError, Source
from magazine.release.seen import Seen
from magazine.release.verification import Verdict

pytestmark = pytest.mark.slow

PETITION = "Title: Закон\nDate: 2008-12-02\nTo: Парламент\nGoal: 100\n\nМы просим.\n"


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(tmp_path, monkeypatch).first_keys()


def judged(workshop: Workshop, seen: Seen | None = None, folder: Path | None = None) -> Verdict:
    """What a partner finds who has pinned the root keys."""
    source = sources.Folder(folder or workshop.published)
    return verification.verify(source, workshop.roots, seen or Seen(), workshop.day)


def test_the_first_release_is_whole_and_every_partner_says_so(workshop: Workshop) -> None:
    release = workshop.print()
    verdict = judged(workshop)
    assert verdict.said() == judged(workshop).said()
    assert (verdict.code, verdict.unpinned) == (Code.FRESH, ())
    assert (release.seq, release.prev, release.date) == (1, "", TODAY)
    assert release.expires == TODAY + dt.timedelta(days=60)
    assert release.site == "https://magazine.example.org/"
    assert release.forms == ("https://intake.example.org/",)
    assert {*PAGES, "allowed_signers", "feeds/releases.xml"} < set(release.changed)
    assert not current.beside(workshop.published, current.PART).exists()


@pytest.mark.judge
def test_other_programs_say_so_too(workshop: Workshop, tmp_path: Path) -> None:
    release = workshop.print()
    place = workshop.published
    run(need("sha256sum"), "-c", "--strict", "--quiet", sums.SUMS, cwd=place)
    mine = own_keys.public(workshop.desk)
    told = run(need("minisign"), "-V", "-Q", "-P", mine.key, "-m", "release.txt", cwd=place)
    assert told.strip() == release.comment
    for pack in release.packs:
        assert release.comment in run(need("minisign"), "-V", "-Q", "-P", mine.key, "-m", pack.path, cwd=place)
    command = [need("ssh-keygen"), "-Y", "verify", "-f", "allowed_signers", "-I", "magazine"]
    command += ["-n", "magazine-release", "-s", "release.txt.sig"]
    with (place / "release.txt").open("rb") as data:
        subprocess.run(command, stdin=data, check=True, cwd=place, capture_output=True)
    del tmp_path


def test_only_what_changed_gets_a_new_time_even_if_its_size_is_the_same(workshop: Workshop) -> None:
    workshop.print()
    before, then = files(workshop.published), times(workshop.published)
    assert set(then.values()) == {notes.moment(TODAY, 1)}
    workshop.pages["ky/story.html"] = "<p>Окуу</p>\n"
    release = workshop.print()
    after, now = files(workshop.published), times(workshop.published)
    changed = {name for name in after if before.get(name) != after[name]}
    assert release.changed == ("ky/story.html",)
    assert changed == {"ky/story.html", "release.txt", "release.txt.minisig", "release.txt.sig", "SHA256SUMS.txt"}
    assert {name for name in now if now[name] != then[name]} == changed
    assert {now[name] for name in changed} == {notes.moment(TODAY, 2)} == {release.moment}
    assert (workshop.published / "ky").stat().st_mtime == notes.moment(TODAY, 2)
    assert (workshop.published / "petitions/law").stat().st_mtime == notes.moment(TODAY, 1)
    assert notes.moment(TODAY, 2) % 2 == 0, "FAT keeps even seconds"


@pytest.mark.parametrize("may_link", [True, False])
def test_a_disk_without_links_keeps_times_as_well(workshop: Workshop, may_link: bool) -> None:
    workshop.print()
    then = times(workshop.published)
    workshop.pages["story.html"] = "<p>Иначе</p>\n"
    workshop.build()
    press = replace(workshop.press(), may_link=may_link)
    draft = press.draft(making.Order(TODAY))
    now = times(draft.folder)
    assert {name for name in now if now[name] != then.get(name)} == {"story.html", "release.txt", "SHA256SUMS.txt"}
    is_linked = (draft.folder / "index.html").stat().st_nlink > 1
    assert is_linked is may_link


def test_each_release_follows_the_last_one_and_names_what_changed(workshop: Workshop) -> None:
    workshop.print()
    seen = judged(workshop).seen
    first = workshop.note
    workshop.pages = {**PAGES, "new.html": "<p>Жаңы</p>\n"}
    del workshop.pages["story.html"]
    release = workshop.print()
    assert release.changed == ("new.html", "story.html")
    assert release.prev == notes.digest(first)
    assert judged(workshop, seen).code == Code.FRESH
    for number in range(3, 8):
        seen = judged(workshop, seen).seen
        workshop.pages["index.html"] = f"<p>{number}</p>\n"
        assert workshop.print().seq == number
        assert judged(workshop, seen).code == Code.FRESH


def test_there_is_no_release_without_a_reason(workshop: Workshop) -> None:
    workshop.print()
    with pytest.raises(UnchangedError):
        workshop.print()
    assert workshop.print(anyway=True).seq == 2
    workshop.day += dt.timedelta(days=29)
    with pytest.raises(UnchangedError):
        workshop.print()
    workshop.day += dt.timedelta(days=2)
    workshop.settings["PACKS_EVERY"] = 365
    release = workshop.print()
    assert (release.seq, release.changed) == (3, ()), "its days are half over: partners need a fresh one"


def test_a_new_list_of_keys_is_a_reason(workshop: Workshop) -> None:
    workshop.print()
    workshop.key("needs", "1")
    release = workshop.print()
    assert release.keys == notes.digest((workshop.published / keyfile.FILE).read_bytes())
    assert release.changed == ()
    assert judged(workshop).code == Code.FRESH


def test_a_clock_that_went_back_is_told(workshop: Workshop) -> None:
    workshop.print()
    workshop.day -= dt.timedelta(days=1)
    with pytest.raises(ReleaseError, match="clock"):
        workshop.print(anyway=True)


def test_nothing_is_signed_by_an_expired_list_of_keys(workshop: Workshop) -> None:
    workshop.day += dt.timedelta(days=366)
    with pytest.raises(ReleaseError, match="keys renew"):
        workshop.print()
    assert not workshop.published.exists()


def test_packs_stay_until_they_are_due(workshop: Workshop) -> None:
    first = workshop.print()
    assert [pack.path for pack in first.packs] == ["releases/1/magazine-1.zip", "releases/1/magazine-1.zip.torrent"]
    workshop.pages["index.html"] = "<p>Иначе</p>\n"
    second = workshop.print()
    assert second.packs == first.packs
    assert (workshop.published / "releases/1/magazine-1.zip.minisig").is_file()
    workshop.day += dt.timedelta(days=30)
    third = workshop.print()
    assert [pack.path for pack in third.packs] == ["releases/3/magazine-3.zip", "releases/3/magazine-3.zip.torrent"]
    assert [path.name for path in (workshop.published / "releases").iterdir()] == ["3"]
    assert judged(workshop).code == Code.FRESH
    assert workshop.print(packs=True).packs[0].path == "releases/4/magazine-4.zip"
    (workshop.published / "releases/4/magazine-4.zip").unlink()
    assert workshop.print().packs[0].path == "releases/5/magazine-5.zip", "those that are named must be there"


def test_packs_know_the_site_and_not_what_vouches_for_it(workshop: Workshop) -> None:
    asked: list[Source] = []

    def maker(source: Source, folder: Path) -> list[Path]:
        asked.append(source)
        (folder / "left").mkdir()
        (folder / "left.tmp").write_bytes(b"x")
        return all_in_one(source, folder)

    workshop.makers = Makers((maker,))
    workshop.print()
    assert set(asked[0].files) == {*PAGES, "allowed_signers"}
    assert asked[0].site == "https://magazine.example.org/"
    found = sorted(path.name for path in (workshop.published / "releases/1").iterdir())
    assert found == ["magazine-1.zip", "magazine-1.zip.minisig"]


def test_a_library_that_is_missing_keeps_one_pack_away_and_is_told(workshop: Workshop) -> None:
    def maker(*_: object) -> list[Path]:
        raise MissingLibraryError("libzim")

    workshop.makers = Makers((maker, all_in_one), cid=lambda *_: maker())  # type: ignore[arg-type, return-value]
    draft = workshop.draft()
    assert (draft.missing, [path.name for path in draft.made]) == (("libzim",), ["magazine-1.zip"])
    assert draft.release.cid == ""


def test_packs_that_nobody_can_make_here_are_not_tried_each_time(workshop: Workshop) -> None:
    workshop.makers = Makers(())
    workshop.print()
    workshop.pages["index.html"] = "<p>Иначе</p>\n"
    assert workshop.print().changed == ("index.html",), "the feeds have nothing to tell"


def test_the_address_in_ipfs_is_that_of_the_files_that_are_listed(workshop: Workshop) -> None:
    cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
    asked: list[str] = []

    def told(folder: Path, names: list[str]) -> str:
        assert all((folder / name).is_file() for name in names)
        asked.extend(names)
        return cid

    workshop.makers = replace(QUICK, cid=told)
    assert workshop.print().cid == cid
    assert asked == list(sums.parsed((workshop.published / sums.SUMS).read_bytes()))


def test_feeds_tell_of_releases_with_packs_alone(workshop: Workshop) -> None:
    workshop.print()
    before = (workshop.published / "ky/feeds/releases.xml").read_bytes()
    workshop.pages["index.html"] = "<p>Иначе</p>\n"
    assert "ky/feeds/releases.xml" not in workshop.print().changed
    assert (workshop.published / "ky/feeds/releases.xml").read_bytes() == before
    workshop.pages["index.html"] = "<p>Снова</p>\n"
    workshop.print(packs=True)
    for name in ("feeds/releases.xml", "ky/feeds/releases.xml", "en/feeds/releases.xml"):
        feed = feedparser.parse((workshop.published / name).read_bytes())
        assert not feed.bozo
        newest, first = feed.entries
        assert {one.href for one in newest.enclosures} == {
            "https://magazine.example.org/releases/3/magazine-3.zip",
            "https://magazine.example.org/releases/3/magazine-3.zip.torrent",
        }
        assert first.enclosures == []
        assert "index.html" in newest.content[0].value.split("\n")
        assert newest.id != first.id
        assert newest.updated > first.updated


def test_feeds_have_an_end(workshop: Workshop) -> None:
    for _ in range(3):
        workshop.print(packs=True)
    entries = feeds.read((workshop.published / "feeds/releases.xml").read_bytes())
    assert [one.seq for one in entries] == ["3", "2", "1"]
    many = [feeds.entry(seq, notes.moment(TODAY, seq), "", ["a"]) for seq in range(40, 0, -1)]
    data = feeds.composed("ru", "https://a.example.org/f.xml", "https://a.example.org/", {"ru": "А"}, many, ())
    assert [one.seq for one in feeds.read(data)] == [str(seq) for seq in range(40, 20, -1)]


@pytest.mark.parametrize("data", [
    b"", b"<feed", b"\xff\xfe",
    b'<!DOCTYPE feed [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed xmlns="http://www.w3.org/2005/Atom">&b;</feed>',
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>javascript:x</id></entry></feed>',
])  # fmt: skip
def test_a_feed_that_is_no_feed_of_ours_is_begun_anew(data: bytes) -> None:
    assert feeds.read(data) == ()


def test_names_that_must_never_appear_leave_the_feeds_and_are_not_told_when_they_go(workshop: Workshop) -> None:
    workshop.pages["gulnara-vymyshlennaia.html"] = "<p>…</p>\n"
    workshop.print()
    assert b"gulnara" in (workshop.published / "feeds/releases.xml").read_bytes()
    workshop.hidden = Forbidden(("Гульнара Вымышленная",))
    del workshop.pages["gulnara-vymyshlennaia.html"]
    release = workshop.print(packs=True)
    assert release.more == 1, "who follows the names alone fetches the whole list"
    assert not [name for name, data in files(workshop.published).items() if b"gulnara" in data]


def test_a_site_with_problems_is_not_signed(workshop: Workshop) -> None:
    workshop.print()
    before = files(workshop.published)
    found = [Problem("index.html", 1, "gate-script"), Problem("story.html", 2, "gate-comment")]
    workshop.gate = lambda _: found
    workshop.pages["index.html"] = "<script>"
    with pytest.raises(GateError) as raised:
        workshop.print()
    assert raised.value.problems == found
    assert files(workshop.published) == before


@pytest.mark.parametrize("name", ["release.txt", "SHA256SUMS.txt", "releases/1/x.zip", "feeds/releases.xml", "con.txt"])
def test_a_site_cannot_hold_what_the_release_will_hold(workshop: Workshop, name: str) -> None:
    workshop.pages[name] = "x"
    with pytest.raises(ReleaseError) as raised:
        workshop.print()
    assert raised.value.code == Code.UNSAFE


def test_a_link_in_the_site_is_not_followed(workshop: Workshop) -> None:
    workshop.build()
    (workshop.setup.output / "a.html").symlink_to(workshop.stick / "root.key")
    with pytest.raises(ReleaseError):
        workshop.press().draft(making.Order(TODAY))
    assert not workshop.published.exists()


def test_a_file_that_the_disk_has_damaged_is_mended_by_the_next_release(workshop: Workshop) -> None:
    workshop.print()
    then = times(workshop.published)["story.html"]
    path = workshop.published / "story.html"
    path.write_bytes(b"<p>rot</p>\n")
    os.utime(path, (then, then))
    workshop.pages["index.html"] = "<p>Иначе</p>\n"
    workshop.print()
    assert path.read_text(encoding="utf-8") == PAGES["story.html"]
    assert times(workshop.published)["story.html"] == then
    assert judged(workshop).code == Code.FRESH


def test_the_folder_of_somebody_else_is_left_alone(workshop: Workshop) -> None:
    workshop.published.mkdir()
    (workshop.published / "diary.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ReleaseError):
        workshop.print()
    assert files(workshop.published) == {"diary.txt": b"x"}


def test_petitions_and_mirrors_stand_in_the_note(workshop: Workshop, tmp_path: Path) -> None:
    held, report = trees.read(tmp_path / "tree", {
        "petitions/law/ru.md": PETITION, "petitions/law/ky.md": "Title: Мыйзам\n\nСуранабыз.\n",
    })  # fmt: skip
    assert not report.errors(), report.found
    mirrors = (
        Mirror("https://zont.example.org/", "web"), Mirror("https://gone.example.org/", "web", shown=False),
        Mirror("rsync://zont.example.org/a", "rsync"), Mirror("https://lies.example.org/", "web", state="tampered"),
    )  # fmt: skip
    workshop.held = replace(held, mirrors=mirrors)
    workshop.pages |= {"ky/petitions/law/law.html": "<p>Суранабыз</p>\n"}
    release = workshop.print()
    assert [text.path for text in release.petitions] == ["ky/petitions/law/law.html", "petitions/law/law.html"]
    assert release.mirrors == ("https://zont.example.org/",)
    (workshop.published / "petitions/law/law.html").write_text("<p>Мы требуем</p>\n", encoding="utf-8")
    assert any("petition" in line for line in judged(workshop).said("en"))


CUT = {"open", "os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.utime", "os.chmod"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is cut short in the middle")
def test_whenever_the_power_goes_a_whole_release_stands(workshop: Workshop, tmp_path: Path) -> None:
    workshop.pages, workshop.makers = {"index.html": "<p>Первый</p>\n"}, Makers(())
    workshop.print(packs=False)
    workshop.pages = {"a/new.html": "<p>Второй</p>\n"}
    workshop.build()
    (tmp_path / "base").mkdir()
    shutil.copytree(workshop.published, tmp_path / "base/published")
    ends = []
    for place in range(1, 1000):
        for folder in tmp_path.glob("published*"):
            shutil.rmtree(folder)
        shutil.copytree(tmp_path / "base/published", workshop.published)
        is_cut = _cut_short(workshop, place)
        current.heal(workshop.published)
        assert judged(workshop).code == Code.FRESH
        ends.append(standing.read(workshop.published).seq)
        assert not [path.name for path in tmp_path.glob("published.*")]
        if not is_cut:
            break
    assert ends == sorted(ends), "once the new one stands it stays"
    assert (ends[0], ends[-1]) == (1, 2)
    assert len(ends) > 30
    workshop.print(anyway=True)
    assert judged(workshop).code == Code.FRESH


def _cut_short(workshop: Workshop, place: int) -> bool:
    """Whether a process that makes a release ended without a word before it did its n-th thing to the disk."""
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, 9), "it ended by itself, with an error"
        return status != 0
    left = place

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        is_written = event != "open" or (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if event in CUT and is_written:
            left -= 1
            if not left:
                os._exit(9)

    try:
        sys.addaudithook(hook)
        with current.alone(workshop.published):
            draft = workshop.press().draft(making.Order(TODAY, packs=False))
            with own_keys.unlocked(workshop.desk, workshop.keys, workshop.ask) as pair:
                signatures.sign(draft.folder, draft.release, pair)
            finishing.put(draft.folder, workshop.setup, workshop.keys, draft.before, TODAY)
    except BaseException:  # noqa: BLE001 (nothing of pytest may go on in this process)
        os._exit(8)
    os._exit(0)


def test_another_window_waits_for_its_turn(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    done: list[int] = []

    def other() -> None:
        done.append(workshop.print().seq)

    with current.alone(workshop.published):
        waiting = threading.Thread(target=other)
        waiting.start()
        waiting.join(0.3)
        assert not done
    waiting.join(20)
    assert done == [1]
    assert "waiting" in capsys.readouterr().out


def holders(workshop: Workshop) -> None:
    """Let two of three editors be needed."""
    for desk in ("bermet", "cholpon"):
        home = workshop.at(desk)
        workshop.key("holder")
        mine = own_keys.public(home)
        workshop.key("add", mine.key, desk)
        workshop.key("add", mine.ssh, desk)
    workshop.key("needs", "2")
    workshop.at("desk")


def command(workshop: Workshop, **wanted: object) -> int:
    desk = Desk(Wanted(**wanted), workshop.setup, workshop.ask, workshop.day, workshop.makers)  # type: ignore[arg-type]
    return release_commands.done(desk)


@pytest.fixture
def no_build(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """The command, with pages that are written at once and not looked at."""
    monkeypatch.setattr(release_desk, "BUILD", (sys.executable, "-c", ""))
    monkeypatch.setattr(release_commands, "_press", lambda *_: (workshop.press(), None))
    workshop.build()
    return workshop


def test_two_editors_sign_one_release(no_build: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workshop = no_build
    holders(workshop)
    workshop.build()
    assert command(workshop) == 0
    waiting = current.beside(workshop.published, current.WAITING)
    assert waiting.is_dir()
    assert not workshop.published.exists()
    assert "--sign" in capsys.readouterr().out
    assert judged(workshop, folder=waiting).code == Code.BAD_SIGNATURE
    assert command(workshop, sign=True) == 0, "the same editor twice is one editor"
    assert not workshop.published.exists()
    shutil.copytree(waiting, tmp_path / "carried")
    workshop.at("cholpon")
    away = replace(workshop.setup, published=tmp_path / "elsewhere")
    desk = Desk(Wanted(sign=True, folder=tmp_path / "carried"), away, workshop.ask, workshop.day)
    assert release_commands.done(desk) == 0
    workshop.at("desk")
    assert command(workshop, sign=True, folder=tmp_path / "carried") == 0
    assert judged(workshop).code == Code.FRESH
    assert not waiting.exists()
    assert {"release.txt.minisig", "release.txt.2.minisig", "release.txt.2.sig"} < set(files(workshop.published))


def test_the_second_editor_signs_only_what_her_own_texts_make(
    no_build: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has taken the laptop of the first one, or holds her hand, cannot put words into the site unseen."""
    workshop = no_build
    holders(workshop)
    workshop.pages["story.html"] = "<p>Мы сдаёмся</p>\n"
    workshop.build()
    assert command(workshop) == 0
    waiting = current.beside(workshop.published, current.WAITING)
    workshop.pages["story.html"] = PAGES["story.html"]
    workshop.build()
    workshop.at("cholpon")
    capsys.readouterr()
    assert command(workshop, sign=True) == 1
    assert "story.html" in capsys.readouterr().err
    assert "release.txt.2.minisig" not in files(waiting)
    assert command(workshop, sign=True, anyway=True) == 0
    assert judged(workshop).code == Code.FRESH
    del tmp_path


@pytest.mark.parametrize("harm", ["edit", "stranger", "fork"])
def test_nobody_signs_what_is_not_the_next_release(
    no_build: Workshop, harm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop = no_build
    workshop.print()
    holders(workshop)
    workshop.build()
    assert command(workshop) == 0
    carried = current.beside(workshop.published, current.WAITING).rename(tmp_path / "carried")
    if harm == "edit":
        (carried / "story.html").write_text("<p>Мы сдаёмся</p>\n", encoding="utf-8")
    elif harm == "stranger":
        (carried / "release.txt").write_bytes((carried / "release.txt").read_bytes() + b"x 1\n")
    else:
        release = notes.parsed((carried / "release.txt").read_bytes())
        other = replace(release, prev="0" * 64)
        (carried / "release.txt").write_bytes(notes.composed(other))
        for name in ("release.txt.minisig", "release.txt.sig"):
            (carried / name).unlink()
        with own_keys.unlocked(workshop.desk, workshop.keys, workshop.ask) as pair:
            signatures.sign(carried, other, pair)
    workshop.at("cholpon")
    capsys.readouterr()
    assert command(workshop, sign=True, folder=carried) == 1
    assert capsys.readouterr().err
    assert "release.txt.2.minisig" not in files(carried)


@pytest.mark.slow
def test_the_whole_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A tiny magazine, really built and looked through; a draft that got into it by hand keeps it from being signed."""
    trees.write(tmp_path / "content", {
        "magazine/2008-12/issue/ru.md": "", "blog/first/ru.md": trees.STORY,
        "blog/held/ru.md": "Title: Ночь, о которой молчат\nDate: 2008-12-02\nStatus: draft\n\nТекст.\n",
    })  # fmt: skip
    shutil.rmtree(tmp_path / "content/magazine")
    workshop = Workshop(tmp_path, monkeypatch).first_keys()
    project = release_commands.known.fingerprints.PACKAGE.parent
    desk = Desk(Wanted(), replace(workshop.setup, project=project), workshop.ask, workshop.day, QUICK)
    assert release_commands.done(desk) == 0
    assert judged(workshop).code == Code.FRESH
    assert release_commands.done(desk) == 0
    assert "--anyway" in capfd.readouterr().out
    assert workshop.release.seq == 1
    sealed = "0123456789abcdef" * 2
    trees.write(workshop.desk, {f"queue/{sealed}.age": "x"})
    trees.write(tmp_path, {"content/extra/left.txt": f"Ночь, о которой молчат\n/home/anna/x\n{sealed}\n"})
    before = files(workshop.published)
    capfd.readouterr()
    assert release_commands.done(desk) == 1
    told = capfd.readouterr().err
    assert "left.txt:1" in told
    assert "left.txt:2" in told
    assert "left.txt:3" in told
    assert "3 problems" in told
    assert files(workshop.published) == before
