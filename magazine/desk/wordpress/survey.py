"""The first reading of an export: what becomes of each item, and what the others must know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from magazine.desk.wordpress import language
from magazine.desk.wordpress.addresses import decoded_slug, identifier_of, path_of, upload_of, with_last
from magazine.desk.wordpress.index import Attachment, Index, Row
from magazine.desk.wordpress.people import anyone, withheld
from magazine.desk.wordpress.records import Comment, Item, Piece
from magazine.desk.wordpress.text import one_line
from magazine.desk.wordpress.wxr import Export

PUBLISHED, DRAFT = "published", "draft"
# WordPress's states that are written as drafts; a text of any other one is, too
WITHHELD = ("draft", "pending", "future", "private")
DROPPED = ("trash", "auto-draft")
MENUS = ("nav_menu_item", "wp_navigation")
FORMS = (
    "wpcf7_contact_form",
    "wpforms",
    "feedback",
    "flamingo_contact",
    "flamingo_inbound",
    "nf_sub",
    "frm_form_actions",
)
LEFT_OUT = {
    **dict.fromkeys(MENUS, "menu"), **dict.fromkeys(FORMS, "form"),
    "attachment": "attachment", "revision": "revision", "wp_block": "block",
}  # fmt: skip
APPROVED, PENDING, SPAM, TRASH = ("1", "approve", "approved"), ("0", "hold"), ("spam",), ("trash", "post-trashed")
ANSWERS = ("comment", "pingback", "trackback", "webmention")


@dataclass
class Survey:
    """What was found: the fate of each item and of each comment that is not written, counted."""

    items: int = 0
    comments: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)  # fates of comments
    kinds: Counter[str] = field(default_factory=Counter)  # other kinds of items
    lost: Counter[str] = field(default_factory=Counter)  # what the magazine has no place for
    damaged: list[int] = field(default_factory=list)  # lines
    foreign: list[str] = field(default_factory=list)  # texts in other languages, by line


def survey(
    export: Export, index: Index, languages: tuple[str, ...], step: Callable[[], object] = lambda: None
) -> Survey:
    """Read the whole export once."""
    found = Survey()
    usual = language.known(export.head.language, languages) or languages[0]
    index.add_people(export.head.private)
    index.database.execute("BEGIN")
    for piece in export.pieces(step):
        found.items += 1
        item = export.item(piece)
        if item is None:
            found.fates["damaged"] += 1
            found.damaged.append(piece.line)
            continue
        index.add_people(item.private)
        _take_in(piece, item, index, languages, usual, found)
    index.database.execute("COMMIT")
    index.finish()
    found.lost["described"] = export.head.described
    return found


def _take_in(piece: Piece, item: Item, index: Index, languages: tuple[str, ...], usual: str, found: Survey) -> None:
    fate, is_public = fate_of(item)
    code, family = language.polylang(item)
    spoken = ""
    if fate == "text":
        codes = language.marked_codes(item.title, item.body)
        mine = [one for one in (language.known(name, languages) for name in codes) if one]
        spoken = language.known(code, languages) if code else (mine or [language.guessed(item.body, usual)])[0]
        if not spoken or (codes and not mine and not code):
            fate = "foreign"
            found.foreign.append(f"{piece.line}: {code or ', '.join(codes)}")
    name = _state(item, is_public=is_public) if fate == "text" else fate
    found.fates[name] += 1
    if fate.startswith("other"):
        found.kinds[item.kind] += 1
    _count(item, fate, found)
    path = path_of(item.link) if urlsplit_safe(item.link) else ""
    index.add(Row(
        number=piece.number, start=piece.start, length=piece.length, line=piece.line, id=item.id, kind=item.kind,
        fate=fate, is_public=is_public, language=spoken, family=family, slug=item.slug,
        title=withheld(one_line(title_of(item, spoken)), anyone)[0][:200], path=path if fate == "text" else "",
        date=item.date, parent=item.parent,
    ))  # fmt: skip
    if fate == "attachment":
        file = next(iter(item.noted("_wp_attached_file")), "") or upload_of(item.attachment)
        alt = next(iter(item.noted("_wp_attachment_image_alt")), "")
        index.add_attachment(item.id, Attachment(file.strip().lstrip("/"), alt, item.excerpt), item.parent,
                             piece.number, path)  # fmt: skip
    elif fate == "text" and not path and item.link and is_public:
        found.lost["plain"] += bool(identifier_of(item.link))
    elif fate == "text" and path:
        older = (with_last(path, decoded_slug(slug)) for slug in item.noted("_wp_old_slug") if slug)
        index.add_old_paths(piece.number, dict.fromkeys((path, *older)))


def fate_of(item: Item) -> tuple[str, bool]:
    """What becomes of an item: ``text`` where it is written, else why not; and whether it is public."""
    if item.kind in LEFT_OUT:
        return LEFT_OUT[item.kind], False
    if item.kind not in ("post", "page"):
        return "other", False
    if item.status in DROPPED:
        return item.status, False
    dated = bool(item.date) or item.kind == "page"
    return "text", item.status == "publish" and not item.has_password and bool(item.body.strip()) and dated


def title_of(item: Item, spoken: str) -> str:
    """The title in one language."""
    if not language.marked_codes(item.title):
        return item.title
    return language.part(item.title, spoken)


def state_of_comment(comment: Comment) -> str:
    """``approved``, or why it is not written."""
    if comment.state in PENDING:
        return "comment-pending"
    if comment.state in SPAM:
        return "comment-spam"
    if comment.state in TRASH:
        return "comment-trash"
    if comment.state not in APPROVED:
        return "comment-state"
    return "approved" if comment.kind in ANSWERS else "comment-kind"


def _state(item: Item, *, is_public: bool) -> str:
    if is_public:
        return f"{PUBLISHED}-{item.kind}"
    if item.has_password:
        return "password"
    if item.status == "publish":
        return "undated" if item.body.strip() else "empty"
    return item.status if item.status in WITHHELD else "state"


def _count(item: Item, fate: str, found: Survey) -> None:
    found.comments += len(item.comments)
    if fate != "text":
        found.said["comment-elsewhere"] += len(item.comments)
        return
    found.lost["sticky"] += item.is_sticky
    found.lost["closed"] += item.is_closed
    found.lost["ordered"] += item.is_ordered
    found.lost["format"] += bool(item.filed("post_format"))


def urlsplit_safe(address: str) -> bool:
    """Whether an address can be taken apart."""
    try:
        return bool(urlsplit(address).path)
    except ValueError:
        return False
