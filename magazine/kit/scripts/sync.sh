#!/bin/sh
# Keeps a copy of the magazine up to date: fetches what has changed, verifies all of it, and only then lets it go live.
#
#     sh sync.sh [--root KEY]... [--from ADDRESS]... [--packs] [--show] FOLDER
#
# FOLDER/current is the copy that your web server shows: it is always a whole, verified release. ADDRESS is a mirror, as
# https://…/ or, for rsync, rsync://…/ or host:folder/; of several the first that answers is taken. --show tells what
# would change and stops; the same command without it lets that go live and fetches nothing twice. --packs brings the
# archives, too, for those who fetch by torrent. What lies in FOLDER/own is yours, and shown beside the magazine. A run
# that was broken off is taken up by the next one. For cron, hourly:
#
#     17 * * * * sh kit/sync.sh magazine
#
# Any POSIX shell will do, with curl or wget, and what verify.sh beside it needs.

ROOTS="${MAGAZINE_ROOTS:-}" # the root keys of minisign, with a space between
FROM="${MAGAZINE_FROM:-}"   # mirrors to copy from, with a space between

set -u
umask 022
unset CDPATH
LARGEST="${MAGAZINE_LARGEST:-200000}" # kilobytes of a file
LIST=32000                            # kilobytes of the list of hashes
SMALL=300                             # kilobytes of keys and notes
CALM="${MAGAZINE_CALM:-30}"           # seconds without a byte
WHOLE="${MAGAZINE_WHOLE:-1800}"       # seconds for what is fetched at a time
language="${MAGAZINE_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}"

sentence() {
    case "$language" in
    ru*) case "$1" in
        usage) echo "sh sync.sh [--root КЛЮЧ]... [--from АДРЕС]... [--packs] [--show] ПАПКА" ;;
        busy) echo "Другой запуск ещё работает с этой папкой." ;;
        same) echo "Ничего нового нет." ;;
        stale) echo "Ничего нового нет, а срок этого выпуска вышел: спросите редакцию." ;;
        unreachable) echo "До этого адреса не добраться, или он не отвечает до конца:" ;;
        changed) echo "Изменено:" ;;
        removed) echo "Убрано:" ;;
        whole) echo "Новая копия, файлов:" ;;
        ready) echo "Проверено и готово. Та же команда без --show покажет это читателям." ;;
        live) echo "Опубликован выпуск" ;;
        tool) echo "На этом компьютере нет ни curl, ни wget." ;;
        write) echo "В эту папку нельзя писать, или диск полон:" ;;
        wrong) echo "Отданный файл не такой, каким его подписал журнал:" ;;
        missing) echo "Подписанного файла там нет:" ;;
        esac ;;
    ky*) case "$1" in
        usage) echo "sh sync.sh [--root АЧКЫЧ]... [--from ДАРЕК]... [--packs] [--show] ПАПКА" ;;
        busy) echo "Башка иштетүү бул папка менен дагы эле иштеп жатат." ;;
        same) echo "Жаңы эч нерсе жок." ;;
        stale) echo "Жаңы эч нерсе жок, ал эми бул чыгарылыштын мөөнөтү өттү: редакциядан сураңыз." ;;
        unreachable) echo "Бул дарекке жетүүгө болбойт же ал аягына чейин жооп бербейт:" ;;
        changed) echo "Өзгөртүлдү:" ;;
        removed) echo "Алынды:" ;;
        whole) echo "Жаңы көчүрмө, файлдардын саны:" ;;
        ready) echo "Текшерилди жана даяр. --show жок ошол эле буйрук муну окурмандарга көрсөтөт." ;;
        live) echo "Жарыяланган чыгарылыш" ;;
        tool) echo "Бул компьютерде curl да, wget да жок." ;;
        write) echo "Бул папкага жазууга болбойт же диск толгон:" ;;
        wrong) echo "Берилген файл журнал кол койгондой эмес:" ;;
        missing) echo "Кол коюлган файл ал жерде жок:" ;;
        esac ;;
    *) case "$1" in
        usage) echo "sh sync.sh [--root KEY]... [--from ADDRESS]... [--packs] [--show] FOLDER" ;;
        busy) echo "Another run is still at work in this folder." ;;
        same) echo "There is nothing new." ;;
        stale) echo "There is nothing new, and this release has expired: ask the editors." ;;
        unreachable) echo "This address cannot be reached, or does not answer to the end:" ;;
        changed) echo "Changed:" ;;
        removed) echo "Removed:" ;;
        whole) echo "A new copy; its files:" ;;
        ready) echo "Verified and ready. The same command without --show lets readers see it." ;;
        live) echo "Published release" ;;
        tool) echo "Neither curl nor wget is on this computer." ;;
        write) echo "This folder cannot be written to, or the disk is full:" ;;
        wrong) echo "A file that was served is not as the magazine signed it:" ;;
        missing) echo "A signed file is not there:" ;;
        esac ;;
    esac
}

