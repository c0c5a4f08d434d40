"""Edits of theme, catalogs, settings, code and the shell."""

import re
from random import Random

from warm.desk import LANGUAGES, Desk, change, edit, read, save


@edit
def style_sheet(desk: Desk, random: Random) -> str:
    sheets = sorted((desk.root / "theme/static").glob("*.css"))
    return change(desk, random, sheets, lambda text: f"{text}\n.x{random.randrange(99)}{{color:red}}\n")


@edit
def script(desk: Desk, random: Random) -> str:
    scripts = sorted((desk.root / "theme/static").glob("*.js"))
    return change(desk, random, scripts, lambda text: f"{text}\nvar x{random.randrange(99)};\n")


@edit
def template(desk: Desk, random: Random) -> str:
    """A word behind some line of HTML; in a macro, in a part, in a feed, wherever it falls."""
    number, paths = random.randrange(1000), sorted((desk.root / "theme/templates").rglob("*.*ml"))
    end = re.compile(r"</(p|a|h1|ul|section|article|entry|url)>$")

    def marked(text: str) -> str:
        lines = text.split("\n")
        places = [place for place, line in enumerate(lines) if end.search(line)]
        if places:
            place = random.choice(places)
            lines[place] += f"<!-- {number} -->"
        return "\n".join(lines)

    return change(desk, random, paths, marked)


@edit
def catalog_of_the_theme(desk: Desk, random: Random) -> str:
    return _word_of(desk, random, "theme/translations/*/LC_MESSAGES/*.po")


@edit
def catalog_of_the_tools(desk: Desk, random: Random) -> str:
    return _word_of(desk, random, "magazine/translations/*/LC_MESSAGES/*.po")


def _word_of(desk: Desk, random: Random, pattern: str) -> str:
    number = random.randrange(100)

    def changed(text: str) -> str:
        places = list(re.finditer(r'^msgstr(?:\[\d\])? "[^"\n]+(?=")', text, re.MULTILINE))
        chosen = random.sample(places, min(9, len(places)))
        for match in sorted(chosen, key=re.Match.start, reverse=True):
            text = f"{text[: match.end()]} {number}{text[match.end() :]}"
        return text

    return change(desk, random, sorted(desk.root.glob(pattern)), changed)


@edit
def setting(desk: Desk, random: Random) -> str:
    return _setting(desk, random, random.choice((
        ("LIST_SIZE", str(random.randint(1, 4))), ("FEED_SIZE", str(random.randint(1, 5))),
        ("PAGE_BUDGET", random.choice(("3_000", "13_000"))), ("MAIL", f'"m{random.randrange(99)}@example.org"'),
        ("INTAKES", random.choice(("()", '("https://intake.example.org",)'))),
        ("SITEURL", f'"https://{random.choice(("magazine", "other"))}.example.org"'),
        ("LICENCE, LICENCE_ADDRESS", f'"CC {random.randrange(9)}", "https://example.org/licence"'),
    )))  # fmt: skip


@edit
def size_of_lists(desk: Desk, random: Random) -> str:
    return _setting(desk, random, ("LIST_SIZE", str(random.randint(1, 4))))


@edit
def names_of_the_site(desk: Desk, random: Random) -> str:
    name = random.choice(("SITENAMES", "SUBTITLES", "EXIT_ADDRESSES"))

    def changed(text: str) -> str:
        head, opening, rest = text.partition(f"\n{name} = {{")
        return head + opening + re.sub(r'("ru": ".*?)(?=")', rf"\g<1>{random.randrange(10)}", rest, count=1)

    return f"{name}: {change(desk, random, [desk.root / 'pelicanconf.py'], changed)}"


def _setting(desk: Desk, random: Random, pair: tuple[str, str]) -> str:
    name, value = pair
    path = desk.root / "pelicanconf.py"
    text = re.sub(rf"^({re.escape(name)}(?:: [^=\n]*)?) = [^#\n]*", rf"\1 = {value}  ", read(path), flags=re.MULTILINE)
    return f"{name} = {value} in {save(desk, path, text, random)}"


@edit
def code(desk: Desk, random: Random) -> str:
    """A comment in some module, or a number that is seen on the pages."""
    numbers = (
        ("site/lists.py", r"^HOME_POSTS = \d+", f"HOME_POSTS = {random.randint(1, 4)}"),
        ("site/feeds.py", r"^ANSWERS_PER_ENTRY = \d+", f"ANSWERS_PER_ENTRY = {random.randint(1, 3)}"),
        ("site/responses.py", r"^MAX_DEPTH = \d+", f"MAX_DEPTH = {random.randint(2, 4)}"),
        ("site/edition.py", r"\+0\d:00", f"+0{random.randint(1, 9)}:00"),
        ("site/run.py", r"tells of (a )?death\b", "tells of a death"),
    )
    name, pattern, new = random.choice(numbers)
    path = desk.root / "magazine" / name
    if not path.exists() or random.random() < 0.3:
        path = random.choice(sorted((desk.root / "magazine").rglob("*.py")))
        pattern, new = r"\Z", f"# {random.randrange(100)}\n"
    return f"{new.strip()} in {save(desk, path, re.sub(pattern, new, read(path), flags=re.MULTILINE), random)}"


@edit
def day(desk: Desk, random: Random) -> str:
    desk.environment["SOURCE_DATE_EPOCH"] = random.choice(("1325376000", "1351728000", "1893456001", "1924992000"))
    return f"the day is {desk.environment['SOURCE_DATE_EPOCH']}"


@edit
def shell(desk: Desk, random: Random) -> str:
    name, values = random.choice((
        ("MAGAZINE_LANG", LANGUAGES), ("TZ", ("UTC", "Asia/Bishkek", "America/Lima")), ("LC_ALL", ("C", "C.UTF-8")),
    ))  # fmt: skip
    desk.environment[name] = random.choice(values)
    return f"{name}={desk.environment[name]}"
