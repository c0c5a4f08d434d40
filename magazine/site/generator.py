"""The pages that no single source stands behind, for Pelican to write."""

from __future__ import annotations

from pelican.generators import Generator
from pelican.writers import Writer

from magazine.site.plan import Plan


class PageGenerator(Generator):  # type: ignore[misc]
    """Writes what the plan of this language asks for beside the pages of entries: lists, feeds, maps."""

    def generate_output(self, writer: Writer) -> None:
        """Write the stale ones."""
        plan: Plan = self.settings["PLAN"]
        for page in plan.stale[self.settings["DEFAULT_LANG"]]:
            if not page.entry:
                writer.write_file(
                    page.address, self.get_template(page.template), self.context, here=page.here, **page.values
                )