finish() { # CODE SENTENCE [WHAT], without any sign in it that a terminal obeys
    printf '%s %s\n' "$(sentence "$2")" "$(printf '%s' "${3:-}" | tr -c ' -~' '?')" >&2
    exit "$1"
}

kit=$(cd -- "$(dirname -- "$0")" && pwd)
show='' mirrors='' roots='' packs=''
while [ $# -gt 0 ]; do
    case "$1" in
    --root | --from) [ $# -gt 1 ] || finish 2 usage ;;
    esac
    case "$1" in
    --root) roots="$roots $2" && shift 2 ;;
    --from) mirrors="$mirrors $2" && shift 2 ;;
    --packs) packs=yes && shift ;;
    --show) show=yes && shift ;;
    -*) finish 2 usage "$1" ;;
    *) break ;;
    esac
done
[ $# -eq 1 ] || finish 2 usage
[ -n "$mirrors" ] || mirrors=$FROM
[ -n "$mirrors" ] || finish 2 usage
MAGAZINE_ROOTS="$ROOTS $roots"
export MAGAZINE_ROOTS
mkdir -p -- "$1" 2>/dev/null || finish 3 write "$1"
cd -- "$1" || finish 3 write "$1"
home=$PWD
LC_ALL=C
export LC_ALL MAGAZINE_LANG="$language"

# one run at a time; the lock of a process that is no more is taken over
if ! mkdir .lock 2>/dev/null; then
    [ -d .lock ] || finish 3 write "$home"
    holder=$(cat .lock/pid 2>/dev/null)
    if [ -n "$holder" ] && kill -0 "$holder" 2>/dev/null; then finish 3 busy "$home"; fi
    rm -rf .lock
    mkdir .lock 2>/dev/null || finish 3 busy "$home"
fi
echo "$$" >.lock/pid
trap 'rm -rf "$home/.lock"' EXIT
trap 'exit 3' HUP INT TERM

if command -v curl >/dev/null 2>&1; then
    client=curl
elif command -v wget >/dev/null 2>&1; then
    client=wget
else
    finish 2 tool
fi

limited='' # nothing takes longer than it may, where there is a program that sees to it
if command -v timeout >/dev/null 2>&1; then
    limited="timeout $WHOLE"
elif command -v perl >/dev/null 2>&1; then # as on macOS
    limited="perl -e alarm(shift);exec(@ARGV) $WHOLE"
fi

patience="-T $CALM"
if [ "$client" = wget ] && [ -n "$limited" ]; then # some of busybox end with a fault when they are told to wait
    case "$(wget --version 2>&1)" in *GNU*) ;; *) patience='' ;; esac
fi

sha256() { # of a file
    if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -c 1-64
}

value() { # NAME FILE
    sed -n "s/^$1 //p" "$2" | sed -n 1p
}

is_rsync() {
    case "$1" in http://* | https://*) return 1 ;; *) return 0 ;; esac
}

escaped() { # the names of a list may hold spaces, and signs that mean something in an address
    printf '%s' "$1" | sed 's/%/%25/g; s/ /%20/g; s/+/%2B/g; s/,/%2C/g; s/=/%3D/g; s/@/%40/g; s/(/%28/g; s/)/%29/g'
}

within() { # KILOBYTES COMMAND...: for answers that never end; notes whether something did not come to its end
    (
        ulimit -f $(($1 * 2)) # of half kilobytes
        shift
        "$@"
        exit $?
    ) 2>.lock/errors
    status=$?
    if [ "$status" -ge 124 ] || sed '/^curl: (22)/d' .lock/errors | grep -q '^curl: ('; then : >.lock/short; fi
    return "$status"
}

