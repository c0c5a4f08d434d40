"""Very many signatures at once, here some hundreds; ``load_petition.py`` prints the figures for any number."""

from pathlib import Path

import pytest
from load_petition import counted, house
from moderation_desk import git

from magazine import workers
from magazine.desk.moderation import queued, state
from magazine.desk.moderation.session import Session

pytestmark = pytest.mark.slow

COUNT = 600
SECONDS, MEBIBYTES = 20, 300


def test_some_hundreds_are_counted_quickly_and_in_little_memory(tmp_path: Path) -> None:
    built = house(tmp_path, COUNT)
    found = counted(built)
    left = len(built.editor.queue.names())
    assert int(found["counted"]) + int(found["duplicates"]) == COUNT - left
    assert left < COUNT / 10
    assert float(found["seconds"]) < SECONDS
    assert float(found["mebibytes"]) < MEBIBYTES
    assert found["commit"] == git(built.content, "rev-parse", "HEAD").strip()


@pytest.mark.skipif(not workers.CAN_FORK, reason="this system cannot copy a running process")
def test_the_work_is_shared_and_the_result_is_the_same(tmp_path: Path) -> None:
    alone, shared = (counted(house(tmp_path / str(many), COUNT), many) for many in (COUNT + 1, COUNT // 4))
    assert (alone["shared"], shared["shared"]) == (0, COUNT)
    assert [alone[name] for name in ("counted", "duplicates", "left")] == [
        shared[name] for name in ("counted", "duplicates", "left")]  # fmt: skip


def test_the_disk_is_not_asked_for_each_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    built = house(tmp_path, COUNT)
    saved, synced = [], []
    save, sync = state.save, queued.files.synced
    with built.editor.session(built.content) as session:
        session.approve_unflagged(session.groups()[0].name)
        monkeypatch.setattr(state, "save", lambda *given: (saved.append(1), save(*given)))
        monkeypatch.setattr(queued.files, "synced", lambda folder: (synced.append(folder), sync(folder)))
        assert isinstance(session, Session)
        session.publish()
    assert len(saved) <= 4
    assert synced.count(built.editor.queue.folder) <= 2
