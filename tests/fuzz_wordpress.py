"""A large export imported in a process of its own: seconds, and the most memory it and its workers took.

``python tests/fuzz_wordpress.py`` imports 10,000 posts with 50,000 comments, ``--megabytes 500`` that much.
"""

# ruff: noqa: E501, ISC002, SIM905 (words and posts as they come)

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from wordpress_exports import comment, item, many, term

ROOT = Path(__file__).resolve().parents[1]
WORDS = (
    "дорога дом подруга письмо зима слово город вода окно утро вечер рассказ сестра автобус работа право помощь закон журнал "
    "сумка рука голос комната чай хлеб снег дождь дверь улица время жизнь"
).split()
KYRGYZ = (
    "жол үй курбу кат кыш сөз шаар суу терезе таң кеч аңгеме эже автобус иш укук жардам мыйзам журнал өмүр көчө".split()
)


def prose(random: Random, words: list[str], sentences: int) -> str:
    """Sentences of a blog."""
    return " ".join(
        " ".join(random.choice(words) for _ in range(random.randint(5, 14))).capitalize() + "."
        for _ in range(sentences)
    )


def post(random: Random, number: int, comments: int, paragraphs: int) -> str:
    """A post of a busy blog: links, a list, a picture, a quotation."""
    words = KYRGYZ if random.random() < 0.3 else WORDS
    parts = [prose(random, words, random.randint(2, 5)) for _ in range(paragraphs)]
    parts[0] = (
        f"<strong>{parts[0][:20]}</strong>{parts[0][20:]} <a href='https://old.example.org/2012/05/zapis-{number - 1}/'>ещё</a>"
    )
    parts.insert(1, f"<blockquote>{prose(random, words, 2)}</blockquote>\n\n<ul><li>раз</li><li>два</li></ul>")
    if random.random() < 0.3:
        parts.append(
            '[caption width="300"]<img src="https://old.example.org/wp-content/uploads/a-300x200.jpg" alt="а"/> Слова[/caption]'
        )
    first = number * 100
    inside = term("category", f"c{number % 20}", f"Раздел {number % 20}") + "".join(
        comment(
            first + place,
            prose(random, words, 3),
            parent=first + random.randrange(place) if place and random.random() < 0.5 else 0,
        )
        for place in range(comments)
    )
    return item(number, "\n\n".join(parts), title=prose(random, words, 1), inside=inside)


def posts(count: int, comments: int, paragraphs: int, seed: int) -> Iterator[str]:
    """So many posts."""
    random = Random(seed)
    return (post(random, number, comments, paragraphs) for number in range(1, count + 1))


def memory_of(process: int) -> int:
    """KiB that a process and its children hold now; pages they share are counted once."""
    total = 0
    pending = [process]
    while pending:
        current = pending.pop()
        try:
            lines = Path(f"/proc/{current}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            for children in Path(f"/proc/{current}/task").glob("*/children"):
                pending += map(int, children.read_text().split())
        except (OSError, ValueError):
            continue
    return total


def measured(file: Path, content: Path, cache: Path) -> tuple[int, float, int, str]:
    """Exit status, seconds, the most KiB, and what was said."""
    code = "import sys; from pathlib import Path; from magazine.desk.wordpress import importing; " \
        "sys.exit(importing.run(Path(sys.argv[1]), Path(sys.argv[2])))"  # fmt: skip
    command = [sys.executable, "-c", code, str(file), str(content)]
    environment = {**os.environ, "MAGAZINE_CACHE": str(cache), "MAGAZINE_LANG": "en"}
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        most = 0

        def watch() -> None:
            nonlocal most
            while child.poll() is None:
                most = max(most, memory_of(child.pid))
                time.sleep(0.05)

        watcher = threading.Thread(target=watch)
        watcher.start()
        said = child.communicate()[0]
        watcher.join()
    return child.returncode, time.monotonic() - started, most, said


def processor_seconds() -> float:
    """Of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """The command; 1 if the import failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--comments", type=int, default=5, help="of each post")
    parser.add_argument("--megabytes", type=int, default=0, help="size of the export instead, of longer posts")
    parser.add_argument("--once", action="store_true", help="no second import of the same")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wordpress-") as temporary:
        folder = Path(temporary)
        file = folder / "export.xml"
        count, paragraphs = (asked.megabytes * 20, 130) if asked.megabytes else (asked.posts, 6)
        with file.open("wb") as stream:
            for piece in many(posts(count, asked.comments, paragraphs, asked.seed)):
                stream.write(piece)
                if asked.megabytes and stream.tell() > asked.megabytes * 1_000_000:
                    stream.write(b"</channel></rss>")
                    break
        sys.stdout.write(f"{file.stat().st_size / 1e6:.0f} MB\n")
        for run in ("first",) if asked.once else ("first", "second"):
            before = processor_seconds()
            status, seconds, most, said = measured(file, folder / "content", folder / "cache")
            used = processor_seconds() - before
            sys.stdout.write(
                f"{run}: exit status {status}, {seconds:.1f} s ({used:.1f} s of processor), {most / 1024:.0f} MiB\n"
            )
            sys.stdout.write("\n".join(said.splitlines()[:12]) + "\n")
            sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
