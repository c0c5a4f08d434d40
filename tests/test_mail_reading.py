"""Mail as it comes: letters, forms, subjects, days and names; no header is kept."""

# ruff: noqa: E501 (mails stand here as they come)

import base64
import datetime as dt
import quopri
from dataclasses import fields
from email.message import EmailMessage

import pytest
from mails import ANSWER, CANARIES, KEY, SAID, TODAY, encoded, mail, one, raw, taken_apart

from magazine.desk.mail.charsets import decoded
from magazine.desk.mail.reading import SkippedError
from magazine.intake.submissions import COMMENT, MAX_TEXT, WITHDRAWAL, Submission, taken

LETTERS = ("cp1251", "koi8-r", "utf-8", "cp866", "iso8859-5")
WIRE = {
    "8bit": lambda data: data,
    "base64": base64.encodebytes,
    "quoted-printable": quopri.encodestring,
}


# Letters


@pytest.mark.parametrize("charset", LETTERS)
@pytest.mark.parametrize("form", WIRE)
def test_russian_in_any_charset_and_any_form(charset: str, form: str) -> None:
    body = WIRE[form](SAID["ru"].encode(charset))
    head = [
        f"Subject: {encoded(f'Re: Ответ [{KEY}]', charset)}",
        f"Content-Type: text/plain; charset={charset}",
        f"Content-Transfer-Encoding: {form}",
    ]
    found = one(raw(head, body))
    assert (found.text, found.entry, found.language, found.kind) == (SAID["ru"], KEY, "ru", COMMENT)


@pytest.mark.parametrize("charset", LETTERS)
@pytest.mark.parametrize(
    "named", ["", "us-ascii", "iso-8859-1", "utf-8", "windows-1251", "koi8-r", "x-unknown", "8bit"]
)
def test_a_wrong_or_missing_charset_is_seen_by_the_letters(charset: str, named: str) -> None:
    assert decoded(SAID["ru"].encode(charset), named) == SAID["ru"]


@pytest.mark.parametrize("text", ["Спасибо", "СПАСИБО ЗА РАССКАЗ", "Ок", "Здравствуйте!", "Привет, девочки"])
@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "utf-8"])
def test_few_letters_are_enough(text: str, charset: str) -> None:
    assert decoded(text.encode(charset), charset) == text
    assert decoded(text.encode(charset)) == text


@pytest.mark.parametrize("charset", ["utf-8", "ptcp154", "kz1048", "utf-16", "utf-7"])
def test_kyrgyz_letters_where_a_charset_has_them(charset: str) -> None:
    assert decoded(SAID["ky"].encode(charset, "ignore"), charset) == SAID["ky"].encode(charset, "ignore").decode(
        charset
    )
    assert "ң" in decoded(SAID["ky"].encode("ptcp154"), "ptcp154")


def test_letters_of_western_europe_stay() -> None:
    assert decoded("Größe für später, déjà vu".encode("cp1252"), "iso-8859-1") == "Größe für später, déjà vu"


def test_a_letter_cut_in_two_does_not_spoil_the_others() -> None:
    assert decoded(SAID["ru"].encode()[:-2] + b"\xd0", "utf-8").startswith(SAID["ru"][:-2])


@pytest.mark.parametrize(
    "name", ["punycode", "unicode_escape", "zlib", "rot13", "../../etc", "\0", "undefined", "x" * 999]
)
def test_what_is_no_charset_is_not_believed(name: str) -> None:
    assert decoded(b"hello \\u0041", name) == "hello \\u0041"


def test_a_subject_without_encoded_words_is_read_by_its_letters() -> None:
    made = raw(["Subject: here"], "ok").replace(b"here", f"Ответ [{KEY}]".encode("koi8-r"))
    assert (one(made).entry, one(made).language) == (KEY, "ru")


