"""The address of a folder in IPFS, told without a node (UnixFS, CIDv1, profile unixfs-v1-2025 of IPIP-499).

Whoever has a node adds the folder with that profile and finds the same address.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mmh3

from magazine.workers import spread

CHUNK, MOST_LINKS = 1 << 20, 1024  # bytes of a leaf, links of a node
SHARDED_FROM = 262_144  # bytes of a folder's node, above which it is divided
FANOUT, MURMUR = 256, 0x22  # children of a divided folder, and the number of its hash
RAW, DAG_PB, SHA2_256 = 0x55, 0x70, b"\x12\x20"
DIRECTORY, FILE, SHARD = 1, 2, 5  # kinds in UnixFS


@dataclass(frozen=True)
class _Node:
    """A block by its address; ``whole`` counts the bytes of all blocks below it, ``content`` those of the file."""

    cid: bytes
    whole: int
    content: int


def of_folder(folder: Path, names: Sequence[str]) -> str:
    """The CID of a folder that holds just these files."""
    tree: dict[str, object] = {}
    for name, node in spread(_OfFile(folder), list(names)):
        *above, last = name.split("/")
        place = tree
        for part in above:
            place = place.setdefault(part, {})  # type: ignore[assignment]
        place[last] = node
    return "b" + base64.b32encode(_directory(tree).cid).decode().lower().rstrip("=")


@dataclass(frozen=True)
class _OfFile:
    """The node of one file, read leaf by leaf; done by several processes."""

    folder: Path

    def __call__(self, name: str) -> _Node:
        with (self.folder / name).open("rb") as file:
            nodes = [_leaf(data) for data in iter(lambda: file.read(CHUNK), b"")] or [_leaf(b"")]
        while len(nodes) > 1:
            nodes = [_joined(nodes[start : start + MOST_LINKS]) for start in range(0, len(nodes), MOST_LINKS)]
        return nodes[0]


def _leaf(data: bytes) -> _Node:
    return _Node(_cid(RAW, data), len(data), len(data))


def _joined(nodes: Sequence[_Node]) -> _Node:
    content = sum(node.content for node in nodes)
    data = _number(1, FILE) + _number(3, content) + b"".join(_number(4, node.content) for node in nodes)
    return _block([("", node) for node in nodes], data, content)


def _directory(tree: Mapping[str, object]) -> _Node:
    entries = {name: _directory(below) if isinstance(below, dict) else below for name, below in tree.items()}
    links = [(name, node) for name, node in sorted(entries.items(), key=_by_bytes) if isinstance(node, _Node)]
    if len(_serialised(links, _number(1, DIRECTORY))) > SHARDED_FROM:
        return _shard(links, 0)
    return _block(links, _number(1, DIRECTORY), 0)


def _shard(entries: Sequence[tuple[str, _Node]], depth: int) -> _Node:
    """A part of a divided folder: entries lie by a byte of the hash of their names."""
    children: dict[int, list[tuple[str, _Node]]] = {}
    for name, node in entries:
        hashed = mmh3.hash_bytes(name, x64arch=True)[:8][::-1]
        children.setdefault(hashed[depth], []).append((name, node))
    links, field = [], 0
    for place, inside in sorted(children.items()):
        field |= 1 << place
        if len(inside) == 1:
            links.append((f"{place:02X}{inside[0][0]}", inside[0][1]))
        else:
            links.append((f"{place:02X}", _shard(inside, depth + 1)))
    bits = field.to_bytes(FANOUT // 8, "big").lstrip(b"\0")
    return _block(links, _number(1, SHARD) + _bytes_of(2, bits) + _number(5, MURMUR) + _number(6, FANOUT), 0)


def _block(links: Sequence[tuple[str, _Node]], data: bytes, content: int) -> _Node:
    serialised = _serialised(links, data)
    return _Node(_cid(DAG_PB, serialised), len(serialised) + sum(node.whole for _, node in links), content)


def _serialised(links: Iterable[tuple[str, _Node]], data: bytes) -> bytes:
    """A node as DAG-PB writes it: its links come first."""
    return b"".join(_bytes_of(2, _link(name, node)) for name, node in links) + _bytes_of(1, data)


def _link(name: str, node: _Node) -> bytes:
    return _bytes_of(1, node.cid) + _bytes_of(2, name.encode()) + _number(3, node.whole)


def _cid(codec: int, block: bytes) -> bytes:
    return bytes((1, codec)) + SHA2_256 + hashlib.sha256(block).digest()


def _number(field: int, value: int) -> bytes:
    """A field of protobuf that is a number."""
    return _varint(field << 3) + _varint(value)


def _bytes_of(field: int, value: bytes) -> bytes:
    """A field of protobuf that is some bytes."""
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    return bytes(_sevens(value))


def _sevens(value: int) -> Iterator[int]:
    while value > 0x7F:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value


def _by_bytes(entry: tuple[str, object]) -> bytes:
    return entry[0].encode()
