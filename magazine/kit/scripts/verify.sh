#!/bin/sh
# Is this copy of the magazine whole and unchanged?
#
#     sh verify.sh [--root KEY]... [--state FILE] [--allow NAME]... [--until note|list] FOLDER
#
# Any POSIX shell will do, with sha256sum or shasum, and with minisign or ssh-keygen. The root keys stand on paper, in the
# magazine and with its partners: write them below, or name them with --root. --state remembers what was seen, so that
# nothing older is taken for new later. --allow names a file of your own in the folder. --until looks at the keys and the
# note alone, or at the list as well, as sync.sh does before it fetches the rest. Nothing else is written, and the net is
# not asked.

ROOTS="${MAGAZINE_ROOTS:-}" # the root keys of minisign, with a space between

set -u
umask 077
unset CDPATH
export LC_ALL="${LC_ALL:-}"
language="${MAGAZINE_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}"
LC_ALL=C

sentence() {
    case "$language" in
    ru*) case "$1" in
        0) echo "Всё на месте и свежее: каждый файл такой, каким его подписал журнал." ;;
        2) echo "Так спросить нельзя: проверьте, что написано в команде." ;;
        3) echo "Это нельзя прочитать до конца." ;;
        10) echo "Файл изменён." ;;
        11) echo "Файла нет." ;;
        12) echo "Добавлен файл, который журнал не подписывал." ;;
        13) echo "Смешаны файлы разных выпусков." ;;
        14) echo "Здесь более старый выпуск, чем тот, что был виден раньше." ;;
        15) echo "Всё на месте, но устарело: срок вышел, спросите, нет ли нового выпуска." ;;
        16) echo "Подпись сделана не ключом журнала." ;;
        17) echo "Подпись сделана ключом, который журнал отозвал." ;;
        18) echo "Список ключей старше того, что был виден раньше, или его срок вышел." ;;
        19) echo "В списке есть опасное имя файла." ;;
        20) echo "Файл выпуска написан не так, как положено." ;;
        21) echo "Есть два разных выпуска с одним номером: сразу сообщите редакции." ;;
        needed) echo "На этом компьютере нет программы, без которой не проверить." ;;
        root) echo "Не назван корневой ключ: он записан на бумаге, укажите его после --root." ;;
        tool) echo "На этом компьютере нет ни minisign, ни ssh-keygen: установите одну из этих программ." ;;
        release) echo "Выпуск, дата, число файлов:" ;;
        esac ;;
    ky*) case "$1" in
        0) echo "Баары ордунда жана жаңы: ар бир файл журнал кол койгондой." ;;
        2) echo "Минтип суроого болбойт: буйрукта эмне жазылганын текшериңиз." ;;
        3) echo "Муну аягына чейин окууга болбойт." ;;
        10) echo "Файл өзгөртүлгөн." ;;
        11) echo "Файл жок." ;;
        12) echo "Журнал кол койбогон файл кошулган." ;;
        13) echo "Ар башка чыгарылыштардын файлдары аралашкан." ;;
        14) echo "Бул жерде мурда көрүнгөндөн эскирээк чыгарылыш турат." ;;
        15) echo "Баары ордунда, бирок эскирген: мөөнөтү өттү, жаңы чыгарылыш барбы, сураңыз." ;;
        16) echo "Кол журналдын ачкычы менен коюлган эмес." ;;
        17) echo "Кол журнал жокко чыгарган ачкыч менен коюлган." ;;
        18) echo "Ачкычтардын тизмеси мурда көрүнгөндөн эски же анын мөөнөтү өттү." ;;
        19) echo "Тизмеде коркунучтуу файл аты бар." ;;
        20) echo "Чыгарылыштын файлы тийиштүү түрдө жазылган эмес." ;;
        21) echo "Бир номерде эки башка чыгарылыш бар: дароо редакцияга билдириңиз." ;;
        needed) echo "Бул компьютерде текшерүүгө керек программа жок." ;;
        root) echo "Негизги ачкыч аталган эмес: ал кагазда жазылган, аны --root артына жазыңыз." ;;
        tool) echo "Бул компьютерде minisign да, ssh-keygen да жок: бирин орнотуңуз." ;;
        release) echo "Чыгарылыш, күнү, файлдардын саны:" ;;
        esac ;;
    *) case "$1" in
        0) echo "Whole and fresh: every file is as the magazine signed it." ;;
        2) echo "It was asked in a way that cannot be answered." ;;
        3) echo "It cannot be reached, or does not end." ;;
        10) echo "A file was changed." ;;
        11) echo "A file is missing." ;;
        12) echo "A file was added that the magazine did not sign." ;;
        13) echo "Files of different releases are mixed." ;;
        14) echo "An older release stands where a newer one was seen before." ;;
        15) echo "Whole, but stale: its date of expiry is over, so ask whether there is a newer release." ;;
        16) echo "It is not signed by the magazine's key." ;;
        17) echo "It is signed with a key that the magazine has revoked." ;;
        18) echo "The list of keys is older than one seen before, or its date of expiry is over." ;;
        19) echo "The list holds a name that could do harm." ;;
        20) echo "A file of the release is not written as it must be." ;;
        21) echo "There are two different releases of one number: tell the editors at once." ;;
        needed) echo "This computer lacks a program that is needed to check." ;;
        root) echo "No root key is named: it stands on paper, and goes behind --root." ;;
        tool) echo "Neither minisign nor ssh-keygen is on this computer: install one of them." ;;
        release) echo "Release, date, number of files:" ;;
        esac ;;
    esac
}

