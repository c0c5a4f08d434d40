"""Pages of petitions whose names are hostile, whose regions are small and whose titles are discreet."""

import io
import re
from pathlib import Path

import lxml.etree
import lxml.html
import pytest
from browser import PHONE, tab
from PIL import Image
from playwright.sync_api import Browser
from site_files import LANGUAGES, Page, Site, gzipped, text_of
from toolbox import need, run, told
from trees import write

from magazine.site import build
from magazine.site.support import NAMES_SIZE

SVG = "{http://www.w3.org/2000/svg}"
REAL, DISCREET = "Нет наказанию", "Открытое письмо"
HOSTILE = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "=HYPERLINK(1)", "{{ 7*7 }}", "مریم", "&amp;#x41;",
    "O'Коннор & дочь", "site:index.html", "%s %(date)s", "Ая\u202eкирагра",
)  # fmt: skip
LINE = f"2012-0{{}}-01 {{}} {{:012x}}{'0' * 20} - | {{}} | {{}}\n"
COUNT = 1007
HEAD = (
    "Title: {}\nDate: 2012-01-01\nTo: Парламент; Правительство\nGoal: 1000, 3000\nSummary: Коротко о нём.\n"
    "Discreet: {}\nState: {}\n\nПодпишите, просим вас.\n"
)


def names() -> str:
    """A page of names and a few more, the hostile ones last; one region has few."""
    plain = "".join(LINE.format(2, "pen-name", n, f"Мира {n}", "osh" if n < 150 else "chuy") for n in range(NAMES_SIZE))
    hostile = "".join(LINE.format(3, "public", 900 + n, name, "talas") for n, name in enumerate(HOSTILE))
    return f"Kind: signatures\nDate: 2012-03-01\nWay: online\nDuplicates: 4\n\n{plain}{hostile}"


FILES = {
    "petitions/letter/ru.md": HEAD.format(REAL, DISCREET, "open"),
    "petitions/letter/en.md": "Title: No punishment\nTranslator: Swallow\nDiscreet: An open letter\n\nPlease sign.\n",
    "petitions/letter/signatures/1.md": names(),
    "petitions/letter/signatures/2.md": f"Count: {COUNT - NAMES_SIZE - len(HOSTILE)}\nDate: 2012-02-01\nWay: street\n",
    "petitions/letter/updates/reply/ru.md": "Title: Ответ\nDate: 2012-04-01\nFrom: Парламент\n\nНам ответили.\n",
    "petitions/given/ru.md": HEAD.format("Отданное", "", "delivered"),
    "petitions/over/ru.md": HEAD.format("Закрытое", "", "closed"),
    "petitions/count/ru.md": HEAD.format("С трудным именем", "", "open"),
}


