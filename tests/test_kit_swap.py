"""Whenever the power fails around the swap, readers of a copy have the old tree or the new one, never a mixture.

Before each step that changes the folder it is kept as it is then, which is all that would be left of it.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nginx_server import Nginx, nginx_below
from releases import PAGES
from test_kit_sync import first, follow, live, run
from toolbox import need

pytestmark = [pytest.mark.judge, pytest.mark.slow]
DEAD = "http://127.0.0.1:9/"
# what a folder or a system cannot do, as its tools say it
UNABLE = {
    "able": {},
    "goes over no link": {"mv": "-fT|-fh", "perl": "-e"},
    "knows no links": {"ln": "*"},
    "may make no links": {},
}
ATOMIC = "able"
CASES = [("dash", one) for one in list(UNABLE)[:3]] + [("php", one) for one in UNABLE if one != "goes over no link"]
STEP = """#!/bin/sh
case "$1" in {unable}) exit 1 ;; esac
case "{name} $*" in "mv new trees/"*) echo 100 >{own}/step ;; esac
if [ -f {own}/step ]; then
    step=$(($(cat {own}/step) + 1))
    echo $step >{own}/step
    {cp} -a {copy} {own}/$step
fi
exec {real} "$@"
"""
# functions that are disabled may be written anew
PHP = """<?php
$libc = FFI::cdef('int rename(const char *a, const char *b); int symlink(const char *a, const char *b);');
function kept(): void {{
    if (is_file('{own}/step')) {{
        $step = 1 + (int) file_get_contents('{own}/step');
        file_put_contents('{own}/step', $step);
        exec("{cp} -a {copy} {own}/$step");
    }}
}}
function rename(string $from, string $to): bool {{
    if (substr($from, -4) === '/new') {{
        file_put_contents('{own}/step', 100);
    }}
    kept();
    return $GLOBALS['libc']->rename($from, $to) === 0;
}}
"""
SYMLINK = """function symlink(string $from, string $to): bool {{
    kept();
    return {links} && $GLOBALS['libc']->symlink($from, $to) === 0;
}}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("served")
    folder.chmod(0o755)
    with nginx_below(folder) as server:
        yield server


def watching(own: Path, copy: Path, program: str, unable: str) -> dict[str, str]:
    """An environment in which the copy is kept as it is before each step, once the new tree is about to be moved."""
    own.mkdir()
    places = {"own": own, "copy": copy, "cp": need("cp")}
    if program == "php":
        symlink = SYMLINK.format(links="false" if unable == "knows no links" else "true")
        (own / "steps.php").write_text(PHP.format(**places) + (symlink if unable != "may make no links" else ""))
        disabled = "rename,symlink" + (",link,set_time_limit,getmypid" if unable == "may make no links" else "")
        lines = ("ffi.enable=1", f"auto_prepend_file={own}/steps.php", f"disable_functions={disabled}")
        (own / "own.ini").write_text("".join(f"{line}\n" for line in lines))
        return {"PHP_INI_SCAN_DIR": f":{own}"}
    for name in ("mv", "ln", "rm", "perl"):
        step = STEP.format(**places, name=name, real=need(name), unable=UNABLE[unable].get(name, "''"))
        (own / name).write_text(step)
        (own / name).chmod(0o755)
    return {"PATH": f"{own}:{os.environ['PATH']}"}


@pytest.mark.parametrize(("program", "unable"), CASES)
def test_a_power_cut_before_each_step_of_the_swap(program: str, unable: str, served: Nginx, tmp_path: Path) -> None:
    folder, address = first(served, "-".join((program, *unable.split())))
    own, copy = tmp_path / "own", tmp_path / "copy"
    names = watching(own, copy, program, unable)
    done = run(program, copy, address, **names)
    assert done.returncode == 0, done.stdout + done.stderr
    for kept in own.glob("1*"):
        shutil.rmtree(kept)
    (own / "step").unlink()
    old = live(copy)
    follow(folder, 43, {**PAGES, "index.html": "2", "new.html": "3"})
    assert run(program, copy, address, **names).returncode == 0
    new = {name: (folder / name).read_bytes() for name in live(copy)}
    assert live(copy) == new
    assert new["new.html"] == b"3"
    (own / "step").unlink()
    cuts = sorted(own.glob("1*"))
    states = [named(live(cut), old, new) for cut in cuts]
    assert len(states) > (2 if program == "php" else 5)
    assert states == sorted(states, key=("old", "none", "new", "mixed").index), "it goes on in one direction"
    assert states.count("none") <= (unable != ATOMIC), states
    assert "mixed" not in states
    for state in {"old", "none"} & {*states}:  # the last of each: nothing leads to the new tree yet
        cut = [one for one, its in zip(cuts, states, strict=True) if its == state][-1]
        assert run(program, cut, DEAD, **names).returncode != 0
        assert live(cut) in (old, new), f"before {cut.name} it was {state}, and the next run did not mend it"
        assert run(program, cut, address, **names).returncode == 0
        assert live(cut) == new
        assert not (cut / ".current").is_symlink()


def named(found: dict[str, bytes], old: dict[str, bytes], new: dict[str, bytes]) -> str:
    if not found:
        return "none"
    return "old" if found == old else "new" if found == new else "mixed"
