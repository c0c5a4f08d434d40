"""What an import tells at its end: every item and every comment is counted once, and what needs a look is listed.

No e-mail, no word of a comment and no title of a hidden text is in it: others may read it too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from magazine.desk.wordpress.people import anyone, withheld
from magazine.desk.wordpress.survey import Survey
from magazine.desk.wordpress.text import cleaned
from magazine.headers import shown
from magazine.messages import marked, say

ITEMS: Mapping[str, str] = {
    "published-post": marked("published posts, now in blog/"),
    "published-page": marked("published pages, now in pages/"),
    "draft": marked("drafts, still drafts"),
    "pending": marked("posts waiting for review, now drafts"),
    "future": marked("posts for a later day, now drafts"),
    "private": marked("private posts, now drafts"),
    "password": marked("posts with a password, now drafts; the password is gone"),
    "undated": marked("published posts without a day, now drafts"),
    "empty": marked("published posts without a text, now drafts"),
    "state": marked("posts in a state of their own, now drafts"),
    "attachment": marked("uploaded files; pictures come with the text that shows them"),
    "block": marked("reusable blocks, put into the texts that use them"),
    "menu": marked("menu entries, left out"),
    "form": marked("forms and what was sent by them, left out"),
    "revision": marked("earlier versions, left out"),
    "other": marked("items of other kinds, left out"),
    "foreign": marked("texts in other languages, left out"),
    "trash": marked("items from the bin, left out"),
    "auto-draft": marked("drafts that nobody began, left out"),
    "damaged": marked("damaged items that cannot be read"),
}
COMMENTS: Mapping[str, str] = {
    "comment": marked("approved comments, now answers"),
    "pingback": marked("pingbacks, now answers"),
    "trackback": marked("trackbacks, now answers"),
    "webmention": marked("webmentions, now answers"),
    "comment-queued": marked("waiting for a decision, sealed into the queue of `moderate`"),
    "comment-pending": marked("waiting for a decision, not written anywhere"),
    "comment-unfit": marked("waiting for a decision, but too long, with too many links or without an address"),
    "comment-spam": marked("spam, left out"),
    "comment-trash": marked("from the bin, left out"),
    "comment-state": marked("in a state of their own, left out"),
    "comment-kind": marked("of other kinds, left out"),
    "comment-empty": marked("without words, left out"),
    "comment-elsewhere": marked("at items that are left out"),
}
FILES: Mapping[str, str] = {
    "new": marked("new"),
    "renewed": marked("written again, since the export or the uploads have changed"),
    "same": marked("unchanged"),
    "changed": marked("left as you have changed them"),
    "removed": marked("not written again, since you have taken them away"),
}
LOST: Mapping[str, str] = {
    "sticky": marked("posts that stood on top of the list"),
    "closed": marked("texts that took no comments"),
    "ordered": marked("pages with a place in an order"),
    "format": marked("post formats"),
    "described": marked("descriptions of categories and tags"),
    "plain": marked("addresses that are a mere number (?p=12), which no file can answer to"),
    "paths": marked("old addresses where another page stands, or which no file can have"),
    "attachments": marked("pages of uploaded files that belong to no text"),
}
LISTS: Mapping[str, str] = {
    "pending": marked("Comments that wait for a decision (look at them in WordPress):"),
    "unfit": marked("Comments that wait for a decision and cannot be taken over (look at them in WordPress):"),
    "withheld": marked("The e-mail or network address of a person was taken out of these texts:"),
    "answer-withheld": marked("An e-mail or network address was taken out of these answers:"),
    "email": marked("These texts name an e-mail address; look whether it may stay:"),
    "picture": marked("Pictures that are not among the uploads (the words of the text stay):"),
    "unreadable": marked("Pictures that cannot be read:"),
    "alt": marked("Pictures that nobody has described; write what they show:"),
    "file": marked("Files that are no pictures, or are not among the uploads (the words of the link stay):"),
    "link": marked("Links within the old site that lead to nothing that came along (their words stay):"),
    "media": marked("Sounds, films and frames that were left out:"),
    "shortcode": marked("Shortcodes that were left out (the words within stay):"),
    "block": marked("Blocks without a text that were left out:"),
    "struck": marked("Words that were struck out, and now are not:"),
    "nested": marked("Texts too deeply nested; only their words were kept:"),
    "blank": marked("Published texts of which nothing is left:"),
    "language": marked("Languages that the magazine does not have, left out:"),
    "divided": marked("Texts too long for one page, divided into parts:"),
    "answer-divided": marked("Answers too long for one file, divided into parts:"),
    "file-changed": marked("Files that differ from what was imported, left as they are:"),
    "file-removed": marked("Files that you have taken away since the last import:"),
}
INDENT, WIDTH = "  ", 8


class Done(Protocol):
    """What was done (see ``importing``)."""

    survey: Survey
    entries: int
    lost_paths: int
    lost_attachments: int
    files: Counter[str]
    comments: Counter[str]
    told: list[tuple[str, str, str]]


def lines(done: Done, file: Path) -> Iterator[str]:
    """The report, line by line, in the editor's language."""
    survey = done.survey
    said = done.comments + Counter({"comment-elsewhere": survey.said["comment-elsewhere"]})
    yield from _counted(say("Items in %(file)s: %(number)d", file=file.name, number=survey.items),
                        ITEMS, survey.fates, survey.items)  # fmt: skip
    yield from (f"{INDENT * 6}{_plain(kind)}: {number}" for kind, number in sorted(survey.kinds.items()))
    yield from _counted(say("Comments: %(number)d", number=survey.comments), COMMENTS, said, survey.comments)
    yield from _named(
        say("Files in the folder of texts: %(number)d", number=sum(done.files.values())), FILES, done.files
    )
    lost = survey.lost + Counter({"paths": done.lost_paths, "attachments": done.lost_attachments})
    if any(lost.values()):
        yield from _named(say("What the magazine has no place for:"), LOST, lost)
    if survey.fates["private"] or survey.fates["password"]:
        yield say("Private posts and posts with a password lie in the folder as drafts. Nobody sees them on the site, "
                  "but whoever gets the sources can read them: take away those that are not for others.")  # fmt: skip
    if survey.damaged:
        yield say("Damaged items begin at these lines of the export: %(lines)s. Export it again, or mend them there; "
                  "all others were read.", lines=", ".join(map(str, survey.damaged)))  # fmt: skip
    if survey.foreign:
        yield say("Texts in other languages begin at these lines of the export: %(lines)s",
                  lines="; ".join(map(_plain, survey.foreign)))  # fmt: skip
    told: dict[str, list[str]] = defaultdict(list)
    for what, where, value in done.told:
        told[what].append(f"{where}: {_plain(value)}" if value else where)
    for what, title in LISTS.items():
        if told[what]:
            yield say(title)
            yield from (f"{INDENT}{line}" for line in dict.fromkeys(told[what]))
    yield say("Now run `check`: it tells what else needs your eye.")


def _counted(title: str, names: Mapping[str, str], numbers: Mapping[str, int], total: int) -> Iterator[str]:
    yield from _named(title, names, numbers)
    counted = sum(numbers.values())
    share = 100 if counted == total else 100 * counted / total
    yield INDENT + say("%(counted)d of %(total)d are accounted for (%(share)d %%)",
                       counted=counted, total=total, share=share)  # fmt: skip


def _named(title: str, names: Mapping[str, str], numbers: Mapping[str, int]) -> Iterator[str]:
    yield title
    yield from (f"{INDENT}{numbers[key]:>{WIDTH}}  {say(name)}" for key, name in names.items() if numbers.get(key))


def _plain(value: str) -> str:
    """What an export says, fit for a terminal and for other eyes."""
    return shown(cleaned(withheld(value, anyone)[0]), 120)
