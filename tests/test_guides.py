"""The guides keep their word: what they tell to type works, and ends with a corrected text on the partner's host."""

import inspect
import json
import re
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from guides.guide import DOCS, NAMES, Guide
from guides.laptop import ADDRESS, PROJECT, STORY, Done, Laptop
from PIL import Image

from magazine import headers, photos
from magazine.desk.moderation.page import actions
from magazine.messages import say
from magazine.problems import Report

LANGUAGES = ("ru", "ky", "en")
INTO = {"ru": "ky", "ky": "ru", "en": "ru"}  # what each guide translates its story into
PAGE = "magazine/2008-12/winter-road"
ANSWERS, PASSPHRASE = "answers", "снег трамвай лампа"  # a guide without pictures
MAX_PICTURE, MAX_PICTURES, MAX_LETTERS = 40 * 1024, 8, 7_400
CORRECTION = ("\n\n", "\n\n2012: ")  # the text begins with other words
DRAFT = "Status: draft\n"


def read_all(language: str) -> list[Guide]:
    return [Guide.read(name, language) for name in NAMES]


class Walk:
    """Somebody who types what the guides tell, and does by hand what they tell in words."""

    def __init__(self, root: Path, language: str) -> None:
        self.laptop, self.language = Laptop(root, language), language
        self.editor, self.translator = read_all(language)
        self.original, self.translation = f"{STORY}/{language}.md", f"{STORY}/{INTO[language]}.md"
        self.photo = self.laptop.home / STORY / "photo.jpg"
        self.done: list[Done] = []
        self.unseen: list[str] = []
        self.looked_at: list[str] = []
        self.published: list[str] = []

    def edit(self) -> None:
        """From the empty laptop to the published correction."""
        self._follow(
            self.editor,
            {
                ("photo", 1): self._write_story,
                ("check", 2): lambda: self.laptop.replace(self.original, DRAFT, ""),
                ("check", 3): self._correct,
                ("serve", 2): lambda: self._type_again("ghp-import"),
            },
        )
        self._keep_published()

    def translate(self) -> None:
        """From the story as the editor's guide has it to a translation that follows its correction."""
        self.laptop.write(self.original, self.editor.file.replace(DRAFT, ""))
        self._follow(
            self.translator,
            {
                ("check", 1): self._write_translation,
                ("check", 2): lambda: self.laptop.replace(self.original, *CORRECTION),
                ("--html", 1): self._follow_the_original,
            },
        )

    def begin(self) -> None:
        """No more than what differs from language to language: the answers and the files."""
        self._follow(self.editor, {("photo", 1): self._write_story}, "clone", "new", "photo")
        self.laptop.replace(self.original, DRAFT, "")
        self._follow(self.translator, {("check", 1): self._write_translation}, "new", "check")

    def last(self, *words: str) -> Done:
        """The last command with these words."""
        return [done for done in self.done if all(word in done.line for word in words)][-1]

    def version(self) -> str:
        """What stands for the original now."""
        source = headers.read(self.laptop.home / "content", Path(PAGE, f"{self.language}.md"), Report())
        return source.fingerprint

    def _follow(self, guide: Guide, by_hand: Mapping[tuple[str, int], Callable[[], None]], *only: str) -> None:
        """Type the commands (those with one of the words, if there are any), doing by hand what comes before some."""
        typed: Counter[str] = Counter()
        for command, questions in guide.typed:
            words = command.split()
            if only and not set(only) & set(words):
                continue
            typed.update(words)
            for (word, time), act in by_hand.items():
                if word in words and typed[word] == time:
                    act()
            answers = [question.answer for question in questions]
            self.done.append(self.laptop.type(command, answers, self._look_at_drafts))
            self.unseen += [one.words for one in questions if one.words not in self.done[-1].output]
        assert all(typed[word] >= time for word, time in by_hand), f"{typed} of {list(by_hand)}"

    def _look_at_drafts(self, preview: str) -> None:
        """The page that the guides send her to, on the port that the laptop had free."""
        (address,) = set(re.findall(r"http://127\.0\.0\.1:8000/([^`]+)", self.editor.text + self.translator.text))
        with urllib.request.urlopen(preview + address, timeout=30) as page:
            self.looked_at.append(page.read().decode())

    def _type_again(self, *words: str) -> None:
        self.done.append(self.laptop.type(self.last(*words).line))

    def _write_story(self) -> None:
        self.laptop.write(self.original, self.editor.file)
        self.laptop.take_photo(f"{STORY}/photo.jpg")
        self.found_in_photo = photos.inspect(self.photo)

    def _keep_published(self) -> None:
        folder = "" if self.language == "ru" else f"{self.language}/"
        self.published.append(self.laptop.published(f"{folder}{PAGE}.html"))

    def _correct(self) -> None:
        self._keep_published()
        self.laptop.replace(self.original, *CORRECTION)

    def _write_translation(self) -> None:
        self.begun = self.laptop.read(self.translation)
        self.laptop.write(self.translation, self.translator.file.replace(DRAFT, ""))
        self.is_current = self.version() in self.begun and self.version() in self.translator.file

    def _follow_the_original(self) -> None:
        version = re.search(r"Original-Version: \w+", self.translator.file)[0]
        self.changes = self.last("translations", "winter-road").output
        self.laptop.replace(self.translation, version, f"Original-Version: {self.version()}")
        self._type_again("translations", "winter-road")


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Both guides in Russian, from end to end; the other languages have the same commands."""
    one = Walk(tmp_path_factory.mktemp("laptop"), "ru")
    one.edit()
    one.translate()
    return one


@pytest.mark.slow
class TestWalk:
    """What came of doing all that the guides say."""

    def test_every_command_works_and_asks_what_the_guide_shows(self, walk: Walk) -> None:
        assert [done for done in walk.done if done.status] == []
        assert walk.unseen == []

    def test_a_story_and_then_its_correction_are_published(self, walk: Walk) -> None:
        assert ["2012: " in page for page in walk.published] == [False, True]
        assert all("Мира" in page for page in walk.published)

    def test_the_photo_tells_no_longer_where_it_was_taken(self, walk: Walk) -> None:
        assert walk.found_in_photo != photos.Findings()
        assert photos.inspect(walk.photo) == photos.Findings()

    def test_no_name_of_the_laptop_is_published_with_it(self, walk: Walk) -> None:
        assert walk.laptop.publisher() == "Red Umbrella <editors@example.org>"

    def test_the_preview_and_the_help_are_in_the_language_of_the_reader(self, walk: Walk) -> None:
        assert "Просмотр: http://127.0.0.1:" in walk.last("serve").output
        assert "КОМАНДА" in walk.last("--help").output

    def test_the_page_of_drafts_is_where_the_guides_say(self, walk: Walk) -> None:
        assert len(walk.looked_at) == 3
        assert all("<title>Просмотр</title>" in page for page in walk.looked_at)

    def test_a_translation_begins_with_the_original_and_its_version(self, walk: Walk) -> None:
        assert "Мы шли домой" in walk.begun
        assert walk.is_current, f"the guides' story is now Original-Version: {walk.version()}"

    def test_what_changed_in_the_original_is_shown_until_the_translation_follows(self, walk: Walk) -> None:
        assert re.search(r"^\+2012: ", walk.changes, re.MULTILINE), walk.changes
        assert "2012: " not in walk.last("translations", "winter-road").output

    def test_the_table_is_a_page(self, walk: Walk) -> None:
        assert "Зимняя дорога" in walk.laptop.read("table.html")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ky", "en"])
def test_what_a_guide_tells_to_answer_and_to_write_is_right(language: str, tmp_path: Path) -> None:
    walk = Walk(tmp_path, language)
    walk.begin()
    assert [done for done in walk.done if done.status] == []
    assert walk.unseen == []
    assert walk.is_current, f"the guides' story is now Original-Version: {walk.version()}"


@pytest.mark.slow
def test_what_the_guide_to_answers_tells_to_type_works(tmp_path: Path) -> None:
    laptop = Laptop(tmp_path, "ru")
    laptop.type(f"git clone {ADDRESS}")
    answers = {"--new-key": [PASSPHRASE] * 2, "--token": ["1", "t0ken-of-more-than-sixteen-letters"]}
    commands = Guide.read(ANSWERS, "ru").commands
    typed = [laptop.type(command, answers.get(command.split()[-1], ())) for command in commands]
    assert [done for done in typed if done.status] == []
    assert (laptop.home / ".desk" / "key.age").exists()
    assert not subprocess.check_output(["git", "-C", laptop.home, "status", "--porcelain"], encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_to_answers_speaks_of_what_is_shown(language: str) -> None:
    guide = Guide.read(ANSWERS, language)
    assert len(guide.text) <= MAX_LETTERS
    for shown in ("Publish …", "Publish", "This cannot be shown"):
        assert say(shown, language) in guide.text, shown
    keys = re.findall(r"^ *\| ([A-Z]) \|", guide.text, re.MULTILINE)
    page = (PROJECT / "magazine/desk/templates/moderate_item.html").read_text("utf-8") + inspect.getsource(actions)
    assert len(keys) == 6
    assert all(f'data-key="{key.lower()}"' in page or f'"{key.lower()}", ' in page for key in keys)


@pytest.mark.parametrize("name", [*NAMES, ANSWERS])
def test_all_languages_tell_the_same(name: str) -> None:
    guides = [Guide.read(name, language) for language in LANGUAGES]
    assert len({tuple(depth for depth, _ in guide.headings) for guide in guides}) == 1
    assert len({tuple(step.kind for step in guide.steps) for guide in guides}) == 1
    assert len({tuple(guide.text.count(mark) for mark in ("\n- ", "\n1. ", "\n4. ")) for guide in guides}) == 1
    named = re.compile(r"(--language |MAGAZINE_LANG=)(ru|ky|en)\b")
    assert len({tuple(named.sub(r"\1", command) for command in guide.commands) for guide in guides}) == 1
    shown = re.compile(r"pictures/(ru|ky|en)-")
    assert len({tuple(shown.sub("", picture) for picture in guide.pictures) for guide in guides}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_guide_is_short_and_speaks_its_own_language(name: str, language: str) -> None:
    guide = Guide.read(name, language)
    assert len(guide.text) <= MAX_LETTERS
    assert {picture[: len("pictures/ru")] for picture in guide.pictures} == {f"pictures/{language}"}
    named = {*re.findall(r"MAGAZINE_LANG=(\w+)", guide.text), *re.findall(r"story --language (\w+)", guide.text)}
    assert named == ({language} if name == "editor" else set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_are_there_few_small_and_used(language: str) -> None:
    used = [picture for guide in read_all(language) for picture in guide.pictures]
    assert len(used) == len(set(used)) <= MAX_PICTURES
    assert sorted(used) == sorted(f"pictures/{path.name}" for path in (DOCS / "pictures").glob(f"{language}-*"))
    for picture in used:
        assert (DOCS / picture).stat().st_size <= MAX_PICTURE, picture
        assert photos.inspect(DOCS / picture) == photos.Findings(), picture
        with Image.open(DOCS / picture) as shown:
            assert shown.width >= 400, picture


@pytest.mark.parametrize("path", [PROJECT / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in Guide(path, path.read_text(encoding="utf-8")).links:
        file, _, part = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), link
        headings = Guide(target, target.read_text(encoding="utf-8") if part else "").headings
        assert not part or part in [anchor(words) for _, words in headings], link


def test_every_command_for_editors_is_told_of() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in [PROJECT / "README.md", *DOCS.glob("*.md")])
    commands = json.loads((PROJECT / "magazine/translations/tasks.json").read_text(encoding="utf-8"))["commands"]
    untold = [
        name
        for name, _, said in commands
        if "(for developers)" not in said[-1] and not re.search(rf"tasks\.py {name}\b|`{name}\b", told)
    ]
    assert untold == []


def test_every_command_in_a_guide_is_one_of_ours() -> None:
    known = {name for name, *_ in json.loads((PROJECT / "magazine/translations/tasks.json").read_bytes())["commands"]}
    for guide in [*read_all("ru"), Guide.read(ANSWERS, "ru")]:
        assert {line.split()[2] for line in guide.commands if "tasks.py" in line} - {"--help"} <= known


def anchor(heading: str) -> str:
    """How a heading is addressed where Markdown is shown, as on GitHub."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
