"""How keys of releases are made, kept and changed."""
