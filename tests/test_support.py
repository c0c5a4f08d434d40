"""What is shown of a petition's support, without a page: periods, names, answers, messages, QR codes."""

import datetime as dt
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from trees import read

from magazine.records import Petition, Version
from magazine.site.support import MAX_MESSAGE, NAMES_SIZE, Named, Support, message, periods

DAY = dt.date(2012, 11, 20)
ADDRESS = "https://magazine.example.org/petitions/letter.html"
HEAD = "Title: Письмо\nDate: 2012-01-01\nTo: Парламент; Правительство\nGoal: 2, 5\n\nПодпишите.\n"
LIST = "Kind: signatures\nDate: 2012-11-20\n\n"
DAYS = st.dictionaries(st.dates(dt.date(2008, 1, 1), dt.date(2013, 1, 1)), st.integers(1, 99), max_size=60)


def petition(tmp_path: Path, **files: str) -> Petition:
    tree = {"petitions/p/ru.md": HEAD, **{f"petitions/p/{name}.md": text for name, text in files.items()}}
    library, report = read(tmp_path, tree)
    assert not [problem for problem in report.found if problem.stops]
    return library.petitions[0]


def lines(*signers: tuple[str, str]) -> str:
    told = (
        f"2012-11-{day + 1:02d} public - - | {name} | {region or '-'}\n" for day, (name, region) in enumerate(signers)
    )
    return LIST + "".join(told)


@given(DAYS)
def test_periods_lose_nobody_and_never_tell_a_month_twice(days: dict[dt.date, int]) -> None:
    found = periods(sorted(days.items()))
    assert sum(period.count for period in found) == sum(days.values())
    assert [period.start for period in found] == sorted({period.start for period in found}, reverse=True)
    monthly = {period.start for period in found if period.is_month}
    assert not monthly & {period.start.replace(day=1) for period in found if not period.is_month}
    if days:
        assert found[0].total == sum(days.values())
        newest = max(days)
        assert all(day in {period.start for period in found} for day in days if newest - day <= dt.timedelta(120))


def test_a_region_with_few_signers_is_not_beside_a_name(tmp_path: Path) -> None:
    held = petition(
        tmp_path, **{"signatures/1": lines(("Мира", "osh"), ("Ая", "chuy"), ("Бег", "osh"), ("Назгүл", "talas"))}
    )
    assert [one.region for one in Support(held, 2).newest] == ["", "osh", "", "osh"]
    assert {one.region for one in Support(held, 3).newest} == {""}
    assert Support(held, 1).newest[0] == Named("Назгүл", "talas")


def test_names_are_paged_from_the_oldest(tmp_path: Path) -> None:
    signers = [(f"Мира {number}", "") for number in range(3)]
    text = LIST + "".join(
        f"2012-01-01 pen-name {number:032x} - | Мира {number} | -\n" for number in range(NAMES_SIZE + 1)
    )
    pages = list(Support(petition(tmp_path, **{"signatures/1": text}), 20).pages())
    assert [(page.number, page.first, len(page.names), page.is_last) for page in pages] == [
        (1, 1, NAMES_SIZE, False), (2, NAMES_SIZE + 1, 1, True),
    ]  # fmt: skip
    assert list(Support(petition(tmp_path / "none"), 20).pages()) == []
    few = Support(petition(tmp_path / "few", **{"signatures/1": lines(*signers)}), 20)
    assert [one.name for one in few.newest] == ["Мира 2", "Мира 1", "Мира 0"]
    assert few.reached == (2,)


def test_the_newest_answer_stands_beside_who_gave_it(tmp_path: Path) -> None:
    news = "Title: Ответ\nDate: 2012-0{}-01\nFrom: {}\n\nНам ответили.\n"
    held = petition(tmp_path, **{
        "updates/first/ru": news.format(2, "Парламент"), "updates/second/ru": news.format(3, "парламент "),
        "updates/third/ru": news.format(4, "").replace("From: \n", ""),
        "ky": "Title: Кат\nTranslator: Чынара\nTo: Кеңеш; Өкмөт\n\nКол коюңуз.\n",
    })  # fmt: skip
    found = Support(held, 20).answers(held.versions["ky"])
    assert [(recipient, update and update.slug) for recipient, update in found] == [
        ("Кеңеш", "second"),
        ("Өкмөт", None),
    ]


@given(st.text(max_size=500), st.text(max_size=500), st.text(max_size=500), st.booleans())
def test_a_message_is_never_longer_than_a_messenger_shows(
    title: str, summary: str, given: str, is_discreet: bool
) -> None:
    version = Version("ru", "x/ru.md", title, summary=summary, message=given, discreet="Письмо" if is_discreet else "")
    told = message(version, ADDRESS)
    assert len(told) <= MAX_MESSAGE
    assert told.endswith(ADDRESS)
    assert told.count(ADDRESS) == 1


def test_a_message_tells_no_more_than_the_discreet_title() -> None:
    version = Version("ru", "x/ru.md", "Нет наказанию", summary="За секс-работу.", discreet="Открытое письмо")
    assert message(version, ADDRESS) == f"Открытое письмо. {ADDRESS}"


def test_a_long_message_is_cut_between_words() -> None:
    told = message(Version("ru", "x/ru.md", "Письмо", summary="подпишите " * 60), ADDRESS)
    assert told.endswith(f"подпишите… {ADDRESS}")
