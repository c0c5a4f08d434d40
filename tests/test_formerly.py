"""`Formerly:` names folders and addresses; what it can mean, nobody has to know, and nothing leads out of the site."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magazine import formerly, headers
from magazine.problems import Report
from magazine.slugs import is_slug

STORY, POST = Path("magazine/2008-12/winter-road/ru.md"), Path("blog/winter-road/ru.md")


def read(value: str, path: Path = POST) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Folders, addresses, and how many names could be neither."""
    report = Report()
    source = headers.parse(path, f"Title: A\nFormerly: {value}\n\nText.\n", report)
    return *formerly.read(source, path.parts[0], report), len(report.found)


@pytest.mark.parametrize(
    ("value", "path", "folder"),
    [
        ("winter", POST, "blog/winter"),
        ("winter", STORY, "magazine/2008-12/winter"),
        ("magazine/2008-11/winter", STORY, "magazine/2008-11/winter"),
        ("magazine/2008-11", Path("magazine/2008-12/ru.md"), "magazine/2008-11"),
        ("2008-11", Path("magazine/2008-12/ru.md"), "magazine/2008-11"),
        ("blog/winter", STORY, "blog/winter"),
    ],
)
def test_a_folder_is_named_as_it_was_called(value: str, path: Path, folder: str) -> None:
    assert read(value, path) == ((folder,), (), 0)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("2012/05/моя-история/", "2012/05/моя-история/index.html"),
        ("/2012/05/17", "2012/05/17/index.html"),
        ("https://old.example.org/2012/%D0%BA%D3%A9%D0%BB/?a=1#b", "2012/көл/index.html"),
        ("about.html", "about.html"),
        ("blog/winter/", "blog/winter/index.html"),
        ("a%2Cb/", "a,b/index.html"),
    ],
)
def test_anything_else_is_an_address(value: str, address: str) -> None:
    assert read(value) == ((), (address,), 0)


UNFIT = "../winter/ a/../b/ a//b/ javascript:x/ a/%00/ a/%D0/ con:/x/ a/.git/ / ?p=1 Зима a|b/"


@pytest.mark.parametrize("value", UNFIT.split())
def test_what_can_be_neither_is_told(value: str) -> None:
    assert read(value) == ((), (), 1)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_name_leads_out_of_the_site(name: str) -> None:
    folders, addresses, _ = read(" ".join(name.split()))
    for folder in folders:
        assert all(map(is_slug, folder.split("/")))
    for address in addresses:
        path = PurePosixPath(address)
        assert str(path) == address
        assert not path.is_absolute()
        assert path.suffix in (".html", ".htm")
        assert not {"..", "."} & set(path.parts)