say() { # CODE [WHAT], without any sign in it that a terminal obeys
    if [ -n "${2:-}" ]; then
        printf '%s (%s)\n' "$(sentence "$1")" "$(printf '%s' "$2" | tr -c ' -~' '?')" >&2
    else
        sentence "$1" >&2
    fi
}

finish() { # CODE [WHAT]
    say "$@"
    exit "$1"
}

# what a program that is not there would have found must not pass for nothing
for name in awk cat cmp cp cut date find grep head mktemp mv od printf rm sed sort tail tr wc; do
    if ! command -v "$name" >/dev/null 2>&1; then
        printf '%s (%s)\n' "$(sentence needed)" "$name" >&2
        exit 2
    fi
done

is_key() { printf '%s\n' "$1" | grep -Eqx 'RW[A-Za-z0-9+/]{54}|ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}'; }

state='' allowed='' roots='' until=''
for key in $ROOTS; do
    roots="$roots$key
"
done
while [ $# -gt 0 ]; do
    case "$1" in
    --root | --state | --allow | --until) [ $# -gt 1 ] || finish 2 "$1" ;;
    esac
    case "$1" in
    --root)
        is_key "$2" || finish 2 "$2"
        roots="$roots$2
"
        shift 2 ;;
    --state) state=$2 && shift 2 ;;
    --until)
        case "$2" in note | list) until=$2 ;; *) finish 2 "$2" ;; esac
        shift 2 ;;
    --allow)
        allowed="$allowed$2
"
        shift 2 ;;
    -*) finish 2 "$1" ;;
    *) break ;;
    esac
