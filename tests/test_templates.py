"""The theme compiled our way makes what Jinja's own way makes; what is missing is an error."""

from pathlib import Path

import jinja2
import pytest
from jinja2.ext import Extension
from markupsafe import Markup
from site_files import Site

from magazine import cache
from magazine.site import build, templates
from magazine.site.templates import PlainCode


def environment(**templates: str) -> jinja2.Environment:
    loader = jinja2.DictLoader(templates)
    return jinja2.Environment(autoescape=True, loader=loader, extensions=[PlainCode])


def shown(source: str, **values: object) -> str:
    return environment(page=source).get_template("page").render(values)


class Thing:
    """With an attribute and methods, as the edition has them."""

    name = "<зонт>"

    def said(self, *words: str, end: str = "!") -> str:
        return "<" + " ".join(words) + end

    def marked(self) -> Markup:
        return Markup("<b>") + "<" + Markup("</b>")


class AsItComes(Extension):
    """Leaves Jinja as it is."""


def test_every_page_is_what_jinja_makes_of_it(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "PlainCode", AsItComes)
    monkeypatch.setenv("MAGAZINE_CACHE", str(tmp_path / "cache"))
    cache.folder.cache_clear()
    assert not [problem for problem in build.build(output=tmp_path / "output") if problem.stops]
    cache.folder.cache_clear()
    for address, page in site.pages.items():
        assert (tmp_path / "output" / address).read_bytes() == page.source, address


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ thing.name }}", "&lt;зонт&gt;"),
        ("{{ thing.said() }}", "&lt;!"),
        ("{{ thing.said('a', 'b', end=thing.name) }}", "&lt;a b&lt;зонт&gt;"),
        ("{{ thing.said(*['a', 'b'], **{'end': '?'}) }}", "&lt;a b?"),
        ("{{ thing.marked() }}", "<b>&lt;</b>"),
        ("{{ thing.name|safe }}", "<зонт>"),
        ("{{ 3 }}{{ none }}{{ absent }}", "3None"),
        ("{% for one in [1, 2] %}{{ loop.index }}{{ thing.said(one|string) }}{% endfor %}", "1&lt;1!2&lt;2!"),
        ("{% block a %}<i>{{ thing.name }}</i>{% endblock %}{{ self.a() }}", "<i>&lt;зонт&gt;</i>" * 2),
        ("{% macro m(x) %}<u>{{ x }}{{ caller() }}</u>{% endmacro %}{% call m('<') %}&{% endcall %}", "<u>&lt;&</u>"),
        ("{% set s %}<p>{{ thing.name }}{% endset %}{{ s }}", "<p>&lt;зонт&gt;"),
        ("{% autoescape false %}{{ thing.name }}{% endautoescape %}", "<зонт>"),
    ],
)
def test_texts_are_escaped_once(source: str, expected: str) -> None:
    assert shown(source, thing=Thing()) == expected


def test_an_attribute_that_is_missing_is_an_error() -> None:
    with pytest.raises(AttributeError, match="nmae"):
        shown("{{ thing.nmae }}", thing=Thing())
    with pytest.raises(jinja2.UndefinedError):
        shown("{{ thnig.name }}", thing=Thing())
