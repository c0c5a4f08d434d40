"""The ways round what Markdown need not look at lead to the very same HTML."""

import re
from collections.abc import Iterator
from pathlib import Path

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import SimpleTagInlineProcessor

from magazine.site.markup import EXTENSIONS
from magazine.site.shortcuts import Shortcuts, plain

calm = settings(deadline=None)  # a busy machine is no failure

CONTENT = Path(__file__).parent.parent / "content"
LINES = st.sampled_from(
    [
        "Зонт и дом", "«Зонт» и дом", '"Зонт"', "слово *да* и __нет__", "_раз_ два_три_", "**Жирно** с начала", "*",
        "[сюда](../other/ \"'да'\")", "![Зонт](a.jpg)", "![Зонт][r]", "[сюда][r]", "[r]", "[сюда] [r]",
        "[r]: ../other/", "[r]: <x>\n    'Имя'", "!\\[нет](x)", "a![b](c)[d](e)", "[a [b] c](d)", "[a](<b c> 'd')",
        "[a](b", "]( [", "Раз[^1] и два[^2]", "[^1]: Сноска *да*.", "[^1]: Раз\n    два", "    ещё сноска", "[^",
        "[^1]", "# Глава", "## Глава ##", "Глава\n====", "Глава\n---", "слово\n# Глава\nслово", "#слово",
        "###### шесть #", "---", "* * *", "___", "- - -", "- раз", "- два\n- три", "* раз\n\n    абзац",
        "1. раз\n2. два", "3) нет", "10. x", "  - вложен", "    - глубже", "+ плюс", "> цитата", "> цитата\nдальше",
        ">> две", "слово\n> цитата", "Термин\n:   смысл", ":   смысл", ": смысл", "слово: смысл",
        "| а | б |\n|---|---|\n| 1 | `2|3` |", "а | б\n--|--\n1 | 2", "|а|\n|-|\n|б|", "а\n|-", "`код`", "``ко`д``",
        "`не код", "\\`не код\\`", "\\*не\\*", "\\\\`a`", "    код", "\tкод", "```\nкод *x*\n```",
        "~~~ python\nx\n~~~", "```\nне закрыт", "``` {#a .b}\nx\n```", "&amp; и &laquo; и &#42; и & так", "AT&T;",
        "<https://x.org/?a=b&c>", "<a@x.org>", "a < b > c", "<b>жирно</b>", "<div>\nблок\n</div>", "<br>",
        "<!-- нет -->", "<script>*x*</script>", "два пробела  \nи дальше", "три   \n", " ", "   ", "  отступ", "",
        "\x02klzzwxh:0000\x03", "\x0242\x03", "///Footnotes Go Here///", "строка\u2028другая", "a\x0bb", "…и", "—",
        "– нет", "(скобки)", "2012 год", "№ 5",
    ]
)  # fmt: skip
LOOSE = st.text("аbВ1 \n\t*_`[]()!<>&;:#-=|~\\^'\".", max_size=40)
BODIES = st.lists(LINES | LOOSE, max_size=6).flatmap(
    lambda lines: st.sampled_from(["\n", "\n\n", " "]).map(lambda between: between.join(lines))
)


MARKS = st.lists(
    st.sampled_from(
        [
            "*раз*", "**два**", "*раз и два*", "**а.**", "*(а)*", "[три](../x/)", "[а б](b_c.html#d-1)", "[^1](x)",
            "[а](б в)", "[а]()", "[](x)",
            "![а](x)", "слово", "а", " ", "  ", "\n", ".", ",", "!", "-", "«", "»", "(", ")", "*", "**",
            "***", "_", "[", "]", "](", "^", "<", "&", "`", "\\",
        ]
    ),
    max_size=8,
).map("".join)  # fmt: skip


class NoHtml(Extension):
    """As in the texts of editors."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")


WAYS = {"strangers": [], "editors": [*EXTENSIONS, NoHtml()], "all": list(EXTENSIONS)}
PLAIN = {name: Markdown(extensions=[*extensions], output_format="html") for name, extensions in WAYS.items()}
QUICK = {name: Markdown(extensions=[*found, Shortcuts()], output_format="html") for name, found in WAYS.items()}


def sources() -> Iterator[str]:
    for path in sorted(CONTENT.rglob("*.md")):
        yield path.read_text(encoding="utf-8")


@calm
@given(BODIES, st.sampled_from(sorted(WAYS)))
def test_any_text_becomes_the_same(body: str, way: str) -> None:
    assert QUICK[way].reset().convert(body) == PLAIN[way].reset().convert(body)


@settings(calm, max_examples=500)
@given(MARKS, st.sampled_from(["", "а ", "- ", "# ", "> ", "1. а\n\n    "]), st.sampled_from(sorted(WAYS)))
def test_emphases_and_links_become_the_same(words: str, before: str, way: str) -> None:
    body = f"{before}{words}"
    assert QUICK[way].reset().convert(body) == PLAIN[way].reset().convert(body)


@settings(calm, max_examples=300)
@given(BODIES | MARKS | st.text("аб \n.,!-—'\"()1", max_size=60))
def test_a_plain_text_is_known_for_one(text: str) -> None:
    """As it comes from a source: without white space at its ends."""
    text = text.strip("\n").rstrip()
    found = plain(text)
    if found is not None:
        assert found == PLAIN["strangers"].reset().convert(text)
        assert found == nh3.clean(found, tags={"p"})


@pytest.mark.parametrize(
    "text", ["Раз", "Раз, «два»!", "Раз - два\nтри.", "Раз\n\nДва\nтри\n\n— Четыре", "Раз 'два' \"три\""]
)
def test_letters_of_readers_are_plain_in_most_cases(text: str) -> None:
    assert plain(text) == PLAIN["strangers"].reset().convert(text)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_the_texts_of_the_magazine_become_the_same(way: str) -> None:
    for source in sources():
        assert QUICK[way].reset().convert(source) == PLAIN[way].reset().convert(source)


@calm
@given(st.lists(BODIES, max_size=3))
def test_a_text_becomes_what_it_would_alone(bodies: list[str]) -> None:
    for body in bodies:
        alone = Markdown(extensions=[Shortcuts()], output_format="html")
        assert QUICK["strangers"].reset().convert(body) == alone.convert(body)


def test_a_text_too_deep_to_be_converted_leaves_nothing_behind() -> None:
    quick = Markdown(extensions=[Shortcuts()], output_format="html")
    with pytest.raises(RecursionError):
        quick.convert("1. " * 4000)
    assert quick.reset().convert("Раз") == "<p>Раз</p>"


@pytest.mark.parametrize("sign", ["> ", "- ", ":   ", "*", "[a](", "![", "`\\", "# ", "| "])
def test_a_hostile_text_becomes_the_same(sign: str) -> None:
    body = f"а\n\n{sign * 400}б"
    assert QUICK["all"].reset().convert(body) == PLAIN["all"].reset().convert(body)


def test_a_pattern_that_is_not_known_is_tried_everywhere() -> None:
    class Marked(Extension):
        def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
            md.inlinePatterns.register(SimpleTagInlineProcessor("()(дом)", "mark"), "marked", 175)

    quick = Markdown(extensions=[Marked(), Shortcuts()], output_format="html")
    assert re.findall("<mark>", quick.convert("Зонт и дом\n\n- дом *и* дом")) == ["<mark>"] * 3
