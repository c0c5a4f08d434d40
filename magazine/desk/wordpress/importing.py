"""``import-wordpress``: an export, and a copy of its uploads, become files of the magazine."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from magazine import cache, workers
from magazine.desk.moderation.keyring import ModerationError, queue_if_any
from magazine.desk.moderation.queued import Queue
from magazine.desk.wordpress import report
from magazine.desk.wordpress.addresses import Site
from magazine.desk.wordpress.around import Old
from magazine.desk.wordpress.compose import composed
from magazine.desk.wordpress.index import Index
from magazine.desk.wordpress.media import Shelf, Uploads
from magazine.desk.wordpress.place import Desk, Placed
from magazine.desk.wordpress.plan import Homes, Standing, settle
from magazine.desk.wordpress.survey import Survey, survey
from magazine.desk.wordpress.waiting import Waiting
from magazine.desk.wordpress.wxr import CHUNK, Export, ExportError
from magazine.intake.sealing import KeysError
from magazine.intake.spool import FullError
from magazine.intake.submissions import Submission
from magazine.memory import Memory
from magazine.messages import say
from magazine.progress import Progress
from magazine.site.build import languages_of, said
from magazine.site.fingerprints import day

KIND, FORM = "imports", "1"  # of what is remembered, and of its form


@dataclass
class Done:
    """What was done: the survey, where files went, what became of comments, what is to be told."""

    survey: Survey
    entries: int = 0
    lost_paths: int = 0
    lost_attachments: int = 0
    files: Counter[str] = field(default_factory=Counter)
    comments: Counter[str] = field(default_factory=Counter)
    told: list[tuple[str, str, str]] = field(default_factory=list)


def run(file: Path, content: Path | None = None, uploads: Path | None = None) -> int:
    """Import an export and print the report; the exit status, 0 only if nothing of it was damaged."""
    content = content or cache.PROJECT / said()["PATH"]
    progress = Progress(0, sys.stderr)
    try:
        _check_folders(content, uploads)
        done = imported(file, content, uploads, languages_of(said()), progress)
    except (ExportError, ModerationError) as error:
        progress.end()
        print(error, file=sys.stderr)
        return 1
    except KeysError as error:
        progress.end()
        print(say(error.sentence, key=error.key), file=sys.stderr)
        return 1
    except (OSError, sqlite3.Error, FullError) as error:
        progress.end()
        reason = getattr(error, "strerror", None) or str(error) or say("there is no room on this computer")
        print(say("The import could not be finished: %(reason)s. Mend that and run the command again: "
                  "what is written already is not written twice.", reason=reason), file=sys.stderr)  # fmt: skip
        return 1
    progress.end()
    for line in report.lines(done, file):
        print(line)
    return 1 if done.survey.damaged else 0


def imported(file: Path, content: Path, uploads: Path | None, languages: tuple[str, ...], progress: Progress) -> Done:
    """Write all texts of an export. Raises ExportError, OSError, sqlite3.Error."""
    export = Export(file)
    progress.expect(export.size // CHUNK + 1)
    site = Site.of(export.head.addresses)
    content = content.resolve()
    memory = Memory(cache.remembered(KIND, content), FORM)
    with tempfile.TemporaryDirectory(prefix="magazine-") as temporary:
        index = Index(Path(temporary) / "index.sqlite")
        try:
            index.make()
            done = Done(survey(export, index, languages, progress.step))
            homes = Homes(next(iter(export.head.addresses), ""), memory.shelf("homes"))
            standing = Standing.of(content, languages)
            count, done.lost_paths, done.lost_attachments = settle(index, standing, languages, homes)
            del standing  # other processes need none of it
            done.entries = count
            progress.expect(count)
            settings = said()
            old = Old(export, index, Uploads(uploads), site, languages, settings["SITEURL"])
            queue = queue_if_any(settings, content)
            waiting = Waiting(
                Queue(queue[0]) if queue else None, queue[1] if queue else None, memory.shelf("sealed"), day()
            )
            writer = Writer(old, Desk.of(content, memory.shelf("files")))
            remembered = memory.shelf("files")
            found: dict[int, list[tuple[str, str, str]]] = {}
            for entry, (placed, fates, told, sent) in workers.spread(writer.write, range(1, count + 1)):
                done.comments += fates
                waiting.take(sent)
                if sent and not queue:
                    told.append(("pending", index.entry(entry)[0], str(len(sent))))
                for one in placed:
                    done.files[one.fate] += 1
                    if one.digest:
                        remembered.keep(one.path, one.digest, (one.digest, one.source))
                found[entry] = [*told, *((f"file-{one.fate}", one.path, "") for one in placed)]
                progress.step()
            done.told = [one for entry in sorted(found) for one in found[entry]]
            done.comments += waiting.fates
            memory.save()
        finally:
            index.close()
            memory.close()
    return done


def _check_folders(content: Path, uploads: Path | None) -> None:
    if uploads is not None and not uploads.is_dir():
        told = say("%(folder)s is no folder. Name the copy of wp-content/uploads with --uploads.", folder=uploads)
        raise ExportError(told)
    if not content.parent.is_dir() or (content.exists() and not content.is_dir()):
        told = say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content)
        raise ExportError(told)


Written = tuple[list[Placed], Counter[str], list[tuple[str, str, str]], tuple[Submission, ...]]


@dataclass(frozen=True)
class Writer:
    """Writes entries, in any process."""

    old: Old
    desk: Desk

    def write(self, entry: int) -> Written:
        """Write one entry."""
        folder, _ = self.old.index.entry(entry)
        staging = self.desk.staging(folder)
        shelf = Shelf(staging, lambda name, source: self.desk.has_picture(f"{folder}/{name}", source))
        made = composed(self.old, entry, shelf)
        pictures = {f"{folder}/{name}": (staging / name, source) for source, name in shelf.names.items()}
        texts = {path: text.encode() for path, text in made.texts.items()}
        placed = list(self.desk.place(texts, pictures))
        self.desk.staging(folder)
        return placed, made.fates, made.told, made.waiting
