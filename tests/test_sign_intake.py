"""The intake as a signer meets it: keeps what her level allows, tells nobody who has signed, ends on the last day."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_server import Desk, form
from signing import NEXT_YEAR, PETITION, REASON, TOMORROW, YESTERDAY, sent_back, signature

from magazine.intake import receipts, sentences, taking
from magazine.intake.submissions import (
    CONFIRMATION,
    LANGUAGES,
    MAX_CONTACT,
    MAX_NAME,
    MAX_TEXT,
    NO_END,
    SIGNATURE,
    WITHDRAWAL,
    form_key,
)
from magazine.messages import say
from magazine.regions import REGIONS
from magazine.signatures import COUNTED, LEVELS, PEN_NAME, PUBLIC

CODE = re.compile(r'"count">([^ ]*?)</p>')
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "spool")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("signing") / "spool")


# What is kept


@pytest.mark.parametrize("level", LEVELS)
def test_what_her_level_allows_is_kept_and_nothing_else(desk: Desk, level: str) -> None:
    answer = desk.client.post("/", data=signature(level))
    assert answer.status_code == 200
    (found,) = desk.kept()
    assert (found.kind, found.entry, found.level) == (SIGNATURE, PETITION, level)
    shown = ("", "") if level == COUNTED else ("Ласточка", "naryn")
    assert (found.name, found.region) == shown
    assert (found.contact, found.text) == ("canary@example.org", REASON)
    (code,) = CODE.findall(answer.text)
    assert found.receipt == code.replace("<wbr>", "") == receipts.typed(found.receipt)
    if level == COUNTED:
        assert "Ласточка" not in found.packed().decode()


def test_nothing_at_all_is_asked_for(desk: Desk) -> None:
    empty = {"name": "", "region": "", "contact": "", "text": ""}
    assert desk.client.post("/", data=signature(**empty)).status_code == 200
    bare = {name: value for name, value in signature().items() if name in ("entry", "kind")}
    assert desk.client.post("/", data=bare).status_code == 200
    for found in desk.kept():
        assert (found.level, found.name, found.region, found.contact, found.text) == (COUNTED, "", "", "", "")


def test_a_region_is_known_by_its_name_in_each_language_and_by_its_code() -> None:
    for code, names in REGIONS.items():
        for said in (code, *names.values()):
            assert taking._mended(signature(PUBLIC, region=said))["region"] == code


def test_a_form_of_an_old_browser_in_windows_1251(desk: Desk) -> None:
    """Letters that its charset lacks are sent as numbers."""
    told = {"name": "Өмүр", "region": REGIONS["issyk-kul"]["ky"], "text": REASON}
    body = {
        name: value.encode("cp1251", "xmlcharrefreplace") for name, value in signature(PEN_NAME, "ky", **told).items()
    }
    assert desk.client.post("/", data=urlencode(body), content_type=FORM).status_code == 200
    (found,) = desk.kept()
    assert (found.name, found.region, found.text) == ("Өмүр", "issyk-kul", REASON)


def test_a_petition_without_a_last_day_is_signed(desk: Desk) -> None:
    assert desk.client.post("/", data=signature(until=NO_END)).status_code == 200
    assert len(desk.kept()) == 1


# What is given back


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"level": PUBLIC, "name": ""}, 400),
        ({"level": PUBLIC, "name": "http://spam.example.org"}, 400),
        ({"level": PUBLIC, "name": "а" * (MAX_NAME + 1)}, 413),
        ({"contact": "1" * (MAX_CONTACT + 1)}, 413),
        ({"text": "ө" * (MAX_TEXT + 1)}, 413),
        ({"text": "http://a.example.org " * 5}, 400),
        ({"website": "http://spam.example.org"}, 400),
        ({"region": "Село Безымянное"}, 400),
        ({"level": "everything"}, 400),
        ({"kind": ""}, 400),
        ({"entry": f"{PETITION} ru {NEXT_YEAR} 00000000"}, 400),
        ({"entry": f"{PETITION} ru"}, 400),
        ({"entry": form_key(PETITION, "ru", "umbrella")}, 400),
    ],
)
def test_what_is_not_taken_is_given_back_whole(desk: Desk, more: dict[str, str], status: int) -> None:
    sent = signature(**more)
    answer = desk.client.post("/", data=sent)
    assert answer.status_code == status
    assert desk.kept() == []
    assert 'role="alert"' in answer.text
    again = sent_back(answer.text)
    assert again["kind"] == SIGNATURE
    for name in ("name", "contact", "text"):
        assert again[name].strip() == sent[name].strip()
    assert again["level"] == (sent["level"] if sent["level"] in LEVELS else COUNTED)
    assert again["region"] == ("" if "region" in more else "naryn")
    again |= {"level": COUNTED, "contact": again["contact"][:9], "text": again["text"][:99].replace("http://", "")}
    assert desk.client.post("/", data=again).status_code == 200
    assert [(found.kind, found.name) for found in desk.kept()] == [(SIGNATURE, "")]


@pytest.mark.parametrize("lost", ["kind", "entry"])
def test_a_signature_that_has_lost_a_field_becomes_no_answer_with_a_name(desk: Desk, lost: str) -> None:
    sent = signature()
    del sent[lost]
    answer = desk.client.post("/", data=sent)
    assert answer.status_code == 400
    assert desk.kept() == []
    assert sent_back(answer.text)["kind"] == SIGNATURE


def test_the_words_of_a_comment_are_no_signature(desk: Desk) -> None:
    assert desk.client.post("/", data=form("Здравствуйте", level=PUBLIC, region="osh", contact="1")).status_code == 200
    (found,) = desk.kept()
    assert (found.kind, found.level, found.region, found.contact) == ("comment", "", "", "")


# The last day


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_the_last_day_it_is_kindly_refused(desk: Desk, language: str) -> None:
    for more in ({}, {"level": PUBLIC, "name": ""}, {"contact": "1" * 999}, {"website": "x"}):
        answer = desk.client.post("/", data=signature(language=language, until=YESTERDAY, **more))
        assert answer.status_code == 410
        assert f'<html lang="{language}">' in answer.text
        assert say("Signing has ended", language) in answer.text
        assert "<form" not in answer.text
        assert REASON not in answer.text
        assert f'{PETITION}.html"' in answer.text
    assert desk.kept() == []


def test_another_day_in_an_old_key_needs_its_own_word(desk: Desk) -> None:
    old = form_key(PETITION, "ru", "umbrella", YESTERDAY)
    assert desk.client.post("/", data=signature() | {"entry": old.replace(YESTERDAY, TOMORROW)}).status_code == 400
    assert desk.kept() == []


def test_what_was_signed_in_time_is_taken_back_later(desk: Desk) -> None:
    answer = desk.client.post("/", data=signature(until=YESTERDAY, text="4KQ7 M2XH 9T4P WZ3C"))
    assert answer.status_code == 200
    (found,) = desk.kept()
    assert (found.kind, found.receipt) == (WITHDRAWAL, "4kq7-m2xh-9t4p-wz3c")
    assert (found.level, found.contact, found.region, found.name) == ("", "", "", "")


# Nobody is told who has signed


def plain(page: str) -> str:
    """A page of thanks without the code on it."""
    found, count = CODE.subn('"count">CODE</p>', page)
    assert count == 1
    return found


def test_the_same_bytes_for_everybody(desk: Desk) -> None:
    """First or once more, at each level, with a contact or without one: only the code differs."""
    answers = [
        desk.client.post("/", data=signature(level, **more))
        for level in (*LEVELS, *LEVELS)
        for more in ({}, {}, {"contact": ""}, {"text": ""})
    ]
    assert len({plain(answer.text) for answer in answers}) == 1
    assert len({len(answer.data) for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    assert len({CODE.findall(answer.text)[0] for answer in answers}) == len(answers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_speak_of_a_signature(desk: Desk, language: str) -> None:
    signed = desk.client.post("/", data=signature(language=language)).text
    assert say("Your answer is with the editors, sealed: nobody else can read it. It appears once they approve.",
               language) not in signed  # fmt: skip
    assert f'{"" if language == "ru" else language + "/"}{PETITION}.html"' in signed
    assert len(gzip.compress(signed.encode())) < 3000


# Confirmation by mail


def test_who_is_to_confirm_is_told_so_whatever_she_has_given(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "spool", confirmed=("plea",))
    answers = [desk.client.post("/", data=signature(**more)).text for more in ({}, {}, {"contact": ""})]
    assert all(say(sentences.LETTER_TEXT, "ru") in answer for answer in answers)
    assert len({plain(answer) for answer in answers}) == 1
    other = signature() | {"entry": form_key("petitions/other", "ru", "umbrella", NEXT_YEAR)}
    assert say(sentences.SIGNED_TEXT, "ru") in desk.client.post("/", data=other).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_button_confirms(desk: Desk, language: str) -> None:
    for method in (desk.client.get, desk.client.head, desk.client.get):
        opened = method(f"/confirm?code=4kq7-m2xh&lang={language}")
        assert opened.status_code == 200
    assert desk.kept() == []
    assert f'<html lang="{language}">' in opened.text
    answer = desk.client.post("/confirm?code=4kq7-m2xh", data=sent_back(opened.text))
    assert answer.status_code == 200
    assert CODE.findall(answer.text) == []
    (found,) = desk.kept()
    assert (found.kind, found.contact, found.language) == (CONFIRMATION, "4kq7m2xh", language)
    assert (found.entry, found.text, found.name, found.receipt, found.level) == ("", "", "", "", "")


@pytest.mark.parametrize("typed", ["4KQ7 M2XH", " 4kq7-m2xh ", "4kq7m2xh", "4кq7–м2хн", "4 k q 7 m 2 x h."])
def test_a_code_is_typed_by_hand(desk: Desk, typed: str) -> None:
    sent = sent_back(desk.client.get("/confirm").text)
    assert sent["contact"] == ""
    assert desk.client.post("/", data={**sent, "contact": typed}).status_code == 200
    assert desk.kept()[0].contact == receipts.letters_of("4kq7-m2xh")


def test_known_and_unknown_codes_are_answered_alike(desk: Desk) -> None:
    sent = sent_back(desk.client.get("/confirm").text)
    answers = {
        desk.client.post("/", data={**sent, "contact": code}).data for code in ("4kq7-m2xh", "0000-0000", "4kq7m2xh")
    }
    assert len(answers) == 1


@pytest.mark.parametrize("code", ["", "4kq", "<b>", "ы" * 9, "1" * 99])
def test_what_is_no_code_is_given_back(desk: Desk, code: str) -> None:
    sent = sent_back(desk.client.get("/confirm").text)
    answer = desk.client.post("/", data={**sent, "contact": code})
    assert answer.status_code == 400
    assert sent_back(answer.text)["contact"] == code
    assert desk.kept() == []


def test_a_hostile_code_in_the_address_is_only_text(desk: Desk) -> None:
    page = desk.client.get("/confirm?code=%22%3E%3Cscript%3Ex%3C/script%3E%FF&lang=en").text
    assert "<script" not in page
    assert sent_back(page)["contact"].startswith('"><script>')
    assert len(sent_back(desk.client.get(f"/confirm?code={'a' * 9999}").text)["contact"]) == 64


# Whatever is sent

NAMES = ["kind", "level", "region", "contact", "name", "text", "website"]
VALUES = st.one_of(
    st.sampled_from([*LEVELS, *REGIONS, SIGNATURE, CONFIRMATION, WITHDRAWAL, "4kq7-m2xh"]), st.text(max_size=150)
)
KEYS = st.one_of(
    st.sampled_from([form_key(PETITION, "ky", "umbrella", day) for day in (NEXT_YEAR, YESTERDAY, NO_END)]),
    st.text(max_size=60),
    st.builds(
        "{} {} {} {}".format, st.text(max_size=9), st.text(max_size=3), st.text(max_size=10), st.text(max_size=8)
    ),
)


@given(KEYS, st.dictionaries(st.sampled_from(NAMES), VALUES))
@settings(max_examples=150, deadline=None)
def test_no_fields_break_it_and_nothing_above_a_level_is_kept(shared: Desk, key: str, sent: dict[str, str]) -> None:
    for path in shared.settings.spool.glob("*.age"):
        path.unlink()
    body = {name: value.encode("utf-8", "replace") for name, value in {**sent, "entry": key}.items()}
    answer = shared.client.post("/", data=body)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text
    assert len(shared.kept()) == (answer.status_code == 200)
    for found in shared.kept():
        if found.kind == SIGNATURE:
            assert found.level in LEVELS
            assert (found.region or "osh") in REGIONS
            assert found.level != COUNTED or (found.name, found.region) == ("", "")
        else:
            assert (found.level, found.region) == ("", "")
            assert found.kind == CONFIRMATION or not found.contact


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_address_breaks_the_page_that_confirms(shared: Desk, code: str) -> None:
    answer = shared.client.get(
        "/confirm", environ_overrides={"QUERY_STRING": urlencode({"code": code.encode("utf-8", "replace")})}
    )
    assert answer.status_code == 200
    assert "<script" not in answer.text
