"""Settings for what is published: the same files, under the address that is given to the world."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from pelicanconf import *

SITEURL = os.environ.get("SITEURL", SITEURL)  # noqa: F405
CANONICAL = os.environ.get("SITEURL", CANONICAL)  # noqa: F405
I18N_SUBSITES = {code: {**site, "SITEURL": f"{SITEURL}/{code}"} for code, site in I18N_SUBSITES.items()}  # noqa: F405