# fetch KILOBYTES < lines «NAME TARGET»: what comes is no larger and no slower than it may be; what does not come is not there
fetch() {
    : >.lock/config
    : >.lock/names
    while read -r target name; do
        printf '%s %s\n' "$target" "$name" >>.lock/names
        printf 'url = "%s%s"\noutput = "%s"\n' "$from" "$(escaped "$name")" "$target" >>.lock/config
    done
    end=$(($(date +%s) + WHOLE))
    if is_rsync "$from"; then
        while [ "$(date +%s)" -lt "$end" ] && read -r target name; do
            $limited rsync -tLz --timeout="$CALM" --max-size="$1k" -- "$from$name" "$target" </dev/null >/dev/null 2>&1
        done <.lock/names
    elif [ "$client" = curl ]; then
        # shellcheck disable=SC2086 # several words
        within "$1" $limited curl -q -s -S -f -g --compressed --proto =http,https --connect-timeout "$CALM" --speed-limit 1 \
            --speed-time "$CALM" --max-time "$WHOLE" -A "Mozilla/5.0" -K .lock/config || return 1
    else
        while [ "$(date +%s)" -lt "$end" ] && read -r target name; do
            # shellcheck disable=SC2086 # several words
            within "$1" $limited wget -q $patience -U "Mozilla/5.0" -O "$target" "$from$(escaped "$name")" </dev/null ||
                rm -f "$target"
        done <.lock/names
    fi
    return 0
}

verified() { # UNTIL FOLDER
    sh "$kit/verify.sh" --state "$home/seen.txt" ${1:+--until "$1"} "$2" >.lock/said 2>&1
}

moment() { # DATE SEQ: as touch wants it; the second tells releases of one day apart
    second=$(($2 % 43200 * 2))
    printf '%s%02d%02d.%02d' "$(printf '%s' "$1" | tr -d -)" $((second / 3600)) $((second / 60 % 60)) $((second % 60))
}

swap() { # TREE: readers see the old tree or the new one; where a folder knows no links, for a moment none
    rm -rf .current
    if { [ -L current ] || [ ! -e current ]; } && ln -s "$1" .current 2>/dev/null; then
        mv -fT .current current 2>/dev/null || mv -fh .current current 2>/dev/null ||
            perl -e 'exit !rename ".current", "current"' 2>/dev/null || {
            rm -f current && mv -f .current current
        } || finish 3 write "$home"
        return
    fi
    rm -rf before
    [ ! -e current ] || mv current before || finish 3 write "$home"
    if ! mv "$1" current; then
        mend
        finish 3 write "$home"
    fi
}

mend() { # what was cut short between two steps of a swap
    [ ! -e current ] || return 0
    rm -f current
    if [ -L .current ] && [ -e .current ]; then
        mv -f .current current
    elif [ -e before ]; then
        mv -f before current
    fi
}

