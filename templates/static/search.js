// Search over words, layers, units, cells and directions. Words load in pieces, by the first sign of what is typed.
(function () {
  "use strict";
  var form = document.querySelector(".ask"), input = form.querySelector("input");
  var found = document.querySelector(".found"), said = document.querySelector(".said");
  var root = document.documentElement.dataset.root, loaded = {}, turn = 0;
  form.hidden = false;
  function fold(text) { return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  function tokens(text) { return fold(text).match(/[a-z0-9]+/g) || []; }
  function shard(first) {
    return loaded[first] = loaded[first] || new Promise(function (resolve) {
      var script = document.createElement("script");
      script.src = root + "search/words-" + first + ".js";
      document.head.append(script);
      window.__atlas.get("search/words-" + first, resolve);
    });
  }
  function link(page, words) {
    var a = document.createElement("a");
    a.href = root + page + "/index.html";
    a.textContent = words;
    return a;
  }
  // A shelf is [folder, network, name, title, how many, noun, slugs unless they are 0, 1, 2, …].
  function holds(shelf, slug) { return shelf[6] ? shelf[6].indexOf(slug) >= 0 : slug < shelf[4]; }
  function places(shelves, query) {
    var number = query.match(/(?:^|[\s:\/])(\d+)$/), name = fold(number ? query.slice(0, number.index) : query).trim();
    return shelves.filter(function (shelf) {
      return name && (fold([shelf[2], shelf[5], shelf[3], shelf[1]].join(" ")).indexOf(name) >= 0 || fold(shelf[0].slice(shelf[0].indexOf("/") + 1)).indexOf(name) >= 0);
    }).slice(0, 24).map(function (shelf) {
      var words = shelf[1] + ", " + shelf[2];
      if (number && holds(shelf, +number[1])) return link(shelf[0] + "/" + +number[1], words + ", " + shelf[5] + " " + +number[1]);
      return link(shelf[0], words + " (" + shelf[4] + (shelf[2] === shelf[5] + "s" ? ")" : " " + shelf[5] + "s)"));
    });
  }
  function item(title, groups) {
    var box = document.createElement("section"), head = document.createElement("h2");
    head.textContent = title;
    box.append(head);
    groups.forEach(function (group) {
      var list = document.createElement("p");
      list.className = "list";
      group.forEach(function (part) { list.append(part, " "); });
      box.append(list);
    });
    return box;
  }
  function matches(record, wanted) {
    var words = tokens(record[0]);
    return wanted.every(function (token) { return words.some(function (word) { return word.indexOf(token) === 0; }); });
  }
  window.__atlas.get("search/shelves", function (data) {
    function show() {
      var query = input.value.trim(), wanted = tokens(query), mine = ++turn;
      if (!wanted.length) { found.replaceChildren(); said.textContent = ""; return; }
      var first = wanted[0][0], known = data.shards.indexOf(first) >= 0;
      (known ? shard(first) : Promise.resolve([])).then(function (records) {
        if (mine !== turn) return;
        var hits = records.filter(function (record) { return matches(record, wanted); }).slice(0, 40);
        var near = places(data.shelves, query);
        found.replaceChildren.apply(found, (near.length ? [item("Layers and units", [near])] : []).concat(hits.map(function (record) {
          return item(record[0], record[1].map(function (listed) { // [number of the shelf, slug, slug, …]
            var shelf = data.shelves[listed[0]];
            return [shelf[1] + ", " + shelf[2]].concat(listed.slice(1).map(function (slug) { return link(shelf[0] + "/" + slug, slug); }));
          }));
        })));
        var count = hits.length + near.length;
        said.textContent = count ? count + (count === 1 ? " match" : " matches") : "Nothing answers to “" + query + "”. Try a shorter word.";
      });
    }
    input.addEventListener("input", show);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var a = found.querySelector("a");
      if (a) location.href = a.href;
    });
    var asked = new URLSearchParams(location.search).get("q");
    if (asked) { input.value = asked; show(); }
  });
})();
