"""markdownify, taught Python-Markdown's ways and the pictures and links of the magazine."""

# ruff: noqa: ARG002, D102 (markdownify gives each method the same arguments, and its name says what it converts)

from __future__ import annotations

import re
from typing import Any, Protocol

from bs4.element import NavigableString, Tag
from markdownify import MarkdownConverter

from magazine.desk.wordpress.addresses import web_address
from magazine.desk.wordpress.text import escaped, link, one_line, quoted

INDENT = "\ue000" * 4  # stands for blanks that no strip() may take away
FIRST_ITEM = re.compile(r"(?:-|\d+\.) {1,3}\S")
EMPHASES = {"em", "i", "strong", "b"}
BLOCKS = {"p", "div", "br", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "table", "hr"}
RAISED = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")


class Surroundings(Protocol):
    """What the links and pictures of a text mean."""

    def link(self, address: str) -> str:
        """The address to be written; empty where only the words can stay."""

    def picture(self, address: str, identifier: int, alt: str, caption: str) -> str:
        """The Markdown of a picture; empty if there is none."""

    def tell(self, what: str, value: str) -> None:
        """Something that could not be taken over."""


class Converter(MarkdownConverter):
    """markdownify for Python-Markdown and for the pictures and links of the magazine."""

    def __init__(self, around: Surroundings, *, by_number: bool) -> None:
        super().__init__(heading_style="atx", bullets="-", wrap=True, wrap_width=None, table_infer_header=True)
        self.around, self.by_number = around, by_number
        self.at_start = True

    def process_text(self, el: NavigableString, parent_tags: set[str]) -> str:
        before, after = el.previous_sibling, el.next_sibling
        self.at_start = before is None or (isinstance(before, Tag) and before.name in BLOCKS)
        said = str(super().process_text(el, parent_tags=parent_tags))  # type: ignore[misc]
        if said.endswith("!") and isinstance(after, Tag) and "_noformat" not in parent_tags:
            said = f"{said[:-1]}\\!"
        return said.lstrip(" ") if isinstance(before, Tag) and before.name == "br" else said

    def escape(self, text: str, parent_tags: set[str]) -> str:
        said = escaped(text, at_start=self.at_start, by_number=self.by_number)
        if "a" in parent_tags:  # a bracket would end the words of the link
            said = re.sub(r"(?<!\\)\[", "&#91;", said).replace("]", "&#93;")
        return said.replace("|", "&#124;") if {"td", "th"} & parent_tags else said

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        given = str(el.get("href") or "").strip()
        words = text.strip()
        if "_noformat" in parent_tags or "a" in parent_tags or "![" in text or not given:
            return text
        address = self.around.link(given)
        if not address or not words or "\n\n" in words:
            return text
        plain = el.get_text().strip()
        if plain in (given, address) and web_address(address) and not self.by_number:
            shown = link(address)
        else:
            shown = f"[{words}]({quoted(address)})"
        return f"{text[: len(text) - len(text.lstrip())]}{shown}{text[len(text.rstrip()) :]}"

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._emphasis("**", el, text, parent_tags)

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._emphasis("*", el, text, parent_tags)

    convert_strong = convert_b
    convert_i = convert_em

    def _emphasis(self, sign: str, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text.strip()
        kinds = {"em", "i"} if sign == "*" else {"strong", "b"}
        before = el.previous_sibling
        touches = isinstance(before, Tag) and before.name in EMPHASES
        is_inner = el.parent is not None and el.parent.name in EMPHASES
        if not words or {*kinds, "_noformat"} & parent_tags or touches or is_inner or "\n" in words or "![" in words:
            return text
        return f"{text[: len(text) - len(text.lstrip())]}{sign}{words}{sign}{text[len(text.rstrip()) :]}"

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if text.strip():
            self.around.tell("struck", one_line(el.get_text())[:40])
        return text

    convert_s = convert_strike = convert_del

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text.translate(RAISED) if re.fullmatch(r"[0-9+\-=()ni]+", text) else text

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if self.by_number or "\n" in text:
            return escaped(text, at_start=False, by_number=True)
        return str(super().convert_code(el, text, parent_tags))  # type: ignore[misc]

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        lines = el.get_text().replace("\t", "    ").strip("\n").split("\n")
        if "_inline" in parent_tags or "li" in parent_tags:
            return escaped(" ".join(" ".join(lines).split()), at_start=False, by_number=self.by_number)
        return "\n\n" + "\n".join(f"{INDENT}{line}".rstrip() for line in lines) + "\n\n"

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip()
        if not text:
            return "\n"
        if FIRST_ITEM.match(text):  # a list with no words of its own around it
            return f"{text}\n"
        bullet = "-"
        if el.parent is not None and el.parent.name == "ol":
            start = str(el.parent.get("start") or "")
            first = int(start) if start.isascii() and start.isdigit() and len(start) < 5 else 1
            bullet = f"{first + len(el.find_previous_siblings('li'))}."
        inner = re.sub(r"\n(?!\n|$)", "\n    ", text)  # Python-Markdown wants four
        return f"{bullet:<3} {inner}\n\n" if "\n\n" in inner else f"{bullet:<3} {inner}\n"

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "li" in parent_tags:  # Python-Markdown finds no block in a short list
            return f"\n\n{text.strip()}\n\n"
        return str(super().convert_blockquote(el, text, parent_tags))  # type: ignore[misc]

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "" if "_inline" in parent_tags or "li" in parent_tags else "\n\n---\n\n"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        figure = el.find_parent("figure")
        words = figure.find("figcaption") if figure is not None and len(figure.find_all("img")) == 1 else None
        caption = one_line(str(words)) if words else ""
        if figure is not None and not caption and len(figure.find_all("img")) == 1:
            caption = one_line(figure.get_text())
        named = re.search(r"\bwp-image-(\d{1,18})\b", " ".join(_listed(el.get("class"))))
        alt = str(el.get("alt") or el.get("title") or "")
        said = self.around.picture(str(el.get("src") or ""), int(named[1]) if named else 0, alt, caption)
        if not said:
            return escaped(caption, at_start=True, by_number=self.by_number)
        return said if {"_inline", "li", "dd", "dt"} & parent_tags else f"\n\n{said}\n\n"

    def convert_figure(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if len(el.find_all("img")) == 1 and not el.find("figure") and not el.find("table"):
            # the words of the figure are its caption, which stands with the picture, or for it
            shown = re.search(r"!\[.*\]\(.*\)", text)
            text = shown[0] if shown else escaped(one_line(el.get_text()), at_start=True, by_number=self.by_number)
        return f" {text.strip()} " if "_inline" in parent_tags else f"\n\n{text.strip()}\n\n"

    def convert_figcaption(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text.strip()}\n\n" if "_inline" not in parent_tags else text

    def _media(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        inner = el.find("source")
        given = str(el.get("src") or (inner.get("src") if isinstance(inner, Tag) else "") or "")
        given = f"https:{given}" if given.startswith("//") else given
        address = self.around.link(given) if given else ""
        if not address:
            self.around.tell("media", f"{el.name} {given}".strip())
            return ""
        return (
            f"\n\n{link(address)}\n\n"
            if "_inline" not in parent_tags and not self.by_number
            else f"[{escaped(address, at_start=False, by_number=True)}]({quoted(address)})"
        )

    convert_iframe = convert_audio = convert_video = convert_embed = _media

    def convert_source(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    convert_aside = convert_header = convert_footer = convert_center = MarkdownConverter.convert_div  # type: ignore[attr-defined]
    convert_address = convert_details = convert_summary = MarkdownConverter.convert_div  # type: ignore[attr-defined]


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [str(value or "")]
