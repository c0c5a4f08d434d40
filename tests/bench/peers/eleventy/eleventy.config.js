import markdownIt from "markdown-it";

const LANGS = ["ru", "ky", "en"], SIZE = 20;
const root = (lang) => (lang === "ru" ? "/" : `/${lang}/`);

export default function (config) {
  config.setLibrary("md", markdownIt({ html: true, typographer: true }));
  config.setTemplateFormats(["md", "njk"]);
  config.addPassthroughCopy({ "style.css": "style.css" });
  config.addFilter("day", (d) => new Date(d).toISOString().slice(0, 10));
  config.addFilter("iso", (d) => new Date(d).toISOString());
  config.addFilter("root", root);
  const byLang = (api, lang) => api.getFilteredByGlob(`content/${lang}/*.md`).sort((a, b) => b.date - a.date);
  // every page of every list (index, categories, tags) in each language, already cut into pages
  config.addCollection("lists", (api) => {
    const out = [];
    const cut = (lang, title, base, items) => {
      const n = Math.max(1, Math.ceil(items.length / SIZE));
      for (let i = 0; i < n; i++)
        out.push({ lang, title, n: i + 1, of: n, items: items.slice(i * SIZE, (i + 1) * SIZE),
          url: i ? `${base}page/${i + 1}/` : base,
          prev: i ? (i > 1 ? `${base}page/${i}/` : base) : null, next: i + 1 < n ? `${base}page/${i + 2}/` : null });
    };
    for (const lang of LANGS) {
      const all = byLang(api, lang), tags = {}, cats = {};
      for (const p of all) {
        (cats[p.data.category] ??= []).push(p);
        for (const t of p.data.topics) (tags[t] ??= []).push(p);
      }
      cut(lang, "Site", root(lang), all);
      for (const c in cats) cut(lang, c, `${root(lang)}categories/${c}/`, cats[c]);
      for (const t in tags) cut(lang, t, `${root(lang)}tags/${t}/`, tags[t]);
    }
    return out;
  });
  config.addCollection("feeds", (api) => LANGS.map((lang) => ({ lang, items: byLang(api, lang).slice(0, 20) })));
  return { dir: { input: ".", includes: "_includes", data: "_data", output: "_site" }, markdownTemplateEngine: false };
}
