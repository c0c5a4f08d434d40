"""Pages to files: rendered only when something they are made of changed, written only when their bytes did."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import FileIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template
from pelican.writers import FileOverwriteFailedError, Writer

from magazine.forbidden import Forbidden
from magazine.problems import Problem, Report
from magazine.site import addresses
from magazine.site.ledger import Ledger
from magazine.site.templates import macros
from magazine.workers import spread

MANY = 100  # pages
SEAM = 100  # bytes: the tags around a style sheet, and what parts have less in common than the whole


@dataclass(frozen=True)
class Sheet:
    """A page to be rendered; ``place`` is its address below the root of the site."""

    place: str
    template: Template
    values: Mapping[str, Any]


@dataclass
class Press:
    """Renders the pages of all languages and leaves in ``staging`` those whose bytes are new.

    ``keys`` are the pages' keys by place, ``budget`` the bytes that a compressed page may weigh; a page that holds
    something of ``names`` is left out.
    """

    ledger: Ledger
    staging: Path
    keys: Mapping[str, bytes]
    budget: int
    names: Forbidden
    sheets: dict[str, Sheet] = field(default_factory=dict)
    common: dict[Environment, dict[str, Any]] = field(default_factory=dict)

    def add(self, sheet: Sheet) -> None:
        """Take a page on. Raises FileOverwriteFailedError if its address is taken."""
        if sheet.place in self.sheets:
            raise FileOverwriteFailedError(f"two pages of one address: {sheet.place}")
        self.sheets[sheet.place] = sheet

    def print(self, tick: Callable[[], None]) -> None:
        """Render everything, on all cores."""
        self.names.prepare()
        for environment in {sheet.template.environment for sheet in self.sheets.values()}:
            self.common[environment] = {**environment.globals, **macros(environment)}
            if len(self.sheets) > MANY:  # before the processes part, so that each is compiled once
                for name in environment.list_templates(filter_func=lambda name: not name.startswith("!")):
                    environment.get_template(name)
        together: dict[str, list[Sheet]] = {}
        for sheet in self.sheets.values():
            # the languages of one page share its answers, which are then cleaned once
            together.setdefault(sheet.values["output_file"], []).append(sheet)
        for sheets, told in spread(self._printed, list(together.values())):
            for sheet, problems in zip(sheets, told, strict=True):
                self.ledger.add(sheet.place, self.keys[sheet.place], problems)
                tick()

    def _printed(self, sheets: list[Sheet]) -> list[tuple[Problem, ...]]:
        return [self._page(sheet) for sheet in sheets]

    def _page(self, sheet: Sheet) -> tuple[Problem, ...]:
        template, values = sheet.template, {**self.common[sheet.template.environment], **sheet.values}
        # as Template.render does, which copies what is common to all pages name by name
        text = "".join(template.root_render_func(template.new_context(values, shared=True)))
        data = addresses.made_relative(text, sheet.place).encode()
        report = Report()
        if self.names.tell(sheet.place, data, report):
            return tuple(report.found)
        if not self.ledger.stands(sheet.place, data):
            put(self.staging, sheet.place, data)
        if sheet.place.endswith(".html") and (size := weight(data, self.budget)) > self.budget:
            report.add("page-heavy", sheet.place, size=size, limit=self.budget)
        return tuple(report.found)


class PageWriter(Writer):  # type: ignore[misc]
    """Hands pages to the press; the page's own address is ``output_file`` in its template."""

    def write_file(
        self,
        name: str,
        template: Template,
        context: dict[str, Any],  # noqa: ARG002
        relative_urls: bool = False,  # noqa: ARG002
        paginated: dict[str, Any] | None = None,  # noqa: ARG002
        template_name: str | None = None,  # noqa: ARG002
        override_output: bool = False,  # noqa: ARG002
        url: str | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> None:
        """Take a page on. Raises FileOverwriteFailedError if its address is taken."""
        press: Press = self.settings["PRESS"]
        place = self.settings["EDITION"].place(name)
        # what Pelican keeps for its own templates is left out: to copy it takes as long as to render a short page
        press.add(Sheet(place, template, {**kwargs, "output_file": name}))


def put(folder: Path, address: str, data: bytes) -> None:
    """A new file below a folder."""
    path = f"{folder}/{address}"
    try:
        _write(path, data)
    except FileNotFoundError:  # the folder is there in most cases: asking every time costs as much as writing
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        _write(path, data)


def weight(data: bytes, budget: int) -> int:
    """At most so many bytes has a page when compressed; exactly so many, where that is more than the budget."""
    head, _, rest = data.partition(b"<style>")
    style, _, body = rest.partition(b"</style>")
    # to squeeze every page whole takes a twentieth of a build, and hardly one of thousands is near the budget
    size = len(head) + _squeezed_style(style) + len(body) + SEAM
    if size > budget:
        part = body[: 2 * (size - budget)]
        size -= len(part) - len(gzip.compress(part, 1, mtime=0))
    if size > budget:
        size = len(gzip.compress(data, 1, mtime=0))
    return size if size <= budget else len(gzip.compress(data, 9, mtime=0))


@lru_cache(maxsize=64)
def _squeezed_style(style: bytes) -> int:
    return len(gzip.compress(style, 1, mtime=0))


def _write(path: str, data: bytes) -> None:
    with FileIO(path, "w") as file:  # fewer calls of the system for each page
        rest = memoryview(data)
        while rest:  # a disk that becomes full takes a part first, and tells it at the next attempt
            rest = rest[file.write(rest) :]
