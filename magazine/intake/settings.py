"""What an intake knows: the settings of the magazine, and from the environment what is its own. No secret is in it."""

from __future__ import annotations

import re
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from magazine.intake.limits import Limits, limits
from magazine.messages import marked

PROJECT = Path(__file__).resolve().parents[2]
TOKEN = "MAGAZINE_INTAKE_TOKEN"  # noqa: S105 (the name of a variable)
SITE = "SITEURL"
DIGEST = re.compile(r"[0-9a-f]{64}")
PORT = 8010
SPOOL = PROJECT / ".spool"
BAD_TOKEN = marked(
    "%(name)s in the environment must be the SHA-256 of a token: `python3 tasks.py intake --new-token` makes both."
)
BAD_ZONE = marked("TIMEZONE in pelicanconf.py names no time zone.")


class SettingsError(ValueError):
    """A setting that cannot be used; ``sentence`` with ``name`` says which."""

    def __init__(self, sentence: str, name: str = "") -> None:
        super().__init__(sentence % {"name": name})
        self.sentence, self.name = sentence, name


@dataclass(frozen=True)
class Settings:
    """All that an intake is told. ``site`` is the address of the magazine's root, with a slash at its end."""

    site: str
    names: Mapping[str, str]
    exits: Mapping[str, str]
    mail: str
    keys: tuple[str, ...]
    salt: str
    keep_days: int
    zone: str = "UTC"
    confirmed: tuple[str, ...] = ()  # the petitions, by slug, whose signers are asked once more by mail
    token: str = ""  # the SHA-256 of the token with which editors fetch, in hex; none: nobody can
    spool: Path = SPOOL
    port: int = PORT
    limits: Limits = field(default_factory=Limits)


def read(
    environment: Mapping[str, str], port: int | None = None, spool: Path | None = None, file: Path | None = None
) -> Settings:
    """The settings in ``pelicanconf.py`` with those of the environment; raises SettingsError or LimitError."""
    said = runpy.run_path(str(file or PROJECT / "pelicanconf.py"))
    token = environment.get(TOKEN, "").strip().lower()
    if token and not DIGEST.fullmatch(token):
        raise SettingsError(BAD_TOKEN, TOKEN)
    zone = said.get("TIMEZONE", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(BAD_ZONE) from error
    return Settings(
        site=environment.get(SITE, said["SITEURL"]).rstrip("/") + "/",
        names=said["SITENAMES"],
        exits=said["EXIT_ADDRESSES"],
        mail=said.get("MAIL", ""),
        keys=tuple(said.get("EDITOR_KEYS", ())),
        salt=said.get("FORM_SALT", "umbrella"),
        keep_days=said.get("KEEP_DAYS", 60),
        zone=zone,
        confirmed=tuple(said.get("CONFIRM_BY_MAIL", ())),
        token=token,
        spool=spool or SPOOL,
        port=PORT if port is None else port,
        limits=limits(environment),
    )
