"""What a mail program puts around somebody's own words: quotations, signatures, who wrote when. It is cut away.

It carries names, addresses and phones, mostly without its sender knowing it. Patterns meet short lines only, so that
no text can make them slow.
"""

from __future__ import annotations

import re

LINE = 300  # letters: nothing that a program writes is longer
QUOTE = re.compile(r"[ \t]{0,3}(?:[A-ZА-Я]{2,3})?>")  # some programs put initials before the sign
HOUR_OR_ADDRESS = re.compile(r"\d:\d\d|@|mailto:")
WROTE = re.compile(
    r"(?:wrote|writes|пишет|пишете|писал(?:а|и|\(а\))?|написал(?:а|и|\(а\))?|жазды|жазган|жазат|жазып жатат)\s*:$",
    re.IGNORECASE,
)
# Mail.ru, Yandex and Gmail in short: a day, an hour, and who
DATED = re.compile(r"(?=.*\b(?:19|20)\d\d\b)(?=.*\d:\d\d).*:")
ADDRESS = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>")
SEPARATOR = re.compile(
    r"[-_ ]*(?:original message|forwarded message|исходное сообщение|пересылаемое сообщение|перенаправленное сообщение"
    r"|пересланное сообщение|конец пересылаемого сообщения|конец переадресованного сообщения|begin forwarded message"
    r"|начало переадресованного сообщения|баштапкы кат|баштапкы билдирүү|кайра жөнөтүлгөн (?:кат|билдирүү)"
    r"|end of forwarded message|forwarded by .{1,80}|переслано .{1,80})[-_: ]*",
    re.IGNORECASE,
)
SIGN = "от|от кого|from|кимден|автор"
LABEL = re.compile(
    rf"\*?(?P<name>{SIGN}|кому|to|кимге|копия|cc|көчүрмө|bcc|дата|date|датасы|күнү|sent|отправлено|жөнөтүлдү|жөнөтүлгөн"
    r"|тема|subject|темасы|reply-to|ответить|importance|важность|date sent|дата отправки):\*?(?:\s|$)",
    re.IGNORECASE,
)
LABELS = 3  # lines of a head that make one
RULE = re.compile(r"[_-]{5,}\s*")
PHONE_LINE = re.compile(
    r"(?:отправлено (?:с|из|через|при помощи)\b|послано с\b|написано (?:с|на)\b|sent (?:from|with|via)\b|get outlook\b"
    r"|скачать outlook\b|жөнөтүлдү|.{0,60}\b(?:жөнөтүлдү|жөнөтүлгөн)[.!]?$|.{0,40}(?:дон|дан|ден|тан|тен) жөнөтүү"
    r"|enviado desde|virus-free|без вирусов|вирусов нет|.{0,30}avast\.com|this email has been (?:checked|scanned)"
    r"|это сообщение (?:проверено|свободно)|yahoo! mail|--\s*$|—\s*$)",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"--\s*$")
SIGNATURE_LINES = 15
CLOSING = re.compile(
    r"(?:с (?:глубоким |большим )?уважением|с наилучшими пожеланиями|с пожеланиями"
    r"|всего (?:доброго|хорошего|наилучшего)|искренне ваша?|(?:best |kind |warm )?regards|best wishes"
    r"|sincerely(?: yours)?|yours (?:truly|sincerely)"
    r"|урматтоо менен|сый менен|терең урматтоо менен|ак тилек менен)\b",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"\+?\d(?:[\s().–-]{0,3}\d){6,14}|[\w.+-]{1,64}@[\w-]{1,64}\.\w|(?:^|\s)(?:тел|моб|tel|phone|whatsapp|telegram|ватсап)\b"
    r"|(?:^|\s)@\w{3,}",
    re.IGNORECASE,
)
NAME = re.compile(r"(?:[A-ZА-ЯЁӨҮҢ][\w'’.-]{0,30})(?:\s+[A-ZА-ЯЁӨҮҢ][\w'’.-]{0,30}){0,3}")
LAST_LINES, LAST_LINE = 6, 70  # lines of a closing, letters of each


def cut(text: str, *, is_forward: bool) -> str:
    """A writer's own words; of a mail that was passed on, those that were passed on too. Empty if there are none."""
    lines = _without_seal([line.rstrip() for line in text.split("\n")])
    if is_forward and any(QUOTE.match(line) for line in lines):
        lines = [QUOTE.sub("", line, count=1).removeprefix(" ") for line in lines]
    lines = _without_heads(lines, is_forward=is_forward)
    lines = _without_attributions(lines, is_forward=is_forward)
    lines = _without_quotations(_without_phone_lines(lines))
    marks = [place for place, line in enumerate(lines) if SIGNATURE.fullmatch(line)]
    if marks and len(lines) - marks[-1] <= SIGNATURE_LINES:
        lines = lines[: marks[-1]]
    return "\n".join(_without_closing(lines)).strip()


def _without_seal(lines: list[str]) -> list[str]:
    """Without what PGP puts around words that it signs (RFC 9580, 7)."""
    if "-----BEGIN PGP SIGNED MESSAGE-----" not in lines or "-----BEGIN PGP SIGNATURE-----" not in lines:
        return lines
    start = lines.index("-----BEGIN PGP SIGNED MESSAGE-----")
    end = lines.index("-----BEGIN PGP SIGNATURE-----")
    inside = lines[start + 1 : end]
    body = inside[inside.index("") + 1 :] if "" in inside else []
    return [*lines[:start], *(line.removeprefix("- ") for line in body)]


