"""Any copy leads to all the others: the page of mirrors, lists for programs, the kit, and where search engines go."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import DESK, KEYPAD_PHONE, PHONE, tab
from bs4 import BeautifulSoup
from playwright.sync_api import Browser
from releases import Press, first_keys, pinned
from test_gate_rules import source
from toolbox import need, run
from trees import STORY, TRANSLATION, write

import pelicanconf
from magazine.kit import folder as kit
from magazine.kit.presets import Preset
from magazine.memory import Memory
from magazine.release import keyfile
from magazine.release.gate import about as told
from magazine.release.gate import gate
from magazine.site import build
from magazine.site.copies import Copies

SITE = "https://magazine.example.org/"
ONION, OTHER_ONION = (f"http://{letters * 7}.onion/" for letters in ("abcdefgh".replace("h", "2"), "zyxwvuts"))
WEB, OLD, TAMPERED, HIDDEN = (f"https://{name}.example.net/" for name in ("zont", "old", "tampered", "hidden"))
RSYNC, IPFS = "rsync://zont.example.net/magazine/", "ipns://zont.example.net/"
LIST = f"""address,kind,operator,link,country,since
{WEB},web,Друзья журнала,https://friends.example.org/,DE,2026-01-02
{OLD},web,,,,
{TAMPERED},web,Someone,https://someone.example.org/,NL,2026-01-02
{HIDDEN},web,Hidden,,,
{OTHER_ONION},onion,,,,
{RSYNC},rsync,,,,
{IPFS},ipfs,,,,
"""
CHECKED = f"""address,state,checked,seq,shown
{WEB},current,2026-11-21,42,yes
{OLD},behind,2026-11-20,40,yes
{TAMPERED},tampered,2026-11-21,42,yes
{HIDDEN},unreachable,2026-11-21,0,no
"""
CHECKED_LATER = CHECKED.replace("current,2026-11-21,42", "current,2026-11-22,43")
# a page may weigh little more than its text
LONG = "".join(
    f"\nМы просим о законе номер {number} и объясняем, почему он нужен: {number**40}.\n" for number in range(70)
)
FILES = {
    "blog/one/ru.md": STORY,
    "blog/one/en.md": TRANSLATION,
    "petitions/law/ru.md": STORY.replace("Title: Рассказ", "Title: Закон\nTo: Парламент\nState: open\nGoal: 100")
    + LONG,
    "pages/mirror/ru.md": "Title: Как сделать зеркало\n\nСписок: [адреса](../../mirrors/).\n",
    "mirrors/list.csv": LIST,
    "mirrors/checked.csv": CHECKED,
    "extra/keys.txt": keyfile.composed(first_keys()),
}
HOMES = {"index.html", "ky/index.html", "en/index.html"}
PAGES = {"mirrors.html", "ky/mirrors.html", "en/mirrors.html"}
LISTS = {"mirrors.txt", "mirrors.json", "mirrors/status.json"}


@dataclass(frozen=True)
class Desk:
    """A small magazine with mirrors and keys, and its site."""

    content: Path
    output: Path

    def build(self, memory: Memory | None = None, changed: tuple[str, ...] = (), **settings: Any) -> list[str]:
        """The codes of the problems of a build with other settings."""
        said, given = build.said, build.settings
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(build, "said", lambda: {**said(), **settings})
            patch.setattr(build, "settings", lambda **more: given(**more, **settings))
            return [problem.code for problem in build.build(self.content, self.output, memory=memory, changed=changed)]

    def page(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.output / name).read_bytes(), "html.parser")

    def pages(self) -> Iterator[tuple[str, BeautifulSoup]]:
        for path in sorted(self.output.rglob("*.html")):
            name = path.relative_to(self.output).as_posix()
            yield name, self.page(name)

    def bytes(self) -> dict[str, bytes]:
        paths = (path for path in self.output.rglob("*") if path.is_file())
        return {path.relative_to(self.output).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Built once with all settings; tests that change it make one of their own."""
    folder = tmp_path_factory.mktemp("mirrors")
    made = Desk(write(folder / "content", FILES), folder / "output")
    assert made.build(ONION=ONION, PUBLISH_CNAME="magazine.example.org") == []
    return made


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("changing")
    made = Desk(write(folder / "content", FILES), folder / "output")
    assert made.build() == []
    return made


