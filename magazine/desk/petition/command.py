"""The command `petition`: signatures on paper, tallies, what is handed over, and forgetting after it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from magazine import cache
from magazine.desk.moderation import files, keyring
from magazine.desk.moderation.commit import CommitError, NoRepositoryError, committed
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.petition import delivery, forgetting, imported, tally
from magazine.desk.petition.chosen import Chosen, PetitionError, chosen
from magazine.desk.petition.sheet import Wishes, sheet
from magazine.intake.sealing import KeysError
from magazine.messages import editor_language, say, say_number
from magazine.problems import closest, did_you_mean
from magazine.site import fingerprints
from magazine.site.build import languages_of, said

MESSAGE = "Signatures"


@dataclass(frozen=True)
class Wanted:
    """What was said with the command; empty where nothing was."""

    action: str = ""
    name: str = ""
    tally: str = ""
    language: str = ""
    output: Path | None = None
    to: Path | None = None
    bring: str = ""
    slug: str = ""
    recipient: str = ""
    is_discreet: bool = False
    again: bool = False
    anyway: bool = False


def run(wanted: Wanted, content: Path | None = None) -> int:
    """Do what is wanted and say what became of it; the exit status."""
    settings = said()
    content = (content or cache.PROJECT / settings["PATH"]).resolve()
    try:
        return _action(wanted.action)(wanted, content, settings)
    except KeysError as error:
        print(say(error.sentence, key=error.key), file=sys.stderr)
    except (PetitionError, ModerationError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        where, reason = error.filename or "", error.strerror or error
        print(say("%(file)s cannot be written: %(reason)s.", file=where, reason=reason), file=sys.stderr)
    return 1


def _action(name: str) -> Callable[[Wanted, Path, Mapping[str, Any]], int]:
    if name in ACTIONS:
        return ACTIONS[name]
    guess = closest(name, ACTIONS)
    hint = did_you_mean(guess, None) if guess else ""
    known = ", ".join(ACTIONS)
    raise PetitionError(say("«%(value)s» is none of %(known)s%(hint)s.", value=name, known=known, hint=hint))


def _sheet(wanted: Wanted, content: Path, settings: Mapping[str, Any]) -> int:
    found = chosen(content, wanted.name, settings)
    language = _language(wanted.language or editor_language({"LANG": found.petition.original}), settings)
    output = wanted.output or Path(f"{found.petition.slug}-{language}.pdf")
    if output.is_dir():
        output /= f"{found.petition.slug}-{language}.pdf"
    if output.resolve().is_relative_to(content):
        raise PetitionError(say("%(file)s would lie among your texts. Choose another place.", file=output))
    if output.exists() and not output.read_bytes().startswith(b"%PDF-"):
        raise PetitionError(say("%(file)s is there already and is no PDF. Choose another name.", file=output))
    files.written(output, sheet(found, Wishes(language, wanted.is_discreet, wanted.bring), settings))
    print(say("Written: %(file)s", file=output))
    print(say("Print it on A4 and copy it as often as you need. Try the code with a phone first."))
    return 0


def _tally(wanted: Wanted, content: Path, settings: Mapping[str, Any]) -> int:
    found = chosen(content, wanted.name, settings)
    if not wanted.tally:
        example = f'python3 tasks.py petition tally {found.petition.slug} "{tally.EXAMPLE}"'
        raise PetitionError(say("Say what was counted, for example: %(example)s", example=example))
    counted = tally.counted(wanted.tally, fingerprints.day())
    if counted.place:
        print(say("«%(value)s» is left out: a small place could lead to a person. Regions are %(known)s.",
                  value=counted.place, known=tally.known_regions()))  # fmt: skip
    same = tally.twins(found, counted)
    if same and not wanted.again and not _is_another(same):
        _commit(found, same, settings)  # as far as it was cut short
        print(say("It is counted already: %(file)s. Nothing was added. If other people signed, say --again.",
                  file=same[0].name), file=sys.stderr)  # fmt: skip
        return 1
    path = tally.recorded(found, counted)
    print(say("Written: %(file)s", file=path))
    _commit(found, [path], settings)
    total = found.petition.signed + counted.count
    print(say_number("The petition has %(number)d signature now.",
                     "The petition has %(number)d signatures now.", total))  # fmt: skip
    return 0


def _is_another(same: list[Path]) -> bool:
    """Whether the organiser says that a tally like one that stands there is of other people."""
    if not sys.stdin.isatty():
        return False
    print(say("A tally just like this stands there already: %(file)s.", file=same[0].name))
    with contextlib.suppress(EOFError):
        answer = input(say("Did other people sign this time? yes or no: ")).strip().casefold()
        return answer in ("y", "yes", "да", "д", "ооба", "о")
    return False


def _deliver(wanted: Wanted, content: Path, settings: Mapping[str, Any]) -> int:
    found = chosen(content, wanted.name, settings)
    _, keys = keyring.queue_of(settings, content)
    if keyring.is_trial(settings):
        print(say("This is a trial: EDITOR_KEYS in pelicanconf.py names nobody, so a key without a passphrase on this "
                  "computer is used."))  # fmt: skip
    print(say("Setting letters and lists …"), flush=True)
    done = delivery.delivered(found, wanted.to, keys, settings)
    print(say("Ready: %(file)s", file=done.folder))
    print(say("Signatures: %(signed)d, with a name: %(named)d.", signed=done.signed, named=done.named))
    print(say("Hand over the folders of the languages: they hold only what signers allowed. %(sealed)s holds "
              "everything, sealed to the editors; never hand it over, and delete it when it is not needed any more.",
              sealed=delivery.SEALED))  # fmt: skip
    print(say("When it is delivered, write `State: delivered` in %(file)s, and then: %(command)s",
              file=found.petition.version("").source,
              command=f"python3 tasks.py petition forget {found.petition.slug}"))  # fmt: skip
    return 0


def _forget(wanted: Wanted, content: Path, settings: Mapping[str, Any]) -> int:
    found = chosen(content, wanted.name, settings)
    if found.petition.state != "delivered" and not wanted.anyway:
        raise PetitionError(say("This petition is not delivered: write `State: delivered` in %(file)s first. What is "
                                "forgotten cannot be delivered. To forget all the same, say --anyway.",
                                file=found.petition.version("").source))  # fmt: skip
    before = found.petition.signed
    touched = forgetting.forgotten(found, settings)
    _commit(found, touched, settings)
    after = chosen(content, wanted.name, settings).petition
    print(say_number("Names and digests are gone from the texts; the number stays: %(number)d signature.",
                     "Names and digests are gone from the texts; the number stays: %(number)d signatures.",
                     after.signed))  # fmt: skip
    for line in forgetting.queue_emptied(found, settings):
        print(line)
    if after.answers:
        print(say_number(
            "%(number)d answer below the petition stays; the name in it goes when its writer takes it back.",
            "%(number)d answers below the petition stay; the names in them go when their writers take them back.",
            len(after.answers)))  # fmt: skip
    print(say("Git still remembers the names. The guide docs/petition.en.md says how to begin a history without them; "
              "copies on other computers, mirrors and sticks are to be deleted too."))  # fmt: skip
    return 0 if after.signed == before else 1


def _import(wanted: Wanted, content: Path, settings: Mapping[str, Any]) -> int:
    languages = languages_of(settings)
    language = _language(wanted.language or languages[0], settings)
    made = imported.imported(Path(wanted.name), content, imported.Wishes(wanted.slug, language, wanted.recipient))
    print(say("Ready: %(file)s", file=made))
    print(say("Look through the text, add the lines `Goal:` and `Deadline:` if you like, and delete the line "
              "`Status: draft` when it may be published."))  # fmt: skip
    return 0


def _confirm(_wanted: Wanted, content: Path, _settings: Mapping[str, Any]) -> int:
    # it belongs to moderation, and most petitions do without
    confirming = import_module("magazine.desk.moderation.confirming")
    return int(confirming.run(content))


def _commit(found: Chosen, touched: Iterable[Path], settings: Mapping[str, Any]) -> None:
    """One commit of just these files, as far as the texts are kept in git; tells if it cannot be."""
    day = fingerprints.day()
    try:
        committed(found.library.root, touched, f"{MESSAGE} {day}", str(settings.get("MAIL") or ""), day)
    except NoRepositoryError:
        print(say("The files are written; the texts are not kept in git, so nothing was committed."))
    except CommitError as error:
        print(say("The files are written, but not committed: %(reason)s. Mend that, and commit them yourself.",
                  reason=error), file=sys.stderr)  # fmt: skip


def _language(language: str, settings: Mapping[str, Any]) -> str:
    known = languages_of(settings)
    if language not in known:
        raise PetitionError(say("«%(value)s» is no language of this magazine. Choose one of %(known)s.",
                                value=language, known=", ".join(known)))  # fmt: skip
    return language


ACTIONS: Mapping[str, Callable[[Wanted, Path, Mapping[str, Any]], int]] = {
    "sheet": _sheet, "tally": _tally, "deliver": _deliver, "forget": _forget, "import": _import, "confirm": _confirm,
}  # fmt: skip