def test_flowed_paragraphs_are_whole_again() -> None:
    head = ["Subject: x", "Content-Type: text/plain; charset=utf-8; format=flowed; DelSp=yes"]
    body = "Первая стро \nка тут.\n\nВторая.\n >не цитата\n>цитата \n>дальше\n-- \nподпись"
    assert one(raw(head, body, "utf-8")).text == "Первая строка тут.\n\nВторая.\n\\>не цитата"
    spaced = raw(
        [head[0], "Content-Type: text/plain; charset=utf-8; format=flowed"], "Одна \nстрока.\nДругая.", "utf-8"
    )
    assert one(spaced).text == "Одна строка.\nДругая."


# Parts


def test_html_alone_becomes_plain_words() -> None:
    made = mail(
        "<html><head><title>Нет</title><style>p {color: red}</style></head><body><p>Первая &amp; <b>важная</b></p>"
        "<div>строка</div><div>ещё</div><ul><li>раз</li></ul><p><a href='https://example.org/a'>тут</a>"
        "<script>alert(1)</script><img src='https://spy.example.org/1.gif'></p></body></html>",
        subtype="html",
    )
    assert one(made).text == "Первая & важная\n\nстрока\nещё\n\n- раз\n\n[тут](https://example.org/a)"


def test_a_quotation_in_html_is_cut() -> None:
    made = mail(
        '<div dir="ltr">Согласна.<div class="gmail_signature">Canary Nameova<br>+996 000 000 000</div></div><br>'
        '<div class="gmail_quote"><div class="gmail_attr">вт, 3 февр. 2026 г. в 04:05, Editors &lt;<a '
        'href="mailto:editors@example.org">editors@example.org</a>&gt;:<br></div><blockquote>Наш текст</blockquote></div>',
        subtype="html",
    )
    assert one(made).text == "Согласна."


def test_plain_words_are_preferred_and_attachments_told() -> None:
    made = mail(SAID["ru"])
    made.add_alternative("<p>Другое</p>", subtype="html")
    made.add_attachment(b"GPS", maintype="image", subtype="jpeg", filename="../../canary.jpg")
    made.add_attachment("секрет", filename="canary.txt")
    found = taken_apart(made)
    assert [one.text for one in found.submissions] == [SAID["ru"]]
    assert found.attachments == 2


def test_html_is_taken_where_the_plain_part_is_blank() -> None:
    made = mail(" \n")
    made.add_alternative("<p>Слова</p>", subtype="html")
    assert one(made).text == "Слова"


def test_a_mail_within_a_mail_is_read_where_nothing_else_is_said() -> None:
    outer = EmailMessage()
    outer["Subject"] = "Fwd: from a neighbour"
    outer.set_content("\n")
    outer.add_attachment(mail("Я тоже так думаю."))
    found = one(outer)
    assert (found.text, found.entry) == ("Я тоже так думаю.", KEY)


def test_a_mail_passed_on_is_read_without_its_head() -> None:
    text = (
        "---------- Forwarded message ---------\nОт: Canary <canary@people.example.org>\nDate: вт, 3 февр. 2026 г."
        "\nSubject: привет\nTo: <editors@example.org>\n\nЯ согласна с автором.\n"
    )
    assert one(mail(text, f"Fwd: Ответ [{KEY}]")).text == "Я согласна с автором."


# Subjects


SUBJECTS = (
    f"Ответ [{KEY}]", f"Re: Ответ [{KEY}]", f"Ответ: Re[2]: Жооп [{KEY}]", f"RE: FW: Answer [{KEY}]", f"[SPAM] Answer [{KEY}]",
    "Ответ [blog/winter-\n road]", "Ответ [ blog / winter road ]", "Answer [Blog/Winter-Road]", "Answer [blog/winter–road",
    "Answer %5Bblog%2Fwinter-road%5D", "Answer ［blog／winter-road］", f"my words about {KEY} and more",
)  # fmt: skip


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "windows-1251"])
def test_the_text_is_known_however_programs_treat_the_subject(subject: str, charset: str) -> None:
    flat = subject.replace("\n", "") if "\n" in subject else subject
    try:
        head = [f"Subject: {encoded(flat, charset)}"]
    except UnicodeEncodeError:
        head = [f"Subject: {encoded(flat, 'utf-8')}"]
    found = one(raw(head, "Ok"))
    assert (found.entry, found.reply_to) == (KEY, "")
    if "\n" in subject:
        assert one(raw(["Subject: " + subject.replace("\n", "\r\n").replace("Ответ", "Re")], "Ok")).entry == KEY


