"""Ways round what Markdown need not look at in a text, with the very same result.

Each processor and pattern of Markdown searches every text, most of them in vain. Here each is asked only where a sign
stands that it cannot do without, and a paragraph that begins with a letter is known for one at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor, ParagraphProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import LINK_RE
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor, UnescapeTreeprocessor
from markdown.util import ETX, STX, AtomicString, Registry

# what nothing can match without, by Markdown's own names; what is not named here is asked everywhere
# (as are the blocks that hold others: how deep they may go is counted in calls)
BLOCK_SIGNS = {
    "table": ("|",), "hashheader": ("#",), "setextheader": ("\n=", "\n-"), "hr": ("-", "_", "*"),
    "footnote": ("[^",), "reference": ("]:",),
}  # fmt: skip
INLINE_SIGNS = {
    "backtick": ("`",), "escape": ("\\",), "footnote": ("[^",),
    "reference": ("[",), "short_reference": ("[",), "image_reference": ("![",), "short_image_ref": ("![",),
    "link": ("](",), "image_link": ("![",), "autolink": ("<",), "automail": ("<",), "html": ("<",),
    "linebreak": ("  \n",), "entity": ("&",), "em_strong": ("*", "_"),
}  # fmt: skip
REFERENCES = ("reference", "short_reference", "image_reference", "short_image_ref")
ANYWHERE = ("",)
# Markdown's own, but it is found by the bracket, which is quicker than to look behind every letter
QUICK_LINK = r"\[(?<!!\[)"
OPENING = r"(?:[^\W\d_]|[\"'«„“”‘’(—–…])"
# no line begins as a list, heading, rule, quotation, definition, reference or code does, and there is no table
PARAGRAPH = re.compile(rf"{OPENING}[^\n|]*(?:\n{OPENING}[^\n]*)*")
# lines of the same kind in which no inline pattern can match, and no sign is written as an entity
WORDS = rf"{OPENING}[^\n|`\\\[<>&*_\t\r\xa0{STX}{ETX}]*(?<! )"
PLAIN = re.compile(rf"{WORDS}(?:\n{WORDS})*")
# emphases and links of which no sign can be taken for another one, and the patterns that then may be asked
WITHIN = r"([^`\\<>&\[\]()*_]+)"
SIMPLE = re.compile(
    rf"\*\*(?<![\w*]\*\*)(?=\w){WITHIN}(?<=\w)\*\*(?![\w*])|\*(?<![\w*]\*)(?=\w){WITHIN}(?<=\w)\*(?![\w*])"
    rf"|\[(?<!!\[)(?!\^){WITHIN}\]\(([\w./#:?=%+-]+)\)"
)
SIGN = re.compile(rf"[`\\\[<>&*_\t\r{STX}{ETX}]")
PARTS = 5  # text, and what the four groups above hold
COMMON = frozenset(("reference", "link", "short_reference", "em_strong"))
UNTIDY = ("\t", "\r", STX, ETX, " \n")
FENCES = ("```", "~~~")


def plain(text: str) -> str | None:
    """The HTML of a text that holds nothing but paragraphs of words; None where Markdown has to look closer."""
    blocks = text.split("\n\n")
    if not all(map(PLAIN.fullmatch, blocks)):
        return None
    return "\n".join(f"<p>{block}</p>" for block in blocks)


def links(text: str) -> list[str] | None:
    """Where the links of a text lead that holds only paragraphs of words with simple links and emphases; else None."""
    found: list[str] = []
    for block in text.split("\n\n") if text else ():
        parts = SIMPLE.split(block)
        if not PARAGRAPH.fullmatch(block) or SIGN.search("".join(parts[::PARTS])):
            return None
        found += filter(None, parts[PARTS - 1 :: PARTS])
    return found


class Shortcuts(Extension):
    """The last extension of a Markdown object: it knows nothing of what comes after it."""

    parser: BlockParser

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Put the quicker ways before or in the place of Markdown's own."""
        self.parser = md.parser
        md.registerExtension(self)
        tidying = _Where(md, UNTIDY, md.preprocessors["normalize_whitespace"], ["", ""])
        md.preprocessors.register(tidying, "normalize_whitespace", 30)
        if "fenced_code_block" in md.preprocessors:
            fences = _Where(md, FENCES, md.preprocessors["fenced_code_block"], [])
            md.preprocessors.register(fences, "fenced_code_block", 25)
        blocks = [
            _BlocksWith(md.parser, BLOCK_SIGNS[name], processor) if name else processor
            for name, processor in _named(md.parser.blockprocessors, BLOCK_SIGNS)
        ]
        md.parser.blockprocessors = _Settled([_PlainParagraphs(md.parser), *blocks])
        md.treeprocessors.register(_NeededPatterns(md), "inline", 20)
        md.treeprocessors.register(_Unescape(md), "unescape", 0)

    def reset(self) -> None:
        """Forget where in a text the parser stands: it may have been left in the middle by an error."""
        self.parser.state.clear()


