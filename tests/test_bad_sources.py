"""Bad input ends in a clear problem, in three languages, with its file and line; nothing is skipped in silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from trees import ANSWER, ISSUE, STORY, TRANSLATION, Files, read, told, write

from magazine import messages
from magazine.site import build

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[1]
POST = "blog/post/ru.md"

CASES: dict[str, tuple[Files, tuple[str, str, int]]] = {
    "a wrong date": ({POST: "Title: А\nDate: 09.05.2026\n\nТекст.\n"}, ("date-bad", POST, 2)),
    "a day that is not": ({POST: "Title: А\nDate: 2026-02-30\n\nТекст.\n"}, ("date-bad", POST, 2)),
    "no date": ({POST: "Title: А\n\nТекст.\n"}, ("date-missing", POST, 0)),
    "no title": ({POST: "Date: 2026-02-03\n\nТекст.\n"}, ("header-missing", POST, 0)),
    "no text": ({POST: "Title: А\nDate: 2026-02-03\n"}, ("body-missing", POST, 4)),
    "an unknown language": ({POST: STORY, "blog/post/kg.md": TRANSLATION}, ("language-unknown", "blog/post/kg.md", 0)),
    "a language in capitals": ({"blog/post/RU.md": STORY}, ("language-unknown", "blog/post/RU.md", 0)),
    "two originals": ({POST: STORY, "blog/post/en.md": STORY}, ("originals-two", "blog/post/en.md", 2)),
    "a translation alone": ({"blog/post/en.md": TRANSLATION}, ("date-missing", "blog/post/en.md", 0)),
    "one slug twice": ({POST: STORY, "petitions/post/ru.md": STORY}, ("slug-twice", "blog/post", 0)),
    "a header twice": ({POST: "Title: А\nTitle: Б\nDate: 2026-02-03\n\nТ.\n"}, ("header-twice", POST, 2)),
    "a header misspelt": ({POST: "Title: А\nDate: 2026-02-03\nStatsu: draft\n\nТ.\n"}, ("header-misspelt", POST, 3)),
    "a header without colon": ({POST: "Title: А\nDate: 2026-02-03\nStatus draft\n\nТ.\n"}, ("header-bad", POST, 3)),
    "a header of no use": ({POST: "Title: А\nDate: 2026-02-03\nMood: good\n\nТ.\n"}, ("header-unknown", POST, 3)),
    "a state that is none": ({POST: "Title: А\nDate: 2026-02-03\nStatus: drafd\n\nТ.\n"}, ("value-unknown", POST, 3)),
    "another slug typed": ({POST: "Title: А\nDate: 2026-02-03\nSlug: b\n\nТ.\n"}, ("header-place", POST, 3)),
    "not UTF-8": ({POST: "Title: А\nDate: 2026-02-03\n\nТекст.\n".encode("cp1251")}, ("source-not-utf8", POST, 1)),
    "UTF-16": ({POST: STORY.encode("utf-16")}, ("source-not-utf8", POST, 1)),
    "5 MB in a paragraph": ({POST: STORY + "слово " * 450_000}, ("source-long", POST, 0)),
    "brackets without end": ({POST: STORY + "[" * 60_000}, ("source-odd", POST, 5)),
    "a slug of 200 letters": ({f"blog/{'a' * 200}/ru.md": STORY}, ("slug-bad", f"blog/{'a' * 200}", 0)),
    "a slug in Cyrillic": ({"blog/пост/ru.md": STORY}, ("slug-bad", "blog/пост", 0)),
    "a slug of ours": ({"blog/index/ru.md": STORY}, ("slug-bad", "blog/index", 0)),
    "bidi controls in a name": (
        {POST: "Title: А\nDate: 2026-02-03\nAuthor: Ми\u202eра\n\nТ.\n"}, ("control-characters", POST, 3),
    ),
    "a text in the open": ({POST: STORY, "blog/lost.md": STORY}, ("text-misplaced", "blog/lost.md", 0)),
    "an unknown section": ({POST: STORY, "stories/a/ru.md": STORY}, ("text-misplaced", "stories/a/ru.md", 0)),
    "a file of no use": ({POST: STORY, "blog/post/plan.docx": b"x"}, ("file-unused", "blog/post/plan.docx", 0)),
    "an empty folder": ({POST: STORY, "blog/empty/picture.png": b"x"}, ("folder-empty", "blog/empty", 0)),
    "nothing at all": ({"extra/key.txt": "x"}, ("empty-content", "tree", 0)),
    "a story not in the issue": (
        {"magazine/2008-12/ru.md": "Title: В\nDate: 2008-12-01\nStories: one, tow\n\nП.\n",
         "magazine/2008-12/one/ru.md": STORY},
        ("reference-unknown", "magazine/2008-12/ru.md", 3),
    ),
    "an issue without a text": ({"magazine/2008-12/one/ru.md": STORY}, ("folder-empty", "magazine/2008-12", 0)),
    "a picture that is not there": (
        {POST: "Title: А\nDate: 2026-02-03\nPicture: a.jpg\n\nТ.\n"}, ("picture-dead", POST, 3),
    ),
    "an answer to none": (
        {POST: STORY, "blog/post/comments/2.md": ANSWER.replace("\n\n", "\nReply-To: 1\n\n")},
        ("answer-parent", "blog/post/comments/2.md", 3),
    ),
    "an answer to a pending one": (
        {POST: STORY, "blog/post/comments/1.md": ANSWER.replace("\n\n", "\nStatus: pending\n\n"),
         "blog/post/comments/2.md": ANSWER.replace("\n\n", "\nReply-To: 1\n\n")},
        ("answer-parent", "blog/post/comments/2.md", 3),
    ),
    "an answer to itself": (
        {POST: STORY, "blog/post/comments/1.md": ANSWER.replace("\n\n", "\nReply-To: 1\n\n")},
        ("answer-cycle", "blog/post/comments/1.md", 3),
    ),
    "an answer in an unknown state": (
        {POST: STORY, "blog/post/comments/1.md": ANSWER.replace("\n\n", "\nStatus: aproved\n\n")},
        ("answer-state", "blog/post/comments/1.md", 3),
    ),
    "an answer of an unknown kind": (
        {POST: STORY, "blog/post/comments/1.md": ANSWER.replace("\n\n", "\nKind: like\n\n")},
        ("answer-kind", "blog/post/comments/1.md", 3),
    ),
    "an answer's bad name": (
        {POST: STORY, "blog/post/comments/а б.md": ANSWER}, ("answer-name", "blog/post/comments/а б.md", 0),
    ),
    "a script for a source": (
        {POST: STORY, "blog/post/comments/1.md": ANSWER.replace("\n\n", "\nSource: javascript:alert(1)\n\n")},
        ("link-scheme", "blog/post/comments/1.md", 3),
    ),
    "a tally of no number": (
        {"petitions/p/ru.md": STORY, "petitions/p/signatures/a.md": "Count: many\nDate: 2012-06-03\n"},
        ("header-number", "petitions/p/signatures/a.md", 1),
    ),
    "a petition past its day": (
        {"petitions/p/ru.md": "Title: П\nDate: 2012-01-01\nDeadline: 2012-06-03\nState: open\n\nТ.\n"},
        ("deadline-past", "petitions/p/ru.md", 3),
    ),
    "a version that is none": (
        {POST: STORY, "blog/post/en.md": TRANSLATION.replace("\n\n", "\nOriginal-Version: 2\n\n")},
        ("version-bad", "blog/post/en.md", 3),
    ),
    "a translation that is older": (
        {POST: STORY, "blog/post/en.md": TRANSLATION.replace("\n\n", "\nOriginal-Version: 000000000000\n\n")},
        ("version-older", "blog/post/en.md", 3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_is_told_with_file_and_line(name: str, tmp_path: Path) -> None:
    files, expected = CASES[name]
    _, report = read(tmp_path / "tree", files)
    assert expected in told(report)


@pytest.mark.parametrize("name", CASES)
def test_tells_nothing_else(name: str, tmp_path: Path) -> None:
    files, expected = CASES[name]
    _, report = read(tmp_path / "tree", files)
    assert {code for code, _, _ in told(report)} == {expected[0]}


def test_every_problem_speaks_three_languages(tmp_path: Path) -> None:
    for number, (files, _) in enumerate(CASES.values()):
        _, report = read(tmp_path / str(number) / "tree", files)
        for problem in report.sorted():
            words = {problem.text(language) for language in messages.LANGUAGES}
            assert len(words) == 3, problem
            assert all("%(" not in word for word in words)


def test_a_whole_tree_tells_nothing(tmp_path: Path) -> None:
    story = "magazine/2008-12/one"
    whole = {"magazine/2008-12/ru.md": ISSUE, f"{story}/ru.md": STORY, f"{story}/en.md": TRANSLATION,
             f"{story}/comments/1.md": ANSWER}  # fmt: skip
    library, report = read(tmp_path, whole)
    assert told(report) == []
    assert [entry.key for entry in library.stories] == ["magazine/2008-12/one"]


def built(content: Path, output: Path, language: str = "en") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "magazine.site.build", str(content), str(output)]
    environment = {**os.environ, "MAGAZINE_LANG": language, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, encoding="utf-8", check=False)


LATER: dict[str, tuple[str, bytes, str, int]] = {  # found when bodies are converted and pictures opened
    "a dead link": ("[к]({filename}../pots/ru.md)", b"", "link-dead", 4),
    "a dead folder link": ("Два\n\n[к](../pots/)", b"", "link-dead", 6),
    "a link to a draft": ("[к](../draft/)", b"", "link-unpublished", 4),
    "a link that is a script": ("[к](javascript:alert)", b"", "link-scheme", 4),
    "a picture that is none": ("![что](a.jpg)", b"not a picture", "picture-bad", 0),
    "half a picture": ("![что](a.jpg)", b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture-bad", 0),
    "a picture of elsewhere": ("![что](https://example.org/a.jpg)", b"", "picture-dead", 4),
}


@pytest.mark.parametrize("name", LATER)
def test_stops_the_build(name: str, tmp_path: Path) -> None:
    body, picture, code, line = LATER[name]
    files: dict[str, str | bytes] = {POST: f"Title: А\nDate: 2026-02-03\n\n{body}\n",
                                     "blog/draft/ru.md": STORY.replace("\n\n", "\nStatus: draft\n\n")}  # fmt: skip
    if picture:
        files["blog/post/a.jpg"] = picture
    output = tmp_path / "output"
    problems = build.build(write(tmp_path / "tree", files), output)
    place = "blog/post/a.jpg" if picture else POST
    assert [(problem.code, problem.path, problem.line) for problem in problems] == [(code, place, line)]
    assert not output.exists()


def test_a_broken_source_leaves_the_old_site(tmp_path: Path) -> None:
    tree, output = write(tmp_path / "tree", {POST: STORY}), tmp_path / "output"
    assert built(tree, output).returncode == 0
    before = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
    write(tree, {"blog/other/ru.md": "Title: Б\n\nТ.\n"})
    ended = built(tree, output, "ky")
    assert ended.returncode == 1
    assert "эски сайт өзгөргөн жок" in ended.stderr
    assert {path: path.read_bytes() for path in output.rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_foreign_folder_is_not_overwritten(tmp_path: Path) -> None:
    tree = write(tmp_path / "tree", {POST: STORY})
    photos = write(tmp_path / "photos", {"summer.jpg": b"x"})
    ended = built(tree, photos)
    assert ended.returncode == 1
    assert "would be lost" in ended.stderr
    assert (photos / "summer.jpg").read_bytes() == b"x"


def test_the_sources_are_not_overwritten(tmp_path: Path) -> None:
    tree = write(tmp_path / "tree", {POST: STORY})
    assert built(tree, tree).returncode == 1
    assert built(tree, tree / "output").returncode == 1
    assert (tree / POST).exists()