def test_the_answer_is_known_too() -> None:
    for subject in (
        f"Answer [{KEY}#{ANSWER}]",
        f"Re: Answer [{KEY}%23{ANSWER}]",
        f"Answer [{KEY} # 2026-01-03 -1-abcde",
    ):
        found = one(mail(subject=subject))
        assert (found.entry, found.reply_to) == (KEY, ANSWER)


def test_a_text_that_is_not_here_keeps_its_name_and_no_name_is_none() -> None:
    assert one(mail(subject="Answer [blog/another#2026-01-01-1-xxxxx]")).entry == "blog/another"
    for subject in ("Привет", "[list] Привет", "[../../etc/passwd]", "[a/b]", "[blog/]", "[]", ""):
        assert one(mail(subject=subject)).entry == ""


def test_the_language_is_that_of_the_letters_and_else_that_of_the_link() -> None:
    assert [one(mail(SAID[language], "x")).language for language in SAID] == ["ru", "ky", "en"]
    assert one(mail("Рахмат!", f"Жооп [{KEY}]")).language == "ky"
    assert one(mail("Рахмат!", f"Ответ [{KEY}]")).language == "ru"
    assert one(mail("Ok", f"Answer [{KEY}]")).language == "en"
    assert one(mail(SAID["ky"], f"Ответ [{KEY}]")).language == "ky"


# What is kept


def test_nothing_of_the_headers_is_kept() -> None:
    found = one(mail())
    assert found == Submission(
        kind=COMMENT, day=dt.date(2026, 2, 3), language="ru", entry=KEY, text=SAID["ru"], origin=found.origin
    )
    packed = found.packed().decode()
    assert not [canary for canary in CANARIES if canary in packed]


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("Tue, 3 Feb 2026 23:59:59 +0600", dt.date(2026, 2, 3)),
        ("Mon, 9 Mar 2026 00:00:01 +1400", TODAY),
        ("Tue, 3 Feb 2099 04:05:06 +0600", TODAY),
        ("Thu, 1 Jan 1970 00:00:00 +0000", TODAY),
        ("nonsense", TODAY),
        ("", TODAY),
        ("1" * 5000, TODAY),
        ("Tue, 99 Feb 2026 44:05:06 +9999", TODAY),
    ],
)
def test_only_the_day_is_kept_and_only_one_that_can_be(date: str, day: dt.date) -> None:
    assert one(raw([f"Date: {date}", "Subject: x"], "Ok")).day == day


@pytest.mark.parametrize("line", ["Имя: Ласточка", "Аты: Ласточка", "Name: Ласточка", "имя :  Ласточка ", "Аты-жөнү"])
def test_a_pen_name_is_one_that_is_written_down_as_one(line: str) -> None:
    found = one(mail(f"{line}\n\nСпасибо."))
    assert (found.name, found.text) == (("Ласточка", "Спасибо.") if ":" in line else ("", f"{line}\n\nСпасибо."))


@pytest.mark.parametrize("name", ["+996 000 000 000", "a@example.org", "https://example.org", "я" * 61])
def test_what_is_no_pen_name_is_left_in_the_text(name: str) -> None:
    found = one(mail(f"Имя: {name}\n\nСпасибо."))
    assert (found.name, found.text) == ("", f"Имя: {name}\n\nСпасибо.")


def test_a_name_left_empty_goes() -> None:
    found = one(mail("Имя: \n\nСпасибо."))
    assert (found.name, found.text) == ("", "Спасибо.")


# Codes


CODE = "4kq7-m2xh-9t4p-wz3c"