done
[ $# -eq 1 ] || finish 2 "sh verify.sh [--root KEY]... [--state FILE] [--allow NAME]... FOLDER"
if [ -z "$roots" ]; then
    sentence root >&2
    exit 2
fi
tool=''
for name in ${MAGAZINE_VERIFIER:-minisign ssh-keygen}; do
    [ -n "$tool" ] || ! command -v "$name" >/dev/null 2>&1 || tool=$name
done
if [ -z "$tool" ]; then
    sentence tool >&2
    exit 2
fi
case "$tool" in minisign) suffix=minisig kind='' ;; *) suffix=sig kind=-ssh ;; esac
case "$state" in '' | /*) ;; *) state="$PWD/$state" ;; esac
cd -- "$1" 2>/dev/null || finish 3 "$1"
temporary=$(mktemp -d) || finish 3 "mktemp"
trap 'rm -rf "$temporary"' EXIT
trap 'exit 3' HUP INT TERM

sha256() { # of the standard input
    if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -c 1-64
}

check_sums() { # says which files of a list were changed
    if command -v sha256sum >/dev/null 2>&1; then sha256sum -c "$1"; else shasum -a 256 -c "$1"; fi 2>/dev/null
}

both() { # FILE OTHER: the lines of the other file that are in the first one, too; not every busybox has comm
    awk 'FILENAME == ARGV[1] { known[$0] = 1; next } $0 in known' "$1" "$2"
}

without() { # FILE OTHER: the lines of the other file that are not in the first one
    awk 'FILENAME == ARGV[1] { known[$0] = 1; next } !($0 in known)' "$1" "$2"
}

small() { # NAME BYTES: a plain file that is not longer
    [ -f "$1" ] || finish 11 "$1"
    [ "$(wc -c <"$1")" -le "$2" ] || finish 20 "$1"
}

value() { # NAME FILE: of the first line of that name
    sed -n "s/^$1 //p" "$2" | sed -n 1p
}

ends_well() { # FILE: with a line break
    [ -s "$1" ] && [ -z "$(tail -c 1 "$1" | tr -d '\n')" ]
}

# fields FILE SHOWN ONCE ORDER: whether it is lines of a name and a value, in order, and some of them just once
fields() {
    ends_well "$1" || finish 20 "$2"
    [ "$(tr -d '\000-\011\013-\037\177' <"$1" | wc -c)" -eq "$(wc -c <"$1")" ] || finish 20 "$2"
    awk -v once="$3" -v order="$4" '
        BEGIN { n = split(order, names, " "); for (i = 1; i <= n; i++) at[names[i]] = i }
        !/^[a-z][a-z0-9-]* [^ ]/ || / $/ || length($0) > 4000 || NR > 5000 || length($1) > 40 { bad = 1; exit }
        $1 in at { if (at[$1] < place) { bad = 1; exit } place = at[$1]; count[$1]++ }
        END { m = split(once, names, " "); for (i = 1; i <= m; i++) if (count[names[i]] != 1) bad = 1; exit bad }
    ' "$1" || finish 20 "$2"
}

matches() { # VALUE PATTERN SHOWN
    printf '%s\n' "$1" | grep -Eqx -e "$2" || finish 20 "$3"
}

raw() { # the letters of a key that stand for its bytes, in hex
    printf '%s' "${1##* }" | decoded | od -An -v -tx1 | tr -d ' \n' | tail -c 64
}

decoded() {
    if command -v base64 >/dev/null 2>&1; then
        tr -d '\n' | { cat && echo; } | base64 -d 2>/dev/null
    else
        { tr -d '\n' | fold -w 64 && echo; } | openssl base64 -d
    fi
}

encoded() {
    if command -v base64 >/dev/null 2>&1; then base64; else openssl base64; fi | tr -d '\n'
}

as_ssh() { # a key as OpenSSH writes it
    case "$1" in ssh-*) printf '%s' "$1" && return ;; esac
    printf 'ssh-ed25519 '
    { printf '\000\000\000\013ssh-ed25519\000\000\000\040' && printf '%s' "$1" | decoded | tail -c 32; } | encoded
}

well_formed() { # SIGNATURE: no other thing stands in its place
    small "$1" 4000
    case "$1" in
    *.minisig) awk '
        NR == 2 && length($0) != 100 || NR == 4 && length($0) != 88 || NR == 3 && !/^trusted comment: / { bad = 1 }
        (NR == 2 || NR == 4) && /[^A-Za-z0-9+\/=]/ { bad = 1 }
        END { exit bad || NR != 4 }' "$1" || finish 20 "$1" ;;
    *) awk '
        NR == 1 && $0 != "-----BEGIN SSH SIGNATURE-----" { bad = 1 }
        NR > 1 && last && last !~ /^[A-Za-z0-9+\/=]+$/ { bad = 1 }
        { last = NR > 1 ? $0 : "" }
        END { exit bad || NR < 4 || last != "-----END SSH SIGNATURE-----" }' "$1" || finish 20 "$1" ;;
    esac
}

# comment FILE SIGNATURE KEY PURPOSE: what a signature of that key says, nothing in OpenSSH's; fails if another made it
comment() {
    if [ "$tool" = minisign ]; then
        case "$3" in ssh-*) return 1 ;; esac
        minisign -V -Q -P "$3" -m "$1" -x "$2" 2>/dev/null
    else
        printf 'magazine namespaces="%s" %s\n' "$4" "$(as_ssh "$3")" >"$temporary/signers"
        ssh-keygen -Y verify -f "$temporary/signers" -I magazine -n "$4" -s "$2" <"$1" >/dev/null 2>&1
    fi
}

unsafe() { # [alone]: of the names on the standard input, the first one that no system should be given
    awk -v alone="${1:-}" '
    function bad(name) { if (found == "") found = name }
    {
        count = split($0, parts, "/"); above = ""; low = tolower($0); first = tolower(parts[1])
        if (length($0) > 200 || first == ".git" || first == "releases") bad($0)
        if (first ~ /^(sha256sums\.txt|(release\.txt(\.[2-9])?|keys\.txt)(\.minisig|\.sig)?)$/) bad($0)
        for (i = 1; i <= count; i++) {
            part = parts[i]
            if (part !~ /^[A-Za-z0-9_.+@=,()][A-Za-z0-9_.+@=,() -]*$/ || part ~ /^\.\.?$/ || part ~ /[. ]$/) bad($0)
            if (length(part) > 120 || tolower(part) ~ /^(con|prn|aux|nul|com[1-9]|lpt[1-9]) *(\..*)?$/) bad($0)
            if (i < count) {
                above = above (i > 1 ? "/" : "") part
                if (!alone && tolower(above) in files) bad($0)
                if (!alone && tolower(above) in folders && folders[tolower(above)] != above) bad($0)
                folders[tolower(above)] = above
            }
        }
        if (!alone && (low in files || low in folders)) bad($0)
        files[low] = 1
    }
    END { if (found != "") print found }
'
}

keep_state() {
    [ -n "$state" ] || return 0
    if ! {
        printf 'release %s\nrelease-sha256 %s\n' "$seen_release" "$seen_note"
        printf 'keys %s\nkeys-sha256 %s\n' "$seen_keys" "$seen_list"
        sed 's/^/revoked /' "$temporary/revoked"
    } >"$state.part" || ! mv -f "$state.part" "$state"; then finish 3 "$state"; fi
}

# what was seen before
seen_release=0 seen_note=- seen_keys=0 seen_list=-
: >"$temporary/revoked"
if [ -n "$state" ] && [ -e "$state" ]; then
    fields "$state" "$state" "release release-sha256 keys keys-sha256" "release release-sha256 keys keys-sha256 revoked"
    seen_release=$(value release "$state") seen_note=$(value release-sha256 "$state")
    seen_keys=$(value keys "$state") seen_list=$(value keys-sha256 "$state")
    matches "$seen_release" '0|[1-9][0-9]{0,17}' "$state"
    matches "$seen_keys" '0|[1-9][0-9]{0,17}' "$state"
    matches "$seen_note" '-|[0-9a-f]{64}' "$state"
    matches "$seen_list" '-|[0-9a-f]{64}' "$state"
    sed -n 's/^revoked //p' "$state" | sort >"$temporary/revoked"
fi

# all files there are: links and devices are not followed
find . -path ./.git -prune -o ! -type f ! -type d -print >"$temporary/strange" 2>/dev/null
[ ! -s "$temporary/strange" ] || finish 19 "$(head -n 1 "$temporary/strange")"
# a name of two lines could pass for two files
two_lines='*
*'
find . -path ./.git -prune -o -type f ! -path "$two_lines" -print | sed 's|^\./||' | sort >"$temporary/there"
find . -path ./.git -prune -o -type f -path "$two_lines" -print | tr -d '\n' >"$temporary/strange"

# the keys, by a root key
small keys.txt 64000
small "keys.txt.$suffix" 4000
well_formed "keys.txt.$suffix"
printf '%s' "$roots" >"$temporary/roots"
signer='' told=''
while read -r key; do
    [ -z "$signer" ] || continue
    if told=$(comment keys.txt "keys.txt.$suffix" "$key" magazine-keys </dev/null); then signer=$key; fi
done <"$temporary/roots"
[ -n "$signer" ] || finish 16 keys.txt
fields keys.txt keys.txt "seq date expires needs" "seq date expires needs active active-ssh revoked revoked-ssh root"
keys_seq=$(value seq keys.txt) keys_expires=$(value expires keys.txt) needs=$(value needs keys.txt)
matches "$keys_seq" '[1-9][0-9]{0,17}' keys.txt
matches "$needs" '[1-9][0-9]?' keys.txt
matches "$(value date keys.txt)" '20[0-9]{2}-[01][0-9]-[0-3][0-9]' keys.txt
matches "$keys_expires" '20[0-9]{2}-[01][0-9]-[0-3][0-9]' keys.txt
! grep -E '^(active|revoked|root) ' keys.txt | grep -Evq '^[a-z]+ RW[A-Za-z0-9+/]{54}( |$)' || finish 20 keys.txt
! grep -E '^(active|revoked)-ssh ' keys.txt | grep -Evq '^[a-z-]+ ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43} ' || finish 20 keys.txt
[ -z "$told" ] || [ "$told" = "keys seq:$keys_seq date:$(value date keys.txt) expires:$keys_expires" ] || finish 16 keys.txt
{
    sed -n 's/^revoked \([^ ]*\) .*/\1/p' keys.txt
    sed -n 's/^revoked-ssh \([^ ]* [^ ]*\) .*/\1/p' keys.txt
} | cat - "$temporary/revoked" | sort -u >"$temporary/never"
while read -r key; do
    [ "$(raw "$key")" != "$(raw "$signer")" ] || finish 17 keys.txt
