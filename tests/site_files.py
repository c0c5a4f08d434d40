"""The finished site as plain files, read without any of the code that made it."""

import gzip
import posixpath
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import lxml.etree
from toolbox import REPOSITORY, run

MAIN_LANGUAGE = "ru"
LANGUAGES = (MAIN_LANGUAGE, "ky", "en")
PICTURE_ENDINGS = (".jpg", ".jpeg", ".webp", ".png", ".gif", ".avif", ".svg", ".ico")

# The kinds of pages, told by their address without the language; the first that fits counts.
KINDS = {
    "home": r"index\.html",
    "not found": r"404\.html",
    "other addresses": r"mirrors\.html",
    "older part of a list": r"(magazine|blog|petitions|archive|topics|credits)/page/\d+\.html",
    "more answers": r".+/answers-\d+\.html",
    "list of issues": r"magazine/index\.html",
    "issue": r"magazine/[^/]+\.html",
    "story": r"magazine/[^/]+/[^/]+\.html",
    "blog": r"blog/index\.html",
    "post": r"blog/[^/]+\.html",
    "list of petitions": r"petitions/index\.html",
    "petition names": r"petitions/[^/]+/names-\d+\.html",
    "petition count": r"petitions/[^/]+/count\.html",
    "petition passed on": r"petitions/[^/]+/share\.html",
    "petition in one file": r"petitions/([^/]+)/\1(-1)?\.html",
    "petition": r"petitions/[^/]+\.html",
    "page": r"pages/[^/]+\.html",
    "archive": r"archive/index\.html",
    "year": r"archive/\d{4}(/\d+)?\.html",
    "topics": r"topics/index\.html",
    "topic": r"topics/[^/]+(/\d+)?\.html",
    "credits": r"credits/index\.html",
    "pen name": r"credits/[^/]+(/\d+)?\.html",
}
NEVER_INDEXED = ("not found", "more answers", "petition in one file")
ADDRESSES = (
    "href",
    "src",
    "srcset",
    "action",
    "formaction",
    "poster",
    "data",
    "cite",
    "{http://www.w3.org/1999/xlink}href",
)
Element = lxml.etree._Element
UNSEEN = ("script", "style", "template", "svg", "head")


def build_site(output: Path, repository: Path = REPOSITORY, before: Sequence[str] = (), **environment: str) -> None:
    """Build the repository's content into ``output`` by the editors' command, in a process of its own."""
    command = [sys.executable, "-m", "invoke", "build", "--content", "content", "--output", output]
    run(*before, *command, cwd=repository, env=environment)
    assert (output / "index.html").is_file(), "the build ended well but wrote no site"


def text_of(element: Element) -> str:
    """All text within an element, white space collapsed."""
    return " ".join("".join(element.itertext()).split())


def gzipped(data: bytes) -> int:
    """The size after ``gzip -9``."""
    return len(gzip.compress(data, compresslevel=9, mtime=0))


@dataclass(frozen=True)
class Link:
    """One address that stands in an attribute of a page."""

    page: "Page"
    tag: str
    attribute: str
    rel: str
    address: str

    def __str__(self) -> str:
        return f'{self.page.address}: <{self.tag} {self.attribute}="{self.address}">'

    @property
    def is_relative(self) -> bool:
        """Whether it names no scheme and no host."""
        parts = urlsplit(self.address)
        return not parts.scheme and not parts.netloc


