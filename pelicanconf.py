"""Settings of the magazine. What an editor may change stands first."""

# --- names, addresses, limits: change these -----------------------------------------------------

SITENAMES = {"ru": "Красный зонт", "ky": "Кызыл чатыр", "en": "Red Umbrella"}
SUBTITLES = {
    "ru": "Журнал секс-работниц Кыргызстана",
    "ky": "Кыргызстандагы секс-кызматкерлердин журналы",
    "en": "A magazine by sex workers in Kyrgyzstan",
}
# the language of the tools: ru, ky or en; none: that of the system
EDITOR_LANGUAGE = ""
# where the magazine lives; written only into feeds, sitemap, canonical and share addresses
SITEURL = "https://magazine.example.org"
CANONICAL = SITEURL  # where search engines should look: SITEURL, a successor of it, or "" for nowhere
ONION = ""  # the same site as an onion service, such as http://….onion/, which Tor Browser then offers
# where answers and signatures can be mailed
MAIL = "editors@example.org"
# the box that `python3 tasks.py import-mail imap` reads, such as imaps://editors@mail.example.org/INBOX; the sources
# are public, so the variable MAGAZINE_IMAP is the better place for it
MAIL_IMAP = ""
# addresses of intakes that take answers by form, the first one preferred; none: the mail way alone
INTAKES: tuple[str, ...] = ("https://intake.example.org/",)
FORM_SALT = "umbrella"  # a word in the forms; another one turns away programs that have learnt this one
# the public keys of all editors (age1…), which answers are sealed to; `python3 tasks.py moderate --new-key` makes one
EDITOR_KEYS: tuple[str, ...] = ()
APPROVALS = 1  # how many editors must approve an answer
KEEP_DAYS = 60  # days after which an answer that nobody has handled is forgotten
REGION_THRESHOLD = 20  # signers; regions with fewer are shown as one
CONFIRM_BY_MAIL: tuple[str, ...] = ()  # petitions, by slug, whose signers with an e-mail address are asked once more
MAIL_SMTP = ""  # what sends those mails, such as smtps://editors@mail.example.org; MAGAZINE_SMTP is the better place
PROXY = ""  # what the editors' tools ask other hosts through, for example Tor's: socks5h://127.0.0.1:9050
# where «leave this page» leads: something ordinary that nobody asks about
EXIT_ADDRESSES = {
    "ru": "https://www.google.com/search?q=погода+Бишкек",
    "ky": "https://www.google.com/search?q=Бишкек+аба+ырайы",
    "en": "https://www.google.com/search?q=weather+Bishkek",
}
LICENCE, LICENCE_ADDRESS = "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"
LIST_SIZE = 10  # entries on a list page
FEED_SIZE = 10  # entries in a feed
PAGE_BUDGET = 13_000  # bytes of a page, compressed
PICTURES_BUDGET = 300_000  # bytes of all pictures of a text: a minute at 40 kilobits a second, as EDGE often is
FORBIDDEN_NAMES = ""  # a file outside this folder with names, phones and addresses that must never appear, one a line
RELEASE_DAYS, KEYS_DAYS = 60, 365  # days after which partners are told that a release, or the list of keys, is stale
PACKS_EVERY = 30  # days after which a release makes archives anew
PUBLISH_REMOTE, PUBLISH_BRANCH = "origin", "gh-pages"  # where `publish` puts the site in git; no branch: nowhere
PUBLISH_CNAME = ""  # the host name that pages of that branch are to have; none: what the host of them gives
PUBLISH_RSYNC = ""  # and where by rsync, such as web@host.example.org:magazine/

# --- how the site is built: rarely changed -------------------------------------------------------

DEFAULT_LANG = "ru"
SITENAME = SITENAMES[DEFAULT_LANG]
TIMEZONE = "Asia/Bishkek"
LOCALE = ["C.UTF-8", "C"]  # dates and plurals come from Babel, never from the system

PATH = "content"
OUTPUT_PATH = "output"
PUBLISHED_PATH = "published"  # the last release, as mirrors have it
CACHE_PATH = ".cache"
THEME = "theme"
PLUGINS = ["magazine", "pelican.plugins.i18n_subsites"]
READERS = {"rst": None, "html": None}

I18N_SUBSITES = {code: {"SITENAME": SITENAMES[code], "SITEURL": f"{SITEURL}/{code}"} for code in ("ky", "en")}
I18N_TEMPLATES_LANG = "en"
I18N_UNTRANSLATED_ARTICLES = I18N_UNTRANSLATED_PAGES = "remove"
JINJA_ENVIRONMENT = {
    "extensions": ["jinja2.ext.i18n"],
    "autoescape": True,
    "auto_reload": False,  # a build reads each template once
    "trim_blocks": True,
    "lstrip_blocks": True,
}
TEMPLATE_EXTENSIONS = [".html", ".xml", ".svg", ".txt"]
TYPOGRIFY = False  # its filters run inside our reader, where each language gets its own
RELATIVE_URLS = True
DEFAULT_DATE_FORMAT = ""  # days are set by CLDR, where the theme shows one
WITH_FUTURE_DATES = True  # a clock must not decide what is published; `Status: draft` does

# Pelican's own lists, feeds and copies: the magazine's generator writes them all
ARTICLE_SAVE_AS = ARTICLE_LANG_SAVE_AS = PAGE_SAVE_AS = PAGE_LANG_SAVE_AS = ""
DRAFT_SAVE_AS = DRAFT_LANG_SAVE_AS = DRAFT_PAGE_SAVE_AS = DRAFT_PAGE_LANG_SAVE_AS = ""
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
YEAR_ARCHIVE_SAVE_AS = MONTH_ARCHIVE_SAVE_AS = DAY_ARCHIVE_SAVE_AS = ""
DIRECT_TEMPLATES: list[str] = []
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
STATIC_PATHS: list[str] = []
THEME_STATIC_PATHS: list[str] = []
USE_FOLDER_AS_CATEGORY = False
