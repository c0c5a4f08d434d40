"""Answers that came by mail: read from a mail box, sealed into the editor's queue."""
