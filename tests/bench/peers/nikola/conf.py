from nikola.plugin_categories import Taxonomy

BLOG_AUTHOR = "x"
BLOG_TITLE = "Site"
SITE_URL = "https://example.org/"
BLOG_EMAIL = "x@example.org"
BLOG_DESCRIPTION = "Site"
DEFAULT_LANG = "ru"
TRANSLATIONS = {"ru": "", "ky": "./ky", "en": "./en"}
TRANSLATIONS_PATTERN = "{path}.{lang}.{ext}"
NAVIGATION_LINKS = {"ru": (), "ky": (), "en": ()}
NAVIGATION_ALT_LINKS = {"ru": (), "ky": (), "en": ()}
THEME = "neutral"
POSTS = (("posts/*.md", "", "post.tmpl"),)
PAGES = ()
TIMEZONE = "UTC"
DATE_FORMAT = "yyyy-MM-dd"
COMPILERS = {"markdown": (".md",)}
MARKDOWN_EXTENSIONS = ["markdown.extensions.fenced_code", "markdown.extensions.codehilite", "markdown.extensions.extra"]
SHOW_UNTRANSLATED_POSTS = False
PRETTY_URLS = True
STRIP_INDEXES = True
TAG_PATH = "tags"
TAG_PAGES_ARE_INDEXES = True
CATEGORY_PATH = "categories"
CATEGORY_PREFIX = ""
CATEGORY_PAGES_ARE_INDEXES = True
CATEGORY_ALLOW_HIERARCHIES = False
CATEGORY_OUTPUT_FLAT_HIERARCHY = False
HIDDEN_TAGS = []
ENABLE_AUTHOR_PAGES = False
INDEX_DISPLAY_POST_COUNT = 20
INDEX_TEASERS = True
URL_TYPE = "rel_path"
GENERATE_RSS = False
GENERATE_ATOM = True
FEED_TEASERS = False
FEED_LENGTH = 20
ATOM_PATH = ""
COPY_SOURCES = False
SHOW_SOURCELINK = False
IMAGE_FOLDERS = {}
GALLERY_FOLDERS = {}
LISTINGS_FOLDERS = {}
FILES_FOLDERS = {"files": ""}
USE_BUNDLES = False
GZIP_FILES = False
COMMENT_SYSTEM = ""
LICENSE = CONTENT_FOOTER = ""
META_GENERATOR_TAG = False
DEMOTE_HEADERS = 0
DEPLOY_FUTURE = True
FUTURE_IS_NOW = True
DISABLED_PLUGINS = [
    "sitemap",
    "robots",
    "render_archive",
    "classify_archive",
    "archive",
    "render_galleries",
    "render_listings",
    "redirect",
    "scale_images",
    "copy_sources",
    "render_sources",
    "create_bundles",
]
GLOBAL_CONTEXT = {}
GLOBAL_CONTEXT_FILLER = []


def _is_main(self, *_):
    return self.classification_name == "main_index"


# one Atom feed per language, as the other tools write: Nikola would write one for every tag and category too
Taxonomy.should_generate_atom_for_classification_page = _is_main
