"""Mail made to do harm: bounded time and memory, no way out, and one bad mail costs no other."""

# ruff: noqa: E501 (mails stand here as they come)

import base64
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mails import KEY, SAID, TEXTS, TODAY, as_bytes, mail, taken_apart, waiting
from test_responses import ALLOWED, HOSTILE, elements
from trees import STORY, write

from magazine.desk.mail import hypertext, importing, subjects, tails
from magazine.desk.mail.boxes import Letter
from magazine.desk.mail.charsets import decoded
from magazine.desk.mail.flowed import whole
from magazine.desk.mail.mime import READ
from magazine.desk.mail.reading import REASONS, SkippedError, read
from magazine.intake.submissions import MAX_TEXT, UNSEEN
from magazine.site.responses import sanitised

pytestmark = pytest.mark.slow

HEAD = b"Subject: Answer [blog/winter-road]\r\n"


def nested(depth: int) -> bytes:
    data = HEAD
    for number in range(depth):
        data += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
    return data + b"\r\nhello"


def in_each_other(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"\r\nhello"


def html(body: str) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + body.encode()


def plain(body: bytes, kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    return HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + body


MULTIPART = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
BOMBS = {
    "parts within parts": nested(2000),
    "mails within mails": in_each_other(2000),
    "a few thousand parts": MULTIPART + b"--b\r\n\r\nx\r\n" * 50_000,
    "alternatives within alternatives": nested(38).replace(b"mixed", b"alternative"),
    "headers without end": b"X: y\r\n" * 300_000,
    "one long header": b"Subject: " + b"x" * 2_000_000,
    "folded without end": b"Subject: x\r\n" + b" y\r\n" * 400_000,
    "parameters without end": b"Content-Type: multipart/mixed" + b"; a=b" * 300_000 + b"\r\n\r\n",
    "parameters in a part": MULTIPART + b"--b\r\nContent-Type: text/plain" + b";a=b" * 300_000 + b"\r\n\r\nx",
    "parameters in folds": MULTIPART + b"--b\r\nContent-Type: text/plain" + b";\r\n a=b" * 150_000 + b"\r\n\r\nx",
    "numbered parameters": HEAD + b"Content-Type: text/plain" + b"".join(b"; charset*%d=u" % n for n in range(300)),
    "encoded words": b"Subject: " + b"=?utf-8?q?=D1?= " * 8000 + b"\r\n\r\nhello",
    "broken encoded words": b"Subject: " + b"=?utf-8?b?" * 8000 + b"\r\n\r\nhello",
    "line ends": plain(b"\n" * 2_000_000),
    "other line ends": plain(b"\r" * 2_000_000),
    "one long line": plain(b"x" * 2_000_000),
    "combining marks": plain("я\u0301\u0323".encode() * 3000 + "\u0323\u0301".encode() * 7000),
    "quotations in quotations": plain(b">" * 1_000_000),
    "flowed": plain(b"x \n" * 90_000, b"text/plain; format=flowed; delsp=yes"),
    "tags": html("<div>" * 100_000),
    "fewer tags": html("<b><i><a>" * 6000 + "x"),
    "tables": html("<table><tr><td>" * 6000 + "x"),
    "lists": html("<ul><li>" * 9000 + "x"),
    "quoted tags": html("<blockquote>" * 9000 + "x"),
    "attributes": html("<p " + "a=b " * 90_000 + ">x</p>"),
    "open comments": html("<!--" * 90_000),
    "entities": html("&nbsp;&amp;" * 30_000),
    "pictures inside": html("<img src='data:image/png;base64," + "A" * 1_900_000 + "'>"),
    "bad base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=\n====A" * 200_000,
    "bad quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\n=X" * 90_000,
    "uuencoded": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 ../../x\n" + b"M" * 900_000,
    "brackets": b"Subject: " + b"[" * 500 + b"blog/" * 100 + b"\r\n\r\nhello",
    "codes": plain(b"4kq7-m2xh-9t4p-wz3c\n" * 400),
    "nothing": b"",
    "zeros": b"\0" * READ,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_mail_takes_long(name: str) -> None:
    started = time.process_time()
    survives(BOMBS[name])
    assert time.process_time() - started < 4


def test_all_of_them_in_one_box_cost_the_others_nothing_and_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "content", {f"{KEY}/ru.md": STORY})
    (tmp_path / "box").mkdir()
    for number, data in enumerate(BOMBS.values()):
        (tmp_path / f"box/{number}.eml").write_bytes(data)
        (tmp_path / f"box/{number} good.eml").write_bytes(
            as_bytes(mail(f"Слово {number}.", identifier=f"<{number}@example.org>"))
        )
    code = (
        "import re, sys; from pathlib import Path; from magazine.desk.mail import importing\n"
        "status = importing.run(sys.argv[1] + '/box', Path(sys.argv[1] + '/content'))\n"
        "print(status, re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    environment = {"MAGAZINE_DESK": str(tmp_path / "desk"), "MAGAZINE_LANG": "en", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True, env=environment
    )
    status, peak = map(int, done.stdout.splitlines()[-1].split())
    assert status == 1  # some could not be read
    assert peak < 400_000
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    texts = {one.text for one in waiting(tmp_path)}
    assert {f"Слово {number}." for number in range(len(BOMBS))} <= texts
    assert f"Mails: {2 * len(BOMBS)}" in done.stdout


def test_a_failure_that_nobody_foresaw_costs_one_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    write(tmp_path / "content", {f"{KEY}/ru.md": STORY})
    (tmp_path / "a.eml").write_bytes(as_bytes(mail("Плохое.", identifier="<1@example.org>")))
    (tmp_path / "b.eml").write_bytes(as_bytes(mail("Хорошее.", identifier="<2@example.org>")))

    def failing(letter: Letter, *rest: object) -> object:
        if b"1@example.org" in letter.data:
            raise RecursionError
        return read(letter, *rest)

    monkeypatch.setattr(importing.reading, "read", failing)
    assert importing.run(str(tmp_path), tmp_path / "content") == 1
    assert [one.text for one in waiting(tmp_path)] == ["Хорошее."]
    assert "     1  damaged" in capsys.readouterr().out


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\x00", "\x1b[31m", "\ufeff", "\u2066"])
def test_what_cannot_be_seen_is_taken_out(sign: str) -> None:
    made = taken_apart(mail(f"Имя: Ми{sign}ра\n\nсло{sign}во", f"Answer [blog/winter{sign[0]}-road]"))
    (found,) = made.submissions
    assert not UNSEEN.search(found.text + found.name)
    assert found.entry == KEY


def test_markup_of_strangers_stays_words() -> None:
    (found,) = taken_apart(
        html("<p>Да<script>alert(1)</script><img src=x onerror=alert(1)> <a href='javascript:alert(1)'>тут</a></p>")
    ).submissions
    assert found.text == "Да тут"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_no_mail_brings_code_onto_a_page(text: str, subtype: str) -> None:
    """What a page shows is parsed by another parser than made it."""
    for one in taken_apart(mail(f"Слово {text}", subtype=subtype)).submissions:
        for element in elements(sanitised(one.text)):
            assert element.tag in ALLOWED
            assert set(element.attrib) <= ({"href", "rel"} if element.tag == "a" else set())
            assert re.match(r"https?:|mailto:|$", element.attrib.get("href", "").lower())
    for one in taken_apart(mail(f"Имя: {text}\n\nСлово")).submissions:
        assert "\n" not in one.name


# Whatever comes


WORDS = st.sampled_from(
    [
        b"Subject: Answer [blog/winter-road]", b"From: a@example.org", b"Content-Type: text/plain", b"Content-Type: text/html",
        b"Content-Type: multipart/alternative; boundary=b", b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--",
        b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: 8bit", b"Content-Disposition: attachment; filename=x", b"Content-Type: text/plain; charset=koi8-r",
        b"Content-Type: text/plain; format=flowed; delsp=yes", b"Content-Type: text/plain; charset*0*=utf-8''%zz", b"", b"", b" ",
        SAID["ru"].encode(), SAID["ky"].encode(), SAID["ru"].encode("koi8-r"), base64.b64encode(SAID["ru"].encode()), b"=D0=9F=",
        b"<div>", b"<blockquote>", b"<p>x", b"&#xffffffff;", b"> quoted", b"-- ", b"On 3 Feb 2026 04:05 a@example.org wrote:",
        b"4kq7-m2xh-9t4p-wz3c", b"Subject: =?koi8-r?B?8NI=?=", b"Subject: =?utf-8?q?", b"Date: Tue, 3 Feb 2026", b"\xff\xfe\x00",
        "Имя: Мира".encode(), b"-----BEGIN PGP SIGNED MESSAGE-----", b"-----BEGIN PGP SIGNATURE-----", b"MIME-Version: 1.0",
        b"-----Original Message-----", b"From: x", b"To: y", b"Sent: z", b"Content-Type: multipart/digest; boundary=b",
    ]
)  # fmt: skip
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def survives(data: bytes) -> None:
    try:
        made = read(Letter(data[:READ], None), TEXTS, lambda _: "0" * 32, TODAY)
    except SkippedError as error:
        reason, found = error.reason, ()
    else:
        reason, found = "", made.submissions
    assert reason in ("", *REASONS)
    for one in found:
        assert one.kind in ("comment", "withdrawal")
        assert len(one.text) <= MAX_TEXT
        assert not UNSEEN.search(one.text)
        assert one.day <= TODAY


@FUZZ
@given(st.lists(WORDS, max_size=30), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_pieces_of_mails_in_any_order(pieces: list[bytes], end: bytes) -> None:
    survives(end.join(pieces))


@FUZZ
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    survives(data)
    survives(HEAD + b"\r\n" + data)


@FUZZ
@given(st.data())
def test_a_mail_with_any_bytes_in_it(data: st.DataObject) -> None:
    made = mail(SAID["ru"])
    made.add_alternative(f"<p>{SAID['ru']}</p>", subtype="html")
    made.add_attachment(b"x", maintype="image", subtype="png")
    whole_mail = as_bytes(made)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole_mail)))
        end = data.draw(st.integers(start, min(len(whole_mail), start + 60)))
        whole_mail = whole_mail[:start] + data.draw(st.binary(max_size=30)) + whole_mail[end:]
    survives(whole_mail)


@FUZZ
@given(st.text(max_size=400), st.text(max_size=30))
def test_any_text(text: str, name: str) -> None:
    assert isinstance(decoded(text.encode("utf-8", "surrogatepass"), name), str)
    whole(text, without_blank=True)
    tails.cut(text, is_forward=True)
    words = re.findall(r"\w+", tails.cut(text, is_forward=False))
    assert set(words) <= set(re.findall(r"\w+", text))
    subjects.read(text, TEXTS)
    hypertext.words(text)