def links(page: BeautifulSoup, selector: str = "main a[href]") -> list[str]:
    return [str(link["href"]) for link in page.select(selector)]


# -- the page --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_mirror_that_is_shown_stands_on_the_page_of_each_language(desk: Desk, name: str) -> None:
    page = desk.page(name)
    found = links(page, ".entries a[href]")
    assert [address for address in (WEB, OLD, ONION, OTHER_ONION) if address not in found] == []
    assert {RSYNC, IPFS, TAMPERED} == {code.text for code in page.select(".entries code")}
    assert HIDDEN not in str(page)
    assert "https://friends.example.org/" in found


def test_one_that_was_tampered_with_is_named_but_not_linked(desk: Desk) -> None:
    page = desk.page("en/mirrors.html")
    assert TAMPERED in page.text
    assert TAMPERED not in links(page, "a[href], link[href]")
    assert "do not rely on it" in page.text


def test_the_day_and_the_release_of_the_last_check_are_told(desk: Desk) -> None:
    (entry,) = [li for li in desk.page("en/mirrors.html").select(".entries li") if "zont" in str(li.a)]
    assert "as new as ours · checked on 21 November 2026 · release 42" in " ".join(entry.text.split())


def test_every_page_leads_to_it_in_its_own_language(desk: Desk) -> None:
    pages = dict(desk.pages())
    assert len(pages) > 20
    for name, page in pages.items():
        depth, language = name.count("/"), name.split("/")[0] if name.startswith(("ky/", "en/")) else ""
        way = "../" * (depth - bool(language)) + "mirrors.html"
        assert way in links(page, "footer a[href]") or f"{SITE}mirrors.html" in links(page), name


def test_a_link_to_the_folder_of_mirrors_in_a_text_leads_to_the_page(desk: Desk) -> None:
    assert "../mirrors.html" in links(desk.page("pages/mirror.html"))
    assert "pages/mirror.html" in links(desk.page("mirrors.html"))


def test_without_mirrors_and_keys_the_page_promises_nothing(tmp_path: Path) -> None:
    bare = Desk(write(tmp_path / "content", {"blog/one/ru.md": STORY}), tmp_path / "output")
    assert bare.build() == []
    page = bare.page("en/mirrors.html")
    assert "This copy is not signed" in page.text
    assert "knows of no other one" in page.text
    dead = [way for way in links(page, "a[href]") if "://" not in way and not (bare.output / "en" / way).is_file()]
    assert [way for way in dead if not way.startswith("#")] == []


# -- proving a copy --------------------------------------------------------------------------------


@pytest.mark.judge
@pytest.mark.slow
def test_the_three_ways_on_the_page_prove_a_real_release_and_find_a_changed_word(desk: Desk, tmp_path: Path) -> None:
    need("minisign"), need("ssh-keygen")
    Press(first_keys()).print(tmp_path / "copy", 42)
    program = Path(kit.__file__).parent / "scripts" / "verify.py"
    ways = [
        pre.text.replace("python3 verify.py", f"{sys.executable} {program}")
        for pre in desk.page("mirrors.html").select("pre")
    ]
    assert len(ways) == 3
    for way in ways:
        run("sh", "-e", "-c", way, cwd=tmp_path / "copy")
    (tmp_path / "copy" / "index.html").write_text("<p>Other words</p>\n", encoding="utf-8")
    for way in ways:
        done = subprocess.run(["sh", "-e", "-c", way], cwd=tmp_path / "copy", capture_output=True, check=False)
        assert done.returncode != 0, way


def test_a_camera_reads_the_root_keys_off_a_dark_phone(desk: Desk, chromium: Browser, tmp_path: Path) -> None:
    with tab(chromium, PHONE, dark=True, device_scale_factor=2) as shown:
        shown.goto((desk.output / "ky" / "mirrors.html").as_uri())
        drawings = shown.locator(".key img").all()
        assert len(drawings) == len(pinned())
        for drawing, root in zip(drawings, pinned(), strict=True):
            drawing.screenshot(path=tmp_path / "key.png")
            assert run(need("zbarimg"), "-q", "--raw", tmp_path / "key.png").strip() == root
            assert root in shown.locator("main").inner_text()


