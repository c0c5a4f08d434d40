#!/usr/bin/env python3
"""Is this copy of the magazine whole and unchanged?

    python3 verify.py [--root KEY]... [--state FILE] [--allow NAME]... FOLDER

Python 3.8 or newer and either minisign or ssh-keygen have to be there, nothing else. The root keys stand on paper, in
the magazine and with its partners: write them below, or name them with --root. --state remembers what was seen, so that
nothing older is taken for new later. --allow names a file of your own in the folder. Nothing else is written, and the
net is not asked.
"""

import argparse
import base64
import binascii
import datetime as dt
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

ROOTS = ""  # the root keys, with a space between
SUMS, NOTE, KEYS = "SHA256SUMS.txt", "release.txt", "keys.txt"
OWN = re.compile(
    r"SHA256SUMS\.txt|release\.txt(?:(?:\.[2-9])?\.(?:minisig|sig))?|keys\.txt(?:\.minisig|\.sig)?", re.ASCII
)
LIMITS = {SUMS: 32000000, NOTE: 256000, KEYS: 64000}  # bytes
SIGNATURE, STATE = 4000, 64000
LINE = re.compile(r"([a-z][a-z0-9-]{0,39}) (?! )([^\x00-\x1f\x7f]{1,2000})(?<! )")
PART = re.compile(r"[A-Za-z0-9_.+@=,()][A-Za-z0-9_.+@=,() -]{0,119}")
DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[1-9]) *(?:\..*)?")
DATE, NUMBER, HASH = (
    re.compile(r"20\d\d-[01]\d-[0-3]\d", re.ASCII),
    re.compile(r"0|[1-9][0-9]{0,17}"),
    re.compile("[0-9a-f]{64}"),
)
MINISIGN = re.compile(r"RW[A-Za-z0-9+/]{54}")
SSH = re.compile(r"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}")
PACK = re.compile(r"(releases/[0-9]{1,18}/([A-Za-z0-9][A-Za-z0-9_.-]{0,119})) ([1-9][0-9]{0,14}) ([0-9a-f]{64})")
NOTE_ONCE = ("site", "seq", "date", "expires", "files", "sha256sums", "keys", "prev")
NOTE_ORDER = (*NOTE_ONCE, "changed", "petition", "form", "pack", "cid", "mirror")
KEYS_ONCE = ("seq", "date", "expires", "needs")
KEYS_ORDER = (*KEYS_ONCE, "active", "active-ssh", "revoked", "revoked-ssh", "root")
STATE_ONCE = ("release", "release-sha256", "keys", "keys-sha256")

