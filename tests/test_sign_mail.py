"""Signatures by mail: counted, and nothing else unless somebody fills in the lines that the page's link offers."""

import urllib.parse

import pytest
from mails import TEXTS, mail, one, taken_apart

from magazine.desk.mail.subjects import SIGN_SAID, SIGNATURE
from magazine.intake.submissions import MAX_TEXT, WITHDRAWAL
from magazine.messages import catalog
from magazine.signatures import COUNTED, PEN_NAME
from magazine.site.build import PROJECT

SUBJECT, PETITION = "[petitions/umbrella/sign]", "petitions/umbrella"
REASON = "Потому что мы тоже люди."


def signed(text: str, subject: str = SUBJECT):
    return one(mail(text, subject))


@pytest.mark.parametrize("language", ["ru", "ky", "en"])
def test_the_lines_of_the_link_are_understood_in_each_language(language: str) -> None:
    words = catalog(PROJECT / "theme" / "translations", "messages", language)
    name, region = words.gettext("Name:"), words.gettext("Region:")
    found = signed(f"{name} Ласточка\n{region} Нарын\n")
    assert (found.kind, found.entry, found.level) == ("signature", PETITION, PEN_NAME)
    assert (found.name, found.region, found.text, found.language) == ("Ласточка", "naryn", "", language)
    empty = signed(f"{name}\n{region}\n")
    assert (empty.level, empty.name, empty.region, empty.text, empty.language) == (COUNTED, "", "", "", language)


@pytest.mark.parametrize("text", ["", "\n", *SIGN_SAID])
def test_without_lines_she_is_counted(text: str) -> None:
    found = signed(text)
    assert (found.kind, found.level, found.name, found.region, found.text) == ("signature", COUNTED, "", "", "")


def test_a_region_alone_is_not_kept() -> None:
    found = signed("Имя:\nРегион: Ош\n")
    assert (found.level, found.name, found.region) == (COUNTED, "", "")


@pytest.mark.parametrize("name", ["+996 000 000 000", "canary@example.org", "http://a.example.org", "а" * 61])
def test_a_name_that_is_none_is_not_kept(name: str) -> None:
    found = signed(f"Имя: {name}\nРегион: Ош\n\n{REASON}")
    assert (found.level, found.name, found.region) == (COUNTED, "", "")
    assert name not in found.packed().decode()


@pytest.mark.parametrize("where", ["{reason}\n\n{lines}", "{lines}\n{reason}"])
def test_the_reason_stands_above_or_below(where: str) -> None:
    found = signed(where.format(reason=REASON, lines="Псевдоним: Мира\nРегион: Чуйская область\n"))
    assert (found.level, found.name, found.region, found.text) == (PEN_NAME, "Мира", "chuy", REASON)


@pytest.mark.parametrize("words", ["Я подписываю", "Мен кол коём", "I sign"])
def test_links_of_older_pages_still_sign(words: str) -> None:
    found = signed("Мен петицияны колдойм. Мени да эсепке алыңыз.", f"{words} [{PETITION}]")
    assert (found.kind, found.entry, found.level, found.text) == ("signature", PETITION, COUNTED, "")


@pytest.mark.parametrize(
    "subject",
    ["Re: [petitions/umbrella/sign]", "[PETITIONS/UMBRELLA/SIGN]", "[petitions/umbrella/ sign]",
     "petitions/umbrella/sign", urllib.parse.quote(SUBJECT), "[SPAM] [petitions/umbrella/sign",
     "[petitions/um brella/sign]"],
)  # fmt: skip
def test_whatever_programs_make_of_the_subject_it_signs(subject: str) -> None:
    assert (signed("", subject).kind, signed("", subject).entry) == ("signature", PETITION)


@pytest.mark.parametrize("subject", [f"[{PETITION}]", "[blog/winter-road/sign]", "[magazine/2012-12/sign]", "sign"])
def test_nothing_else_signs(subject: str) -> None:
    found = taken_apart(mail(REASON, subject))
    assert [sent.kind for sent in found.submissions] == ["comment"]
    assert found.mark != SIGNATURE


def test_a_long_reason_is_one_signature() -> None:
    found = taken_apart(mail(f"Имя: Мира\n{'Слово. ' * (MAX_TEXT // 6)}", SUBJECT)).submissions
    assert [sent.kind for sent in found] == ["signature", "comment", "comment"]
    assert [sent.name for sent in found] == ["Мира"] * 3
    assert all(sent.entry == PETITION for sent in found)


def test_a_code_takes_a_signature_back() -> None:
    assert (signed("4kq7-m2xh-9t4p-wz3c").kind, signed("4kq7-m2xh-9t4p-wz3c").entry) == (WITHDRAWAL, PETITION)


def test_no_header_is_kept() -> None:
    assert TEXTS.keys["petitionsumbrella"] == PETITION
    assert b"anary" not in signed("Имя:\nРегион:\n").packed()
