"""Only public hosts may be asked, in whatever spelling the others come."""

import ipaddress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from magazine.desk.linkbacks.hosts import MAX_LENGTH, FetchError, Hosts, RefusedError, is_public

calm = settings(deadline=None)  # a busy machine is no failure
HOSTILE = (
    "http://localhost/", "http://LOCALHOST/", "http://a.localhost/", "http://printer.local/", "http://router.lan/",
    "http://metadata.google.internal/", "http://nas.home.arpa/", "http://intranet/", "http://127.0.0.1/",
    "http://127.1/", "http://127.0.1/", "http://0/", "http://0x7f.1/", "http://0x7f.0x0.0x0.0x1/", "http://0x7f000001/",
    "http://2130706433/", "http://017700000001/", "http://0177.0.0.1/", "http://127.0.0.1./", "http://127.0.0.01/",
    "http://example.org./", "http://%31%32%37.0.0.1/", "http://127。0。0。1/", "http://１２７.0.0.1/", "http://①②⑦.⓪.⓪.①/",
    "http://ⓛocalhost/", "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/", "http://[2001:0:4136:e378:8000:63bf:f5ff:fffe]/",
    "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[2606:4700::1111%25eth0]/", "http://[fc00::1]/",
    "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[100::1]/", "http://10.0.0.1/",
    "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/", "http://0.0.0.0/",
    "http://192.0.2.1/", "http://198.18.0.1/", "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/",
    "http://example.org:22/", "http://example.org:8080/", "http://example.org:0/", "http://example.org:0x50/",
    "http://user@example.org/", "http://user:word@example.org/", "http://example.org@127.0.0.1/",
    "http://example.org%2f@127.0.0.1/", "http://example.org\\@127.0.0.1/", "http://127.0.0.1\\@example.org/",
    "http://127.0.0.1#@example.org/", "http://127.0.0.1?@example.org/", "file:///etc/passwd", "gopher://example.org/",
    "ftp://example.org/", "unix:///var/run/docker.sock", "javascript:alert(1)", "data:text/html,x", "//example.org/",
    "/etc/passwd", "", "http://", "http:///x", "http://[::1", "http://a\tb.example.org/", "http://exa mple.org/",
    "http://example.org\r\nHost: 127.0.0.1/", "http://-a.example.org/", "http://a..example.org/", "http://.example.org/",
    "http://" + "a" * 64 + ".org/", "http://" + "a." * 130 + "org/", "http://example.org/" + "x" * MAX_LENGTH,
    "http://example.1/", "http://example.0x1/", "http://\ud800.org/", "http://abcdefghijklmnop.onion/",
)  # fmt: skip
KIND = (
    "http://example.org/", "https://example.org:443/a?b=c", "http://example.org:80", "http://xn--e1afmkfd.xn--p1ai/",
    "http://пример.рф/", "http://93.184.216.34/", "http://[2606:4700::1111]/", "http://[64:ff9b::5db8:d822]/",
    "http://[::ffff:93.184.216.34]/", "http://a_b.example.org/", "http://1und1.example.org/", "http://ex-a.mple.org/",
)  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE, ids=lambda address: ascii(address)[:60])
def test_what_is_hostile_is_refused(address: str) -> None:
    with pytest.raises(RefusedError):
        Hosts().checked(address)


@pytest.mark.parametrize("address", [one for one in HOSTILE if ".onion" not in one], ids=lambda one: ascii(one)[:60])
def test_a_proxy_opens_no_private_network(address: str) -> None:
    with pytest.raises(RefusedError):
        Hosts(through_proxy=True).checked(address)


@pytest.mark.parametrize("address", KIND)
def test_what_is_public_is_let_through(address: str) -> None:
    assert Hosts().checked(address).host


def test_an_onion_is_asked_through_a_proxy_alone() -> None:
    assert Hosts(through_proxy=True).checked("http://abcdefghijklmnop.onion/").host == "abcdefghijklmnop.onion"


def test_names_are_asked_in_the_letters_of_dns() -> None:
    assert Hosts().checked("http://Пример.РФ/x#y").raw_host == b"xn--e1afmkfd.xn--p1ai"
    assert str(Hosts().checked("http://example.org/x#y")) == "http://example.org/x"


def test_a_refusal_tells_the_address_without_what_cannot_be_seen() -> None:
    with pytest.raises(RefusedError) as told:
        Hosts().checked("http://127.0.0.1/\x1b[2J\u202egnp.\n" + "x" * 500)
    assert "\x1b" not in str(told.value)
    assert "\u202e" not in str(told.value)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 400


def test_tests_open_one_port_of_one_address() -> None:
    hosts = Hosts(allowed={("127.0.0.1", 8123)})
    assert hosts.checked("http://127.0.0.1:8123/")
    for other in ("http://127.0.0.1/", "http://127.0.0.1:8124/", "http://127.0.0.2:8123/", "http://10.0.0.1:8123/"):
        with pytest.raises(RefusedError):
            hosts.checked(other)


@calm
@given(st.ip_addresses())
@example(ipaddress.ip_address("::ffff:10.0.0.1"))
def test_python_agrees_on_what_is_not_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(str(address)):
        mapped = getattr(address, "ipv4_mapped", None)
        translated = address in ipaddress.ip_network("64:ff9b::/96")
        assert mapped or translated or (address.is_global and not address.is_multicast and not address.is_reserved)


@calm
@given(st.ip_addresses(v=4))
def test_no_disguise_opens_what_is_private(address: ipaddress.IPv4Address) -> None:
    for network in ("::ffff:0:0", "64:ff9b::"):
        disguised = ipaddress.ip_address(int(ipaddress.ip_address(network)) + int(address))
        assert is_public(str(disguised)) == is_public(str(address))
    within = int(address)
    assert not is_public(str(ipaddress.ip_address((0x2002 << 112) + (within << 80))))
    assert not is_public(str(ipaddress.ip_address((0x20010000 << 96) + (within ^ 0xFFFFFFFF))))
    assert not is_public(str(ipaddress.ip_address(within)) + "%1")


@calm
@given(st.text(max_size=60))
def test_any_text_is_refused_or_names_a_public_host(text: str) -> None:
    for address in (
        text,
        f"http://{text}",
        f"http://{text}@127.0.0.1/",
        f"http://[{text}]/",
        f"http://example.org{text}",
    ):
        try:
            url = Hosts().checked(address)
        except FetchError:
            continue
        assert url.host not in ("localhost", "127.0.0.1")
        assert url.port in (None, 80, 443)
