"""What mail programs put around words, in three languages; a writer's own words stay."""

# ruff: noqa: E501 (mails stand here as they come)

import time

import pytest

from magazine.desk.mail.tails import cut

OWN = "Согласна с автором.\n\nУ нас было так же."
QUOTED = "> Зимняя дорога\n>\n>> ещё глубже\n> конец"
# how programs say whom they quote
ATTRIBUTIONS = (
    "On Tue, Feb 3, 2026 at 4:05 AM Editors <editors@example.org> wrote:",
    "On Tue, 3 Feb 2026 04:05:06 +0600, Editors\n<editors@example.org> wrote:",
    "On 3 Feb 2026, at 04:05, Editors of a Magazine with a Long Name\n<editors@example.org>\nwrote:",
    "вт, 3 февр. 2026 г. в 04:05, Editors <editors@example.org>:",
    "3 февр. 2026 г., в 4:05, Editors <editors@example.org> написал(а):",
    "Вторник, 3 февраля 2026, 4:05 +06:00 от Editors <editors@example.org>:",
    '03.02.2026, 04:05, "Editors" <editors@example.org>:',
    "3 февраля 2026 г. 4:05:06 Editors <editors@example.org> пишет:",
    "Вы писали 3 февраля 2026 г., 4:05:06:",
    "Editors пишет:",
    "Editors <editors@example.org> wrote:",
    "2026-ж., 3-фев., ше. 04:05 Editors <editors@example.org> жазды:",
    "Editors жазган:",
    "2026-02-03 04:05 GMT+06:00, Editors <editors@example.org>:",
)


@pytest.mark.parametrize("line", ATTRIBUTIONS)
@pytest.mark.parametrize("end", ["", "\n\n-- \nАйгүл Тестова\n+996 000 000 000", "\n\nОтправлено с iPhone"])
def test_an_answer_above_a_quotation(line: str, end: str) -> None:
    assert cut(f"{OWN}\n\n{line}\n\n{QUOTED}{end}", is_forward=False) == OWN
    assert cut(f"{OWN}{end}\n\n{line}\n{QUOTED}\n", is_forward=False) == OWN


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_an_answer_below_and_between(line: str) -> None:
    assert cut(f"{line}\n{QUOTED}\n\n{OWN}", is_forward=False) == OWN
    between = f"{line}\n\n> Было холодно.\n\nОчень.\n\n> И темно.\n\nДа."
    assert cut(between, is_forward=False) == "Очень.\n\n> И темно.\n\nДа."


@pytest.mark.parametrize("line", [line for line in ATTRIBUTIONS if "@" in line])
def test_a_quotation_that_nothing_marks(line: str) -> None:
    assert cut(f"{OWN}\n\n{line}\n\nЗимняя дорога\nконец", is_forward=False) == OWN


@pytest.mark.parametrize("line", [line for line in ATTRIBUTIONS if "@" in line])
def test_of_a_mail_passed_on_only_that_line_is_cut(line: str) -> None:
    assert cut(f"{line}\n\n{OWN}", is_forward=True) == OWN
    assert cut(f"Вот:\n\n{line}\n{OWN}", is_forward=True) == f"Вот:\n\n{OWN}"


HEADS = (
    "-----Original Message-----\nFrom: Editors <editors@example.org>\nSent: Tuesday\nTo: reader@example.org\nSubject: x",
    "________________________________\nОт: Editors <editors@example.org>\nОтправлено: вторник\nКому: a@example.org\nТема: x",
    "*От:* Editors <editors@example.org>\n*Дата:* вторник\n*Кому:* a@example.org\n*Тема:* x",
    "-------- Исходное сообщение --------\nТема: x\nДата: вторник\nОт: Editors <editors@example.org>\nКому: a@example.org,\n b@example.org",
    "Кимден: Editors <editors@example.org>\nЖөнөтүлдү: шейшемби\nКимге: a@example.org\nТемасы: x",
    "-----Баштапкы кат-----\nКимден: Editors\nДатасы: шейшемби\nКимге: a@example.org",
    "---------- Пересылаемое сообщение ----------",
)  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
def test_an_older_mail_below_is_cut(head: str) -> None:
    assert cut(f"{OWN}\n\n{head}\n\nЗимняя дорога", is_forward=False) == OWN


