"""A source file is read whole and as its writer meant it, whichever program saved it."""

import datetime as dt
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magazine import headers
from magazine.problems import Report

calm = settings(deadline=None)  # a busy machine is no failure

PATH = Path("blog/post/ru.md")
PLAIN = "Title: Зонт\nDate: 2012-06-03\nTags: право, дом\n\nТекст.\n\nЕщё.\n"
NO_BREAK, NARROW = "\u00a0", "\u202f"


def parsed(text: str) -> tuple[headers.Source, list[tuple[str, int]]]:
    """The source, and rule and line of all that was told."""
    report = Report()
    source = headers.parse(PATH, text, report)
    return source, [(problem.code, problem.line) for problem in report.sorted()]


def filed(folder: Path, data: bytes) -> tuple[headers.Source | None, list[str]]:
    """The source in a file with these bytes, and the rules of all that was told."""
    (folder / "ru.md").write_bytes(data)
    report = Report()
    return headers.read(folder, Path("ru.md"), report), [problem.code for problem in report.sorted()]


def values(source: headers.Source) -> dict[str, str]:
    return {name: header.value for name, header in source.headers.items()}


def test_headers_and_body_with_their_lines() -> None:
    source, told = parsed(PLAIN)
    assert values(source) == {"title": "Зонт", "date": "2012-06-03", "tags": "право, дом"}
    assert [header.line for header in source.headers.values()] == [1, 2, 3]
    assert (source.body, source.body_line) == ("Текст.\n\nЕщё.", 5)
    assert told == []


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems(end: str) -> None:
    assert parsed(PLAIN.replace("\n", end)) == parsed(PLAIN)


def test_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path: Path) -> None:
    source, told = filed(tmp_path, b"\xef\xbb\xbf" + PLAIN.encode())
    assert source is not None
    assert source.text("title") == "Зонт"
    assert told == []


def test_fences_are_no_part_of_anything() -> None:
    source, told = parsed("---\nTitle: Зонт\nDate: 2012-06-03\n---\nТекст.\n\n---\n\nЕщё.\n")
    assert values(source) == {"title": "Зонт", "date": "2012-06-03"}
    assert (source.body, source.body_line) == ("Текст.\n\n---\n\nЕщё.", 5)
    assert told == []


def test_a_rule_below_the_headers_belongs_to_the_body() -> None:
    source, _ = parsed("Title: Зонт\n\n---\n\nТекст.\n")
    assert (source.body, source.body_line) == ("---\n\nТекст.", 3)


@pytest.mark.parametrize("indent", ["    ", "\t", "        "])
def test_a_value_goes_on_in_indented_lines(indent: str) -> None:
    source, told = parsed(f"Summary: один\n{indent}два\n{indent}три: четыре\nTitle: А\n\nТ.\n")
    assert source.text("summary") == "один два три: четыре"
    assert source.line("title") == 4
    assert told == []


def test_a_value_may_begin_in_the_second_line() -> None:
    source, _ = parsed("Summary:\n    один\n\nТ.\n")
    assert source.text("summary") == "один"


def test_letters_in_two_parts_become_one() -> None:
    text = "Title: Йогурт и ёлка\n\nЁж и\u0306.\n"
    source, told = parsed(unicodedata.normalize("NFD", text))
    assert source.text("title") == "Йогурт и ёлка"
    assert source.body == "Ёж й."
    assert told == []


@pytest.mark.parametrize(
    "control",
    [
        "\u200b",
        "\u200d",
        "\u200e",
        "\u202a",
        "\u202e",
        "\u2066",
        "\u2069",
        "\ufeff",
        "\ufffa",
        "\x00",
        "\x02",
        "\x1b",
        "\x7f",
        "\x85",
        "\U000e0041",
    ],
    ids=lambda control: f"U+{ord(control):04X}",
)
def test_invisible_controls_are_taken_out_and_told(control: str) -> None:
    source, told = parsed(f"Title: Зо{control}нт\n\nТекст.\n\nДа{control}лее.\n")
    assert source.text("title") == "Зонт"
    assert source.body == "Текст.\n\nДалее."
    assert told == [("control-characters", 1), ("control-characters", 5)]


@pytest.mark.parametrize("sign", ["\u00ad", NO_BREAK, NARROW, "\u0301", "☂", "\U0001f302"])
def test_other_rare_signs_stay(sign: str) -> None:
    source, told = parsed(f"Title: Зо{sign}нт\n\nТ.\n")
    assert source.text("title") == f"Зо{sign}нт"
    assert told == []


@pytest.mark.parametrize("written", ["10000", "10 000", f"10{NO_BREAK}000", f"10{NARROW}000", " 010000 "])
def test_numbers_may_be_grouped(written: str) -> None:
    report = Report()
    assert parsed(f"Goal: {written}\n\nТ.\n")[0].number("goal", report) == 10_000
    assert not report.found


@pytest.mark.parametrize("written", ["-5", "1.5", "10,000", "1e3", "много", "٣", "²", "0x10", "1234567890123"])
def test_what_is_no_number_is_told(written: str) -> None:
    report = Report()
    assert parsed(f"Title: А\nGoal: {written}\n\nТ.\n")[0].number("goal", report) is None
    assert [(problem.code, problem.line) for problem in report.found] == [("header-number", 2)]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2012-06-03", dt.datetime(2012, 6, 3)),
        ("2012-06-03 10:20", dt.datetime(2012, 6, 3, 10, 20)),
        ("2012-06-03T10:20", dt.datetime(2012, 6, 3, 10, 20)),
        ("2012-06-03 10:20:30", dt.datetime(2012, 6, 3, 10, 20, 30)),
    ],
)
def test_days_with_and_without_a_time(written: str, moment: dt.datetime) -> None:
    report = Report()
    assert parsed(f"Date: {written}\n\nТ.\n")[0].moment("date", report) == moment
    assert not report.found


