"""What a look at a text tells, without making its HTML, is what converting it tells."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_shortcuts import BODIES, MARKS
from trees import STORY, read, write

from magazine import headers
from magazine.desk import check
from magazine.problems import Report
from magazine.records import Library
from magazine.site import build
from magazine.site.inspection import Unmade
from magazine.site.links import Place
from magazine.site.markup import Markup

POST = "blog/post/ru.md"
calm = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LINKS = st.lists(
    st.sampled_from(
        [
            "[а](../letter/)", "[а](../leter/)", "[а](../letter/ru.md)", "[а](javascript:x)", "[а](https://example.org/)",
            "[а](photo.jpg)", "![зонт](photo.jpg)", "![](photo.jpg)", "![а](foto.jpg)", "[а][б]", "[б]: ../letter/",
            "<https://x.org/>", "*[а](../letter/)*", "**[а](//x)**", "[*а*](../nothing/)", "[а](#б)", "слово", "- ",
            "> ", "\n", "\n\n", " ", "    ", "`", "*", "(", ")", "![а](photo.jpg \"подпись\")",
        ]
    ),
    max_size=10,
).map("".join)  # fmt: skip
WHOLE, LOOK = Markup("ru"), Markup("ru", makes_html=False)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = tmp_path_factory.mktemp("content")
    return read(root, {POST: STORY, "blog/letter/ru.md": STORY, "blog/post/photo.jpg": b""})[0]


@calm
@given(BODIES | MARKS | LINKS)
def test_a_look_tells_what_a_conversion_tells(library: Library, body: str) -> None:
    entry, version = library.texts[POST]
    source = headers.parse(Path(POST), "Title: А\n\n", Report())
    told = []
    for markup in (WHOLE, LOOK):
        report = Report()
        gallery = Unmade(library.root, Path())
        place = Place(entry, version, library, "ru", gallery, report, str)
        told.append((markup.convert(replace(source, body=body.strip()), place).links, report.sorted()))
    assert told[0] == told[1]


@pytest.mark.parametrize("marks", ["- " * 4000 + "а", "1. " * 4000])
def test_lists_in_lists_without_end_are_told(tmp_path: Path, marks: str) -> None:
    tree = write(tmp_path / "tree", {POST: f"{STORY}\n{marks}\n"})
    expected = [("source-odd", POST, 6)]
    assert [(one.code, one.path, one.line) for one in build.build(tree, tmp_path / "output")] == expected
    assert [(one.code, one.path, one.line) for one in check.checked(tree) if one.stops] == expected
