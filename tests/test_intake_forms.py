"""Forms of old and new browsers become text, whichever charset they come in."""

import pytest

from magazine.intake.forms import fields

URLENCODED = "application/x-www-form-urlencoded"
KYRGYZ = "Өзүңөргө күч, ырахмат"


def urlencoded(text: bytes, name: str = "text") -> bytes:
    return name.encode() + b"=" + b"".join(b"%%%02X" % byte for byte in text)


def multipart(*parts: tuple[str, bytes]) -> bytes:
    whole = b""
    for name, value in parts:
        whole += b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
    return whole + b"--b--\r\n"


def test_utf_8() -> None:
    assert fields(urlencoded(KYRGYZ.encode()), URLENCODED) == {"text": KYRGYZ}
    assert fields(multipart(("text", KYRGYZ.encode())), "multipart/form-data; boundary=b") == {"text": KYRGYZ}
    assert fields(b"text=a+b%2Bc&name=&x", "") == {"text": "a b+c", "name": "", "x": ""}


def test_windows_1251_without_a_word_of_it() -> None:
    text = "Спасибо, очень ждали"
    assert fields(urlencoded(text.encode("cp1251")), URLENCODED)["text"] == text
    assert fields(multipart(("text", text.encode("cp1251"))), "multipart/form-data; boundary=b")["text"] == text
    assert fields(b"text=" + text.encode("cp1251").replace(b" ", b"+"), URLENCODED)["text"] == text


@pytest.mark.parametrize("charset", ["windows-1251", "cp1251", "koi8-r", "KOI8-U", "ISO-8859-5", "cp866", "utf-8"])
def test_a_charset_that_is_named(charset: str) -> None:
    text = "Спасибо"
    body = urlencoded(text.encode(charset))
    assert fields(body, f"{URLENCODED}; charset={charset}")["text"] == text
    assert fields(body + b"&_charset_=" + charset.encode(), URLENCODED)["text"] == text


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "idna", "rot13", "zip", "no such", "x" * 1000, "\0"])
def test_a_charset_that_is_none_of_forms_is_not_believed(charset: str) -> None:
    body = urlencoded("Спасибо".encode()) + b"&" + urlencoded(charset.encode(), "_charset_")
    assert fields(body, URLENCODED)["text"] == "Спасибо"


def test_letters_that_a_charset_lacks_come_as_numbers() -> None:
    sent = KYRGYZ.encode("cp1251", "xmlcharrefreplace")
    assert b"&#1187;" in sent
    assert fields(urlencoded(sent), URLENCODED)["text"] == KYRGYZ


def test_numbers_that_somebody_typed_stay() -> None:
    assert fields(urlencoded("Буква &#1187; и &#65;".encode()), URLENCODED)["text"] == "Буква &#1187; и &#65;"
    old = "Знак &#65; &#1055; и &#55296; &#9999999;"
    assert fields(urlencoded(old.encode("cp1251")), URLENCODED)["text"] == old


def test_numbers_bring_no_hidden_signs() -> None:
    assert fields(urlencoded("Да&#8238;нет".encode("cp1251")), URLENCODED)["text"] == "Данет"


def test_a_file_is_no_field_and_a_form_cut_short_keeps_its_words() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="text"; filename="a.txt"\r\n\r\nsecret\r\n--b--\r\n'
    assert fields(body, "multipart/form-data; boundary=b") == {}
    cut = multipart(("name", b"a"), ("text", "Длинный текст".encode()))[:-12]
    assert fields(cut, "multipart/form-data; boundary=b")["text"].startswith("Длинный тек")


def test_the_first_of_two_fields_counts_and_there_are_not_many() -> None:
    assert fields(b"text=a&text=b", URLENCODED) == {"text": "a"}
    assert len(fields(b"&".join(b"n%d=1" % number for number in range(1000)), URLENCODED)) <= 40