class Page:
    """One HTML file; ``address`` is its path below the root of the site."""

    def __init__(self, root: Path, address: str) -> None:
        self.address = address
        self.path = root / address
        self.source = self.path.read_bytes()

    def __repr__(self) -> str:
        return f"<{self.kind} {self.address}>"

    @cached_property
    def tree(self) -> Element:
        """The page as a browser understands it."""
        parsed = html5lib.parse(
            self.source, treebuilder="lxml", namespaceHTMLElements=False, transport_encoding="utf-8"
        )
        return parsed.getroot()

    @property
    def body(self) -> Element:
        """What the reader sees, and the scripts in between."""
        return self.tree.find("body")

    @property
    def language(self) -> str:
        """The language that the address promises."""
        first = self.address.split("/")[0]
        return first if first in LANGUAGES else MAIN_LANGUAGE

    @property
    def shared_address(self) -> str:
        """The address without its language: the same for all versions of a page."""
        return self.address if self.language == MAIN_LANGUAGE else self.address.partition("/")[2]

    @property
    def kind(self) -> str:
        """What kind of page it is; a text that lacks this language is a kind of its own."""
        for kind, address in KINDS.items():
            if re.fullmatch(address, self.shared_address):
                return kind if self.is_indexed or kind in NEVER_INDEXED else f"{kind} that is missing"
        raise AssertionError(f"{self.address} is an address of no kind")

    @cached_property
    def is_indexed(self) -> bool:
        """Whether search engines may list it."""
        return not any("noindex" in words for words in self.tree.xpath("//meta[@name='robots']/@content"))

    @property
    def title(self) -> str:
        """The title in the tab."""
        return " ".join(self.tree.findtext("head/title", default="").split())

    @property
    def heading(self) -> str:
        """The text of the first heading."""
        return " ".join(self.tree.xpath("string(//h1)").split())

    @property
    def canonical(self) -> list[str]:
        """The canonical addresses it names."""
        return self.tree.xpath("/html/head/link[@rel='canonical']/@href")

    @property
    def alternates(self) -> list[tuple[str, str]]:
        """Language and absolute address of each version it names."""
        links = self.tree.xpath("/html/head/link[@rel='alternate'][@hreflang][not(@type)]")
        return [(link.get("hreflang"), link.get("href")) for link in links]

    @cached_property
    def visible_text(self) -> str:
        """All text nodes of the body but those in script, style, template and svg, white space collapsed."""
        hidden = "".join(f"[not(ancestor::*[local-name()='{tag}'])]" for tag in UNSEEN)
        return " ".join(" ".join(self.body.xpath(f".//text(){hidden}")).split())

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every place a fragment may name."""
        return frozenset(self.tree.xpath("//@id | //a/@name"))

    @cached_property
    def has_picture(self) -> bool:
        """Whether a picture is part of the page, not counting drawings within the HTML."""
        return bool(self.tree.xpath("//img | //picture | //object | //embed | //video | //audio | //iframe"))

    @cached_property
    def links(self) -> list[Link]:
        """Every address in any attribute of the page."""
        return list(self._links())

    def _links(self) -> Iterator[Link]:
        for element in self.tree.iter(lxml.etree.Element):
            for name in ADDRESSES:
                value = element.get(name)
                if value is None:
                    continue
                for address in re.findall(r"(\S+)(?:\s[^,]*)?(?:,\s|$)", value) if name == "srcset" else [value]:
                    yield Link(self, element.tag, name, element.get("rel", ""), address)

    def own(self, selector: str) -> list[Element]:
        """The elements that an XPath finds in the body."""
        return self.body.xpath(selector)


class Site:
    """A folder that holds the finished site."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = frozenset(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
        self.pages = {name: Page(root, name) for name in sorted(self.files) if name.endswith(".html")}

    @cached_property
    def url(self) -> str:
        """The absolute address that the site gives itself, with a slash at its end."""
        (address,) = self.pages["index.html"].canonical
        return address.removesuffix("index.html")

    @property
    def host(self) -> str:
        """The host name that the site gives itself."""
        return urlsplit(self.url).netloc

    @property
    def feeds(self) -> list[str]:
        """The addresses of all feeds."""
        return sorted(name for name in self.files if re.fullmatch(r"((ky|en)/)?feeds/[^/]+\.xml", name))

    @property
    def pictures(self) -> list[Path]:
        """All picture files."""
        return sorted(self.root / name for name in self.files if name.lower().endswith(PICTURE_ENDINGS))

    def of_kind(self, *kinds: str) -> list[Page]:
        """All pages of these kinds, in all languages."""
        return [page for page in self.pages.values() if page.kind in kinds]

    @cached_property
    def samples(self) -> list[Page]:
        """The heaviest page of each kind, with and without a picture, in each language."""
        heaviest: dict[tuple[str, str, bool], Page] = {}
        for page in self.pages.values():
            key = (page.kind, page.language, page.has_picture)
            if key not in heaviest or len(page.source) > len(heaviest[key].source):
                heaviest[key] = page
        return list(heaviest.values())

    @cached_property
    def kinds(self) -> list[Page]:
        """The heaviest page of each kind, with and without a picture; one after the other in another language."""
        kinds = sorted({(page.kind, page.has_picture) for page in self.samples})
        found = []
        for place, kind in enumerate(kinds):
            versions = [page for page in self.samples if (page.kind, page.has_picture) == kind]
            found.append(versions[place % len(versions)])
        return found

    def sample(self, kind: str, language: str = MAIN_LANGUAGE) -> Page:
        """The heaviest page of this kind in this language."""
        return max(
            (page for page in self.of_kind(kind) if page.language == language), key=lambda page: len(page.source)
        )

    def target(self, page_address: str, address: str) -> tuple[str, str] | None:
        """File and fragment that an address on a page leads to, or None where it leaves the site."""
        inner = address.removeprefix(self.url) if address.startswith(self.url) else None
        parts = urlsplit(address if inner is None else inner)
        if inner is None and (parts.scheme or parts.netloc):
            return None
        folder = "" if inner is not None else posixpath.dirname(page_address)
        path = posixpath.normpath(posixpath.join(folder, unquote(parts.path))) if parts.path else page_address
        return path, unquote(parts.fragment)
