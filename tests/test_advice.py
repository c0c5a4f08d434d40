"""What an editor would want to know of one text: the edges that the trees of broken/ do not show."""

from pathlib import Path

import pytest

from magazine.desk import advice
from magazine.headers import Header, Source
from magazine.problems import Report
from magazine.site.build import said
from magazine.site.variants import BUDGETS, WIDTHS

ONE = BUDGETS[WIDTHS[-1]]


def counted(body: str, **headers: str) -> int:
    """How many pictures the rule sees."""
    report = Report()
    source = Source(Path("blog/post/ru.md"), {name: Header(value, 1) for name, value in headers.items()}, body, 3)
    advice.pictures(-1, source, report)
    (problem,) = report.found
    values = dict(problem.values)
    assert values["size"] == values["number"] * ONE // 1000
    return values["number"]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("No picture!", 0),
        ("![a](a.jpg) ![b](b.jpg)", 2),
        ("![a](a.jpg)\n\n![a](a.jpg)", 1),
        ('![a](a.jpg "words") ![b]( <b.jpg> )', 2),
        ("![](a.jpg)", 1),
        ("![a \\] b](a.jpg)", 1),
        ("[a](a.jpg)", 0),
        ("```\n![a](a.jpg)\n```", 0),
        ("![a]({attach}a.jpg) ![a](a.jpg)", 1),
    ],
)
def test_each_picture_is_counted_once(body: str, number: int) -> None:
    assert counted(body) == number


def test_the_picture_above_the_text_is_one_of_them() -> None:
    assert counted("![a](a.jpg)", picture="b.jpg") == 2
    assert counted("![a](a.jpg)", picture="a.jpg") == 1


def test_what_is_within_the_budget_is_not_told() -> None:
    source = Source(Path("blog/post/ru.md"), {}, "![a](a.jpg) ![b](b.jpg)", 3)
    report = Report()
    advice.pictures(2 * ONE, source, report)
    assert not report.found
    advice.pictures(2 * ONE - 1, source, report)
    assert [problem.code for problem in report.found] == ["pictures-heavy"]


def test_a_story_with_its_picture_stays_below_60_kilobytes() -> None:
    """However hard the picture is: both budgets are kept."""
    assert said()["PAGE_BUDGET"] + ONE <= 60_000
