"""What a real WordPress exports comes home whole, and nothing in it tells a person."""

import re
from pathlib import Path

import pytest
from wordpress_desk import Imported, imported
from wordpress_site import wordpress_below

pytestmark = [pytest.mark.judge, pytest.mark.slow]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, wordpress_below(folder / "wordpress") as old:
        patch.setenv("MAGAZINE_LANG", "en")
        old.fill()
        export = old.export(folder / "old.xml").read_bytes()
        return imported(folder, export, old.root / "wp-content/uploads")


def test_all_is_counted(home: Imported) -> None:
    counted = re.findall(r"(\d+) of (\d+) are accounted for \(100 %\)", home.said)
    assert [found for found, total in counted if found == total] == ["16", "13"]
    assert home.status == 0
    assert home.errors() == []


def test_threads_are_whole(home: Imported) -> None:
    replies = [re.findall("Reply-To: (.*)", home.text(name)) for name in home.names() if "comments/" in name]
    assert len(replies) == 11
    assert max(map(len, replies)) == 1


def test_addresses_and_languages_are_kept(home: Imported) -> None:
    assert "Formerly: 2008/12/17/Красный-зонт/" in home.text("blog/krasnyi-zont/ru.md")
    assert "Formerly: 2008/12/17/kyzyl-chatyr/" in home.text("blog/krasnyi-zont/ky.md")


def test_what_was_not_public_is_a_draft(home: Imported) -> None:
    hidden = [name for name in home.names() if name.startswith("blog/taina")]
    assert len(hidden) == 5
    assert all("\nStatus: draft\n" in home.text(name) for name in hidden)


def test_nobody_is_told(home: Imported) -> None:
    texts = "".join(home.text(name) for name in home.names() if Path(name).suffix == ".md") + home.said
    assert not re.search(r"\w@\w|\d+\.\d+\.\d+\.\d+|Mozilla", texts)
