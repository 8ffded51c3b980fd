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

  // Whether each of the names is part of what the section is called, in any order.
  function isNamed(section, names) {
    const path = section.folder.slice(section.folder.indexOf("/") + 1);
    const called = fold([section.name, section.noun, section.title, section.network, path].join(" "));
    return names.every(name => called.includes(name));
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

  // Links to the sections that the query names, or to their entry of the number in it: "ResNet conv4_2 25".
  function sectionLinks(sections, query) {
    const parts = fold(query).split(/[\s:,/]+/);
    const digits = parts.find(part => /^\d+$/.test(part));
    const names = parts.filter(part => part && part !== digits);
    if (!names.length) return [];
    const number = digits === undefined ? null : Number(digits);
    const named = sections.filter(section => isNamed(section, names));
    const numbered = named.filter(section => number !== null && hasEntry(section, number));
    return (numbered.length ? numbered : named).slice(0, MOST_SECTIONS).map(section => sectionLink(section, number));
  }

  // How many letters must be put in, left out, changed or swapped to make the start of a word the text.
  function distance(text, word) {
    const rows = [Array.from({ length: word.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= text.length; i += 1) {
      const row = [i];
      for (let j = 1; j <= word.length; j += 1) {
        const change = rows[i - 1][j - 1] + (text[i - 1] === word[j - 1] ? 0 : 1);
        row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, change);
        const swapped = i > 1 && j > 1 && text[i - 1] === word[j - 2] && text[i - 2] === word[j - 1];
        if (swapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
      }
      rows.push(row);
    }
    return Math.min(...rows[text.length]);
  }

  // A record is [word, [index of a section, slug, slug, …], …].
  function matching(records, wanted) {
    const isStart = (token, word) => word.startsWith(token);
    const isNear = (token, word) => distance(token, word) <= Math.floor(token.length / 4);
    const found = test =>
      records.filter(record => wanted.every(token => tokens(record[0]).some(word => test(token, word))));
    const exact = found(isStart);
    return exact.length ? exact : found(isNear);
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
    const hits = matching(records, wanted).slice(0, MOST_WORDS);
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
