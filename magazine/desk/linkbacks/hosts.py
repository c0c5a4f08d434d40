"""Which addresses that strangers name may be asked: those of public hosts alone, however they are spelt."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

from magazine.headers import shown
from magazine.intake.submissions import line
from magazine.messages import marked, say

Peer = tuple[str, int]  # a network address and a port
PORTS = (80, 443)
MAX_LENGTH = 2_000  # letters of an address
# a network address has no dot at its end and no sign of another base; a last label of digits is one (WHATWG URL, 3.5)
NAME = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
# names of machines near by (RFC 6762, RFC 8375, ICANN's «internal», what routers give out), and those of other networks
NEAR = ("localhost", "local", "internal", "intranet", "private", "lan", "home", "corp", "localdomain", "arpa")
HIDDEN = ("onion", "i2p", "alt")
# IANA's registries of special-purpose addresses (RFC 6890); the last one answers questions of machines in Azure
SPECIAL = tuple(
    ip_network(name)
    for name in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
    )
)  # fmt: skip
UNICAST, TRANSLATED = ip_network("2000::/3"), ip_network("64:ff9b::/96")  # all other IPv6 is special; NAT64 (RFC 6052)
# Teredo and other protocols, examples, 6to4: nobody's site is there, and some lead to an IPv4 address inside them
SPECIAL_UNICAST = tuple(ip_network(name) for name in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))

REFUSED = marked(
    "%(address)s is not asked for: only http and https addresses of public hosts are, on their usual ports, without a "
    "name of a user."
)
PRIVATE = marked("%(address)s is not asked for: it leads to this computer or into a private network.")


class FetchError(Exception):
    """An address that could not be fetched; the marked ``sentence`` with its ``values`` says why."""

    def __init__(self, sentence: str, **values: object) -> None:
        told = {name: shown(line(value), 120) if isinstance(value, str) else value for name, value in values.items()}
        super().__init__(say(sentence, **told))
        self.sentence, self.values = sentence, told


class RefusedError(FetchError):
    """An address that never may be fetched."""


@dataclass(frozen=True)
class Hosts:
    """Whom one may ask. Tests alone name peers that are ``allowed`` though they are not public."""

    through_proxy: bool = False
    allowed: Collection[Peer] = ()

    def checked(self, address: str) -> httpx.URL:
        """The address in its one spelling, without its fragment; raises RefusedError."""
        try:
            if len(address) > MAX_LENGTH:
                raise RefusedError(REFUSED, address=address)
            url = httpx.URL(address).copy_with(fragment=None)
            host = url.raw_host.decode("ascii")
        except (httpx.InvalidURL, ValueError) as error:  # what is no text in UTF-8 is a ValueError
            raise RefusedError(REFUSED, address=address) from error
        port = port_of(url)
        if url.scheme not in ("http", "https") or url.userinfo or not self._is_port(port):
            raise RefusedError(REFUSED, address=address)
        if _literal(host):
            if not self.admits(host, port):
                raise RefusedError(PRIVATE, address=address)
        elif not NAME.fullmatch(host):
            raise RefusedError(REFUSED, address=address)
        elif host.rpartition(".")[2] in (NEAR if self.through_proxy else (*NEAR, *HIDDEN)):
            raise RefusedError(PRIVATE, address=address)
        return url

    def admits(self, address: str, port: int) -> bool:
        """Whether a network address may be connected to."""
        return (is_public(address) and port in PORTS) or (address, port) in self.allowed

    def _is_port(self, port: int) -> bool:
        return port in PORTS or any(port == other for _, other in self.allowed)


def port_of(url: httpx.URL) -> int:
    """The port that an address means."""
    return (443 if url.scheme == "https" else 80) if url.port is None else url.port


def is_public(address: str) -> bool:
    """Whether a network address is one that anybody on the internet can reach, and no other in disguise."""
    found = _literal(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if found in TRANSLATED:
            return is_public(str(IPv4Address(found.packed[-4:])))
        return found.scope_id is None and found in UNICAST and not any(found in network for network in SPECIAL_UNICAST)
    return found is not None and not any(found in network for network in SPECIAL)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
