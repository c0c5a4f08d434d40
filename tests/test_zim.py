"""The site can be packed for offline readers: a ZIM that its own checker passes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from site_files import Site
from toolbox import need, run, told

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def zim(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as one ZIM file, all three languages."""
    root = tmp_path_factory.mktemp("zim")
    shutil.copytree(site.root, root / "site")
    Image.new("RGB", (48, 48), "firebrick").save(root / "site" / "illustration.png")
    facts = {
        "welcome": "index.html",
        "illustration": "illustration.png",
        "language": "rus,kir,eng",
        "name": "magazine",
        "title": "Magazine",
        "description": "A magazine in three languages",
        "creator": "Editors",
        "publisher": "Editors",
    }
    run(
        need("zimwriterfs"),
        *(f"--{name}={value}" for name, value in facts.items()),
        root / "site",
        root / "magazine.zim",
    )
    return root / "magazine.zim"


def test_zimcheck_passes_every_test(zim: Path) -> None:
    done = subprocess.run([need("zimcheck"), "-A", "-D", str(zim)], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    assert "Overall Test Status: Pass" in done.stdout


def test_zimcheck_finds_no_broken_or_foreign_address(zim: Path) -> None:
    done = subprocess.run(
        [need("zimcheck"), "-U", "-X", "-0", "-J", str(zim)], capture_output=True, encoding="utf-8", check=False
    )
    found = [str(problem) for problem in json.loads(done.stdout)["logs"]]
    assert not found, told(found)
