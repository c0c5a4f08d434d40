"""Packs: the whole magazine in one file each, for those who carry it by hand, by torrent or to a hotspot."""
