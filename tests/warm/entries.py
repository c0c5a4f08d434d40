"""Edits that add, remove, move and order whole entries."""

from random import Random

from warm.desk import LANGUAGES, Desk, breaking, edit, move, read, remove, rename, save, sentence, set_header

NAMES = ("Зоя", "зоя", "Zoia", "Мира", "Мира, Зоя", "Алтынай", "Mira", "Айгүл")
TAGS = ("дорога", "Дорога", "doroga", "дом, дорога", "закон", "закон, дом", "friendship", "жол, үй", "")
DAYS = ("2008-12-17", "2008-12-18", "2009-06-01", "2010-01-31", "2012-09-10")


@edit
def new_post(desk: Desk, random: Random) -> str:
    head = f"Title: {sentence(random)}\nDate: {random.choice(DAYS)}\nAuthor: {random.choice(NAMES)}\n"
    path = desk.content / "blog" / f"post-{random.randrange(1000)}" / f"{random.choice(LANGUAGES)}.md"
    return save(desk, path, f"{head}Tags: {random.choice(TAGS)}\n\n{sentence(random)}\n", random)


@edit
def three_new_posts(desk: Desk, random: Random) -> str:
    return "; ".join(new_post(desk, random) for _ in range(3))


@edit
def post_removed(desk: Desk, random: Random) -> str:
    posts = [path for path in desk.entries("blog/*") if path.name != "alpha"]
    return remove(desk, random.choice(posts)) if len(posts) > 1 else ""


@edit
def new_page(desk: Desk, random: Random) -> str:
    path = desk.content / "pages" / random.choice(("mirror", "rules", "thanks")) / "ru.md"
    if path.exists():
        return remove(desk, path.parent)
    return save(desk, path, f"Title: {sentence(random)}\n\n{sentence(random)}\n", random)


@edit
def post_renamed(desk: Desk, random: Random) -> str:
    posts = [path for path in desk.entries("blog/*") if path.name != "alpha"]
    return rename(desk, random.choice(posts), f"renamed-{random.randrange(100)}") if posts else ""


@edit
def two_texts_exchanged(desk: Desk, random: Random) -> str:
    """Each keeps its time, its size and its place on the disk; only the names change."""
    texts = desk.texts("magazine/*/*/ru.md") + desk.texts("blog/*/ru.md")
    if len(texts) < 2:
        return ""
    one, other = random.sample(texts, 2)
    aside = one.with_name(".aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return f"{desk.shown(one)} and {desk.shown(other)} exchanged"


@edit
def story_to_another_issue(desk: Desk, random: Random) -> str:
    stories, issues = desk.entries("magazine/*/*"), desk.entries("magazine/*")
    loose = [path for path in stories if path.name not in ("first", "second")] or stories
    if not loose or not issues:
        return ""
    story, issue = random.choice(loose), random.choice(issues)
    return "" if (issue / story.name).exists() else move(desk, story, issue / story.name)


@edit
def order_of_an_issue(desk: Desk, random: Random) -> str:
    issues = desk.entries("magazine/*")
    if not issues:
        return ""
    issue = random.choice(issues)
    names = sorted(path.name for path in issue.iterdir() if path.is_dir() and path.name != "comments")
    chosen = ", ".join(random.sample(names, random.randint(0, len(names))))
    if not chosen:
        return set_header(desk, random, sorted(issue.glob("??.md")), "Number", random.choice(("7", "")))
    return set_header(desk, random, sorted(issue.glob("??.md")), "Stories", chosen)


@edit
def new_issue(desk: Desk, random: Random) -> str:
    issue = desk.content / "magazine" / f"2011-{random.randint(1, 12):02}"
    if issue.exists():
        return remove(desk, issue)
    told = save(desk, issue / "ru.md", f"Title: {sentence(random)}\nNumber: 3\n\n{sentence(random)}\n", random)
    slug = f"story-{random.randrange(1000)}"
    text = f"Title: {sentence(random)}\nDate: 2011-03-02\nAuthor: {random.choice(NAMES)}\n\n{sentence(random)}\n"
    return f"{told}; {save(desk, issue / slug / 'ru.md', text, random)}"


@edit
def draft_and_back(desk: Desk, random: Random) -> str:
    drafts = [path for path in desk.texts() if "\nStatus:" in read(path)]
    if drafts and random.random() < 0.7:
        return set_header(desk, random, drafts, "Status", random.choice(("", "published")))
    return set_header(desk, random, desk.texts("blog/*/*.md"), "Status", random.choice(("draft", "hidden", "skip")))


@breaking
def any_draft(desk: Desk, random: Random) -> str:
    return set_header(desk, random, desk.texts(), "Status", "draft")


@breaking
def any_entry_renamed(desk: Desk, random: Random) -> str:
    return rename(desk, random.choice(desk.entries()), f"other-{random.randrange(100)}")


@breaking
def any_entry_removed(desk: Desk, random: Random) -> str:
    return remove(desk, random.choice(desk.entries()))
