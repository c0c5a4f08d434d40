"""``python3 -m tests.guides``: take the pictures of the guides anew, in all languages or in those that are named."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as in the tests
from guides.screens import PICTURES, take

if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for language in sys.argv[1:] or ("ru", "ky", "en"):
        with tempfile.TemporaryDirectory() as folder:
            for path in take(language, Path(folder)):
                print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")
