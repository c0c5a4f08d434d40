"""The rules a build asks of every source, picture and page."""

from __future__ import annotations

from magazine.messages import marked
from magazine.rules.severity import ERROR, WARNING, Rules

OF_SOURCES: Rules = {
    "answer-cycle": (
        ERROR,
        marked("the answers reply to each other in a circle"),
        marked("correct `Reply-To:`, so that one of them replies to none"),
    ),
    "answer-parent": (
        ERROR,
        marked("this answer replies to «%(parent)s», which is not published beside it"),
        marked("correct `Reply-To:`, or approve that answer, or hold this one too%(guess)s"),
    ),
    "answer-state": (
        ERROR,
        marked("«%(value)s» is no state of an answer"),
        marked("write one of %(known)s; without `Status:` an answer counts as approved%(guess)s"),
    ),
    "answer-kind": (ERROR, marked("«%(value)s» is no kind of an answer"), marked("write one of %(known)s%(guess)s")),
    "answer-name": (
        ERROR,
        marked("the file name of an answer becomes a part of addresses and cannot be «%(name)s»"),
        marked("use small Latin letters, digits and hyphens only: 7.md"),
    ),
    "body-missing": (
        ERROR,
        marked("there is no text below the headers"),
        marked("write the text, or set `Status: draft`"),
    ),
    "control-characters": (
        WARNING,
        marked("invisible control characters stand here; they are left out of the page"),
        marked("delete them: they can turn a name or an address around"),
    ),
    "date-bad": (
        ERROR,
        marked("«%(value)s» is no date"),
        marked("write year-month-day, for example %(name)s: 2012-06-03"),
    ),
    "date-missing": (
        ERROR,
        marked("no language of this text carries a `Date:`"),
        marked("add the line `Date: year-month-day` to the original; a translation has none"),
    ),
    "deadline-past": (
        WARNING,
        marked("the deadline %(value)s has passed, so the petition is shown as closed, though its state is open"),
        marked("write `State: closed` or `State: delivered`, or a later `Deadline:`"),
    ),
    "empty-content": (
        ERROR,
        marked("there is no text here to build from"),
        marked("name the folder that holds magazine/, blog/, petitions/ or pages/ with --content"),
    ),
    "extra-taken": (
        ERROR,
        marked("this file would replace a page of the site"),
        marked("give it another name"),
    ),
    "file-unused": (
        WARNING,
        marked("this file is of no kind that the site knows and is left out"),
        marked("delete it or move it away; pictures are .jpg, .png or .webp, texts are ru.md, ky.md or en.md"),
    ),
    "file-unreadable": (
        ERROR,
        marked("this file cannot be read (%(reason)s)"),
        marked("check that it is there and that you may read it"),
    ),
    "folder-empty": (
        ERROR,
        marked("this folder holds no text"),
        marked("write ru.md, ky.md or en.md in it, or delete the folder"),
    ),
    "former-bad": (
        ERROR,
        marked("`Formerly:` names «%(value)s», which can be no address of this site"),
        marked(
            "write the former name of the folder, as `winter` or `%(section)s/winter`, or an address, as `2012/winter/`"
        ),
    ),
    "former-taken": (
        ERROR,
        marked("`Formerly:` names «%(value)s», where another page of the site stands now"),
        marked("take it out: readers who follow the old link find that page"),
    ),
    "header-bad": (
        ERROR,
        marked("«%(value)s» is no header, and no blank line ends the headers above it"),
        marked("write headers as `Name: value` and leave one line empty before the text"),
    ),
    "header-missing": (
        ERROR,
        marked("the header `%(name)s:` is missing"),
        marked("add a line `%(name)s: …` at the top of the file"),
    ),
    "header-number": (
        ERROR,
        marked("`%(name)s:` wants a whole number, not «%(value)s»"),
        marked("write digits only, for example %(name)s: 1000"),
    ),
    "header-place": (
        ERROR,
        marked("`%(name)s: %(value)s` does not agree with the place of the file"),
        marked("delete this line; the folder and the file name already say it"),
    ),
    "header-twice": (
        ERROR,
        marked("the header `%(name)s:` stands twice, first in line %(first)d"),
        marked("keep one of the two lines"),
    ),
    "header-unknown": (
        WARNING,
        marked("the header `%(name)s:` is not known and has no effect"),
        marked("delete the line, or use one of %(known)s"),
    ),
    "header-misspelt": (
        ERROR,
        marked("the header `%(name)s:` is not known"),
        marked("did you mean `%(guess)s:`?"),
    ),
    "html-shown": (
        WARNING,
        marked("HTML is not carried out, it is shown as text: %(value)s"),
        marked("write Markdown instead, or put the HTML between backticks"),
    ),
    "internal": (
        ERROR,
        marked("the site could not be made: %(reason)s"),
        marked(
            "undo your last change and build again; if that does not help, send this line to those who keep the site"
        ),
    ),
    "keys-bad": (
        ERROR,
        marked("this is no list of keys, or it is damaged"),
        marked(
            "take it from your last release, or make it anew with `python3 tasks.py keys`; nobody writes it by hand"
        ),
    ),
    "language-unknown": (
        ERROR,
        marked("«%(name)s» is no language of this magazine"),
        marked("name the file after one of %(known)s, or delete it%(guess)s"),
    ),
    "link-dead": (
        ERROR,
        marked("the link «%(target)s» leads nowhere"),
        marked("name a text that is there, as ../its-folder/ or ../its-folder/ru.md%(guess)s"),
    ),
    "link-scheme": (
        ERROR,
        marked("the link «%(target)s» is of a kind that may harm a reader"),
        marked("use http, https, mailto, tel or sms, or a text of the magazine"),
    ),
    "link-unpublished": (
        ERROR,
        marked("the link «%(target)s» leads to a text that is not published"),
        marked("publish that text first, or take the link out"),
    ),
    "message-long": (
        WARNING,
        marked("the message to pass on has %(size)d letters, and no room is left for the address; it will be cut"),
        marked("say it in %(limit)d letters"),
    ),
    "mirror-bad": (
        ERROR,
        marked("«%(value)s» cannot stand in the column `%(name)s` of the mirrors"),
        marked(
            "write an address with https:// and a slash at its end, a country as two capital letters, a day as "
            "2026-01-31%(guess)s"
        ),
    ),
    "mirror-table": (
        ERROR,
        marked("this is no table of mirrors"),
        marked("let its first line be %(known)s and every other line have as many parts, with commas between"),
    ),
    "mirror-twice": (ERROR, marked("the mirror %(value)s stands there twice"), marked("delete one of the two lines")),
    "originals-two": (
        ERROR,
        marked("two languages carry a `Date:`, here and in %(other)s; only the original has one"),
        marked("take the `Date:` out of the translation"),
    ),
    "page-heavy": (
        WARNING,
        marked("the page weighs %(size)d bytes compressed, the limit is %(limit)d"),
        marked("divide the text in two parts that link to each other"),
    ),
    "picture-alt": (
        ERROR,
        marked("the picture «%(name)s» has no description for those who cannot see it"),
        marked("write what it shows: ![a red umbrella](%(name)s), or `Alt:` in the headers of a lead picture"),
    ),
    "picture-bad": (
        ERROR,
        marked("this is no picture that can be read (%(reason)s)"),
        marked("save it again as .jpg or .png, or take it out"),
    ),
    "picture-dead": (
        ERROR,
        marked("the picture «%(target)s» is not in the folder of this text"),
        marked("put the file beside the text, or correct the name%(guess)s"),
    ),
    "picture-private": (
        ERROR,
        marked("the picture still carries what can tell a place or a person: %(found)s"),
        marked("run: python3 tasks.py photo %(file)s"),
    ),
    "picture-technical": (
        WARNING,
        marked("the picture file carries %(found)s; readers do not get it, but copies of the sources do"),
        marked("run: python3 tasks.py photo %(file)s"),
    ),
    "recipient-unknown": (
        ERROR,
        marked("`From:` names «%(value)s», whom the petition does not go to"),
        marked("write the name as `To:` of the petition has it%(guess)s"),
    ),
    "reference-unknown": (
        ERROR,
        marked("`%(name)s:` names «%(value)s», which is not there"),
        marked("correct the name, or take it out%(guess)s"),
    ),
    "setting-bad": (
        ERROR,
        marked("the setting %(value)s would break the settings of partners' web servers"),
        marked("write addresses without spaces, quotes and brackets; an ONION address has 56 letters and digits"),
    ),
    "signature-bad": (
        ERROR,
        marked("this line holds no signature"),
        marked("write it as the others are: day, level, two digests, and for a name « | name | region»; or delete it"),
    ),
    "signature-twice": (
        ERROR,
        marked("this signature is in the list already"),
        marked("delete one of the two lines"),
    ),
    "slug-bad": (
        ERROR,
        marked("the folder name «%(name)s» cannot be an address"),
        marked("use small Latin letters, digits and hyphens, at most %(limit)d of them, for example %(guess)s"),
    ),
    "slug-twice": (
        ERROR,
        marked("the folder name «%(name)s» stands also at %(other)s"),
        marked("rename one of the two folders: a name is the address of one text"),
    ),
    "source-long": (
        ERROR,
        marked("the file has %(size)d bytes; no phone can read such a page, the limit is %(limit)d"),
        marked("divide the text into several"),
    ),
    "source-not-utf8": (
        ERROR,
        marked("the file is not written in UTF-8, or is damaged"),
        marked("open it in your editor and save it with the encoding UTF-8"),
    ),
    "source-odd": (
        ERROR,
        marked("the sign %(mark)s stands here far too often, or is never closed"),
        marked("look whether something was pasted by mistake, and take it out"),
    ),
    "text-misplaced": (
        ERROR,
        marked("this text stands where the site does not look for one"),
        marked("move it to a folder of its own, for example blog/its-name/ru.md"),
    ),
    "value-unknown": (
        ERROR,
        marked("`%(name)s: %(value)s` is not known"),
        marked("write one of %(known)s%(guess)s"),
    ),
    "version-bad": (
        ERROR,
        marked("`Original-Version: %(value)s` is no version"),
        marked("write the twelve signs that stand for the original, now %(now)s"),
    ),
    "version-older": (
        WARNING,
        marked("the original has changed since this translation was made; the page says so"),
        marked("bring the translation up to date and write `Original-Version: %(now)s`"),
    ),
}