@pytest.mark.parametrize(
    "written",
    [
        "3.6.2012",
        "2012-6-3",
        "2012-02-30",
        "2012-06-03 25:00",
        "20120603",
        "2012-W01-1",
        "2012-06-03T10:20+06:00",
        "٢٠١٢-٠٦-٠٣",
        "0000-01-01",
    ],
)
def test_what_is_no_day_is_told(written: str) -> None:
    report = Report()
    assert parsed(f"Date: {written}\n\nТ.\n")[0].moment("date", report) is None
    assert [(problem.code, problem.line) for problem in report.found] == [("date-bad", 1)]


def test_a_list_names_everything_once_and_in_order() -> None:
    source, _ = parsed("Tags: право, дом ,, право,\nTo: Министр, лично; Омбудсмен;\n\nТ.\n")
    assert source.words("tags") == ("право", "дом")
    assert source.words("to", ";") == ("Министр, лично", "Омбудсмен")
    assert source.words("author") == ()


def fingerprint(text: str) -> str:
    return parsed(text)[0].fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Текст.", "Тексты."),
        ("Title: Зонт", "Title: Зонтик"),
        ("Tags:", "Note: violence\nTags:"),
        ("Tags:", "Summary: О зонте\nTags:"),
        ("Tags:", "Discreet: Вещь\nTags:"),
        ("Tags:", "Caption: Он\nTags:"),
        ("Текст.\n\nЕщё.", "Ещё.\n\nТекст."),
    ],
)
def test_a_change_for_translators_changes_the_fingerprint(old: str, new: str) -> None:
    assert fingerprint(PLAIN.replace(old, new)) != fingerprint(PLAIN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("право, дом", "право"),
        ("2012-06-03", "2012-06-04"),
        ("Текст.\n\nЕщё.", "Текст.\nЕщё."),
        ("Текст.", "  Текст.  "),
        ("Title: Зонт", "Title:   Зонт "),
        ("\n", "\r\n"),
        ("Tags:", "Status: published\nTags:"),
    ],
)
def test_another_change_keeps_the_fingerprint(old: str, new: str) -> None:
    assert PLAIN.replace(old, new) != PLAIN
    assert fingerprint(PLAIN.replace(old, new)) == fingerprint(PLAIN)


def test_a_fingerprint_is_twelve_hex_digits() -> None:
    assert len(fingerprint(PLAIN)) == 12
    assert int(fingerprint(PLAIN), 16) >= 0


ODD_LINES = st.sampled_from(
    ["---", "", "Title: А", "title:", "    ещё", "\t", ":", "Кто: я", "A:b:c", "Date: 2012-99-99", "<!--", "```"]
)


@calm
@given(st.one_of(st.text(), st.lists(st.one_of(ODD_LINES, st.text(max_size=8))).map("\n".join)))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    source, _ = parsed(text)
    report = Report()
    for name in source.headers:
        source.number(name, report)
        source.moment(name, report)
        source.choice(name, ("a",), "a", report)
        source.words(name)
    headers.check_names(source, ("Title",), report)
    assert all(problem.text("ru") for problem in report.sorted())
    assert len(source.fingerprint) == 12


@calm
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf"])))
def test_no_line_of_a_body_is_lost(text: str) -> None:
    source, told = parsed(f"Title: А\n\n{text}")
    assert source.body == unicodedata.normalize("NFC", text).rstrip() or not text.split("\n", maxsplit=1)[0].strip()
    assert source.body.split() == unicodedata.normalize("NFC", text).split()
    assert told == []


@calm
@given(data=st.binary(max_size=60))
def test_no_file_is_too_odd_to_be_read(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    source, told = filed(tmp_path_factory.getbasetemp(), data)
    assert source is not None or told


def read_line_by_line(text: str) -> tuple[list[str], list[tuple[str, int]]]:
    """The lines of a text and what is to be told of them, by the plain way."""
    lines, told = [], []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if headers.INVISIBLE.search(line):
            told.append(("control-characters", number))
        lines.append(unicodedata.normalize("NFC", headers.INVISIBLE.sub("", line)))
    return lines, told


ODD_SIGNS = st.text("и\u0306е\u0301\u200b\u00a0\u2028\r\n\t\x00 ")


@calm
@given(st.lists(st.text(max_size=8) | ODD_SIGNS, max_size=6).map("\n".join))
def test_a_body_is_cleaned_as_line_by_line(text: str) -> None:
    lines, expected = read_line_by_line(f"Title: А\n\nж{text}")
    source, told = parsed(f"Title: А\n\nж{text}")
    assert source.body == "\n".join(lines[2:]).rstrip()
    assert told == expected


def test_every_invisible_sign_is_unprintable() -> None:
    """So that only lines with an unprintable sign have to be searched."""
    found = headers.INVISIBLE.findall("".join(map(chr, range(0x110000))))
    assert found
    assert not [sign for sign in found if sign.isprintable()]
