"""Edits, builds and comparisons: the warm build beside a cold one."""
