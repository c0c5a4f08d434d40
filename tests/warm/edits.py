"""All edits by their names, such as people make, and worse ones."""

from warm import answers, by_hand, entries, files, program, texts
from warm.desk import BREAKING, EDITS

__all__ = ["BREAKING", "EDITS", "answers", "by_hand", "entries", "files", "program", "texts"]
