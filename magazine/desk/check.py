"""Every problem of the whole content at once: what would stop a build, what it would tell, and advice."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from magazine import cache, forbidden
from magazine import library as shelves
from magazine.desk import advice, drafts, overview, renamed
from magazine.desk.drafts import Draft
from magazine.memory import Memory
from magazine.messages import marked, say, say_number
from magazine.problems import Problem, Report
from magazine.progress import DONE, Progress
from magazine.rules import ADVICE, ERROR, WARNING
from magazine.site import claims, fingerprints
from magazine.site.build import languages_of, said
from magazine.site.copies import keys_of
from magazine.site.inspection import Inspection
from magazine.stamps import digest
from magazine.workers import uncollected

TEXT, JSON = FORMATS = ("text", "json")
SEVERITY_NAMES = {ERROR: marked("Error:"), WARNING: marked("Note:"), ADVICE: marked("Advice:")}
COLOURS = {ERROR: "31", WARNING: "33", ADVICE: "36"}  # ECMA-48, 8.3.117


@dataclass(frozen=True)
class Findings:
    """Every problem, by file and line, and every text that is not in the site."""

    problems: list[Problem]
    drafts: list[Draft]


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
    return looked_through(content, memory).problems


@uncollected()
def looked_through(content: Path, memory: Memory | None = None) -> Findings:
    """What there is to tell of a content folder, drafts as if they were to be published."""
    content = content.resolve()
    settings = said()
    languages, report = languages_of(settings), Report()
    names = forbidden.listed(settings, content, report)
    if report.errors():  # without the list nothing can be quoted safely
        return Findings(report.sorted(), [])
    kept = memory or Memory(cache.remembered("checks", content), fingerprints.program().hex())
    today, tree, progress = fingerprints.day(), shelves.scanned(content), Progress(0, sys.stderr)
    try:
        held = whole = shelves.read(content, languages, report, today, tree, kept)
        budgets = settings["PAGE_BUDGET"], settings["PICTURES_BUDGET"]
        weights = partial(advice.weight, budgets[0]), partial(advice.pictures, budgets[1])
        rules = (advice.headings, advice.alphabets, advice.sentences, *weights)
        stamp = digest(languages, *budgets)
        Inspection(held, rules, kept, stamp).tell(tree, report, progress)
        beside = Report()
        if held.drafts:
            whole = shelves.read(content, languages, beside, today, tree, kept, drafts=held.drafts)
            Inspection(whole, rules, kept, stamp, held.texts).tell(tree, beside, progress)
        overview.tell(held, today, report)
        renamed.tell(held, kept, report)
        claims.tell(held, settings, report)
        keys_of(held, report)
        forbidden.tell_sources(names, tree, kept, report)
        kept.save(())
    finally:
        progress.end()
        if kept is not memory:
            kept.close()
    problems = sorted([*report.found, *drafts.told(beside, report)])
    return Findings(names.masked(problems), drafts.listed(held, whole, problems))


def stay(content: Path, asked: Iterable[str]) -> None:
    """At each line, say a line of JSON: the ``problems`` and the ``drafts``; then ``DONE``. All is kept in mind."""
    memory = Memory(cache.remembered("checks", content), fingerprints.program().hex())
    for _ in asked:
        found = looked_through(content, memory)
        told = {"problems": list(map(as_json, found.problems)), "drafts": list(map(asdict, found.drafts))}
        print(json.dumps(told), end=f"\n{DONE}", flush=True)


def as_json(problem: Problem) -> dict[str, Any]:
    """A problem for other programs; the words are in the editor's language."""
    what, how = problem.said()
    return {
        "file": problem.path, "line": problem.line, "rule": problem.code, "severity": problem.severity,
        "what": what, "how": how, "draft": problem.in_draft,
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


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        stay(Path(sys.argv[1]), sys.stdin)
