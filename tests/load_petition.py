"""A petition that very many sign: sealed signatures in an editor's queue are counted and committed, then handed over.

``python tests/load_petition.py [NUMBER] [NAMED]`` prints how long that takes and how much memory; NAMED is the share of
those who show a name. The suite does it with some hundreds, in ``test_moderation_signing_load.py``.
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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from moderation_desk import Editor, magazine

from magazine.desk.moderation import inbox
from magazine.desk.moderation.queued import name_of
from magazine.intake.sealing import Keys
from magazine.intake.submissions import SIGNATURE, Submission
from magazine.regions import REGIONS

PLEA = "petitions/plea"
FILES = {
    f"{PLEA}/ru.md": "Title: Требуем\nAuthor: Ромашка\nDate: 2012-10-01\nTo: Парламент\nDeadline: 2013-03-01\n"
    "Summary: Коротко.\n\nТекст.\n",
    **{f"{PLEA}/{language}.md": "Title: Plea\nTranslator: Swallow\n\nText.\n" for language in ("ky", "en")},
}
DAYS, REPEATED, NAMED, REASONS = 60, 0.02, 0.05, 0.02
FIRST = dt.date(2012, 10, 1)
# what ru_maxrss says of a process is also what the one had that began it
MOST = """
def most():
    own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
"""
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
    "mebibytes": most(),
}))
"""


DELIVER = """
import json, resource, sys, time
from pathlib import Path
from magazine.desk.petition.chosen import chosen
from magazine.desk.petition.delivery import delivered
from magazine.intake.sealing import Keys
from magazine.site.build import said
WHO = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
began = time.monotonic()
done = delivered(chosen(Path(sys.argv[1]), "plea", said()), Path(sys.argv[2]), Keys((sys.argv[3],)), said())
print(json.dumps({
    "handed over": done.signed, "with a name": done.named, "seconds": time.monotonic() - began,
    "processor seconds": sum(sum(resource.getrusage(who)[:2]) for who in WHO),
    "mebibytes": most(),
}))
"""


@dataclass(frozen=True)
class House:
    """A magazine with a petition, and an editor's desk with a queue."""

    content: Path
    editor: Editor


def house(folder: Path, count: int, seed: int = 7, named: float = NAMED) -> House:
    """So many sealed signatures that wait; some repeat a contact, a share of them is named, some say why."""
    content, editor = magazine(folder / "house", FILES), Editor(folder / "desk")
    keys, chance = Keys((editor.public, Editor(folder / "other").public)), random.Random(seed)
    queue = editor.queue.folder
    for number in range(count):
        sealed = keys.seal(signature(number, chance, named).packed())
        (queue / name_of(sealed)).write_bytes(sealed)
    return House(content, editor)


def signature(number: int, chance: random.Random, named: float = NAMED) -> Submission:
    """What somebody sends who signs."""
    first = number if chance.random() > REPEATED else chance.randrange(number + 1)
    contact = (f"+99655{first:07}", f"signer{first}@example.org", "")[first % 3]
    is_named, has_reason = chance.random() < named, chance.random() < REASONS
    return Submission(
        SIGNATURE, FIRST + dt.timedelta(chance.randrange(DAYS)), "ru", PLEA, receipt=f"{number:016}",
        level="pen-name" if is_named else "counted", name=f"Мира {number}" if is_named else "",
        region=chance.choice(list(REGIONS)) if is_named else "", contact=contact,
        text=f"Подписываю: так дальше жить нельзя, {number}." if has_reason else "",
    )  # fmt: skip


def counted(built: House, many: int = inbox.MANY) -> dict[str, float | str]:
    """What counting says of itself, in a process of its own; from so many files on it shares the work with others."""
    words = (str(built.content), str(built.editor.home), str(built.editor.identity), str(many))
    return _told(COUNT, built, *words)


def handed_over(built: House) -> dict[str, float | str]:
    """What handing over says of itself."""
    return _told(DELIVER, built, str(built.content), str(built.content.parent.parent / "given"), built.editor.public)


def _told(program: str, built: House, *words: str) -> dict[str, float | str]:
    done = subprocess.run(
        [sys.executable, "-c", MOST + program, *words],
        cwd=Path(__file__).parent, stdout=subprocess.PIPE, check=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])]),
             "MAGAZINE_DESK": str(built.editor.home), "MAGAZINE_LANG": "en"},
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def main(count: int, named: float = NAMED) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        built = house(Path(folder), count, named=named)
        print(f"{count} sealed in {time.monotonic() - began:.1f} s", flush=True)
        for work in (counted, handed_over):
            for name, value in work(built).items():
                print(f"{name:>18}: {value if isinstance(value, str) else round(value, 1)}", flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000, float(sys.argv[2]) if sys.argv[2:] else NAMED)