# one mirror after the other, until one has what can be believed
try() {
    case "$from" in */) ;; *) from="$from/" ;; esac
    old=''
    [ ! -f current/release.txt ] || old=$(cd -P current && pwd)
    rm -rf head .lock/short
    mkdir -p head new || finish 3 write "$home"

    # the signature alone tells whether there is news
    if [ -n "$old" ] && [ "$client" = curl ] && ! is_rsync "$from"; then
        set --
        if [ "$(sed -n 1p etag 2>/dev/null)" = "$from" ]; then set -- -H "If-None-Match: $(sed -n 2p etag)"; fi
        within "$SMALL" curl -q -s -f -g --proto =http,https --connect-timeout "$CALM" --max-time 120 -A "" -H "Accept:" ${1+"$@"} \
            -D .lock/head -o head/release.txt.minisig "${from}release.txt.minisig" || return 3
        if grep -q '^HTTP/[0-9.]* 304' .lock/head; then
            news=no
            return 0
        fi
    else
        printf 'head/release.txt.minisig release.txt.minisig\n' >.lock/first
        fetch "$SMALL" <.lock/first || return 3
    fi
    [ -f head/release.txt.minisig ] || return 3
    if [ -n "$old" ] && cmp -s head/release.txt.minisig current/release.txt.minisig; then
        news=no
        keep_tag
        return 0
    fi

    # what vouches for all
    printf 'head/%s %s\n' release.txt release.txt keys.txt keys.txt keys.txt.minisig keys.txt.minisig \
        release.txt.sig release.txt.sig keys.txt.sig keys.txt.sig | fetch "$SMALL"
    [ -f head/release.txt ] && [ -f head/keys.txt ] || return 3
    needs=$(value needs head/keys.txt | grep -Ex '[1-9]') || needs=1
    part=2
    while [ "$part" -le "$needs" ]; do
        for kind in minisig sig; do printf 'head/%s %s\n' "release.txt.$part.$kind" "release.txt.$part.$kind"; done
        part=$((part + 1))
    done | fetch "$SMALL"
    [ ! -f .lock/short ] || return 3
    verified note head
    code=$?
    [ "$code" -eq 0 ] || return "$code"

    # the list: of what changed since the release that is here, or all of it
    is_known=''
    if [ -f .gathered ] && [ "$(sha256 .gathered)" = "$(value sha256sums head/release.txt)" ]; then
        cp .gathered head/SHA256SUMS.txt && is_known=yes
    elif [ -n "$old" ] && [ "$(sha256 "$old/release.txt")" = "$(value prev head/release.txt)" ] &&
        ! grep -q '^changed … and' head/release.txt; then
        if changes; then is_known=yes; else rm -f .lock/short; fi
    fi
    if [ -z "$is_known" ]; then
        rm -f head/SHA256SUMS.txt
        printf 'head/SHA256SUMS.txt SHA256SUMS.txt\n' | fetch "$LIST"
        [ -f head/SHA256SUMS.txt ] && [ ! -f .lock/short ] || return 3
    fi
    verified list head
    code=$?
    [ "$code" -eq 0 ] || return "$code"
    gather || return $?
    finish
}

changes() { # makes the new list out of the old one and what the note names
    mkdir -p parts
    sed -n 's/^changed //p' head/release.txt >.lock/changed
    number=0
    while IFS= read -r name; do
        number=$((number + 1))
        printf 'parts/new.%s %s\n' "$number" "$name"
        rm -f "parts/new.$number"
    done <.lock/changed >.lock/wanted
    fetch "$LARGEST" <.lock/wanted
    : >.lock/came
    awk 'FILENAME == ARGV[1] { gone[$0] = 1; next } !(substr($0, 67) in gone)' .lock/changed "$old/SHA256SUMS.txt" >.lock/list
    number=0
    while IFS= read -r name; do
        number=$((number + 1))
        [ -f "parts/new.$number" ] || continue
        hash=$(sha256 "parts/new.$number")
        printf '%s  %s\n' "$hash" "$name" >>.lock/list
        printf '%s %s\n' "$number" "$hash" >>.lock/came
    done <.lock/changed
    sort -k 1.67 .lock/list >head/SHA256SUMS.txt
    # what is not signed is not kept, or a mirror could fill the disk from run to run
    if [ "$(sha256 head/SHA256SUMS.txt)" != "$(value sha256sums head/release.txt)" ]; then
        rm -f parts/new.*
        return 1
    fi
    while read -r number hash; do mv -f "parts/new.$number" "parts/$hash"; done <.lock/came
}

every() { # FOLDER: the lines of all files that are wanted of it, archives too
    [ -n "$1" ] || return 0
    cat "$1/SHA256SUMS.txt"
    [ -z "$packs" ] || sed -n 's/^pack \([^ ]*\) [^ ]* \([^ ]*\)$/\2  \1/p' "$1/release.txt"
}

both() { # FILE OTHER: the lines of the other file that are in the first one, too; not every busybox has comm
    awk 'FILENAME == ARGV[1] { known[$0] = 1; next } $0 in known' "$1" "$2"
}

without() { # FILE OTHER: the lines of the other file that are not in the first one
    awk 'FILENAME == ARGV[1] { known[$0] = 1; next } !($0 in known)' "$1" "$2"
}

rotten() { # FOLDER LIST: which files of a folder are there and are not as its list says, by a bad disk or a hand
    : >.lock/rotten
    [ -n "$1" ] && [ -d "$1" ] || return 0
    (cd "$1" && if command -v sha256sum >/dev/null 2>&1; then sha256sum -c "$home/$2"; else shasum -a 256 -c "$home/$2"; fi) \
        2>/dev/null | sed -n 's/: FAILED$//p' >.lock/rotten
}

