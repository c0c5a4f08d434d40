"""What is published tells nothing of who did it, costs what has changed, and never undoes what another editor sent."""

import datetime as dt
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from releases import LONG_AGO
from toolbox import need, run
from workshop import Workshop, files, times

from magazine.release import notes, sources, verification
from magazine.release.codes import Code
from magazine.release.making import release_commands
from magazine.release.making.release_commands import Desk
from magazine.release.publishing import branch, publish_command
from magazine.release.publishing.publish_command import Counter, Wanted
from magazine.release.seen import Seen

pytestmark = pytest.mark.slow

BRANCH = "gh-pages"


class Magazine(Workshop):
    """A workshop in a repository of an editor, and the one that all of them share."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.shared = self.tmp.parent / "shared.git"
        if not self.shared.exists():
            run("git", "init", "-q", "--bare", self.shared)
        run("git", "init", "-q", "-b", "main", self.tmp)
        for name, value in (("user.name", "Gulnara Vymyshlennaia"), ("user.email", "gulnara@example.org")):
            run("git", "-C", self.tmp, "config", name, value)
        run("git", "-C", self.tmp, "remote", "add", "origin", self.shared)
        self.settings = {"PUBLISH_BRANCH": BRANCH, "PUBLISH_REMOTE": "origin", **self.settings}

    def publish(self, **wanted: bool) -> int:
        return publish_command.done(Counter(Wanted(**wanted), self.setup, self.day))

    def take(self) -> int:
        return release_commands.done(Desk(release_commands.Wanted(take=True), self.setup, self.ask, self.day))

    def git(self, *words: str) -> str:
        return run("git", "-C", self.shared, *words).strip()


@pytest.fixture
def magazine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Magazine:
    (tmp_path / "editor").mkdir()
    made = Magazine(tmp_path / "editor", monkeypatch)
    made.first_keys().print()
    return made


def edited(magazine: Magazine, text: str = "<p>Окуу</p>\n") -> None:
    magazine.pages["ky/story.html"] = text
    magazine.print()


def other_editor(magazine: Magazine, monkeypatch: pytest.MonkeyPatch) -> Magazine:
    """Who shares the content and, to make this short, the keys."""
    place = magazine.tmp.parent / "other"
    place.mkdir()
    shutil.copytree(magazine.desk, place / "desk", ignore=shutil.ignore_patterns("releases.txt"))
    shutil.copytree(magazine.tmp / "content", place / "content")
    shutil.copytree(magazine.stick, place / "stick")
    shutil.copytree(magazine.second, place / "second")
    return Magazine(place, monkeypatch)


def test_the_branch_holds_the_release_as_it_was_signed(magazine: Magazine, tmp_path: Path) -> None:
    assert magazine.publish() == 0
    run("git", "clone", "-q", "-b", BRANCH, magazine.shared, tmp_path / "clone")
    found = {name: data for name, data in files(tmp_path / "clone").items() if not name.startswith(".git/")}
    assert found == files(magazine.published)
    verdict = verification.verify(sources.Folder(tmp_path / "clone"), magazine.roots, Seen(), magazine.day)
    assert verdict.code == Code.FRESH


def test_nothing_in_the_branch_tells_who_made_it(magazine: Magazine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Bishkek")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Gulnara Vymyshlennaia")
    assert magazine.publish() == 0
    said = magazine.git("log", "--format=%an %ae %ad %cn %ce %cd %B", "--date=raw", BRANCH)
    moment = magazine.release.moment
    assert said == f"magazine magazine@invalid {moment} +0000 magazine magazine@invalid {moment} +0000 Release 1"
    told = magazine.git("cat-file", "-p", BRANCH) + magazine.git("ls-tree", "-r", BRANCH)
    assert not re.search(r"(?i)gulnara|\+0600|/tmp/|editor", told)
    assert {line.split()[0] for line in magazine.git("ls-tree", "-r", BRANCH).splitlines()} == {"100644"}


def test_the_same_release_makes_the_same_commit_wherever_it_is_sent_from(
    magazine: Magazine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert magazine.publish() == 0
    first = magazine.git("rev-parse", BRANCH)
    run("git", "-C", magazine.shared, "update-ref", "-d", f"refs/heads/{BRANCH}")
    other = other_editor(magazine, monkeypatch)
    shutil.copytree(magazine.published, other.published)
    monkeypatch.setenv("TZ", "America/Lima")
    assert other.publish() == 0
    assert other.git("rev-parse", BRANCH) == first


def test_history_is_kept_and_an_edit_is_small(magazine: Magazine) -> None:
    magazine.pages |= {f"magazine/{number}.html": f"<p>{os.urandom(2000).hex()}</p>\n" for number in range(200)}
    magazine.print()
    assert magazine.publish() == 0
    before = magazine.git("rev-parse", BRANCH)
    edited(magazine)
    assert magazine.publish() == 0
    after = magazine.git("rev-parse", BRANCH)
    assert magazine.git("rev-parse", f"{BRANCH}~1") == before
    assert magazine.git("log", "-1", "--format=%s", BRANCH) == "Release 3"
    revisions = f"{after}\n^{before}\n".encode()
    words = ["git", "-C", str(magazine.tmp), "pack-objects", "--revs", "--thin", "--stdout", "-q"]
    pack = subprocess.run(words, input=revisions, capture_output=True, check=True).stdout
    assert len(pack) <= 5_000, "more than a push of a one-word edit may cost"


def test_what_is_there_already_is_not_sent_again(magazine: Magazine, capsys: pytest.CaptureFixture[str]) -> None:
    assert magazine.publish() == 0
    commit = magazine.git("rev-parse", BRANCH)
    assert magazine.publish() == 0
    assert "already" in capsys.readouterr().out
    assert magazine.git("rev-parse", BRANCH) == commit


def test_several_releases_may_be_made_before_one_is_sent(magazine: Magazine) -> None:
    assert magazine.publish() == 0
    for number in range(3):
        edited(magazine, f"<p>{number}</p>\n")
    assert magazine.publish() == 0
    assert magazine.git("log", "--format=%s", BRANCH).splitlines() == ["Release 4", "Release 1"]


def test_only_telling_sends_nothing(magazine: Magazine, capsys: pytest.CaptureFixture[str]) -> None:
    assert magazine.publish(dry_run=True) == 0
    assert "would be sent" in capsys.readouterr().out
    assert magazine.git("for-each-ref") == ""


def test_two_editors_at_once(
    magazine: Magazine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The slower one is told so, takes over what the quicker one has sent, and goes on from there."""
    assert magazine.publish() == 0
    other = other_editor(magazine, monkeypatch)
    assert other.take() == 0
    assert files(other.published) == files(magazine.published)
    assert set(times(other.published).values()) == {notes.moment(magazine.day, 1)}
    other.pages["index.html"] = "<p>Другая</p>\n"
    other.print()
    assert other.publish() == 0
    magazine.at("desk")
    edited(magazine)
    capsys.readouterr()
    assert magazine.publish() == 1
    assert "release --take" in capsys.readouterr().err
    assert magazine.git("log", "-1", "--format=%s", BRANCH) == "Release 2"
    then = times(magazine.published)
    assert magazine.take() == 0
    now = times(magazine.published)
    assert now["story.html"] == then["story.html"] == notes.moment(magazine.day, 1)
    magazine.pages["index.html"] = "<p>Другая</p>\n"
    edited(magazine, "<p>Третья</p>\n")
    assert magazine.release.seq == 3
    assert magazine.publish() == 0
    assert magazine.git("log", "-1", "--format=%s", BRANCH) == "Release 3"


