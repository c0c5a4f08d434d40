"""Signatures in files: lists, tallies, what a line holds and what it never holds."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magazine import library, regions
from magazine.headers import parse
from magazine.intake.submissions import SIGNATURE, UnfitError, line, taken
from magazine.problems import Report
from magazine.records import Petition
from magazine.signatures import (
    COUNTED,
    LEVELS,
    PEN_NAME,
    PUBLIC,
    Signature,
    composed,
    lowered,
    signature,
    signatures_in,
)

DAY = dt.date(2026, 11, 20)
HEAD = "Title: Письмо\nDate: 2026-01-01\nGoal: {}\n\nПодпишите.\n"
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"], exclude_characters="|")
NAMES = st.text(LETTERS, max_size=60).map(line).filter(lambda name: name.strip("-"))
SIGNATURES = st.builds(
    Signature, st.dates(dt.date(2010, 1, 1), dt.date(2030, 1, 1)), st.sampled_from([PEN_NAME, PUBLIC]),
    st.uuids().map(lambda number: number.hex), st.sampled_from(["", "0123456789abcdef"]), NAMES,
    st.sampled_from(["", *regions.REGIONS]),
)  # fmt: skip


def read(root: Path, goal: str = "10", **files: str) -> tuple[Petition, Report]:
    folder = root / "petitions" / "p"
    (folder / "signatures").mkdir(parents=True)
    (folder / "ru.md").write_text(HEAD.format(goal), encoding="utf-8")
    for name, text in files.items():
        (folder / "signatures" / f"{name}.md").write_text(text, encoding="utf-8")
    report = Report()
    return library.read(root, ("ru", "ky", "en"), report, DAY).petitions[0], report


@given(st.lists(SIGNATURES, max_size=20, unique_by=lambda one: one.receipt))
def test_a_list_gives_back_what_was_put_in(held: list[Signature]) -> None:
    source = parse(Path("1.md"), composed(held), Report())
    assert set(signatures_in(source)) == set(held)


@given(SIGNATURES)
def test_what_is_only_counted_has_no_name_and_no_region_in_its_line(one: Signature) -> None:
    written = lowered(one).line()
    assert written == f"{one.date} counted {one.receipt} {one.contact or '-'}"
    assert signature(f"{written} | {one.name} | -") in (lowered(one), None)


def test_lists_and_tallies_make_one_number(tmp_path: Path) -> None:
    held = [
        Signature(DAY, COUNTED, "0" * 32, "ab" * 8),
        Signature(DAY, PUBLIC, "1" * 32, "", "Айгүл Өмүрова", "osh"),
        Signature(DAY - dt.timedelta(1), PEN_NAME, "2" * 32, "", "Чынара", "osh"),
    ]
    tally = "Kind: tally\nCount: 47\nDate: 2026-11-01\nWay: street\nRegion: Ош шаары\n"
    found, report = read(tmp_path, "20, 100", a=composed(held, duplicates=2), b=tally)
    assert not report.found
    assert (found.signed, found.counted_on, found.goal, found.duplicates) == (50, DAY, 100, 2)
    assert found.days == ((dt.date(2026, 11, 1), 47), (dt.date(2026, 11, 19), 1), (DAY, 2))
    assert found.regions == {"osh-city": 47, "osh": 2, "": 1}
    assert [(one.name, one.level) for one in found.signers] == [("Чынара", PEN_NAME), ("Айгүл Өмүрова", PUBLIC)]


def test_the_goal_grows_and_the_last_one_stays(tmp_path: Path) -> None:
    petition, _ = read(tmp_path, "10, 1 000", a="Count: 1200\nDate: 2026-01-01\n")
    assert petition.goals == (10, 1000)
    assert petition.goal == 1000


@pytest.mark.parametrize("line", [
    "2026-11-20", "2026-11-20 secret - -", "2026-13-20 counted - -", "2026-11-20 public - - | Имя | atlantis",
    "2026-11-20 public - - | Имя", "2026-11-20 counted 12 -", "yesterday counted - -",
])  # fmt: skip
def test_a_line_that_holds_no_signature_is_told_without_its_words(tmp_path: Path, line: str) -> None:
    found, report = read(tmp_path, a=f"Kind: signatures\nDate: 2026-11-20\n\n{line}\n")
    assert [(problem.code, problem.line) for problem in report.found] == [("signature-bad", 4)]
    assert found.signed == 0
    assert "Имя" not in report.sorted()[0].text()


def test_a_receipt_counts_once_in_a_list(tmp_path: Path) -> None:
    one = Signature(DAY, COUNTED, "0" * 32).line()
    found, report = read(tmp_path, a=f"Kind: signatures\nDate: 2026-11-20\n\n{one}\n{one}\n")
    assert [problem.code for problem in report.found] == ["signature-twice"]
    assert found.signed == 1


def test_what_is_above_the_level_is_dropped_before_anything_is_kept() -> None:
    said = {"entry": "petitions/p", "name": "Имя", "region": "osh", "contact": "a@example.org", "lang": "ky"}
    counted = taken(SIGNATURE, {**said, "level": COUNTED}, DAY)
    assert (counted.name, counted.region, counted.contact) == ("", "", "a@example.org")
    assert taken(SIGNATURE, said, DAY) == counted
    assert "Имя".encode() not in counted.packed()
    named = taken(SIGNATURE, {**said, "level": PUBLIC}, DAY)
    assert (named.name, named.region) == ("Имя", "osh")
    assert taken("comment", {**said, "text": "Да", "level": PUBLIC}, DAY).region == ""


@pytest.mark.parametrize(("changed", "field"), [
    ({"level": "all"}, "level"), ({"level": PUBLIC, "name": " "}, "name"), ({"level": PUBLIC, "region": "x"}, "region"),
    ({"contact": "9" * 101}, "contact"), ({"entry": ""}, "entry"),
])  # fmt: skip
def test_a_signature_that_cannot_be_taken_says_which_field(changed: dict[str, str], field: str) -> None:
    said = {"entry": "petitions/p", "name": "Имя", "region": "osh", "level": COUNTED}
    with pytest.raises(UnfitError) as caught:
        taken(SIGNATURE, {**said, **changed}, DAY)
    assert caught.value.field == field


def test_regions_are_known_by_their_names_in_every_language() -> None:
    for code, names in regions.REGIONS.items():
        assert set(names) == {"ru", "ky", "en"}
        assert {regions.code_of(name) for name in names.values()} == {code}
    assert regions.code_of("  ош ") == "osh-city"
    assert regions.code_of("Москва") == ""
    assert LEVELS[0] == COUNTED
