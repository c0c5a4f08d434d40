"""Names of files that a web host would run, or take its settings from, instead of showing them.

No page of the magazine has such a name. Who has stolen its keys could otherwise run programs at every partner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from magazine.messages import marked
from magazine.release import sums
from magazine.release.codes import Code, ReleaseError

# at any dot, as Apache looks for it with AddHandler: «x.php.txt» is run, too
ENDINGS = re.compile(
    r"\.(?:as[chmp]x|asp|bat|f?cgi|cfm|cmd|cshtml|dll|exe|htaccess|htpasswd|jspx?|lua|ph(?:p[0-9s]?|ar|tm?|tml)"
    r"|p[lm]|ps1|pyc?|rb|rhtml|sh|shtml?|ssi|vbs|wsgi)(?=\.|$)"
)
SETTINGS = frozenset({".htaccess", ".htpasswd", ".user.ini", "php.ini", "web.config", "wp-config.php"})
# the partner's kit, which is shown as text by the settings in the kit, and does nothing unless it was called by her
KIT = re.compile(r"kit/[A-Za-z0-9_-]+\.(?:php|py|sh|cmd)")

RUN = marked("%(name)s: web hosts run files of such names, so it is not taken over.")


def refuse(names: Iterable[str]) -> None:
    """Raise ReleaseError (not safe) for the first name that a host would run; scripts of ``kit/`` are let through."""
    for name in names:
        if is_runnable(name):
            raise ReleaseError(Code.UNSAFE, RUN, name=sums.shown(name))


def is_runnable(name: str) -> bool:
    """Whether a host would run a file of this path."""
    if KIT.fullmatch(name):
        return False
    parts = name.casefold().split("/")
    return any(part in SETTINGS or ENDINGS.search(part) for part in parts)
