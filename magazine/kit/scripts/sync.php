<?php
// Keeps a copy of the magazine up to date where there is no shell: fetches what has changed, verifies all of it with
// PHP's own sodium, and only then lets it go live. For PHP 7.2 and newer, by cron:
//
//     php sync.php [--root KEY]... [--from ADDRESS]... [--packs] [--show] FOLDER
//
// or by an address that cron calls, sync.php?secret=…, once the lines below are filled in. FOLDER/current is the copy that
// your web server shows: always a whole, verified release. --show tells what would change and stops; without it that
// goes live. What lies in FOLDER/own is yours, and shown beside the magazine. Let a run have some minutes, and lay FOLDER
// where no page of yours is.

$roots = array_filter(explode(' ', getenv('MAGAZINE_ROOTS') ?: '')); // the root keys of minisign
$from = array_filter(explode(' ', getenv('MAGAZINE_FROM') ?: ''));   // mirrors to copy from, as https://…/
$folder = '';                                                        // where the copy lies
$secret = '';                                                        // a word of 20 letters for cron; none: not by address
$show = false;                                                       // whether you want to look before it goes live
$packs = false;                                                      // whether to bring the archives as well

const LARGEST = 200000000, LIST_LIMIT = 32000000, NOTE_LIMIT = 256000, KEYS_LIMIT = 64000, SIGNATURE_LIMIT = 4000; // bytes
const USAGE = 2, UNREACHABLE = 3, CHANGED = 10, MISSING = 11, MIXED = 13, ROLLED_BACK = 14, EXPIRED = 15;
const BAD_SIGNATURE = 16, REVOKED = 17, OLD_KEYS = 18, UNSAFE = 19, MALFORMED = 20, FORK = 21;
const DATE = '20[0-9]{2}-[01][0-9]-[0-3][0-9]', NUMBER = '[1-9][0-9]{0,17}', HASH = '[0-9a-f]{64}';
const MINISIGN = 'RW[A-Za-z0-9+\/]{54}', SSH = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+\/]{43}';
const OWN = 'sha256sums\.txt|release\.txt(\.[2-9])?(\.minisig|\.sig)?|keys\.txt(\.minisig|\.sig)?';

$sentences = [
    'ru' => [
        USAGE => 'Так спросить нельзя: проверьте, что написано в команде.',
        UNREACHABLE => 'До этого адреса не добраться, или он не отвечает до конца.', CHANGED => 'Файл изменён.',
        MISSING => 'Файла нет.', MIXED => 'Смешаны файлы разных выпусков.',
        ROLLED_BACK => 'Здесь более старый выпуск, чем тот, что был виден раньше.',
        EXPIRED => 'Всё на месте, но устарело: срок вышел, спросите, нет ли нового выпуска.',
        BAD_SIGNATURE => 'Подпись сделана не ключом журнала.', REVOKED => 'Подпись сделана ключом, который журнал отозвал.',
        OLD_KEYS => 'Список ключей старше того, что был виден раньше, или его срок вышел.',
        UNSAFE => 'В списке есть опасное имя файла.', MALFORMED => 'Файл выпуска написан не так, как положено.',
        FORK => 'Есть два разных выпуска с одним номером: сразу сообщите редакции.',
        'busy' => 'Другой запуск ещё работает с этой папкой.', 'same' => 'Ничего нового нет.', 'changed' => 'Изменено:',
        'removed' => 'Убрано:', 'whole' => 'Новая копия, файлов:',
        'sodium' => 'В этом PHP нет sodium: попросите хостинг включить это расширение.',
        'ready' => 'Проверено и готово. Тот же запуск без --show покажет это читателям.',
        'live' => 'Опубликован выпуск', 'write' => 'В эту папку нельзя писать, или диск полон.',
    ],
    'ky' => [
        USAGE => 'Минтип суроого болбойт: буйрукта эмне жазылганын текшериңиз.',
        UNREACHABLE => 'Бул дарекке жетүүгө болбойт же ал аягына чейин жооп бербейт.', CHANGED => 'Файл өзгөртүлгөн.',
        MISSING => 'Файл жок.', MIXED => 'Ар башка чыгарылыштардын файлдары аралашкан.',
        ROLLED_BACK => 'Бул жерде мурда көрүнгөндөн эскирээк чыгарылыш турат.',
        EXPIRED => 'Баары ордунда, бирок эскирген: мөөнөтү өттү, жаңы чыгарылыш барбы, сураңыз.',
        BAD_SIGNATURE => 'Кол журналдын ачкычы менен коюлган эмес.',
        REVOKED => 'Кол журнал жокко чыгарган ачкыч менен коюлган.',
        OLD_KEYS => 'Ачкычтардын тизмеси мурда көрүнгөндөн эски же анын мөөнөтү өттү.',
        UNSAFE => 'Тизмеде коркунучтуу файл аты бар.', MALFORMED => 'Чыгарылыштын файлы тийиштүү түрдө жазылган эмес.',
        FORK => 'Бир номерде эки башка чыгарылыш бар: дароо редакцияга билдириңиз.',
        'busy' => 'Башка иштетүү бул папка менен дагы эле иштеп жатат.', 'same' => 'Жаңы эч нерсе жок.',
        'changed' => 'Өзгөртүлдү:', 'removed' => 'Алынды:', 'whole' => 'Жаңы көчүрмө, файлдардын саны:',
        'sodium' => 'Бул PHPде sodium жок: хостингден бул кеңейтүүнү күйгүзүүнү сураныңыз.',
        'ready' => 'Текшерилди жана даяр. --show жок ошол эле буйрук муну окурмандарга көрсөтөт.',
        'live' => 'Жарыяланган чыгарылыш', 'write' => 'Бул папкага жазууга болбойт же диск толгон.',
    ],
    'en' => [
        USAGE => 'It was asked in a way that cannot be answered.', UNREACHABLE => 'It cannot be reached, or does not end.',
        CHANGED => 'A file was changed.', MISSING => 'A file is missing.', MIXED => 'Files of different releases are mixed.',
        ROLLED_BACK => 'An older release stands where a newer one was seen before.',
        EXPIRED => 'Whole, but stale: its date of expiry is over, so ask whether there is a newer release.',
        BAD_SIGNATURE => "It is not signed by the magazine's key.",
        REVOKED => 'It is signed with a key that the magazine has revoked.',
        OLD_KEYS => 'The list of keys is older than one seen before, or its date of expiry is over.',
        UNSAFE => 'The list holds a name that could do harm.',
        MALFORMED => 'A file of the release is not written as it must be.',
        FORK => 'There are two different releases of one number: tell the editors at once.',
        'busy' => 'Another run is still at work in this folder.', 'same' => 'There is nothing new.',
        'changed' => 'Changed:', 'removed' => 'Removed:', 'whole' => 'A new copy; its files:',
        'sodium' => 'This PHP has no sodium: ask the host to switch that extension on.',
        'ready' => 'Verified and ready. The same command without --show lets readers see it.',
        'live' => 'Published release', 'write' => 'This folder cannot be written to, or the disk is full.',
    ],
];