done <"$temporary/never"
list=$(sha256 <keys.txt)
[ "$keys_seq" -ge "$seen_keys" ] || finish 18 "$keys_seq < $seen_keys"
[ "$keys_seq" -ne "$seen_keys" ] || [ "$list" = "$seen_list" ] || finish 21 keys.txt
# a thief's release may bear the highest number there is: when her key is revoked, numbers begin anew
cmp -s "$temporary/never" "$temporary/revoked" || seen_release=0 seen_note=-
cp "$temporary/never" "$temporary/revoked"
seen_keys=$keys_seq seen_list=$list
keep_state

# the note, by as many different active keys as are needed
small release.txt 256000
sed -n "s/^active$kind \(.*\) [^ ]*\$/\1/p" keys.txt >"$temporary/active"
case "$kind" in '') grep -v ssh- "$temporary/never" ;; *) grep ssh- "$temporary/never" ;; esac >"$temporary/gone"
good=0 by_revoked='' comments=''
for part in '' .2 .3 .4 .5 .6 .7 .8 .9; do
    signature="release.txt$part.$suffix"
    { [ -f "$signature" ] && [ "$good" -lt "$needs" ]; } || break
    well_formed "$signature"
    left="$temporary/left"
    : >"$left"
    while read -r key; do
        if told=$(comment release.txt "$signature" "$key" magazine-release </dev/null); then
            good=$((good + 1))
            comments="$comments$told
