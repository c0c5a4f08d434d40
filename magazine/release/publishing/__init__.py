"""A release is sent to where the world finds it."""
