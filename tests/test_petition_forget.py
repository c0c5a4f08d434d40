"""After delivery nobody's name is kept, and the number stays, wherever the work is cut short."""

from pathlib import Path

import pyrage
import pytest
from petition_tree import NAMES, TOTAL, all_text, digest, done, found, in_english, kept_in_git, log, tree

from magazine.desk.moderation import files, keyring
from magazine.desk.moderation.queued import Queue
from magazine.desk.petition import forgetting
from magazine.intake.submissions import COMMENT, SIGNATURE, taken
from magazine.site.build import said

__all__ = ["in_english"]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return kept_in_git(tree(tmp_path / "content", "delivered"))


def test_names_and_digests_go_and_numbers_stay(content: Path) -> None:
    before = found(content).petition
    assert done(content, "forget") == 0
    after = found(content).petition
    assert (
        (after.signed, after.days, after.duplicates) == (TOTAL, before.days, before.duplicates) == (149, before.days, 2)
    )
    assert after.signers == ()
    text = all_text(content)
    assert not [name for name in NAMES if name in text]
    assert digest("a1") not in text
    assert "abab" not in text
    assert len(log(content)) == 2


def test_only_regions_of_many_are_kept(content: Path) -> None:
    assert done(content, "forget") == 0
    assert found(content).petition.regions["bishkek"] == 60
    assert "naryn" not in all_text(content)


def test_twice_is_as_once(content: Path) -> None:
    assert done(content, "forget") == 0
    text = all_text(content)
    assert done(content, "forget") == 0
    assert all_text(content) == text
    assert len(log(content)) == 2


def test_an_open_petition_is_not_forgotten_unless_one_insists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = tree(tmp_path / "content")
    text = all_text(content)
    assert done(content, "forget") == 1
    assert "State: delivered" in capsys.readouterr().err
    assert all_text(content) == text
    assert done(content, "forget", anyway=True) == 0
    assert found(content).petition.signed == TOTAL


@pytest.mark.parametrize("step", range(6))
def test_cut_short_at_any_step_the_number_is_the_same(
    step: int, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0

    def counting(path: Path) -> None:
        nonlocal steps
        steps += 1
        if steps > step:
            raise KeyboardInterrupt
        whole(path)

    whole = files.synced
    before = found(content).petition.signed
    with monkeypatch.context() as patch:
        patch.setattr(files, "synced", counting)
        try:
            done(content, "forget")
        except KeyboardInterrupt:
            assert found(content).petition.signed == before
    assert found(content).petition.signed == before
    assert done(content, "forget") == 0
    assert found(content).petition.signed == before
    assert not [name for name in NAMES if name in all_text(content)]
    assert len(log(content)) == 2


@pytest.mark.parametrize("place", ["write", "replace"])
def test_cut_short_within_a_file_it_stays_whole(place: str, content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if place == "write":
            patch.setattr(files.os, "fsync", cut)
        else:
            patch.setattr(Path, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            forgetting.forgotten(found(content), said())
    assert found(content).petition.signed == TOTAL


def test_what_waits_in_the_queue_for_it_is_dropped_and_nothing_else(content: Path) -> None:
    ring = keyring.unlocked(said(), lambda: "", content)
    queue, day = Queue(ring.home / keyring.QUEUE), found(content).petition.date.date()
    for values in ({"entry": "petitions/plea"}, {"entry": "petitions/other"}):
        queue.put(taken(SIGNATURE, values, day, "abcd-efgh"), ring.keys, day)
    queue.put(taken(COMMENT, {"entry": "petitions/plea", "text": "Спасибо"}, day), ring.keys, day)
    assert done(content, "forget") == 0
    left = [pyrage.decrypt(queue.read(name), [ring.identity]) for name in queue.names()]
    assert len(left) == 2
    assert not [one for one in left if b'"signature"' in one and b"petitions/plea" in one]
