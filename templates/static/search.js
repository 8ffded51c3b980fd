// Search over classes, layers and units. Words load in pieces, by the first sign of what is typed.
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
  function link(path, words) {
    var a = document.createElement("a");
    a.href = root + "networks/" + path + "/index.html";
    a.textContent = words;
    return a;
  }
  function places(layers, query) {
    var number = query.match(/(?:^|[\s:\/])(\d+)$/), name = fold(number ? query.slice(0, number.index) : query).trim();
    return layers.filter(function (layer) {
      return name && (fold(layer[2] + " " + layer[3] + " " + layer[1]).indexOf(name) >= 0 || fold(layer[0] + "/" + layer[2]).indexOf(name) >= 0);
    }).slice(0, 24).map(function (layer) {
      var path = layer[0] + "/" + layer[2];
      if (number && +number[1] < layer[4]) return link(path + "/" + +number[1], layer[1] + ", " + layer[2] + ", unit " + +number[1]);
      return link(path, layer[1] + ", " + layer[2] + " (" + layer[4] + " units)");
    });
  }
  function item(title, links) {
    var box = document.createElement("section"), head = document.createElement("h2"), list = document.createElement("p");
    head.textContent = title;
    list.className = "list";
    links.forEach(function (a) { list.append(a, " "); });
    box.append(head, list);
    return box;
  }
  function matches(record, wanted) {
    var words = tokens(record[0]);
    return wanted.every(function (token) { return words.some(function (word) { return word.indexOf(token) === 0; }); });
  }
  window.__atlas.get("search/layers", function (data) {
    function show() {
      var query = input.value.trim(), wanted = tokens(query), mine = ++turn;
      if (!wanted.length) { found.replaceChildren(); said.textContent = ""; return; }
      var first = wanted[0][0], known = data.shards.indexOf(first) >= 0;
      (known ? shard(first) : Promise.resolve([])).then(function (records) {
        if (mine !== turn) return;
        var hits = records.filter(function (record) { return matches(record, wanted); }).slice(0, 40);
        var near = places(data.layers, query);
        found.replaceChildren.apply(found, (near.length ? [item("Layers and units", near)] : []).concat(hits.map(function (record) {
          return item(record[0], record[1].flatMap(function (layer) { // [network/layer, unit, unit, …]
            return layer.slice(1).map(function (unit) { return link(layer[0] + "/" + unit, layer[0].split("/")[1] + " " + unit); });
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