"
        else
            printf '%s\n' "$key" >>"$left"
        fi
    done <"$temporary/active"
    cp "$left" "$temporary/active" # who has signed once does not count again
    while read -r key; do
        if comment release.txt "$signature" "$key" magazine-release </dev/null >/dev/null; then by_revoked=yes; fi
    done <"$temporary/gone"
done
if [ "$good" -lt "$needs" ]; then
    [ -z "$by_revoked" ] || finish 17 release.txt
    finish 16 "release.txt: $good < $needs"
fi
fields release.txt release.txt "site seq date expires files sha256sums keys prev" \
    "site seq date expires files sha256sums keys prev changed petition form pack cid mirror"
seq=$(value seq release.txt) date=$(value date release.txt) expires=$(value expires release.txt)
files=$(value files release.txt)
matches "$seq" '[1-9][0-9]{0,17}' release.txt
matches "$files" '[1-9][0-9]{0,17}' release.txt
for name in date expires; do matches "$(value $name release.txt)" '20[0-9]{2}-[01][0-9]-[0-3][0-9]' release.txt; done
for name in sha256sums keys; do matches "$(value $name release.txt)" '[0-9a-f]{64}' release.txt; done
pack='releases/[0-9]{1,18}/[A-Za-z0-9][A-Za-z0-9_.-]{0,119} [1-9][0-9]{0,14} [0-9a-f]{64}'
! grep '^pack ' release.txt | grep -Evqx "pack $pack" || finish 20 release.txt
! printf '%s' "$comments" | grep -Fvqx -e "seq:$seq date:$date expires:$expires" -e '' || finish 16 release.txt
note=$(sha256 <release.txt)
[ "$seq" -ge "$seen_release" ] || finish 14 "$seq < $seen_release"
[ "$seq" -ne "$seen_release" ] || [ "$note" = "$seen_note" ] || finish 21 "$seq"
if [ "$seen_note" != - ] && [ "$seq" -eq $((seen_release + 1)) ]; then
    [ "$(value prev release.txt)" = "$seen_note" ] || finish 21 "$seen_release, $seq"
