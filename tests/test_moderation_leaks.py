"""What is not approved is in no file: not in the site, not in the repository, not in clear on the editor's disk."""

import os
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest
from moderation_desk import DAY, POST, Editor, comment, git, magazine, named
from toolbox import need
from trees import write

from magazine.desk.moderation.items import APPROVED, HELD, REFUSED
from magazine.intake.sealing import Keys
from magazine.site import build
from magazine.site.build import said

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
STATES = ("OPEN", "HELD", "REFUSED", "BROKEN", "FOREIGN", "EDITED", "UNDONE", "PENDING", "TAKEN", "CHANGED", "CODE")


def canary(state: str) -> str:
    return f"CANARY{state}"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A magazine after a batch, with something in every state in the queue."""
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    content, editor = magazine(tmp_path / "house"), Editor(tmp_path / "desk")
    write(content, {f"{POST}/comments/7.md": f"Author: {canary('PENDING')}\nDate: 2012-01-01\nStatus: pending\n\n"
                                             f"{canary('PENDING')}\n"})  # fmt: skip

    def words(state: str, **given: object) -> object:
        return comment(f"Слова {canary(state)}.", name=f"Имя {canary(state)}", **given)

    editor.receive(*(words(state) for state in ("OPEN", "HELD", "REFUSED", "EDITED", "UNDONE")),  # type: ignore[arg-type]
                   words("SHOWN", receipt=canary("CODE")), words("TAKEN", receipt="taken"))  # type: ignore[arg-type] # fmt: skip
    sealed = editor.keyring().seal(comment(canary("BROKEN")).packed())
    editor.queue.keep(sealed[:-20], DAY)
    outsider = Keys((str(pyrage.x25519.Identity.generate().to_public()),))
    editor.queue.keep(outsider.seal(comment(canary("FOREIGN")).packed()), DAY)
    with editor.session(content) as session:
        for state, decision in (("HELD", HELD), ("REFUSED", REFUSED), ("SHOWN", APPROVED), ("TAKEN", APPROVED)):
            session.decide(named(session, f"Слова {canary(state)}.").name, decision)
        session.decide(named(session, f"Слова {canary('UNDONE')}.").name, APPROVED)
        session.undo()
        edited = named(session, f"Слова {canary('EDITED')}.")
        session.edit(edited.name, text="Лучшие слова CANARYBETTER.", author="Мята", entry=POST, reply_to="")
        session.decide(edited.name, APPROVED)
        editor.receive(comment("", kind="withdrawal", entry="", receipt="taken"))
        session.refresh()
        session.publish()
        editor.receive(comment(canary("CHANGED"), kind="withdrawal", entry="", receipt=canary("CODE")))
        session.refresh()
    return content


def test_nothing_but_what_was_approved_is_in_the_site(published: Path, tmp_path: Path) -> None:
    problems = build.build(published, tmp_path / "output")
    assert [problem.text() for problem in problems if problem.stops] == []
    made = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in (tmp_path / "output").rglob("*.*")
            if path.is_file()}  # fmt: skip
    assert len(made) > 20
    pages = b"".join(made.values())
    assert pages.count(b"CANARYSHOWN") > 2
    assert pages.count(b"CANARYBETTER") > 2
    told = [(state, name) for state in STATES for name, data in made.items() if canary(state).encode() in data]
    assert told == []


def test_nothing_but_what_was_approved_is_in_the_repository(published: Path) -> None:
    objects = subprocess.run(
        ["git", "-C", str(published), "cat-file", "--batch-all-objects", "--batch"], capture_output=True, check=True
    ).stdout
    assert b"CANARYSHOWN" in objects
    assert b"CANARYBETTER" in objects
    assert [state for state in STATES if canary(state).encode() in objects] == []
    assert git(published, "status", "--porcelain") == "?? comments/7.md\n".replace(
        "comments", f"content/{POST}/comments"
    )


def test_nothing_is_in_clear_on_the_desk(published: Path, tmp_path: Path) -> None:
    files = [path for path in (tmp_path / "desk").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"state.age"}
    for path in files:
        assert b"CANARY" not in path.read_bytes(), path


WORK = """
import datetime as dt, sys
from pathlib import Path
from magazine.desk.moderation import keyring
from magazine.desk.moderation.session import Session
from magazine.site.build import said
content, public = Path(sys.argv[1]), sys.argv[2]
settings = {**said(), "EDITOR_KEYS": (public,), "INTAKES": ()}
held = keyring.unlocked(settings, lambda: "CANARY PASSPHRASE")
held.keep_token("https://intake.example.org/", "CANARYTOKEN")
with Session(held, settings, content, dt.date(2012, 12, 1)) as session:
    first, second, third, fourth = session.items()
    session.edit(first.name, text="CANARYNEW words", author="CANARYNEW", entry="", reply_to="")
    session.redact(second.name)
    session.decide(second.name, "held")
    session.undo()
    session.decide(third.name, "refused")
    session.decide(fourth.name, "approved")
    session.undo()
    session.fetch(str)
    assert session.publish().refused == 1
    assert len(session.items()) == 3
print("done")
"""


@pytest.mark.judge
def test_no_process_ever_writes_a_word_in_clear(tmp_path: Path) -> None:
    """The system itself keeps a record of all that is written and of every file that is opened for it."""
    content, editor = magazine(tmp_path / "house"), Editor(tmp_path / "desk")
    secret = f"{editor.identity}\n".encode()
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk/key.age").write_bytes(pyrage.passphrase.encrypt(secret, "CANARY PASSPHRASE"))
    for number in range(4):
        text = f"CANARYTEXT {number} +996 555 12345{number}"
        editor.receive(comment(text, name="CANARYNAME", receipt=f"CANARYCODE{number}"))
    record, home = tmp_path / "record.txt", tmp_path / "home"
    (home / "tmp").mkdir(parents=True)
    calls = "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,mmap,rename,renameat2"
    done = subprocess.run(
        [need("strace"), "-f", "-s", "1000000", "-e", f"trace={calls}", "-o", str(record),
         sys.executable, "-c", WORK, str(content), editor.public],
        cwd=ROOT, capture_output=True, check=False,
        env={**os.environ, "MAGAZINE_DESK": str(tmp_path / "desk"), "HOME": str(home), "TMPDIR": str(home / "tmp"),
             "PYTHONDONTWRITEBYTECODE": "1", "MAGAZINE_CACHE": str(home / "cache")},
    )  # fmt: skip
    assert done.stdout == b"done\n", done.stderr
    lines = record.read_text("utf-8", errors="replace").splitlines()
    written = [line for line in lines if " write(" in line or " pwrite" in line or " writev(" in line]
    assert any("age-encryption.org" in line for line in written)
    assert [line[:200] for line in lines if "CANARY" in line] == []
    assert [line[:200] for line in lines if "AGE-SECRET" in line] == []
    shared = [line for line in lines if "mmap(" in line and "MAP_SHARED" in line and "PROT_WRITE" in line]
    assert [line for line in shared if "MAP_ANONYMOUS" not in line] == []
    opened = {line.split('"')[1] for line in lines if ("O_WRONLY" in line or "O_RDWR" in line) and '"' in line}
    strange = {path for path in opened if not path.startswith((str(tmp_path), "/dev/")) and "editors.age" not in path}
    assert {path for path in strange if path.startswith("/")} == set()
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != record:
            assert b"CANARY" not in path.read_bytes(), path
    assert said()["EDITOR_KEYS"] == ()
