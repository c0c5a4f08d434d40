"""Mail boxes on a disk: each mail once, nothing that lies elsewhere, nothing removed but what was named."""

# ruff: noqa: E501 (mails stand here as they come)

import ast
import mailbox
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mails import SAID, as_bytes, mail

from magazine.desk.mail import boxes
from magazine.desk.mail.boxes import BoxError, Letter
from magazine.desk.mail.mime import READ


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def letters(place: Path) -> list[Letter]:
    with boxes.opened(place, removes=False) as box:
        return list(box.letters(lambda: None))


def made_mbox(path: Path, count: int) -> list[bytes]:
    """Python's own mail box, with lines in it that could be taken for the beginning of a mail."""
    box = mailbox.mbox(path)
    for number in range(count):
        text = f"Mail {number}.\n\nFrom here on it was dark.\n\nFrom me at 04:05 in 2026.\n\n{SAID['en']}\n"
        box.add(mail(text, identifier=f"<{number}@example.org>"))
    box.close()
    return [f"Mail {number}.".encode() for number in range(count)]


def test_a_maildir(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    for number in range(3):
        key = box.add(mail(f"Mail {number}."))
        if number:
            message = box[key]
            message.set_subdir("cur")
            message.set_flags("RS")
            box[key] = message
    found = letters(tmp_path / "box")
    assert sorted(letter.data.rpartition(b"\n\n")[2].strip() for letter in found) == [
        b"Mail 0.",
        b"Mail 1.",
        b"Mail 2.",
    ]
    assert sorted(path.name for path in (tmp_path / "box/new").iterdir()) == sorted(
        letter.place.name for letter in found if letter.place.parent.name == "new"
    )


def test_an_mbox(tmp_path: Path) -> None:
    starts = made_mbox(tmp_path / "box", 4)
    found = letters(tmp_path / "box")
    assert len(found) == 4
    for letter, start in zip(found, starts, strict=True):
        assert start in letter.data
        assert b"\nFrom here on" in letter.data
        assert b"\nFrom me at 04:05 in 2026" in letter.data
        assert not letter.data.startswith(b"From ")


def test_an_mbox_with_the_line_ends_of_windows(tmp_path: Path) -> None:
    made_mbox(tmp_path / "box", 3)
    (tmp_path / "box").write_bytes((tmp_path / "box").read_bytes().replace(b"\n", b"\r\n"))
    assert len(letters(tmp_path / "box")) == 3


def test_a_folder_of_files_and_one_file(tmp_path: Path) -> None:
    for name in ("a.eml", "Б.EML", ".hidden.eml", "notes.txt"):
        (tmp_path / name).write_bytes(as_bytes(mail(name)))
    assert [letter.place.name for letter in letters(tmp_path)] == ["a.eml", "Б.EML"]
    assert len(letters(tmp_path / "a.eml")) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has other links, which need rights")
def test_nothing_that_lies_elsewhere_is_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(as_bytes(mail("SECRET")))
    box = tmp_path / "box"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "cur/1:2,S").symlink_to(outside)
    (box / "cur/2:2,S").symlink_to("/dev/zero")
    os.mkfifo(box / "cur/3:2,S")
    (box / "cur/4:2,S").mkdir()
    (box / "cur/5:2,S").write_bytes(as_bytes(mail("Own")))
    assert [letter.place.name for letter in letters(box)] == ["5:2,S"]
    (box / "new").rmdir()
    (box / "new").symlink_to(tmp_path)
    assert [letter.place.name for letter in letters(box)] == ["5:2,S"]
    with boxes.opened(box, removes=True) as opened:
        (letter,) = opened.letters(lambda: None)
        (box / "cur/5:2,S").unlink()
        (box / "cur/5:2,S").symlink_to(outside)
        with pytest.raises(OSError, match="symbolic link"):
            list(opened.letters(lambda: None))
        opened.remove({letter.place})
    assert outside.exists()


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"hello there\n", b"%PDF-1.7\n"])
def test_what_is_no_mail_box_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    for place in (tmp_path / "file", tmp_path, tmp_path / "nothing", Path(os.devnull)):
        with pytest.raises(BoxError):
            boxes.opened(place, removes=False)


def test_an_empty_file_is_an_empty_box(tmp_path: Path) -> None:
    (tmp_path / "box").touch()
    assert letters(tmp_path / "box") == []


@pytest.mark.parametrize("kind", ["mbox", "maildir", "folder"])
def test_only_what_is_named_is_removed(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "box"
    if kind == "mbox":
        made_mbox(place, 5)
    else:
        folder = place / "cur" if kind == "maildir" else place
        folder.mkdir(parents=True)
        if kind == "maildir":
            (place / "new").mkdir()
        for number in range(5):
            (folder / f"{number}.eml").write_bytes(as_bytes(mail(f"Mail {number}.")))
    with boxes.opened(place, removes=True) as box:
        found = list(box.letters(lambda: None))
        assert box.remove({found[1].place, found[3].place}) == 2
    left = [letter.data for letter in letters(place)]
    assert left == [found[place].data for place in (0, 2, 4)]
    assert [path.name for path in tmp_path.iterdir()] == ["box"]
    if kind == "mbox":
        assert len(mailbox.mbox(place)) == 3


@pytest.mark.skipif(os.name == "nt", reason="Python locks mail boxes on Windows by a file alone")
def test_a_box_that_another_program_holds_is_not_changed(tmp_path: Path) -> None:
    made_mbox(tmp_path / "box", 2)
    hold = f"import fcntl, sys; f = open({str(tmp_path / 'box')!r}, 'r+'); fcntl.lockf(f, fcntl.LOCK_EX); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(BoxError, match="Another program"), boxes.opened(tmp_path / "box", removes=True):
            pass
        other.communicate()
    with boxes.opened(tmp_path / "box", removes=True) as box:
        assert len(list(box.letters(lambda: None))) == 2
    assert not (tmp_path / "box.lock").exists()


def test_a_disk_that_is_full_leaves_the_mbox_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_mbox(tmp_path / "box", 3)
    before = (tmp_path / "box").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with boxes.opened(tmp_path / "box", removes=True) as box:
        found = list(box.letters(lambda: None))
        with pytest.raises(OSError, match="No space"):
            box.remove({found[0].place})
    assert (tmp_path / "box").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["box"]


def test_of_an_endless_mail_only_the_beginning_is_held(tmp_path: Path) -> None:
    """Three hundred megabytes without a line end, between two mails that are whole."""
    envelope = b"From x@example.org Tue Feb  3 04:05:06 2026\n"
    with (tmp_path / "box").open("wb") as file:
        file.write(envelope + as_bytes(mail("First")) + b"\n" + envelope + b"Subject: x\n\n")
        file.seek(300_000_000, os.SEEK_CUR)
        file.write(b"\n\n" + envelope + as_bytes(mail("Last")))
    code = (
        "import sys; from pathlib import Path; from magazine.desk.mail import boxes\n"
        "with boxes.opened(Path(sys.argv[1]), removes=False) as box:\n"
        "    print([(len(one.data), one.is_whole) for one in box.letters(lambda: None)])\n"
        "import re; print(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "box")], capture_output=True, text=True, check=True
    )
    found, peak = done.stdout.splitlines()
    lengths = ast.literal_eval(found)
    assert [whole for _, whole in lengths] == [True, False, True]
    assert lengths[1][0] == READ
    assert int(peak) < 150_000
