"""Mail that nobody wrote: what came back undelivered, and answers that a program gives."""

from __future__ import annotations

import re
from email.message import Message

from magazine.desk.mail.mime import field

ROBOTS = re.compile(
    r"\b(?:mailer-daemon|postmaster|mail-daemon|bounces?|no-?reply|do-?not-?reply)\b[^\s@]*@", re.IGNORECASE
)
BULK = {"bulk", "junk", "auto_reply", "auto-reply"}
SUBJECTS = re.compile(
    r"(?:auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|автоответ\w*|автоматический ответ|автоматтык жооп"
    r"|undeliver\w*|delivery (?:status|failure|has failed)|mail delivery (?:failed|system)|returned mail|failure notice"
    r"|недоставленн\w+|не доставлено|сообщение не доставлено|read: |прочитано: )",
    re.IGNORECASE,
)


def is_automatic(mail: Message) -> bool:
    """Whether a program sent it (RFC 3834, RFC 3464, and what is usual beside them)."""
    names = {name.lower() for name in mail}
    automatic = field(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        automatic not in ("", "no")
        or ("return-path" in names and field(mail, "Return-Path") in ("<>", ""))
        or mail.get_content_type() in ("multipart/report", "message/delivery-status", "text/calendar")
        or field(mail, "Precedence").lower() in BULK
        or bool({"x-failed-recipients", "x-autoreply", "x-autorespond", "x-autoresponder"} & names)
        or ROBOTS.search(field(mail, "From")) is not None
        or SUBJECTS.match(field(mail, "Subject")) is not None
    )
