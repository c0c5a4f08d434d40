"""Whatever a thousand signers choose: what is above a signer's level is in no file, page, feed, pack or commit."""

import io
import random
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest
from moderation_desk import DAY, Editor, magazine, texts
from toolbox import need

from magazine.desk.moderation.items import APPROVED
from magazine.desk.petition.chosen import chosen
from magazine.desk.petition.delivery import delivered
from magazine.intake import receipts
from magazine.intake.submissions import SIGNATURE, Submission, taken
from magazine.regions import REGIONS
from magazine.signatures import COUNTED, LEVELS
from magazine.site import build

pytestmark = [pytest.mark.slow, pytest.mark.judge]

PETITION = "petitions/letter"
TEXT = "Title: {}\n{}\n\nМы просим о простом.\n"
FILES = {
    f"{PETITION}/ru.md": TEXT.format("Письмо", "Date: 2012-01-01\nTo: Жогорку Кенеш\nGoal: 100, 2000\nState: open"),
    f"{PETITION}/ky.md": TEXT.format("Кат", "Translator: Турна"),
    f"{PETITION}/en.md": TEXT.format("Letter", "Translator: Crane"),
    f"{PETITION}/signatures/2012-06-03.md": "Kind: tally\nCount: 641\nDate: 2012-06-03\nWay: street\nRegion: Ош\n",
    f"{PETITION}/updates/first/ru.md": "Title: Начали\nDate: 2012-02-01\n\nМы начали собирать подписи.\n",
}
SIGNERS, SEED = 1000, 2012
HIDDEN_REGION = "talas"  # chosen by those alone who did not want it to be kept
NAME, CONTACT, REASON = re.compile(r"NAME\d+X"), re.compile(r"mailbox\d+|0555\s?\d{6}"), re.compile(r"REASON\d+X")
OUR_NAMES = "Айгүл Өмүрбек Ыңгай"


@dataclass(frozen=True)
class Signer:
    """What one person typed, whatever her level is."""

    number: int
    level: str
    values: dict[str, str]

    @property
    def name(self) -> str:
        return f"NAME{self.number}X"

    def sent(self) -> Submission:
        return taken(SIGNATURE, {**self.values, "level": self.level}, DAY, receipts.new())


def signers(chance: random.Random) -> list[Signer]:
    found = []
    for number in range(SIGNERS):
        level = chance.choice(LEVELS)
        regions = [HIDDEN_REGION] if level == COUNTED else [one for one in REGIONS if one != HIDDEN_REGION]
        values = {
            "entry": PETITION, "lang": chance.choice(("ru", "ky", "en")), "region": chance.choice(["", *regions]),
            "name": f"NAME{number}X {chance.choice(OUR_NAMES.split())}",
            "contact": chance.choice(("", f"mailbox{number}@example.org", f"0555 {number:06}")),
            "text": chance.choice(("", "", f"Потому что REASON{number}X.")),
        }  # fmt: skip
        found.append(Signer(number, level, values))
    return found


@dataclass(frozen=True)
class Outcome:
    """Everything that others can get hold of: what each file says, and who may stand in it."""

    signers: list[Signer]
    content: Path
    site: Path
    delivery: Path
    identity: object
    house: Path

    def allowed(self) -> set[str]:
        return {one.name for one in self.signers if one.level != COUNTED}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A thousand signers, counted, published, built and delivered by the real parts."""
    folder = tmp_path_factory.mktemp("levels")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAGAZINE_DESK", str(folder / "desk"))
        content, editor = magazine(folder / "house", FILES), Editor(folder / "desk")
        found = signers(random.Random(SEED))
        editor.receive(*(one.sent() for one in found))
        with editor.session(content) as session:
            session.approve_unflagged(PETITION)
            for item in session.items():
                if item.decision != APPROVED:
                    session.decide(item.name, APPROVED)
            assert session.publish().commit
        assert [one.text() for one in build.build(content, folder / "output") if one.stops] == []
        settings = {**build.said(), "EDITOR_KEYS": (editor.public,)}
        given = delivered(chosen(content, "letter", settings), folder / "given", editor.keyring().keys, settings)
        assert given.signed == 641 + SIGNERS
    return Outcome(found, content, folder / "output", folder / "given", editor.identity, folder / "house")


def said_in(path: Path) -> str:
    """The words of a file: of a PDF what a reader sees, of a JSON file with its escapes undone."""
    if path.suffix == ".pdf":
        done = subprocess.run([need("pdftotext"), "-layout", str(path), "-"], capture_output=True, check=True)
        return done.stdout.decode()
    return path.read_bytes().decode("utf-8", "replace")


def names_in(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in NAME.findall(text)}


def committed(house: Path) -> str:
    """All that git ever kept."""
    words = ["git", "-C", str(house), "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(words, capture_output=True, check=True).stdout.decode("utf-8", "replace")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_no_name_above_its_level_is_in_any_file_page_feed_pack_or_commit(outcome: Outcome) -> None:
    places = {
        "content": [said_in(path) for path in files(outcome.content)],
        "site": [said_in(path) for path in files(outcome.site)],
        "delivery": [said_in(path) for path in files(outcome.delivery)],
        "commits": [committed(outcome.house)],
        "full": list(opened(outcome)),
    }
    for place, held in places.items():
        assert names_in(held) == outcome.allowed(), place
        assert not [found for text in held for found in CONTACT.findall(text)], place


def test_a_region_that_nobody_wanted_to_be_kept_is_nowhere(outcome: Outcome) -> None:
    counted = [path for path in files(outcome.site) if path.name in ("count.html", "names-1.html")]
    assert len(counted) == 6
    for path in [*files(outcome.content), *files(outcome.delivery), *counted]:
        text = said_in(path)
        assert not [name for name in (HIDDEN_REGION, "Талас", "Talas") if name in text], path


def test_a_reason_without_a_name_stands_under_no_name(outcome: Outcome) -> None:
    by_reason = {f"REASON{one.number}X": one for one in outcome.signers if "REASON" in one.values["text"]}
    shown = {found[0]: answer for answer in texts(outcome.content).entries[PETITION].answers
             if (found := REASON.findall(answer.text))}  # fmt: skip
    assert set(shown) == set(by_reason)
    for reason, answer in shown.items():
        signer = by_reason[reason]
        assert NAME.findall(answer.author) == ([] if signer.level == COUNTED else [signer.name])


def test_all_count_once_whatever_they_chose(outcome: Outcome) -> None:
    petition = texts(outcome.content).petitions[0]
    assert petition.signed == 641 + SIGNERS
    assert Counter(signer.level for signer in petition.signers) == Counter(
        one.level for one in outcome.signers if one.level != COUNTED
    )


def opened(outcome: Outcome) -> Iterator[str]:
    """The words of all files in what is sealed to the editors."""
    for sealed in outcome.delivery.glob("*.age"):
        with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(sealed.read_bytes(), [outcome.identity]))) as archive:
            for name in archive.namelist():
                path = outcome.house.parent / "opened" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(name))
                yield said_in(path)
