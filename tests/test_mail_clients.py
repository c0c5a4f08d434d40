"""Mails written by real programs, in each charset they can send."""

# ruff: noqa: E501 (addresses stand here as they come)

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mails import KEY, SAID, one, taken_apart

SUBJECT = f"Re: Ответ [{KEY}#2026-01-03-1-abcde]"
END = "\n\n-- \nCanary Nameova\n+996 000 000 000\n"
CHARSETS = ("utf-8", "koi8-r", "windows-1251", "iso-8859-5")


def need(program: str) -> str:
    """No other judge needs a mail program: where one is missing the test is skipped, and says so."""
    found = shutil.which(program)
    if not found:
        pytest.skip(f"{program} is not installed: apt-get install mutt s-nail")
    return found


def sendmail(folder: Path) -> Path:
    """What programs hand a mail to: it keeps it in a file."""
    script = folder / "sendmail"
    script.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\npathlib.Path({str(folder / 'sent')!r}).write_bytes(sys.stdin.buffer.read())\n"
    )
    script.chmod(0o700)
    return script


def wrote(folder: Path, *command: str | Path, text: str) -> bytes:
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "MAILRC": "/dev/null",
        "USER": "canary",
    }
    subprocess.run(command, input=text.encode(), check=True, capture_output=True, env=environment, cwd=folder)
    return (folder / "sent").read_bytes()


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("form", ["plain", "flowed", "with a picture", "7bit"])
def test_mutt(charset: str, form: str, tmp_path: Path) -> None:
    program = need("mutt")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    settings = [
        f"set sendmail={sendmail(tmp_path)} use_from=yes from=canary@people.example.org charset=utf-8 copy=no",
        f"set send_charset={charset} text_flowed={'yes' if form == 'flowed' else 'no'}",
        f"set {'no' if form == '7bit' else ''}allow_8bit",
    ]
    options = [word for setting in settings for word in ("-e", setting)]
    attached = ["-a", tmp_path / "picture.png", "--"] if form == "with a picture" else ["--"]
    command = [program, "-n", "-F", "/dev/null", *options, "-s", SUBJECT, *attached, "editors@example.org"]
    made = wrote(tmp_path, *command, text=SAID["ru"].replace(". ", ". \n") + END)
    assert charset.encode() in made.lower()
    found = taken_apart(made)
    (sent,) = found.submissions
    assert " ".join(sent.text.split()) == SAID["ru"]
    assert ("\n" in sent.text) == (form != "flowed")
    assert (sent.entry, sent.reply_to, sent.language) == (KEY, "2026-01-03-1-abcde", "ru")
    assert found.attachments == (form == "with a picture")


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("form", ["8bit", "quoted-printable", "base64"])
def test_mailx(charset: str, form: str, tmp_path: Path) -> None:
    program = need("s-nail")
    settings = {
        "mta": sendmail(tmp_path),
        "ttycharset": "utf-8",
        "sendcharsets": charset,
        "mime-encoding": form,
        "from": "canary@people.example.org",
    }
    options = [word for name, value in settings.items() for word in ("-S", f"{name}={value}")]
    made = wrote(tmp_path, program, "-n", "-#", *options, "-s", SUBJECT, "editors@example.org", text=SAID["ru"] + END)
    assert charset.encode() in made.lower()
    sent = one(made)
    assert (sent.text, sent.entry, sent.reply_to) == (SAID["ru"], KEY, "2026-01-03-1-abcde")


@pytest.mark.parametrize("language", ["ky", "en"])
def test_other_languages(language: str, tmp_path: Path) -> None:
    program = need("mutt")
    setting = f"set sendmail={sendmail(tmp_path)} charset=utf-8 copy=no"
    made = wrote(
        tmp_path,
        program,
        "-n",
        "-F",
        "/dev/null",
        "-e",
        setting,
        "-s",
        f"Жооп [{KEY}]",
        "--",
        "editors@example.org",
        text=SAID[language],
    )
    sent = one(made)
    assert (sent.text, sent.language, sent.entry) == (SAID[language], language, KEY)