class Refused extends Exception
{
    public function __construct(int $code, string $what = '')
    {
        parent::__construct($what, $code);
    }
}

// ---- what is signed --------------------------------------------------------------------------------------------------

function matched(string $value, string $pattern, string $file): string
{
    if (!preg_match("/^(?:$pattern)\$/D", $value)) {
        throw new Refused(MALFORMED, $file);
    }
    return $value;
}

/** The values of a text by name, each name in its place, and those named $once there just once. */
function fields(string $data, string $file, array $once, array $order, int $limit): array
{
    if (strlen($data) > $limit || substr($data, -1) !== "\n" || substr_count($data, "\n") > 5000 || !preg_match('//u', $data)) {
        throw new Refused(MALFORMED, $file);
    }
    $found = array_fill_keys($order, []);
    $place = 0;
    foreach (explode("\n", substr($data, 0, -1)) as $line) {
        if (!preg_match('/^([a-z][a-z0-9-]{0,39}) (?! )([^\x00-\x1f\x7f]{1,2000})(?<! )$/Du', $line, $parts)) {
            throw new Refused(MALFORMED, $file);
        }
        $at = array_search($parts[1], $order, true);
        if ($at === false) {
            continue;
        }
        if ($at < $place) {
            throw new Refused(MALFORMED, $file);
        }
        $place = $at;
        $found[$parts[1]][] = $parts[2];
    }
    foreach ($once as $name) {
        if (count($found[$name]) !== 1) {
            throw new Refused(MALFORMED, $file);
        }
    }
    return $found;
}

/** The 32 bytes of a key as minisign or OpenSSH writes it. */
function raw(string $key): string
{
    $parts = explode(' ', $key);
    return substr((string) base64_decode(end($parts), true), -32);
}

/** Which of the keys made a prehashed signature of minisign, and its comment; null if none of them did. */
function signer(string $data, string $signature, array $keys, string $file): ?array
{
    $lines = explode("\n", $signature);
    $made = base64_decode($lines[1] ?? '', true);
    $around = base64_decode($lines[3] ?? '', true);
    if (
        strlen($signature) > SIGNATURE_LIMIT || count($lines) !== 5 || $lines[4] !== '' || $made === false || $around === false
        || strlen($made) !== 74 || strlen($around) !== 64 || strncmp($lines[2], 'trusted comment: ', 17) !== 0
        || strncmp($lines[0], 'untrusted comment:', 18) !== 0
    ) {
        throw new Refused(MALFORMED, $file);
    }
    $comment = substr($lines[2], 17);
    foreach ($keys as $key) {
        $bytes = (string) base64_decode($key, true);
        if (strncmp($key, 'ssh-', 4) === 0 || strlen($bytes) !== 42 || substr($made, 0, 10) !== 'ED' . substr($bytes, 2, 8)) {
            continue;
        }
        $public = substr($bytes, 10);
        $hashed = sodium_crypto_generichash($data, '', 64);
        if (
            sodium_crypto_sign_verify_detached(substr($made, 10), $hashed, $public)
            && sodium_crypto_sign_verify_detached($around, substr($made, 10) . $comment, $public)
        ) {
            return [$key, $comment];
        }
    }
    return null;
}

