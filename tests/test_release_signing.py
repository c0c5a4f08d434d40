"""Signatures made here are accepted by minisign, ssh-keygen and openssl, and theirs here; nothing else is."""

import base64
import contextlib
import io
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from releases import LONG_AGO, first_keys, public, secret, ssh
from toolbox import need, run

from magazine.release import keyfile, signing
from magazine.release.codes import ReleaseError
from magazine.release.signing import LISTS, RELEASES, Signed

WORDS = "seq 42\nпетиция\n".encode()
COMMENT = "seq:42 date:2026-11-22 expires:2027-01-22"


def minisig() -> bytes:
    return signing.signed(secret("laptop"), WORDS, COMMENT)


def test_a_signature_tells_its_key_and_its_comment() -> None:
    keys = [public("other"), public("laptop")]
    assert signing.verified(WORDS, minisig(), keys, "x") == Signed(public("laptop"), COMMENT)


@pytest.mark.parametrize("keys", [[], ["other"]])
def test_another_key_does_not_vouch_for_it(keys: list[str]) -> None:
    assert signing.verified(WORDS, minisig(), [public(name) for name in keys], "x") is None


def test_a_changed_text_or_comment_is_not_signed() -> None:
    assert signing.verified(WORDS + b" ", minisig(), [public("laptop")], "x") is None
    later = minisig().replace(b"seq:42", b"seq:43")
    assert signing.verified(WORDS, later, [public("laptop")], "x") is None


def test_a_stream_is_signed_like_its_bytes() -> None:
    assert signing.signed(secret("laptop"), io.BytesIO(WORDS), COMMENT) == minisig()


@pytest.mark.judge
def test_minisign_accepts_it(tmp_path: Path) -> None:
    (tmp_path / "release.txt").write_bytes(WORDS)
    (tmp_path / "release.txt.minisig").write_bytes(minisig())
    command = [need("minisign"), "-V", "-H", "-Q", "-P", public("laptop"), "-m", tmp_path / "release.txt"]
    assert run(*command).strip() == COMMENT
    (tmp_path / "release.txt").write_bytes(WORDS + b"\n")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


@pytest.mark.judge
def test_a_signature_of_minisign_is_accepted(tmp_path: Path) -> None:
    minisign, text = need("minisign"), tmp_path / "release.txt"
    text.write_bytes(WORDS)
    run(minisign, "-G", "-W", "-p", tmp_path / "p", "-s", tmp_path / "s")
    run(minisign, "-S", "-s", tmp_path / "s", "-m", text, "-t", COMMENT)
    key = (tmp_path / "p").read_text().splitlines()[1]
    made = (tmp_path / "release.txt.minisig").read_bytes()
    assert signing.verified(WORDS, made, [key], "x") == Signed(key, COMMENT)


