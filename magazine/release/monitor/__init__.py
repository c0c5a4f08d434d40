"""Mirrors are looked after: what each of them serves, and whether it is worth being sent to."""
