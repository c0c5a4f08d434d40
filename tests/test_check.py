"""`check` tells everything at once, as text and as JSON, and says by its exit status whether a build would stop."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from trees import STORY, TRANSLATION, Files, write

from magazine import cache
from magazine.desk import check
from magazine.memory import Memory
from magazine.site import inspection

POST, LETTER = "blog/post/ru.md", "blog/letter/ru.md"
WRONG: Files = {
    POST: "Title: А\nDate: 2008-12-02\n\n# Раз\n\n[Дальше](../leter/)\n",
    LETTER: "Title: Б\nDate: 03.12.2008\n\nТекст.\n",
    "blog/letter/en.md": TRANSLATION,
}


def codes(folder: Path) -> list[tuple[str, str, int]]:
    return [(one.code, one.path, one.line) for one in check.checked(folder) if one.code != "translation-missing"]


def test_everything_is_told_at_once_by_file_and_line(tmp_path: Path) -> None:
    assert codes(write(tmp_path, WRONG)) == [
        ("date-bad", LETTER, 2), ("heading-first", POST, 4), ("link-dead", POST, 6)
    ]  # fmt: skip


def test_the_exit_status_tells_of_errors_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.run(write(tmp_path, WRONG)) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("Found: 2 errors, 1 note, ")
    write(tmp_path, {POST: STORY, LETTER: STORY})
    assert check.run(tmp_path) == 0
    assert check.run(tmp_path / "nothing") == 2
    assert check.run(tmp_path, "xml") == 2
    assert "xml" in capsys.readouterr().err


def test_json_holds_what_the_lines_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.run(write(tmp_path, WRONG), "json") == 1
    found = json.loads(capsys.readouterr().out)
    problems = check.checked(tmp_path)
    assert [(one["file"], one["line"], one["rule"], one["severity"]) for one in found] == [
        (one.path, one.line, one.code, one.severity) for one in problems
    ]
    assert all(f"{one['what']} {one['how']}" in problem.text() for one, problem in zip(found, problems, strict=True))


def test_without_a_terminal_there_are_no_colours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check.run(write(tmp_path, WRONG))
    assert "\x1b" not in capsys.readouterr().out


def test_a_second_check_reads_only_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, WRONG)
    first, seen = check.checked(tmp_path), []
    look = inspection.Inspection._seen

    def counted(self: inspection.Inspection, text: object) -> object:
        seen.append(text)
        return look(self, text)  # type: ignore[arg-type]

    monkeypatch.setattr(inspection.Inspection, "_seen", counted)
    assert check.checked(tmp_path) == first
    assert seen == []
    write(tmp_path, {"blog/leter/ru.md": STORY})
    assert "link-dead" not in {one.code for one in check.checked(tmp_path)}
    assert len(seen) == 2  # the new text, and the one whose link leads there now


def test_a_process_that_stays_keeps_its_memory(tmp_path: Path) -> None:
    memory = Memory(None)
    write(tmp_path, WRONG)
    assert check.checked(tmp_path, memory) == check.checked(tmp_path, memory) == check.checked(tmp_path)


def test_the_content_of_the_magazine_is_in_order() -> None:
    assert [one.text() for one in check.checked(cache.PROJECT / "content") if one.stops] == []


def test_the_command_runs_as_the_readme_has_it(tmp_path: Path) -> None:
    command = [sys.executable, "tasks.py", "check", "--content", str(write(tmp_path, WRONG)), "--format", "json"]
    done = subprocess.run(command, cwd=cache.PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, len(json.loads(done.stdout))) == (1, 4), done.stderr
