"""The mail links of the pages: whatever a mail program makes of their subject leads back to the text and the answer."""

# ruff: noqa: E501 (addresses stand here as they come)

import urllib.parse
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from mails import as_bytes, encoded, one, raw, taken_apart
from site_files import Site
from trees import ANSWER, STORY, TRANSLATION, write

from magazine.desk.mail.reading import TRANSLATION as ABOUT_TRANSLATION
from magazine.desk.mail.reading import SkippedError
from magazine.desk.mail.subjects import SIGNATURE, Texts
from magazine.site import build

PETITION = "Title: Петиция\nDate: 2008-12-02\nTo: Парламент\nGoal: 100\n\nТекст.\n"
LONG = "blog/a-quiet-name-that-is-long-enough-to-be-folded-by-every-program-there-is"
FILES = {
    f"{LONG}/ru.md": STORY, f"{LONG}/ky.md": TRANSLATION, f"{LONG}/en.md": TRANSLATION,
    f"{LONG}/comments/2026-01-03-1-abcde.md": ANSWER, f"{LONG}/comments/2026-01-04-12-vwxyz.md": ANSWER,
    "magazine/2012-12/ru.md": STORY, "magazine/2012-12/second/ru.md": STORY,
    "petitions/umbrella/ru.md": PETITION, "petitions/umbrella/ky.md": TRANSLATION, "petitions/umbrella/en.md": TRANSLATION,
    "petitions/umbrella/updates/news/ru.md": STORY,
}  # fmt: skip
CHARSETS = ("utf-8", "windows-1251", "koi8-r", "iso-8859-5")
PREFIXES = ("", "Re: ", "Ответ: ", "Re[2]: Fwd: ", "[SPAM] ")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("link") / "content", FILES)


@pytest.fixture(scope="module")
def pages(content: Path) -> Site:
    """The site of a magazine that is answered by mail alone."""
    usual = build.settings
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "settings", lambda **values: usual(**{"INTAKES": (), **values}))
        assert not [problem for problem in build.build(content, content.parent / "output") if problem.stops]
    return Site(content.parent / "output")


def links(pages: Site) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The page, its language and the fields of each of its mail links to the editors."""
    for address, page in pages.pages.items():
        for href in page.tree.xpath("//a[starts-with(@href, 'mailto:')]/@href"):
            parts = urllib.parse.urlsplit(href)
            if parts.path:
                language = address.partition("/")[0] if address.startswith(("ky/", "en/")) else "ru"
                yield address, language, dict(urllib.parse.parse_qsl(parts.query))


def test_there_are_links_of_every_kind(pages: Site) -> None:
    found = list(links(pages))
    assert {language for _, language, _ in found} == {"ru", "ky", "en"}
    subjects = {fields["subject"] for _, _, fields in found}
    assert {f"[{LONG}]", f"[{LONG}#2026-01-03-1-abcde]", f"[{LONG}#2026-01-04-12-vwxyz]"} <= subjects
    assert "[petitions/umbrella/sign]" in subjects
    assert {f"{word} [magazine/2012-12/second]" for word in ("Котормо", "Translation")} <= subjects


def named(subject: str) -> tuple[str, str]:
    """The text and the answer that a link names."""
    key, _, answer = subject.rpartition("[")[2].rstrip("]").partition("#")
    return key.removesuffix("/sign"), answer


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_subject_leads_back(charset: str, prefix: str, pages: Site, content: Path) -> None:
    texts = Texts.of(content)
    tried = 0
    for address, language, fields in links(pages):
        subject = fields["subject"]
        key, answer = named(subject)
        made = raw([f"Subject: {encoded(prefix + subject, charset)}"], fields.get("body", "Ok"), "utf-8")
        tried += 1
        if subject.startswith(("Перевод", "Котормо", "Translation")):
            with pytest.raises(SkippedError, match=ABOUT_TRANSLATION):
                taken_apart(made, texts)
            continue
        found = taken_apart(made, texts)
        (sent,) = found.submissions
        assert (sent.entry, sent.reply_to) == (key, answer), (address, subject)
        assert sent.language == (language if "body" in fields else "ru"), (address, subject)
        assert (found.mark == SIGNATURE) == ("body" in fields)
    assert tried > 10


def test_pythons_own_way_to_fold_a_subject_leads_back(pages: Site, content: Path) -> None:
    texts = Texts.of(content)
    for _, _, fields in links(pages):
        if fields["subject"].partition(" ")[0] not in ("Перевод", "Котормо", "Translation"):
            made = EmailMessage()
            made["Subject"] = f"Re: {fields['subject']}"
            made.set_content("Ok")
            assert one(as_bytes(made), texts).entry == named(fields["subject"])[0]


def test_drafts_are_known_too(tmp_path: Path) -> None:
    write(tmp_path, {"blog/draft/ru.md": STORY.replace("Date", "Status: draft\nDate")})
    assert Texts.of(tmp_path).keys == {"blogdraft": "blog/draft"}
