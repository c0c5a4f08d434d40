"""The rules about what must never appear, and about the list that names it. None of them tells what it is."""

from __future__ import annotations

from magazine.messages import marked
from magazine.rules.severity import ERROR, WARNING, Rules

OF_FORBIDDEN: Rules = {
    "forbidden-name": (
        ERROR,
        marked("a name, number or address that must never appear stands here, or in the name of this file or folder"),
        marked("take it out, or rename the file; if others have copies already, tell those who keep the site"),
    ),
    "forbidden-common": (
        WARNING,
        marked("this entry of the list is one short word, which innocent texts may hold as well"),
        marked("write the name together with the family name"),
    ),
    "forbidden-empty": (
        ERROR,
        marked("the list of what must never appear is empty"),
        marked("write one name, number or address a line, or name no list at all"),
    ),
    "forbidden-inside": (
        ERROR,
        marked("the list of what must never appear stands inside the magazine and would be published with it"),
        marked("move it to a folder that nobody else gets, and name its new place"),
    ),
    "forbidden-not-utf8": (
        ERROR,
        marked("the list of what must never appear is not written in UTF-8"),
        marked("open it in your editor and save it with the encoding UTF-8"),
    ),
    "forbidden-open": (
        WARNING,
        marked("other users of this computer can read the list of what must never appear"),
        marked("allow only yourself to read it: chmod 600, then the name of the file"),
    ),
    "forbidden-short": (
        WARNING,
        marked("this entry of the list is too short and is not looked for"),
        marked("write at least four letters or seven digits, for example the name together with the family name"),
    ),
    "forbidden-unreadable": (
        ERROR,
        marked("the list of what must never appear cannot be read (%(reason)s); without it nothing is made"),
        marked("check that the file is there and that you may read it, or name its right place"),
    ),
}
