"""What a build remembers is never seen: after any edit, crash or damage the warm site is the cold one, file by file."""

import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from toolbox import need
from warm.bench import Bench, Step
from warm.builder import Built, Order
from warm.edits import BREAKING, EDITS
from warm.nodes import Failed, differences, snapshot, untimely

SEED = 3
EDITS_A_ROUND = 9
# a tmpfs or a read-only folder for one build, gone with its process
IN_A_SMALL_DISK = 'mount -t tmpfs -o "size=$1" none "$2" && cp -r "$3/." "$2" 2>/dev/null; shift 3; exec "$@"'
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift 1 && exec "$@"'
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals and groups"),
]


@dataclass(frozen=True)
class Outcome:
    """How the everyday sequence ended."""

    failed: Failed | None
    rewritten: list[str]
    story: str


def everyday() -> list[Step]:
    """Each edit once, those that break a build in rounds of their own; builds of each kind between them."""
    random = Random(SEED)
    whole, breaking = sorted(set(EDITS) - BREAKING), sorted(BREAKING)
    random.shuffle(whole)
    random.shuffle(breaking)
    rounds = [whole[place : place + EDITS_A_ROUND] for place in range(0, len(whole), EDITS_A_ROUND)]
    builds = ["kill", "fresh", "meanwhile", "back", "interrupt", "fresh"]
    builds += ["build"] * (len(rounds) - len(builds))
    random.shuffle(builds)
    kinds = [*zip(rounds, builds, strict=True)]
    kinds += [(breaking[place : place + 5], "build") for place in range(0, len(breaking), 5)]
    random.shuffle(kinds)
    return [Step(name, random.randrange(10**6)) for names, build in kinds for name in (*names, build)]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    steps, failed = everyday(), None
    with Bench(tmp_path_factory.mktemp("everyday")) as bench:
        try:
            bench.compare()
            bench.run(steps)
        except Failed as found:
            failed = found
        replay = shlex.quote(" ".join(map(str, steps)))
        story = "\n".join([*bench.told, f"python tests/fuzz_warm.py --no-times --replay {replay}"])
        return Outcome(failed, bench.rewritten, story)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A site that was built once; each test leaves it whole."""
    with Bench(tmp_path_factory.mktemp("shared")) as bench:
        bench.compare()
        yield bench


def change(bench: Bench, *names: str) -> None:
    """Some edits, other ones at each call."""
    for name in names:
        bench.do(Step(name, next(bench.desk.numbers)))


def databases(cache: Path) -> list[Path]:
    """The SQLite files in a folder."""
    found = sorted(path for path in cache.rglob("*") if path.is_file())
    return [path for path in found if path.read_bytes()[:16] == b"SQLite format 3\0"]


def remembered(bench: Bench) -> list[Path]:
    """The databases of the warm build, which there must be."""
    found = databases(bench.desk.cache)
    assert found, "the build remembers nothing in the folder that MAGAZINE_CACHE names"
    return found


def one_page_changed(bench: Bench) -> None:
    path = bench.desk.content / "blog" / "beta" / "ru.md"
    path.write_text(f"{path.read_text(encoding='utf-8')}\nЕщё слово {next(bench.desk.numbers)}.\n", encoding="utf-8")


# -- edits -----------------------------------------------------------------------------------------


def test_after_random_edits_a_warm_build_gives_the_bytes_and_words_of_a_cold_one(outcome: Outcome) -> None:
    assert outcome.failed is None, f"{outcome.failed}\n\n{outcome.story}"


def test_after_random_edits_equal_bytes_keep_their_time_and_changed_ones_do_not(outcome: Outcome) -> None:
    assert outcome.rewritten == [], f"{len(outcome.rewritten)} files\n{outcome.story}"


def test_without_a_change_nothing_is_written(shared: Bench) -> None:
    shared.compare()
    before = snapshot(shared.desk.output)
    shared.compare(fresh=True)
    assert untimely(before, snapshot(shared.desk.output)) == []


def test_after_one_edit_only_what_shows_it_is_written(shared: Bench) -> None:
    before = snapshot(shared.desk.output) or {}
    one_page_changed(shared)
    shared.compare()
    after = snapshot(shared.desk.output) or {}
    shown = {"blog/beta.html", "feeds/all.xml", "feeds/blog.xml"}
    assert {name for name, node in after.items() if node.bytes != before[name].bytes} == shown
    assert {name for name, node in after.items() if node.time != before[name].time} == shown


def test_one_cache_serves_other_texts_and_other_folders(shared: Bench, tmp_path: Path) -> None:
    """Another tree with texts of the same names, and the first one again."""
    desk = shared.desk
    other = tmp_path / "content"
    shutil.copytree(desk.content, other)
    for path in other.rglob("??.md"):
        stamp = path.stat().st_mtime_ns
        path.write_text(path.read_text(encoding="utf-8").replace("о", "у"), encoding="utf-8")
        os.utime(path, ns=(stamp, stamp))

    def built(content: Path, output: Path, cache: Path) -> Built:
        return shared.hands[0].build(Order(desk.root, content, output, cache, desk.environment))

    warm = built(other, tmp_path / "warm", desk.cache)
    cold = built(other, tmp_path / "cold", tmp_path / "cache")
    assert (warm.status, warm.said) == (cold.status, cold.said)
    assert differences(snapshot(tmp_path / "cold"), snapshot(tmp_path / "warm")) == []
    shared.compare()
    built(desk.content, tmp_path / "warm", desk.cache)
    assert differences(snapshot(desk.output), snapshot(tmp_path / "warm")) == []


# -- builds that are cut short, or meet each other --------------------------------------------------


@pytest.mark.parametrize(("sign", "group"), [("SIGINT", True), ("SIGKILL", False), ("SIGKILL", True)])
def test_a_build_cut_short_leaves_a_whole_site_and_the_next_one_is_right(shared: Bench, sign: str, group: bool) -> None:
    change(shared, "template")
    shared.compare()  # a build of every page: how long one lasts
    change(shared, "style-sheet", "title", "new-post")
    with shared.cold() as order:
        cold = shared.hands[1].build(order)
        assert cold.status == 0
        moments = (0.3, 0.7, 0.95)
        shared.cut_at(moments, signal.Signals[sign], cold, snapshot(order.output), group=group)


def test_two_builds_at_once_do_not_spoil_each_other(shared: Bench) -> None:
    change(shared, "body", "style-sheet")
    shared.do(Step("together", next(shared.desk.numbers)))


def test_two_builds_into_two_folders_share_a_new_cache(shared: Bench, tmp_path: Path) -> None:
    for hand, name in zip(shared.hands, ("one", "two"), strict=True):
        hand.start(shared.order(tmp_path / name, tmp_path / "cache"))
    ends = [hand.wait() for hand in shared.hands]
    shared.compare()
    for built, name in zip(ends, ("one", "two"), strict=True):
        assert (built.status, built.said) == (0, ends[0].said)
        assert differences(snapshot(shared.desk.output), snapshot(tmp_path / name)) == []


# -- a cache that cannot be used -------------------------------------------------------------------


def garbage(path: Path) -> None:
    path.write_bytes(Random(1).randbytes(path.stat().st_size))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def head_alone(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def foreign(path: Path) -> None:
    """The same tables with other columns."""
    connection = sqlite3.connect(path, isolation_level=None)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        if not name.startswith("sqlite_"):
            connection.execute(f'DROP TABLE "{name}"')
            connection.execute(f'CREATE TABLE "{name}" (another TEXT)')
    connection.close()


def newer(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA user_version = 987654")
    connection.close()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def flipped(path: Path, seed: int) -> None:
    random, data = Random(seed), bytearray(path.read_bytes())
    for _ in range(max(20, len(data) // 500)):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


def anew(bench: Bench) -> None:
    """What could not be used was built anew: the next build has nothing to tell of it."""
    built = bench.hands[0].build(bench.order())
    assert (built.status, built.said.splitlines()) == (0, bench.expected)


@pytest.mark.parametrize(("damage", "least"), [
    (garbage, 1), (head_alone, 1), (cut, 0), (empty, 0), (foreign, 1), (newer, 0), (folder, 1),
])  # fmt: skip
def test_a_damaged_cache_is_told_and_built_anew(shared: Bench, damage: Callable[[Path], None], least: int) -> None:
    for path in remembered(shared):
        damage(path)
    one_page_changed(shared)
    assert shared.compare(more_lines=1) >= least
    anew(shared)


def test_a_cache_with_flipped_bits_never_reaches_a_page(shared: Bench) -> None:
    """What was remembered of a page is asked for when the page is made again: so all are."""
    for seed in range(2):
        for path in remembered(shared):
            flipped(path, seed)
        change(shared, "style-sheet")
        shared.compare(more_lines=1)


def test_other_damaged_files_of_the_cache_never_reach_the_site(shared: Bench) -> None:
    """Pictures, catalogs and whatever else is no database: each cut or emptied, and asked for again."""
    others = {path for path in shared.desk.cache.rglob("*") if path.is_file()} - set(remembered(shared))
    for number, path in enumerate(sorted(others)):
        path.write_bytes(path.read_bytes()[: 0 if number % 2 else path.stat().st_size // 2])
    change(shared, "template")
    try:
        shared.compare(more_lines=1)
        anew(shared)
    finally:
        shutil.rmtree(shared.desk.cache)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_cache_that_is_no_folder_is_told(shared: Bench, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("no folder")
    kept, shared.desk.cache = shared.desk.cache, tmp_path / place
    try:
        one_page_changed(shared)
        assert shared.compare(more_lines=1) == 1
    finally:
        shared.desk.cache = kept
    assert (tmp_path / "file").read_text() == "no folder"


def in_namespace(script: str, *arguments: str | Path) -> list[str]:
    """A command that runs another one where the script may mount; skips where that is not allowed."""
    flags = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    command = [need("unshare"), *flags, "sh", "-c"]
    probe = subprocess.run([*command, "mount -t tmpfs none /tmp"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this system lets nobody mount a file system of their own")
    return [*command, script, "sh", *map(str, arguments)]


@pytest.mark.parametrize(("size", "least"), [("4k", 1), ("24k", 0), ("100k", 0)])
def test_a_full_disk_below_the_cache_is_told(shared: Bench, tmp_path: Path, size: str, least: int) -> None:
    shared.desk.cache.mkdir(exist_ok=True)
    change(shared, "style-sheet", "new-post")
    before = in_namespace(IN_A_SMALL_DISK, size, shared.desk.cache, tmp_path)
    assert shared.compare(before=before, more_lines=1) >= least


def test_a_disk_that_becomes_full_below_a_warm_cache_is_told(shared: Bench, tmp_path: Path) -> None:
    shared.compare()
    kept = tmp_path / "kept"
    shutil.copytree(shared.desk.cache, kept)
    pages = sum(-(-path.stat().st_size // 4096) + 1 for path in kept.rglob("*"))
    change(shared, "template", "three-new-posts")
    before = in_namespace(IN_A_SMALL_DISK, f"{4 * pages + 16}k", shared.desk.cache, kept)
    shared.compare(before=before, more_lines=1)


def test_a_cache_that_may_only_be_read_is_told(shared: Bench) -> None:
    shared.desk.cache.mkdir(exist_ok=True)
    change(shared, "style-sheet", "body")
    shared.compare(before=in_namespace(READ_ONLY, shared.desk.cache), more_lines=1)
    anew(shared)


def test_the_cache_is_where_the_variable_says_and_only_there(shared: Bench) -> None:
    assert remembered(shared)
    assert not (shared.desk.root / ".cache").exists()