/** The list of keys, where a pinned root key signed it and nothing newer was seen; what was seen is brought up to date. */
function keys_of(string $data, string $signature, array $roots, array &$seen): array
{
    $signed = signer($data, $signature, $roots, 'keys.txt.minisig');
    if ($signed === null) {
        throw new Refused(BAD_SIGNATURE, 'keys.txt');
    }
    $once = ['seq', 'date', 'expires', 'needs'];
    $found = fields($data, 'keys.txt', $once, array_merge($once, ['active', 'active-ssh', 'revoked', 'revoked-ssh', 'root']), KEYS_LIMIT);
    $keys = ['active' => [], 'never' => []];
    foreach ($found['active'] as $line) {
        $keys['active'][] = explode(' ', matched($line, MINISIGN . ' [A-Za-z0-9][A-Za-z0-9_.-]{0,39}', 'keys.txt'))[0];
    }
    foreach (['revoked' => MINISIGN, 'revoked-ssh' => SSH] as $name => $pattern) {
        foreach ($found[$name] as $line) {
            matched($line, "(?:$pattern) " . DATE . ' [A-Za-z0-9][A-Za-z0-9_.-]{0,39}', 'keys.txt');
            $keys['never'][] = implode(' ', array_slice(explode(' ', $line), 0, -2));
        }
    }
    foreach ($found['root'] as $line) {
        matched($line, MINISIGN, 'keys.txt');
    }
    $keys['seq'] = (int) matched($found['seq'][0], NUMBER, 'keys.txt');
    $keys['needs'] = (int) matched($found['needs'][0], '[1-9][0-9]?', 'keys.txt');
    foreach (['date', 'expires'] as $name) {
        $keys[$name] = matched($found[$name][0], DATE, 'keys.txt');
    }
    if (count($found['root']) < 1 || count($keys['active']) > 20 || $keys['expires'] < $keys['date']) {
        throw new Refused(MALFORMED, 'keys.txt');
    }
    $never = array_values(array_unique(array_merge($seen['revoked'], $keys['never'])));
    if (in_array(raw($signed[0]), array_map('raw', $never), true)) {
        throw new Refused(REVOKED, 'keys.txt');
    }
    if ($signed[1] !== "keys seq:{$keys['seq']} date:{$keys['date']} expires:{$keys['expires']}") {
        throw new Refused(BAD_SIGNATURE, 'keys.txt');
    }
    $hash = hash('sha256', $data);
    if ($keys['seq'] < $seen['keys']) {
        throw new Refused(OLD_KEYS, "{$keys['seq']} < {$seen['keys']}");
    }
    if ($keys['seq'] === $seen['keys'] && $hash !== $seen['keys-sha256']) {
        throw new Refused(FORK, 'keys.txt');
    }
    // a thief's release may bear the highest number there is: when her key is revoked, numbers begin anew
    if (array_diff($never, $seen['revoked'])) {
        $seen['release'] = 0;
        $seen['release-sha256'] = '-';
    }
    $seen['keys'] = $keys['seq'];
    $seen['keys-sha256'] = $hash;
    $seen['revoked'] = $never;
    return $keys;
}

/** The note of a release, where enough active keys signed it and nothing newer was seen. */
function note_of(string $data, array $signatures, array $keys, array $seen): array
{
    $good = [];
    $by_revoked = false;
    foreach ($signatures as $file => $signature) {
        if (count($good) >= $keys['needs']) {
            break;
        }
        $signed = signer($data, $signature, $keys['active'], $file);
        if ($signed !== null) {
            $good[$signed[0]] = $signed[1];
        } elseif (signer($data, $signature, $seen['revoked'], $file) !== null) {
            $by_revoked = true;
        }
    }
    if (count($good) < $keys['needs'] || count(array_unique($good)) !== 1) {
        throw new Refused($by_revoked ? REVOKED : BAD_SIGNATURE, 'release.txt');
    }
    $once = ['site', 'seq', 'date', 'expires', 'files', 'sha256sums', 'keys', 'prev'];
    $order = array_merge($once, ['changed', 'petition', 'form', 'pack', 'cid', 'mirror']);
    $found = fields($data, 'release.txt', $once, $order, NOTE_LIMIT);
    $note = ['changed' => [], 'more' => false, 'packs' => []];
    foreach (['seq' => NUMBER, 'date' => DATE, 'expires' => DATE, 'files' => NUMBER, 'sha256sums' => HASH, 'keys' => HASH, 'prev' => HASH . '|-'] as $name => $pattern) {
        $note[$name] = matched($found[$name][0], $pattern, 'release.txt');
    }
    $note['seq'] = (int) $note['seq'];
    foreach ($found['changed'] as $name) {
        if (preg_match('/^… and [1-9][0-9]* more$/Du', $name)) {
            $note['more'] = true;
        } elseif (!is_safe($name)) {
            throw new Refused(UNSAFE, $name);
        } else {
            $note['changed'][] = $name;
        }
    }
    foreach ($found['pack'] as $line) {
        matched($line, 'releases\/[0-9]{1,18}\/[A-Za-z0-9][A-Za-z0-9_.-]{0,119} [1-9][0-9]{0,14} ' . HASH, 'release.txt');
        list($name, , $hash) = explode(' ', $line);
        if (preg_match('/[. ]$/D', $name)) {
            throw new Refused(UNSAFE, $name);
        }
        $note['packs'][$name] = $hash;
    }
    if (reset($good) !== "seq:{$note['seq']} date:{$note['date']} expires:{$note['expires']}") {
        throw new Refused(BAD_SIGNATURE, 'release.txt');
    }
    $hash = hash('sha256', $data);
    if ($note['seq'] < $seen['release']) {
        throw new Refused(ROLLED_BACK, "{$note['seq']} < {$seen['release']}");
    }
    if ($note['seq'] === $seen['release'] && $hash !== $seen['release-sha256']) {
        throw new Refused(FORK, "{$note['seq']}");
    }
    if ($seen['release-sha256'] !== '-' && $note['seq'] === $seen['release'] + 1 && $note['prev'] !== $seen['release-sha256']) {
        throw new Refused(FORK, "{$note['seq']}");
    }
    if ($note['keys'] !== $seen['keys-sha256']) {
        throw new Refused(MIXED, 'keys.txt');
    }
    return $note;
}

