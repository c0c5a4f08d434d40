"""The benchmark: its corpus is the same everywhere, its figures are right, and a quick run of it goes through."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from bench import aims, chart, figures, layouts, measure, outputs, photographs
from bench.__main__ import NO_HUGO, main
from bench.corpus import CHANGES, Corpus
from bench.results import Results
from toolbox import REPOSITORY, run
from trees import read

SIZE = 24


def sources(tool: str, corpus: Corpus) -> dict[str, str]:
    files: dict[str, str] = {}
    for story in corpus:
        files |= layouts.story_files(tool, corpus, story)
    return files


def row(**seconds: float) -> dict[str, dict[str, object]]:
    return {tool: {"wall": value, "cpu": value, "status": 0, "said": ""} for tool, value in seconds.items()}


def test_the_corpus_is_the_same_at_every_run() -> None:
    code = "from bench.corpus import Corpus; import zlib; print(zlib.crc32(repr(list(Corpus(3))).encode()))"
    command, tests = [sys.executable, "-c", code], REPOSITORY / "tests"
    found = {run(*command, cwd=tests, env={"PYTHONHASHSEED": seed}) for seed in ("1", "2")}
    assert len(found) == 1


def test_the_magazine_finds_no_fault_with_its_corpus(tmp_path: Path) -> None:
    layouts.lay("magazine", Corpus(SIZE), tmp_path / "site")
    files = {
        path.relative_to(tmp_path / "site/content").as_posix(): path.read_bytes()
        for path in (tmp_path / "site/content").rglob("*.md")
    }
    held, report = read(tmp_path / "read", files)
    assert report.sorted() == []
    stories = [entry for entry in held.entries.values() if entry.slug.startswith("story-")]
    assert len(stories) == SIZE
    assert {len(story.versions) for story in stories} == {2, 3}
    assert {entry.section for entry in stories} == {"magazine", "blog"}


@pytest.mark.parametrize("tool", ["magazine", *layouts.HEADS])
def test_every_tool_gets_the_same_texts_and_links_that_lead_somewhere(tool: str) -> None:
    corpus = Corpus(SIZE)
    files = sources(tool, corpus)
    texts = sum(len(story.texts) for story in corpus)
    assert len([name for name in files if name.endswith(".md") and "/comments/" not in name]) == texts
    targets = {link for text in files.values() for link in re.findall(r"\]\(([^)]+)\)", text)}
    inner = {link for link in targets if "://" not in link}
    assert len(inner) > SIZE / 2
    assert all(re.search(r"/story-000(0\d|1\d|2[0-3])/$", link) for link in inner)
    assert not [link for link in inner if link.startswith("..") != (tool == "magazine")]


@pytest.mark.parametrize("change", CHANGES)
def test_an_edit_writes_one_file_and_the_next_one_another_text(tmp_path: Path, change: str) -> None:
    corpus = Corpus(SIZE)
    layouts.lay("hugo", corpus, tmp_path)
    written = [layouts.write_story("hugo", corpus, corpus.edited(5, change, serial), tmp_path) for serial in (0, 1, 1)]
    assert [len(names) for names in written] == [1, 1, 0]


def test_a_new_story_is_the_last_one_of_the_newest_issue() -> None:
    corpus = Corpus(SIZE)
    frame = corpus.frame(SIZE + 1)
    assert frame.issue == max(corpus.issues())
    assert frame.moment > max(corpus.frame(number).moment for number in range(SIZE))


def test_photographs_are_all_different(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photographs, "SIZE", (160, 120))
    corpus = Corpus(4, photographs=150)
    layouts.lay("magazine", corpus, tmp_path)
    found = list(tmp_path.rglob("*.jpg"))
    assert (len(found), len({path.read_bytes() for path in found})) == (150, 150)
    source = next(path for path in tmp_path.rglob("ru.md") if path.parent.name.startswith("story-"))
    assert source.read_text(encoding="utf-8").count("](photo-") == len(list(source.parent.glob("*.jpg")))


def test_ratios_are_taken_within_a_round() -> None:
    found = figures.Series([row(magazine=1, hugo=2), row(magazine=8, hugo=4), row(magazine=3, hugo=4)])
    assert found.median("magazine", "wall") == 3
    assert found.ratio("magazine", "wall") == 0.75
    assert found.ratio("nikola", "wall") is None


def test_a_run_that_failed_has_no_figures() -> None:
    failed = row(hugo=2) | {"eleventy": {"wall": 1.0, "status": 1}}
    found = figures.Series([failed])
    assert found.values("eleventy", "wall") == []
    assert found.ratio("eleventy", "wall") is None


def test_the_quicker_of_hugos_servers_is_the_one_to_beat(tmp_path: Path) -> None:
    results = Results(tmp_path / "results.json")
    results.put("cold/9/0", row(magazine=3, hugo=2))
    results.put("resident/9/body/0", row(magazine=0.3) | {"hugo": {"wall": 0.6}, "hugo-disk": {"wall": 0.4}})
    assert figures.best_server(results, 9, "body") == ("hugo-disk", 0.4)
    told = {(aim.what, aim.unit): (round(aim.found, 2), aim.is_reached) for aim in aims.aims(results)}
    assert told["preview, body saved to page done, 9 × 3", "× Hugo's server"] == (0.75, True)
    assert told["preview, body saved to page done, 9 × 3", "s"] == (0.3, True)
    assert told["whole build, 9 × 3", "× Hugo"] == (1.5, True)


def test_what_was_kept_is_read_again_and_no_serial_number_comes_twice(tmp_path: Path) -> None:
    first = Results(tmp_path / "results.json")
    first.put("cold/9/0", row(hugo=2))
    serials = [first.serial(), Results(first.path).serial(), Results(first.path).serial()]
    assert serials == [0, 1, 2]
    assert Results(first.path).rows("cold/9") == [row(hugo=2)]


def test_a_run_counts_its_children(tmp_path: Path) -> None:
    child = "import time; held = bytearray(80_000_000)\nwhile time.process_time() < 0.5: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    done = measure.run([sys.executable, "-c", code], tmp_path, os.environ, 60, sampled=True)
    assert done.status == 0
    assert done.cpu is None or done.cpu >= 0.5
    assert done.wall >= 0.5
    assert done.peak is None or done.peak > 75


def test_a_run_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    done = measure.run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, os.environ, 0.3)
    assert done.status != 0
    assert done.wall < 30
    assert done.said == "longer than 0 s"


def test_a_run_that_fails_has_last_words(tmp_path: Path) -> None:
    done = measure.run([sys.executable, "-c", "raise SystemExit('no paper')"], tmp_path, os.environ, 60)
    assert (done.status, done.said) == (1, "no paper")


def test_files_are_told_apart(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text(name)
    before = outputs.snapshot(tmp_path)
    (tmp_path / "a").write_text("other")
    (tmp_path / "b").unlink()
    (tmp_path / "d").write_text("new")
    (tmp_path / "c").write_text("c")
    after = outputs.snapshot(tmp_path)
    found = outputs.compared(before, after)
    assert [found[what] for what in ("changed", "added", "removed", "files")] == [1, 1, 1, 3]
    assert outputs.differences(before, after) == ["a", "b", "d"]


@pytest.mark.parametrize("large", [None, 310.0])
def test_the_plot_is_well_formed_and_says_its_figures(large: float | None) -> None:
    lines = (chart.Line("<ours>", 1.25, large, is_ours=True), chart.Line("unmeasured", None, None))
    root = ET.fromstring(chart.drawn([chart.Panel("A & B", lines)], "small", "large" if large else ""))
    words = " ".join(root.itertext())
    assert "<ours>" in words
    assert "1.25" in words
    assert "unmeasured" not in words
    assert ("310" in words) == bool(large)


def test_an_unknown_tool_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "hugo,jekyll"])
    assert "jekyll" in capsys.readouterr().err


@pytest.mark.slow
def test_a_quick_run_measures_compares_and_reports(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.bench", "--quick", "--work", str(tmp_path)]
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=False)
    if done.returncode == NO_HUGO:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    kept = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    cold = kept["cold/30/0"]
    assert cold["magazine"]["wall"] > 0
    assert cold["hugo"]["cpu"] > 0
    assert kept["edits/30/comment/0"]["magazine"]["changed"] >= 1
    assert kept["memory/30/0"]["magazine"]["cold"] > 10
    assert kept["resident/30/body/0"]["magazine"]["wall"] > 0
    assert kept["same/30"]["different"] == kept["same-resident-magazine/30"]["different"] == 0
    report = (tmp_path / "bench.md").read_text(encoding="utf-8")
    assert "| this magazine | 1 |" in report
    assert str(tmp_path) not in report
    ET.parse(tmp_path / "bench.svg")
