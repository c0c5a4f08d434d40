"""Minimal messages for a language the generator has none for (English text)."""

from nikola.utils import load_messages  # noqa: F401

MESSAGES = {}
