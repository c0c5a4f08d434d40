"""Markdown of a body to HTML that does not depend on the page that will show it.

Links to other texts and pictures are resolved against the library (see ``links``) and written as ``site:``
addresses (see ``addresses``); what leads nowhere is told with its line. HTML in a source is shown, not carried out:
no code can enter through a text or a translation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE

from magazine import headers
from magazine.photos import PictureError
from magazine.problems import closest
from magazine.site import addresses, links, shortcuts, typography
from magazine.site.gallery import Picture, Variant
from magazine.site.links import Place
from magazine.site.shortcuts import Shortcuts

EXTENSIONS = ("tables", "footnotes", "def_list", "sane_lists", "fenced_code")
OPEN_SCHEMES = ("http", "https", "mailto", "tel", "sms")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][a-z0-9]*(?=[\s/>])[^<>\n]*>", re.IGNORECASE)
CODE_OR_COMMENT = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|<!--.*?-->", re.DOTALL)
# where lists may stand in lists beyond what Markdown can follow
NESTED = ("- - - - - ", "* * * * * ", "+ + + + + ", ". 1. 1. 1. ")
DEEP = re.compile(r"(?:[ \t>]|[-*+]|\d+\.)*")
INDENTED = re.compile(r"^(?:\t| {2,})\S", re.MULTILINE)
CODE_SPAN = re.compile(r"(`+).+?\1")
SIZES = "(max-width:40em) 90vw, 36em"


@dataclass(frozen=True)
class Converted:
    """A converted body and what it was made of besides its source and its pictures.

    ``links`` are the internal ones as they are written, and the address each led to (None: told as a problem).
    """

    html: str
    links: tuple[tuple[str, str | None], ...]


class Markup:
    """Converts bodies of one language; one Markdown object for all of them.

    Without ``makes_html`` it only tells problems and links, in half the time: the HTML is empty.
    """

    def __init__(self, language: str, *, makes_html: bool = True) -> None:
        self.language, self.makes_html = language, makes_html
        self.resolver = _Resolver(sets_type=makes_html and language != "en")
        extensions: list[str | Extension] = [*EXTENSIONS, _Magazine(self.resolver), Shortcuts()]
        configs: dict[str, Any] = {"footnotes": {"BACKLINK_TEXT": "↑"}}
        self.markdown = Markdown(extensions=extensions, extension_configs=configs, output_format="html")
        if not makes_html:
            self.markdown.treeprocessors.deregister("prettify")
            self.markdown.serializer = _nothing

    def convert(self, source: headers.Source, place: Place) -> Converted:
        """The HTML of a source's body, and its links; problems go to the report of its place."""
        self.resolver.place, self.resolver.source, self.resolver.links = place, source, {}
        self.markdown.reset()
        body = without_comments(source.body)
        _tell_html(body, source, place)
        try:
            html = self._html(body)
        except RecursionError:  # lists in lists in lists
            html = ""
            number, line = max(enumerate(body.split("\n"), start=source.body_line), key=_depth)
            place.report.add("source-odd", place.version.path, number, mark=headers.shown(line.split()[0]))
        return Converted(html, tuple(self.resolver.links.items()))

    def _html(self, body: str) -> str:
        if self.makes_html:
            return typography.body(self.markdown.convert(body), self.language)
        return self._look(_linking(body))

    def _look(self, body: str) -> str:
        """Only look at the links and pictures."""
        targets = shortcuts.links(body)
        if targets is None:
            return self.markdown.convert(body)
        for target in targets:
            self.resolver.run(_paragraph(target))
        return ""


def leads(target: str, place: Place) -> str | None:
    """The address below the root that an internal link of this place leads to; None if there is none."""
    return links.way(target, place).address


def figure(picture: Picture, alt: str, caption: str, gettext: Callable[[str], str], *, large: bool = True) -> Element:
    """A ``figure`` with both formats, both widths, the caption and the link to the large version."""
    element = Element("figure")
    holder = SubElement(element, "picture")
    SubElement(holder, "source", {"type": "image/webp", "srcset": _srcset(picture.webp), "sizes": SIZES})
    first, widest = picture.jpeg[0], picture.jpeg[-1]
    attributes = {"src": addresses.SCHEME + first.address, "srcset": _srcset(picture.jpeg), "sizes": SIZES}
    SubElement(holder, "img", {**attributes, "width": str(widest.width), "height": str(widest.height), "alt": alt})
    if caption or (large and picture.large):
        words = SubElement(element, "figcaption")
        words.text = f"{caption} " if caption else ""
        if large and picture.large:
            link = SubElement(words, "a", {"href": addresses.SCHEME + picture.large.address})
            link.text = gettext("larger picture, %(size)s KB") % {"size": max(1, round(picture.large.size / 1024))}
    return element


