"""Bodies and answers as WordPress keeps them: it makes a line break of each line's end and shortcodes of brackets."""

from __future__ import annotations

import re

from markupsafe import escape

from magazine.records import Answer, Entry, Version
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.gallery import Gallery, Picture
from magazine.site.responses import sanitised

AS_IT_IS = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
BLOCK_END = re.compile(r"(</(?:p|h[1-6]|ul|ol|dl|li|dt|dd|table|tr|blockquote|figure|figcaption|div|pre)>|<hr>) *")
CHOICE = re.compile(r"<picture>(?:<source [^>]*>)*(<img [^>]*>)</picture>")
VARIANTS = re.compile(r' (?:srcset|sizes)="[^"]*"')
LINE_BREAK, GAP = re.compile(r"<br ?/?> ?"), re.compile(r"\n{3,}")


class LargestPictures(Gallery):
    """Each picture as its largest file alone: WordPress makes the smaller ones itself."""

    def picture(self, entry: Entry, name: str) -> Picture:
        """The largest variant of a picture. Raises photos.PictureError."""
        whole = super().picture(entry, name)
        largest = (whole.large or whole.jpeg[-1],)
        return Picture(largest, largest, None)


REMOVED = "[…]"  # WordPress takes no comment without words


def post(edition: Edition, version: Version) -> str:
    """What stands below the title of a post; the lead picture is none of it."""
    parts = []
    if version.discreet:  # the post bears the neutral title, in tab and feed too; readers of the page see the real one
        parts.append(f"<h2>{escape(edition.title(version))}</h2>")
    if version.note:
        before, language = edition.gettext("Before you read:"), edition.note_language(version)
        parts.append(f'<p class="note" lang="{language}"><strong>{before}</strong> {escape(edition.note(version))}</p>')
    if version.recipients:
        listed = (f"<li>{escape(edition.text(one, version.language))}</li>" for one in version.recipients)
        parts.append(f"<ul>{''.join(listed)}</ul>")
    html = CHOICE.sub(lambda match: VARIANTS.sub("", match[1]), edition.body(version))
    parts.append(_settled(addresses.made_absolute(html, edition.site_url)))
    return _unbracketed("\n\n".join(parts).strip())


def comment(answer: Answer) -> str:
    """What an answer says; a mention elsewhere begins with its title, as WordPress shows it."""
    if answer.is_removed:
        return REMOVED
    title = f"<strong>{escape(answer.title)}</strong>\n\n" if answer.title else ""
    text = LINE_BREAK.sub("\n", _settled(sanitised(answer.text))).replace("<p>", "").replace("</p>", "\n\n")
    return _unbracketed(title + GAP.sub("\n\n", text).strip())


def _settled(html: str) -> str:
    """HTML with lines that end between blocks only, but where it is preformatted."""
    parts = AS_IT_IS.split(html)
    parts[::2] = [BLOCK_END.sub(r"\1\n", part.replace("\n", " ")) for part in parts[::2]]
    return "".join(parts).strip()


def _unbracketed(html: str) -> str:
    return html.replace("[", "&#91;")
