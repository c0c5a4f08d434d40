"""One key of a terminal at a time, without Enter; where there is no terminal, the first letter of a line."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

ESCAPE = "\x1b"
CALM = 0.05  # seconds in which the rest of an arrow key comes
# the same place on a Russian and a Kyrgyz keyboard
AS_LATIN = str.maketrans("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm")

if sys.platform == "win32":
    import msvcrt

    def _pressed(_stream: TextIO) -> str:
        key = msvcrt.getwch()
        if key in ("\x00", "\xe0"):  # an arrow, or a key with a name
            msvcrt.getwch()
            return ""
        if key == "\x03":
            raise KeyboardInterrupt
        return key

    def _forget(_stream: TextIO) -> None:
        while msvcrt.kbhit():
            msvcrt.getwch()

    @contextlib.contextmanager
    def _listening(_stream: TextIO) -> Iterator[None]:
        yield

else:
    import select
    import termios
    import tty

    def _pressed(stream: TextIO) -> str:
        descriptor = stream.fileno()
        data = os.read(descriptor, 1)
        if not data:
            raise EOFError
        if data == ESCAPE.encode():
            _pass_over(descriptor)
            return ""
        while data[0] >= 0xC0 and len(data) < 4 and _is_cut(data):
            data += os.read(descriptor, 1)
        return data.decode("utf-8", "replace")

    def _pass_over(descriptor: int) -> None:
        """The rest of an arrow or another key with a name (ECMA-48, 5.4)."""
        is_long = False
        while select.select([descriptor], [], [], CALM)[0] and (sign := os.read(descriptor, 1)):
            if not is_long and sign not in b"[O":
                return
            if is_long and b"@" <= sign <= b"~":
                return
            is_long = True

    def _is_cut(data: bytes) -> bool:
        with contextlib.suppress(UnicodeDecodeError):
            data.decode()
            return False
        return True

    def _forget(stream: TextIO) -> None:
        termios.tcflush(stream.fileno(), termios.TCIFLUSH)

    @contextlib.contextmanager
    def _listening(stream: TextIO) -> Iterator[None]:
        descriptor = stream.fileno()
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor, termios.TCSANOW)
        try:
            yield
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def pressed(prompt: str) -> str:
    """The key that is pressed, as the small Latin letter in its place; what was pressed before does not count.

    Raises EOFError where there is nobody to press one.
    """
    if not sys.stdin.isatty():
        line = input(prompt).strip().lower()
        return line[:1].translate(AS_LATIN)
    sys.stdout.write(prompt)
    sys.stdout.flush()
    _forget(sys.stdin)
    with _listening(sys.stdin):
        key = ""
        while not key:
            key = _pressed(sys.stdin)
    sys.stdout.write("\n")
    if key == "\x04":
        raise EOFError
    return key.lower().translate(AS_LATIN)
