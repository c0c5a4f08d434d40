<?php
/* What tests ask of a real WordPress: wordpress_site.php FOLDER COMMAND [FILE]. Answers are JSON or the export itself. */
[, $folder, $command] = $argv;
define('WP_INSTALLING', $command === 'install');
if ($command === 'take-in') {
    define('WP_LOAD_IMPORTERS', true);
    define('WP_IMPORTING', true);
    define('IMPORT_DEBUG', true);
}
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require "$folder/wp-load.php";
foreach (['upgrade', 'export', 'image', 'file', 'media', 'post', 'taxonomy', 'comment'] as $part) {
    require_once ABSPATH . "wp-admin/includes/$part.php";
}
$answer = ['install' => 'install', 'fill' => 'fill', 'spoil' => 'spoil', 'empty' => 'clear', 'export' => 'export_wp', 'items' => 'items',
    'take-in' => 'take_in', 'announce' => 'announce'][$command]($argv[3] ?? '');
if ($answer !== null) {
    echo json_encode($answer, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
}

function install(string $address): void
{
    wp_install('Дом под зонтом', 'editor', 'editor@example.org', true, '', 'of no use', 'ru_RU');
    update_option('siteurl', $address);
    update_option('home', $address);
    update_option('timezone_string', 'Asia/Bishkek');
    global $wp_rewrite;
    $wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%day%/%postname%/');
    clear();
}

/** Takes out every text, answer, topic and author; the editor and the settings stay. */
function clear(): void
{
    global $wpdb;
    foreach (['posts', 'postmeta', 'comments', 'commentmeta', 'term_relationships'] as $table) {
        $wpdb->query("TRUNCATE {$wpdb->$table}");
    }
    $usual = (int) get_option('default_category');
    foreach (['term_taxonomy', 'terms', 'termmeta'] as $table) {
        $wpdb->query("DELETE FROM {$wpdb->$table} WHERE term_id <> $usual");
    }
    $wpdb->query("DELETE FROM {$wpdb->users} WHERE ID <> 1");
    $wpdb->query("DELETE FROM {$wpdb->usermeta} WHERE user_id <> 1");
    wp_cache_flush();
}

/** Something of everything that an old blog may hold. What nobody may ever see says so: «тайна», secret, 192.0.2.66. */
function fill(): void
{
    wp_set_current_user(1);
    $magazine = wp_insert_term('Журнал', 'category', ['slug' => 'magazine', 'description' => 'Наши рассказы.']);
    $issue = wp_insert_term('Номер один', 'category', ['parent' => $magazine['term_id']]);
    $mira = wp_insert_user(['user_login' => 'mira', 'user_pass' => 'of no use', 'display_name' => 'Мира',
        'user_email' => 'secret-mira@example.org', 'first_name' => 'Тайна', 'role' => 'author']);
    $about = post('О нас', '<p>Мы пишем сами.</p>', ['post_type' => 'page']);
    $rules = post('Правила', '<p>Пишите бережно.</p>', ['post_type' => 'page', 'post_parent' => $about]);
    post('Для новых', '<p>Глубже.</p>', ['post_type' => 'page', 'post_parent' => $rules]);

    $story = post('Красный зонт', "Первая строка.\n\nВторая — «с кавычками».\n<!--more-->\nДальше: <a href=\""
        . home_url('/?page_id=' . $about) . '">о нас</a>. Знак ]]> внутри.', ['post_date' => '2008-12-17 10:20:30',
        'post_author' => $mira, 'post_excerpt' => 'Коротко о зонте.', 'post_category' => [$issue['term_id']],
        'tags_input' => ['дорога', 'friendship']]);
    $kyrgyz = post('Кызыл чатыр', '<p>Биринчи сап.</p>', ['post_date' => '2008-12-17 10:20:30', 'post_name' => 'kyzyl-chatyr']);
    foreach ([[$story, 'ru'], [$kyrgyz, 'ky']] as [$id, $language]) {
        wp_set_object_terms($id, $language, 'language');
        wp_set_object_terms($id, 'pll_umbrella', 'post_translations');
    }
    wp_update_term(get_term_by('slug', 'pll_umbrella', 'post_translations')->term_id, 'post_translations',
        ['description' => serialize(['ru' => $story, 'ky' => $kyrgyz])]);
    $picture = attachment('зонт.jpg', $story, 'Зонт на окне');
    set_post_thumbnail($story, $picture);
    $second = attachment('umbrella-2.jpg', $story, '');
    post('Снимки', "[gallery ids=\"$picture,$second\"]\n\n[caption id=\"attachment_$picture\" width=\"300\"]<img src=\""
        . wp_get_attachment_url($picture) . '" alt="Зонт" /> Подпись[/caption]', ['post_date' => '2009-03-01 12:00:00']);
    post('Из блоков', "<!-- wp:paragraph -->\n<p>Абзац <strong>из</strong> блока.</p>\n<!-- /wp:paragraph -->\n\n"
        . "<!-- wp:list -->\n<ul><li>раз</li><li>два</li></ul>\n<!-- /wp:list -->\n\n[contact-form-7 id=\"5\"]",
        ['post_date' => '2019-05-09 12:00:00']);
    foreach (['draft', 'private', 'pending', 'trash'] as $status) {
        post("Тайна $status", '<p>Тайна, не для всех.</p>', ['post_status' => $status]);
    }
    post('Тайна под паролем', '<p>Тайна за паролем.</p>', ['post_password' => 'secret']);
    post('Тайна будущего', '<p>Тайна завтрашнего дня.</p>', ['post_date' => '2099-01-01 00:00:00', 'post_status' => 'future']);
    $menu = wp_create_nav_menu('Главное');
    wp_update_nav_menu_item($menu, 0, ['menu-item-title' => 'О нас', 'menu-item-url' => home_url('/'), 'menu-item-status' => 'publish']);

    $parent = 0;
    for ($depth = 1; $depth <= 6; $depth++) {
        $parent = comment($story, "Ответ глубины $depth.", ['comment_parent' => $parent]);
    }
    comment($story, "Ещё одна ветвь.\n\nС <em>двумя</em> абзацами & знаком <.");
    comment($story, '[...] A magazine from Kyrgyzstan [...]', ['comment_type' => 'pingback',
        'comment_author' => 'Global Letters', 'comment_author_url' => 'https://letters.example.org/?p=7']);
    comment($story, 'Прочитайте и это.', ['comment_type' => 'trackback', 'comment_author_url' => 'https://track.example.org/']);
    comment($story, 'Тайна: ждёт разбора.', ['comment_approved' => 0]);
    comment($story, 'Тайна: реклама.', ['comment_approved' => 'spam']);
    comment($story, 'Тайна: в корзине.', ['comment_approved' => 'trash']);
    comment($kyrgyz, 'Рахмат.', ['comment_author' => '']);
    comment($about, 'Можно вам написать?');
}

/** WordPress' exporter writes the address of who answered as it is: with an ampersand in it the file is no XML. */
function spoil(): void
{
    $post = get_posts(['numberposts' => 1])[0];
    comment($post->ID, 'Ответ с адресом.', ['comment_author_url' => 'https://letters.example.org/?a=1&b=2']);
}

function post(string $title, string $content, array $more): int
{
    $usual = ['post_title' => $title, 'post_content' => $content, 'post_status' => 'publish', 'post_author' => 1,
        'post_date' => '2010-06-03 09:00:00'];
    $id = wp_insert_post(wp_slash($more + $usual), true);
    return is_wp_error($id) ? throw new Exception($id->get_error_message()) : $id;
}

function comment(int $post, string $content, array $more = []): int
{
    static $number = 0;
    $number++;
    $usual = ['comment_post_ID' => $post, 'comment_content' => $content, 'comment_author' => 'Соседка',
        'comment_author_email' => "secret-$number@example.org", 'comment_author_IP' => '192.0.2.66',
        'comment_agent' => 'SecretBrowser/1.0', 'comment_date' => sprintf('2008-12-26 08:%02d:00', $number)];
    $id = wp_insert_comment(wp_slash($more + $usual));
    add_comment_meta($id, 'note', 'тайна: заметка редакции');
    return $id;
}

function attachment(string $name, int $post, string $caption): int
{
    $image = imagecreatetruecolor(320, 240);
    imagefill($image, 0, 0, imagecolorallocate($image, 180, 20, 30));
    ob_start();
    imagejpeg($image);
    $file = wp_upload_bits($name, null, ob_get_clean(), '2008/12');
    $id = wp_insert_attachment(['post_title' => $name, 'post_excerpt' => $caption, 'post_mime_type' => 'image/jpeg',
        'post_status' => 'inherit', 'guid' => $file['url']], $file['file'], $post);
    wp_update_attachment_metadata($id, wp_generate_attachment_metadata($id, $file['file']));
    update_post_meta($id, '_wp_attachment_image_alt', 'Красный зонт');
    return $id;
}

/** Publishes a text and tells those whom it links to, as WordPress does on its own some minutes later; its address. */
function announce(string $text): string
{
    wp_set_current_user(1);
    update_option('comment_previously_approved', 0);  // pings are shown at once
    update_option('template', 'plain');
    update_option('stylesheet', 'plain');
    $id = post('Соседний блог', $text, []);
    pingback('', $id);
    return get_permalink($id);
}

/** What the importer said, without its tags. */
function take_in(string $file): string
{
    require_once ABSPATH . 'wp-admin/includes/admin.php';
    require WP_PLUGIN_DIR . '/wordpress-importer/wordpress-importer.php';
    wp_set_current_user(1);
    foreach (['http_request_host_is_external' => '__return_true',
        'http_allowed_safe_ports' => fn ($ports, $host, $url) => [parse_url($url, PHP_URL_PORT)]] as $hook => $answer) {
        add_filter($hook, $answer, 10, 3);  // pictures come from this machine
    }
    $import = new WP_Import();
    $import->fetch_attachments = true;
    ob_start();
    $read = $import->parse($file);
    if (is_wp_error($read)) {
        return $read->get_error_message();
    }
    foreach (array_keys($read['authors']) as $number => $login) {  // as the form sends them: each gets an account
        $_POST['imported_authors'][$number] = $login;
        $_POST['user_map'][$number] = username_exists($login) ?: '';
        $_POST['user_new'][$number] = '';
    }
    $import->import($file);
    return trim(html_entity_decode(strip_tags(str_replace('<br />', "\n", ob_get_clean()))));
}

/** Every text with its answers, in the order they came in. */
function items(): array
{
    global $wpdb;
    $found = [];
    foreach ($wpdb->get_results("SELECT * FROM {$wpdb->posts} WHERE post_status <> 'auto-draft' ORDER BY ID") as $post) {
        $answers = [];
        foreach ($wpdb->get_results("SELECT * FROM {$wpdb->comments} WHERE comment_post_ID = $post->ID ORDER BY comment_ID") as $one) {
            $answers[] = ['id' => (int) $one->comment_ID, 'parent' => (int) $one->comment_parent, 'kind' => $one->comment_type,
                'author' => $one->comment_author, 'date' => $one->comment_date, 'text' => $one->comment_content,
                'state' => $one->comment_approved, 'traces' => $one->comment_author_email . $one->comment_author_IP . $one->comment_agent];
        }
        $terms = wp_get_object_terms($post->ID, ['category', 'post_tag']);
        $languages = wp_get_object_terms($post->ID, 'language');
        $found[] = ['id' => (int) $post->ID, 'kind' => $post->post_type, 'state' => $post->post_status, 'title' => $post->post_title,
            'name' => urldecode($post->post_name), 'date' => $post->post_date, 'text' => $post->post_content,
            'summary' => $post->post_excerpt, 'parent' => (int) $post->post_parent, 'answers' => $answers,
            'author' => get_userdata($post->post_author)->display_name ?? '', 'terms' => wp_list_pluck($terms, 'name'),
            'language' => $languages[0]->slug ?? '',
            'picture' => (int) get_post_meta($post->ID, '_thumbnail_id', true)];
    }
    return $found;
}
