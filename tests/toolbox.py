"""The independent tools that judge the site: where they are, and what happens when one is missing."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
JUDGES = Path(os.environ.get("MAGAZINE_JUDGES", REPOSITORY / "tests" / "judges" / "node_modules"))
FROM_NPM = {
    "vnu": "vnu-jar/build/dist/vnu.jar",
    "axe": "axe-core/axe.min.js",
    "lighthouse": "lighthouse/cli/index.js",
}


def need(tool: str) -> str:
    """The path of a tool. Missing, it is a failure where CI=true and a named skip elsewhere."""
    found = str(JUDGES / FROM_NPM[tool]) if tool in FROM_NPM else shutil.which(tool)
    if found and Path(found).exists():
        return found
    sentence = f"{tool} is not installed: .ci/run says how to install it"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def run(*command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """What a command prints; a failing command fails the test with everything it said."""
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def told(problems: list[str]) -> str:
    """A readable list for the message of an assertion."""
    return f"{len(problems)} found\n" + "\n".join(f"  {problem}" for problem in problems[:40])


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read and write everything: for a moment nobody is asked."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
