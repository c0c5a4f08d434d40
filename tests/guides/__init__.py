"""The guides in ``docs/``: read, walked through as an editor would, and given their pictures."""