class _Settled(Registry[Any]):
    """A registry that changes no more, and so is not listed anew for each block."""

    def __init__(self, items: list[Any]) -> None:
        super().__init__()
        self.items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


class _Unescape(UnescapeTreeprocessor):
    """Looks for escaped signs only where a text has escaped one."""

    def run(self, root: Element) -> None:
        if any("\\" in line for line in self.md.lines):  # type: ignore[attr-defined]
            super().run(root)


class _Where(Preprocessor):
    """Another preprocessor, run only on a text that holds one of its signs; else some lines are added."""

    def __init__(self, md: Markdown, signs: tuple[str, ...], other: Preprocessor, added: list[str]) -> None:
        super().__init__(md)
        self.signs, self.other, self.added = signs, other, added

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join((*lines, ""))
        return self.other.run(lines) if _holds(text, self.signs) else lines + self.added


class _PlainParagraphs(ParagraphProcessor):
    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002
        return PARAGRAPH.fullmatch(block) is not None


class _BlocksWith(BlockProcessor):
    """Another block processor, asked only for blocks that hold one of its signs."""

    def __init__(self, parser: BlockParser, signs: tuple[str, ...], other: BlockProcessor) -> None:
        super().__init__(parser)
        self.signs, self.other = signs, other

    def test(self, parent: Element, block: str) -> bool:
        return _holds(block, self.signs) and self.other.test(parent, block)

    def run(self, parent: Element, blocks: list[str]) -> bool | None:
        return self.other.run(parent, blocks)


class _NeededPatterns(InlineProcessor):
    """The inline patterns of which a sign stands in the body, on the texts that hold one."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.markdown = md
        self.patterns = [
            (name, type(pattern)(QUICK_LINK, md) if pattern.pattern == LINK_RE else pattern)
            for name, pattern in _named(md.inlinePatterns, INLINE_SIGNS)
        ]
        self.chosen: dict[tuple[str, ...], Registry[Any]] = {}

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        """The tree with its links, emphases and so on in place."""
        whole = "\0".join(tree.itertext())
        needed = tuple(name for name, _ in self.patterns if self._may_match(name, whole))
        signs = {sign for name in needed for sign in INLINE_SIGNS.get(name, ANYWHERE)}
        if not signs:
            return tree
        self.inlinePatterns = self._registry(needed)
        is_simple = COMMON.issuperset(needed)
        waiting = [(element, element.text) for element in tree.iter() if _is_open(element.text)]
        known = [(element, parts) for element, text in waiting if (parts := _parts(text, signs, is_simple=is_simple))]
        for element, _ in known:
            element.text = AtomicString(element.text)
        # a text may also stand behind an element, as after a rule in a list
        if len(known) < len(waiting) or any(element.tail and _holds(element.tail, signs) for element in tree.iter()):
            tree = super().run(tree, ancestors)
        for element, parts in known:
            _fill(element, parts)
        return tree

    def _may_match(self, name: str, text: str) -> bool:
        if name in REFERENCES and not self.markdown.references:
            return False
        return _holds(text, INLINE_SIGNS.get(name, ANYWHERE))

    def _registry(self, needed: tuple[str, ...]) -> Registry[Any]:
        if needed not in self.chosen:
            self.chosen[needed] = Registry()
            for number, (name, pattern) in enumerate(self.patterns):
                if name in needed:
                    self.chosen[needed].register(pattern, str(number), -number)
        return self.chosen[needed]


def _named(registry: Registry[Any], names: Iterable[str]) -> list[tuple[str, Any]]:
    """All of a registry in its order, each with the one of the names that it has there, or none."""
    known = {id(registry[name]): name for name in names if name in registry}
    return [(known.get(id(item), ""), item) for item in registry]


def _is_open(text: str | None) -> TypeGuard[str]:
    return text is not None and not isinstance(text, AtomicString)


def _parts(text: str, signs: Iterable[str], *, is_simple: bool) -> list[str]:
    """A text divided at its simple emphases and links; nothing where Markdown has to look closer."""
    if not _holds(text, signs):
        return [text]
    parts = SIMPLE.split(text) if is_simple else [text]
    return [] if _holds("".join(parts[::PARTS]), signs) else parts


def _fill(element: Element, parts: list[str]) -> None:
    """Put the parts of a text into an element, before what stands in there already."""
    element.text = parts[0]
    for place, start in enumerate(range(1, len(parts), PARTS)):
        strong, emphasis, words, address, tail = parts[start : start + PARTS]
        child = Element("strong" if strong else "em" if emphasis else "a", {"href": address} if address else {})
        child.text, child.tail = strong or emphasis or words, tail
        element.insert(place, child)


def _holds(text: str, signs: Iterable[str]) -> bool:
    for sign in signs:  # noqa: SIM110 (asked for each piece of each text, and twice as quick)
        if sign in text:
            return True
    return False
