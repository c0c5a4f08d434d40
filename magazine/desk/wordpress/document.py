"""An export file of WordPress: the texts with their answers, and behind each its pictures.

Stories, posts, petitions, their news and the editorials of issues are posts, pages are pages. Nobody's mail address,
network address or browser is in it: the elements are there and empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from email.utils import format_datetime
from pathlib import Path
from typing import BinaryIO

from magazine.desk.wordpress import post_html
from magazine.desk.wordpress.exported import CATEGORY, TAG, Exported, Term, Text
from magazine.desk.wordpress.wxr_writer import VERSION, Value, WxrWriter
from magazine.progress import Progress
from magazine.records import PAGES, Answer, Petition
from magazine.site import addresses

BISHKEK = dt.timezone(dt.timedelta(hours=6))  # the year round


def write(stream: BinaryIO, exported: Exported, progress: Progress) -> Mapping[str, int]:
    """Write all of it; how many texts, answers and pictures there are."""
    wxr, counted = WxrWriter(stream), {"texts": 0, "answers": 0, "pictures": 0}
    progress.expect(len(exported.texts))
    with wxr.channel():
        _write_head(wxr, exported)
        for text in exported.texts:
            counted["texts"] += 1
            counted["pictures"] += _write_text(wxr, exported, text)
            counted["answers"] += len(text.entry.answers) if text.is_original else 0
            progress.step()
    return counted


def _write_head(wxr: WxrWriter, exported: Exported) -> None:
    site = exported.editions[exported.main].site_url
    wxr.values({"title": exported.house, "link": site, "language": exported.main}, prefix="")
    wxr.values({"wxr_version": VERSION, "base_site_url": site, "base_blog_url": site})
    for login, name in exported.authors.items():
        with wxr.element("wp:author"):
            wxr.values({"author_id": next(exported.numbers), "author_login": login, "author_email": ""})
            wxr.values({"author_display_name": name, "author_first_name": "", "author_last_name": ""})
    for kind in (CATEGORY, TAG, None):  # the order that WordPress writes them in
        for term in exported.terms.values():
            if term.kind == kind or (kind is None and term.kind not in (CATEGORY, TAG)):
                _write_term(wxr, term)


def _write_term(wxr: WxrWriter, term: Term) -> None:
    if term.kind == CATEGORY:
        with wxr.element("wp:category"):
            wxr.values({"term_id": term.number, "category_nicename": term.slug, "category_parent": term.parent})
            wxr.values({"cat_name": term.name})
    elif term.kind == TAG:
        with wxr.element("wp:tag"):
            wxr.values({"term_id": term.number, "tag_slug": term.slug, "tag_name": term.name})
    else:
        with wxr.element("wp:term"):
            wxr.values({"term_id": term.number, "term_taxonomy": term.kind, "term_slug": term.slug, "term_parent": ""})
            wxr.values({"term_name": term.name, "term_description": term.description})


def _write_text(wxr: WxrWriter, exported: Exported, text: Text) -> int:
    """Write a post or a page with its answers, and behind it its pictures; how many these are."""
    entry, version = text.entry, text.version
    edition = exported.editions[version.language]
    pictures = {} if text.is_draft else {name: next(exported.numbers) for name in _pictures(exported, text)}
    with wxr.element("item"):
        head = {"title": version.safe_title, "link": exported.address(text)}
        summary = version.summary if not version.discreet else version.safe_title
        _write_head_of_item(wxr, text, head, post_html.post(edition, version), summary)
        wxr.values({
            "post_id": text.number, **_moments("post_date", text.moment),
            **(_moments("post_modified", entry.modified) if entry.modified else {}),
            "comment_status": "open", "ping_status": "open", "post_name": text.name,
            "status": "draft" if text.is_draft else "publish", "post_parent": 0, "menu_order": text.order,
            "post_type": "page" if entry.section == PAGES else "post", "post_password": "", "is_sticky": 0,
        })  # fmt: skip
        for term in text.terms:
            wxr.value("category", term.name, {"domain": term.kind, "nicename": term.slug})
        wxr.meta("postmeta", {"_thumbnail_id": pictures.get(entry.picture, ""), **_fields(text)})
        for number, parent, answer in _numbered(exported, entry.answers if text.is_original else ()):
            _write_answer(wxr, number, parent, answer)
    for name, number in pictures.items():
        _write_picture(wxr, exported, text, name, number)
    return len(pictures)


def _write_head_of_item(wxr: WxrWriter, text: Text, head: Mapping[str, Value], body: str, summary: str) -> None:
    wxr.values(head, prefix="")
    wxr.value("pubDate", format_datetime(text.moment.replace(tzinfo=BISHKEK)))
    wxr.value("dc:creator", text.login)
    wxr.value("guid", head["link"], {"isPermaLink": "false"})
    wxr.values({"description": "", "content:encoded": body, "excerpt:encoded": summary}, prefix="")


def _fields(text: Text) -> dict[str, Value]:
    """What WordPress has no place for."""
    fields: dict[str, Value] = {"translator": ", ".join(text.version.translators)}
    if isinstance(text.entry, Petition) and text.is_original:
        petition = text.entry
        fields |= {
            "state": petition.state, "goal": petition.goal or "", "deadline": str(petition.deadline or ""),
            "signatures": petition.signed,
        }  # fmt: skip
    return fields


def _pictures(exported: Exported, text: Text) -> Iterator[str]:
    """The pictures that go with a text: the lead with words in its language, and all others with the original."""
    entry = text.entry
    shown = exported.editions[exported.main].gallery.made
    for name in entry.pictures:
        if (entry.key, name) in shown and (text.is_original or name == entry.picture):
            yield name


def _write_picture(wxr: WxrWriter, exported: Exported, text: Text, name: str, number: int) -> None:
    entry, version = text.entry, text.version
    edition = exported.editions[version.language]
    is_lead = name == entry.picture
    address = addresses.absolute(edition.gallery.picture(entry, name).jpeg[0].address, edition.site_url)
    stem = Path(name).stem
    with wxr.element("item"):
        _write_head_of_item(wxr, text, {"title": stem, "link": address}, "", version.caption if is_lead else "")
        wxr.values({
            "post_id": number, **_moments("post_date", text.moment), "comment_status": "closed",
            "ping_status": "closed", "post_name": f"{text.name}-{stem}", "status": "inherit",
            "post_parent": text.number, "menu_order": 0, "post_type": "attachment", "post_password": "",
            "is_sticky": 0, "attachment_url": address,
        })  # fmt: skip
        wxr.meta("postmeta", {"_wp_attachment_image_alt": version.alt if is_lead else ""})


def _numbered(exported: Exported, answers: tuple[Answer, ...]) -> Iterator[tuple[int, int, Answer]]:
    """Each answer with its number and that of what it replies to, which comes first: so the importer knows it."""
    below: dict[str, list[Answer]] = {}
    for answer in reversed(answers):
        below.setdefault(answer.reply_to, []).append(answer)
    waiting, numbers = below.pop("", []), {"": 0}
    while waiting:
        answer = waiting.pop()
        numbers[answer.id] = next(exported.numbers)
        yield numbers[answer.id], numbers[answer.reply_to], answer
        waiting.extend(below.get(answer.id, ()))


def _write_answer(wxr: WxrWriter, number: int, parent: int, answer: Answer) -> None:
    with wxr.element("wp:comment"):
        wxr.values({
            "comment_id": number, "comment_author": answer.author, "comment_author_email": "",
            "comment_author_url": answer.source, "comment_author_IP": "",
            **_moments("comment_date", dt.datetime.combine(answer.date, dt.time())),
            "comment_content": post_html.comment(answer), "comment_approved": 1, "comment_type": answer.kind,
            "comment_parent": parent, "comment_user_id": 0,
        })  # fmt: skip
        wxr.meta("commentmeta", {"language": answer.language})


def _moments(name: str, moment: dt.datetime) -> dict[str, Value]:
    """A moment in Bishkek and in Greenwich."""
    there = moment.replace(tzinfo=BISHKEK)
    return {name: _written(there), f"{name}_gmt": _written(there.astimezone(dt.UTC))}


def _written(moment: dt.datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")