gather() { # puts all files into the new tree: from the old one, from what came before, from the net
    mkdir -p parts
    # nothing stays in it that was meant for another release
    cmp -s head/SHA256SUMS.txt .gathered || rm -rf new
    mkdir -p new
    cp head/SHA256SUMS.txt .gathered
    : >.lock/wanted
    : >.lock/places
    every head | sort >.lock/all
    every "$old" | sort >.lock/before
    # a link in the old tree leads to what nobody verified: then nothing is taken from it
    if [ -n "$old" ] && [ -n "$(find "$old" -type l 2>/dev/null)" ]; then : >.lock/before; fi
    rotten new .lock/all
    while IFS= read -r name; do rm -f "new/$name"; done <.lock/rotten
    rotten "$old" .lock/before
    awk 'FILENAME == ARGV[1] { gone[$0] = 1; next } !(substr($0, 67) in gone)' .lock/rotten .lock/before >.lock/right
    both .lock/right .lock/all | cut -c 67- >.lock/same
    without .lock/right .lock/all >.lock/other
    while IFS= read -r name; do
        case "$name" in */*) mkdir -p "new/${name%/*}" ;; esac
        [ -f "new/$name" ] || ln "$old/$name" "new/$name" 2>/dev/null || cp -p "$old/$name" "new/$name" 2>/dev/null ||
            awk -v name="$name" 'substr($0, 67) == name' .lock/all >>.lock/other
    done <.lock/same
    time=$(moment "$(value date head/release.txt)" "$(value seq head/release.txt)")
    while IFS= read -r line; do
        hash=${line%%  *} name=${line#*  }
        printf '%s %s\n' "$hash" "$name" >>.lock/places
        [ -f "parts/$hash" ] || printf 'parts/%s.part %s\n' "$hash" "$name" >>.lock/wanted
    done <.lock/other
    if [ -s .lock/wanted ]; then
        resume
        fetch "$LARGEST" <.lock/wanted
    fi
    while read -r hash name; do
        [ ! -f "new/$name" ] || continue
        case "$name" in */*) mkdir -p "new/${name%/*}" ;; esac
        if [ ! -f "parts/$hash" ]; then
            take "$hash" "$name" || return $?
        fi
        if ! { cp "parts/$hash" new/.part && TZ=UTC0 touch -t "$time" new/.part && mv new/.part "new/$name"; }; then
            finish 3 write "$home"
        fi
    done <.lock/places
    [ -n "$packs" ] || return 0
    sed -n 's/^pack \([^ ]*\) .*/\1.minisig/p' head/release.txt | while IFS= read -r name; do
        [ -f "new/$name" ] || ln "$old/$name" "new/$name" 2>/dev/null || printf 'new/%s %s\n' "$name" "$name"
    done | fetch "$SMALL"
}