@pytest.mark.parametrize("size", [KEYPAD_PHONE, PHONE, DESK])
def test_nothing_on_the_page_is_wider_than_the_screen(desk: Desk, chromium: Browser, size: tuple[int, int]) -> None:
    with tab(chromium, size) as shown:
        shown.goto((desk.output / "mirrors.html").as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth") <= size[0]


# -- for programs ----------------------------------------------------------------------------------


def test_plain_lines_name_all_with_the_keys(desk: Desk) -> None:
    lines = (desk.output / "mirrors.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        f"main {SITE}",
        f"onion {ONION}",
        f"web {OLD} behind 40 2026-11-20",
        f"web {TAMPERED} tampered 42 2026-11-21",
        f"web {WEB} current 42 2026-11-21",
        f"onion {OTHER_ONION}",
        f"rsync {RSYNC}",
        f"ipfs {IPFS}",
        *(f"key {root}" for root in pinned()),
    ]


def test_a_reader_of_arch_linux_status_finds_those_in_sync(desk: Desk) -> None:
    """As its best-known readers take it: what has synced, answers always, and speaks a protocol that they know."""
    status = json.loads((desk.output / "mirrors" / "status.json").read_bytes())
    assert status["version"] == 3
    assert status["last_check"] == "2026-11-21T00:00:00Z"
    assert {url["protocol"] for url in status["urls"]} <= {"http", "https", "rsync", "ftp"}
    fields = {
        "url", "protocol", "last_sync", "completion_pct", "delay", "duration_avg", "duration_stddev", "score",
        "active", "country", "country_code", "isos", "ipv4", "ipv6", "details",
    }  # fmt: skip
    assert all(fields <= url.keys() for url in status["urls"])
    good = [url for url in status["urls"] if url["last_sync"] and url["completion_pct"] == 1 and url["delay"] == 0]
    assert [(url["url"], url["country"], url["country_code"]) for url in good] == [(WEB, "Germany", "DE")]


def test_a_redirector_of_tails_sends_readers_to_good_mirrors_alone(desk: Desk) -> None:
    pool = json.loads((desk.output / "mirrors.json").read_bytes())
    assert pool["version"] == 1
    assert {one["url_prefix"]: one["weight"] for one in pool["mirrors"]} == {WEB: 10, OLD: 0, TAMPERED: 0}
    assert [one["rsync_url"] for one in pool["mirrors"] if one["url_prefix"] == WEB] == [RSYNC]


def test_the_kit_is_filled_in_from_the_settings(desk: Desk) -> None:
    script = re.search(r"script-src ('sha256-[^']+')", str(desk.page("index.html")))
    assert script
    intakes = tuple(intake.rstrip("/") for intake in pelicanconf.INTAKES)
    preset = Preset("magazine.example.org", intakes, (script[1],), ONION.rstrip("/"))
    expected = {f"kit/{name}": data for name, data in kit.files(SITE, pinned(), preset).items()}
    assert {name: data for name, data in desk.bytes().items() if name.startswith("kit/")} == expected
    assert ONION.rstrip("/").encode() in b"".join(expected.values())


def test_the_page_names_instructions_in_its_own_language_first() -> None:
    named = Copies(kit=("kit/.hidden", "kit/Caddyfile", "kit/a.sh", "kit/read-me.en.txt", "kit/read-me.ky.txt"))
    assert named.kit_in("ky") == ["kit/read-me.ky.txt", "kit/a.sh"]


def test_hosts_of_pages_find_what_they_look_for(desk: Desk) -> None:
    assert (desk.output / ".nojekyll").read_bytes() == b"\n"
    assert (desk.output / "CNAME").read_bytes() == b"magazine.example.org\n"


def test_all_of_it_passes_the_gate(desk: Desk) -> None:
    script = (Path(pelicanconf.__file__).parent / "theme" / "static" / "exit.js").read_text(encoding="utf-8")
    lines = (line.strip() for line in script.splitlines())
    hashed = source("".join(line for line in lines if line and not line.startswith("//")))
    coming = (*told.COMING, "feeds/releases.xml", "*/feeds/releases.xml")
    about = told.of_settings(vars(pelicanconf), scripts=(hashed,), coming=coming)
    assert [problem.text() for problem in gate.problems(desk.output, about)] == []


# -- search engines, the onion service -------------------------------------------------------------


def test_home_names_its_duplicates_and_no_other_page_does(desk: Desk) -> None:
    named = {name: links(page, "link[rel=duplicate]") for name, page in desk.pages()}
    assert {name for name, found in named.items() if found} == HOMES
    assert named["en/index.html"] == [f"{OLD}en/index.html", f"{WEB}en/index.html"]


def test_each_page_names_itself_on_the_onion_service(desk: Desk) -> None:
    for name, page in desk.pages():
        found = [meta["content"] for meta in page.select("meta[http-equiv=onion-location]")]
        alone = name in ("404.html", "ky/404.html", "en/404.html", "petitions/law/law.html")
        assert found == ([] if alone else [ONION + name]), name


def test_canonical_is_the_main_name_a_successor_or_none_and_feeds_stay(changing: Desk) -> None:
    def canonical(name: str) -> list[str]:
        return links(changing.page(name), "link[rel=canonical], link[hreflang]")

    before = changing.bytes()
    assert canonical("en/blog/one.html")[0] == f"{SITE}en/blog/one.html"
    assert changing.build(CANONICAL="https://successor.example.com") == []
    assert {way.partition("/blog")[0].removesuffix("/en") for way in canonical("en/blog/one.html")} == {
        "https://successor.example.com"
    }
    after = changing.bytes()
    assert {name for name in before if before[name] != after[name] and not name.endswith(".html")} == set()
    assert changing.build(CANONICAL="") == []
    assert canonical("en/blog/one.html") == ["../../blog/one.html", "one.html", "../../blog/one.html"]
    assert not [
        name for name, page in changing.pages() if page.select("link[rel=canonical], meta[http-equiv=onion-location]")
    ]
    assert changing.build() == []
    assert changing.bytes() == before


# -- what a change costs ---------------------------------------------------------------------------


def test_a_new_check_changes_the_pages_and_lists_of_mirrors_alone(changing: Desk) -> None:
    changing.build()
    before = changing.bytes()
    (changing.content / "mirrors" / "checked.csv").write_text(CHECKED_LATER, encoding="utf-8")
    assert changing.build() == []
    after = changing.bytes()
    assert {name for name in after if after[name] != before.get(name)} == PAGES | LISTS
    (changing.content / "mirrors" / "checked.csv").write_text(CHECKED, encoding="utf-8")
    assert changing.build() == []
    assert changing.bytes() == before


def test_a_new_mirror_changes_home_as_well(changing: Desk) -> None:
    changing.build()
    before = changing.bytes()
    path = changing.content / "mirrors" / "list.csv"
    path.write_text(f"{LIST}https://newest.example.net/,web,,,,\n", encoding="utf-8")
    assert changing.build() == []
    after = changing.bytes()
    assert {name for name in after if after[name] != before.get(name)} == PAGES | LISTS | HOMES
    path.write_text(LIST, encoding="utf-8")


def test_a_process_that_stays_makes_the_bytes_of_a_new_one(changing: Desk) -> None:
    memory, path = build.opened(changing.content, changing.output), changing.content / "mirrors" / "list.csv"
    assert changing.build(memory) == []
    path.write_text(LIST.replace(OLD, "https://newest.example.net/"), encoding="utf-8")
    assert changing.build(memory, ("mirrors/list.csv",)) == []
    staying = changing.bytes()
    memory.close()
    cold = Desk(changing.content, changing.output.with_name("cold"))
    assert cold.build(Memory(None)) == []
    assert staying == cold.bytes()
    assert b"https://newest.example.net/ky/index.html" in staying["ky/index.html"]
    path.write_text(LIST, encoding="utf-8")


# -- what is wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mirrors.html", "mirrors.txt", "mirrors/status.json", "kit/servers/nginx.conf"])
def test_no_file_of_extra_takes_the_place_of_one_of_them(tmp_path: Path, name: str) -> None:
    taking = Desk(write(tmp_path / "content", {"blog/one/ru.md": STORY, f"extra/{name}": "x"}), tmp_path / "output")
    assert taking.build() == ["extra-taken"]


def test_a_list_of_keys_that_is_none_stops_the_build(tmp_path: Path) -> None:
    broken = Desk(
        write(tmp_path / "content", {"blog/one/ru.md": STORY, "extra/keys.txt": "seq x\n"}), tmp_path / "output"
    )
    assert broken.build() == ["keys-bad"]


def test_a_setting_that_would_break_the_kit_stops_the_build(tmp_path: Path) -> None:
    odd = Desk(write(tmp_path / "content", {"blog/one/ru.md": STORY}), tmp_path / "output")
    assert odd.build(ONION="http://short.onion/") == ["setting-bad"]
