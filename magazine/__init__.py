"""The magazine: a Pelican plugin and the tools around it."""

from __future__ import annotations


def register() -> None:
    """Connect the plugin to Pelican's signals."""
    # imported here, so that the desk's tools start without Pelican
    from pelican import signals  # noqa: PLC0415

    from magazine.site import run  # noqa: PLC0415

    signals.initialized.connect(run.start)
    signals.readers_init.connect(run.readers)
    signals.get_generators.connect(run.generators)
    signals.get_writer.connect(run.writer)
    signals.finalized.connect(run.finish)