resume() { # what was broken off goes on where it ended, and is fetched whole below where that is not right
    for half in parts/*.part; do
        if [ ! -s "$half" ] || [ "$client" != curl ] || is_rsync "$from"; then continue; fi
        name=$(awk -v half="$half" '$1 == half { print substr($0, length($1) + 2); exit }' .lock/wanted)
        [ -n "$name" ] || continue
        within "$LARGEST" curl -q -s -S -f -g --proto =http,https --connect-timeout "$CALM" --speed-limit 1 --speed-time "$CALM" \
            --max-time "$WHOLE" -A "Mozilla/5.0" -C - -o "$half" "$from$(escaped "$name")"
        hash=${half#parts/}
        hash=${hash%.part}
        if [ "$(sha256 "$half")" = "$hash" ]; then
            mv -f "$half" "parts/$hash"
        elif [ ! -f .lock/short ]; then
            rm -f "$half"
        fi
        grep -v "^$half " .lock/wanted >.lock/left
        [ -f "parts/$hash" ] || [ -f "$half" ] || printf '%s %s\n' "$half" "$name" >>.lock/left
        mv -f .lock/left .lock/wanted
    done
}

take() { # HASH NAME: what has just come, or comes now
    half="parts/$1.part" why="$2"
    if [ ! -f "$half" ]; then
        printf '%s %s\n' "$half" "$2" | fetch "$LARGEST"
    fi
    if [ ! -f "$half" ]; then
        ! is_gone "$2" || return 11
        return 3
    fi
    if [ "$(sha256 "$half")" != "$1" ]; then
        [ ! -f .lock/short ] || [ "$(wc -c <"$half")" -ge $((LARGEST * 1000)) ] || return 3 # the next run goes on from there
        rm -f "$half"
        return 10
    fi
    mv -f "$half" "parts/$1"
}

is_gone() { # whether the mirror says that it has no such file
    is_rsync "$from" && return 0
    if [ "$client" = curl ]; then
        code=$(curl -q -s -g -I --proto =http,https --max-time "$CALM" -o /dev/null -w '%{http_code}' "$from$(escaped "$1")" 2>/dev/null)
        case "$code" in 404 | 410) return 0 ;; *) return 1 ;; esac
    fi
    # shellcheck disable=SC2086 # several words
    $limited wget -q $patience -O /dev/null "$from$(escaped "$1")" 2>/dev/null
    [ $? -eq 8 ]
}

finish() { # adds what vouches for the tree, and looks at all of it; what is the partner's own comes after that
    cp head/* new/ || finish 3 write "$home"
    (cd new && TZ=UTC0 touch -t "$time" SHA256SUMS.txt release.txt* keys.txt*)
    verified '' new
    code=$?
    case "$code" in 0 | 15 | 18) whole=yes ;; *) return "$code" ;; esac
    [ ! -d own ] || (cd own && find . -type f) | while IFS= read -r name; do
        if [ ! -e "new/$name" ]; then mkdir -p "new/${name%/*}" && cp -p "own/$name" "new/$name"; fi
    done
    return "$code"
}

keep_tag() {
    tag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: *//p' .lock/head 2>/dev/null | tr -d '\r' | tail -n 1)
    [ -z "$tag" ] || printf '%s\n%s\n' "$from" "$tag" >etag
}

told() { # what changes for readers
    if [ ! -s .lock/before ]; then
        printf '%s %s\n' "$(sentence whole)" "$(wc -l <.lock/all | tr -d ' ')"
        return 0
    fi
    cut -c 67- .lock/all >.lock/names
    cut -c 67- .lock/before >.lock/names-before
    without .lock/before .lock/all | cut -c 67- | while IFS= read -r name; do
        printf '%s %s\n' "$(sentence changed)" "$name"
    done
    without .lock/names .lock/names-before | while IFS= read -r name; do
        printf '%s %s\n' "$(sentence removed)" "$name"
    done
}

result=3
mend
for from in $mirrors; do
    news=yes why='' whole=''
    try
    result=$?
    case "$whole:$news:$result" in
    yes:* | :no:0) ;;
    *)
        case "$result" in
        3) sentence unreachable >&2 && printf '%s\n' "$from" >&2 ;;
        10) sentence wrong >&2 ;;
        11) sentence missing >&2 ;;
        *) cat .lock/said >&2 ;;
        esac
        [ -z "$why" ] || printf '%s\n' "$why" >&2
        rm -rf head
        [ "$result" -ne 10 ] || rm -f parts/*.part # of who sends what is wrong nothing is kept
        continue
        ;;
    esac
    if [ "$news" = no ]; then
        if [ "$(value expires current/release.txt | tr -d -)" -lt "$(date -u +%Y%m%d)" ]; then finish 15 stale; fi
        sentence same
        exit 0
    fi
    told
    if [ -n "$show" ]; then
        sentence ready
        exit "$result"
    fi
    tree="$(value seq new/release.txt)-$(sha256 new/release.txt | cut -c 1-8)"
    mkdir -p trees
    [ ! -d "trees/$tree" ] || tree="$tree-$$"
    mv new "trees/$tree" || finish 3 write "$home"
    sync 2>/dev/null
    swap "trees/$tree"
    [ ! -f .lock/head ] || keep_tag
    for gone in trees/*; do # the one before stays, so that nobody who is reading loses it
        [ "$gone" = "trees/$tree" ] || [ "$home/$gone" = "$old" ] || rm -rf "$gone"
    done
    rm -rf parts head .gathered
    [ "$result" = 0 ] || cat .lock/said >&2
    printf '%s %s\n' "$(sentence live)" "$tree"
    exit "$result"
done
exit "$result"