function is_safe(string $path): bool
{
    $first = strtolower(explode('/', $path)[0]);
    if (strlen($path) > 200 || $first === '.git' || $first === 'releases' || preg_match('/^(?:' . OWN . ')$/D', $first)) {
        return false;
    }
    foreach (explode('/', $path) as $part) {
        if (
            $part === '.' || $part === '..' || strlen($part) > 120 || preg_match('/[. ]$/D', $part)
            || !preg_match('/^[A-Za-z0-9_.+@=,()][A-Za-z0-9_.+@=,() -]*$/D', $part)
            || preg_match('/^(?:con|prn|aux|nul|com[1-9]|lpt[1-9]) *(?:\.|$)/i', $part)
        ) {
            return false;
        }
    }
    return true;
}

/** The hashes of all files by their names. */
function sums_of(string $data, array $note): array
{
    if (hash('sha256', $data) !== $note['sha256sums']) {
        throw new Refused(MIXED, 'SHA256SUMS.txt');
    }
    if (substr($data, -1) !== "\n") {
        throw new Refused(MALFORMED, 'SHA256SUMS.txt');
    }
    $sums = $spelt = $files = [];
    $last = '';
    $is_sorted = true;
    foreach (explode("\n", substr($data, 0, -1)) as $line) {
        if (!preg_match('/^(' . HASH . ')  (.+)$/D', $line, $parts)) {
            throw new Refused(MALFORMED, 'SHA256SUMS.txt');
        }
        list(, $hash, $name) = $parts;
        $low = strtolower($name);
        if (!is_safe($name) || isset($files[$low]) || isset($spelt[$low])) {
            throw new Refused(UNSAFE, $name);
        }
        for ($above = $name; strpos($above, '/') !== false;) {
            $above = substr($above, 0, (int) strrpos($above, '/'));
            $low_above = strtolower($above);
            if (isset($files[$low_above]) || ($spelt[$low_above] ?? $above) !== $above) {
                throw new Refused(UNSAFE, $name);
            }
            $spelt[$low_above] = $above;
        }
        $files[$low] = true;
        $sums[$name] = $hash;
        $is_sorted = $is_sorted && strcmp($last, $name) < 0;
        $last = $name;
    }
    if (!$is_sorted || count($sums) !== (int) $note['files']) {
        throw new Refused(MALFORMED, 'SHA256SUMS.txt');
    }
    return $sums;
}

function seen_in(string $file): array
{
    $seen = ['release' => 0, 'release-sha256' => '-', 'keys' => 0, 'keys-sha256' => '-', 'revoked' => []];
    if (!is_file($file)) {
        return $seen;
    }
    $once = ['release', 'release-sha256', 'keys', 'keys-sha256'];
    $found = fields((string) file_get_contents($file), $file, $once, array_merge($once, ['revoked']), KEYS_LIMIT);
    foreach (['release', 'keys'] as $name) {
        $seen[$name] = (int) matched($found[$name][0], '0|' . NUMBER, $file);
        $seen["$name-sha256"] = matched($found["$name-sha256"][0], HASH . '|-', $file);
    }
    $seen['revoked'] = $found['revoked'];
    return $seen;
}

// ---- the net ---------------------------------------------------------------------------------------------------------

class Web
{
    public $status = 0, $tag = '';
    private $address, $calm, $end, $curl;

    public function __construct(string $address)
    {
        $this->address = rtrim($address, '/') . '/';
        $this->calm = (int) (getenv('MAGAZINE_CALM') ?: 30);
        $this->end = microtime(true) + (int) (getenv('MAGAZINE_WHOLE') ?: 1800); // the next run goes on from there
        $this->curl = function_exists('curl_init') && function_exists('curl_exec') ? curl_init() : null;
        if (!preg_match('~^https?://[^\s?#@]+/$~', $this->address)) {
            throw new Refused(USAGE, $address);
        }
    }

