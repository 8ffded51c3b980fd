// Sorts and filters the units of a layer; without it the page shows them in order.
(() => {
  "use strict";
  const { get, make } = window.__atlas;
  const MOST_TILES = 256;
  const COLUMNS = 16; // of a sheet of tiles
  const all = document.querySelector(".all");
  const form = all.querySelector(".tools");
  const output = form.querySelector("output");
  const sorted = all.querySelector(".sorted");
  const groups = Array.from(all.querySelectorAll(".group"));
  const tiles = groups.flatMap(readTiles);
  let region = null;

  function readTiles(group) {
    const box = group.querySelector(".tiles");
    const sheet = box.style.getPropertyValue("--s");
    const rows = box.style.getPropertyValue("--r");
    return Array.from(box.children, (link, index) => {
      const x = index % COLUMNS;
      const y = Math.floor(index / COLUMNS);
      return { link, sheet, style: `--x:${x};--y:${y};--r:${rows}${sheet ? `;--s:${sheet}` : ""}` };
    });
  }

  function nameOf(index) {
    return tiles[index].link.textContent;
  }

  function copyOf(index) {
    const link = tiles[index].link.cloneNode(true);
    link.style.cssText = tiles[index].style;
    return link;
  }

  // Units that have only a number come last.
  function compareNames(a, b) {
    const [first, second] = [a, b].map(index => nameOf(index).replace(/^\d+ ?/, ""));
    return !first - !second || first.localeCompare(second, undefined, { numeric: true }) || a - b;
  }

  // The largest first, units without a value last.
  function compareValues(column) {
    const value = index => (column[index] === null ? -Infinity : column[index]);
    return (a, b) => value(b) - value(a) || a - b;
  }

  function chosenUnits(units) {
    const wanted = form.filter.value.trim().toLowerCase();
    const named = index => !wanted || nameOf(index).toLowerCase().includes(wanted);
    const chosen = (region || Array.from(tiles.keys())).filter(named);
    const key = form.sort.value;
    if (units[key]) chosen.sort(compareValues(units[key]));
    if (key === "name") chosen.sort(compareNames);
    return chosen;
  }

  function show(units) {
    const asTheyAre = form.sort.value === "index" && !form.filter.value.trim() && !region;
    sorted.hidden = asTheyAre;
    for (const group of groups) group.hidden = !asTheyAre;
    output.textContent = "";
    if (asTheyAre) return;
    const chosen = chosenUnits(units);
    const bare = tiles.length && !tiles[0].sheet;
    const shown = chosen.slice(0, MOST_TILES).map(copyOf);
    sorted.replaceChildren(make("div", { className: bare ? "tiles bare" : "tiles" }, ...shown));
    const count = `${chosen.length} ${chosen.length === 1 ? "unit" : "units"}`;
    output.textContent = chosen.length > MOST_TILES ? `${count}, the first ${MOST_TILES} shown` : count;
  }

  // An item of the gallery for a unit, made as the first item, with the unit's number and name.
  function galleryItem(first, index) {
    const item = first.cloneNode(true);
    const image = item.querySelector("img");
    const text = item.querySelector("span");
    const name = nameOf(index).replace(/^\d+ ?/, "");
    item.querySelector("a").setAttribute("href", `${index}/index.html`);
    image.setAttribute("src", image.getAttribute("src").replace(/\d+(?=\.avif$)/, index));
    text.replaceChildren(String(index));
    if (name) text.append(" ", make("em", {}, name));
    return item;
  }

  // Of a layer with many pictures the page holds the first ones; the others come when they are unfolded.
  function unfold(more, scores) {
    const list = document.querySelector(".gallery");
    const pictured = Array.from(scores.keys()).filter(index => scores[index] !== null);
    const rest = list.cloneNode(false);
    rest.append(...pictured.slice(list.children.length).map(index => galleryItem(list.children[0], index)));
    more.append(rest);
  }

  get("units", units => {
    const more = document.querySelector(".more[hidden]");
    if (more) {
      more.hidden = false;
      more.addEventListener("toggle", () => unfold(more, units.score), { once: true });
    }
    all.addEventListener("region", event => {
      region = event.detail;
      show(units);
    });
    form.hidden = false;
    form.addEventListener("input", () => show(units));
    form.addEventListener("submit", event => event.preventDefault());
    show(units);
  });
})();
