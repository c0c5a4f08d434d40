"""Quotes, dashes and spaces as each language sets them, and nothing of it in code."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import markdown
from typogrify.filters import smartypants, widont

from magazine import headers
from magazine.problems import Report
from magazine.records import Entry, Library, Version
from magazine.site import typography
from magazine.site.gallery import Gallery
from magazine.site.links import Place
from magazine.site.markup import EXTENSIONS, Markup

calm = settings(deadline=None)  # a busy machine is no failure

CONTENT = Path(__file__).parent.parent / "content"
NO_BREAK = "\u00a0"
LANGUAGES = ("ru", "ky", "en")
SETTERS = {language: Markup(language) for language in LANGUAGES}


def body(text: str, language: str = "ru") -> str:
    """The HTML of a body, without any link to resolve."""
    version = Version(language, f"blog/a/{language}.md", "А", "0" * 12)
    entry = Entry(
        key="blog/a",
        section="blog",
        slug="a",
        date=dt.datetime(2012, 6, 3),
        original=language,
        versions={language: version},
    )
    place = Place(
        entry=entry,
        version=version,
        library=Library(Path("content"), LANGUAGES),
        main="ru",
        gallery=Gallery(Path("content"), Path("cache")),
        report=Report(),
        gettext=str,
    )
    return SETTERS[language].convert(headers.parse(version.path, f"Title: А\n\n{text}", Report()), place).html


def plain(text: str, language: str = "ru") -> str:
    """A paragraph without its element, no-break spaces as plain ones."""
    return body(text, language).removeprefix("<p>").removesuffix("</p>").replace(NO_BREAK, " ")


# Quotes


@pytest.mark.parametrize("language", ["ru", "ky"])
@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ('"Зонт"', "«Зонт»"),
        ('Он сказал: "Да".', "Он сказал: «Да»."),
        ('("Зонт") и "дом",', "(«Зонт») и «дом»,"),
        ('"*Зонт*"', "«<em>Зонт</em>»"),
        ("\"Это 'он' и есть\"", "«Это „он“ и есть»"),
        ('"Да, "Зонт" и дом"', "«Да, „Зонт“ и дом»"),
        ("«Зонт» и „дом“", "«Зонт» и „дом“"),
        ('"Зонт"-"дом"', "«Зонт»-«дом»"),
        ('"[Зонт](https://x.org/)"', '«<a href="https://x.org/" rel="noreferrer">Зонт</a>»'),
    ],
)
def test_russian_and_kyrgyz_quotes(typed: str, set_: str, language: str) -> None:
    assert plain(typed, language) == set_


@pytest.mark.parametrize(("language", "typed"), [("ky", "Python'дун бөлүгү"), ("ru", "О'Нил")])
def test_an_apostrophe_is_no_quote(language: str, typed: str) -> None:
    assert plain(typed, language).replace("'", "’") == typed.replace("'", "’")


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ('"Umbrella"', "“Umbrella”"),
        ('("Umbrella"), "home".', "(“Umbrella”), “home”."),
        ("\"She said 'yes' twice\"", "“She said ‘yes’ twice”"),
        ("It's the sisters' house", "It’s the sisters’ house"),
        ('"[Home](https://x.org/)"', '“<a href="https://x.org/" rel="noreferrer">Home</a>”'),
    ],
)
def test_english_quotes(typed: str, set_: str) -> None:
    assert plain(typed, "en") == set_


# Dashes


@pytest.mark.parametrize(("language", "dash"), [("ru", "—"), ("ky", "—"), ("en", "—")])
def test_two_hyphens_are_a_dash(language: str, dash: str) -> None:
    assert plain("один -- два", language) == f"один {dash} два"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_hyphen_stays(language: str) -> None:
    assert plain("что-то 5-7, да", language) == "что-то 5-7, да"


@pytest.mark.parametrize("language", ["ru", "ky"])
def test_a_hyphen_between_spaces_is_a_dash(language: str) -> None:
    assert plain("Зонт - это дом", language) == "Зонт — это дом"


def test_three_dots_are_one_sign() -> None:
    assert {plain("Да... нет", language) for language in LANGUAGES} == {"Да… нет"}


# No-break spaces


@pytest.mark.parametrize("language", ["ru", "ky"])
@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("дом в саду у реки и там же", "дом в_саду у_реки и_там_же"),
        ("он — поэт, она — врач или нет", "он_— поэт, она_— врач или_нет"),
        ("глава № 5 или § 3 там же", "глава №_5 или §_3 там_же"),
        ("из-за дома что-то там же", "из-за дома что-то там_же"),
        ("жили *в доме* и *на* море там же", "жили <em>в_доме</em> и <em>на</em> море там_же"),
    ],
)
def test_short_words_are_bound_to_the_next_and_dashes_to_the_last(typed: str, set_: str, language: str) -> None:
    assert body(typed, language).replace(NO_BREAK, "_") == f"<p>{set_}</p>"


@pytest.mark.parametrize(
    ("typed", "set_"), [("Зонт -- поэт у нас", "Зонт_— поэт"), ('Жили в "доме" у нас', "в_«доме»")]
)
def test_dashes_and_quotes_that_are_typed_plainly_are_bound_too(typed: str, set_: str) -> None:
    assert set_ in body(typed).replace(NO_BREAK, "_")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_word_of_a_paragraph_is_not_left_alone(language: str) -> None:
    assert body("слово другое третье слово", language) == f"<p>слово другое третье{NO_BREAK}слово</p>"


# What is left as it is


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["`{}`", "    {}", "```\n{}\n```", "слово `{}` слово"])
def test_code_stays_as_typed(form: str, language: str) -> None:
    code = "a = \"b\" -- 'c' в д... № 5"
    assert code in body(form.format(code), language).replace("&quot;", '"')


@pytest.mark.parametrize("language", LANGUAGES)
def test_addresses_stay_as_typed(language: str) -> None:
    assert "href=\"https://x.org/a--b?c='d'...\"" in body("[к](https://x.org/a--b?c='d'...)", language)


# Titles


@pytest.mark.parametrize(
    ("language", "typed", "set_"),
    [
        ("ru", 'Журнал "Зонт"', "Журнал «Зонт»"),
        ("ru", '"Зонт" ("дом")', "«Зонт» («дом»)"),
        ("ky", '"Кызыл чатыр" деген', "«Кызыл чатыр» деген"),
        ("ru", "Он и дом в саду", "Он_и_дом в_саду"),
        ("ru", "Дождь — вода", "Дождь_— вода"),
        ("ru", "Дождь -- вода", "Дождь_— вода"),
        ("ky", "Жамгыр -- суу", "Жамгыр_— суу"),
        ("en", "Rain -- water", "Rain_— water"),
        ("en", "\"Rain\" isn't 'water'", "“Rain” isn’t ‘water’"),
        ("en", "abc < def & <i>c</i>", "abc < def & <i>c</i>"),
        ("ru", "abc < def & <i>c</i> &amp; &nbsp;", "abc < def & <i>c</i> &amp; &nbsp;"),
        ("en", "Fish &amp; chips", "Fish &amp; chips"),
        ("en", "", ""),
    ],
)
def test_titles_are_plain_text_in_their_language(language: str, typed: str, set_: str) -> None:
    assert typography.title(typed, language).replace(NO_BREAK, "_") == set_


@calm
@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_a_title_keeps_its_words(text: str, language: str) -> None:
    def letters(value: str) -> list[str]:
        return [sign for sign in value if sign.isalpha() or sign.isdigit()]

    assert letters(typography.title(text, language)) == letters(text)


@calm
@given(st.text("аб в\"'-.«—№5", max_size=30))
def test_a_title_that_is_set_is_not_set_twice(text: str) -> None:
    once = typography.title(text, "ru")
    assert typography.title(once, "ru") == once


# The quick ways against the plain ones

WORDS = st.sampled_from(
    [
        "\"", "'", "\"'", "'\"", "''", "``", "`", "\\", "\\\"", "\\'", "\\.", "\\-", "\\`", "--", "---", "-", "...",
        ". . .", ".", "'80s", "don't", "s'", "'s", "\"a\"", "(\"b\")", "\"c,\"", "d--\"e\"", "&nbsp;", "&nbsp;'f",
        "&#8212;", "&#8212;\"g", "&mdash;", "&#x2014;", "&quot;", "&amp;", "&lt;", "word", "слово", "в", "но", "№",
        "§", "5", "—", "–", "«", "»", "„", "_", "!", "?", ",", "\u00a0", "\t", "\x0b",
    ]
)  # fmt: skip
SPACED = st.lists(WORDS | st.sampled_from([" ", "\n", ""]), max_size=12).map("".join)
PHRASES = ("a", "em", "strong", "b", "i", "sup", "span")
PARAGRAPHS = ("p", "h2", "li", "dt", "dd", "td", "pre", "figcaption")
FRAMES = ("ul", "li", "blockquote", "div", "dd")
TEXTS = SPACED | st.lists(WORDS, max_size=8).map(" ".join)


def wrapped(tag: str, inner: str) -> str:
    attributes = {"a": ' href="a--b" title="it\'s"', "pre": "", "code": ' class="x"'}.get(tag, "")
    return f"<{tag}{attributes}>{inner}</{tag}>"


INLINE = st.recursive(
    TEXTS | TEXTS.map(lambda text: wrapped("code", text)) | st.just("<br>") | st.just('<img alt="\'">'),
    lambda inner: st.builds(wrapped, st.sampled_from(PHRASES), st.lists(inner, max_size=2).map("".join)),
    max_leaves=4,
)
LINE = st.lists(INLINE, max_size=3).map("".join)
BLOCK = st.recursive(
    st.builds(wrapped, st.sampled_from(PARAGRAPHS), LINE),
    lambda inner: st.builds(wrapped, st.sampled_from(FRAMES), st.lists(inner | LINE, max_size=2).map("\n".join)),
    max_leaves=4,
)
BETWEEN = st.sampled_from(["", "\n", " "])
BODY = st.builds(
    lambda blocks, last, between: between.join([*blocks, last]), st.lists(BLOCK | LINE, max_size=2), BLOCK, BETWEEN
)


def with_plain_signs(html: str) -> str:
    for entity, sign in typography.ENTITIES.items():
        html = html.replace(entity, sign)
    return html


@calm
@given(BODY, st.sampled_from(LANGUAGES))
def test_the_finish_of_any_body_is_that_of_the_plain_filters(html: str, language: str) -> None:
    expected = with_plain_signs(widont(smartypants(html) if language == "en" else html))
    assert typography.body(html, language) == expected


@calm
@given(TEXTS | st.text("\"'\\`-. \nas8&#;()", max_size=20))
def test_quotes_of_any_text_are_those_of_smartypants(text: str) -> None:
    assert typography.curled(text) == smartypants(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_finish_of_the_magazine_s_texts_is_that_of_the_plain_filters(language: str) -> None:
    for path in sorted(CONTENT.rglob("*.md")):
        html = markdown(headers.parse(path, path.read_text(encoding="utf-8"), Report()).body, extensions=[*EXTENSIONS])
        expected = with_plain_signs(widont(smartypants(html) if language == "en" else html))
        assert typography.body(html, language) == expected


LETTERS = "[A-Za-zА-Яа-яЁёӨөҮүҢң]"


@calm
@given(TEXTS | st.text("аб№§1_ -\u00a0«„(*—–.\n", max_size=12))
def test_words_are_bound_as_by_two_plain_rules(text: str) -> None:
    words = re.sub(rf"(?<![\w\u00a0-])({LETTERS}{{1,2}}|№|§) (?=[\w«„(*])", rf"\1{NO_BREAK}", text)
    assert typography.bound(text) == re.sub(r"(?<=[\w»”“).,!?…]) (?=[—–] )", NO_BREAK, words)


@calm
@given(st.text("a -\n\u00a0.", max_size=12))
def test_dashes_are_those_of_three_plain_rules(text: str) -> None:
    plain_rules = r"(?<=[^\s-])--(?=[^\s-])|(?<!-)-{2,3}(?!-)|(?<=\s)-(?=\s)"
    assert typography.DASHES.sub("—", text) == re.sub(plain_rules, "—", text)