    /** Fetch a file to a path; whether it came whole. What was broken off goes on where it ended. */
    public function file(string $name, int $limit, string $path, bool $resume = false): bool
    {
        $start = $resume && is_file($path) ? (int) filesize($path) : 0;
        $file = @fopen($path, $start ? 'ab' : 'wb');
        if ($file === false) {
            throw new Refused(UNREACHABLE, $path);
        }
        $size = $start;
        $headers = $start ? ["Range: bytes=$start-"] : [];
        $is_whole = $this->asked($name, $headers, function (string $block) use ($file, &$size, $limit, $start): bool {
            $size += strlen($block);
            return ($start === 0 || $this->status === 206) && $size <= $limit && fwrite($file, $block) === strlen($block);
        }, $start === 0);
        fclose($file);
        if ($start && $this->status === 416) {
            return true;
        }
        if (!$is_whole && ($size > $limit || $this->status !== 200 && $this->status !== 206 && $start === 0)) {
            @unlink($path);
        }
        return $is_whole && in_array($this->status, [200, 206], true);
    }

    /** A small file; null if there is none. */
    public function text(string $name, int $limit, array $headers = []): ?string
    {
        $text = '';
        $is_whole = $this->asked($name, $headers, function (string $block) use (&$text, $limit): bool {
            $text .= $block;
            return strlen($text) <= $limit;
        }, !$headers);
        if (in_array($this->status, [304, 404, 410], true)) {
            return null;
        }
        if (!$is_whole || $this->status !== 200) {
            throw new Refused(UNREACHABLE, $this->address . $name);
        }
        return $text;
    }

    private function asked(string $name, array $headers, callable $take, bool $packed): bool
    {
        $this->status = 0;
        $this->tag = '';
        if (microtime(true) > $this->end) {
            return false;
        }
        $url = $this->address . implode('/', array_map('rawurlencode', explode('/', $name)));
        $note = function (string $line): void {
            if (preg_match('~^HTTP/[0-9.]+ ([0-9]{3})~', $line, $found)) {
                $this->status = (int) $found[1];
            } elseif (preg_match('~^etag:\s*(\S.*)$~i', trim($line), $found)) {
                $this->tag = $found[1];
            }
        };
        return $this->curl ? $this->by_curl($url, $headers, $take, $packed, $note) : $this->by_stream($url, $headers, $take, $note);
    }

    private function by_curl(string $url, array $headers, callable $take, bool $packed, callable $note): bool
    {
        curl_reset($this->curl);
        curl_setopt_array($this->curl, [
            CURLOPT_URL => $url, CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS, CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_CONNECTTIMEOUT => $this->calm, CURLOPT_TIMEOUT => 1 + (int) ($this->end - microtime(true)), CURLOPT_LOW_SPEED_LIMIT => 1,
            CURLOPT_LOW_SPEED_TIME => $this->calm, CURLOPT_HTTPHEADER => array_merge(['Accept:'], $headers),
            CURLOPT_HEADERFUNCTION => function ($_, string $line) use ($note): int {
                $note($line);
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => function ($_, string $block) use ($take): int {
                return $this->status >= 300 || $take($block) ? strlen($block) : -1;
            },
        ]);
        if ($packed) {
            curl_setopt($this->curl, CURLOPT_ENCODING, 'gzip');
        }
        return curl_exec($this->curl) !== false;
    }

    private function by_stream(string $url, array $headers, callable $take, callable $note): bool
    {
        $context = stream_context_create(['http' => [
            'header' => $headers, 'timeout' => $this->calm, 'follow_location' => 0, 'ignore_errors' => true, 'protocol_version' => 1.1,
        ]]);
        $stream = @fopen($url, 'rb', false, $context);
        if ($stream === false) {
            return false;
        }
        $length = null;
        foreach (stream_get_meta_data($stream)['wrapper_data'] ?? [] as $line) {
            $note($line);
            $length = preg_match('~^content-length:\s*([0-9]+)~i', $line, $found) ? (int) $found[1] : $length;
        }
        $size = 0;
        while (!feof($stream) && ($length === null || $size < $length)) {
            $block = fread($stream, 1 << 16);
            if ($block === false || stream_get_meta_data($stream)['timed_out'] || microtime(true) > $this->end) {
                return false;
            }
            $size += strlen($block);
            if ($this->status < 300 && !$take($block)) {
                return false;
            }
        }
        fclose($stream);
        return $length === null || $size === $length;
    }
}

// ---- the copy --------------------------------------------------------------------------------------------------------

function written(string $path, string $data): void
{
    if (@file_put_contents("$path.part", $data) !== strlen($data) || !@rename("$path.part", $path)) {
        throw new Refused(UNREACHABLE, $path);
    }
}

/** What a function gives that many hosts switch off; false where they do. */
function tried(string $function, ...$values)
{
    return function_exists($function) ? @$function(...$values) : false;
}

function made(string $folder): string
{
    if (!is_dir($folder) && !@mkdir($folder, 0755, true) && !is_dir($folder)) {
        throw new Refused(UNREACHABLE, $folder);
    }
    return $folder;
}

function removed(string $path): void
{
    if (is_link($path) || is_file($path)) {
        @unlink($path);
    } elseif (is_dir($path)) {
        foreach (array_diff((array) scandir($path), ['.', '..']) as $name) {
            removed("$path/$name");
        }
        @rmdir($path);
    }
}

function hash_of(string $path): string
{
    return is_file($path) && !is_link($path) ? (string) hash_file('sha256', $path) : '';
}

/** All plain files below a folder; a link or device is refused. */
function listed(string $folder, string $below = ''): array
{
    $found = [];
    foreach (array_diff((array) scandir("$folder/$below"), ['.', '..']) as $name) {
        $path = "$folder/$below$name";
        if (is_link($path) || !(is_dir($path) || is_file($path))) {
            throw new Refused(UNSAFE, "$below$name");
        }
        $found = array_merge($found, is_dir($path) ? listed($folder, "$below$name/") : ["$below$name"]);
    }
    return $found;
}

class Copy
{
    public $changed = [], $removed = [], $note, $code = 0;
    private $home, $web, $from, $roots, $packs, $old;

