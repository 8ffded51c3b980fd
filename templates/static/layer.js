// Sorts and filters the units of a layer; without it the page shows them in order.
(function () {
  "use strict";
  var all = document.querySelector(".all"), form = all.querySelector(".tools"), sorted = all.querySelector(".sorted");
  var output = form.querySelector("output"), groups = Array.from(all.querySelectorAll(".group"));
  var SHOWN = 256;
  var tiles = [], region = null;
  groups.forEach(function (group) {
    var box = group.querySelector(".tiles"), sheet = box.style.getPropertyValue("--s"), rows = box.style.getPropertyValue("--r");
    Array.from(box.children).forEach(function (link, place) {
      tiles.push({ link: link, name: link.textContent, sheet: sheet, rows: rows, x: place % 16, y: Math.floor(place / 16) });
    });
  });
  function cloned(tile) {
    var link = tile.link.cloneNode(true);
    link.style.cssText = "--x:" + tile.x + ";--y:" + tile.y + ";--r:" + tile.rows + (tile.sheet ? ";--s:" + tile.sheet : "");
    return link;
  }
  function words(name) { return name.toLowerCase(); }
  // Folded pictures that the page leaves out, for there are many: as the first one, each with its unit's number and name.
  function unfold(more, scores) {
    var list = document.querySelector(".gallery"), first = list.children[0], made = list.cloneNode(false);
    scores.map(function (score, index) { return index; }).filter(function (index) { return scores[index] !== null; })
      .slice(list.children.length).forEach(function (index) {
        var item = first.cloneNode(true), image = item.querySelector("img"), told = item.querySelector("span"), label = document.createElement("em");
        item.querySelector("a").setAttribute("href", index + "/index.html");
        image.setAttribute("src", image.getAttribute("src").replace(/\d+(?=\.avif$)/, index));
        label.textContent = tiles[index].name.replace(/^\d+ ?/, "");
        told.replaceChildren(String(index));
        if (label.textContent) told.append(" ", label);
        made.append(item);
      });
    more.append(made);
  }
  window.__atlas.get("units", function (units) {
    var more = document.querySelector(".more[hidden]");
    if (more) {
      more.hidden = false;
      more.addEventListener("toggle", function () { unfold(more, units.score); }, { once: true });
    }
    form.hidden = false;
    function show() {
      var key = form.sort.value, wanted = words(form.filter.value.trim());
      var plain = key === "index" && !wanted && !region;
      sorted.hidden = plain;
      groups.forEach(function (group) { group.hidden = !plain; });
      output.textContent = "";
      if (plain) return;
      var chosen = tiles.map(function (tile, index) { return index; }).filter(function (index) {
        return !wanted || words(tiles[index].name).indexOf(wanted) >= 0;
      });
      if (region) chosen = region.filter(function (index) { return chosen.indexOf(index) >= 0; });
      var column = units[key];
      if (column) chosen.sort(function (a, b) {
        return (column[b] === null ? -Infinity : column[b]) - (column[a] === null ? -Infinity : column[a]) || a - b;
      });
      if (key === "name") chosen.sort(function (a, b) {
        return tiles[a].name.replace(/^\d+ /, "").localeCompare(tiles[b].name.replace(/^\d+ /, "")) || a - b;
      });
      var box = document.createElement("div");
      box.className = "tiles" + (tiles.length && !tiles[0].sheet ? " bare" : "");
      chosen.slice(0, SHOWN).forEach(function (index) { box.append(cloned(tiles[index])); });
      sorted.replaceChildren(box);
      output.textContent = chosen.length + (chosen.length === 1 ? " unit" : " units") + (chosen.length > SHOWN ? ", the first " + SHOWN + " shown" : "");
    }
    all.addEventListener("region", function (event) { region = event.detail; show(); });
    form.addEventListener("input", show);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    show();
  });
})();