SENTENCES = {
    0: (
        "Whole and fresh: every file is as the magazine signed it.",
        "Всё на месте и свежее: каждый файл такой, каким его подписал журнал.",
        "Баары ордунда жана жаңы: ар бир файл журнал кол койгондой.",
    ),
    2: (
        "It was asked in a way that cannot be answered.",
        "Так спросить нельзя: проверьте, что написано в команде.",
        "Минтип суроого болбойт: буйрукта эмне жазылганын текшериңиз.",
    ),
    3: (
        "It cannot be reached, or does not end.",
        "Это нельзя прочитать до конца.",
        "Муну аягына чейин окууга болбойт.",
    ),
    10: ("A file was changed.", "Файл изменён.", "Файл өзгөртүлгөн."),
    11: ("A file is missing.", "Файла нет.", "Файл жок."),
    12: (
        "A file was added that the magazine did not sign.",
        "Добавлен файл, который журнал не подписывал.",
        "Журнал кол койбогон файл кошулган.",
    ),
    13: (
        "Files of different releases are mixed.",
        "Смешаны файлы разных выпусков.",
        "Ар башка чыгарылыштардын файлдары аралашкан.",
    ),
    14: (
        "An older release stands where a newer one was seen before.",
        "Здесь более старый выпуск, чем тот, что был виден раньше.",
        "Бул жерде мурда көрүнгөндөн эскирээк чыгарылыш турат.",
    ),
    15: (
        "Whole, but stale: its date of expiry is over, so ask whether there is a newer release.",
        "Всё на месте, но устарело: срок вышел, спросите, нет ли нового выпуска.",
        "Баары ордунда, бирок эскирген: мөөнөтү өттү, жаңы чыгарылыш барбы, сураңыз.",
    ),
    16: (
        "It is not signed by the magazine's key.",
        "Подпись сделана не ключом журнала.",
        "Кол журналдын ачкычы менен коюлган эмес.",
    ),
    17: (
        "It is signed with a key that the magazine has revoked.",
        "Подпись сделана ключом, который журнал отозвал.",
        "Кол журнал жокко чыгарган ачкыч менен коюлган.",
    ),
    18: (
        "The list of keys is older than one seen before, or its date of expiry is over.",
        "Список ключей старше того, что был виден раньше, или его срок вышел.",
        "Ачкычтардын тизмеси мурда көрүнгөндөн эски же анын мөөнөтү өттү.",
    ),
    19: (
        "The list holds a name that could do harm.",
        "В списке есть опасное имя файла.",
        "Тизмеде коркунучтуу файл аты бар.",
    ),
    20: (
        "A file of the release is not written as it must be.",
        "Файл выпуска написан не так, как положено.",
        "Чыгарылыштын файлы тийиштүү түрдө жазылган эмес.",
    ),
    21: (
        "There are two different releases of one number: tell the editors at once.",
        "Есть два разных выпуска с одним номером: сразу сообщите редакции.",
        "Бир номерде эки башка чыгарылыш бар: дароо редакцияга билдириңиз.",
    ),
}
NO_ROOT = (
    "No root key is named: it stands on paper, and goes behind --root.",
    "Не назван корневой ключ: он записан на бумаге, укажите его после --root.",
    "Негизги ачкыч аталган эмес: ал кагазда жазылган, аны --root артына жазыңыз.",
)
NO_TOOL = (
    "Neither minisign nor ssh-keygen is on this computer: install one of them.",
    "На этом компьютере нет ни minisign, ни ssh-keygen: установите одну из этих программ.",
    "Бул компьютерде minisign да, ssh-keygen да жок: бирин орнотуңуз.",
)
RELEASE = ("Release %s of %s, files: %d", "Выпуск %s от %s, файлов: %d", "%s-чыгарылыш, %s, файлдар: %d")


class RefusedError(Exception):
    def __init__(self, code, what=""):
        super().__init__(code, what)
        self.code, self.what = code, what


class Tool:
    """Checks signatures with minisign or ssh-keygen, whichever there is."""

    def __init__(self, folder, temporary):
        self.folder, self.temporary = folder, temporary
        wanted = os.environ.get("MAGAZINE_VERIFIER")
        self.name = next(
            (name for name in ([wanted] if wanted else ["minisign", "ssh-keygen"]) if shutil.which(name)), ""
        )
        self.suffix = ".minisig" if self.name == "minisign" else ".sig"
        self.is_ssh = self.suffix == ".sig"

    def can_use(self, key):
        return self.is_ssh or MINISIGN.fullmatch(key)

    def signature(self, name):
        """The path of a signature; None if there is none."""
        data = text(self.folder, name, SIGNATURE)
        if data is None:
            return None
        lines = data.decode("utf-8", "replace").splitlines()
        if not (is_ssh_signature(lines) if self.is_ssh else is_minisign_signature(lines)):
            raise RefusedError(20, name)
        path = os.path.join(self.temporary, "signature")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def comment(self, data, signature, key, purpose):
        """What a signature of that key says, which is nothing with OpenSSH's; None if the key did not make it."""
        path = os.path.join(self.temporary, "text")
        with open(path, "wb") as file:
            file.write(data)
        if not self.is_ssh:
            done = run(["minisign", "-V", "-Q", "-P", key, "-m", path, "-x", signature])
            return None if done.returncode else done.stdout.decode("utf-8", "replace").rstrip("\r\n")
        signers = os.path.join(self.temporary, "signers")
        with open(signers, "w", encoding="ascii", newline="\n") as file:
            file.write('magazine namespaces="%s" %s\n' % (purpose, ssh(key)))
        command = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "magazine", "-n", purpose, "-s", signature]
        with open(path, "rb") as file:
            return None if run(command, file).returncode else ""