    public function __construct(string $home, string $from, array $roots, bool $packs)
    {
        list($this->home, $this->from, $this->roots, $this->packs) = [$home, $from, $roots, $packs];
        $this->web = new Web($from);
        $this->old = is_file("$home/current/release.txt") ? "$home/current" : '';
    }

    /** Fetch and verify the newest release into new/; false if there is none that is newer. */
    public function prepare(): bool
    {
        $head = ['release.txt.minisig' => $this->polled()];
        if ($head['release.txt.minisig'] === null) {
            return false;
        }
        foreach (['release.txt' => NOTE_LIMIT, 'keys.txt' => KEYS_LIMIT, 'keys.txt.minisig' => SIGNATURE_LIMIT] as $name => $limit) {
            $head[$name] = $this->wanted($name, $limit);
        }
        $seen = seen_in("{$this->home}/seen.txt");
        $keys = keys_of($head['keys.txt'], $head['keys.txt.minisig'], $this->roots, $seen);
        $this->keep($seen);
        for ($number = 2; $number <= min(9, $keys['needs']); $number++) {
            $more = $this->web->text("release.txt.$number.minisig", SIGNATURE_LIMIT);
            if ($more !== null) {
                $head["release.txt.$number.minisig"] = $more;
            }
        }
        $signatures = array_filter($head, function (string $name): bool {
            return (bool) preg_match('/^release\.txt.*\.minisig$/D', $name);
        }, ARRAY_FILTER_USE_KEY);
        $this->note = note_of($head['release.txt'], $signatures, $keys, $seen);
        $head['SHA256SUMS.txt'] = $this->list_of();
        $sums = sums_of($head['SHA256SUMS.txt'], $this->note);
        foreach (['release.txt.sig', 'keys.txt.sig'] as $name) { // for those who verify with OpenSSH
            $more = $this->web->text($name, SIGNATURE_LIMIT);
            if ($more !== null && preg_match('/^-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+\/=\n]+-----END SSH SIGNATURE-----\n$/D', $more)) {
                $head[$name] = $more;
            }
        }
        $this->gather($sums, $head);
        $seen['release'] = $this->note['seq'];
        $seen['release-sha256'] = hash('sha256', $head['release.txt']);
        $this->keep($seen);
        $today = gmdate('Y-m-d');
        $this->code = $keys['expires'] < $today ? OLD_KEYS : ($this->note['expires'] < $today ? EXPIRED : 0);
        return true;
    }

    /** Let readers see the new tree: they see it or the old one, never none. */
    public function swap(): string
    {
        $tree = $this->note['seq'] . '-' . substr(hash_of("{$this->home}/new/release.txt"), 0, 8);
        $tree .= is_dir("{$this->home}/trees/$tree") ? '-' . bin2hex(random_bytes(3)) : '';
        made("{$this->home}/trees");
        $before = is_link("{$this->home}/current") ? basename((string) readlink("{$this->home}/current")) : '';
        if (!@rename("{$this->home}/new", "{$this->home}/trees/$tree")) {
            throw new Refused(UNREACHABLE, $this->home);
        }
        @unlink("{$this->home}/.current");
        $current = "{$this->home}/current";
        $may_link = is_link($current) || !is_dir($current);
        if (!$may_link || !tried('symlink', "trees/$tree", "{$this->home}/.current") || !@rename("{$this->home}/.current", $current)) {
            removed("{$this->home}/before"); // a host without links: two renames, and the next run mends what lies between
            @rename($current, "{$this->home}/before");
            if (!@rename("{$this->home}/trees/$tree", $current)) {
                @rename("{$this->home}/before", $current);
                throw new Refused(UNREACHABLE, $current);
            }
        }
        foreach (array_diff((array) scandir("{$this->home}/trees"), ['.', '..', $tree, $before]) as $gone) {
            removed("{$this->home}/trees/$gone"); // the one before stays for those who are reading it
        }
        removed("{$this->home}/parts");
        $this->keep_tag();
        return $tree;
    }

    public function isFirst(): bool
    {
        return $this->old === '';
    }

    public function expires(): string
    {
        preg_match('/^expires (' . DATE . ')$/Dm', (string) file_get_contents("{$this->home}/current/release.txt"), $found);
        return $found[1] ?? '';
    }

    /** The signature of the note, which alone tells whether there is news; null if there is none. */
    private function polled(): ?string
    {
        $headers = [];
        $kept = @file("{$this->home}/etag", FILE_IGNORE_NEW_LINES) ?: [];
        if ($this->old && ($kept[0] ?? '') === $this->from) {
            $headers = ["If-None-Match: $kept[1]"];
        }
        $found = $this->web->text('release.txt.minisig', SIGNATURE_LIMIT, $headers ?: ['Accept-Encoding: identity']);
        if ($this->web->status === 304) {
            return null;
        }
        if ($found === null) {
            $this->wanted('release.txt', NOTE_LIMIT);
            throw new Refused(BAD_SIGNATURE, 'release.txt.minisig');
        }
        $this->tag = $this->web->tag;
        if ($this->old && $found === file_get_contents("{$this->old}/release.txt.minisig")) {
            $this->keep_tag();
            return null;
        }
        return $found;
    }

