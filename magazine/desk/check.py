"""Every problem of the whole content at once: what would stop a build, what it would tell, and advice."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from magazine import cache
from magazine import library as shelves
from magazine.desk import advice, overview, renamed
from magazine.memory import Memory
from magazine.messages import marked, say, say_number
from magazine.problems import Problem, Report
from magazine.progress import Progress
from magazine.rules import ADVICE, ERROR, WARNING
from magazine.site import claims, fingerprints
from magazine.site.build import languages_of, said
from magazine.site.inspection import Inspection
from magazine.stamps import digest

TEXT, JSON = FORMATS = ("text", "json")
SEVERITY_NAMES = {ERROR: marked("Error:"), WARNING: marked("Note:"), ADVICE: marked("Advice:")}
COLOURS = {ERROR: "31", WARNING: "33", ADVICE: "36"}  # ECMA-48, 8.3.117


def run(content: Path | None = None, form: str | None = None) -> int:
    """Print every problem; the exit status, 1 if there is an error among them, 2 if nothing could be checked."""
    content = content or cache.PROJECT / said()["PATH"]
    if not content.is_dir():
        told = say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content)
        print(told, file=sys.stderr)
        return 2
    if form not in (None, *FORMATS):
        print(say("«%(value)s» is no format. Choose one of %(known)s.", value=form, known=", ".join(FORMATS)),
              file=sys.stderr)  # fmt: skip
        return 2
    problems = checked(content)
    if form == JSON:
        print(json.dumps([as_json(problem) for problem in problems], ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            print(_line(problem, is_coloured=_has_colours()))
        print(_summary(problems))
    return 1 if any(problem.stops for problem in problems) else 0


def checked(content: Path, memory: Memory | None = None) -> list[Problem]:
    """Every problem of a content folder, by file and line; a process that stays gives its ``memory``."""
    content = content.resolve()
    settings = said()
    languages = languages_of(settings)
    kept = memory or Memory(cache.remembered("checks", content), fingerprints.program().hex())
    report, today, tree, progress = Report(), fingerprints.day(), shelves.scanned(content), Progress(0, sys.stderr)
    try:
        held = shelves.read(content, languages, report, today, tree, kept)
        budgets = settings["PAGE_BUDGET"], settings["PICTURES_BUDGET"]
        weights = partial(advice.weight, budgets[0]), partial(advice.pictures, budgets[1])
        rules = (advice.headings, advice.alphabets, advice.sentences, *weights)
        stamp = digest(languages, *budgets)
        Inspection(held, rules, kept, stamp).tell(tree, report, progress)
        overview.tell(held, today, report)
        renamed.tell(held, kept, report)
        claims.tell(held, settings, report)
        kept.save(())
    finally:
        progress.end()
        if kept is not memory:
            kept.close()
    return report.sorted()


def as_json(problem: Problem) -> dict[str, Any]:
    """A problem for other programs; the words are in the editor's language."""
    what, how = problem.said()
    return {
        "file": problem.path, "line": problem.line, "rule": problem.code, "severity": problem.severity,
        "what": what, "how": how,
    }  # fmt: skip


def severity_name(severity: str, language: str | None = None) -> str:
    """How grave a problem is, in the editor's language."""
    return say(SEVERITY_NAMES[severity], language)


def _line(problem: Problem, *, is_coloured: bool) -> str:
    name = severity_name(problem.severity)
    shown = f"\x1b[{COLOURS[problem.severity]}m{name}\x1b[0m" if is_coloured else name
    return f"{shown} {problem.text()}"


def _has_colours() -> bool:
    """Whether the terminal shows colours and the user wants them (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _summary(problems: list[Problem]) -> str:
    counted = Counter(problem.severity for problem in problems)
    if not problems:
        return say("No problem was found.")
    errors = say_number("%(number)d error", "%(number)d errors", counted[ERROR])
    notes = say_number("%(number)d note", "%(number)d notes", counted[WARNING])
    advices = say_number("%(number)d piece of advice", "%(number)d pieces of advice", counted[ADVICE])
    return say("Found: %(errors)s, %(notes)s, %(advice)s.", errors=errors, notes=notes, advice=advices)