@pytest.mark.parametrize(
    ("subject", "text", "stands"),
    [
        ("x", CODE, ""),
        ("Ответ", f"Пожалуйста, удалите мой ответ.\n\n{CODE}\n\nСпасибо", ""),
        ("Жообумду өчүрүңүздөрчү", f"Код: {CODE}", ""),
        ("x", "Please remove my answer\n4KQ7 M2XH 9T4P WZ3C", ""),
        (f"Удалить {CODE}", "Спасибо заранее", ""),
        ("x", f"Прошу заменить:\n{CODE}\n\nНовые слова, без города.", "Новые слова, без города."),
        (f"Изменить {CODE}", "Новые слова, без города.", "Новые слова, без города."),
        ("x", f"Новые слова, без города.\n\n{CODE}", "Новые слова, без города."),
        (
            "x",
            f"{CODE}\nУдалить хотела, но лучше изменить: новые слова.",
            "Удалить хотела, но лучше изменить: новые слова.",
        ),
    ],
)
def test_a_code_takes_an_answer_back_or_changes_it(subject: str, text: str, stands: str) -> None:
    found = one(mail(text, subject))
    assert (found.kind, found.receipt, found.text) == (WITHDRAWAL, CODE, stands)


@pytest.mark.parametrize(
    "line", ["4169 5800 0000 0000", "some body said that", "море сестра мама те", f"мой код {CODE}, храню", "x"]
)
def test_what_only_looks_like_a_code_is_none(line: str) -> None:
    assert one(mail(f"Слова.\n{line}\nСлова.")).kind == COMMENT
    assert taken(COMMENT, {"text": f"Слова.\n{line}"}, TODAY).kind == COMMENT


# What stays in the box


def skipped(made: object) -> str:
    with pytest.raises(SkippedError) as caught:
        taken_apart(made)
    return caught.value.reason


@pytest.mark.parametrize(
    "header",
    [
        ("Auto-Submitted", "auto-replied"), ("Return-Path", "<>"), ("Precedence", "bulk"), ("X-Autoreply", "yes"),
        ("X-Failed-Recipients", "a@example.org"),
    ],
)  # fmt: skip
def test_what_a_program_sent_is_not_taken(header: tuple[str, str]) -> None:
    made = mail()
    made[header[0]] = header[1]
    assert skipped(made) == "automatic"


@pytest.mark.parametrize("subject", ["Automatic reply: x", "Автоответ: отпуск", "Undelivered Mail Returned to Sender"])
def test_nor_what_says_so_in_its_subject(subject: str) -> None:
    assert skipped(mail(subject=subject)) == "automatic"


def test_a_person_may_have_these_headers() -> None:
    made = mail()
    made["Auto-Submitted"] = "no"
    made["Return-Path"] = "<canary@people.example.org>"
    made["Precedence"] = "list"
    assert one(made).text == SAID["ru"]


def test_what_stays_is_told_by_its_reason() -> None:
    assert skipped(mail("\n")) == "empty"
    assert skipped(mail("> цитата\n> ещё")) == "empty"
    assert skipped(mail("https://example.org " * 5)) == "links"
    assert skipped(mail("-----BEGIN PGP MESSAGE-----\n\nxyz\n-----END PGP MESSAGE-----")) == "encrypted"
    assert skipped(mail(subject=f"Перевод [{KEY}]")) == "translation"
    assert skipped(mail("слово " * 5000)) == "long"
    assert skipped(mail("слово " * 500_000)) == "long"


def test_a_long_text_comes_in_parts_and_nothing_is_lost() -> None:
    words = [f"слово{number}" for number in range(1500)]
    text = "\n\n".join(" ".join(words[start : start + 50]) for start in range(0, 1500, 50))
    assert MAX_TEXT * 2 < len(text) < MAX_TEXT * 3
    found = taken_apart(mail(text)).submissions
    assert [one.text.partition("\n\n")[0] for one in found] == ["1/3", "2/3", "3/3"]
    assert " ".join(one.text.partition("\n\n")[2] for one in found).split() == words
    assert len({one.origin for one in found}) == 3
    assert {field.name for field in fields(Submission) if len({str(getattr(one, field.name)) for one in found}) > 1} == {
        "text", "origin"
    }  # fmt: skip