@pytest.fixture(scope="module")
def petitions(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of these petitions."""
    folder = tmp_path_factory.mktemp("petitions")
    problems = build.build(write(folder / "tree", FILES), folder / "output")
    assert {problem.code for problem in problems} == {"control-characters"}
    return Site(folder / "output")


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (900, 600), "red").save(stream, "JPEG")
    return stream.getvalue()


def place(address: str, language: str) -> str:
    return address if language == "ru" else f"{language}/{address}"


def digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def listed(page: Page) -> list[str]:
    return [text_of(name) for name in page.own(".//ol[contains(@class, 'names')]/li/bdi")]


def around(site: Site) -> list[Page]:
    return [page for page in site.pages.values() if re.match(r"((ky|en)/)?petitions/letter[./]", page.address)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_number_is_the_same_wherever_it_stands(petitions: Site, language: str) -> None:
    badge = lxml.etree.parse(petitions.root / place("petitions/letter/badge.svg", language)).getroot()
    found = [digits(badge.findtext(f".//{SVG}text"))]
    assert badge.findtext(f".//{SVG}text") in badge.findtext(f"{SVG}title")
    pages = ["petitions/letter/count.html", "petitions/index.html"]
    pages += ["petitions/letter.html", "petitions/letter/letter.html"] if language != "ky" else []
    for address in pages:
        counts = petitions.pages[place(address, language)].own(".//p[@class='count']")
        found += [digits(text_of(one)) for one in counts if digits(text_of(one)) != "0"]
    assert found == [str(COUNT)] * (len(pages) + 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_ways_and_regions_make_up_the_number(petitions: Site, language: str) -> None:
    page = petitions.pages[place("petitions/letter/count.html", language)]
    tables = [[int(digits(text_of(row[1]))) for row in table.xpath(".//tr[td]")] for table in page.own(".//table")]
    assert [sum(numbers) for numbers in tables] == [COUNT] * 3
    assert tables[0] == [COUNT - NAMES_SIZE - len(HOSTILE), NAMES_SIZE + len(HOSTILE)]
    shown = [text_of(row[0]) for row in page.own(".//table")[1].xpath(".//tr")]
    assert len(shown) == 3, "of Osh, Chuy and Talas only Osh is shown: the others are merged"


def test_names_stand_there_as_they_are_and_do_nothing(petitions: Site) -> None:
    for language in LANGUAGES:
        page = petitions.pages[place("petitions/letter/names-2.html", language)]
        assert listed(page) == [name.replace("\u202e", "") for name in HOSTILE]
        assert [element.tag for element in page.tree.xpath("//img | //iframe | //script")] == ["script"]
        assert page.own(".//ol/@start") == [str(NAMES_SIZE + 1)]
    assert listed(petitions.pages["petitions/letter/names-1.html"]) == [f"Мира {n}" for n in range(NAMES_SIZE)]


def test_a_small_region_is_beside_no_name(petitions: Site) -> None:
    told_regions = {
        text_of(one) for page in around(petitions) for one in page.own(".//li/bdi/following-sibling::small")
    }
    assert told_regions == {"Ошская область", "Ош облусу", "Osh region"}
    # the form offers all regions to everybody
    texts = (path.read_text("utf-8") for path in (petitions.root / "petitions" / "letter").iterdir())
    everywhere = " ".join(line for text in texts for line in text.splitlines() if "<option>" not in line)
    assert "Таласская" not in everywhere
    assert "Чуйская" not in everywhere


def test_the_discreet_title_is_all_that_others_see(petitions: Site) -> None:
    pages = [page for page in around(petitions) if page.language == "ru"]
    assert len(pages) == 6
    problems = [page.address for page in pages if REAL in page.title or DISCREET not in page.title]
    assert not problems, told(problems)
    for name in ("petitions/letter/badge.svg", "petitions/letter/qr.svg", "feeds/petition-letter.xml"):
        text = (petitions.root / name).read_text("utf-8")
        assert DISCREET in text
        assert REAL not in text
    shared = [link.address for page in pages for link in page.links if not link.is_relative]
    assert not [address for address in shared if "%D0%9D%D0%B5%D1%82" in address]
    assert "Коротко" not in (petitions.root / "petitions/letter/share.html").read_text("utf-8")


def test_the_state_is_told_and_only_an_open_one_can_be_signed(petitions: Site) -> None:
    states = {slug: petitions.pages[f"petitions/{slug}.html"] for slug in ("letter", "given", "over")}
    said = {slug: text_of(page.own(".//*[@class='sheet']//b")[0]) for slug, page in states.items()}
    assert said == {"letter": "Идёт сбор подписей", "given": "Передана", "over": "Закрыта"}
    assert [slug for slug, page in states.items() if page.own(".//a[@class='sign']")] == ["letter"]


def test_a_goal_that_is_reached_gives_way_to_the_next(petitions: Site) -> None:
    page = petitions.pages["petitions/letter.html"]
    assert page.own(".//progress/@max") == ["3000"]
    assert "✓ 1 000" in page.visible_text.replace("\u00a0", " ")


def test_who_has_answered_is_told_beside_who_has_not(petitions: Site) -> None:
    russian, english = (petitions.pages[place("petitions/letter.html", language)] for language in ("ru", "en"))
    for page in (russian, english):
        first, second = page.own(".//ul[@class='to']/li")
        (link,) = first.xpath(".//a/@href")
        assert link == "#news-reply"
        assert "news-reply" in page.ids
        assert not second.xpath(".//a")


def test_the_newest_names_are_few_and_lead_to_all(petitions: Site) -> None:
    page = petitions.pages["petitions/letter.html"]
    assert [text_of(name) for name in page.own(".//ul[@class='names']/li/bdi")] == [
        name.replace("\u202e", "") for name in HOSTILE[:-6:-1]
    ]
    assert "letter/names-2.html" in page.own(".//a/@href")


def test_a_petition_without_signatures_has_neither_names_nor_a_method(petitions: Site) -> None:
    left = {name.rpartition("/")[2] for name in petitions.files if name.startswith("petitions/over/")}
    assert left == {"badge.svg", "qr.svg", "share.html", "over.html"}


def test_a_slug_that_is_a_name_of_ours_makes_no_two_pages_of_one_address(petitions: Site) -> None:
    assert "petitions/count/count-1.html" in petitions.pages
    assert "petitions/count/count.html" not in petitions.pages


def test_where_a_language_is_missing_pages_lead_to_those_there_are(petitions: Site) -> None:
    for name in ("share", "letter"):
        page = petitions.pages[f"ky/petitions/letter/{name}.html"]
        assert not page.is_indexed
        targets = {target[0] for link in page.links if (target := petitions.target(page.address, link.address))}
        assert {"petitions/letter.html", "en/petitions/letter.html"} <= targets


def test_the_snippet_is_a_link_with_a_picture_and_nothing_else(petitions: Site) -> None:
    for language in ("ru", "en"):
        page = petitions.pages[place("petitions/letter/share.html", language)]
        (link,) = lxml.html.fragments_fromstring(text_of(page.own(".//pre")[0]))
        (picture,) = link
        assert (link.tag, sorted(link.attrib)) == ("a", ["href", "rel"])
        assert (picture.tag, sorted(picture.attrib)) == ("img", ["alt", "height", "referrerpolicy", "src", "width"])
        assert link.get("href") == f"{petitions.url}{place('petitions/letter.html', language)}"
        assert picture.get("src").removeprefix(petitions.url) in petitions.files
        assert not digits(picture.get("alt")), "a number in words would never grow"


def test_the_message_ends_with_the_address_and_fits(petitions: Site) -> None:
    (said,) = petitions.pages["en/petitions/letter/share.html"].own(".//p[@class='copy']")
    assert text_of(said) == f"An open letter. {petitions.url}en/petitions/letter.html"


# Drawings


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_badge_is_a_drawing_that_runs_and_asks_nothing(petitions: Site, language: str) -> None:
    root = lxml.etree.parse(petitions.root / place("petitions/letter/badge.svg", language)).getroot()
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").get("id") == root.get("aria-labelledby")
    assert {element.tag.removeprefix(SVG) for element in root.iter(lxml.etree.Element)} <= {
        "svg",
        "title",
        "path",
        "g",
        "text",
    }
    assert not root.xpath("//@href | //@*[starts-with(name(), 'on')] | //@style")
    assert len(lxml.etree.tostring(root)) < 2500


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_badge_stay_within_it(petitions: Site, chromium: Browser, language: str) -> None:
    with tab(chromium, PHONE) as shown:
        shown.goto((petitions.root / place("petitions/letter/badge.svg", language)).as_uri())
        ends = shown.evaluate("[...document.querySelectorAll('text')].map(t => t.getBBox().x + t.getBBox().width)")
    assert len(ends) == 3
    assert max(ends) < 252


@pytest.mark.parametrize(
    "address", ["petitions/letter/qr.svg", "en/petitions/letter/qr.svg", "petitions/letter/letter.html"]
)
def test_a_qr_code_is_read_by_another_program(petitions: Site, chromium: Browser, address: str, tmp_path: Path) -> None:
    reader = need("zbarimg")
    with tab(chromium, (600, 600), dark=True) as shown:
        shown.goto((petitions.root / address).as_uri())
        drawing = shown.locator("main [role=img] > svg" if address.endswith("html") else "svg")
        drawing.screenshot(path=tmp_path / "qr.png")
    page = place("petitions/letter.html", "en" if address.startswith("en/") else "ru")
    assert run(reader, "-q", "--raw", tmp_path / "qr.png").strip() == petitions.url + page


# One file


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_one_file_needs_no_other(petitions: Site, language: str) -> None:
    page = petitions.pages[place("petitions/letter/letter.html", language)]
    problems = [str(link) for link in page.links if link.is_relative and not link.address.startswith("#")]
    assert not problems, told(problems)
    assert not page.has_picture
    assert not page.is_indexed
    assert not page.own(".//bdi"), "a file that travels can never be corrected: it names nobody"
    assert page.own(".//*[@role='img']/*[local-name()='svg']")
    assert {link.address for link in page.links if link.attribute == "action"} == {"https://intake.example.org/"} or (
        not page.own(".//form")
    )
    dead = [link for link in page.links if link.address.startswith(petitions.url)]
    assert dead
    assert not [
        str(link) for link in dead if link.address.removeprefix(petitions.url).split("#")[0] not in petitions.files
    ]
    assert gzipped(page.source) < 13_000


def test_pictures_of_a_petition_become_words_in_the_one_file(tmp_path: Path) -> None:
    text = (
        FILES["petitions/over/ru.md"].replace("State:", "Picture: photo.jpg\nAlt: Зонт\nState:")
        + "\n![Улица](photo.jpg)\n"
    )
    tree = write(tmp_path / "tree", {"petitions/over/ru.md": text, "petitions/over/photo.jpg": picture()})
    assert not [problem for problem in build.build(tree, tmp_path / "output") if problem.stops]
    site = Site(tmp_path / "output")
    assert site.pages["petitions/over.html"].has_picture
    alone = site.pages["petitions/over/over.html"]
    assert not alone.has_picture
    assert "Улица" in alone.visible_text


def test_the_one_file_opens_alone_and_asks_for_nothing(petitions: Site, chromium: Browser, tmp_path: Path) -> None:
    copy = tmp_path / "received.html"
    copy.write_bytes(petitions.pages["petitions/letter/letter.html"].source)
    with tab(chromium, (240, 320), script=False) as shown:
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto(copy.as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth") <= 240
        assert "Подпишите, просим" in shown.inner_text("main")
    assert asked == [copy.as_uri()]


# Weight


def test_every_page_of_names_fits(petitions: Site) -> None:
    weights = {page.address: gzipped(page.source) for page in around(petitions)}
    assert {address: weight for address, weight in weights.items() if weight > 13_000} == {}


@pytest.mark.slow
def test_ten_thousand_names_fit_and_one_more_changes_the_last_page(tmp_path: Path) -> None:
    lines = [
        LINE.format(1 + n // 2500, "public", n, f"Өмүрбекова Чынара {n * 7919 % 99991}", "osh") for n in range(10_000)
    ]
    more = "Kind: signatures\nDate: 2012-06-01\n\n" + LINE.format(6, "public", 10_001, "Последняя", "osh")
    head = "Kind: signatures\nDate: 2012-04-01\n\n"
    files = {**FILES, "petitions/letter/signatures/3.md": head + "".join(lines)}
    assert not [one for one in build.build(write(tmp_path / "tree", files), tmp_path / "output") if one.stops]
    before = Site(tmp_path / "output")
    heavy = [page.address for page in before.pages.values() if gzipped(page.source) > 13_000]
    assert not heavy, told(heavy)
    named = [page for page in before.pages.values() if page.kind == "petition names"]
    assert len(named) == 3 * -(-(10_000 + NAMES_SIZE + len(HOSTILE)) // NAMES_SIZE)
    old = {page.address: page.source for page in named}
    build.build(write(tmp_path / "tree", {"petitions/letter/signatures/4.md": more}), tmp_path / "output")
    after = Site(tmp_path / "output")
    changed = {address for address, source in old.items() if after.pages[address].source != source}
    assert changed == {place(f"petitions/letter/names-{len(named) // 3}.html", language) for language in LANGUAGES}
