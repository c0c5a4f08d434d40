"""For every rule the smallest content that breaks it, what is told of it in three languages, and its mended twin.

``broken/<rule>/broken`` is told exactly as in ``report.<language>.txt``; ``broken/<rule>/mended`` passes. That other
languages of a text are missing is told of nearly all trees; only the tree of that rule counts it. A ``forbidden.txt``
beside them is the list of names for both; it is copied away first, for inside the repository it is refused.
"""

from pathlib import Path

import pytest

from magazine import forbidden
from magazine.desk import check
from magazine.messages import LANGUAGES
from magazine.problems import Problem
from magazine.rules import RULES
from magazine.rules.release import OF_RELEASE

ROOT = Path(__file__).parent
TREES = sorted(path.name for path in (ROOT / "broken").iterdir())
# what no tree of files can show: see test_build.py, test_library.py, test_mirrors_page.py and test_renamed.py, and for
# the list itself test_forbidden.py
WITHOUT_TREE = {
    "file-unreadable", "forbidden-common", "forbidden-empty", "forbidden-inside", "forbidden-not-utf8",
    "forbidden-open", "forbidden-short", "forbidden-unreadable", "internal", "setting-bad", "slug-renamed",
}  # fmt: skip
MISSING = "translation-missing"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths in commands to be typed are told from where one stands."""
    monkeypatch.chdir(ROOT.parent)


@pytest.fixture(autouse=True)
def _forbidden(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of names of a rule, where it has one."""
    monkeypatch.delenv(forbidden.VARIABLE, raising=False)
    rule = request.node.callspec.params["rule"] if hasattr(request.node, "callspec") else ""
    listed = ROOT / "broken" / rule / "forbidden.txt"
    if listed.exists():
        copy = tmp_path / "forbidden.txt"
        copy.write_bytes(listed.read_bytes())
        copy.chmod(0o600)
        monkeypatch.setenv(forbidden.VARIABLE, str(copy))


def told(rule: str, tree: str) -> list[Problem]:
    return [one for one in check.checked(ROOT / "broken" / rule / tree) if one.code != MISSING or rule == MISSING]


def test_every_rule_has_its_tree() -> None:
    assert set(TREES) == set(RULES) - set(OF_RELEASE) - WITHOUT_TREE  # a finished site's: see test_gate_rules.py


@pytest.mark.parametrize("rule", TREES)
def test_a_broken_tree_is_told_in_three_languages(rule: str) -> None:
    problems = told(rule, "broken")
    assert rule in {problem.code for problem in problems}
    for language in LANGUAGES:
        lines = [f"{check.severity_name(one.severity, language)} {one.text(language)}" for one in problems]
        expected = (ROOT / "broken" / rule / f"report.{language}.txt").read_text(encoding="utf-8").splitlines()
        assert lines == expected


@pytest.mark.parametrize("rule", TREES)
def test_its_mended_twin_passes(rule: str) -> None:
    assert told(rule, "mended") == []
