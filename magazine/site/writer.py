"""Pages to files: UTF-8 and newlines alone, on every system, and never two pages at one address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Template
from pelican.utils import sanitised_join
from pelican.writers import FileOverwriteFailedError, Writer


class PageWriter(Writer):  # type: ignore[misc]
    """Writes each page once; the page's own address is ``output_file`` in its template."""

    def write_file(
        self,
        name: str,
        template: Template,
        context: dict[str, Any],
        relative_urls: bool = False,  # noqa: ARG002
        paginated: dict[str, Any] | None = None,  # noqa: ARG002
        template_name: str | None = None,  # noqa: ARG002
        override_output: bool = False,  # noqa: ARG002
        url: str | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> None:
        """Render a page and write it. Raises FileOverwriteFailedError if its address is taken."""
        path = Path(sanitised_join(self.output_path, name))
        if path.exists():
            raise FileOverwriteFailedError(f"two pages of one address: {name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = template.render({**context, **kwargs, "output_file": name})
        path.write_bytes(text.encode())
