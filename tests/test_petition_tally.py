"""A tally said in one line becomes a file, once."""

import datetime as dt
from pathlib import Path

import pytest
from petition_tree import TOTAL, done, found, in_english, kept_in_git, log, tree
from toolbox import run

from magazine.desk.moderation.commit import CommitError
from magazine.desk.petition import command
from magazine.desk.petition.chosen import PetitionError
from magazine.desk.petition.tally import Counted, counted

__all__ = ["in_english"]
TODAY = dt.date(2026, 11, 22)
LINE = "47, Osh, paper, 2012-06-03"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return kept_in_git(tree(tmp_path / "content"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (LINE, Counted(47, dt.date(2012, 6, 3), "paper", "osh-city")),
        ("1 200, Ысык-Көл облусу, көчө, 2026-11-22", Counted(1200, TODAY, "street", "issyk-kul")),
        ("03.06.2012; бумага; 5; Нарын", Counted(5, dt.date(2012, 6, 3), "paper", "naryn")),
        ("7, 2012-06-03", Counted(7, dt.date(2012, 6, 3))),
        ("7, Кызыл-Суу айылы, online, 2012-06-03", Counted(7, dt.date(2012, 6, 3), "online", "", "Кызыл-Суу айылы")),
    ],
)
def test_it_is_understood_in_any_order_and_language(words: str, expected: Counted) -> None:
    assert counted(words, TODAY) == expected


@pytest.mark.parametrize(
    "words",
    ["", "47", "2012-06-03", "0, 2012-06-03", "9999999, 2012-06-03", "5, 2026-11-23", "5, 2012-02-30",
     "5, 6, 2012-06-03", "-5, 2012-06-03", "5, Bishkekk, 2012-06-03", "5, a, b, 2012-06-03", "٤٧, 2012-06-03, x, y"],
)  # fmt: skip
def test_what_is_no_tally_is_told(words: str) -> None:
    with pytest.raises(PetitionError):
        counted(words, TODAY)


def test_a_place_that_is_no_region_stays_out_of_the_file(content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert done(content, "tally", tally="12, Кызыл-Суу айылы, paper, 2012-06-03") == 0
    assert "Кызыл-Суу" in capsys.readouterr().out
    assert not [path for path in content.rglob("signatures/*.md") if "Кызыл" in path.read_text(encoding="utf-8")]
    assert found(content).petition.signed == TOTAL + 12


def test_it_is_one_commit_by_nobody_at_no_hour(content: Path) -> None:
    assert done(content, "tally", tally=LINE) == 0
    first, *rest = log(content)
    name, mail, hour, subject = first.split("|")
    assert (name, hour, subject.split()[0], len(rest)) == ("editors", "00:00", "Signatures", 1)
    assert "@" in mail
    files = run("git", "-C", content, "show", "--name-only", "--format=").split()
    assert len(files) == 1
    assert "47" not in subject
    assert found(content).petition.regions["osh-city"] == 94


def test_the_same_tally_counts_once_but_again_when_said(content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert done(content, "tally", tally=LINE) == 0
    assert done(content, "tally", tally="47, Ош шаары, кагаз, 03.06.2012") == 1
    assert "--again" in capsys.readouterr().err
    assert found(content).petition.signed == TOTAL + 47
    assert done(content, "tally", tally=LINE, again=True) == 0
    assert found(content).petition.signed == TOTAL + 94


def test_cut_short_before_the_commit_the_next_time_only_commits(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "committed", cut)
        with pytest.raises(KeyboardInterrupt):
            done(content, "tally", tally=LINE)
    assert len(log(content)) == 1
    assert done(content, "tally", tally=LINE) == 1
    assert len(log(content)) == 2
    assert found(content).petition.signed == TOTAL + 47


def test_a_commit_that_fails_is_told_and_the_file_stays(
    content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object) -> str:
        raise CommitError("no")

    monkeypatch.setattr(command, "committed", refused)
    assert done(content, "tally", tally=LINE) == 0
    assert "not committed" in capsys.readouterr().err
    assert found(content).petition.signed == TOTAL + 47


def test_wrong_names_are_guessed(content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert done(content, "tally", name="pela", tally=LINE) == 1
    assert done(content, "taly", tally=LINE) == 1
    told = capsys.readouterr().err
    assert "did you mean «plea»?" in told
    assert "did you mean «tally»?" in told