class _Magazine(Extension):
    def __init__(self, resolver: _Resolver) -> None:
        super().__init__()
        self.resolver = resolver

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        self.resolver.md = md
        # after "inline" (20), so that links and pictures are elements already
        md.treeprocessors.register(self.resolver, "magazine", 15)


class _Resolver(Treeprocessor):
    place: Place
    source: headers.Source
    links: dict[str, str | None]

    def __init__(self, *, sets_type: bool) -> None:
        super().__init__()
        self.sets_type = sets_type

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "a":
                    self._link(child)
                elif child.tag == "img":
                    self._picture(parent, index, child)
        if self.sets_type:
            typography.set_tree(root)

    def _tell(self, code: str, target: str, **values: object) -> None:
        found = max(self.source.body.find(target), 0)
        line = self.source.body_line + self.source.body.count("\n", 0, found)
        self.place.report.add(code, self.place.version.path, line, target=headers.shown(target), **values)

    def _link(self, element: Element) -> None:
        target = element.get("href", "")
        if target.startswith(("#", AMP_SUBSTITUTE)):
            return
        scheme = SCHEME.match(target)
        if target.startswith("//") or (scheme and scheme[1].lower() not in OPEN_SCHEMES):
            self._tell("link-scheme", target)
            element.set("href", "#")
        elif scheme:
            if addresses.is_web(target):
                element.set("rel", "noreferrer")
        elif address := self._address(target):
            element.set("href", addresses.SCHEME + address)

    def _address(self, target: str) -> str | None:
        """The address below the root that an internal link means; told if there is none."""
        found = links.way(target, self.place)
        if found.broken == "link-dead":
            self._tell(found.broken, target, guess=links.guess(target, self.place))
        elif found.broken:
            self._tell(found.broken, target)
        if not found.to_picture:
            self.links[target] = found.address
        return found.address

    def _picture(self, parent: Element, index: int, element: Element) -> None:
        place, target = self.place, element.get("src", "")
        name = links.picture_name(target)
        alt = element.get("alt", "")
        element.attrib.pop("src", None)
        if name not in place.pictures:
            self._tell("picture-dead", target, guess=closest(name, place.entry.pictures))
            return
        if not alt.strip():
            self._tell("picture-alt", target, name=name)
        try:
            picture = place.gallery.picture(place.entry, name)
        except PictureError:
            return  # told when the picture itself is inspected
        around = f"{parent.text or ''}{element.tail or ''}"
        alone = parent.tag == "p" and len(parent) == 1 and not around.strip()
        caption = typography.title(element.get("title", ""), place.version.language) if alone else ""
        made = figure(picture, alt, caption, place.gettext, large=alone)
        if alone:
            parent.tag, parent.text = "figure", ""
            parent[:] = list(made)
        else:
            made[0].tail = element.tail
            parent[index] = made[0]


def _linking(body: str) -> str:
    """The paragraphs that may hold links, pictures or what they refer to; all where one may go on in the next."""
    may_indent = "\n\t" in body or "\n  " in body or body.startswith(("\t", " "))  # quicker than to ask every line
    if any(sign in body for sign in NESTED) or (may_indent and INDENTED.search(body)) or "```" in body or "~~~" in body:
        return body
    return "\n\n".join(part for part in body.split("\n\n") if "[" in part or "<" in part)


def _depth(numbered: tuple[int, str]) -> int:
    """How many signs a line begins with."""
    found = DEEP.match(numbered[1])
    return found.end() if found else 0


def _paragraph(target: str) -> Element:
    root = Element("div")
    SubElement(SubElement(root, "p"), "a", {"href": target})
    return root


def _nothing(_: Element) -> str:
    """A document without anything in it, as Markdown knows one."""
    return "<div />"


def without_comments(body: str) -> str:
    """Notes between ``<!--`` and ``-->`` are the editors' own; in code they are text. Lines keep their numbers."""
    if "<!--" not in body:
        return body
    return CODE_OR_COMMENT.sub(lambda match: match[0] if match[1] else "\n" * match[0].count("\n"), body)


def _tell_html(body: str, source: headers.Source, place: Place) -> None:
    if "<" not in body:
        return
    fenced = False
    for number, line in enumerate(body.split("\n"), start=source.body_line):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and not line.startswith("    ") and (match := TAG.search(CODE_SPAN.sub("", line))):
            place.report.add("html-shown", place.version.path, number, value=headers.shown(match[0]))


def _srcset(variants: tuple[Variant, ...]) -> str:
    return ", ".join(f"{addresses.SCHEME}{variant.address} {variant.width}w" for variant in variants)
