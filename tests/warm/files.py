"""Edits of pictures and other files."""

import base64
import os
from random import Random

from warm.desk import Desk, add, breaking, edit, read, save, sentence, set_header, with_header
from warm.first_content import picture, webp

CHECKED = "address,state,checked,seq,shown\n"


@edit
def new_picture(desk: Desk, random: Random) -> str:
    """Its name may differ from another one's in the suffix alone."""
    entry = random.choice(desk.entries("magazine/*/*", "blog/*"))
    name = random.choice(("photo.jpg", "photo.png", "Photo.webp"))
    form = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[name.rsplit(".")[-1]]
    size = random.choice(((330, 40), (200, 30), (700, 20)))
    told = save(desk, entry / name, picture(random, size, form) if form != "WEBP" else webp(random, size), random)
    shown = f"![Зонт]({name} 'зонт {random.randrange(100)}')"
    return f"{told}, shown in {add(desk, random, sorted(entry.glob('??.md')), shown)}"


@edit
def picture_replaced_unseen(desk: Desk, random: Random) -> str:
    """Another picture of the same size and time."""
    pictures = sorted(path for path in desk.content.glob("**/*") if path.suffix in (".jpg", ".png"))
    if not pictures:
        return ""
    path = random.choice(pictures)
    before = path.stat()
    path.write_bytes(picture(random, random.choice(((330, 40), (400, 60))), "PNG" if path.suffix == ".png" else "JPEG"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return f"another picture in {desk.shown(path)}, size and time kept"


@edit
def lead_picture(desk: Desk, random: Random) -> str:
    pictures = sorted(path for path in desk.content.glob("**/*") if path.suffix in (".jpg", ".png"))
    if not pictures:
        return ""
    path = random.choice(pictures)
    sources = [source for source in sorted(path.parent.glob("??.md")) if "\nDate:" in read(source)]
    for source in sources:
        text = with_header(with_header(read(source), "Picture", path.name), "Alt", "Зонт")
        return f"lead picture {path.name} in {save(desk, source, text, random)}"
    return ""


@edit
def lead_picture_left_out(desk: Desk, random: Random) -> str:
    return set_header(desk, random, [path for path in desk.texts() if "\nPicture:" in read(path)], "Picture", "")


@edit
def unused_picture(desk: Desk, random: Random) -> str:
    """Beside those that are shown: it may take the name of their variants."""
    path = random.choice(desk.entries("magazine/*/*", "blog/*")) / random.choice(("a.jpg", "PHOTO.jpg", "photo-2.jpg"))
    if path.exists():
        path.unlink()
        return f"without {desk.shown(path)}"
    return save(desk, path, picture(random, comment=random.choice((b"", b"CREATOR: gd-jpeg v1.0"))), random)


@breaking
def picture_removed_or_private(desk: Desk, random: Random) -> str:
    pictures = sorted(path for path in desk.content.glob("**/*.jpg"))
    if not pictures:
        return ""
    path = random.choice(pictures)
    if random.random() < 0.5:
        path.unlink()
        return f"without {desk.shown(path)}"
    return f"private: {save(desk, path, random.choice((picture(random, comment=b'Zoya'), b'no picture')), random)}"


@edit
def extra_file(desk: Desk, random: Random) -> str:
    path = desk.content / "extra" / random.choice(("robots.txt", "icon.svg", "below/a.txt", "key.txt"))
    if path.exists() and path.name != "key.txt":
        path.unlink()
        return f"without {desk.shown(path)}"
    return save(desk, path, sentence(random), random)


@edit
def mirrors(desk: Desk, random: Random) -> str:
    """Some of them come, go or are looked at."""
    hosts = [f"https://m{number}.example.net/" for number in range(4) if random.random() < 0.7]
    listed = "".join(f"{host},web,{random.choice(('', 'Друзья'))},,,\n" for host in hosts)
    told = save(
        desk, desk.content / "mirrors" / "list.csv", f"address,kind,operator,link,country,since\n{listed}", random
    )
    found = "".join(
        f"{host},{random.choice(('current', 'behind', 'tampered'))},2012-01-0{random.randrange(1, 9)},7,yes\n"
        for host in hosts
    )
    return f"{told}, {save(desk, desk.content / 'mirrors' / 'checked.csv', f'{CHECKED}{found}', random)}"


@edit
def keys_list(desk: Desk, random: Random) -> str:
    """The list of keys comes, goes or is another one."""
    path = desk.content / "extra" / "keys.txt"
    if path.exists() and random.random() < 0.3:
        path.unlink()
        return f"without {desk.shown(path)}"
    root = base64.b64encode(b"Ed" + random.randbytes(40)).decode()
    return save(desk, path, f"seq 1\ndate 2012-01-01\nexpires 2013-01-01\nneeds 1\nroot {root}\n", random)


@breaking
def keys_that_are_none(desk: Desk, random: Random) -> str:
    return save(desk, desk.content / "extra" / "keys.txt", sentence(random), random)


@breaking
def extra_takes_a_page(desk: Desk, random: Random) -> str:
    names = ("index.html", "blog/beta.html", "blog/alpha/answers-2.html", "topics/index.html", "blog/page/1.html")
    return save(desk, desk.content / "extra" / random.choice(names), sentence(random), random)


@edit
def stray_file(desk: Desk, random: Random) -> str:
    path = random.choice(desk.entries()) / random.choice((".ru.md.swp", "ru.md~", "Thumbs.db", "notes.txt"))
    if path.exists():
        path.unlink()
        return f"without {desk.shown(path)}"
    return save(desk, path, "left behind", random)


@edit
def touched(desk: Desk, random: Random) -> str:
    """Another time or mode, the same bytes."""
    paths = sorted(path for name in ("content", "theme") for path in (desk.root / name).rglob("*") if path.is_file())
    chosen = paths if random.random() < 0.3 else random.sample(paths, min(3, len(paths)))
    stamp = random.choice((10**18, 2 * 10**18, 1_500_000_000_123_456_789))
    for path in chosen:
        os.utime(path, ns=(stamp, stamp))
        path.chmod(random.choice((0o644, 0o600, 0o755)))
    return f"{len(chosen)} files touched"
