"""Cleaning a picture on its way in: upright, not too large, nothing but pixels."""

from __future__ import annotations

import sys
from pathlib import Path

from magazine import photos
from magazine.messages import say
from magazine.slugs import slug_of


def run(file: Path, story: Path | None = None) -> int:
    """Clean a picture into a story's folder (or in its own place) and print the line to paste; the exit status."""
    folder = story or file.parent
    if not folder.is_dir():
        print(say("%(folder)s is no folder. Name the folder of a story.", folder=folder), file=sys.stderr)
        return 1
    target = _free(folder, slug_of(file.stem), file)
    try:
        width, height = photos.clean(file, target)
        if file.resolve().parent == folder.resolve() and file.resolve() != target.resolve():
            file.unlink()
    except (photos.PictureError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        print(say("%(file)s cannot be cleaned: %(reason)s.", file=file, reason=reason), file=sys.stderr)
        return 1
    size = target.stat().st_size // 1024
    print(say("Clean: %(file)s, %(width)d × %(height)d, %(size)d KB. The line to paste:",
              file=target, width=width, height=height, size=size))  # fmt: skip
    shows = say("what the picture shows")
    print(f"![{shows}]({target.name})")
    return 0


def _free(folder: Path, stem: str, file: Path) -> Path:
    """A name in the folder that no other picture has."""
    target, number = folder / f"{stem}.jpg", 1
    while target.exists() and not target.samefile(file):
        number += 1
        target = folder / f"{stem}-{number}.jpg"
    return target
