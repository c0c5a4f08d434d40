"""For readers: what runs inside a Pelican build."""
