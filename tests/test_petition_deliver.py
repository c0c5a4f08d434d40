"""What is handed over: as many as the site counts, only what signers allowed, and opened by other programs."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition_tree import DAY, NAMES, TOTAL, digest, done, found, in_english, tree
from toolbox import need, run

from magazine.desk.moderation import keyring
from magazine.desk.petition.rows import Row, alphabetical, folded, full, numbered, reduced
from magazine.desk.petition.tables import csv_file, harmless
from magazine.signatures import COUNTED, Signature, composed
from magazine.site.build import said

__all__ = ["in_english"]
LANGUAGES = ("ru", "ky")
PLAIN = ("letter.pdf", "signatures.pdf", "signatures.csv", "signatures.json")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tree(tmp_path_factory.mktemp("tree") / "content")


@pytest.fixture(scope="module")
def handed(content: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert done(content, "deliver", to=out) == 0
    return out


def opened(handed: Path, content: Path) -> zipfile.ZipFile:
    """The sealed archive, opened with the one key that there is."""
    ring = keyring.unlocked(said(), lambda: "", content)
    return zipfile.ZipFile(io.BytesIO(pyrage.decrypt((handed / "full.zip.age").read_bytes(), [ring.identity])))


def words(pdf: Path) -> str:
    return " ".join(run(need("pdftotext"), "-layout", pdf, "-").replace("\u00a0", " ").split())


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_every_list_has_as_many_as_the_site(handed: Path, content: Path) -> None:
    whole = opened(handed, content)
    for language in LANGUAGES:
        for read in ((handed / language / "signatures.csv").read_bytes(),
                     whole.read(f"plea/{language}/signatures.csv")):  # fmt: skip
            assert sum(int(list(row.values())[1]) for row in rows(read)) == TOTAL
        for read in ((handed / language / "signatures.json").read_bytes(),
                     whole.read(f"plea/{language}/signatures.json")):  # fmt: skip
            found_there = json.loads(read)
            assert found_there["signed"] == sum(row["count"] for row in found_there["signatures"]) == TOTAL
            assert sum(found_there["regions"].values()) == TOTAL
            assert found_there["as_of"] == DAY.isoformat()


def test_the_clear_part_holds_only_what_signers_allowed(handed: Path) -> None:
    assert sorted(path.relative_to(handed).as_posix() for path in handed.rglob("*") if path.is_file()) == sorted(
        ["full.zip.age", *(f"{language}/{name}" for language in LANGUAGES for name in PLAIN)]
    )
    for language in LANGUAGES:
        table, data = ((handed / language / name).read_text("utf-8-sig") for name in PLAIN[2:])
        for text in (table, data, words(handed / language / "signatures.pdf")):
            assert "Нарын" not in text
            assert "naryn" not in text
            assert not re.search(r"2026-11-(18|19)", text)
            assert digest("a1")[:12] not in text
            assert "abab" not in text


def test_all_is_there_for_the_editors_but_digests(handed: Path, content: Path, tmp_path: Path) -> None:
    whole = opened(handed, content)
    read = rows(whole.read("plea/ky/signatures.csv"))
    assert len(read) == 62 + 40 + 1
    text = whole.read("plea/ky/signatures.csv").decode()
    assert "Нарын облусу" in text
    assert "2026-11-18" in text
    assert digest("a1")[:12] not in text
    (tmp_path / "full.pdf").write_bytes(whole.read("plea/ky/signatures.pdf"))
    assert "Нарын облусу" in words(tmp_path / "full.pdf")
    assert {info.date_time[0] for info in whole.infolist()} == {1980}


def test_pdf_gives_back_every_name(handed: Path, content: Path) -> None:
    for language in LANGUAGES:
        text = words(handed / language / "signatures.pdf")
        names = [signer.name for signer in found(content).petition.signers]
        assert [name for name in names if name not in text and "＋" not in name] == []


def test_the_letter_holds_the_text_the_count_and_whom_it_is_for(handed: Path) -> None:
    text = words(handed / "ru" / "letter.pdf")
    for expected in ("Жогорку Кенеш", "Нет наказанию", "Мы просим не наказывать.", "Требуем", "1. Уважать.", str(TOTAL),
                     "(https://example.org/law)", "20 ноября 2026"):  # fmt: skip
        assert expected in text
    assert "ңөү" in words(handed / "ky" / "letter.pdf")


def test_the_same_signatures_make_the_same_bytes(handed: Path, content: Path, tmp_path: Path) -> None:
    assert done(content, "deliver", to=tmp_path / "again") == 0
    for language in LANGUAGES:
        for name in PLAIN:
            assert (handed / language / name).read_bytes() == (tmp_path / "again" / language / name).read_bytes()
    first, second = opened(handed, content), opened(tmp_path / "again", content)
    assert [first.read(name) for name in first.namelist()] == [second.read(name) for name in second.namelist()]


def test_no_pdf_tells_who_made_it(handed: Path) -> None:
    for path in handed.rglob("*.pdf"):
        info = run(need("pdfinfo"), path)
        assert not [word for word in ("Author", "Producer", "Creator:", "ModDate") if word in info]


@pytest.mark.judge
def test_a_spreadsheet_opens_it_and_carries_nothing_out(handed: Path, tmp_path: Path) -> None:
    office = need("soffice")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    # commas, quotation marks, UTF-8: what its window for CSV offers of itself
    run(office, profile, "--headless", "--infilter=Text - txt - csv (StarCalc):44,34,76,1", "--convert-to", "fods",
        "--outdir", tmp_path / "back", handed / "ky" / "signatures.csv")  # fmt: skip
    back = (tmp_path / "back" / "signatures.fods").read_text("utf-8")
    assert ">Айгүл Өмүрова 0<" in back
    assert "=1+1+" in back
    assert "table:formula" not in back
    assert 'office:value="87"' in back


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", " =1", "'=1", "﹦1"]
)
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert str(harmless(cell)).startswith("'")


@pytest.mark.parametrize("cell", ["Айгүл", "", "Анна-Мария", "1 мая", "О'Нил", "«Ласточка»"])
def test_names_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


def test_columns_that_were_never_collected_are_absent() -> None:
    assert csv_file([Row(3)], "en").decode("utf-8-sig") == "Number,Signatures\r\n1,3\r\n"
    assert csv_file([Row(name="А")], "en").decode("utf-8-sig") == "Number,Signatures,Name\r\n1,1,А\r\n"


def test_numbers_end_at_the_total(content: Path) -> None:
    petition = found(content).petition
    for held in (full(found(content)), reduced(petition, {"bishkek": 60})):
        assert [last for _, last, _ in numbered(held)][-1] == TOTAL
        assert [last for _, last, _ in numbered(folded(held))][-1] == TOTAL


@given(st.lists(st.builds(Row, st.integers(1, 9), st.sampled_from(["", "А", "Б"]), st.sampled_from(["", "osh"]))))
def test_folding_loses_nobody(held: list[Row]) -> None:
    assert sum(row.count for row in folded(held)) == sum(row.count for row in held)
    assert [row.name for row in folded(held) if row.name] == [row.name for row in held if row.name]


def test_names_are_in_the_order_of_the_kyrgyz_alphabet() -> None:
    names = ["Үсөн", "Фарида", "Улан", "Өмүр", "Олжас", "Пери", "Ёлка", "Жаңыл", "Женя"]
    assert sorted(names, key=alphabetical) == [
        "Ёлка",
        "Жаңыл",
        "Женя",
        "Олжас",
        "Өмүр",
        "Пери",
        "Улан",
        "Үсөн",
        "Фарида",
    ]


@pytest.mark.parametrize("place", ["", "petitions", "petitions/plea/signatures"])
def test_it_never_lies_among_what_is_published(place: str, content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert done(content, "deliver", to=content / place) == 1
    assert "published" in capsys.readouterr().err
    assert not list(content.rglob("*.pdf"))


def test_a_broken_list_is_told_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = tree(tmp_path / "content")
    path = content / "petitions/plea/signatures/2026-11-20-2-abcde.md"
    path.write_text(path.read_text("utf-8") + "half a line\n", "utf-8")
    assert done(content, "deliver", to=tmp_path / "out") == 1
    assert "2026-11-20-2-abcde.md:" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_ten_thousand_names_stand_in_their_list(tmp_path: Path) -> None:
    content = tree(tmp_path / "content")
    folder = content / "petitions/plea/signatures"
    held = [Signature(DAY, "public", digest(f"c{turn}"), "", f"{NAMES[0]} {turn}", "osh") for turn in range(10_000)]
    (folder / "2026-11-20-3-abcde.md").write_text(composed(held), "utf-8")
    only = [Signature(DAY, COUNTED, digest(f"d{turn}")) for turn in range(10_000)]
    (folder / "2026-11-20-4-abcde.md").write_text(composed(only), "utf-8")
    assert done(content, "deliver", to=tmp_path / "out") == 0
    text = words(tmp_path / "out" / "ky" / "signatures.pdf")
    assert {one.name for one in held} <= set(re.findall(rf"{NAMES[0]} \d+", text))
    assert f"{TOTAL + 20_000:,}".replace(",", " ") in text
