"""The list of mirrors for programs: plain lines, and the two shapes that the best-known public lists have.

``mirrors/status.json`` has the shape of Arch Linux's (archlinux.org/mirrors/status/json, version 3), which tells the
age of each mirror; ``mirrors.json`` that of Tails' (tails.net/mirrors.json), which mirrorbits and redirectors take in.
A build has no clock: all ages are those of the last check, by day.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

from babel import Locale

from magazine.mirrors import Mirror
from magazine.site.copies import CURRENT, IPFS, RSYNC, UNREACHABLE, WEB, Copies, host

DAY = 86_400  # seconds
WEIGHT = 10  # what a mirror of the pool weighs that can be sent readers; 0 takes one out


def plain(copies: Copies, site: str, onion: str, comments: Iterable[str]) -> bytes:
    """One address a line behind its kind, then what the last check found, the release it had, and the day.

    The editors' own addresses are ``main`` and ``onion``, a root key is a ``key``; what begins with # is for people.
    """
    lines = [*(f"# {comment}" for comment in comments), f"main {site.rstrip('/')}/"]
    lines += [f"onion {onion.rstrip('/')}/"] if onion else []
    for mirror in copies.mirrors:
        found = (
            [mirror.state.replace(" ", "-"), str(mirror.seq), str(mirror.checked)]
            if mirror.checked and mirror.state
            else []
        )
        lines.append(" ".join((mirror.kind, mirror.address, *found)))
    lines += [f"key {root}" for root in copies.roots]
    return "".join(f"{line}\n" for line in lines).encode()


def status(mirrors: Sequence[Mirror]) -> bytes:
    """The shape of Arch Linux. ``last_sync`` is known of those alone that were current when they were looked at."""
    days = sorted({mirror.checked for mirror in mirrors if mirror.checked})
    urls = [_status_of(mirror) for mirror in mirrors if mirror.kind != IPFS]
    whole = {
        "cutoff": DAY, "last_check": _moment(days[-1]) if days else None, "num_checks": 1 if days else 0,
        "check_frequency": 0, "urls": urls, "version": 3,
    }  # fmt: skip
    return _written(whole)


def pool(mirrors: Sequence[Mirror]) -> bytes:
    """The shape of Tails: where readers may be sent, and what was found there."""
    by_host = {host(mirror.address): mirror.address for mirror in mirrors if mirror.kind == RSYNC}
    listed = [
        {
            "url_prefix": mirror.address, "rsync_url": by_host.get(host(mirror.address), ""), "email": "",
            "weight": WEIGHT if mirror.state == CURRENT else 0, "notes": _told(mirror),
        }
        for mirror in mirrors
        if mirror.kind == WEB
    ]  # fmt: skip
    return _written({"version": 1, "mirrors": listed})


def _status_of(mirror: Mirror) -> dict[str, object]:
    is_current = mirror.state == CURRENT and mirror.checked is not None
    answered = mirror.checked is not None and mirror.state != UNREACHABLE
    return {
        "url": mirror.address,
        "protocol": mirror.address.partition(":")[0].lower(),
        "last_sync": _moment(mirror.checked) if is_current and mirror.checked else None,
        "completion_pct": 1.0 if answered else 0.0,
        "delay": 0 if is_current else None,
        "duration_avg": None,
        "duration_stddev": None,
        "score": None,
        "active": mirror.shown,
        "country": _country(mirror.country),
        "country_code": mirror.country,
        "isos": False,
        "ipv4": True,
        "ipv6": False,
        "details": mirror.link,
        # what the shape has no place for
        "state": mirror.state,
        "release": mirror.seq,
        "checked": str(mirror.checked) if mirror.checked else None,
    }


def _told(mirror: Mirror) -> str:
    return f"{mirror.state}, release {mirror.seq}, checked {mirror.checked}" if mirror.checked else ""


def _country(code: str) -> str:
    return str(Locale("en").territories.get(code, code))


def _moment(day: dt.date) -> str:
    return f"{day}T00:00:00Z"


def _written(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
