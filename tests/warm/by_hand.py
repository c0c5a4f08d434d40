"""The output and the cache, touched by hand."""

import os
from pathlib import Path
from random import Random

from warm.desk import Desk, edit, remove


@edit
def page_changed_by_hand(desk: Desk, random: Random) -> str:
    """Cut, grown, or changed in one letter with its size and time kept."""
    path = made(desk, random)
    if path is None:
        return ""
    before, data = path.stat(), bytearray(path.read_bytes())
    way = random.choice(("cut", "grown", "unseen", "unseen"))
    if way == "unseen":
        data[-3 if len(data) > 3 else 0] ^= 1
    path.write_bytes(data[: len(data) // 2] if way == "cut" else bytes(data) + b"more" * (way == "grown"))
    if way == "unseen":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return f"{desk.shown(path)} {way} by hand"


@edit
def page_touched_by_hand(desk: Desk, random: Random) -> str:
    path = made(desk, random)
    if path is None:
        return ""
    os.utime(path, ns=(10**18, 10**18))
    path.chmod(random.choice((0o644, 0o444, 0o600)))
    return f"{desk.shown(path)} touched by hand"


@edit
def page_removed_by_hand(desk: Desk, random: Random) -> str:
    path = made(desk, random)
    if path is None:
        return ""
    return remove(desk, path if random.random() < 0.6 or path.parent == desk.output else path.parent)


@edit
def page_replaced_by_hand(desk: Desk, random: Random) -> str:
    """By a folder, or by a link to a copy with the same bytes."""
    path = made(desk, random)
    if path is None:
        return ""
    data = path.read_bytes()
    path.unlink()
    if random.random() < 0.5:
        path.mkdir()
        (path / "inside.txt").write_text("foreign")
        return f"a folder at {desk.shown(path)}"
    aside = desk.output.parent / f"copy-{random.randrange(1000)}"
    aside.write_bytes(data)
    path.symlink_to(aside)
    return f"a link at {desk.shown(path)}"


@edit
def foreign_file_in_the_output(desk: Desk, random: Random) -> str:
    names = ("foreign.html", "blog/foreign.html", "ky/a/b/c.txt", ".hidden", "blog/page/99.html", "empty/")
    name = random.choice(names)
    path = desk.output / name
    if not desk.output.is_dir() or not all(parent.is_dir() for parent in path.parents if parent.exists()):
        return ""
    if name.endswith("/"):
        path.mkdir(exist_ok=True)
        return f"an empty folder {desk.shown(path)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("foreign")
    return f"{desk.shown(path)} added by hand"


@edit
def output_removed(desk: Desk, random: Random) -> str:
    return remove(desk, desk.output) if desk.output.is_dir() else ""


@edit
def cache_removed(desk: Desk, random: Random) -> str:
    """All of it, or a single file."""
    files = sorted(path for path in desk.cache.rglob("*") if path.is_file())
    if not files:
        return ""
    path = desk.cache if random.random() < 0.3 else random.choice(files)
    remove(desk, path)
    return f"{path.name} removed from the cache" if path != desk.cache else "the cache removed"


def made(desk: Desk, random: Random) -> Path | None:
    """A file of the output but for the home page, by which the output is known as a site."""
    files = sorted(path for path in desk.output.rglob("*") if path.is_file() and not path.is_symlink())
    free = [path for path in files if path != desk.output / "index.html"]
    return random.choice(free) if free else None
