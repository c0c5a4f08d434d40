"""The pictures of the guides: what a real terminal and a real browser show while a story comes into being.

Of what a command says, only paths are written as Windows writes them, and figures of progress are left out.
"""

import html
import io
import re
from pathlib import Path

from browser import ARGUMENTS
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from toolbox import need

from .guide import DOCS, Guide
from .laptop import STORY, Done, Laptop

PICTURES = DOCS / "pictures"
INTO = {"ru": "ky", "ky": "ru", "en": "ru"}
DRAFT = "Status: draft\n"
SLIP = ("Date: 2008-12-20", "Date: 20.12.2008")
EXPECTED = {"check": (0, 1)}  # exit statuses
COLOURS = 32  # of a picture
WIDTH, HEIGHT = 640, 560
SHARPNESS = 1.25  # pixels of a picture for one of the page
# what an editor corrects after the translation was made
CORRECTION = {
    "ru": ("Мы шли домой", "Мы вместе шли домой"),
    "ky": ("үйгө бара жаттык", "үйгө чогуу бара жаттык"),
    "en": ("We walked home", "We walked home together"),
}
WINDOW = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; width: 640px; background: #0c0c0c; color: #ccc }
header { padding: 6px 10px; background: #fff; color: #222; font: 13px sans-serif }
pre { margin: 0; padding: 10px; font: 14px/1.35 "DejaVu Sans Mono", monospace; white-space: pre-wrap;
      overflow-wrap: anywhere }
b { color: #fff } .c31 { color: #ff7b72 } .c33 { color: #f2cc60 } .c36 { color: #76e3ea }
</style><header>C:\\Windows\\system32\\cmd.exe</header><pre>%s</pre>"""


def take(language: str, root: Path) -> list[Path]:
    """The pictures of one language, made in an empty folder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=ARGUMENTS)
        try:
            return _Camera(browser, language, Laptop(root, language)).film()
        finally:
            browser.close()


class _Camera:
    """Follows a story from the first build to a translation that is older than its original."""

    def __init__(self, browser: Browser, language: str, laptop: Laptop) -> None:
        self.browser, self.language, self.laptop = browser, language, laptop
        self.editor, self.translator = (Guide.read(name, language) for name in ("editor", "translator"))
        self.original, self.translation = f"{STORY}/{language}.md", f"{STORY}/{INTO[language]}.md"
        self.taken: list[Path] = []

    def film(self) -> list[Path]:
        self._type(self.editor, "git clone")
        self._terminal("build", self._type(self.editor, "build"))
        self._page("site", self._site(self.language, "index.html"))
        self._terminal("new", self._type(self.editor, "new story"))
        self.laptop.write(self.original, self.editor.file)
        self.laptop.take_photo(f"{STORY}/photo.jpg")
        self._type(self.editor, "photo")
        self.laptop.replace(self.original, *SLIP)
        self._terminal("check", self._type(self.editor, "check"))
        self._type(self.editor, "serve", preview="preview")
        self.laptop.replace(self.original, *reversed(SLIP))
        self.laptop.replace(self.original, DRAFT, "")
        self._type(self.translator, "new translation")
        self.laptop.write(self.translation, self.translator.file.replace(DRAFT, ""))
        self.laptop.replace(self.original, *CORRECTION[self.language])
        self._terminal("changes", self._type(self.translator, "translations winter-road"))
        self._type(self.translator, "translations --html")
        self._page("table", (self.laptop.home / "table.html").as_uri())
        self._type(self.editor, "build")
        self._page("older", self._site(INTO[self.language], "magazine/2008-12/winter-road.html"), height=380)
        return self.taken

    def _type(self, guide: Guide, words: str, preview: str = "") -> Done:
        """The first command of a guide with these words, answered as the guide shows."""
        command, questions = next(typed for typed in guide.typed if words in typed[0])
        answers = [question.answer for question in questions]
        done = self.laptop.type(
            command, answers, lambda address: self._page(preview, f"{address}.preview/", script=True)
        )
        assert done.status in EXPECTED.get(words, (0,)), done
        return done

    def _site(self, language: str, address: str) -> str:
        return (self.laptop.home / "output" / ("" if language == "ru" else language) / address).as_uri()

    def _terminal(self, name: str, *commands: Done) -> None:
        lines = "\n".join(
            f"C:\\magazine&gt;<b>{html.escape(done.line)}</b>\n{self._shown(done.output)}" for done in commands
        )
        page = self.browser.new_page(viewport={"width": WIDTH, "height": 10}, device_scale_factor=SHARPNESS)
        page.set_content(WINDOW % lines)
        self._keep(name, page.screenshot(full_page=True))
        page.close()

    def _shown(self, output: str) -> str:
        text = re.sub(r"\r *\d+ %|\r *(?=\r)|\r", "", output)
        paths = rf"{re.escape(str(self.laptop.home))}\S*|\boutput/\S+"
        text = re.sub(paths, lambda path: _as_windows(path[0], self.laptop.home), text)
        text = html.escape(text.rstrip())
        return re.sub(r"\x1b\[(3\d)m(.*?)\x1b\[0m", r'<span class="c\1">\2</span>', text)

    def _page(self, name: str, address: str, *, height: int = HEIGHT, script: bool = False) -> None:
        page = self.browser.new_page(viewport={"width": WIDTH, "height": height}, java_script_enabled=script)
        page.goto(address)
        if script:
            page.wait_for_selector("ul li")  # it has looked through the texts, and shows what it found
        self._keep(name, page.screenshot())
        page.close()

    def _keep(self, name: str, picture: bytes) -> None:
        path = PICTURES / f"{self.language}-{name}.png"
        with Image.open(io.BytesIO(picture)) as shown:
            shown.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        self.taken.append(path)


def _as_windows(path: str, home: Path) -> str:
    return path.replace(str(home), "C:\\magazine").replace("/", "\\")
