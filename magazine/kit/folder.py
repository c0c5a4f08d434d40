"""The folder ``kit/`` of a site: what a partner needs to copy the magazine and to prove her copy.

The scripts come with the root keys and the address of the magazine filled in; they are sent as texts, never run, by the
servers that show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from magazine.kit import presets
from magazine.kit.presets import Preset
from magazine.release import keyfile

NAME = "kit"  # its place in the site
SCRIPTS, WORDS = Path(__file__).parent / "scripts", Path(__file__).parent / "words"
WINDOWS = ".cmd"  # wants line ends of its own
# the lines of the scripts that are filled in, with what stands there before
BLANKS: Mapping[str, Mapping[str, str]] = {
    "verify.sh": {"ROOTS": 'ROOTS="${MAGAZINE_ROOTS:-%s}"'},
    "verify.py": {"ROOTS": 'ROOTS = "%s"'},
    "verify.cmd": {"SSH": 'set "ROOT=%s"'},
    "sync.sh": {"ROOTS": 'ROOTS="${MAGAZINE_ROOTS:-%s}"', "SITE": 'FROM="${MAGAZINE_FROM:-%s}"'},
    "sync.php": {"ROOTS": "getenv('MAGAZINE_ROOTS') ?: '%s'", "SITE": "getenv('MAGAZINE_FROM') ?: '%s'"},
}


def files(site: str, roots: Sequence[str], preset: Preset) -> dict[str, bytes]:
    """The files by their path below the folder; ``site`` is the address to copy from, with a slash at its end.

    Raises ValueError if a script has no place for what is to be filled in.
    """
    ssh = keyfile.as_ssh(roots[0]) if roots else ""
    values = {"ROOTS": " ".join(roots), "SITE": site, "SSH": ssh}
    found = {path.name: _filled(path, values) for path in _listed(SCRIPTS)}
    parts = urlsplit(site)
    above = [name for name in parts.path.split("/") if name]
    marks = {
        "@SITE@": site,
        "@ROOTS@": "\n".join(f"    {root}" for root in roots),
        "@ROOT@": roots[0] if roots else "",
        "@SSH@": ssh,
        "@DEPTH@": str(len(above)),  # folders that the address has above the magazine
        "@PLACE@": f"{parts.netloc.replace(':', '_')}{parts.path}",  # where HTTrack puts it
    }
    for path in _listed(WORDS):
        text = path.read_text(encoding="utf-8")
        for mark, value in marks.items():
            text = text.replace(mark, value)
        found[path.name] = text.encode()
    servers = {f"servers/{name}": text.encode() for name, text in presets.texts(preset).items()}
    return {**found, **servers}


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _filled(path: Path, values: Mapping[str, str]) -> bytes:
    text = path.read_text(encoding="utf-8")
    for name, blank in BLANKS.get(path.name, {}).items():
        if text.count(blank % "") != 1:
            raise ValueError(f"{path.name}: {blank % ''}")
        text = text.replace(blank % "", blank % values[name])
    return text.replace("\n", "\r\n").encode() if path.suffix == WINDOWS else text.encode()
