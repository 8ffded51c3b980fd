// Search over words, layers, units, cells and directions. Words load in pieces, by the first character of the query.
(() => {
  "use strict";
  const { get, load, make } = window.__atlas;
  const MOST_SECTIONS = 24;
  const MOST_WORDS = 40;
  const root = document.documentElement.dataset.root;
  const form = document.querySelector(".ask");
  const input = form.querySelector("input");
  const results = document.querySelector(".found");
  const status = document.querySelector(".said");
  const shards = {};
  let latest = 0;

  function fold(text) {
    return text
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase();
  }

  function tokens(text) {
    return fold(text).match(/[a-z0-9]+/g) || [];
  }

  function loadShard(first) {
    shards[first] ||= new Promise(resolve => {
      load(`${root}search/words-${first}.js`);
      get(`search/words-${first}`, resolve);
    });
    return shards[first];
  }

  function link(folder, text) {
    return make("a", { href: `${root}${folder}/index.html` }, text);
  }

  // A section of the index, as data: [folder, network, name, title, count, noun, slugs unless they are 0, 1, 2, …].
  function readSection([folder, network, name, title, count, noun, slugs]) {
    return { folder, network, name, title, count, noun, slugs };
  }

  function hasEntry(section, slug) {
    return section.slugs ? section.slugs.includes(slug) : slug < section.count;
  }

  function isNamed(section, name) {
    const names = fold([section.name, section.noun, section.title, section.network].join(" "));
    const path = fold(section.folder.slice(section.folder.indexOf("/") + 1));
    return names.includes(name) || path.includes(name);
  }

  function sectionLink(section, number) {
    const title = `${section.network}, ${section.name}`;
    const nouns = `${section.noun}s`;
    if (number !== null && hasEntry(section, number)) {
      return link(`${section.folder}/${number}`, `${title}, ${section.noun} ${number}`);
    }
    const count = section.name === nouns ? section.count : `${section.count} ${nouns}`;
    return link(section.folder, `${title} (${count})`);
  }

  // Links to the sections that the query names, or to their entry where it ends in a number.
  function sectionLinks(sections, query) {
    const match = query.match(/(?:^|[\s:/])(\d+)$/);
    const number = match && Number(match[1]);
    const name = fold(match ? query.slice(0, match.index) : query).trim();
    if (!name) return [];
    const named = sections.filter(section => isNamed(section, name)).slice(0, MOST_SECTIONS);
    return named.map(section => sectionLink(section, number));
  }

  // A record is [word, [index of a section, slug, slug, …], …].
  function hasWords(record, wanted) {
    const words = tokens(record[0]);
    return wanted.every(token => words.some(word => word.startsWith(token)));
  }

  function item(title, groups) {
    const lists = groups.map(group => make("p", { className: "list" }, ...group.flatMap(part => [part, " "])));
    return make("section", {}, make("h2", {}, title), ...lists);
  }

  function wordItem([word, groups], sections) {
    return item(
      word,
      groups.map(([index, ...slugs]) => {
        const { folder, network, name } = sections[index];
        return [`${network}, ${name}`, ...slugs.map(slug => link(`${folder}/${slug}`, slug))];
      }),
    );
  }

  function show(query, records, sections) {
    const wanted = tokens(query);
    const hits = records.filter(record => hasWords(record, wanted)).slice(0, MOST_WORDS);
    const links = sectionLinks(sections, query);
    const first = links.length ? [item("Layers and units", [links])] : [];
    results.replaceChildren(...first, ...hits.map(hit => wordItem(hit, sections)));
    const count = hits.length + links.length;
    if (count) status.textContent = `${count} ${count === 1 ? "match" : "matches"}`;
    else status.textContent = `No match for “${query}”. Try a shorter word.`;
  }

  async function search(data) {
    latest += 1;
    const turn = latest;
    const query = input.value.trim();
    const [word] = tokens(query);
    if (!word) {
      results.replaceChildren();
      status.textContent = "";
      return;
    }
    const records = data.shards.includes(word[0]) ? await loadShard(word[0]) : [];
    if (turn === latest) show(query, records, data.sections); // else the reader typed on meanwhile
  }

  function openFirst(event) {
    event.preventDefault();
    const first = results.querySelector("a");
    if (first) location.href = first.href;
  }

  form.hidden = false;
  get("search/shelves", ({ shards, shelves }) => {
    const data = { shards, sections: shelves.map(readSection) };
    input.addEventListener("input", () => search(data));
    form.addEventListener("submit", openFirst);
    const query = new URLSearchParams(location.search).get("q");
    if (query) {
      input.value = query;
      search(data);
    }
  });
})();
