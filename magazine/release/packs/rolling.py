"""The rolling sum of rsync, for blocks of 2048 bytes and powers of two of them; twice as quick as byte by byte.

A block is one long number, in which many bytes are added at once. With eight bytes in a row, of which row ``r`` of
``m`` sums up to ``R(r)`` and column ``c`` to ``C(c)``, rsync's second sum is
``8 * sum((m - r) * R(r)) - sum(c * C(c))``.
"""

from __future__ import annotations

import struct
from itertools import accumulate

PIECE, ROW = 1 << 11, 8  # bytes
ROWS = struct.Struct(f"<{PIECE // ROW}Q")
BYTES = int.from_bytes(b"\xff\0" * (PIECE // 2), "little")
PAIRS = int.from_bytes(b"\xff\xff\0\0" * (PIECE // 4), "little")
FOURS = int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * (PIECE // 8), "little")
LANE = 0xFFFF  # 256 bytes of 255, as many as there are rows, still fit


def rolling(block: bytes) -> tuple[int, int]:
    """Both sums, 16 bits each, of a block whose length is a multiple of 2048."""
    first = second = 0
    for start in range(0, len(block), PIECE):
        one, two = _of_piece(block[start : start + PIECE])
        second += first * PIECE + two
        first += one
    return first & 0xFFFF, second & 0xFFFF


def _of_piece(piece: bytes) -> tuple[int, int]:
    number = int.from_bytes(piece, "little")
    even, odd = number & BYTES, number >> 8 & BYTES
    fours = even + odd
    fours = (fours & PAIRS) + (fours >> 16 & PAIRS)
    rows = ROWS.unpack(((fours & FOURS) + (fours >> 32 & FOURS)).to_bytes(PIECE, "little"))
    # what is left of a number by 2**64 - 1 is the sum of its rows, lane for lane
    lanes_even, lanes_odd = even % (2**64 - 1), odd % (2**64 - 1)
    columns = 0
    for lane in range(ROW // 2):
        in_even, in_odd = lanes_even >> 16 * lane & LANE, lanes_odd >> 16 * lane & LANE
        columns += 2 * lane * in_even + (2 * lane + 1) * in_odd
    return sum(rows), ROW * sum(accumulate(rows)) - columns