def main():
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="replace")
    parser = argparse.ArgumentParser(usage="verify.py [--root KEY]... [--state FILE] [--allow NAME]... FOLDER")
    parser.add_argument("--root", action="append", default=[])
    parser.add_argument("--state", default="")
    parser.add_argument("--allow", action="append", default=[])
    parser.add_argument("folder")
    asked = parser.parse_args()
    roots = asked.root or re.findall(SSH.pattern + r"|\S+", os.environ.get("MAGAZINE_ROOTS") or ROOTS)
    if not roots or not all(MINISIGN.fullmatch(key) or SSH.fullmatch(key) for key in roots):
        return told(2, say(NO_ROOT))
    with tempfile.TemporaryDirectory() as temporary:
        tool = Tool(asked.folder, temporary)
        if not tool.name:
            return told(2, say(NO_TOOL))
        try:
            return verified(tool, roots, asked)
        except RefusedError as refused:
            return told(refused.code, refused.what)
        except OSError as error:
            return told(3, "%s: %s" % (error.filename, error.strerror))


def verified(tool, roots, asked):
    folder, state = asked.folder, read_state(asked.state)
    names = listed(folder)
    keys, keys_data = keys_of(tool, roots, state)
    known = state["revoked"] | keys["never"]
    if known - state["revoked"]:
        state.update({"release": 0, "release-sha256": ""})
    state.update({"keys": keys["seq"], "keys-sha256": sha256(keys_data), "revoked": known})
    keep_state(asked.state, state)
    note, note_data = note_of(tool, keys, state, sha256(keys_data))
    sums_data = needed(folder, SUMS)
    if sha256(sums_data) != note["sha256sums"][0]:
        raise RefusedError(13, SUMS)
    sums = read_sums(sums_data)
    if len(sums) != number(note, "files", NOTE, 1):
        raise RefusedError(20, SUMS)
    found = damage(folder, names, sums, note, set(asked.allow))
    for code, name in found:
        told(code, name)
    if found:
        return min(code for code, _ in found)
    state.update({"release": number(note, "seq", NOTE, 1), "release-sha256": sha256(note_data)})
    keep_state(asked.state, state)
    today = dt.datetime.now(dt.timezone.utc).date().isoformat()
    print(say(RELEASE) % (note["seq"][0], note["date"][0], len(sums)))
    if keys["expires"] < today:
        return told(18, "%s < %s" % (keys["expires"], today))
    if note["expires"][0] < today:
        return told(15, "%s < %s" % (note["expires"][0], today))
    return told(0)


def keys_of(tool, roots, state):
    data, signature = needed(tool.folder, KEYS), tool.signature(KEYS + tool.suffix)
    if signature is None:
        raise RefusedError(11, KEYS + tool.suffix)
    comments = {key: tool.comment(data, signature, key, "magazine-keys") for key in roots if tool.can_use(key)}
    signer = next((key for key in comments if comments[key] is not None), None)
    if signer is None:
        raise RefusedError(16, KEYS)
    keys = read_keys(data)
    if comments[signer] not in ("", "keys seq:%s date:%s expires:%s" % (keys["seq"], keys["date"], keys["expires"])):
        raise RefusedError(16, KEYS)
    if raw(signer) in {raw(key) for key in state["revoked"] | keys["never"]}:
        raise RefusedError(17, KEYS)
    if keys["seq"] < state["keys"]:
        raise RefusedError(18, "%d < %d" % (keys["seq"], state["keys"]))
    if keys["seq"] == state["keys"] and sha256(data) != state["keys-sha256"]:
        raise RefusedError(21, KEYS)
    return keys, data


def note_of(tool, keys, state, keys_sha256):
    data = needed(tool.folder, NOTE)
    active = keys["active-ssh" if tool.is_ssh else "active"]
    gone = [key for key in keys["never"] if bool(SSH.fullmatch(key)) == tool.is_ssh]
    good, by_revoked = {}, False
    for suffix in [""] + [".%d" % count for count in range(2, 10)]:
        signature = tool.signature(NOTE + suffix + tool.suffix)
        if signature is None or len(good) >= keys["needs"]:
            break
        for key in active + gone:
            comment = tool.comment(data, signature, key, "magazine-release")
            if comment is not None and key in active:
                good[key] = comment
            by_revoked = by_revoked or (comment is not None and key in gone)
    if len(good) < keys["needs"]:
        raise RefusedError(17 if by_revoked else 16, "%s: %d < %d" % (NOTE, len(good), keys["needs"]))
    note = fields(data, NOTE, NOTE_ONCE, NOTE_ORDER)
    seq = number(note, "seq", NOTE, 1)
    for name, pattern in (("date", DATE), ("expires", DATE), ("sha256sums", HASH), ("keys", HASH)):
        if not pattern.fullmatch(note[name][0]):
            raise RefusedError(20, NOTE)
    if set(good.values()) - {"", "seq:%s date:%s expires:%s" % tuple(note[name][0] for name in NOTE_ONCE[1:4])}:
        raise RefusedError(16, NOTE)
    if seq < state["release"]:
        raise RefusedError(14, "%d < %d" % (seq, state["release"]))
    if seq == state["release"] and sha256(data) != state["release-sha256"]:
        raise RefusedError(21, "%d" % seq)
    if state["release-sha256"] and seq == state["release"] + 1 and note["prev"][0] != state["release-sha256"]:
        raise RefusedError(21, "%d, %d" % (state["release"], seq))
    if note["keys"][0] != keys_sha256:
        raise RefusedError(13, KEYS)
    return note, data


