"""Each page tells browsers to fetch and run nothing but what it must, and holds no script but the exit's."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from magazine.problems import Report
from magazine.release.gate.about import About
from magazine.release.gate.markup import Page, Tag

POLICY = "content-security-policy"
BEFORE_POLICY = ("html", "head", "meta")
NOTHING = ["'none'"]
OF_PICTURES = {"'self'", "data:", "'none'"}
CUT = 100
MAY_RUN = re.compile(r"\s(?:on|attributename)", re.IGNORECASE)  # what each tag holds that runs something


def tell(path: str, page: Page, about: About, report: Report) -> None:
    """Tell what a whole page runs or lets run."""
    tell_scripts(path, page, about.scripts, report)
    if wrong := _policy_fault(page, about):
        report.add("gate-policy", path, value=wrong)
    referrers = [
        tag for tag in page.tags if tag.name == "meta" and tag.attributes.get("name", "").lower() == "referrer"
    ]
    if not referrers or any(tag.attributes.get("content") != "no-referrer" for tag in referrers):
        report.add("gate-referrer", path)


def tell_scripts(path: str, page: Page, allowed: tuple[str, ...], report: Report, *, first: int = 1) -> None:
    """Tell every script of a page, or of a part of one, that is not allowed by its hash."""
    for tag in page.tags:
        if tag.name != "script" and not MAY_RUN.search(tag.letters):
            continue
        line = page.line(tag.place) + first - 1
        if tag.name == "script" and (
            set(tag.attributes) & {"src", "href", "xlink:href"} or _hash(tag.text) not in allowed
        ):
            report.add("gate-script", path, line)
        for name in tag.attributes:
            animates = name == "attributename" and tag.attributes[name].strip().lower() in ("href", "xlink:href")
            if name.startswith("on") or animates:
                report.add("gate-handler", path, line, name=name)


@lru_cache(maxsize=256)
def _hash(text: str) -> str:
    """The source expression of an inline script or style sheet (CSP 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _policy_fault(page: Page, about: About) -> str:
    """What is missing or too wide in the policy of a page, or nothing."""
    policies = [
        tag for tag in page.tags if tag.name == "meta" and tag.attributes.get("http-equiv", "").lower() == POLICY
    ]
    if not policies:
        return POLICY
    early = page.tags[: page.tags.index(policies[0])]
    if late := [tag for tag in early if not _is_harmless(tag)]:
        return f"<{late[0].name}>"
    directives = _directives(policies[0].attributes.get("content", ""))
    styles = {_hash(tag.text) for tag in page.tags if tag.name == "style"}
    wanted = {"default-src": set(NOTHING), "base-uri": set(NOTHING)}
    if any(tag.name == "form" for tag in page.tags):
        wanted["form-action"] = {*about.intakes, "'none'"}
    known = {
        **wanted, "form-action": {*about.intakes, "'none'"}, "img-src": OF_PICTURES, "style-src": {*styles, "'none'"},
        "script-src": {*about.scripts, "'none'"},
    }  # fmt: skip
    for name in wanted:
        if name not in directives:
            return name
    for name, sources in directives.items():
        if name.endswith(("-src", "-elem", "-attr")) or name in known:
            allowed = known.get(name.removesuffix("-elem").removesuffix("-attr"), set(NOTHING))
            if wide := [source for source in sources if source not in allowed]:
                return f"{name} {wide[0]}"[:CUT]
    return ""


def _is_harmless(tag: Tag) -> bool:
    return tag.name in BEFORE_POLICY and tag.attributes.get("http-equiv", "").lower() != "refresh"


@lru_cache(maxsize=1024)
def _directives(content: str) -> dict[str, list[str]]:
    """The directives of a policy; of two with one name the first counts (CSP 3, 2.2.1)."""
    found: dict[str, list[str]] = {}
    for part in content.split(";"):
        words = part.split()
        if words:
            found.setdefault(words[0].lower(), words[1:])
    return found
