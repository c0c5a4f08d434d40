"""For editors: the tools beside the build."""
