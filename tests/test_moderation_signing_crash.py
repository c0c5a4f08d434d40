"""An editor's computer dies at any moment of «Publish»: nobody is counted twice, nobody is missing."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from load_petition import PLEA, house
from moderation_desk import Editor, git, texts

from magazine.desk.moderation.session import Session
from magazine.records import Petition

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")]

WORK = """
import os, signal, sys
from pathlib import Path
import pyrage
from moderation_desk import Editor
MOMENTS = "os.rename", "os.remove", "subprocess.Popen"  # of which Python tells before it does them
last, done = int(sys.argv[4]), 0
def watch(event, _):
    global done
    if event in MOMENTS:
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
editor = Editor(Path(sys.argv[2]), pyrage.x25519.Identity.from_str(sys.argv[3]))
with editor.session(Path(sys.argv[1])) as session:
    session.approve_unflagged("petitions/plea")
    sys.addaudithook(watch)
    session.publish()
    print(done, flush=True)
"""
COUNT, SECONDS = 150, 120


def killed(content: Path, editor: Editor, moment: int) -> int:
    """Publish, and die at this moment; how many moments there were, 0 where it died."""
    tests = Path(__file__).parent
    work = subprocess.run(
        [sys.executable, "-c", WORK, str(content), str(editor.home), str(editor.identity), str(moment)],
        stdout=subprocess.PIPE, check=False, timeout=SECONDS,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])},
    )  # fmt: skip
    assert work.returncode == (-signal.SIGKILL if moment else 0)
    return int(work.stdout or 0)


def publish(session: Session) -> None:
    session.approve_unflagged(PLEA)
    session.publish()


def check(content: Path, editor: Editor, expected: tuple[int, int], reasons: set[str]) -> None:
    held = texts(content).entries[PLEA]
    assert isinstance(held, Petition)
    assert (held.signed, held.duplicates) == expected
    rows = Counter(line.split()[2] for path in (content / PLEA / "signatures").glob("*.md")
                   for line in path.read_text("utf-8").partition("\n\n")[2].splitlines())  # fmt: skip
    assert set(rows.values()) == {1}
    assert Counter(answer.text for answer in held.answers) == Counter(reasons)
    assert git(content, "status", "--porcelain") == ""
    assert [path.name for path in content.rglob(".*.part")] == []


def test_killed_at_any_moment_everybody_is_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "whole/desk"))
    whole = house(tmp_path / "whole", COUNT)
    moments = killed(whole.content, whole.editor, 0)
    held = texts(whole.content).entries[PLEA]
    assert isinstance(held, Petition)
    left = len(whole.editor.queue.names())
    assert held.signed + held.duplicates == COUNT - left
    reasons = {answer.text for answer in held.answers}
    assert reasons
    every = [*range(1, 12), *range(12, moments, max(1, moments // 6)), moments]
    for moment in every:
        folder = tmp_path / f"cut{moment}"
        monkeypatch.setenv("MAGAZINE_DESK", str(folder / "desk"))
        built = house(folder, COUNT)
        killed(built.content, built.editor, moment)
        with built.editor.session(built.content) as session:
            publish(session)
            session.publish()
        check(built.content, built.editor, (held.signed, held.duplicates), reasons)
        assert len(built.editor.queue.names()) == left
