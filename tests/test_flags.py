"""What leads to a person is seen in three languages, however it is spaced, and what only looks like it is not.

All names are invented, all numbers belong to nobody.
"""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magazine.desk.moderation.flags import (
    ADDRESS,
    CARD,
    DUPLICATE,
    KINDS,
    LINK,
    MAIL,
    NAME,
    PHONE,
    SCRIPT,
    SHOUTING,
    flags,
    known_as,
    redacted,
)  # fmt: skip
from magazine.forbidden import NONE, Forbidden

NAMES = Forbidden(("Айгүл Асанова", "Жылдыз", "0555 010203"))
FOUND = {
    PHONE: [
        "0555 000 000", "0.5.5.5.0.0.0.0.0.0", "(0555) 00-00-00", "+996 (555) 01-02-00", "996555000000",
        "0 555 00 00 00", "О555 ООО 1О2", "555.00.00.11", "00996 555 000 000", "8 (916) 000-00-00", "+1 202 555 0100",
        "0555\u00a0000\u00a0000", "٠٥٥٥ ٠٠٠ ٠٠٠",
        "ноль пять пять пять сто двадцать три сорок пять шестьдесят семь", "нөл беш беш беш бир эки үч төрт беш алты",
        "zero five five five one two three four five six",
    ],
    MAIL: [
        "mira@example.org", "mira.b+1 @ example.org", "mira (at) example.org", "mira [at] example [dot] org",
        "mira собака example точка org", "mira(собака)example.org", "mira at example dot org", "@mira_example",
    ],
    ADDRESS: [
        "ул. Липовая, д. 17, кв. 3", "улица Липовая 17-3", "улице Липовой, дом 17", "мкр Липки 12", "кв. 12",
        "4-й микрорайон, дом 5", "проспект Мира, 5", "Липовая улица, 17", "пер. Тихий 3",
        "Липовая көчөсү, 17-үй, 3-батир", "Липовая көчөсүндө", "5-үйдө", "батир 12", "4-кичи районунда",
        "17 Linden Street, apt. 5", "Linden Avenue 17", "flat 12", "12b Winter Road", "42.8746, 74.5698",
    ],
    CARD: [
        "4111 1111 1111 1111", "4111-1111-1111-1111", "5500000000000004", "ID1234567", "21503199012345", "01KG123ABC",
    ],
    LINK: ["http://example.org/a_(b)?c=1", "www.example.org", "example.kg/x", "t.me/example", "ftp://192.0.2.1/"],
    SCRIPT: ["Γειά", "你好", "Cлово", "пpивет", "мuр"],
    NAME: ["Айгүл Асановага", "Aigul Asanova", "жылдыздын", "Асанова, Айгүл", "Ай<b>гүл</b> Асанова"],
}  # fmt: skip
AROUND = {
    PHONE: [("звони ", " в любое время"), ("Чалыңыз: ", "."), ("Call me, ", ", in 2012 I was 23.")],
    MAIL: [("пиши на ", " потом"), ("Жазыңыз: ", ", күтөм"), ("Write to ", ".")],
    ADDRESS: [("Она живёт: ", " — и всё."), ("Дарегим: ", ", келиңиз"), ("I live here: ", ".")],
    CARD: [("карта ", " на имя подруги"), ("акча: ", ", рахмат"), ("send it to ", ".")],
    LINK: [("смотри ", ", там всё"), ("караңыз: ", " деген жер"), ("see ", ".")],
    SCRIPT: [("она сказала ", ", и ушла"), ("ал ", " деди"), ("she said ", ".")],
    NAME: [("это была ", ", да"), ("бул ", " эле"), ("that was ", ".")],
}
PERSONAL = (PHONE, MAIL, ADDRESS, CARD)
INNOCENT = [
    "12.05.2008 в 18:30 собрали 300 сомов, потом 1 000 000 сомов, а в 2009-м — 345 000 000.",
    "2008–2009, 2010 и 2011. С 2008 2009 2010 годов. 2008-12-17, 17/12/2008, 10-12-2008.",
    "1 2 3 4 5 6 7 8 9 10 11 12", "Псалом 118:1-5, 1 Кор 13:4-7, гл. 12, стр. 5", "раз, два, три, четыре, пять",
    "На улице темно, мы шли по улице и пели. Улица была пуста. В доме 20 человек, в квартире 5 женщин, дом 20 м.",
    "У меня собака. Моя собака ест. Закон № 123 от 05.06.2012 № 45-67. ISBN 978-5-17-000000-0",
    "100 %, 3,14, 1/2, 24/7, 09:30-18:00, у 250 из 1000 женщин 35–40 лет", "СПИД, ВИЧ, МВД, ОБСЕ и SMSка, PR",
    "IT-шница из «Красного зонта» сказала: «Ура!»", "И т.д. и т.п. Я дома.Они там.",
    "2012-жылы 300 сом чогулттук, 17-декабрда 120 киши келди. Биздин көчөсү жарык. Үй ичинде 5 адам бар.",
    "Бир, эки, үч, төрт, беш. Кыргыз тилинде: ң, ө, ү. Ысык-Көлдө 25 күн болдук.",
    "The Street was dark. Winter Road is a story. We were 12, then 120,000. Meet me at home. Look at page 17.",
    "In 2012, 2,500 women signed; 17 December is our day. 3 of 5, 10-15 times, 1,000,000,000 people.",
    "", "Спасибо! :-) <3 ❤️ 👍🏽 №1 §5 ½ ²",
]  # fmt: skip