def _without_heads(lines: list[str], *, is_forward: bool) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(lines):
        size = _head_size(lines, place)
        if size and not is_forward and any(line and not QUOTE.match(line) for line in kept):
            break
        if not size:
            kept.append(lines[place])
        place += max(1, size)
    return kept


def _head_size(lines: list[str], place: int) -> int:
    """How many lines the head of an older mail has here; 0 if none begins."""
    start, signs = place, 0
    is_separated = len(lines[place]) <= LINE and SEPARATOR.fullmatch(_bare(lines[place])) is not None
    if is_separated or RULE.fullmatch(_bare(lines[place])):
        place += 1
        while place < min(len(lines), start + 4) and not _bare(lines[place]):
            place += 1
    labels = 0
    has_sender = False
    while place < len(lines) and labels < 12:
        line = _bare(lines[place])
        found = LABEL.match(line) if len(line) <= LINE else None
        if not found:
            if not labels or not line or len(lines[place]) > LINE or signs >= 3 or not lines[place][:1].isspace():
                break
            signs += 1  # a long list of addresses goes on in lines that are set in
        else:
            labels += 1
            has_sender = has_sender or re.fullmatch(SIGN, found["name"], re.IGNORECASE) is not None
        place += 1
    if labels >= LABELS and (has_sender or is_separated):
        return place - start
    return 1 if is_separated else 0


def _bare(line: str) -> str:
    return line[: LINE + 1].lstrip("> \t").strip()


def _without_attributions(lines: list[str], *, is_forward: bool) -> list[str]:
    """Without the lines that tell whom the next ones quote, and without those where they are not marked as quoted."""
    kept: list[str] = []
    place = 0
    while place < len(lines):
        size = _attribution_size(lines, place)
        if not size:
            kept.append(lines[place])
            place += 1
            continue
        place += size
        following = next((line for line in lines[place : place + 3] if line), "")
        if not is_forward and not QUOTE.match(following) and any(line and not QUOTE.match(line) for line in kept):
            break
    return kept


def _attribution_size(lines: list[str], place: int) -> int:
    """How many lines say here who wrote when: one, or up to three where a program has wrapped it."""
    if not lines[place].strip() or QUOTE.match(lines[place]):
        return 0
    joined = ""
    for size, line in enumerate(lines[place : place + 3], start=1):
        if not line.strip() or len(line) > LINE or (size > 1 and QUOTE.match(line)):
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) > LINE:
            return 0
        if not joined.endswith(":"):
            continue
        following = next((other for other in lines[place + size : place + size + 3] if other), "")
        is_before_quote = size == 1 and QUOTE.match(following) is not None
        is_sure = HOUR_OR_ADDRESS.search(joined) and (size == 1 or re.search(r"[\d<]", lines[place]))
        if WROTE.search(joined) and (is_sure or is_before_quote):
            return size
        if DATED.fullmatch(joined) and (ADDRESS.search(joined) or is_before_quote):
            return size
    return 0


def _without_quotations(lines: list[str]) -> list[str]:
    """Without quoted lines at the beginning and at the end; between somebody's own words they stay, one deep."""
    own = [place for place, line in enumerate(lines) if line.strip() and not QUOTE.match(line)]
    if not own:
        return []
    last = own[-1]
    # a signature below a quotation is no answer to it
    mark = next((place for place in reversed(own) if SIGNATURE.fullmatch(lines[place])), None)
    if mark is not None and len(lines) - mark <= SIGNATURE_LINES:
        above = [place for place in own if place < mark]
        last = above[-1] if above else mark
    return [line for line in lines[own[0] : last + 1] if not re.match(r"[ \t]{0,3}>[ \t]?>", line)]


def _without_phone_lines(lines: list[str]) -> list[str]:
    """Without empty lines and «sent from my phone» at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or (len(lines[end - 1]) <= LINE and PHONE_LINE.match(lines[end - 1]))):
        end -= 1
    return lines[:end]


def _without_closing(lines: list[str]) -> list[str]:
    """Without «sent from my phone», courtesies with a name, phones and addresses at the very end."""
    for _ in range(LAST_LINES):
        lines = _without_phone_lines(lines)
        start = _closing_start(lines)
        if start is None:
            break
        lines = lines[:start]
    return lines


def _closing_start(lines: list[str]) -> int | None:
    first = max(0, len(lines) - LAST_LINES)
    for place in range(len(lines) - 1, first - 1, -1):
        line = lines[place].strip()
        if len(line) > LAST_LINE or QUOTE.match(line):
            return None if place == len(lines) - 1 else _contact_start(lines, place + 1)
        if CLOSING.match(line):
            return place
    return _contact_start(lines, first)


def _contact_start(lines: list[str], first: int) -> int | None:
    """Where the lines begin that are names and ways to reach somebody, and nothing else."""
    found = None
    for place in range(len(lines) - 1, first - 1, -1):
        line = lines[place].strip()
        if CONTACT.search(line) and len(re.sub(CONTACT, "", line).split()) <= 4:
            found = place
        elif line and not (found is not None and NAME.fullmatch(line)):
            break
        elif found is not None and line:
            found = place
            break  # a name stands in one line
    return found
