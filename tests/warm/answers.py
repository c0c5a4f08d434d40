"""Edits of answers and petitions."""

import re
from random import Random

from warm.desk import Desk, add, breaking, dated, edit, read, remove, save, sentence, set_header
from warm.first_content import signers

NAMES = ("Зоя", "зоя", "Zoia", "Мира", "Мира, Зоя", "Алтынай", "Mira", "Айгүл")
DAYS = ("2008-12-17", "2008-12-18", "2009-06-01", "2010-01-31", "2012-09-10")


@edit
def answer(desk: Desk, random: Random) -> str:
    entry = random.choice(desk.entries("magazine/*/*", "blog/*", "pages/*"))
    known = sorted(path.stem for path in entry.glob("comments/*.md"))
    head = f"Author: {random.choice(NAMES)}\nDate: {random.choice(DAYS)}\n"
    reply = f"Reply-To: {random.choice(known)}\n" if known else ""
    head += random.choice(("", "Lang: en\n", reply, "Kind: webmention\n"))
    return save(desk, entry / "comments" / f"{random.randint(1, 99)}.md", f"{head}\n{sentence(random)}\n", random)


@edit
def long_answers(desk: Desk, random: Random) -> str:
    """So many that they need a second page, or the same ones away again."""
    folder = desk.content / "blog" / "alpha" / "comments"
    long = sorted(folder.glob("long-*.md"))
    for path in long:
        path.unlink()
    if long:
        return f"without the {len(long)} long answers of {desk.shown(folder)}"
    for number in range(3):
        text = "\n\n".join(sentence(random) * 3 for _ in range(40))
        save(desk, folder / f"long-{number}.md", f"Author: Соседка\nDate: 2010-0{number + 5}-01\n\n{text}\n", random)
    return f"3 long answers in {desk.shown(folder)}"


@edit
def answer_changed(desk: Desk, random: Random) -> str:
    return add(desk, random, sorted(desk.content.glob("**/comments/*.md")), sentence(random))


@edit
def answer_of_another_state(desk: Desk, random: Random) -> str:
    answers = sorted(desk.content.glob("**/comments/*.md"))
    parents = {match[1] for path in answers for match in re.finditer(r"Reply-To: (\S+)", read(path))}
    free = [path for path in answers if path.stem not in parents]
    return set_header(desk, random, free, "Status", random.choice(("pending", "approved", "spam", "")))


@edit
def kind_of_an_answer(desk: Desk, random: Random) -> str:
    kind = random.choice(("comment", "pingback", "trackback"))
    return set_header(desk, random, sorted(desk.content.glob("**/comments/*.md")), "Kind", kind)


@edit
def first_or_last_answer_removed(desk: Desk, random: Random) -> str:
    folders = sorted(path for path in desk.content.glob("**/comments") if any(path.iterdir()))
    if not folders:
        return ""
    answers = sorted(random.choice(folders).iterdir())
    parents = {match[1] for path in answers for match in re.finditer(r"Reply-To: (\S+)", read(path))}
    path = random.choice((answers[0], answers[-1]))
    if path.stem in parents:
        return ""
    path.unlink()
    return f"without {desk.shown(path)}"


@breaking
def answer_to_nobody(desk: Desk, random: Random) -> str:
    answers = sorted(desk.content.glob("**/comments/*.md"))
    return set_header(desk, random, answers, "Reply-To", random.choice(("77", "1", "2")))


@edit
def tally(desk: Desk, random: Random) -> str:
    folder = desk.content / "petitions" / "letter" / "signatures"
    path = folder / f"{random.randint(1, 3)}.md"
    if path.exists() and random.random() < 0.4:
        path.unlink()
        return f"without {desk.shown(path)}"
    text = f"Kind: tally\nCount: {random.randrange(2000)}\nDate: {random.choice(DAYS)}\nWay: online\n"
    return save(desk, path, text, random)


@edit
def list_of_signatures(desk: Desk, random: Random) -> str:
    path = desk.content / "petitions" / "letter" / "signatures" / f"list-{random.randint(1, 3)}.md"
    return save(desk, path, signers(random, random.choice((1, 3, 40, 300))), random)


@edit
def a_signature_more_or_less(desk: Desk, random: Random) -> str:
    """One is added, or one is taken back."""
    path = random.choice(sorted(desk.content.glob("petitions/*/signatures/list*.md")))
    lines = read(path).splitlines(keepends=True)
    if random.random() < 0.5 and len(lines) > 5:
        del lines[random.randrange(5, len(lines))]
    else:
        lines += signers(random, 1).splitlines(keepends=True)[-1:]
    return save(desk, path, "".join(lines), random)


@edit
def news_of_a_petition(desk: Desk, random: Random) -> str:
    path = desk.content / "petitions" / "letter" / "updates" / f"news-{random.randint(1, 2)}" / "ru.md"
    if path.exists():
        return remove(desk, path.parent)
    answered = random.choice(("", "From: Парламент\n", "From: Министр\n"))
    head = f"Title: {sentence(random)}\nDate: {random.choice(DAYS)}\n{answered}"
    return save(desk, path, f"{head}\n{sentence(random)}\n", random)


@edit
def terms_of_a_petition(desk: Desk, random: Random) -> str:
    name, value = random.choice((
        ("Deadline", "2012-01-01"), ("Deadline", "2030-01-01"), ("Deadline", ""), ("State", "open"),
        ("State", "delivered"), ("State", ""), ("Goal", "10, 5000"), ("Goal", ""), ("To", "Парламент"),
        ("Message", "Подпишите"), ("Message", ""), ("Discreet", "Письмо"), ("Discreet", ""),
    ))  # fmt: skip
    return set_header(desk, random, dated(desk, "petitions/*"), name, value)
