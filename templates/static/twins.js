// The most correlated unit of every other network, oldest first, from what the layer shares (../twins.js).
// Without it: the nearest one.
(() => {
  "use strict";
  const { get, make, tile } = window.__atlas;

  // A network is [name, title, hue, layers as [name, units], three numbers a unit]:
  // twice the layer's index and whether the unit has a picture, the unit, 100 times the correlation.
  function item([network, title, hue, layers, numbers], start, tiles) {
    const [code, unit, correlation] = numbers.slice(start, start + 3);
    const [layer, units] = layers[code >> 1];
    const pictured = code & 1;
    const place = `${network}/${layer}`;
    const name = make("em", {}, `${layer} ${unit}`);
    const fields = { href: `../../../${place}/${unit}/index.html`, className: pictured ? "made" : "" };
    const link = make("a", fields, `${title} `, name);
    if (tiles || pictured) tile(link, place, unit, units);
    return make("li", { className: `n${hue}` }, link, (correlation / 100).toFixed(2));
  }

  get("twins", shared => {
    const start = 3 * location.pathname.split("/").slice(-2)[0];
    const matched = shared.networks.filter(network => network[4][start] >= 0);
    const items = matched.map(network => item(network, start, shared.tiles));
    const title = make("h2", {}, "Most correlated unit of each other network");
    const list = make("ul", { className: "row" }, ...items);
    document.querySelector(".twin").replaceWith(make("section", { className: "twins" }, title, list));
  });
})();
