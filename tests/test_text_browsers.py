"""A page opened from disk in a terminal: w3m and lynx show all of it, with ң, ө and ү whole."""

import pytest
from site_files import Page, Site, text_of
from toolbox import need, run, told

COMMANDS = {"w3m": ("-dump", "-cols", "78"), "lynx": ("-dump", "-nolist", "-width=78")}
UTF8 = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TERM": "dumb"}


@pytest.fixture(scope="module", params=COMMANDS)
def dumps(request: pytest.FixtureRequest, site: Site) -> dict[Page, str]:
    """What a text browser shows of one page of each kind, without any white space."""
    command = (need(request.param), *COMMANDS[request.param])
    return {page: squeezed(run(*command, page.path, env=UTF8)) for page in site.kinds}


def squeezed(text: str) -> str:
    """Text without white space: lines break elsewhere."""
    return "".join(text.split())


def lost(dumps: dict[Page, str], selector: str) -> list[str]:
    """The elements whose text a text browser does not show; there are some to be shown."""
    elements = [(page, text_of(element)) for page in dumps for element in page.own(selector)]
    assert elements
    return [f"{page.address}: {text}" for page, text in elements if squeezed(text) not in dumps[page]]


def test_headings_are_shown(dumps: dict[Page, str]) -> None:
    problems = lost(dumps, ".//h1 | .//h2 | .//h3")
    assert not problems, told(problems)


def test_the_links_to_all_languages_are_shown(dumps: dict[Page, str]) -> None:
    problems = lost(dumps, ".//a[@hreflang]")
    assert not problems, told(problems)


def test_the_text_is_shown(dumps: dict[Page, str]) -> None:
    problems = lost(dumps, ".//p[not(ancestor::form)][not(.//img)]")
    assert not problems, told(problems)


def test_answers_are_shown(dumps: dict[Page, str]) -> None:
    problems = lost(dumps, ".//*[@id='answers']//p[not(ancestor::form)]")
    assert not problems, told(problems)


def test_kyrgyz_letters_are_whole(dumps: dict[Page, str]) -> None:
    for page, shown in dumps.items():
        if page.language == "ky":
            closed = squeezed("".join(text_of(option) for option in page.own(".//option")))  # shown when one opens it
            wanted = squeezed(page.visible_text)
            assert all(shown.count(letter) >= wanted.count(letter) - closed.count(letter) > 0 for letter in "ңөү"), (
                page.address
            )


def test_a_picture_is_told_in_words(dumps: dict[Page, str]) -> None:
    pictures = [(page, image.get("alt")) for page in dumps for image in page.own(".//img")]
    assert pictures
    problems = [f"{page.address}: {alt!r}" for page, alt in pictures if not alt or squeezed(alt) not in dumps[page]]
    assert not problems, told(problems)