    private $tag = '';

    private function keep_tag(): void
    {
        if ($this->tag !== '') {
            written("{$this->home}/etag", "{$this->from}\n{$this->tag}\n");
        }
    }

    private function wanted(string $name, int $limit): string
    {
        $found = $this->web->text($name, $limit);
        if ($found === null) {
            throw new Refused(MISSING, $name);
        }
        return $found;
    }

    /** The list of hashes: made of the old one and what the note names, or all of it. */
    private function list_of(): string
    {
        $kept = "{$this->home}/gathered.txt";
        if (hash_of($kept) === $this->note['sha256sums']) {
            return (string) file_get_contents($kept);
        }
        if ($this->old && !$this->note['more'] && hash_of("{$this->old}/release.txt") === $this->note['prev']) {
            $lines = $came = [];
            foreach (file("{$this->old}/SHA256SUMS.txt", FILE_IGNORE_NEW_LINES) ?: [] as $line) {
                $lines[substr($line, 66)] = $line;
            }
            $parts = made("{$this->home}/parts");
            foreach ($this->note['changed'] as $name) {
                unset($lines[$name]);
                if ($this->web->file($name, LARGEST, "$parts/changed")) {
                    $hash = hash_of("$parts/changed");
                    rename("$parts/changed", "$parts/$hash");
                    $came[] = "$parts/$hash";
                    $lines[$name] = "$hash  $name";
                }
            }
            ksort($lines, SORT_STRING);
            $list = implode("\n", $lines) . "\n";
            if (hash('sha256', $list) === $this->note['sha256sums']) {
                return $list;
            }
            array_map('removed', $came); // what is not signed is not kept, or a mirror could fill the disk from run to run
        }
        return $this->wanted('SHA256SUMS.txt', LIST_LIMIT);
    }

    /** Put all files into new/: from the old tree, from what came before, from the net. */
    private function gather(array $sums, array $head): void
    {
        $new = "{$this->home}/new";
        $parts = made("{$this->home}/parts");
        if (hash_of("{$this->home}/gathered.txt") !== $this->note['sha256sums']) {
            removed($new);
            written("{$this->home}/gathered.txt", $head['SHA256SUMS.txt']);
        }
        made($new);
        $all = $sums + ($this->packs ? $this->note['packs'] : []);
        $time = gmmktime(0, 0, 0, (int) substr($this->note['date'], 5, 2), (int) substr($this->note['date'], 8, 2), (int) substr($this->note['date'], 0, 4));
        $time += 2 * ($this->note['seq'] % 43200);
        foreach ($all as $name => $hash) {
            $name = (string) $name;
            made(dirname("$new/$name"));
            if (hash_of("$new/$name") === $hash) {
                continue;
            }
            @unlink("$new/$name");
            if ($this->old && hash_of("{$this->old}/$name") === $hash) {
                if (!tried('link', "{$this->old}/$name", "$new/$name") && @copy("{$this->old}/$name", "$new/$name")) {
                    touch("$new/$name", (int) filemtime("{$this->old}/$name"));
                }
                continue;
            }
            $this->fetch($name, $hash, "$parts/$hash");
            if (!@copy("$parts/$hash", "$new/$name")) {
                throw new Refused(UNREACHABLE, $name);
            }
            touch("$new/$name", $time);
        }
        if ($this->packs) {
            foreach (array_keys($this->note['packs']) as $name) {
                $more = $this->web->text("$name.minisig", SIGNATURE_LIMIT);
                if ($more !== null && is_file("$new/$name")) {
                    signer('', $more, [], "$name.minisig");
                    written("$new/$name.minisig", $more);
                }
            }
        }
        foreach ($head as $name => $data) {
            written("$new/$name", $data);
            touch("$new/$name", $time);
        }
        $this->check($new, $all, $head);
        $before = $this->old ? (array) file("{$this->old}/SHA256SUMS.txt", FILE_IGNORE_NEW_LINES) : [];
        $known = array_column(array_map(function (string $line): array {
            return [substr($line, 66), substr($line, 0, 64)];
        }, $before), 1, 0);
        $this->changed = array_keys(array_diff_assoc($sums, $known));
        $this->removed = array_keys(array_diff_key($known, $sums));
    }

    private function fetch(string $name, string $hash, string $part): void
    {
        if (hash_of($part) === $hash) {
            return;
        }
        $half = "$part.part";
        $is_half = is_file($half);
        $is_whole = $this->web->file($name, LARGEST, $half, true);
        if ($is_half && ($is_whole || $this->web->status === 200) && hash_of($half) !== $hash) { // what came before was of another one, or a lie
            @unlink($half);
            $is_whole = $this->web->file($name, LARGEST, $half);
        }
        if (!$is_whole) {
            throw new Refused(in_array($this->web->status, [404, 410], true) ? MISSING : UNREACHABLE, $name);
        }
        if (hash_of($half) !== $hash) {
            @unlink($half);
            throw new Refused(CHANGED, $name);
        }
        rename($half, $part);
    }

