"""A petition that very many sign: sealed signatures in an editor's queue are opened, counted, written and committed.

``python tests/load_petition.py [NUMBER]`` prints how long that takes and how much memory; the suite does it with some
hundreds, in ``test_moderation_signing_load.py``.
"""

import datetime as dt
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from moderation_desk import Editor, git, magazine

from magazine.desk.moderation import inbox
from magazine.desk.moderation.queued import name_of
from magazine.intake.sealing import Keys
from magazine.intake.submissions import SIGNATURE, Submission
from magazine.regions import REGIONS

PLEA = "petitions/plea"
FILES = {
    f"{PLEA}/ru.md": "Title: Требуем\nAuthor: Ромашка\nDate: 2012-10-01\nTo: Парламент\nDeadline: 2013-03-01\n"
    "Summary: Коротко.\n\nТекст.\n"
}
DAYS, REPEATED, NAMED, REASONS = 60, 0.02, 0.05, 0.02
FIRST = dt.date(2012, 10, 1)
COUNT = """
import datetime as dt, json, resource, sys, time
from pathlib import Path
import pyrage
from magazine.desk.moderation import inbox
from moderation_desk import Editor
WHO = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
editor = Editor(Path(sys.argv[2]), pyrage.x25519.Identity.from_str(sys.argv[3]))
inbox.MANY, spread, shared = int(sys.argv[4]), inbox.workers.spread, []
inbox.workers.spread = lambda work, names, least: (shared.append(len(names)), spread(work, names, least))[1]
began = time.monotonic()
with editor.session(Path(sys.argv[1])) as session:
    opened = time.monotonic() - began
    (group,) = session.groups()
    session.approve_unflagged(group.name)
    decided = time.monotonic() - began
    done = session.publish()
print(json.dumps({
    "opened": opened, "decided": decided, "seconds": time.monotonic() - began, "counted": done.counted,
    "duplicates": done.duplicates, "shared": sum(shared), "commit": done.commit, "left": len(editor.queue.names()),
    "processor seconds": sum(sum(resource.getrusage(who)[:2]) for who in WHO),
    "mebibytes": max(resource.getrusage(who).ru_maxrss for who in WHO) / 1024,
}))
"""


@dataclass(frozen=True)
class House:
    """A magazine with a petition, and an editor's desk with a queue."""

    content: Path
    editor: Editor


def house(folder: Path, count: int, seed: int = 7) -> House:
    """So many sealed signatures that wait; some repeat a contact, some show a name, some say why."""
    content, editor = magazine(folder / "house", FILES), Editor(folder / "desk")
    keys, chance = Keys((editor.public, Editor(folder / "other").public)), random.Random(seed)
    queue = editor.queue.folder
    for number in range(count):
        sealed = keys.seal(signature(number, chance).packed())
        (queue / name_of(sealed)).write_bytes(sealed)
    return House(content, editor)


def signature(number: int, chance: random.Random) -> Submission:
    """What somebody sends who signs."""
    first = number if chance.random() > REPEATED else chance.randrange(number + 1)
    contact = (f"+99655{first:07}", f"signer{first}@example.org", "")[first % 3]
    is_named, has_reason = chance.random() < NAMED, chance.random() < REASONS
    return Submission(
        SIGNATURE, FIRST + dt.timedelta(chance.randrange(DAYS)), "ru", PLEA, receipt=f"{number:016}",
        level="pen-name" if is_named else "counted", name=f"Мира {number}" if is_named else "",
        region=chance.choice(list(REGIONS)) if is_named else "", contact=contact,
        text=f"Подписываю: так дальше жить нельзя, {number}." if has_reason else "",
    )  # fmt: skip


def counted(built: House, many: int = inbox.MANY) -> dict[str, float | str]:
    """What counting says of itself, in a process of its own; from so many files on it shares the work with others."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(built.content), str(built.editor.home), str(built.editor.identity),
         str(many)],
        cwd=Path(__file__).parent, capture_output=True, check=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])]),
             "MAGAZINE_DESK": str(built.editor.home), "MAGAZINE_LANG": "en"},
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def main(count: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        built = house(Path(folder), count)
        print(f"{count} sealed in {time.monotonic() - began:.1f} s", flush=True)
        for name, value in counted(built).items():
            print(f"{name:>18}: {value if isinstance(value, str) else round(value, 1)}")
        print("             files:", git(built.content, "show", "--name-only", "--format=").count("\n"))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
