"""The address of a folder in IPFS, told without a node (UnixFS, CIDv1, profile unixfs-v1-2025)."""

from __future__ import annotations

from pathlib import Path


def of_folder(folder: Path, names: list[str]) -> str:
    """The CID of a folder that holds just these files."""
    raise NotImplementedError(folder, names)
