"""The address of a folder in IPFS, told without a node (UnixFS, CIDv1, profile unixfs-v1-2025 of IPIP-499)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from magazine.release.packs.source import MissingLibraryError
from magazine.workers import spread

CHUNK = 1 << 20  # bytes in a leaf
MOST_LINKS = 1024  # in a block of a file
LARGEST_FOLDER = 256 << 10  # bytes of a block; a larger folder is cut into shards
FANOUT, MURMUR3 = 256, 0x22
DIRECTORY, FILE, SHARD = 1, 2, 5  # types of UnixFS
RAW, DAG_PB = 0x55, 0x70  # multicodecs
SHA256 = b"\x12\x20"


class Node(NamedTuple):
    """A block: its CID, the bytes of it with all below, and the bytes of the file that it holds."""

    cid: bytes
    whole: int
    content: int = 0


@dataclass(frozen=True)
class Link:
    """What a folder says of one of its files or folders."""

    name: bytes
    node: Node

    def written(self, prefix: bytes = b"") -> bytes:
        """As a link of dag-pb, its name after the place in a shard."""
        link = _bytes(1, self.node.cid) + _bytes(2, prefix + self.name) + _number(3, self.node.whole)
        return _bytes(2, link)


def of_folder(folder: Path, names: Sequence[str]) -> str:
    """The CID of a folder that holds just these files, as text (base32).

    The same that Kubo and ipfs-car tell for it. Raises OSError, and MissingLibraryError where a folder in it is so
    large that it needs shards.
    """
    tree: dict[str, Any] = {}
    for name, node in spread(partial(_of_file, folder), list(names)):
        *above, last = name.split("/")
        place = tree
        for part in above:
            place = place.setdefault(part, {})
        place[last] = node
    return "b" + base64.b32encode(_of_tree(tree).cid).decode().lower().rstrip("=")


def _of_tree(tree: dict[str, Any]) -> Node:
    links = [Link(name.encode(), _of_tree(found) if isinstance(found, dict) else found) for name, found in tree.items()]
    links.sort(key=lambda link: link.name)
    data = _number(1, DIRECTORY)
    node = _node([link.written() for link in links], data, (link.node for link in links))
    if node.whole - sum(link.node.whole for link in links) <= LARGEST_FOLDER:
        return node
    try:
        import mmh3  # noqa: PLC0415 (needed by few)
    except ImportError as error:
        raise MissingLibraryError("mmh3") from error
    # the first half of MurmurHash3's 128 bits, its bytes turned around
    hashes = [(mmh3.mmh3_x64_128_digest(link.name)[7::-1], link) for link in links]
    return _shard(hashes, 0)


def _shard(hashes: list[tuple[bytes, Link]], depth: int) -> Node:
    """A part of a hash array mapped trie (HAMT): each byte of a name's hash chooses the way one level on."""
    places: dict[int, list[tuple[bytes, Link]]] = {}
    for number, link in hashes:
        places.setdefault(number[depth], []).append((number, link))
    written, nodes, field = [], [], 0
    for place in sorted(places):
        field |= 1 << place
        found = places[place]
        link = found[0][1] if len(found) == 1 else Link(b"", _shard(found, depth + 1))
        written.append(link.written(b"%02X" % place))
        nodes.append(link.node)
    bits = field.to_bytes((field.bit_length() + 7) // 8, "big")
    data = _number(1, SHARD) + _bytes(2, bits) + _number(5, MURMUR3) + _number(6, FANOUT)
    return _node(written, data, nodes)


def _of_file(folder: Path, name: str) -> Node:
    """Leaves of one size, and blocks above them until there is one, all leaves equally far from it."""
    with (folder / name).open("rb") as stream:
        nodes = [_leaf(chunk) for chunk in iter(lambda: stream.read(CHUNK), b"")]
    if not nodes:
        return _leaf(b"")
    while len(nodes) > 1:
        nodes = [_joined(nodes[start : start + MOST_LINKS]) for start in range(0, len(nodes), MOST_LINKS)]
    return nodes[0]


def _leaf(data: bytes) -> Node:
    return Node(_cid(RAW, data), len(data), len(data))


def _joined(nodes: list[Node]) -> Node:
    size = sum(node.content for node in nodes)
    data = _number(1, FILE) + _number(3, size) + b"".join(_number(4, node.content) for node in nodes)
    return _node([Link(b"", node).written() for node in nodes], data, nodes, size)


def _node(links: list[bytes], data: bytes, below: Iterable[Node], content: int = 0) -> Node:
    # dag-pb puts links before data, against the order of their numbers
    block = b"".join(links) + _bytes(1, data)
    return Node(_cid(DAG_PB, block), len(block) + sum(node.whole for node in below), content)


def _cid(codec: int, block: bytes) -> bytes:
    return bytes((1, codec)) + SHA256 + hashlib.sha256(block).digest()


def _number(field: int, value: int) -> bytes:
    return bytes((field << 3, *_varint(value)))


def _bytes(field: int, value: bytes) -> bytes:
    return bytes((field << 3 | 2, *_varint(len(value)))) + value


def _varint(value: int) -> Iterator[int]:
    while value > 0x7F:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value
