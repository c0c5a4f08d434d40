"""The corpus as the sources of each tool: laid out whole, or one story written again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from . import photographs
from .corpus import LINK, Corpus, Frame, Story
from .words import LANGUAGES

PEERS = Path(__file__).parent / "peers"
STYLE = {"hugo": "static", "pelican": "theme/static", "nikola": "files", "eleventy": "."}
COMMENTS = {"hugo": "data/comments", "pelican": "comments", "nikola": "comments", "eleventy": "_data/comments"}
ISSUE_TITLES = {"ru": "Выпуск", "ky": "Сан", "en": "Issue"}
AUTHOR, TRANSLATOR = "Мира", "Ласточка"

Files = dict[str, str]


def lay(tool: str, corpus: Corpus, root: Path) -> None:
    """Write all sources of a tool into an empty folder, with its theme and its settings."""
    if root.exists():
        shutil.rmtree(root)
    if tool == "magazine":
        for issue in corpus.issues():
            for language, title in ISSUE_TITLES.items():
                _put(root / f"content/magazine/{issue}/{language}.md", f"Title: {title} {issue}\n")
        photographs.hang(corpus, root / "content")
    else:
        shutil.copytree(PEERS / tool, root, ignore=shutil.ignore_patterns("__pycache__"))
        _put(root / STYLE[tool] / "style.css", (PEERS / "style.css").read_text(encoding="utf-8"))
    for story in corpus:
        write_story(tool, corpus, story, root)


def write_story(tool: str, corpus: Corpus, story: Story, root: Path) -> list[str]:
    """Write those files of a story that differ from what is there; their paths below the folder."""
    written = []
    for name, text in story_files(tool, corpus, story).items():
        path = root / name
        if not path.exists() or path.read_bytes() != text.encode():
            _put(path, text)
            written.append(name)
    return written


def story_files(tool: str, corpus: Corpus, story: Story) -> Files:
    """The text of every file of a story, by its path below the tool's folder."""
    if tool == "magazine":
        return _magazine(corpus, story)
    files = {}
    for language, text in story.texts.items():
        name, head = HEADS[tool](story, language)
        files[name] = head + _linked(text.body, partial(_peer_way, corpus, language))
    comments = [
        {"id": f"c{number}", "author": comment.author, "date": str(comment.day), "lang": comment.language,
         "text": comment.text}
        for number, comment in enumerate(story.comments, start=1)
    ]  # fmt: skip
    said = json.dumps({"key": story.frame.slug, "comments": comments}, ensure_ascii=False, indent=1)
    return {**files, f"{COMMENTS[tool]}/{story.frame.slug}.json": said + "\n"}


def folder(frame: Frame) -> str:
    """The folder of a story below the magazine's ``content``."""
    return f"magazine/{frame.issue}/{frame.slug}" if frame.issue else f"blog/{frame.slug}"


def _magazine(corpus: Corpus, story: Story) -> Files:
    frame, files = story.frame, {}
    place = f"content/{folder(frame)}"
    up = "../" * (folder(frame).count("/") + 1)
    for language, text in story.texts.items():
        body = _linked(text.body, lambda number: f"{up}{folder(corpus.frame(number))}/")
        head = f"Title: {text.title}\nSummary: {text.summary}\n"
        if language == frame.original:
            head += f"Date: {frame.moment:%Y-%m-%d}\nTags: {', '.join(frame.tags)}\nAuthor: {AUTHOR}\n"
        else:
            head += f"Translator: {TRANSLATOR}\n"
        files[f"{place}/{language}.md"] = f"{head}\n{photographs.shown(body, frame)}"
    for number, comment in enumerate(story.comments, start=1):
        head = f"Author: {comment.author}\nDate: {comment.day}\nLang: {comment.language}\n"
        files[f"{place}/comments/{number}.md"] = f"{head}\n{comment.text}\n"
    return files


def _hugo(story: Story, language: str) -> tuple[str, str]:
    front = {"title": story.texts[language].title, "date": f"{story.frame.moment.isoformat()}Z",
             "categories": [_section(story)], "tags": story.frame.tags,
             "summary": story.texts[language].summary}  # fmt: skip
    return f"content/stories/{story.frame.slug}.{language}.md", _yaml(front)


def _pelican(story: Story, language: str) -> tuple[str, str]:
    frame, text = story.frame, story.texts[language]
    head = (
        f"Title: {text.title}\nDate: {frame.moment}\nCategory: {_section(story)}\nTags: {', '.join(frame.tags)}\n"
        f"Slug: {frame.slug}\nLang: {language}\nSummary: {text.summary}\n\n"
    )
    return f"content/{frame.slug}.{language}.md", head


def _nikola(story: Story, language: str) -> tuple[str, str]:
    frame, text = story.frame, story.texts[language]
    head = (
        f"<!--\n.. title: {text.title}\n.. slug: {frame.slug}\n.. date: {frame.moment} UTC\n"
        f".. tags: {', '.join(frame.tags)}\n.. category: {_section(story)}\n.. description: {text.summary}\n"
        f".. data: comments/{frame.slug}.json\n-->\n\n"
    )
    return f"posts/{frame.slug}{'' if language == LANGUAGES[0] else f'.{language}'}.md", head


def _eleventy(story: Story, language: str) -> tuple[str, str]:
    front = {"title": story.texts[language].title, "date": f"{story.frame.moment.isoformat()}Z",
             "category": _section(story), "topics": story.frame.tags, "summary": story.texts[language].summary,
             "key": story.frame.slug}  # fmt: skip
    return f"content/{language}/{story.frame.slug}.md", _yaml(front)


HEADS: dict[str, Callable[[Story, str], tuple[str, str]]] = {
    "hugo": _hugo, "pelican": _pelican, "nikola": _nikola, "eleventy": _eleventy,
}  # fmt: skip


def _peer_way(corpus: Corpus, language: str, number: int) -> str:
    """The address of a story at the root of a peer's site, in a language that it has."""
    frame = corpus.frame(number)
    there = language if language in frame.languages else frame.original
    return f"/{frame.slug}/" if there == LANGUAGES[0] else f"/{there}/{frame.slug}/"


def _linked(body: str, way: Callable[[int], str]) -> str:
    return re.sub(rf"\]\({LINK}(\d+)\)", lambda match: f"]({way(int(match[1]))})", body)


def _section(story: Story) -> str:
    return "magazine" if story.frame.issue else "blog"


def _yaml(front: dict[str, Any]) -> str:
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in front.items()]
    return f"---\n{''.join(lines)}---\n\n"


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