    /** Everything once more as it lies on the disk, and then what is the partner's own. */
    private function check(string $new, array $all, array $head): void
    {
        foreach (listed($new) as $name) {
            $is_pack_signature = substr($name, -8) === '.minisig' && isset($all[substr($name, 0, -8)]);
            if (!isset($all[$name]) && !isset($head[$name]) && !$is_pack_signature) {
                removed("$new/$name");
            }
        }
        foreach ($all as $name => $hash) {
            if (hash_of("$new/$name") !== $hash) {
                throw new Refused(CHANGED, (string) $name);
            }
        }
        foreach (is_dir("{$this->home}/own") ? listed("{$this->home}/own") : [] as $name) {
            if (!file_exists("$new/$name")) {
                made(dirname("$new/$name"));
                copy("{$this->home}/own/$name", "$new/$name");
            }
        }
    }

    private function keep(array $seen): void
    {
        $lines = "release {$seen['release']}\nrelease-sha256 {$seen['release-sha256']}\n";
        $lines .= "keys {$seen['keys']}\nkeys-sha256 {$seen['keys-sha256']}\n";
        sort($seen['revoked'], SORT_STRING);
        foreach ($seen['revoked'] as $key) {
            $lines .= "revoked $key\n";
        }
        written("{$this->home}/seen.txt", $lines);
    }
}

// ---- one run ---------------------------------------------------------------------------------------------------------

$language = substr((string) (getenv('MAGAZINE_LANG') ?: getenv('LC_ALL') ?: getenv('LANG')), 0, 2);
$say = function ($key) use ($sentences, $language): string {
    return $sentences[isset($sentences[$language]) ? $language : 'en'][$key];
};
$tell = function (string $line): void {
    echo preg_replace('/[\x00-\x1f\x7f]/', '?', $line), "\n";
};
$end = function (int $code) {
    if (PHP_SAPI !== 'cli') {
        http_response_code($code && $code !== EXPIRED ? 500 : 200);
    }
    exit($code);
};

if (PHP_SAPI === 'cli') {
    for ($words = array_slice($argv, 1); $words; ) {
        $word = array_shift($words);
        if ($word === '--root' && $words) {
            $roots[] = array_shift($words);
        } elseif ($word === '--from' && $words) {
            $from[] = array_shift($words);
        } elseif ($word === '--show') {
            $show = true;
        } elseif ($word === '--packs') {
            $packs = true;
        } else {
            $folder = $word;
        }
    }
} else {
    ob_start(); // the status is known at the end
    header('Content-Type: text/plain; charset=utf-8');
    if (strlen($secret) < 20 || !hash_equals($secret, (string) ($_GET['secret'] ?? ''))) {
        http_response_code(404);
        exit;
    }
    $show = $show && !isset($_GET['go']);
}
foreach ($roots as $root) {
    if (!preg_match('/^' . MINISIGN . '$/D', $root)) {
        $roots = [];
    }
}
if (!$roots || !$from || $folder === '' || $folder[0] === '-') {
    $tell($say(USAGE) . ' php sync.php [--root KEY]... [--from ADDRESS]... [--packs] [--show] FOLDER');
    $end(USAGE);
}
if (!function_exists('sodium_crypto_generichash')) {
    $tell($say('sodium'));
    $end(USAGE);
}
tried('set_time_limit', 0);
umask(0022);
try {
    made($folder);
    $lock = @fopen("$folder/.lock.php", 'c');
    if ($lock === false) {
        throw new Refused(UNREACHABLE, $say('write') . " $folder");
    }
    if (!flock($lock, LOCK_EX | LOCK_NB)) {
        $tell($say('busy'));
        $end(UNREACHABLE);
    }
    if (!file_exists("$folder/current") && is_dir("$folder/before")) { // it broke off between two renames
        rename("$folder/before", "$folder/current");
    }
} catch (Refused $refused) {
    $tell($say($refused->getCode()) . " ({$refused->getMessage()})");
    $end($refused->getCode());
}
$code = UNREACHABLE;
foreach ($from as $address) {
    try {
        $copy = new Copy($folder, rtrim($address, '/') . '/', $roots, $packs);
        if (!$copy->prepare()) {
            $code = $copy->expires() < gmdate('Y-m-d') ? EXPIRED : 0;
            $tell($code ? $say($code) : $say('same'));
            break;
        }
        foreach ($copy->isFirst() ? [] : $copy->changed as $name) {
            $tell($say('changed') . " $name");
        }
        if ($copy->isFirst()) {
            $tell($say('whole') . ' ' . count($copy->changed));
        }
        foreach ($copy->removed as $name) {
            $tell($say('removed') . " $name");
        }
        $code = $copy->code;
        $tell($show ? $say('ready') : $say('live') . ' ' . $copy->swap());
        if ($code) {
            $tell($say($code));
        }
        break;
    } catch (Refused $refused) {
        $code = $refused->getCode();
        $tell($say($code) . ' (' . $address . ($refused->getMessage() === '' ? '' : ', ' . $refused->getMessage()) . ')');
    }
}
$end($code);
