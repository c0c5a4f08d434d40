"""Copies of the magazine: judged, made, renewed."""