fi
[ "$(value keys release.txt)" = "$list" ] || finish 13 keys.txt

grep -v '^changed … and [1-9][0-9]* more$' release.txt | sed -n 's/^changed //p' >"$temporary/names"
unsafe=$(unsafe alone <"$temporary/names")
[ -z "$unsafe" ] || finish 19 "$unsafe"
[ "$until" != note ] || exit 0

# the list, by the note
sums=SHA256SUMS.txt
small "$sums" 32000000
[ "$(sha256 <"$sums")" = "$(value sha256sums release.txt)" ] || finish 13 "$sums"
ends_well "$sums" || finish 20 "$sums"
[ "$(tr -d '\000' <"$sums" | wc -c)" -eq "$(wc -c <"$sums")" ] || finish 19 "$sums"
! grep -Evq '^[0-9a-f]{64}  .' "$sums" || finish 20 "$sums"
cut -c 67- "$sums" >"$temporary/names"
unsafe=$(unsafe <"$temporary/names")
[ -z "$unsafe" ] || finish 19 "$unsafe"
sort "$temporary/names" | cmp -s - "$temporary/names" || finish 20 "$sums"
[ "$(wc -l <"$sums")" -eq "$files" ] || finish 20 "$sums"
[ "$until" != list ] || exit 0

# the files, by the list; of packs those that are there
code=0
found() { # CODE, and the names of files on the standard input
    while IFS= read -r name; do
        say "$1" "$name"
        echo "$1" >>"$temporary/codes"
    done
}
: >"$temporary/codes"
check_sums "$sums" >"$temporary/checked"
sed -n 's/: FAILED[a-z ]*$//p' "$temporary/checked" >"$temporary/failed"
both "$temporary/there" "$temporary/failed" | found 10
without "$temporary/there" "$temporary/names" | found 11
sed -n 's/^pack \([^ ]*\) [^ ]* \([^ ]*\)$/\2  \1/p' release.txt >"$temporary/packs"
while read -r sha256 name; do
    [ ! -f "$name" ] || [ "$(sha256 <"$name")" = "$sha256" ] || printf '%s\n' "$name" | found 10
done <"$temporary/packs"
{
    cat "$temporary/names"
    cut -c 67- "$temporary/packs" | sed 'p;s/$/.minisig/'
    printf '%s' "$allowed"
    printf '%s\n' "$sums" keys.txt keys.txt.minisig keys.txt.sig release.txt release.txt.minisig release.txt.sig
    for part in 2 3 4 5 6 7 8 9; do printf '%s\n' "release.txt.$part.minisig" "release.txt.$part.sig"; done
} | sort -u >"$temporary/expected"
without "$temporary/expected" "$temporary/there" | found 12
[ ! -s "$temporary/strange" ] || head -c 200 "$temporary/strange" | { cat && echo; } | found 12
if [ -s "$temporary/codes" ]; then
    code=$(sort -n "$temporary/codes" | head -n 1)
    exit "$code"
fi
[ "$(grep -c ': OK$' "$temporary/checked")" -eq "$files" ] || finish 3 "$sums"
grep -E '^(release|keys)\.txt(\.[2-9])?\.(minisig|sig)$|^releases/.*\.minisig$' "$temporary/there" >"$temporary/signatures"
while IFS= read -r name; do well_formed "$name"; done <"$temporary/signatures"

seen_release=$seq seen_note=$note
keep_state
printf '%s %s, %s, %s\n' "$(sentence release)" "$seq" "$date" "$files"
today=$(date -u +%Y%m%d)
[ "$(printf '%s' "$keys_expires" | tr -d -)" -ge "$today" ] || finish 18 "$keys_expires"
[ "$(printf '%s' "$expires" | tr -d -)" -ge "$today" ] || finish 15 "$expires"
sentence 0