@pytest.mark.judge
def test_openssl_verifies_it_with_nothing_of_ours(tmp_path: Path) -> None:
    """The way out when no other tool can be had: the raw key and signature are cut out of the texts."""
    openssl = need("openssl")
    key = base64.b64decode(public("laptop"))[10:]
    (tmp_path / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
    (tmp_path / "sig").write_bytes(base64.b64decode(minisig().splitlines()[1])[10:])
    (tmp_path / "text").write_bytes(WORDS)
    run(openssl, "dgst", "-blake2b512", "-binary", "-out", tmp_path / "hash", tmp_path / "text")
    said = run(
        openssl, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", tmp_path / "key.der", "-rawin",
        "-sigfile", tmp_path / "sig", "-in", tmp_path / "hash",
    )  # fmt: skip
    assert "Success" in said


def ssh_keygen(folder: Path, made: bytes, signers: bytes, purpose: str = RELEASES, *more: str | Path) -> int:
    (folder / "sig").write_bytes(made)
    (folder / "signers").write_bytes(signers)
    command = [need("ssh-keygen"), "-Y", "verify", "-f", "signers", "-I", "magazine", "-n", purpose, "-s", "sig", *more]
    return subprocess.run(command, cwd=folder, input=WORDS, capture_output=True, check=False).returncode


def ssh_sig(purpose: str = RELEASES) -> bytes:
    return signing.ssh_signed(secret("laptop-ssh"), WORDS, purpose)


@pytest.mark.judge
def test_ssh_keygen_accepts_it_until_the_keys_expire(tmp_path: Path) -> None:
    signers = signing.allowed_signers(first_keys())
    assert ssh_keygen(tmp_path, ssh_sig(), signers) == 0
    assert ssh_keygen(tmp_path, ssh_sig(), signing.allowed_signers(first_keys(expires=LONG_AGO))) != 0


@pytest.mark.judge
def test_ssh_keygen_refuses_another_purpose_key_or_a_revoked_one(tmp_path: Path) -> None:
    signers = signing.allowed_signers(first_keys())
    assert ssh_keygen(tmp_path, ssh_sig(LISTS), signers, LISTS) != 0
    assert ssh_keygen(tmp_path, signing.ssh_signed(secret("other"), WORDS, RELEASES), signers) != 0
    (tmp_path / "revoked").write_text(f"{ssh('laptop-ssh')}\n", encoding="ascii")
    assert ssh_keygen(tmp_path, ssh_sig(), signers, RELEASES, "-r", "revoked") != 0


@pytest.mark.judge
def test_a_signature_of_ssh_keygen_is_accepted(tmp_path: Path) -> None:
    keygen = need("ssh-keygen")
    run(keygen, "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", tmp_path / "key")
    (tmp_path / "text").write_bytes(WORDS)
    run(keygen, "-q", "-Y", "sign", "-n", RELEASES, "-f", tmp_path / "key", tmp_path / "text")
    key = (tmp_path / "key.pub").read_text().removesuffix(" x\n")
    made = (tmp_path / "text.sig").read_bytes()
    assert signing.ssh_verified(WORDS, made, [ssh("other"), key], RELEASES, "x") == key
    assert signing.ssh_verified(WORDS + b"x", made, [key], RELEASES, "x") is None
    assert signing.ssh_verified(WORDS, made, [ssh("other")], RELEASES, "x") is None


def test_a_key_of_minisign_has_one_spelling_in_openssh() -> None:
    assert keyfile.as_ssh(public("laptop")) == ssh("laptop")


def test_a_signature_for_another_purpose_is_none() -> None:
    with pytest.raises(ReleaseError):
        signing.ssh_verified(WORDS, ssh_sig(LISTS), [ssh("laptop-ssh")], RELEASES, "x")


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_damaged_signature_is_taken_for_one(data: st.DataObject) -> None:
    """One byte changed, anywhere: refused or not verified, but never an error of another kind."""
    for made, check in (
        (minisig(), lambda one: signing.verified(WORDS, one, [public("laptop")], "x")),
        (ssh_sig(), lambda one: signing.ssh_verified(WORDS, one, [ssh("laptop-ssh")], RELEASES, "x")),
    ):
        place = data.draw(st.integers(0, len(made) - 1))
        damaged = made[:place] + bytes([data.draw(st.integers(0, 255))]) + made[place + 1 :]
        if damaged == made or damaged[:place].count(b"\n") == 0:
            continue  # the first line of minisign's is a remark that nothing vouches for
        found = None
        with contextlib.suppress(ReleaseError):
            found = check(damaged)
        assert found is None or damaged.split() == made.split()


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_strangers_bytes_are_no_signature(noise: bytes) -> None:
    for check in (
        lambda: signing.verified(WORDS, noise, [public("laptop")], "x"),
        lambda: signing.ssh_verified(WORDS, noise, [ssh("laptop-ssh")], RELEASES, "x"),
    ):
        with pytest.raises(ReleaseError):
            check()


def test_a_signature_longer_than_any_is_refused() -> None:
    with pytest.raises(ReleaseError):
        signing.verified(WORDS, minisig() + os.urandom(signing.LIMIT), [public("laptop")], "x")