def kinds(text: str, author: str = "") -> set[str]:
    return {flag.kind for flag in flags(text, author, NAMES, ())}


@pytest.mark.parametrize(("kind", "told"), [(kind, told) for kind, all_told in FOUND.items() for told in all_told])
def test_found_with_its_span_and_no_more(kind: str, told: str) -> None:
    for before, after in AROUND[kind]:
        text = f"{before}{told}{after}"
        found = [flag for flag in flags(text, "", NAMES, ()) if flag.kind == kind]
        assert found, text
        assert next(text[flag.start : flag.end].strip("().,") for flag in found) in told, text
        assert kind not in PERSONAL or redacted(text, found) == f"{before}[…]{after}", text


@pytest.mark.parametrize("text", INNOCENT)
def test_nothing_is_seen_in_what_is_innocent(text: str) -> None:
    assert kinds(text, "Мира") == set()


def test_several_stand_apart() -> None:
    text = "0555 000 000, 0777 000 000 или mira@example.org; 5 раз 0555000000"
    found = flags(text, "", NONE, ())
    assert [(flag.kind, text[flag.start : flag.end]) for flag in found] == [
        (PHONE, "0555 000 000"), (PHONE, "0777 000 000"), (MAIL, "mira@example.org"), (PHONE, "0555000000"),
    ]  # fmt: skip
    assert redacted(text, found) == "[…], […] или […]; 5 раз […]"


def test_a_number_of_the_list_and_the_phone_around_it_go_as_one() -> None:
    text = "+996 (555) 01-02-03 ждёт"
    assert redacted(text, flags(text, "", NAMES, ())) == "[…] ждёт"


def test_the_span_of_a_name_is_no_more_than_the_name() -> None:
    text = "Вчера пришла\n«Айгүл\nАсанова», а с ней Жылдыз. Мы пели."
    found = flags(text, "", NAMES, ())
    assert [text[flag.start : flag.end] for flag in found] == ["Айгүл\nАсанова", "Жылдыз"]
    assert not NAMES.is_in(redacted(text, found))


def test_a_name_between_text_and_signature_is_seen() -> None:
    assert flags("Меня зовут Айгүл", "Асанова", NAMES, ())[0].kind == NAME


def test_what_the_writer_is_called_is_looked_at_too() -> None:
    assert kinds("Спасибо", "0555 000 000") == {PHONE}
    assert kinds("Спасибо", "Жылдыз") == {NAME}
    assert [(flag.start, flag.end) for flag in flags("Спасибо", "mira@example.org", NONE, ())] == [(0, 0)]


def test_a_text_is_known_again_however_it_is_typed() -> None:
    known = known_as("Спасибо вам, сёстры!")
    assert known_as("СПАСИБО  ВАМ\nсестры…") == known_as("Cпасибо вaм, сёстры") == known
    assert known_as("Спасибо вам, сестра!") != known
    assert known_as(" … ") == ""
    assert DUPLICATE in {flag.kind for flag in flags("спасибо вам сёстры", "", NONE, {known})}


def test_shouting_is_of_the_whole() -> None:
    assert kinds("ПОМОГИТЕ МНЕ ПОЖАЛУЙСТА СЕЙЧАС") == {SHOUTING}
    assert kinds("ЫРАКМАТ СИЗДЕРГЕ, КЫМБАТТУУ ЭЖЕЛЕР") == {SHOUTING}
    assert kinds("УРА! Мы победили, спасибо всем, кто был с нами") == set()


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("0123456789 +()-.@аbЖsд,ул.кв\nhtp:/"), max_size=60))
def test_any_text_has_sound_spans_and_loses_nothing_else(text: str) -> None:
    found = flags(text, "", NAMES, ())
    assert all(0 <= flag.start <= flag.end <= len(text) and flag.kind in KINDS for flag in found)
    gone = redacted(text, found)
    rest = [part for part in gone.split("[…]") if part]
    place = 0
    for part in rest:
        place = text.index(part, place) + len(part)


@pytest.mark.parametrize("piece", ["1 ", "7-", "a@", "ул. А ", "а", "Аb", "один ", "a.", "5", "( ", "+7 ", "д. 5 "])
def test_six_thousand_hostile_letters_take_no_time(piece: str) -> None:
    text = (piece * 6000)[:6000]
    before = time.process_time()
    flags(text, "", NAMES, ())
    assert time.process_time() - before < 1.5
