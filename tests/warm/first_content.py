"""The small magazine that the edits begin with: one of each."""

import io
import re
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image


def lay_out(root: Path) -> None:
    """Write the magazine that the edits begin with; lists are short, so that their pages come and go."""
    for name, text in _first_content().items():
        path = root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    conf = root / "pelicanconf.py"
    text = re.sub(r"^LIST_SIZE = \d+", "LIST_SIZE = 2", conf.read_text(encoding="utf-8"), flags=re.MULTILINE)
    conf.write_text(re.sub(r"^FEED_SIZE = \d+", "FEED_SIZE = 4", text, flags=re.MULTILINE), encoding="utf-8")


def signers(random: Random, number: int) -> str:
    """A list of signatures of each level, in a few regions."""
    lines = []
    for _ in range(number):
        known = f"2012-06-{random.randint(1, 28):02d} {random.choice(('counted', 'pen-name', 'public'))}"
        region = random.choice(("osh", "osh", "osh", "talas", "-"))
        name = f"Мира {random.randrange(10**6)}"
        seen = "" if known.endswith("counted") else f" | {name} | {region}"
        lines.append(f"{known} {random.getrandbits(128):032x} -{seen}\n")
    return f"Kind: signatures\nDate: 2012-06-28\nDuplicates: {random.randrange(9)}\n\n{''.join(lines)}"


def _first_content() -> dict[str, str | bytes]:
    def story(title: str, date: str, author: str = "Зоя", tags: str = "дорога", more: str = "", body: str = "") -> str:
        head = f"Title: {title}\nDate: {date}\nAuthor: {author}\nTags: {tags}\n{more}"
        return f"{head}\nРассказ о том, как {title.lower()}.\n\n{body}\n"

    def translation(title: str, more: str = "") -> str:
        return f"Title: {title}\nTranslator: Swallow\n{more}\nA text by the name of «{title}».\n"

    return {
        "magazine/2008-12/ru.md": story("Первый выпуск", "2008-12-17", more="Number: 1\nStories: second, first\n"),
        "magazine/2008-12/en.md": translation("The first issue"),
        "magazine/2008-12/first/ru.md": story(
            "Первая", "2008-12-18", more="Picture: photo.jpg\nAlt: Зонт\n", body="[дальше](../second/)"
        ),
        "magazine/2008-12/first/en.md": translation("The first", "Original-Version: 0123456789ab\nTags: road\n"),
        "magazine/2008-12/first/photo.jpg": picture(Random(1)),
        "magazine/2008-12/second/ru.md": story(
            "Вторая", "2008-12-17", "Мира", more="Note: violence\nDiscreet: Письмо\n"
        ),
        "magazine/2008-12/second/ky.md": translation("Экинчи"),
        "magazine/2008-12/second/comments/1.md": "Author: Соседка\nDate: 2009-01-02\n\nСпасибо.\n",
        "magazine/2009-06/ru.md": story("Второй выпуск", "2009-06-01", more="Number: 2\n"),
        "magazine/2009-06/third/en.md": story("Third", "2009-06-02", "Mira", "road, home"),
        "magazine/2009-06/third/ru.md": translation("Третья", "Tags: дорога, дом\nAuthor: Мира\n"),
        "blog/alpha/ru.md": story("Альфа", "2010-01-02", tags="дом", body="![Зонт](photo.png)\n\n<b>жирно</b>"),
        "blog/alpha/en.md": translation("Alpha"),
        "blog/alpha/photo.png": picture(Random(2), form="PNG"),
        "blog/alpha/comments/1.md": "Author: Соседка\nDate: 2010-01-03\n\nДа.\n",
        "blog/alpha/comments/2.md": "Date: 2010-01-04\nReply-To: 1\nLang: en\n\nYes.\n",
        "blog/alpha/comments/3.md": "Kind: pingback\nDate: 2010-02-01\nSource: https://example.org/a\n\n…\n",
        "blog/beta/ru.md": story(
            "Бета", "2010-03-04", "Мира", "закон", body="[раньше](../alpha/#answers), [в](../../blog/)"
        ),
        "blog/gamma/ky.md": story("Гамма", "2011-03-04", "Айгүл", "жол, үй"),
        "blog/gamma/ru.md": translation("Гамма по-русски"),
        "blog/delta/ru.md": story("Дельта", "2011-05-04", tags="закон, дом", body="[файл](../../extra/key.txt)"),
        "petitions/letter/ru.md": story(
            "Письмо", "2012-06-03", more="To: Парламент; Министр\nGoal: 900\nDeadline: 2013-01-01\n"
        ),
        "petitions/letter/en.md": translation("A letter"),
        "petitions/letter/signatures/1.md": "Kind: tally\nCount: 64\nDate: 2012-06-03\nWay: street\n",
        "petitions/letter/signatures/list.md": signers(Random(1), 230),
        "petitions/letter/updates/news/ru.md": story("Новость", "2012-07-03"),
        "pages/about/ru.md": "Title: О нас\n\nМы. [Письмо](../../petitions/letter/)\n",
        "pages/about/en.md": translation("About us"),
        "pages/safety/ru.md": "Title: Безопасность\n\nОсторожно.\n",
        "extra/key.txt": "a key\n",
    }  # fmt: skip


def picture(random: Random, size: tuple[int, int] = (330, 40), form: str = "JPEG", **options: Any) -> bytes:
    """A picture of 4,000 bytes, whatever it shows: zeros behind its end make up the rest."""
    colours = [(random.randrange(256), random.randrange(256), random.randrange(256)) for _ in range(4)]
    image = Image.new("RGB", (2, 2))
    image.putdata(colours)
    stream = io.BytesIO()
    image.resize(size, Image.Resampling.NEAREST).save(stream, form, **options)
    return stream.getvalue().ljust(4000, b"\0")


def webp(random: Random, size: tuple[int, int]) -> bytes:
    """A picture in the form that Pillow writes last."""
    stream = io.BytesIO()
    Image.new("RGB", size, (random.randrange(256), 9, 9)).save(stream, "WEBP")
    return stream.getvalue()
