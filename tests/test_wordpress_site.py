"""The real WordPress that other tests lean on holds what they expect, and takes in what it gave out."""

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from wordpress_site import WordPress

NAMESPACE = {"wp": "http://wordpress.org/export/1.2/"}


def test_it_gives_out_everything_but_spam(wordpress: WordPress, tmp_path: Path) -> None:
    wordpress.empty()
    assert wordpress.items() == []
    wordpress.fill()
    channel = ET.parse(wordpress.export(tmp_path / "site.xml")).getroot()[0]
    assert len(channel.findall("item")) == len(wordpress.items()) == 16
    states = Counter(item.findtext("wp:status", "", NAMESPACE) for item in channel.findall("item"))
    assert states.keys() >= {"publish", "draft", "private", "pending", "trash", "future", "inherit"}
    answers = channel.findall("item/wp:comment", NAMESPACE)
    kinds = Counter(answer.findtext("wp:comment_type", "", NAMESPACE) for answer in answers)
    assert kinds == {"comment": 11, "pingback": 1, "trackback": 1}
    assert "Тайна: реклама." not in (tmp_path / "site.xml").read_text(encoding="utf-8")


def test_it_takes_in_what_it_gave_out(wordpress: WordPress, tmp_path: Path) -> None:
    wordpress.empty()
    wordpress.fill()
    before = wordpress.items()
    file = wordpress.export(tmp_path / "site.xml")
    wordpress.empty()
    assert "Failed" not in wordpress.take_in(file)
    after = wordpress.items()
    assert [(one["kind"], one["state"], one["title"]) for one in after] == [
        (one["kind"], one["state"], one["title"]) for one in before
    ]


def test_an_ampersand_in_an_address_spoils_what_it_gives_out(wordpress: WordPress, tmp_path: Path) -> None:
    wordpress.empty()
    wordpress.fill()
    wordpress.spoil()
    with pytest.raises(ET.ParseError):
        ET.parse(wordpress.export(tmp_path / "site.xml"))
