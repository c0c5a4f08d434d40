"""Pictures that old phones can show and that tell nothing about who took them."""

import json
import re
from typing import Any

import pytest
from PIL import Image
from site_files import Page, Site, text_of
from toolbox import need, run, told

# Groups and names that exiftool derives from the file itself or needs to draw the picture.
TECHNICAL = {"System", "ExifTool", "Composite", "VP8", "SVG"}
TECHNICAL_TAGS = re.compile(
    r"File:(FileType|FileTypeExtension|MIMEType|ImageWidth|ImageHeight|EncodingProcess|BitsPerSample|ColorComponents|YCbCrSubSampling)"
    r"|JFIF:(JFIFVersion|ResolutionUnit|[XY]Resolution)"
    r"|RIFF:(ImageWidth|ImageHeight|VP8Version|[A-Za-z]*Scale|WebP_Flags|AlphaPreprocessing|AlphaFiltering|AlphaCompression|AlphaIsUsed)"
    r"|PNG:(ImageWidth|ImageHeight|BitDepth|ColorType|Compression|Filter|Interlace|Palette|Transparency)"
    r"|SourceFile"
)


@pytest.fixture(scope="module")
def facts(site: Site) -> list[dict[str, Any]]:
    """All that exiftool reads from all pictures."""
    assert site.pictures, "the sample must hold a picture"
    return json.loads(run(need("exiftool"), "-json", "-G1", "-a", "-u", "-U", "-ee", *site.pictures))


def test_no_picture_carries_metadata(facts: list[dict[str, Any]]) -> None:
    problems = [
        f"{fact['SourceFile']}: {tag} = {value}"
        for fact in facts
        for tag, value in fact.items()
        if tag.split(":")[0] not in TECHNICAL and not TECHNICAL_TAGS.fullmatch(tag)
    ]
    assert not problems, told(problems)


def test_jpegs_are_baseline(facts: list[dict[str, Any]]) -> None:
    jpegs = [fact for fact in facts if fact["File:FileType"] == "JPEG"]
    assert jpegs
    problems = [fact["SourceFile"] for fact in jpegs if fact["File:EncodingProcess"] != "Baseline DCT, Huffman coding"]
    assert not problems, told(problems)


def shown_pictures(site: Site, *, are_drawn: bool = False) -> list[tuple[Page, Any]]:
    """Every photo, or every drawing, on every page."""
    images = [(page, image) for page in site.pages.values() for image in page.own(".//img")]
    found = [(page, image) for page, image in images if image.get("src").endswith(".svg") == are_drawn]
    assert found
    return found


def test_a_drawing_has_its_size_on_the_page(site: Site) -> None:
    problems = [f"{page.address}: {image.get('src')}" for page, image in shown_pictures(site, are_drawn=True)
                if not (int(image.get("width", 0)) and int(image.get("height", 0)) and image.get("alt"))]  # fmt: skip
    assert not problems, told(problems)


def test_the_size_on_the_page_has_the_ratio_of_the_picture(site: Site) -> None:
    problems = []
    for page, image in shown_pictures(site):
        path, _ = site.target(page.address, image.get("src")) or ("", "")
        with Image.open(site.root / path) as real:
            width, height = int(image.get("width", 0)), int(image.get("height", 0))
            if not width or not height or abs(width * real.height / real.width - height) > 1:
                problems.append(f"{page.address}: {width} × {height}, but {path} is {real.width} × {real.height}")
    assert not problems, told(problems)


def widths(site: Site, page: Page, srcset: str) -> dict[str, int]:
    """Each file that a list of pictures names, with the width it gives."""
    named = re.findall(r"(\S+)\s+(\d+)w", srcset)
    return {target[0]: int(width) for address, width in named if (target := site.target(page.address, address))}


def test_every_picture_comes_in_two_widths_as_jpeg_and_as_webp(site: Site) -> None:
    """JPEG is for old phones, WebP for all others."""
    problems = []
    for page, image in shown_pictures(site):
        jpegs = widths(site, page, image.get("srcset", ""))
        webps = widths(site, page, " ".join(image.xpath("../source[@type='image/webp']/@srcset")))
        beside = {name.removesuffix(".jpg") + ".webp": width for name, width in jpegs.items()}
        if not image.get("src", "").endswith(".jpg") or len(set(jpegs.values())) < 2 or webps != beside:
            problems.append(f"{page.address}: {image.get('src')} {jpegs} {webps}")
    assert not problems, told(problems)


def test_the_widths_that_a_page_names_are_those_of_the_files(site: Site) -> None:
    problems = []
    for page, image in shown_pictures(site):
        for srcset in image.xpath("@srcset | ../source/@srcset"):
            for name, width in widths(site, page, srcset).items():
                with Image.open(site.root / name) as real:
                    if real.width != width:
                        problems.append(f"{page.address}: {name} is {real.width} wide, not {width}")
    assert not problems, told(problems)


def test_a_large_version_is_a_link_that_tells_its_size(site: Site) -> None:
    """Without script a lazy picture is loaded at once; only a link waits for the reader."""
    links = [
        (page, link)
        for page in site.pages.values()
        for link in page.own(".//a[contains(@href, '.jpg') or contains(@href, '.webp')]")
    ]
    assert links
    problems = []
    for page, link in links:
        path, _ = site.target(page.address, link.get("href")) or ("", "")
        told_size = re.search(r"(\d+)\s*(?:КБ|кБ|Кб|КB|KB|kB)", text_of(link))
        if (
            not told_size
            or abs(int(told_size[1]) - (site.root / path).stat().st_size / 1000)
            > (site.root / path).stat().st_size / 1000 * 0.05 + 1
        ):
            problems.append(
                f"{page.address}: {' '.join(text_of(link).split())!r} for {(site.root / path).stat().st_size} bytes"
            )
    assert not problems, told(problems)


def test_no_picture_is_lazy(site: Site) -> None:
    assert not [page.address for page, image in shown_pictures(site) if image.get("loading")]
