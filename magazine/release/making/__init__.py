"""A release, from a finished site to the folder that is published."""