def test_a_new_computer_does_not_begin_numbers_anew(
    magazine: Magazine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert magazine.publish() == 0
    other = other_editor(magazine, monkeypatch)
    run("git", "-C", other.tmp, "fetch", "-q", "origin")
    desk = Desk(release_commands.Wanted(), other.setup, other.ask, other.day)
    assert release_commands.done(desk) == 1
    assert "--take" in capsys.readouterr().err


def test_an_old_release_in_the_branch_is_not_taken_over(
    magazine: Magazine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever keeps the branch may have turned it back: the next number would be one that partners know already."""
    assert magazine.publish() == 0
    old = magazine.git("rev-parse", BRANCH)
    edited(magazine)
    assert magazine.publish() == 0
    assert magazine.take() == 1
    magazine.git("update-ref", f"refs/heads/{BRANCH}", old)
    assert magazine.take() == 1
    assert "no newer" in capsys.readouterr().err
    assert magazine.release.seq == 2


def test_what_a_stranger_put_into_the_branch_is_not_taken_over(
    magazine: Magazine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert magazine.publish() == 0
    clone = tmp_path / "clone"
    run("git", "clone", "-q", "-b", BRANCH, magazine.shared, clone)
    (clone / "story.html").write_text("<p>Мы сдаёмся</p>\n", encoding="utf-8")
    note = (clone / "release.txt").read_bytes().replace(b"seq 1\n", b"seq 9\n")
    (clone / "release.txt").write_bytes(note)
    run("git", "-C", clone, "-c", "user.name=x", "-c", "user.email=x", "commit", "-qam", "x")
    run("git", "-C", clone, "push", "-q", "origin", BRANCH)
    before = files(magazine.published)
    assert magazine.take() == 1
    assert files(magazine.published) == before
    edited(magazine)
    capsys.readouterr()
    assert magazine.publish() == 1
    assert "--anyway" in capsys.readouterr().err
    assert magazine.publish(anyway=True) == 0
    assert magazine.git("show", f"{BRANCH}:release.txt").encode() + b"\n" == magazine.note


def test_a_link_in_the_branch_is_not_followed(magazine: Magazine, tmp_path: Path) -> None:
    assert magazine.publish() == 0
    clone = tmp_path / "clone"
    run("git", "clone", "-q", "-b", BRANCH, magazine.shared, clone)
    (clone / "a.html").symlink_to("/etc/passwd")
    run("git", "-C", clone, "add", "a.html")
    run("git", "-C", clone, "-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "x")
    run("git", "-C", clone, "push", "-q", "origin", BRANCH)
    assert magazine.take() == 1
    assert "a.html" not in files(magazine.published)


def test_a_damaged_or_stale_release_is_not_sent(magazine: Magazine) -> None:
    (magazine.published / "story.html").write_text("<p>rot</p>", encoding="utf-8")
    assert magazine.publish() == 1
    assert magazine.git("for-each-ref") == ""
    magazine.print(anyway=True)
    magazine.day += dt.timedelta(days=61)
    assert magazine.publish() == 1
    assert magazine.day > LONG_AGO


def test_a_pack_that_is_too_large_for_git_is_left_out(
    magazine: Magazine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(publish_command, "LARGEST", 20)
    assert magazine.publish() == 0
    there = magazine.git("ls-tree", "-r", "--name-only", BRANCH).splitlines()
    assert [name for name in there if name.startswith("releases/")] == [
        "releases/1/magazine-1.zip.torrent", "releases/1/magazine-1.zip.torrent.minisig",
    ]  # fmt: skip
    assert "magazine-1.zip" in capsys.readouterr().out
    assert not [path for path in magazine.tmp.iterdir() if path.name.startswith("published.")]


def test_the_branch_that_one_works_in_is_not_written_over(
    magazine: Magazine, capsys: pytest.CaptureFixture[str]
) -> None:
    magazine.settings["PUBLISH_BRANCH"] = "main"
    assert magazine.publish() == 1
    assert "main" in capsys.readouterr().err


def test_nowhere_to_send_it_and_no_repository(magazine: Magazine, capsys: pytest.CaptureFixture[str]) -> None:
    magazine.settings["PUBLISH_BRANCH"] = ""
    assert magazine.publish() == 1
    assert "PUBLISH_RSYNC" in capsys.readouterr().err
    magazine.settings |= {"PUBLISH_BRANCH": BRANCH, "PUBLISH_REMOTE": str(magazine.tmp / "nothing")}
    assert magazine.publish() == 1
    assert "nothing" in capsys.readouterr().err


@pytest.mark.judge
def test_a_host_gets_it_by_rsync_the_list_last(magazine: Magazine, tmp_path: Path) -> None:
    host = tmp_path / "host"
    (host / ".well-known").mkdir(parents=True)
    (host / ".well-known/proof").write_text("x", encoding="utf-8")
    (host / "left.html").write_text("x", encoding="utf-8")
    need("rsync")
    magazine.settings |= {"PUBLISH_BRANCH": "", "PUBLISH_RSYNC": str(host)}
    assert magazine.publish() == 0
    assert files(host) == {**files(magazine.published), ".well-known/proof": b"x"}
    assert {**times(host), ".well-known/proof": 0} == {**times(magazine.published), ".well-known/proof": 0}
    edited(magazine)
    assert magazine.publish() == 0
    assert files(host)["release.txt"] == magazine.note


@pytest.mark.judge
def test_a_copy_that_breaks_off_leaves_the_old_list(magazine: Magazine, tmp_path: Path) -> None:
    host, tools = tmp_path / "host", tmp_path / "tools"
    magazine.settings |= {"PUBLISH_BRANCH": "", "PUBLISH_RSYNC": str(host)}
    assert magazine.publish() == 0
    first = magazine.note
    edited(magazine)
    tools.mkdir()
    real = need("rsync")
    script = f'#!/bin/sh\ncase "$*" in *delete-after*) exit 30;; esac\nexec {real} "$@"\n'
    (tools / "rsync").write_text(script, encoding="utf-8")
    (tools / "rsync").chmod(0o755)
    magazine.monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    assert magazine.publish() == 1
    assert files(host)["release.txt"] == first
    assert files(host)["ky/story.html"] == files(magazine.published)["ky/story.html"]


def test_a_target_cannot_be_an_option(magazine: Magazine) -> None:
    magazine.settings |= {"PUBLISH_BRANCH": "", "PUBLISH_RSYNC": "--rsh=touch x"}
    assert magazine.publish() == 1


def test_what_git_refuses_is_told_in_one_line() -> None:
    assert branch.telling_line(b"hint: a\nfatal: no\nhint: b\n") == "fatal: no"
    assert branch.telling_line(b"") == "?"
    assert replace(Wanted(), dry_run=True).dry_run
