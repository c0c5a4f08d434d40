"""Cleaning a picture on its way in: upright, not too large, nothing but pixels."""

from __future__ import annotations

import re
import secrets
import sys
from pathlib import Path

from PIL import Image

from magazine import photos
from magazine.desk import camera
from magazine.messages import say
from magazine.progress import Progress
from magazine.slugs import slug_of

# what cameras, phones and messengers call a picture; Unidecode's Latin letters for those of a Russian phone
DEVICES = (
    "img|imgp|dscn?|dscf|dcim|pxl|mvimg|fb-img|received|image|izobrazhenie|photo|foto|fotografiia|picture|screenshot|"
    "screen-shot|snimok|snimok-ekrana|skrinshot|whatsapp-image|telegram|signal|viber-image|viber"
)
COUNTED = re.compile(rf"(?:(?:{DEVICES})-?)?[0-9][0-9-]*")
LONG_NUMBER = 5  # digits: a day, an hour, a telephone
NEUTRAL = "photo"


def run(file: Path, story: Path | None = None) -> int:
    """Clean a picture into a story's folder (or in its own place) and print the line to paste; the exit status."""
    folder = story or file.parent
    if not folder.is_dir():
        print(say("%(folder)s is no folder. Name the folder of a story.", folder=folder), file=sys.stderr)
        return 1
    is_here = file.resolve().parent == folder.resolve()
    name = slug_of(file.stem)
    # a clean name beside its text may stand in that text already
    is_telling = tells(name) and not (is_here and name == file.stem)
    progress = Progress(3, sys.stderr)
    try:
        shot = camera.opened(file)
        progress.step()
        image = photos.shrunk(shot.image)
        end, data = _encoded(image, is_exact=shot.is_exact)
        progress.step()
        target = _free(folder, NEUTRAL if is_telling else name, end, file)
        _put(target, data)
        if is_here and not target.samefile(file):  # names may differ in capitals alone
            file.unlink()
    except (photos.PictureError, OSError) as error:
        progress.end()
        reason = getattr(error, "strerror", None) or str(error)
        print(say("%(file)s cannot be cleaned: %(reason)s.", file=file, reason=reason), file=sys.stderr)
        return 1
    progress.end()
    if shot.moves:
        print(say("The picture moves. Only its first frame was taken: a page shows pictures that stand still."))
    if is_telling:
        print(say("The name «%(name)s» could tell when or with what it was taken. Readers see: %(file)s.",
                  name=file.name, file=target.name))  # fmt: skip
    print(say("Clean: %(file)s, %(width)d × %(height)d, %(size)d KB. The line to paste:",
              file=target, width=image.width, height=image.height, size=max(1, len(data) // 1024)))  # fmt: skip
    shows = say("what the picture shows")
    print(f"![{shows}]({target.name})")
    return 0


def tells(name: str) -> bool:
    """Whether a slug is no word of an editor's but a device's counter, or holds a day or a telephone number."""
    return COUNTED.fullmatch(name) is not None or sum(letter.isdigit() for letter in name) >= LONG_NUMBER


def _encoded(image: Image.Image, *, is_exact: bool) -> tuple[str, bytes]:
    """The end of the name and the bytes: a drawing or a screenshot stays exact where that takes no more bytes."""
    jpeg = photos.as_jpeg(image)
    png = photos.as_png(image) if is_exact else b""
    return ("png", png) if png and len(png) <= len(jpeg) else ("jpg", jpeg)


def _free(folder: Path, stem: str, end: str, file: Path) -> Path:
    """A name in the folder that no other picture has, of whatever kind: it is called so in addresses."""
    taken = {path.stem.lower() for path in folder.resolve().iterdir() if path != file.resolve()}
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return folder / f"{name}.{end}"


def _put(target: Path, data: bytes) -> None:
    """Write a picture so that the one in its place is there until the new one is whole."""
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