def damage(folder, names, sums, note, allowed):
    found = []
    for name, expected in sums.items():
        if name not in names:
            found.append((11, name))
        elif file_sha256(os.path.join(folder, name)) != expected:
            found.append((10, name))
    packs = set()
    for value in note["pack"]:
        parts = PACK.fullmatch(value)
        if not parts:
            raise RefusedError(20, NOTE)
        packs |= {parts[1], parts[1] + ".minisig"}
        if parts[1] in names and file_sha256(os.path.join(folder, parts[1])) != parts[4]:
            found.append((10, parts[1]))
    for name in sorted(names - set(sums) - allowed):
        if not OWN.fullmatch(name) and name not in packs:
            found.append((12, ascii(name)))
        elif name.endswith((".minisig", ".sig")):
            lines = text(folder, name, SIGNATURE).decode("utf-8", "replace").splitlines()
            if not (is_ssh_signature(lines) if name.endswith(".sig") else is_minisign_signature(lines)):
                raise RefusedError(20, name)
    return found


def fields(data, file, once, order):
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise RefusedError(20, file)
    found, place = {name: [] for name in order}, 0
    if lines.pop() or len(lines) > 5000:
        raise RefusedError(20, file)
    for line in lines:
        parts = LINE.fullmatch(line)
        if not parts:
            raise RefusedError(20, file)
        if parts[1] in found:
            if order.index(parts[1]) < place:
                raise RefusedError(20, file)
            place = order.index(parts[1])
            found[parts[1]].append(parts[2])
    if any(len(found[name]) != 1 for name in once):
        raise RefusedError(20, file)
    return found


def number(found, name, file, least=0):
    if not NUMBER.fullmatch(found[name][0]) or int(found[name][0]) < least:
        raise RefusedError(20, file)
    return int(found[name][0])


def read_keys(data):
    found = fields(data, KEYS, KEYS_ONCE, KEYS_ORDER)
    keys = {name: number(found, name, KEYS, 1) for name in ("seq", "needs")}
    for name in ("date", "expires"):
        if not DATE.fullmatch(found[name][0]):
            raise RefusedError(20, KEYS)
        keys[name] = found[name][0]
    for name, words in (("active", 1), ("active-ssh", 1), ("revoked", 2), ("revoked-ssh", 2)):
        keys[name] = [value.rsplit(" ", words)[0] for value in found[name]]
        pattern = SSH if name.endswith("-ssh") else MINISIGN
        if not all(pattern.fullmatch(key) for key in keys[name]):
            raise RefusedError(20, KEYS)
    keys["never"] = set(keys["revoked"]) | set(keys["revoked-ssh"])
    every = keys["active"] + keys["active-ssh"] + keys["revoked"] + keys["revoked-ssh"] + found["root"]
    if not all(MINISIGN.fullmatch(key) for key in found["root"]) or len({raw(key) for key in every}) < len(every):
        raise RefusedError(20, KEYS)
    return keys


def read_sums(data):
    if not data or not data.endswith(b"\n"):
        raise RefusedError(20, SUMS)
    found, before, spellings, files = {}, "", {}, set()
    lines = [re.fullmatch(rb"([0-9a-f]{64})  ([^\n]+)", line) for line in data[:-1].split(b"\n")]
    if not all(lines):
        raise RefusedError(20, SUMS)
    for parts in lines:
        name = parts[2].decode("ascii", "backslashreplace")
        if is_unsafe(name, spellings, files):
            raise RefusedError(19, ascii(name))
        found[name] = parts[1].decode()
    for name in found:
        if name < before:
            raise RefusedError(20, SUMS)
        before = name
    return found


