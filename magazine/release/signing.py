"""Signatures: minisign's, and a second kind that ``ssh-keygen -Y verify`` checks where nothing can be installed.

minisign's are prehashed, with an ASCII comment and a line break at the end, which other programs want. OpenSSH's follow
its PROTOCOL.sshsig.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import struct
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

import minisign
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from magazine.messages import marked
from magazine.release import fields, keyfile
from magazine.release.fields import malformed
from magazine.release.keyfile import Keys

LIMIT = 4_000  # bytes of a signature
RELEASES, LISTS = "magazine-release", "magazine-keys"  # what an OpenSSH signature is for
SIGNER = "magazine"
MAGIC, HASH, KIND = b"SSHSIG", b"sha512", b"ssh-ed25519"
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
# in a secret key of minisign: three marks, the salt, two limits and the key's number stand before it
SECRET = slice(6 + 32 + 16 + 8, 6 + 32 + 16 + 8 + 32)

NO_SIGNATURE = marked("%(file)s is no signature.")


@dataclass(frozen=True)
class Signed:
    """Which key made a signature, and what its comment says."""

    key: str
    comment: str


def public(secret: minisign.SecretKey) -> str:
    """The public key that partners pin, or that the list of keys names."""
    return str(secret.get_public_key().to_base64().decode())


def signed(secret: minisign.SecretKey, data: bytes | BinaryIO, comment: str) -> bytes:
    """The signature of some bytes as minisign makes it, or of a stream that is read in blocks."""
    return bytes(secret.sign(data, prehash=True, trusted_comment=comment)) + b"\n"


def verified(data: bytes, signature: bytes, keys: Iterable[str], file: str) -> Signed | None:
    """Which of the keys made the signature; None if none of them did. Raises ReleaseError if it is none."""
    found = _minisign(signature, file)
    for key in keys:
        try:
            minisign.PublicKey.from_base64(key).verify(data, found)
        except (minisign.VerifyError, minisign.ParseError):
            continue
        return Signed(key, found.trusted_comment)
    return None


def private_of(secret: minisign.SecretKey) -> Ed25519PrivateKey:
    """The key itself, of a file of minisign that is unlocked: OpenSSH's signatures are made with it."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret.to_base64())[SECRET])


def ssh_public(secret: minisign.SecretKey) -> str:
    """The public key as OpenSSH writes it."""
    key = private_of(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"{KIND.decode()} {base64.b64encode(_string(KIND) + _string(key)).decode()}"


def ssh_signed(secret: minisign.SecretKey, data: bytes, purpose: str) -> bytes:
    """OpenSSH's signature of some bytes for a purpose (its «namespace»)."""
    private = private_of(secret)
    key = _string(KIND) + _string(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    signature = _string(KIND) + _string(private.sign(_ssh_message(data, purpose)))
    blob = MAGIC + struct.pack(">I", 1) + _string(key) + _string(purpose.encode()) + _string(b"") + _string(HASH)
    text = base64.b64encode(blob + _string(signature)).decode()
    return "\n".join([BEGIN, *textwrap.wrap(text, 70), END, ""]).encode()


def ssh_verified(data: bytes, signature: bytes, keys: Iterable[str], purpose: str, file: str) -> str | None:
    """Which of the keys made OpenSSH's signature; None if none of them did. Raises ReleaseError if it is none."""
    key, made = _ssh_parts(signature, purpose, file)
    for one in keys:
        if keyfile.raw(one) == key:
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(made, _ssh_message(data, purpose))
            except (InvalidSignature, ValueError):
                return None
            return one
    return None


def allowed_signers(keys: Keys) -> bytes:
    """The file that ``ssh-keygen -Y verify -f`` wants: the active keys, until the list of keys expires."""
    end = f"{keys.expires + dt.timedelta(days=1):%Y%m%d}"
    options = f'namespaces="{RELEASES}",valid-before="{end}"'
    return "".join(f"{SIGNER} {options} {one.key} {one.label}\n" for one in keys.active_ssh).encode()


def _minisign(signature: bytes, file: str) -> minisign.Signature:
    if len(signature) > LIMIT:
        raise malformed(fields.TOO_LONG, file=file, count=LIMIT)
    try:
        found = minisign.Signature.from_bytes(signature)
        lines = signature.decode().split("\n")
        is_exact = _is_exact(lines[1]) and _is_exact(lines[3])
    except (minisign.ParseError, UnicodeDecodeError, IndexError):
        raise malformed(NO_SIGNATURE, file=file) from None
    if not is_exact:
        raise malformed(NO_SIGNATURE, file=file)
    return found


def _ssh_parts(signature: bytes, purpose: str, file: str) -> tuple[bytes, bytes]:
    """The public key and the signature itself, of OpenSSH's armoured text."""
    if len(signature) > LIMIT:
        raise malformed(fields.TOO_LONG, file=file, count=LIMIT)
    try:
        lines = signature.decode("ascii").split("\n")
        blob = base64.b64decode("".join(lines[1:-2]), validate=True)
    except (UnicodeDecodeError, binascii.Error):
        raise malformed(NO_SIGNATURE, file=file) from None
    key, made = blob[14 + 19 :][:32], blob[-64:]
    expected = MAGIC + struct.pack(">I", 1) + _string(_string(KIND) + _string(key)) + _string(purpose.encode())
    expected += _string(b"") + _string(HASH) + _string(_string(KIND) + _string(made))
    if (lines[0], lines[-2:]) != (BEGIN, [END, ""]) or blob != expected or not _is_exact("".join(lines[1:-2])):
        raise malformed(NO_SIGNATURE, file=file)
    return key, made


def _is_exact(text: str) -> bool:
    """Whether it is Base64 as it is written, with no bits that stand for nothing (RFC 4648, 3.5)."""
    try:
        return base64.b64encode(base64.b64decode(text.strip(), validate=True)).decode() == text.strip()
    except binascii.Error:
        return False


def _ssh_message(data: bytes, purpose: str) -> bytes:
    hashed = hashlib.sha512(data).digest()
    return MAGIC + _string(purpose.encode()) + _string(b"") + _string(HASH) + _string(hashed)


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
