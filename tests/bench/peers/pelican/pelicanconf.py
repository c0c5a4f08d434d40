import json
from pathlib import Path

from pelican.plugins import i18n_subsites  # noqa: F401  (fails early when not installed)

AUTHOR = "x"
SITENAME = "Site"
SITEURL = ""
PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
TIMEZONE = "UTC"
DEFAULT_LANG = "ru"
PLUGINS = ["i18n_subsites"]
I18N_SUBSITES = {"ky": {"SITENAME": "Site"}, "en": {"SITENAME": "Site"}}
I18N_UNTRANSLATED_ARTICLES = "remove"
I18N_UNTRANSLATED_PAGES = "remove"
TYPOGRIFY = True
STATIC_PATHS = []
ARTICLE_URL = "{slug}/"
ARTICLE_SAVE_AS = "{slug}/index.html"
ARTICLE_LANG_URL = "{slug}/"
ARTICLE_LANG_SAVE_AS = "{slug}/index.html"
CATEGORY_URL = "categories/{slug}/"
CATEGORY_SAVE_AS = "categories/{slug}/index.html"
TAG_URL = "tags/{slug}/"
TAG_SAVE_AS = "tags/{slug}/index.html"
AUTHOR_SAVE_AS = ARCHIVES_SAVE_AS = AUTHORS_SAVE_AS = CATEGORIES_SAVE_AS = TAGS_SAVE_AS = ""
DIRECT_TEMPLATES = ["index"]
DEFAULT_PAGINATION = 20
PAGINATED_TEMPLATES = {"index": None, "tag": None, "category": None}
PAGINATION_PATTERNS = (
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
)
FEED_DOMAIN = "https://example.org"
FEED_ATOM = "feeds/atom.xml"
FEED_MAX_ITEMS = 20
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
RELATIVE_URLS = False


def comments(slug):
    return json.loads(Path(f"comments/{slug}.json").read_text(encoding="utf-8"))["comments"]


JINJA_GLOBALS = {"comments": comments}