def is_unsafe(name, spellings, files):
    """Whether a name could leave the folder, or be another file on another system."""
    parts = name.split("/")
    first = parts[0].lower()
    if first in (".git", "releases") or re.fullmatch(OWN.pattern, first, re.IGNORECASE) or len(name) > 200:
        return True
    for part in parts:
        if part in (".", "..") or not PART.fullmatch(part) or part[-1] in ". " or DEVICE.fullmatch(part.lower()):
            return True
    above = ["/".join(parts[:count]) for count in range(1, len(parts))]
    if name.lower() in spellings or any(
        one.lower() in files or spellings.get(one.lower(), one) != one for one in above
    ):
        return True
    files.add(name.lower())
    spellings.update({one.lower(): one for one in [*above, name]})
    return False


def read_state(path):
    state = {"release": 0, "release-sha256": "", "keys": 0, "keys-sha256": "", "revoked": set()}
    if path and os.path.exists(path):
        with open(path, "rb") as file:
            found = fields(file.read(STATE), path, STATE_ONCE, (*STATE_ONCE, "revoked"))
        state["release"], state["keys"] = number(found, "release", path), number(found, "keys", path)
        for name in ("release-sha256", "keys-sha256"):
            state[name] = found[name][0] if HASH.fullmatch(found[name][0]) else ""
        state["revoked"] = set(found["revoked"])
        if not all(MINISIGN.fullmatch(key) or SSH.fullmatch(key) for key in state["revoked"]):
            raise RefusedError(20, path)
    return state


def keep_state(path, state):
    if path:
        lines = ["%s %s" % (name, state[name] if state[name] != "" else "-") for name in STATE_ONCE]
        lines += ["revoked %s" % key for key in sorted(state["revoked"])]
        with open(path + ".part", "w", encoding="ascii", newline="\n") as file:
            file.write("".join(line + "\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".part", path)


def listed(folder):
    """All files below the folder; links are never followed."""
    names, pending = set(), [""]
    while pending:
        below = pending.pop()
        for entry in os.scandir(os.path.join(folder, below)):
            name = below + entry.name
            if entry.is_symlink() or not (entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)):
                raise RefusedError(19, ascii(name))
            if entry.is_file(follow_symlinks=False):
                names.add(name)
            elif name != ".git":
                pending.append(name + "/")
    return names


def text(folder, name, limit):
    try:
        with opened(os.path.join(folder, name)) as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        return None
    if len(data) > limit:
        raise RefusedError(20, name)
    return data


def needed(folder, name):
    data = text(folder, name, LIMITS[name])
    if data is None:
        raise RefusedError(11, name)
    return data


def opened(path):
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise RefusedError(19, ascii(path))
    return file


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def file_sha256(path):
    hashed = hashlib.sha256()
    with opened(path) as file:
        for block in iter(lambda: file.read(1 << 18), b""):
            hashed.update(block)
    return hashed.hexdigest()


def raw(key):
    """The 32 bytes of a key of either kind."""
    return base64.b64decode(key.split(" ")[-1])[-32:]


def ssh(key):
    """The key as OpenSSH writes it."""
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + raw(key)
    return "ssh-ed25519 " + base64.b64encode(blob).decode()


def is_minisign_signature(lines):
    return (
        len(lines) == 4
        and lines[2].startswith("trusted comment: ")
        and (length(lines[1]), length(lines[3])) == (74, 64)
    )


def is_ssh_signature(lines):
    return (
        len(lines) > 2
        and (lines[0], lines[-1]) == ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----")
        and length("".join(lines[1:-1])) > 64
    )


def length(line):
    try:
        return len(base64.b64decode(line, validate=True))
    except (binascii.Error, ValueError):
        return -1


def run(command, stdin=subprocess.DEVNULL):
    return subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)


def say(sentences):
    names = ("MAGAZINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((os.environ[name] for name in names if os.environ.get(name)), "")[:2].lower()
    return sentences[{"ru": 1, "ky": 2}.get(chosen, 0)]


def told(code, what=""):
    print("%s%s" % (say(SENTENCES[code]), " (%s)" % what if what else ""), file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
