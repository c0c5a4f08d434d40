"""The rules that the gate asks of the finished site before it is released."""

from __future__ import annotations

from magazine.messages import marked
from magazine.rules.severity import ERROR, Rules

OF_RELEASE: Rules = {
    "gate-base": (
        ERROR,
        marked("`<base>` turns every address of this page to another place"),
        marked("take it out of the template"),
    ),
    "gate-comment": (
        ERROR,
        marked("a comment for editors or programs stands here, which every reader can see: %(value)s"),
        marked("take it out; in a template, write it between {# and #}"),
    ),
    "gate-damaged": (
        ERROR,
        marked("this file is not what its name says, or is damaged: %(reason)s"),
        marked("build the site again, or take the file out"),
    ),
    "gate-feed-relative": (
        ERROR,
        marked("the address «%(address)s» leads nowhere from a feed reader or a search engine"),
        marked("write the whole address in a feed or a sitemap"),
    ),
    "gate-file-large": (
        ERROR,
        marked("the file is too large: %(size)d KB where %(limit)d KB are allowed"),
        marked("make it smaller, or put it where those who want it can fetch it"),
    ),
    "gate-file-unknown": (
        ERROR,
        marked("nobody can see what this file carries besides its contents: its kind is not known here"),
        marked("take it out; pictures can be .jpg, .png or .webp, drawings .svg, papers .pdf"),
    ),
    "gate-foreign": (
        ERROR,
        marked("the page would fetch «%(address)s» from another host, which then knows each reader"),
        marked("put the file into the magazine, or make it a link that a reader may follow"),
    ),
    "gate-form-target": (
        ERROR,
        marked("what readers write here is sent to «%(address)s», which is none of the intakes"),
        marked("correct the address of the form, or name that intake in INTAKES"),
    ),
    "gate-frame": (
        ERROR,
        marked("`<%(name)s>` shows something else within this page, and nobody can vouch for it"),
        marked("take it out and write a link in its place"),
    ),
    "gate-handler": (
        ERROR,
        marked("a script is hidden in the attribute `%(name)s`"),
        marked("take the attribute out"),
    ),
    "gate-leftover": (
        ERROR,
        marked("this is a hidden file, or one that a program has left behind; it can tell of the computer it was on"),
        marked("delete it and build the site again"),
    ),
    "gate-link-case": (
        ERROR,
        marked("the address «%(address)s» differs from the name of the file in capital and small letters"),
        marked("write it as the file is named: %(guess)s"),
    ),
    "gate-link-dead": (
        ERROR,
        marked("the address «%(address)s» leads nowhere"),
        marked("correct it, or build the site again so that the file is there%(guess)s"),
    ),
    "gate-link-folder": (
        ERROR,
        marked("the address «%(address)s» leads to a folder; from a disk that opens a list of files"),
        marked("let it end in the name of a file, such as index.html"),
    ),
    "gate-link-fragment": (
        ERROR,
        marked("the address «%(address)s» names a place that its page does not have"),
        marked("correct the part behind #, or take it away%(guess)s"),
    ),
    "gate-link-place": (
        ERROR,
        marked("the address «%(address)s» works on one host alone; on a mirror or from a disk it leads astray"),
        marked("write it as the way from this page to the file, such as ../blog/letter.html"),
    ),
    "gate-link-scheme": (
        ERROR,
        marked("the address «%(address)s» is of a kind that may harm a reader"),
        marked("use http, https, mailto, tel or sms, or a page of the magazine"),
    ),
    "gate-markup": (
        ERROR,
        marked("browsers may read this otherwise than it is meant: %(value)s"),
        marked("write plain HTML here: whole tags, quoted values, `&lt;` for a sign that begins no tag"),
    ),
    "gate-metadata": (
        ERROR,
        marked("the file carries more than what is shown: %(found)s"),
        marked("clean it (pictures: python3 tasks.py photo), or export it again without its details"),
    ),
    "gate-page-heavy": (
        ERROR,
        marked("the page weighs %(size)d bytes compressed; %(limit)d are allowed"),
        marked("divide the text in two parts that link to each other"),
    ),
    "gate-path-case": (
        ERROR,
        marked("this name and «%(other)s» are the same on Windows, on a Mac and on most USB sticks"),
        marked("give one of the two another name"),
    ),
    "gate-path-odd": (
        ERROR,
        marked("this name cannot be carried everywhere: %(reason)s"),
        marked("rename it with small Latin letters, digits and hyphens"),
    ),
    "gate-photos-heavy": (
        ERROR,
        marked("page and picture together weigh %(size)d KB; %(limit)d KB are allowed"),
        marked("save the picture smaller or simpler, or show it further below as a link"),
    ),
    "gate-policy": (
        ERROR,
        marked("the page's own rules for browsers (Content-Security-Policy) are missing or too wide: %(value)s"),
        marked("take them over from the template base.html as they are"),
    ),
    "gate-referrer": (
        ERROR,
        marked("the page does not keep silent about where its reader comes from"),
        marked('put <meta name="referrer" content="no-referrer"> into its head'),
    ),
    "gate-script": (
        ERROR,
        marked("the page holds a script other than that of the exit"),
        marked("take it out: this magazine works without scripts"),
    ),
    "gate-special": (
        ERROR,
        marked("this is no ordinary file: a link or a device can lead out of the site"),
        marked("put the file itself here, or delete it"),
    ),
    "gate-text-heavy": (
        ERROR,
        marked("the page weighs %(size)d bytes compressed, of which its text is %(text)d; %(limit)d are allowed"),
        marked("take out of the template or the style sheets what this page does not need"),
    ),
    "gate-total-large": (
        ERROR,
        marked("the whole site weighs %(size)d MB; %(limit)d MB are allowed"),
        marked("take the largest files out: %(files)s"),
    ),
    "gate-trace-path": (
        ERROR,
        marked("the path of a file on an editor's computer stands here"),
        marked("take it out: it can tell who has made the site"),
    ),
    "gate-trace-word": (
        ERROR,
        marked("this tells who has made the site: %(what)s"),
        marked("take it out, or work under a name that nobody knows"),
    ),
    "gate-trace-zone": (
        ERROR,
        marked("the time «%(value)s» is in another time zone than the magazine and tells where somebody was"),
        marked("write the day alone, or the time in UTC or in the zone of the magazine"),
    ),
    "gate-unpublished": (
        ERROR,
        marked("something that is not to be published stands here: %(what)s"),
        marked("build the site again; if it stays, take it out of the texts that name it"),
    ),
}
