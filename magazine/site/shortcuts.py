"""Ways round what Markdown need not look at in a text, with the very same result.

Each processor and pattern of Markdown searches every text, most of them in vain. Here each is asked only where a sign
stands that it cannot do without, and a paragraph that begins with a letter is known for one at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor, ParagraphProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import LINK_RE
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor
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
UNTIDY = ("\t", "\r", STX, ETX, " \n")
FENCES = ("```", "~~~")


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
        blocks: Registry[Any] = Registry()
        blocks.register(_PlainParagraphs(md.parser), "plain", 1)
        for number, (name, processor) in enumerate(_named(md.parser.blockprocessors, BLOCK_SIGNS)):
            asked = _BlocksWith(md.parser, BLOCK_SIGNS[name], processor) if name else processor
            blocks.register(asked, name or str(number), -number)
        md.parser.blockprocessors = blocks
        md.treeprocessors.register(_NeededPatterns(md), "inline", 20)

    def reset(self) -> None:
        """Forget where in a text the parser stands: it may have been left in the middle by an error."""
        self.parser.state.clear()


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
        plain = [(element, element.text) for element in tree.iter() if _is_plain(element.text, signs)]
        for element, text in plain:
            element.text = AtomicString(text)
        tree = super().run(tree, ancestors)
        for element, text in plain:
            element.text = text
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


def _is_plain(text: str | None, signs: Iterable[str]) -> bool:
    return text is not None and not isinstance(text, AtomicString) and not _holds(text, signs)


def _holds(text: str, signs: Iterable[str]) -> bool:
    return any(sign in text for sign in signs)
