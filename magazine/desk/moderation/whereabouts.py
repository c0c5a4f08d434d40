"""Where a person lives or can be written to: street addresses, places on a map, mail boxes, names in messengers."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]
NAME = r"[\w.+-]{1,64}"
DOT = r"(?:\.|\s{0,2}[(\[{]\s?(?:dot|точка|чекит|\.)\s?[)\]}]\s{0,2}|\s(?:dot|точка|чекит)\s)"
# sign, or the word for it: in brackets, or with a host behind it
AT = r"(?:\s{0,2}[@＠]\s{0,2}|\s{0,2}[(\[{]\s?(?:at|@|эт|собака|собачка|ит)\s?[)\]}]\s{0,2}|\s(?:собака|собачка)\s)"
MAIL = re.compile(
    rf"(?<![\w.+-]){NAME}{AT}[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{1,4}}"
    rf"|(?<![\w.+-]){NAME}\sat\s[\w-]{{1,63}}(?:\sdot\s[\w-]{{1,63}}){{1,4}}",
    re.IGNORECASE,
)
NICKNAME = re.compile(r"(?<![\w@.])@[A-Za-z]\w{3,31}")

CAPITAL = r"[A-ZА-ЯЁӨҮҢ][\w’'-]+"
HOUSE = r"(?:№\s?)?\d{1,4}(?:[а-яa-z]\b)?(?:\s?[/-]\s?\d{1,4})?"
FLAT = r"(?i:дом|д\.|кв\.?|квартира|корп(?:ус|\.)?|стр\.|подъезд|этаж|үй|батир|flat|apartment|apt\.?|house|building)"
MORE = rf"(?:,?\s{{0,2}}(?:{FLAT}\s?)?{HOUSE}(?!\d))"
STREETS = re.compile(
    # ул. Липовая, д. 17, кв. 3; проспект Мира 5; на улице Липовой
    rf"\b(?i:ул\.?|пр\.|пр-т|просп\.|пер\.|б-р|бул\.|мкр\.?|м-н|көч\.)\s?(?:{CAPITAL}|\d{{1,2}}\b)"
    rf"(?:\s{CAPITAL}){{0,2}}{MORE}{{0,3}}"
    rf"|\b(?i:улиц[аеуы]|улицей|проспект[ае]?|переул(?:ок|к[ае])|бульвар[ае]?|микрорайон[ае]?|жилмассив[ае]?)"
    rf"\s(?:имени\s)?(?:{CAPITAL}(?:\s{CAPITAL}){{0,2}}{MORE}{{0,3}}|\d{{1,2}}\b)"
    rf"|\b{CAPITAL}\s(?:улица|проспект|переулок|бульвар){MORE}{{1,3}}"
    rf"|\b\d{{1,2}}(?:-?(?:й|ый|ий|м|ом))?[\s-]?(?:мкр|микрорайон|кичи\s?район)\w*{MORE}{{0,3}}"
    # Липовая көчөсү, 17-үй, 3-батир
    rf"|\b(?!(?:Биздин|Анын|Алардын|Менин|Сенин|Сиздин|Бул|Ошол|Шаар\w*|Ар)\b){CAPITAL}"
    rf"\s(?:көчөсү|проспекти|бульвары|кичирайону|кичи\s?району)\w*(?:,?\s{{0,2}}{HOUSE}(?:-(?:үй|батир)\w*)?){{0,3}}"
    # 17 Linden Street; Linden Avenue, 17
    rf"|\b\d{{1,4}}[a-z]?,?\s(?:{CAPITAL}\s){{1,3}}(?:(?:Street|Avenue|Road|Lane|Boulevard|Drive)\b|(?:St|Ave|Rd|Blvd)\b\.?)"
    rf"{MORE}{{0,2}}"
    rf"|\b(?!(?:The|A|This|That|Our|My|Your|On|In)\b){CAPITAL}\s(?:Street|Avenue|Boulevard)\b{MORE}{{0,3}}"
)
HOUSES = re.compile(
    rf"\b(?:(?i:дом|д\.|кв\.|корп\.|подъезд|квартира|үй|батир|flat|apartment|apt\.?|house no\.?)\s?{HOUSE}"
    rf"|\d{{1,4}}-(?:үй|батир)\w*)(?!\d|\s?(?:м\b|сом|руб|чел|адам|киши|people|сотк))(?:,?\s?{FLAT}\s?{HOUSE}){{0,2}}"
)
PLACE = re.compile(r"(?<![\d.])-?\d{1,2}\.\d{4,}[°,;\s]{1,3}-?\d{1,3}\.\d{4,}")


def mail_boxes(text: str) -> Iterator[Span]:
    """Where a mail address stands, also one that is spelt in words, or somebody's name in a messenger."""
    for pattern in (MAIL, NICKNAME):
        yield from (match.span() for match in pattern.finditer(text))


def addresses(text: str) -> Iterator[Span]:
    """Where a street, a house, a flat or a place on a map stands, in Russian, Kyrgyz or English."""
    for pattern in (STREETS, HOUSES, PLACE):
        yield from (match.span() for match in pattern.finditer(text))