@pytest.mark.parametrize("head", HEADS)
def test_of_a_mail_passed_on_only_the_head_is_cut(head: str) -> None:
    assert cut(f"{head}\n\n{OWN}", is_forward=True) == OWN
    assert cut(f"Вот что мне пришло.\n\n{head}\n\n{OWN}", is_forward=True) == f"Вот что мне пришло.\n\n\n{OWN}"
    marked = "\n".join(f"> {line}" for line in f"{head}\n\n{OWN}".split("\n"))
    assert cut(marked, is_forward=True) == OWN


ENDS = (
    "-- \nАйгүл Тестова", "--\nАйгүл", "Отправлено с iPhone", "Отправлено из мобильной Почты Mail.ru", "Sent from my iPhone",
    "Отправлено с моего телефона Samsung", "Get Outlook for Android", "Sent from Yahoo Mail on Android",
    "Менин iPhone телефонумдан жөнөтүлдү", "iPhone'дон жөнөтүлдү", "Жөнөтүлдү", "--\nОтправлено из Mail.ru для Android",
    "С уважением,\nАйгүл Тестова", "С уважением, Айгүл", "Урматтоо менен,\nАйгүл Тестова\nОш ш.", "Best regards,\nAigul",
    "Айгүл Тестова\n+996 000 000 000", "Айгүл\nтел. 0000 00-00-00", "aigul@example.org", "Telegram: @testova",
    "С уважением,\nАйгүл Тестова\n\nтел.: +996 (000) 00-00-00\nwww.example.org\n\nОтправлено с iPhone",
    "Без вирусов. www.avast.com",
)  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_signatures_names_and_phones_at_the_end_are_cut(end: str) -> None:
    assert cut(f"{OWN}\n\n{end}\n", is_forward=False) == OWN


WORDS = (
    "Мне 30 лет.\nМой номер в очереди был 12.\nСпасибо.", "Мира", "Спасибо!\n\nМира", "В 2012 году она писала:\n\nдержитесь.",
    "Отправлено с любовью, так мне казалось тогда, а потом я поняла, что нет.\nТак бывает.", "Она пишет: держитесь.",
    "Список:\n\n- раз\n- два", "From the very first day I knew.\nTo: nobody.", "Вчера в 10:05 пришла она.\nИ сказала:\n\nидём.",
    "Я -- это я.\nОн -- это он.", "On Monday she wrote a letter.\n\nI kept it.", "Строка\n\n\nещё",
    "С уважением отношусь к автору, но не согласна: было иначе, и вот почему так вышло в том году.\nКонец.",
)  # fmt: skip


@pytest.mark.parametrize("text", WORDS)
def test_a_writers_own_words_stay(text: str) -> None:
    assert cut(text, is_forward=False) == text


def test_the_frame_of_a_signed_mail_goes() -> None:
    signed = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{OWN}\n- -раз\n-----BEGIN PGP SIGNATURE-----\n\nxyz\n-----END PGP SIGNATURE-----"
    assert cut(signed, is_forward=False) == f"{OWN}\n-раз"


@pytest.mark.parametrize(
    "text",
    [
        "> " * 100_000, ">" * 200_000, "\n" * 24_000, "On " * 80_000, "a" * 200_000, "От: x\n" * 24_000, "-" * 200_000,
        "1 " * 100_000, "wrote: " * 100_000, "Айгүл " * 100_000, "-- \n" * 24_000, "_____\n" * 24_000, "@" * 100_000,
        " \n \n>\n" * 8_000, "С уважением " * 15_000, "писал: 1:11\n" * 15_000, "1:11 писал:\n" * 15_000,
        "1:11:\n> a\n" * 8_000,
    ],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    cut(text, is_forward=False)
    cut(text, is_forward=True)
    assert time.process_time() - started < 2
