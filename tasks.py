# -*- coding: utf-8 -*-
"""Every command of the project: `python3 tasks.py NAME`, on Windows `py tasks.py NAME`, inside .venv also `inv NAME`.

The first half, run by a bare Python, makes .venv beside this file, installs the pinned, hash-checked requirements and
starts this file again in there. It must parse and speak even under Python 2.7: no f-strings, no annotations.
"""

from __future__ import print_function, unicode_literals

import errno
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib import import_module

NEEDED = (3, 11)
ROOT = os.path.dirname(os.path.abspath(__file__)) if sys.version_info >= NEEDED else ""
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed.txt")  # written last: for which Python, and what
VERSION = [PYTHON, "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
ME = "py tasks.py" if os.name == "nt" else "python3 tasks.py"
DEVELOPERS = ("test", "lint")  # these need tests/requirements.txt too
LANGUAGES = ("ru", "ky", "en")
SYSTEM_LANGUAGE = ("LC_ALL", "LC_MESSAGES", "LANG")

# commands: name, what follows it, what it does; words of the usage lines; sentences: each in three languages
SENTENCES = os.path.join(os.path.dirname(__file__), str("magazine/translations/tasks.json"))  # Python 2: bytes
with io.open(SENTENCES, encoding="utf-8") as file:
    SAID = json.load(file)
COMMANDS, WORDS, TEXTS = SAID["commands"], SAID["words"], SAID["texts"]
CAUSES = (  # how the words of venv and pip are told apart
    ("full", r"Errno 28\b|WinError 112\b|Errno 122\b"),
    ("hash", r"DO NOT MATCH THE HASHES|Expected sha256"),
    ("network", r"[Cc]onnection|[Tt]imed? ?out|ProxyError|SSLError|getaddrinfo|name resolution|HTTPError|HTTP error"),
    ("folder", r"Errno (13|30)\b|WinError 5\b|Permission denied"),
)


def language():
    """Tell which of the three languages to speak: the one asked for, that of the settings, or the system's."""
    asked = [os.environ.get("MAGAZINE_LANG"), setting()] + [os.environ.get(name) for name in SYSTEM_LANGUAGE]
    found = next((name for name in asked if name), "")
    if os.name == "nt" and not found:
        import ctypes

        found = {0x19: "ru", 0x40: "ky"}.get(ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF, "en")
    return found[:2].lower() if found[:2].lower() in LANGUAGES else "en"


def setting():
    """Read EDITOR_LANGUAGE from the settings without running them: an old Python could not."""
    try:
        with io.open(os.path.join(os.path.dirname(__file__), str("pelicanconf.py")), encoding="utf-8") as file:
            found = re.search(r"^EDITOR_LANGUAGE *= *[\"'](\w*)", file.read(), re.MULTILINE)
    except (IOError, OSError, ValueError):
        return ""
    return found.group(1) if found else ""


def put(text, stream=None, end="\n"):
    """Write in UTF-8, whatever the terminal and the Python are."""
    stream = stream or sys.stderr
    stream.flush()
    raw = getattr(stream, "buffer", stream)
    raw.write((text + end).encode("utf-8", "replace"))
    raw.flush()


def tell(key, *details):
    """Choose the sentence in the user's language."""
    return TEXTS[key][LANGUAGES.index(language())].format(*details)


def fail(key, *details):
    """Say the sentence and leave."""
    put(tell(key, *details))
    sys.exit(2 if key in ("unknown", "wrong") else 1)


def explain(name=None):
    """Print the help of one command, or the list of them."""
    mine = LANGUAGES.index(language())
    lines = [tell("use", ME + " " + tell("name")), ""]
    width = max(len(known) for known, _, _ in COMMANDS) + 2
    lines += ["  {:<{}}{}".format(known, width, what[mine]) for known, _, what in COMMANDS] + ["", tell("more", ME)]
    for known, usage, what in COMMANDS:
        if known == name:
            words = [word for word in re.findall(r"--[\w-]*|\b[A-Z]+\b", usage) if word in WORDS]
            like = "{} {} {}".format(ME, known, usage).strip()
            lines = [what[mine][0].upper() + what[mine][1:] + ".", tell("use", like), ""]
            lines += ["  {:<13}{}".format(word, WORDS[word][mine]) for word in words]
    put("\n".join(lines).rstrip(), sys.stdout)


def parse(words):
    """Turn the words after `tasks.py` into a command and its values, as its usage line has them."""
    name, rest = words[0], list(words[1:])
    usage = dict((known, usage) for known, usage, _ in COMMANDS).get(name)
    if usage is None:
        fail("unknown", name, ", ".join(known for known, _, _ in COMMANDS))
    like = "{} {} {}".format(ME, name, usage).strip()
    if name in ("test", "bench"):  # all but our own word goes to pytest, or to the bench
        cut = rest.index("--") if "--" in rest else len(rest)
        args = [word for word in rest[:cut] if word != "--quick"] + rest[cut + 1 :]
        return name, {"quick": "--quick" in rest[:cut], "args": " ".join(shlex.quote(word) for word in args)}
    places = re.findall(r"\b[A-Z]+\b", re.sub(r"\[-.*?\]", "", usage))
    optional = re.findall(r"\[([A-Z]+)\]", usage)
    options = dict(re.findall(r"\[--([\w-]+) (\w+)\]", usage))
    switches = re.findall(r"\[(--[\w-]+)\]", usage)
    values = {}
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") and places:
            values[places.pop(0).lower()] = word
            continue
        if word in switches:
            values[word[2:].replace("-", "_")] = True
            continue
        option, has_value, value = word[2:].partition("=")
        if option not in options or not word.startswith("--"):
            fail("wrong", word, like)
        if not has_value and rest:
            word, value = word + " " + rest[0], rest.pop(0)
        if not value or value.startswith("-") or (options[option] == "N" and not value.isdigit()):
            fail("wrong", word, like)
        key = option.replace("-", "_")
        if key in values and "[--{} {}]...".format(option, options[option]) in usage:  # it may be said several times
            value = values[key] + "," + value
        values[key] = int(value) if options[option] == "N" else value
    if set(places) - set(optional):
        fail("wrong", places[0], like)
    return name, values


def run(command, dot=None):
    """Run a part of the installation quietly; when it fails say why in one sentence."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    lines = []
    with child:
        for line in child.stdout:
            lines.append(line.decode("utf-8", "replace").strip())
            if dot and lines[-1].startswith(dot):
                put(".", end="")
    if child.returncode:
        put("")
        lines = [line for line in lines if line and not line.startswith("[notice]")] or ["?"]
        if shutil.disk_usage(ROOT).free < 2**24:  # venv does not say so
            fail("full", lines[-1][:300])
        for key, words in CAUSES:
            for line in reversed(lines):
                if re.search(words, line):
                    fail(key, line[:300])
        fail("failed", lines[-1][:300])


def installed():
    """Read the stamp; what a broken, moved or half-made .venv says of itself does not count."""
    try:
        with open(STAMP) as file:
            stamp = file.read().splitlines()
        version = subprocess.check_output(VERSION, stderr=subprocess.DEVNULL).decode("ascii").strip()
    except (OSError, ValueError, subprocess.CalledProcessError):
        return []
    return stamp if stamp[:1] == [version] else []


@contextmanager
def alone():
    """Let one window install at a time; the system frees the lock when its holder ends, however it ends."""
    with open(VENV + ".lock", "a") as file:
        told = False
        while True:
            try:
                if os.name == "nt":
                    import msvcrt

                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                else:
                    import fcntl

                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except (BlockingIOError, PermissionError):
                if not told:
                    put(tell("waiting"))
                told = True
                time.sleep(0.3)
        yield


def install(names):
    """Make .venv hold what the files of these names list; nothing is done, nor the network asked, when it does."""
    wanted = []
    for name in names:
        with open(os.path.join(ROOT, name), "rb") as file:
            wanted.append(name + " " + hashlib.sha256(file.read()).hexdigest())
    if set(wanted) <= set(installed()):
        return
    with alone():
        stamp = installed()
        if set(wanted) <= set(stamp):  # the other window did it
            return
        put(tell("installing"), end="")
        if stamp:
            os.remove(STAMP)
        else:
            run([sys.executable, "-I", "-m", "venv", "--clear", VENV])
        # the last file is a superset of those before it; only wheels: nobody's laptop has a compiler
        pip = "-I -m pip install --disable-pip-version-check --no-input --no-user --no-color --retries 2 --timeout 15"
        hashed = ["--require-hashes", "--only-binary", ":all:", "-r", os.path.join(ROOT, names[-1])]
        run([PYTHON] + pip.split() + hashed, dot="Collecting")
        version = subprocess.check_output(VERSION).decode("ascii").strip()
        with open(STAMP, "w") as file:
            file.write("\n".join([version] + wanted) + "\n")
        put("")


def enter(words):
    """Start this file again inside .venv, installing first what is missing."""
    for part in ("venv", "ensurepip"):
        try:
            __import__(part)
        except ImportError:
            if not installed():
                fail("part", part)
    try:
        names = ["requirements.txt"] + (["tests/requirements.txt"] if words[0] in DEVELOPERS else [])
        install(names)
        command = [PYTHON, os.path.join(ROOT, "tasks.py")] + words
        if os.name != "nt":
            os.execv(PYTHON, command)
    except (IOError, OSError) as error:
        denied = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        fail("full" if error.errno == errno.ENOSPC else "folder" if denied else "failed", error)
    os.environ.setdefault("MAGAZINE_LANG", language())
    os.environ.setdefault("PYTHONUTF8", "1")
    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child got it too and ends in its own way
            continue


def main(words):
    """Run one command."""
    if sys.version_info < NEEDED:
        fail("old", NEEDED[0], NEEDED[1], ".".join(str(number) for number in sys.version_info[:3]))
    ours = words[: words.index("--")] if "--" in words else words
    if not words or words[0] == "help" or {"-h", "--help"} & set(ours):
        return explain(next((word for word in ours if word not in ("help", "-h", "--help")), None))
    name, values = parse(words)
    if not (os.path.isdir(VENV) and os.path.samefile(sys.prefix, VENV)):
        return enter(words)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    try:
        return globals()[name.replace("-", "_")](None, **values)
    except ImportError as error:
        if str(error.name).partition(".")[0] == "magazine":
            raise
        fail("package", error, "{} {}".format(ME, name))


# From here on it is an ordinary invoke file. Nothing is decided here: the wings do the work.
if __name__ == "__main__":

    def task(function):
        """Stand in for invoke, which the words on the command line do not need: parse() has read them."""
        return function

else:
    from invoke import task


def leave(module, *values):
    """Call the run() of a wing's module and end with the exit status that it returns."""
    os.environ["MAGAZINE_LANG"] = language()  # they, and what they start, do not ask the settings
    sys.exit(import_module("magazine." + module).run(*values))


def path(name):
    """Turn what was typed into a path; nothing typed means the usual one."""
    from pathlib import Path

    return Path(name) if name else None


@task
def build(_, content=None, output=None):
    """Build the site: then open output/index.html."""
    leave("site.build", path(content), path(output))


@task
def serve(_, content=None, output=None, port=8000):
    """Show the site on this computer and renew it at every edit."""
    leave("desk.preview", path(content), path(output), port)


@task
def check(_, content=None, format=None):  # noqa: A002
    """Find every mistake in all texts, and give advice."""
    leave("desk.check", path(content), format)


@task
def new(_, kind, name=None, title=None, language=None, content=None):
    """Begin a text or a translation: its folder, its headers."""
    from magazine.desk.new import Wanted

    leave("desk.new", Wanted(kind, name or "", title or "", language or ""), path(content))


@task
def translations(_, name=None, html=None, content=None):
    """Show which text is there in which language, and what changed in the originals since."""
    leave("desk.translations", name, path(html), path(content))


@task
def export_wordpress(_, xml, content=None, drafts=False):
    """Write all texts and answers to a file that WordPress takes in."""
    leave("desk.wordpress.export", path(xml), path(content), drafts)


@task
def photo(_, file, story=None):
    """Clean a picture of hidden data and put it beside its story."""
    leave("desk.photo", path(file), path(story))


@task
def import_wordpress(_, file, content=None, uploads=None):
    """Bring an old WordPress blog home from its export."""
    leave("desk.wordpress.importing", path(file), path(content), path(uploads))


@task
def moderate(_, terminal=False, spool=None, new_key=False, token=False, content=None):
    """Read what readers have sent, and decide what is published."""
    from magazine.desk.moderation.command import Wanted

    leave("desk.moderation.command", Wanted(path(spool), terminal, new_key, token), path(content))


@task
def import_mail(_, place, content=None, delete=False):
    """Seal what readers mailed into the queue that waits for moderation."""
    leave("desk.mail.importing", place, path(content), delete)


@task
def intake(_, port=None, spool=None, new_token=False):
    """Take answers from readers and seal them for the editors."""
    leave("intake.server", port, path(spool), new_token)


@task
def linkbacks(_, action=None, source=None, target=None, content=None, direct=False):
    """Tell other hosts that the magazine links to them, or look whether one links to us."""
    leave("desk.linkbacks", action, source, target, path(content), direct)


@task
def petition(
    _, action=None, petition=None, tally=None, language=None, output=None, to=None, bring=None, name=None,
    recipient=None, discreet=False, again=False, anyway=False, content=None,
):  # fmt: skip
    """Collect signatures on paper, count them, hand them over, and forget who signed."""
    from magazine.desk.petition.command import Wanted

    words = [word or "" for word in (action, petition, tally, language)]
    more = [path(output), path(to), bring or "", name or "", recipient or "", discreet, again, anyway]
    leave("desk.petition.command", Wanted(*(words + more)), path(content))


@task
def keys(_, step, what=None, word=None, root=None, second=None, content=None):
    """Make, show, change or revoke the keys that releases of the site are signed with."""
    from magazine.release.keys.key_commands import Wanted

    leave("release.keys.key_commands", Wanted(step, what or "", word or "", path(root), path(second)), path(content))


@task
def release(
    _, packs=False, no_packs=False, sign=False, folder=None, take=False, anyway=False, date="", output=None,
    content=None,
):  # fmt: skip
    """Build the site, look through all of it and sign it as a release for partners."""
    from magazine.release.making.release_commands import Wanted

    wanted = Wanted(packs, no_packs, sign, path(folder), take, anyway, date)
    leave("release.making.release_commands", wanted, path(content), path(output))


@task
def publish(_, dry_run=False, anyway=False, output=None, content=None):
    """Send the last release to the branch in git, and by rsync."""
    from magazine.release.publishing.publish_command import Wanted

    leave("release.publishing.publish_command", Wanted(dry_run, anyway), path(content), path(output))


@task
def verify(_, place, root="", packs=False, proxy="", allow="", state=None):
    """Tell whether a folder or a mirror is the magazine, whole and fresh."""
    from magazine.release.copies.verify_command import Typed

    leave("release.copies.verify_command", Typed(place, root, packs, proxy, allow, path(state)))


@task
def sync(_, address, folder, root="", packs=False, show=False, proxy="", allow="", state=None):
    """Make or renew a copy of the magazine from any other one."""
    from magazine.release.copies.sync_command import Typed

    leave("release.copies.sync_command", Typed(address, path(folder), root, packs, show, proxy, allow, path(state)))


@task
def mirrors(
    _, action="", address="", operator="", link="", country="", contact="", full=False, proxy="", content=None
):
    """List the mirrors, take one in or out, look at all of them."""
    from magazine.release.monitor.mirrors_command import Wanted

    wanted = Wanted(action, address, operator, link, country, contact, full, proxy)
    leave("release.monitor.mirrors_command", wanted, path(content))


@task
def booklet(_, issue=None, language=None, output=None, content=None):
    """Make a booklet of an issue, to be printed and folded."""
    from magazine.desk.issues import Wanted

    leave("desk.issues", Wanted(issue or "", language or "", path(output)), path(content))


@task
def single(_, story, language=None, output=None, content=None):
    """Make one file of a story that needs no other."""
    from magazine.desk.issues import Wanted

    leave("desk.issues", Wanted(story, language or "", path(output), True), path(content))


@task
def test(_, quick=False, args=""):
    """Test the program itself; --args goes to pytest."""
    import pytest

    os.chdir(ROOT)
    workers = str(min(5, 1 + (os.cpu_count() or 1)))  # one more than there are cores: many tests wait for others
    cores = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]  # a file shares what it has built
    sys.exit(pytest.main(cores + (["-m", "not slow and not judge"] if quick else []) + shlex.split(args)))


@task
def bench(_, quick=False, args=""):
    """Measure the speed of a build beside Hugo and others; --args goes to tests/bench."""
    words = (["--quick"] if quick else []) + shlex.split(args)
    sys.exit(subprocess.call([sys.executable, "-m", "tests.bench"] + words, cwd=ROOT))


@task
def words(_):
    """Bring the catalogs of translated words up to the code and the templates."""
    leave("desk.catalogs")


@task
def lint(_):
    """Check the program's code."""
    tools = (["ruff", "check", "."], ["mypy"])
    sys.exit(max([subprocess.call([sys.executable, "-m"] + tool, cwd=ROOT) for tool in tools]))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        put("\n" + tell("stopped"))
        sys.exit(130)
