"""Whatever was sent, its file reads back as it was approved: no word becomes a header, no header a word."""

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from moderation_desk import POST, TODAY, comment
from trees import LANGUAGES, STORY, write

from magazine import library
from magazine.desk.moderation import answer_files
from magazine.intake import submissions
from magazine.intake.submissions import COMMENT, MENTIONS, Submission, UnfitError
from magazine.problems import Report

pytestmark = pytest.mark.slow

HOSTILE = [
    "Status: removed", "Status: draft\n\nДа.", "---", "---\nAuthor: Другая\n---\n\nДа.", "Да.\n\n---\nStatus: removed",
    "Receipt: 00000000000000000000000000000000", "Author: a\nDate: 1999-01-01\n\nДа.", "Reply-To: 1", "    четыре",
    "\n\n\nДа.", "# Имя", ": нет", "a:b", "Date:", "Да.\u2028Status: removed", "Да.\x0bStatus: removed",
    "Да.\x85Status: removed", "\ufeffStatus: removed", "…", "<script>alert(1)</script>", "[a](javascript:alert(1))",
    "й\u0306\u200b\u0306", "a\u200b\u0301", "\u1100\u200b\u1161\u11a8",
]  # fmt: skip
PARTS = st.sampled_from(
    [*HOSTILE, "\n", "\n\n", " ", "\t", "    ", ":", "-", "Status", "removed", "й", "\u0306", "\u200b"]
)
WORDS = st.one_of(st.lists(PARTS, max_size=8).map("".join), st.text(max_size=200))


def sent(text: str, name: str, title: str, kind: str, language: str, day: dt.date, reply_to: str) -> Submission:
    mention = kind in submissions.MENTIONS
    source, target = ("https://b.example.net/?a=b:c#d", "https://m.example.net/") if mention else ("", "")
    return submissions.checked(
        comment(
            text, name=name, title=title, kind=kind, language=language, day=day, reply_to=reply_to, receipt="code",
            source=source, target=target,
        )
    )  # fmt: skip


def read_back(text: str) -> tuple[object, list[str]]:
    """The answer in a file of this text, by the one reader of the house, and what was told of it."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {f"{POST}/ru.md": STORY, f"{POST}/comments/1.md": STORY.replace("Title", "Author"),
                             f"{POST}/comments/2012-11-30-1-abcde.md": text})  # fmt: skip
        report = Report()
        held = library.read(Path(folder), LANGUAGES, report, TODAY)
        found = [one for one in held.entries[POST].answers if one.id != "1"]
        return (found[0] if len(found) == 1 else None), [problem.text() for problem in report.sorted()]


@given(
    text=WORDS, name=WORDS, title=WORDS, kind=st.sampled_from([COMMENT, *MENTIONS]),
    language=st.sampled_from(LANGUAGES), day=st.dates(), reply_to=st.sampled_from(["", "1"]),
)  # fmt: skip
@example("Status: removed", "Status: removed", "Status: removed", "comment", "ru", dt.date(1, 1, 1), "1")
@example("", "---", "---", "pingback", "en", dt.date(9999, 12, 31), "")
@settings(max_examples=150, deadline=None)
def test_a_file_reads_back_as_it_was_approved(
    text: str, name: str, title: str, kind: str, language: str, day: dt.date, reply_to: str
) -> None:
    try:
        one = sent(text, name, title, kind, language, day, reply_to)
    except UnfitError:
        assume(False)
    assume(not answer_files.unreadable(one))
    found, told = read_back(answer_files.composed(one, "0" * 32, reply_to))
    assert told == []
    assert found
    plain = answer_files._plain
    assert (found.text, found.author, found.title) == (plain(one.text), plain(one.name), plain(one.title))
    assert (found.kind, found.language, found.date) == (kind, language, day)
    assert (found.reply_to, found.source, found.is_removed) == (reply_to, one.source, False)


@pytest.mark.parametrize("text", [text for text in HOSTILE if submissions.cleaned(text)])
def test_no_hostile_words_are_refused_for_their_form(text: str) -> None:
    """They are words like others: it is not the reader's business how our files look."""
    one = sent(text, text.partition("\n")[0][:60], text[:60], "comment", "ru", TODAY, "")
    assert answer_files.unreadable(one) == ""
    found, told = read_back(answer_files.composed(one, "", ""))
    assert (found and found.text, told) == (answer_files._plain(one.text), [])


def test_numbers_run_on_behind_the_largest() -> None:
    names = ["2012-11-30-1-abcde", "2012-11-30-10-bcdef", "2012-11-30-7", "2012-12-01-40-xxxxx", "7", "2012-11-30-x",
             "2012-11-30-99-part-2"]  # fmt: skip
    assert answer_files.next_number("2012-11-30", names) == 11
    assert answer_files.next_number("2012-11-29", names) == 1
